"""A day of the hall as a plan: who comes when and what for, and who is on duty. Values for rehearsal.py.

Made by hand, by chance (benchmarks), or from the journal of a day that was: then the same people come again.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from signaling.hall.facts import CallAnswered, CallEndedFact, CaseSubmitted, CaseWithdrawn, Entry
from signaling.hall.office_facts import SkillsLearnt
from signaling.hall.queue_facts import CaseLeft, DeskStateChanged, TicketConverted
from signaling.protocol.values import Conversion, PriorityGroup


class Visit(msgspec.Struct, frozen=True):
    """Somebody comes to the hall at ``at`` to hand in a case of this skill; its review takes ``handling_s``."""

    at: datetime
    skill: str
    handling_s: float
    priority: PriorityGroup = ""
    waits_elsewhere: bool = False
    """Leaves the terminal with the ticket and comes ``comes_s`` after being summoned; too late means rejoining."""
    comes_s: float = 30
    patience_s: float | None = None
    """Withdraws when nobody has answered after so long."""
    accepts: tuple[Conversion, ...] = ()
    """Exchanges the place for one of these when it is proposed with the ticket."""


class Shift(msgspec.Struct, frozen=True):
    """A reviewer is ready for calls from ``start`` to ``end``; a call that is on then is finished."""

    reviewer_id: str
    skills: tuple[str, ...]
    start: datetime
    end: datetime


class Plan(msgspec.Struct, frozen=True):
    """A day. ``answer_s``: so long a desk rings before it is answered. All desks answer."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    terminals: int = 50
    answer_s: float = 4


def plan_of(entries: Iterable[Entry], terminals: int, typical_s: float) -> Plan:
    """The day the journal tells of. ``entries``: of that day, in order, and what was learnt of skills before it.

    A case that was never reviewed in a call would have taken what its skill took on average, ``typical_s`` when
    there was none. Several calls about a case become one. An appointment is forgotten: who made one waits in line.
    A reviewer is on duty from the first readiness to the last change; breaks between are not kept.
    """
    past = _Past()
    for entry in entries:
        past.add(entry)
    return Plan(past.visits(typical_s), past.shifts(), terminals)


class _Past:
    """What is known of a past day so far."""

    def __init__(self) -> None:
        self._submitted: dict[str, tuple[datetime, CaseSubmitted]] = {}
        self._answered: set[str] = set()
        self._on_since: dict[str, datetime] = {}
        self._handled_s: defaultdict[str, float] = defaultdict(float)
        self._left: set[str] = set()
        self._gave_up_s: dict[str, float] = {}
        self._exchanged: dict[str, Conversion] = {}
        self._skills: defaultdict[str, set[str]] = defaultdict(set)
        self._duty: dict[str, tuple[datetime, datetime]] = {}

    def add(self, entry: Entry) -> None:
        """Take in the next entry."""
        match entry.fact:
            case CaseSubmitted(is_pre_review=False) as fact:
                self._submitted[fact.case_id] = entry.time, fact
            case CallAnswered(case_id=case_id, reviewer_id=reviewer_id) if case_id in self._submitted:
                self._answered.add(case_id)
                self._on_since[case_id] = entry.time
                self._skills[reviewer_id].add(self._submitted[case_id][1].item.skill)
            case CallEndedFact(case_id=case_id) if case_id in self._on_since:
                self._handled_s[case_id] += (entry.time - self._on_since.pop(case_id)).total_seconds()
            case CaseLeft(case_id=case_id, request_id=request_id) if request_id and self._is_waiting(case_id):
                self._left.add(case_id)
            case CaseWithdrawn(case_id=case_id) if self._is_waiting(case_id):
                self._gave_up_s[case_id] = (entry.time - self._submitted[case_id][0]).total_seconds()
            case TicketConverted(case_id=case_id, to=to) if to != "appointment" and self._is_waiting(case_id):
                self._exchanged[case_id] = to
            case SkillsLearnt(reviewer_id=reviewer_id, skills=skills):
                self._skills[reviewer_id].update(skills)
            case DeskStateChanged(reviewer_id=reviewer_id, availability=availability):
                if reviewer_id in self._duty or availability != "away":
                    start, _ = self._duty.get(reviewer_id, (entry.time, entry.time))
                    self._duty[reviewer_id] = start, entry.time
            case _:
                pass

    def visits(self, typical_s: float) -> tuple[Visit, ...]:
        """Everyone who handed something in."""
        known: defaultdict[str, list[float]] = defaultdict(list)
        for case_id, handled_s in self._handled_s.items():
            known[self._submitted[case_id][1].item.skill].append(handled_s)
        usual_s = {skill: sum(times) / len(times) for skill, times in known.items()}
        return tuple(
            Visit(
                at=at,
                skill=fact.item.skill,
                handling_s=self._handled_s.get(case_id) or usual_s.get(fact.item.skill, typical_s),
                priority=fact.priority,
                waits_elsewhere=case_id in self._left,
                patience_s=self._gave_up_s.get(case_id),
                accepts=(self._exchanged[case_id],) if case_id in self._exchanged else (),
            )
            for case_id, (at, fact) in self._submitted.items()
        )

    def _is_waiting(self, case_id: str) -> bool:
        """Whether the applicant is still to be answered, and has chosen nothing else."""
        is_over = case_id in self._answered or case_id in self._gave_up_s or case_id in self._exchanged
        return case_id in self._submitted and not is_over

    def shifts(self) -> tuple[Shift, ...]:
        """Everyone who was ready at all."""
        return tuple(
            Shift(reviewer_id, tuple(sorted(self._skills[reviewer_id])), start, end)
            for reviewer_id, (start, end) in sorted(self._duty.items())
        )
