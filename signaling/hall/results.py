"""The machine of a result (证照、批文): made, then fetched at a counter, from a locker, or brought by a courier.

It begins when the case is issued. Until it is dispatched it can be put elsewhere; a result nobody fetched from its
locker goes back to the counter. Changed only by office_book.py; who may do what is delivering.py's.
"""

from datetime import date

import msgspec

from signaling.hall.tables import next_state
from signaling.protocol.values import DeliveryWay, Result, ResultState

STEPS: dict[tuple[ResultState, str], ResultState] = {
    ("making", "make"): "ready",
    ("ready", "put_at_counter"): "at_counter",
    ("ready", "dispatch"): "dispatched",
    ("ready", "put_in_locker"): "in_locker",
    ("at_counter", "dispatch"): "dispatched",
    ("at_counter", "put_in_locker"): "in_locker",
    ("at_counter", "hand_over"): "handed_over",
    ("in_locker", "put_at_counter"): "at_counter",
    ("in_locker", "open"): "handed_over",
    ("dispatched", "hand_over"): "handed_over",
}
"""``open``: the pick-up code opened the locker. ``hand_over`` of a dispatched one: the courier's receipt came."""


class ResultDocument(msgspec.Struct):
    """The result of one case. ``terminal_id`` and ``cell`` name the locker, until its door is shut again.

    ``code`` opens the locker or is shown at the counter. ``reminders`` as in ResultReminded, of the present state.
    """

    case_id: str
    way: DeliveryWay
    address: str
    state: ResultState = "making"
    code: str = ""
    tracking: str = ""
    terminal_id: str = ""
    cell: int = 0
    keep_until: date | None = None
    by: str = ""
    reminders: tuple[str, ...] = ()

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)
        self.reminders = ()

    def can(self, step: str) -> bool:
        """Whether the table has this step now."""
        return (self.state, step) in STEPS

    def view(self) -> Result:
        """The result as the applicant and the issuing window see it."""
        return Result(
            state=self.state,
            way=self.way,
            address=self.address,
            code=self.code,
            tracking=self.tracking,
            cell=self.cell,
            keep_until=self.keep_until,
        )
