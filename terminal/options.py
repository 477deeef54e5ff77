"""What the applicant chooses beside the papers: priority group, how the result is fetched, the letter of commitment.

Part of ``TerminalSession``, as pure as it is. The letter (告知承诺, 容缺) is another thing than the declaration that
the papers are true: it is signed only where an item or a paper that follows later needs it.
"""

from collections.abc import Callable

from signaling.protocol.values import DeliveryWay, PriorityGroup


class Options:
    """Chosen before submitting."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.clear()

    def clear(self) -> None:
        """Back to the ordinary way."""
        self.priority: PriorityGroup = ""
        self.delivery: DeliveryWay = "hall"
        self.address = ""
        self.has_signed = False

    @property
    def is_delivery_known(self) -> bool:
        """Whether the courier, if there is one, knows where to go."""
        return self.delivery != "courier" or len(self.address.strip()) >= MIN_ADDRESS

    def set_priority(self, group: PriorityGroup) -> None:
        """The group the applicant belongs to; the same again takes it back."""
        self.priority = "" if group == self.priority else group
        self._changed()

    def set_delivery(self, way: DeliveryWay) -> None:
        """How the result is to be fetched."""
        self.delivery = way
        self._changed()

    def set_address(self, address: str) -> None:
        """Where the courier goes, as typed so far."""
        self.address = address[:200]
        self._changed()

    def set_signed(self, has_signed: bool) -> None:
        """The letter of commitment was read and is signed, or not."""
        self.has_signed = has_signed
        self._changed()


MIN_ADDRESS = 6
"""Shorter than that is no address a courier finds."""
