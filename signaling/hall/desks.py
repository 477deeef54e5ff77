"""The machine of a desk with its reviewer: away, ready, offered a call, in a call, wrapping up.

A missed or declined call makes the desk away, so that a dead desk cannot hold up the line. Not durable:
after a restart a desk is away until its reviewer says otherwise, unless its call is still on.
"""

from datetime import datetime

import msgspec

from signaling.hall.events import Desk
from signaling.hall.tables import next_state
from signaling.protocol.messages import DeskChanged
from signaling.protocol.values import Availability

STEPS: dict[tuple[Availability, str], Availability] = {
    ("away", "be_ready"): "ready",
    ("ready", "be_ready"): "ready",
    ("wrap_up", "be_ready"): "ready",
    ("away", "be_away"): "away",
    ("ready", "be_away"): "away",
    ("wrap_up", "be_away"): "away",
    ("ready", "offer"): "offered",
    ("offered", "answer"): "in_call",
    ("offered", "void"): "ready",
    ("offered", "miss"): "away",
    ("in_call", "hang_up"): "wrap_up",
}


class Seat(msgspec.Struct):
    """A reviewer at a desk. ``session_id`` is None while the connection is lost; ``reason`` is a code or own words.

    ``misses`` counts the rings in a row that nobody answered; ``until`` is when the wrap-up ends by itself.
    """

    party: Desk
    since: datetime
    session_id: str | None = None
    availability: Availability = "away"
    reason: str = ""
    misses: int = 0
    until: datetime | None = None

    def step(self, step: str, now: datetime, reason: str = "") -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.availability = next_state(STEPS, self.availability, step)
        self.since = now
        self.reason = reason
        self.until = None

    def view(self) -> DeskChanged:
        """What the desk is told of itself."""
        return DeskChanged(self.availability, self.reason, self.since, self.until)
