"""The people of a busy hall: who comes with what, how long a reviewer takes, what is decided, how it is graded.

Chance comes from a seed; nothing here connects to anything. Proportions are invented, only meant to make everything
happen: leaving and coming back, misses, corrections, non-acceptance, other ways than waiting, papers in the cabinet.
"""

import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from reviewer.simulator import PickUp, Verdict, usual
from signaling.protocol.values import CaseView, Conversion, DeliveryWay, Grade, Particulars, PriorityGroup, ServiceItem
from terminal.opinion import BAD
from terminal.simulator import Script

Kind = TypeVar("Kind")
Habit = Literal["stays", "leaves", "pre_review", "converts", "deposits"]
PAUSE_S = 5.0
"""Mean time a terminal is free between two visits."""
AWAY_S = (4.0, 25.0)
"""How long one who left stays away; some come too late for their summons and have to rejoin."""
HANDLING_S = 4.0
"""Median of the time a reviewer looks at a case; scattered log-normally as in real halls."""
STEP_S = 120.0
"""The longest an applicant waits for anything to happen."""
CHANGE_S = 15.0
"""The longest one who wants something else than to wait looks for it."""
BODIES = ("北京市生态环境局", "北京市市场监督管理局", "北京市规划和自然资源委员会")

_HABITS: dict[Habit, float] = {"stays": 0.68, "leaves": 0.12, "pre_review": 0.07, "converts": 0.07, "deposits": 0.06}
_GRADES: dict[Grade, float] = {
    "very_satisfied": 0.60,
    "satisfied": 0.24,
    "fair": 0.08,
    "dissatisfied": 0.05,
    "very_dissatisfied": 0.03,
}
_GROUPS: dict[PriorityGroup, float] = {"": 0.9, "elderly": 0.06, "disabled": 0.02, "soldier": 0.02}
_WAYS: dict[DeliveryWay, float] = {"hall": 0.6, "centre": 0.1, "courier": 0.2, "locker": 0.1}
_EXCHANGES: dict[Conversion | None, float] = {"asynchronous": 0.7, "appointment": 0.3}


class Visit(msgspec.Struct, frozen=True):
    """What an applicant is going to do, and for how long to stay away afterwards if the case is not over."""

    habit: Habit
    script: Script
    away_s: float


class Crowd:
    """Draws visits of applicants, one after the other. ``tiny`` is a folder for their papers."""

    def __init__(self, seed: int, tiny: Path) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - invented people, no secret
        self._tiny = tiny

    def pause_s(self) -> float:
        """How long until the next applicant comes to a terminal."""
        return self._chance.expovariate(1 / PAUSE_S)

    def visit(self, items: Sequence[ServiceItem], *, is_busy: bool) -> Visit:
        """The next applicant: any item that every terminal takes, deposits only where originals are kept.

        Only when the line ``is_busy`` somebody wants something else than to wait.
        """
        chance = self._chance
        habit = _drawn(chance, _HABITS)
        habit = "stays" if habit == "converts" and not is_busy else habit
        takes = [item for item in items if not item.sites and _has_originals(item) == (habit == "deposits")]
        item = chance.choice(takes)
        originals = tuple(slot.code for slot in item.slots if slot.is_original_kept)
        way = _drawn(chance, _WAYS)
        grade, comment = self._opinion()
        script = Script(
            kind=chance.choice(("person", "organisation")),
            phone=f"139{chance.randrange(10**8):08d}",
            item_code=item.code,
            tiny=self._tiny,
            to_follow=originals,
            deposits=originals,
            deposit_pages=chance.randint(1, 30),
            consents_to_video=chance.random() < 0.9,
            is_pre_review=habit == "pre_review",
            priority=_drawn(chance, _GROUPS),
            delivery=way,
            address="通州区运河东大街 1 号" if way == "courier" else "",
            converts_to=_drawn(chance, _EXCHANGES) if habit == "converts" else None,
            leaves=habit == "leaves",
            grade=grade,
            comment=comment,
            deadline_s=CHANGE_S if habit == "converts" else STEP_S,
        )
        return Visit(habit, script, chance.uniform(*AWAY_S))

    def return_visit(self) -> Visit:
        """What one who comes back with the slip does: stays to the end."""
        grade, comment = self._opinion()
        script = Script(tiny=self._tiny, grade=grade, comment=comment, deadline_s=STEP_S)
        return Visit("stays", script, self._chance.uniform(*AWAY_S))

    def _opinion(self) -> tuple[Grade | None, str]:
        """A grade and what was wrong; most people give one."""
        if self._chance.random() < 0.3:
            return None, ""
        grade = _drawn(self._chance, _GRADES)
        return grade, "等候时间太长" if grade in BAD else ""


class Habits:
    """How one reviewer works."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - an invented working style, no secret

    def handling_s(self, _case: CaseView) -> float:
        """How long this case takes."""
        return min(15.0, max(1.0, self._chance.lognormvariate(math.log(HANDLING_S), 0.5)))

    def pick_up(self, _case: CaseView) -> PickUp:
        """Whether this ring is answered."""
        return _drawn(self._chance, {"answer": 0.97, "decline": 0.02, "miss": 0.01})

    def decide(self, case: CaseView) -> Verdict:
        """What becomes of a case. One correction notice at most (art. 32(4)); nobody is missed or parked twice."""
        is_first = not case.notices and not case.place.misses
        if case.state != "reviewing" or not is_first or _has_originals(case.item) or case.ticket_state != "serving":
            return usual(case)
        match _drawn(self._chance, {"accept": 0.69, "correct": 0.15, "not": 0.08, "missed": 0.05, "park": 0.03}):
            case "correct":
                return Verdict("request_corrections")
            case "not":
                return Verdict("not_accept", self._not_accepted())
            case "missed":
                return Verdict(ending="missed")
            case "park":
                return Verdict(ending="park")
            case _:
                return usual(case)

    def _not_accepted(self) -> Particulars:
        if self._chance.random() < 0.3:
            return Particulars(reason="该事项依法不需要取得行政许可", ground="not_needed")
        body = self._chance.choice(BODIES)
        return Particulars(reason="不属于本机关职权范围", ground="not_competent", competent_body=body)


def _has_originals(item: ServiceItem) -> bool:
    return any(slot.is_original_kept for slot in item.slots)


def _drawn(chance: random.Random, weights: dict[Kind, float]) -> Kind:
    return chance.choices(tuple(weights), tuple(weights.values()))[0]
