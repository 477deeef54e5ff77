"""Acts on their way to the hall: each has a request id, and is over when ``Done``, its answer or an ``Error`` comes.

Part of ``TerminalSession``, as pure as it is. One act of a kind at a time: a second touch on the same button is not
a second act. What was asked for an applicant who is wiped meanwhile is forgotten: its refusal is nobody's business.
"""

from collections.abc import Callable
from typing import Any

from signaling.protocol.messages import ToHall
from terminal.effects import Effect, Say

Ended = Callable[[str], None]
"""Called with the code of the refusal, or with nothing when the act is done."""


class Asking:
    """Knows what is not answered yet."""

    def __init__(
        self,
        perform: Callable[[Effect], None],
        new_id: Callable[[], str],
        began: Callable[[], None] = lambda: None,
    ) -> None:
        """``began`` is told when something new is asked: the last problem is out of date."""
        self._perform = perform
        self._began = began
        self._new_id = new_id
        self._open: dict[str, tuple[type[Any], Ended]] = {}
        self._forgotten: set[str] = set()

    def say(self, make: Callable[[str], ToHall], ended: Ended = lambda code: None) -> bool:
        """Say the message that ``make`` builds for a new request id; False when one of its kind is on its way."""
        request_id = self._new_id()
        message = make(request_id)
        if self.is_asking(type(message)):
            return False
        self._open[request_id] = (type(message), ended)
        self._began()
        self._perform(Say(message))
        return True

    def is_asking(self, *kinds: type[Any]) -> bool:
        """Whether an act of one of these kinds is not answered yet; without kinds, any act."""
        return any(not kinds or kind in kinds for kind, _ in self._open.values())

    def answered(self, request_id: str, code: str = "") -> bool:
        """An answer has come, or a refusal with its code; True when somebody still waits for it."""
        _, ended = self._open.pop(request_id, (None, None))
        if ended is None:
            return False
        ended(code)
        return True

    def is_forgotten(self, request_id: str) -> bool:
        """Whether this answers an act of an applicant who has gone; asked once for each."""
        if request_id not in self._forgotten:
            return False
        self._forgotten.discard(request_id)
        return True

    def clear(self) -> None:
        """The applicant goes; answers that come later are ignored."""
        self._forgotten.update(self._open)
        self._open.clear()
