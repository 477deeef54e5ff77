"""The hall's service items (事项清单) at the terminal: fetched by digest, by category, searched by words.

Part of ``TerminalSession``, as pure as it is. Belongs to the terminal, not to an applicant: it is not wiped.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from signaling.protocol.messages import Catalogue as CatalogueMessage
from signaling.protocol.values import ServiceItem
from terminal.effects import Effect, FetchCatalogue


class Catalogue:
    """What can be applied for. The old items stay until the new ones are here."""

    def __init__(self, perform: Callable[[Effect], None], changed: Callable[[], None]) -> None:
        self._perform = perform
        self._changed = changed
        self._digest = ""
        self._is_fetching = False
        self.items: tuple[ServiceItem, ...] = ()
        self.held = ""
        """Digest of the items that are here."""
        self.closed: frozenset[str] = frozenset()
        self.problem = ""

    def announced(self, message: CatalogueMessage) -> None:
        """The hall names its catalogue; what is here already is not fetched again."""
        self.closed = frozenset(message.closed)
        self._digest = message.digest
        self.fetch()

    def fetch(self) -> None:
        """Get what was announced and is not here; again after a failure, with the next connection or by hand."""
        if self._digest and self._digest != self.held and not self._is_fetching:
            self._is_fetching, self.problem = True, ""
            self._perform(FetchCatalogue(self._digest))

    def fetched(self, digest: str, items: tuple[ServiceItem, ...]) -> None:
        """The items are here; another catalogue may have been announced meanwhile."""
        self._is_fetching = False
        self.items, self.held = items, digest
        self.fetch()
        self._changed()

    def fetch_failed(self, digest: str, code: str) -> None:
        """They could not be fetched. An older catalogue's absence does not matter when a newer one is announced."""
        self._is_fetching = False
        if digest == self._digest:
            self.problem = code
        else:
            self.fetch()
        self._changed()

    @property
    def categories(self) -> Mapping[str, int]:
        """The categories in the order of the catalogue, with how many items each has."""
        return Counter(item.category for item in self.items)

    def item(self, code: str) -> ServiceItem | None:
        """The item of this code, also a closed one."""
        return next((item for item in self.items if item.code == code), None)

    def is_open(self, code: str) -> bool:
        """Whether it can be applied for."""
        return code not in self.closed and self.item(code) is not None

    def find(self, words: str = "", category: str = "") -> tuple[ServiceItem, ...]:
        """Items of the category (all when empty) whose name, code or department holds every word."""
        wanted = words.casefold().split()
        return tuple(
            item
            for item in self.items
            if (not category or item.category == category)
            and all(word in f"{item.name} {item.code} {item.department}".casefold() for word in wanted)
        )
