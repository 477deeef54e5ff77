"""The material that the reviewer shows, and the marks on it.

Part of ``TerminalSession``, as pure as it is. The reviewer leads; files that are not here are fetched.
"""

from collections.abc import Callable

from annotate.codec import decode_operation, decode_wet
from annotate.errors import OperationError
from annotate.markup import Markup
from annotate.operations import NumberedOperation
from annotate.operations import WetInk as WetPiece
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import MarkNumbered, ShowPage, WetInk
from terminal.effects import Effect, FetchMaterial
from terminal.papers import PaperTray


class Viewing:
    """What is looked at together. ``tray`` knows the files that are here."""

    def __init__(self, perform: Callable[[Effect], None], tray: PaperTray, failed: Callable[[str], None]) -> None:
        """``failed`` is told the code of what went wrong."""
        self._perform = perform
        self._tray = tray
        self._failed = failed
        self._wet_subscribers: list[Callable[[str, str, WetPiece], None]] = []
        self.clear()

    def clear(self) -> None:
        """Forget what belongs to one applicant."""
        self.page: tuple[str, int] | None = None
        """Digest and page (0-based)."""
        self.markups: dict[str, Markup] = {}
        self._fetching: set[str] = set()

    def subscribe_wet(self, callback: Callable[[str, str, WetPiece], None]) -> None:
        """Call back with (digest, author, piece) of ink that is being drawn."""
        self._wet_subscribers.append(callback)

    def markup(self, digest: str) -> Markup:
        """All marks of a material; empty for one without marks."""
        return self.markups.setdefault(digest, Markup())

    def shown(self, message: ShowPage) -> None:
        """The reviewer turns to this page."""
        self.page = (message.digest, message.page)
        self.want_page()

    def want_page(self) -> None:
        """Get the file of the page that is shown, unless it is here or on its way."""
        digest = self.page[0] if self.page is not None else ""
        if digest and digest not in self._tray.files and digest not in self._fetching:
            self._fetching.add(digest)
            self._perform(FetchMaterial(digest))

    def marked(self, message: MarkNumbered) -> None:
        """An operation in its final order; a repeat changes nothing."""
        try:
            operation = decode_operation(message.body)
            self.markup(message.digest).apply(
                NumberedOperation(
                    message.seq, message.operation_id, message.author, message.time.timestamp(), operation
                )
            )
        except OperationError:
            self._failed(str(ErrorCode.MALFORMED_MESSAGE))

    def drawn(self, message: WetInk) -> None:
        """A piece of a stroke while it is being drawn; what cannot be read is dropped, the mark follows."""
        try:
            piece = decode_wet(message.body)
        except OperationError:
            return
        for callback in self._wet_subscribers:
            callback(message.digest, message.author, piece)

    def fetched(self, digest: str, path: str) -> bool:
        """A file is here; False for one of an applicant who was wiped meanwhile: it is not kept."""
        if digest not in self._fetching:
            return False
        self._fetching.discard(digest)
        self._tray.files[digest] = path
        return True

    def fetch_failed(self, digest: str) -> None:
        """It could not be fetched; it is tried again with the next page shown or the next connection."""
        self._fetching.discard(digest)
