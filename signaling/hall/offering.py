"""What the hall offers: the catalogue of service items that holds now, and the ticket letter of each category.

Changes as a whole when another catalogue is imported; a case keeps the item it began with. Whether the manager
has closed an item is the office's matter.
"""

from collections.abc import Collection

from signaling.hall.tickets import letters
from signaling.protocol.messages import Catalogue
from signaling.protocol.values import Digest, ServiceItem


class Offering:
    """A catalogue, the digest that names its file, and the letters of its categories. Raises ValueError beyond 26."""

    def __init__(self, catalogue: tuple[ServiceItem, ...], digest: Digest) -> None:
        self.catalogue = catalogue
        self.digest = digest
        self.items = {item.code: item for item in catalogue}
        self.letters = letters(catalogue)
        self._restricted = [item for item in catalogue if item.sites]

    def is_offered_at(self, item: ServiceItem, site: str) -> bool:
        """Whether terminals of this hall take it. A terminal that stands nowhere in particular takes everything."""
        return not site or not item.sites or site in item.sites

    def announced(self, site: str, closed: Collection[str]) -> Catalogue:
        """What a terminal of this hall is told. ``closed`` are the codes of what the manager has closed."""
        elsewhere = {item.code for item in self._restricted if not self.is_offered_at(item, site)}
        return Catalogue(self.digest, len(self.catalogue), tuple(sorted(elsewhere | self.items.keys() & closed)))
