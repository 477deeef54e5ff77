"""Random days for the rehearsal: the base load of one district, or more (domain: 900 visits, 14 reviewers).

15 skills asked for unevenly (the n-th 1/n as often), four to a reviewer, handling log-normal with a mean near 347 s
(392 with wrap-up), a tenth of the visits in a priority group.
"""

import random
from datetime import datetime, timedelta

from signaling.hall.day_plan import Plan, Shift, Visit
from signaling.protocol.values import OFFICIAL_TIME

OPENS = datetime(2026, 11, 23, 8, 30, tzinfo=OFFICIAL_TIME)
HOURS = 9
SKILLS = tuple(f"skill-{n:02d}" for n in range(1, 16))
_WEIGHTS = tuple(1 / n for n in range(1, 16))
_LOG_MEAN, _LOG_DEVIATION = 5.67, 0.6


def random_day(seed: int, visits: int = 900, reviewers: int = 14, *, do_all_help: bool = True) -> Plan:
    """One day; the same seed gives the same people. ``do_all_help``: everyone helps out after the overflow time."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible day
    closes = OPENS + timedelta(hours=HOURS)
    came = sorted(chance.uniform(0, HOURS * 3600) for _ in range(visits))
    people = [
        Visit(
            OPENS + timedelta(seconds=seconds),
            chance.choices(SKILLS, _WEIGHTS)[0],
            chance.lognormvariate(_LOG_MEAN, _LOG_DEVIATION),
            "elderly" if chance.random() < 0.1 else "",
        )
        for seconds in came
    ]
    shifts = []
    for n in range(reviewers):
        own = {SKILLS[n % len(SKILLS)], SKILLS[-1 - n % len(SKILLS)]}
        while len(own) < 4:
            own.update(chance.choices(SKILLS, _WEIGHTS))
        skills = (*sorted(own), "general") if do_all_help else tuple(sorted(own))
        shifts.append(Shift(f"reviewer-{n + 1:02d}", skills, OPENS, closes))
    return Plan(tuple(people), tuple(shifts))
