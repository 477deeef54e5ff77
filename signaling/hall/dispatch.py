"""Dispatch: which waiting ticket goes to which free desk, by which rule. Pure functions, no state.

First in line first (standing.py). Skills are strict at first; after a while reviewers with the skill ``general``
help out, later those with ``pool`` (of another hall). A ticket waits at most a minute for the reviewer who knows
it. One that was just refused goes to another desk, if there is one. Ticket by ticket, so nobody able stays idle.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from signaling.hall.manning import FreeDesk, Manning
from signaling.hall.standing import Stander, Standing

GENERAL, POOL = "general", "pool"
"""Skills of who may help out after ``overflow_s`` and ``pool_s``."""

MAX_PASSED = 20
"""So many cases at most are named in the fairness log of one offer."""


class Patience(msgspec.Struct, frozen=True):
    """After how many seconds of waiting others may help out."""

    overflow_s: float = 90
    pool_s: float = 300


class Choice(msgspec.Struct, frozen=True):
    """Call this case for this reviewer. ``rule`` and ``passed_over`` go into the journal: why this case was first."""

    case_id: str
    reviewer_id: str
    rule: str
    passed_over: tuple[str, ...] = ()


class Chances:
    """Which free desk a ticket may go to.

    For the desks in ``expecting`` somebody is summoned already: they serve who is here, but call nobody else.
    """

    def __init__(self, manning: Manning, expecting: Collection[str] = ()) -> None:
        self._manning = manning
        self._expecting = expecting

    @property
    def are_any(self) -> bool:
        """Whether any desk is free."""
        return self._manning.are_any_free

    def has(self, skill: str) -> bool:
        """Whether a desk with this skill is free."""
        return self._manning.free_count(skill) > 0

    def desk_for(self, stander: Stander, now: datetime, patience: Patience) -> tuple[FreeDesk, str] | None:
        """The desk this ticket would be offered to now, and what made it able: "" (the skill), or the overflow."""
        able = [(desk, "") for desk in self._manning.free(stander.skill)]
        waited = now - stander.waiting_since
        if waited >= timedelta(seconds=patience.overflow_s):
            able += [(desk, "skill_overflow") for desk in self._manning.free(GENERAL)]
        if waited >= timedelta(seconds=patience.pool_s):
            able += [(desk, "pool_overflow") for desk in self._manning.free(POOL)]
        if stander.presence == "away":
            able = [pair for pair in able if pair[0].reviewer_id not in self._expecting]
        if stander.preferred_until is not None and now < stander.preferred_until:
            known = [pair for pair in able if pair[0].reviewer_id == stander.prefer_id]
            if known or self._manning.works(stander.prefer_id):
                return known[0] if known else None
        others = [pair for pair in able if pair[0].reviewer_id != stander.refused_by]
        return next(iter(others or able), None)


def choose(standing: Standing, chances: Chances, now: datetime, patience: Patience) -> Choice | None:
    """The next call to make, or None when nobody in line can be served now. Who is away is to be summoned."""
    if not chances.are_any:
        return None
    best: tuple[Stander, FreeDesk, str] | None = None
    for skill in standing.lines:
        found = _first(standing, skill, chances, now, patience)
        if found is not None and (best is None or found[0].key < best[0].key):
            best = found
    if best is None:
        return None
    stander, desk, overflow = best
    passed = [other.case_id for other, _ in zip(standing.arrived_before(stander), range(MAX_PASSED), strict=False)]
    return Choice(stander.case_id, desk.reviewer_id, overflow or _rule(stander, desk, passed), tuple(passed))


def next_chance(standing: Standing, chances: Chances, now: datetime, patience: Patience) -> datetime | None:
    """When, without any event, a desk that is free now may take a ticket it may not take yet."""
    if not chances.are_any:
        return None
    moments = [standing.next_preference_end(now)]
    for skill, delay_s in ((GENERAL, patience.overflow_s), (POOL, patience.pool_s)):
        if chances.has(skill):
            delay = timedelta(seconds=delay_s)
            arrival = standing.first_arrival_after(now - delay)
            moments.append(None if arrival is None else arrival + delay)
    return min((moment for moment in moments if moment is not None), default=None)


def _first(
    standing: Standing, skill: str, chances: Chances, now: datetime, patience: Patience
) -> tuple[Stander, FreeDesk, str] | None:
    """The first in this skill's line whom a free desk can serve."""
    is_strict_only = not (chances.has(GENERAL) or chances.has(POOL))
    if is_strict_only and not chances.has(skill):
        return None
    impatient_before = now - timedelta(seconds=min(patience.overflow_s, patience.pool_s))
    for stander in standing.waiting(skill):
        # A key is never later than the arrival: from here on nobody has waited long enough for others to help.
        if not chances.has(skill) and stander.key[0] > impatient_before:
            return None
        if stander.presence == "lost" or any(standing.is_waiting_here(case_id) for case_id in stander.behind):
            continue
        pair = chances.desk_for(stander, now, patience)
        if pair is not None:
            return stander, *pair
    return None


def _rule(stander: Stander, desk: FreeDesk, passed: list[str]) -> str:
    """Why this ticket is called now."""
    if desk.reviewer_id == stander.prefer_id:
        return "preferred_reviewer"
    if stander.kind != "new":
        return stander.kind
    if stander.has_priority:
        return "priority_group"
    if stander.offers:
        return "returned_to_head"
    return "skills_only" if passed else "longest_waiting"
