"""The machine of one call: it rings at a desk, is active, may be held, and ends.

A call is bound to a case and to the reviewer it was offered to. Its media link has a generation,
counted up each time the link is built anew (Rejoin). What is said to whom is calling.py's.
"""

from datetime import datetime

import msgspec

from signaling.hall.tables import next_state
from signaling.protocol.values import CallState, EndReason

STEPS: dict[tuple[CallState, str], CallState] = {
    ("ringing", "answer"): "active",
    ("active", "hold"): "held",
    ("held", "resume"): "active",
    ("active", "rejoin"): "active",
    ("held", "rejoin"): "held",
    ("ringing", "end"): "ended",
    ("active", "end"): "ended",
    ("held", "end"): "ended",
}


class Call(msgspec.Struct):
    """One call. ``answered_at`` is None while it rings, ``end_reason`` until it has ended."""

    call_id: str
    desk_id: str
    reviewer_id: str
    placed_at: datetime
    state: CallState = "ringing"
    generation: int = 1
    answered_at: datetime | None = None
    end_reason: EndReason | None = None

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)

    @property
    def is_on(self) -> bool:
        """Answered and not ended."""
        return self.state in ("active", "held")
