"""Tickets: the numbers of the line, and the life of a place in it.

A number is the letter of the item's category and a count of the day (A001). A ticket ages from
``waiting_since``; one that comes back unserved (no answer, lost call, missed and rejoined) keeps its time.
The order is dispatch.py's. Changed only by queue_book.py and register.py, which apply journal entries.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

import msgspec

from signaling.hall.tables import next_state
from signaling.protocol.values import Conversion, PriorityGroup, ServiceItem, TicketKind, TicketState

STEPS: dict[tuple[TicketState, str], TicketState] = {
    ("waiting", "offer"): "offered",
    ("offered", "return"): "waiting",
    ("offered", "serve"): "serving",
    ("serving", "return"): "waiting",
    ("serving", "finish"): "done",
    ("done", "return"): "waiting",
    # the terminal's line is lost during the call
    ("serving", "interrupt"): "interrupted",
    ("interrupted", "reconnect"): "serving",
    ("interrupted", "return"): "waiting",
    ("interrupted", "finish"): "done",
    # the applicant has to fetch something
    ("serving", "park"): "parked",
    ("parked", "return"): "waiting",
    # the applicant went away and keeps the place
    ("waiting", "summon"): "summoned",
    ("summoned", "arrive"): "waiting",
    ("summoned", "miss"): "missed",
    ("serving", "miss"): "missed",
    ("missed", "rejoin"): "waiting",
    ("missed", "expire"): "abandoned",
    # exchanged for an appointment, a callback, a review without the applicant, a window
    ("waiting", "convert"): "converted",
    ("parked", "convert"): "converted",
    ("missed", "convert"): "converted",
    ("serving", "convert"): "converted",
    ("converted", "return"): "waiting",
    ("converted", "summon"): "summoned",
    ("converted", "finish"): "done",
    # the end of a ticket
    ("waiting", "finish"): "done",
    ("offered", "finish"): "done",
    ("summoned", "finish"): "done",
    ("missed", "finish"): "done",
    ("parked", "finish"): "done",
    ("abandoned", "finish"): "done",
    ("waiting", "abandon"): "abandoned",
    ("parked", "abandon"): "abandoned",
    ("abandoned", "convert"): "converted",
    ("waiting", "cancel"): "cancelled",
    ("offered", "cancel"): "cancelled",
    ("serving", "cancel"): "cancelled",
    ("interrupted", "cancel"): "cancelled",
    ("parked", "cancel"): "cancelled",
    ("summoned", "cancel"): "cancelled",
    ("missed", "cancel"): "cancelled",
    ("converted", "cancel"): "cancelled",
}

CHINA = timezone(timedelta(hours=8), "CST")
"""Days and years of numbers are those of the hall's wall clock; China has one zone and no summer time."""


class Ticket(msgspec.Struct):
    """One place in line. ``offers`` counts how often it was offered to a desk, ``misses`` how often nobody came.

    ``kind`` says why it is in line, ``earned`` which kind's boost it has (a rejoined ticket keeps its old score).
    ``until`` ends the state it is in: a summons, a kept or parked place, an interruption; of an appointment it is
    the start and ``window_end`` its end. ``behind`` are cases that a rejoined ticket lets go first.
    ``refused_by`` is the reviewer who did not take the last offer; ``prefer_id`` knows the case and is rung first,
    counted from ``prefer_since``.
    """

    number: str
    waiting_since: datetime
    state: TicketState = "waiting"
    offers: int = 0
    kind: TicketKind = "new"
    earned: TicketKind = "new"
    priority: PriorityGroup = ""
    misses: int = 0
    until: datetime | None = None
    conversion: Conversion | None = None
    window_end: datetime | None = None
    window: str = ""
    rule: str = ""
    prefer_id: str = ""
    prefer_since: datetime | None = None
    behind: tuple[str, ...] = ()
    refused_by: str = ""

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)
        self.offers += step == "offer"

    def can(self, step: str) -> bool:
        """Whether the table has this step now."""
        return (self.state, step) in STEPS

    @property
    def is_for_work_list(self) -> bool:
        """Its case is reviewed without the applicant: left asynchronously or for a callback, or given up."""
        return self.state == "abandoned" or (
            self.state == "converted" and self.conversion in ("asynchronous", "callback")
        )


def letters(catalogue: Iterable[ServiceItem]) -> dict[str, str]:
    """The ticket letter of each category, in the order of the catalogue. Raises ValueError beyond 26."""
    categories = list(dict.fromkeys(item.category for item in catalogue))
    if len(categories) > 26:
        raise ValueError(f"{len(categories)} categories, but tickets have only 26 letters")
    return {category: chr(ord("A") + place) for place, category in enumerate(categories)}


def local_day(now: datetime) -> date:
    """The day on the hall's wall clock."""
    return now.astimezone(CHINA).date()
