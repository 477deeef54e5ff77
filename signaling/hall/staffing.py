"""What if more or fewer reviewers had been on duty: the same day rehearsed with other numbers of them. Pure.

The people of the day come again as the journal has them. Figures mean what they mean in metrics.py, except that
a wait begins when somebody comes, so that waiting for a free terminal is in it.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from signaling.hall.counting import ANSWERED_S
from signaling.hall.day_plan import Plan, Shift
from signaling.hall.metrics import Share, Spread, share, spread
from signaling.hall.rehearsal import rehearse
from signaling.hall.rules import HallRules
from signaling.hall.working_days import WorkingDays


class Staffing(msgspec.Struct, frozen=True):
    """How the day goes with so many reviewers. Who was neither answered nor left is in ``unserved``."""

    reviewers: int
    wait: Spread
    answer_rate: Share
    abandoned: Share
    unserved: int


class WhatIf(msgspec.Struct, frozen=True):
    """The day as it was, and what would have been. ``outcomes`` is empty when nobody came or nobody was on duty."""

    visits: int
    reviewers: int
    outcomes: tuple[Staffing, ...]


def what_if(plan: Plan, numbers: Iterable[int], rules: HallRules, calendar: WorkingDays) -> WhatIf:
    """Rehearse the plan with each of these numbers of reviewers, smallest first."""
    outcomes: list[Staffing] = []
    if plan.visits and plan.shifts:
        for number in sorted(set(numbers)):
            day = rehearse(msgspec.structs.replace(plan, shifts=staffed(plan, number)), rules, calendar)
            waited_s = [outcome.waited_s for outcome in day.outcomes if outcome.waited_s is not None]
            gone = sum(outcome.end == "withdrawn" for outcome in day.outcomes)
            outcomes.append(
                Staffing(
                    number,
                    spread(waited_s),
                    share(sum(wait_s <= ANSWERED_S for wait_s in waited_s), len(waited_s) + gone),
                    share(gone, len(waited_s) + gone),
                    unserved=sum(outcome.end == "" for outcome in day.outcomes),
                )
            )
    return WhatIf(len(plan.visits), len(plan.shifts), tuple(outcomes))


def staffed(plan: Plan, number: int) -> tuple[Shift, ...]:
    """So many shifts. Fewer than there were: those stay that together can serve the most visitors.

    More than there were: the same again under other names, in the same order.
    """
    demand = Counter(visit.skill for visit in plan.visits)
    left = list(plan.shifts)
    chosen: list[Shift] = []
    served: Counter[str] = Counter()
    while left and len(chosen) < number:
        # what one more reviewer adds to a skill falls with each who has it already
        best = max(left, key=lambda shift: sum(demand[skill] / (1 + served[skill]) for skill in shift.skills))
        left.remove(best)
        chosen.append(best)
        served.update(best.skills)
    again = (
        msgspec.structs.replace(chosen[place % len(chosen)], reviewer_id=f"extra-{place + 1}")
        for place in range(number - len(chosen))
    )
    return (*chosen, *again)


def numbers_around(actual: int, most: int) -> tuple[int, ...]:
    """At most seven numbers of reviewers worth comparing: the actual one, ``most``, and even steps up to ``most``."""
    steps = {max(1, round(most * part / 6)) for part in range(1, 7)}
    return tuple(sorted(steps | ({actual} if actual else set())))
