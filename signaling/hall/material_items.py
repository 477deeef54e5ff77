"""The machine of a material item: one line of the material list as the review has it.

Empty until something is handed in; looked at by the reviewer in charge; accepted or rejected with a decision. A minor
material may be waived (容缺) until its day; what comes from the licence register is reused. Changed only by
case_book.py. The paper original is another machine (deposits.py).
"""

import msgspec

from signaling.hall.tables import next_state
from signaling.protocol.values import ItemState, Material

STEPS: dict[tuple[ItemState, str], ItemState] = {
    # something is handed in, first or anew; reuse: from the licence register
    ("empty", "upload"): "uploaded",
    ("empty", "reuse"): "reused",
    ("empty", "waive"): "waived",
    ("waived", "upload"): "uploaded",
    ("waived", "reuse"): "reused",
    ("uploaded", "upload"): "uploaded",
    ("uploaded", "reuse"): "reused",
    ("reused", "upload"): "uploaded",
    ("reused", "reuse"): "reused",
    ("looked_at", "upload"): "uploaded",
    ("looked_at", "reuse"): "reused",
    ("accepted", "upload"): "uploaded",
    ("accepted", "reuse"): "reused",
    ("rejected", "upload"): "uploaded",
    ("rejected", "reuse"): "reused",
    # the reviewer looks
    ("uploaded", "look"): "looked_at",
    ("reused", "look"): "looked_at",
    ("looked_at", "look"): "looked_at",
    ("accepted", "look"): "accepted",
    ("rejected", "look"): "rejected",
    # another reviewer takes the case and has to look again
    ("looked_at", "hand_over"): "uploaded",
    # a decision
    ("looked_at", "accept"): "accepted",
    ("rejected", "accept"): "accepted",
    ("looked_at", "reject"): "rejected",
    ("accepted", "reject"): "rejected",
    ("rejected", "reject"): "rejected",
    ("empty", "reject"): "rejected",
    ("waived", "reject"): "rejected",
    # the notice of the decision is void
    ("accepted", "void"): "looked_at",
    ("rejected", "void"): "looked_at",
    ("rejected", "clear"): "empty",
    ("waived", "clear"): "empty",
}
"""``clear``: the notice that asked for a missing material, or let it follow, is void.

``reject`` from ``empty`` or ``waived``: the material is missing and asked for.
"""

READ: tuple[ItemState, ...] = ("looked_at", "accepted", "rejected")
"""The reviewer has seen what is there."""


class MaterialItem(msgspec.Struct):
    """One slot of one case. ``version`` is the newest handed in, 0 for none; ``looked_by`` the reviewer who looked."""

    slot: str
    state: ItemState = "empty"
    version: int = 0
    looked_by: str = ""

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)

    def can(self, step: str) -> bool:
        """Whether the table has this step now."""
        return (self.state, step) in STEPS

    def hand_in(self, material: Material) -> None:
        """A file came in for this slot."""
        self.step("reuse" if material.source == "reuse" else "upload")
        self.version = material.version
        self.looked_by = ""

    def look(self, reviewer_id: str) -> None:
        """A reviewer saw the newest version."""
        self.step("look")
        self.looked_by = reviewer_id

    def void(self) -> None:
        """The decision that accepted or rejected it does not hold."""
        if not self.version and self.can("clear"):
            self.step("clear")
        elif self.can("void"):
            self.step("void")

    def hand_over(self, reviewer_id: str) -> None:
        """This reviewer has the case now: what only another looked at is to be looked at again."""
        if self.looked_by != reviewer_id and self.can("hand_over"):
            self.step("hand_over")
            self.looked_by = ""
