"""Tickets: the numbers of the line, and the order in it.

A number is the letter of the item's category and a count of the day (A001). Who waits longest comes
first; a ticket that returns (no answer, lost call, correction handed in) keeps its time and so is at
the head again. Which desk gets a ticket is decided in dispatch.py.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

import msgspec

from signaling.hall.tables import next_state
from signaling.protocol.values import ServiceItem, TicketState

STEPS: dict[tuple[TicketState, str], TicketState] = {
    ("waiting", "offer"): "offered",
    ("offered", "return"): "waiting",
    ("offered", "serve"): "serving",
    ("serving", "return"): "waiting",
    ("waiting", "finish"): "done",
    ("offered", "finish"): "done",
    ("serving", "finish"): "done",
    ("done", "return"): "waiting",
}

CHINA = timezone(timedelta(hours=8), "CST")
"""Days and years of numbers are those of the hall's wall clock; China has one zone and no summer time."""


class Ticket(msgspec.Struct):
    """One place in line. ``offers`` counts how often it was offered to a desk."""

    number: str
    waiting_since: datetime
    state: TicketState = "waiting"
    offers: int = 0

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)
        self.offers += step == "offer"


def letters(catalogue: Iterable[ServiceItem]) -> dict[str, str]:
    """The ticket letter of each category, in the order of the catalogue. Raises ValueError beyond 26."""
    categories = list(dict.fromkeys(item.category for item in catalogue))
    if len(categories) > 26:
        raise ValueError(f"{len(categories)} categories, but tickets have only 26 letters")
    return {category: chr(ord("A") + place) for place, category in enumerate(categories)}


def local_day(now: datetime) -> date:
    """The day on the hall's wall clock."""
    return now.astimezone(CHINA).date()


def place_in_line(ticket: Ticket) -> tuple[datetime, str]:
    """Sort key of the line: who waits longest first; the number decides between equals."""
    return ticket.waiting_since, ticket.number
