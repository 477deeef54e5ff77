"""Which desks work and which are free, by skill: kept true as desks change, so that nobody has to look at them all.

A desk works while its reviewer is connected and not away; it is free while it is ready and has no case open. Derived
from the seats (``Floor.man``), nothing here is decided or durable.
"""

from collections import Counter
from datetime import datetime

import msgspec


class FreeDesk(msgspec.Struct, frozen=True):
    """A reviewer who is connected and ready."""

    reviewer_id: str
    skills: tuple[str, ...]
    ready_since: datetime


class Manning:
    """The desks that work. ``working`` and ``free`` count them for each skill."""

    def __init__(self) -> None:
        self.working: Counter[str] = Counter()
        self._skills: dict[str, tuple[str, ...]] = {}
        self._free: dict[str, dict[str, FreeDesk]] = {}

    def put(self, reviewer_id: str, skills: tuple[str, ...], ready_since: datetime | None) -> None:
        """This desk works; it is free since then, or busy (None)."""
        self.remove(reviewer_id)
        self._skills[reviewer_id] = skills
        self.working.update(skills)
        if ready_since is not None:
            desk = FreeDesk(reviewer_id, skills, ready_since)
            for skill in skills:
                self._free.setdefault(skill, {})[reviewer_id] = desk

    def remove(self, reviewer_id: str) -> None:
        """This desk does not work any more, if it did."""
        skills = self._skills.pop(reviewer_id, ())
        self.working.subtract(skills)
        for skill in skills:
            desks = self._free.get(skill, {})
            desks.pop(reviewer_id, None)
            if not desks:
                self._free.pop(skill, None)

    def works(self, reviewer_id: str) -> bool:
        """Whether this reviewer is at work."""
        return reviewer_id in self._skills

    def free(self, skill: str) -> list[FreeDesk]:
        """The free desks with this skill, ready longest first."""
        return sorted(self._free.get(skill, {}).values(), key=lambda desk: (desk.ready_since, desk.reviewer_id))

    def free_count(self, skill: str) -> int:
        """How many desks with this skill are free."""
        return len(self._free.get(skill, ()))

    @property
    def are_any_free(self) -> bool:
        """Whether any desk is free."""
        return bool(self._free)
