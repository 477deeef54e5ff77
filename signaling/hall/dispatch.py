"""Dispatch: which waiting ticket goes to which ready desk. One pure function, no state.

First in line first; among the desks that may handle its item, the one that has been ready longest.
Cases of absent terminals and desks that are not connected are not handed in here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from signaling.hall.tickets import Ticket, place_in_line


class Waiting(msgspec.Struct, frozen=True):
    """A case whose terminal is connected and whose ticket waits."""

    case_id: str
    ticket: Ticket
    skill: str


class FreeDesk(msgspec.Struct, frozen=True):
    """A reviewer who is connected and ready."""

    reviewer_id: str
    skills: tuple[str, ...]
    ready_since: datetime


class Choice(msgspec.Struct, frozen=True):
    """Offer this case to this reviewer. ``rule`` goes into the journal: why this case was first."""

    case_id: str
    reviewer_id: str
    rule: str


def choose(line: Iterable[Waiting], desks: Sequence[FreeDesk]) -> Choice | None:
    """The next offer to make, or None when nobody in line can be served now."""
    for waiting in sorted(line, key=lambda waiting: place_in_line(waiting.ticket)):
        able = [desk for desk in desks if waiting.skill in desk.skills]
        if able:
            desk = min(able, key=lambda desk: (desk.ready_since, desk.reviewer_id))
            rule = "returned_to_head" if waiting.ticket.offers else "longest_waiting"
            return Choice(waiting.case_id, desk.reviewer_id, rule)
    return None
