"""Who stands where in line: the tickets in order, kept sorted as they come, move and go.

The order is ``waiting_since`` less the boost of the ticket's kind and group (domain §3.6, rule 2): since all age
alike, that key never changes while a ticket waits. Derived from the register and built again after a restart;
nothing here is decided or durable.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from typing import Literal

import msgspec

from signaling.hall.case import Case

Presence = Literal["here", "away", "lost"]
"""Of the applicant: at a connected terminal; gone with the place kept; at a terminal that lost its connection."""

Key = tuple[datetime, str, str]
"""Time, ticket number, case: the number decides between equals."""


class Stander(msgspec.Struct, frozen=True):
    """A ticket in line, waiting or called. ``preferred_until`` ends the wait for the reviewer ``prefer_id``."""

    case_id: str
    skill: str
    key: Key
    arrival: Key
    presence: Presence
    is_waiting: bool = True
    kind: str = "new"
    has_priority: bool = False
    offers: int = 0
    prefer_id: str = ""
    preferred_until: datetime | None = None
    refused_by: str = ""
    behind: tuple[str, ...] = ()

    @property
    def waiting_since(self) -> datetime:
        """Since when it ages."""
        return self.arrival[0]


class Standing:
    """The line. ``standers`` also has who is offered or summoned now; only who waits has a place."""

    def __init__(self) -> None:
        self.standers: dict[str, Stander] = {}
        self.lines: dict[str, list[Key]] = {}
        """The waiting of each skill, first in line first."""
        self._arrivals: list[Key] = []
        self._preferring: dict[str, datetime] = {}
        self._called: dict[str, Stander] = {}
        self.appointments: dict[tuple[str, datetime], set[str]] = {}
        """Cases booked for each skill and quarter of an hour."""
        self._booked: dict[str, tuple[str, datetime]] = {}

    def put(self, stander: Stander) -> None:
        """Place a ticket, or place it anew."""
        self.remove(stander.case_id)
        self.standers[stander.case_id] = stander
        if not stander.is_waiting:
            self._called[stander.case_id] = stander
            return
        insort(self.lines.setdefault(stander.skill, []), stander.key)
        insort(self._arrivals, stander.arrival)
        if stander.preferred_until is not None:
            self._preferring[stander.case_id] = stander.preferred_until

    def remove(self, case_id: str) -> None:
        """Take a ticket out of the line, if it is there."""
        stander = self.standers.pop(case_id, None)
        if stander is None:
            return
        if self._called.pop(case_id, None) is None:
            _take(self.lines[stander.skill], stander.key)
            if not self.lines[stander.skill]:
                del self.lines[stander.skill]
            _take(self._arrivals, stander.arrival)
            self._preferring.pop(case_id, None)

    def book(self, case: Case) -> None:
        """Keep the count of appointments: this case's is as its ticket says."""
        ticket = case.ticket
        is_booked = ticket.state == "converted" and ticket.conversion == "appointment" and ticket.until is not None
        before = self._booked.pop(case.case_id, None)
        if before is not None:
            self.appointments[before].discard(case.case_id)
            if not self.appointments[before]:
                del self.appointments[before]
        if is_booked and ticket.until is not None:
            slot = case.item.skill, ticket.until
            self.appointments.setdefault(slot, set()).add(case.case_id)
            self._booked[case.case_id] = slot

    def waiting(self, skill: str) -> Iterator[Stander]:
        """Who waits for this skill, first in line first."""
        return (self.standers[case_id] for _, _, case_id in self.lines.get(skill, ()))

    def shown(self, skills: tuple[str, ...], limit: int) -> list[str]:
        """The first cases that wait or are called for these skills."""
        wanted = set(skills)
        called = sorted(stander.key for stander in self._called.values() if stander.skill in wanted)
        keys = merge(called, *(self.lines.get(skill, ()) for skill in wanted))
        return [case_id for (_, _, case_id), _ in zip(keys, range(limit), strict=False)]

    def ahead(self, case_id: str) -> int:
        """How many wait before this one for the same skill; 0 for one that does not wait."""
        stander = self.standers.get(case_id)
        if stander is None or not stander.is_waiting:
            return 0
        return bisect_left(self.lines[stander.skill], stander.key)

    def arrived_before(self, stander: Stander) -> Iterator[Stander]:
        """Who waits and has waited longer than this one."""
        for key in self._arrivals:
            if key >= stander.arrival:
                return
            yield self.standers[key[2]]

    def first_arrival_after(self, time: datetime) -> datetime | None:
        """The earliest arrival later than this moment among those who wait."""
        place = bisect_right(self._arrivals, time, key=_time_of)
        return self._arrivals[place][0] if place < len(self._arrivals) else None

    def next_preference_end(self, now: datetime) -> datetime | None:
        """When the next one stops waiting for a certain reviewer."""
        return min((until for until in self._preferring.values() if until > now), default=None)

    def is_waiting_here(self, case_id: str) -> bool:
        """Whether this ticket waits and its applicant is at a terminal."""
        stander = self.standers.get(case_id)
        return stander is not None and stander.is_waiting and stander.presence == "here"


def _time_of(key: Key) -> datetime:
    return key[0]


def _take(keys: list[Key], key: Key) -> None:
    del keys[bisect_left(keys, key)]
