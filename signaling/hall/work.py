"""The work list: cases that wait for an act of staff without a call. Derived from the register, case by case.

A case is put in its place again when it changed; every case when the day or the calendar did: that moves clocks.
Which desk may see which line is reviews.py's.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from heapq import merge

import msgspec

from signaling.hall.case import Case
from signaling.hall.clocks import clocks_of, share
from signaling.hall.working_days import WorkingDays
from signaling.protocol.values import Role, WorkEntry, WorkKind

ROLES: dict[WorkKind, Role] = {
    "review": "reviewer",
    "pre_review": "reviewer",
    "callback": "reviewer",
    "parked": "reviewer",
    "decide": "decider",
    "resume": "decider",
    "issue": "issuer",
    "close": "issuer",
}

ON_THE_SPOT = "on the spot"
"""Group of the lines that a reviewer may decide as well: cases of immediate items (即办)."""


def kind_of(case: Case) -> WorkKind | None:
    """What the case waits for without a call; None when it waits for the applicant, the line or a seal."""
    if case.live_call is not None or case.unsealed is not None:
        return None
    match case.state:
        case "pre_review":
            return "pre_review"
        case "received" | "reviewing":
            return _review_of(case)
        case "accepted":
            return "decide"
        case "paused":
            return "resume"
        case "granted":
            return "issue"
        case "delivered" | "refused" | "not_accepted":
            return "close"
        case _:
            return None


def _review_of(case: Case) -> WorkKind | None:
    """A received case is reviewed without a call when its applicant does not stand in line."""
    if case.ticket.state == "parked":
        return "parked"
    if case.lease is not None or case.ticket.is_for_work_list or case.ticket.state == "done":
        return "callback" if case.ticket.conversion == "callback" else "review"
    return None


class Line(msgspec.Struct, frozen=True):
    """An entry, and who may see it: the skill it needs; ``only_id`` alone, not ``never_id``, if not empty."""

    entry: WorkEntry
    skill: str
    only_id: str
    never_id: str
    is_immediate: bool

    @property
    def key(self) -> tuple[date, datetime, str]:
        """Most urgent first."""
        return self.entry.due or date.max, self.entry.since, self.entry.case_id


def _key(line: Line) -> tuple[date, datetime, str]:
    return line.key


def _group_of(line: Line) -> str:
    """Who may take a line, beside the skill: one person, a role, or (decided on the spot) two roles."""
    if line.only_id:
        return f"only {line.only_id}"
    return ON_THE_SPOT if line.entry.kind == "decide" and line.is_immediate else ROLES[line.entry.kind]


def groups_of(roles: Iterable[Role], reviewer_id: str) -> tuple[str, ...]:
    """The groups of lines that this person may take."""
    own = tuple(roles)
    return (*own, f"only {reviewer_id}", *([ON_THE_SPOT] if "reviewer" in own or "decider" in own else []))


class Work:
    """The lines of each skill and group, most urgent first: weeks of cases wait for their decision, and no desk that
    may not decide should have to pass them over.
    """

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._sorted: dict[str, dict[str, list[Line]]] = {}
        self._touched: set[str] = set()
        self._today = date.min

    def touch(self, case_id: str) -> None:
        """The case changed, or is gone."""
        self._touched.add(case_id)

    def begin_anew(self) -> None:
        """The calendar changed: every clock may have moved."""
        self._today = date.min

    def bring_up_to_date(
        self, cases: dict[str, Case], calendar: WorkingDays, correction_days: int, today: date
    ) -> bool:
        """Put what changed in its place. Tells whether any line did, or the day, or the calendar."""
        has_changed = today != self._today
        if has_changed:
            self._touched, self._today = self._lines.keys() | cases.keys(), today
        for case_id in self._touched:
            case = cases.get(case_id)
            before = self._lines.pop(case_id, None)
            line = None if case is None else _line(case, calendar, correction_days, today)
            if line is not None:
                self._lines[case_id] = line
            if before != line:
                has_changed = True
                if before is not None:
                    lines = self._of(before)
                    del lines[bisect_left(lines, before.key, key=_key)]
                if line is not None:
                    insort(self._of(line), line, key=_key)
        self._touched = set()
        return has_changed

    def lines(self, skills: Iterable[str], groups: Iterable[str] | None = None) -> Iterator[Line]:
        """The lines that need one of the skills, of these groups or of all, most urgent first."""
        wanted = None if groups is None else tuple(groups)
        found = []
        for skill in dict.fromkeys(skills):
            of_skill = self._sorted.get(skill, {})
            found += [of_skill[group] for group in wanted or of_skill if group in of_skill]
        return merge(*found, key=_key)

    def _of(self, line: Line) -> list[Line]:
        return self._sorted.setdefault(line.skill, {}).setdefault(_group_of(line), [])


def _line(case: Case, calendar: WorkingDays, correction_days: int, today: date) -> Line | None:
    kind = kind_of(case)
    if kind is None:
        return None
    clock = next(iter(clocks_of(case, calendar, correction_days, today)), None)
    entry = WorkEntry(
        case_id=case.case_id,
        kind=kind,
        item_name=case.item.name,
        state=case.state,
        since=case.complete_at,
        due=None if clock is None else clock.due,
        share=0.0 if clock is None else share(clock, today),
        holder=case.lease.reviewer_name if case.lease is not None else "",
    )
    return Line(
        entry=entry,
        skill=case.item.skill,
        only_id=case.ticket.prefer_id if kind == "parked" else "",
        never_id=case.accepted_by if kind == "decide" and case.item.case_type != "immediate" else "",
        is_immediate=case.item.case_type == "immediate",
    )
