"""Staffing what-if: whom it keeps, whom it adds, and that more people on duty make nobody wait longer."""

from datetime import datetime, timedelta

import pytest

from signaling.hall.day_plan import Plan, Shift, Visit
from signaling.hall.rules import HallRules
from signaling.hall.staffing import WhatIf, numbers_around, staffed, what_if
from signaling.hall.working_days import WorkingDays
from signaling.protocol.values import OFFICIAL_TIME

MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=OFFICIAL_TIME)
EVENING = MORNING + timedelta(hours=8)
CALENDAR = WorkingDays(())


def shift(name: str, *skills: str) -> Shift:
    return Shift(name, skills, MORNING, EVENING)


def plan(shifts: tuple[Shift, ...], visits: int = 12, skills: tuple[str, ...] = ("env", "tax")) -> Plan:
    return Plan(
        tuple(
            Visit(MORNING + timedelta(seconds=30 + 60 * number), skills[number % len(skills)], 300.0)
            for number in range(visits)
        ),
        shifts,
        terminals=20,
    )


def names(shifts: tuple[Shift, ...]) -> list[str]:
    return [one.reviewer_id for one in shifts]


def test_fewer_keep_who_serves_most_visitors_together() -> None:
    day = plan((shift("a", "env"), shift("b", "env"), shift("c", "tax"), shift("d", "rare")))
    assert names(staffed(day, 2)) == ["a", "c"]
    assert names(staffed(day, 3)) == ["a", "c", "b"]


def test_more_are_the_same_again() -> None:
    more = staffed(plan((shift("a", "env"), shift("b", "tax"))), 5)
    assert names(more) == ["a", "b", "extra-1", "extra-2", "extra-3"]
    assert [one.skills for one in more[2:]] == [("env",), ("tax",), ("env",)]


def test_more_reviewers_make_nobody_wait_longer() -> None:
    day = plan((shift("a", "env", "tax"),))
    answer = what_if(day, (4, 1, 2, 2), HallRules(), CALENDAR)
    assert (answer.visits, answer.reviewers) == (12, 1)
    assert [outcome.reviewers for outcome in answer.outcomes] == [1, 2, 4]
    worst = [outcome.wait.worst_s or 0.0 for outcome in answer.outcomes]
    assert worst[0] > worst[1] > worst[2]
    assert [outcome.answer_rate.whole for outcome in answer.outcomes] == [12, 12, 12]
    assert answer.outcomes[-1].unserved == 0


@pytest.mark.parametrize("day", [plan(()), plan((shift("a", "env"),), visits=0)])
def test_without_visitors_or_reviewers_there_is_nothing_to_compare(day: Plan) -> None:
    assert what_if(day, (1, 2), HallRules(), CALENDAR) == WhatIf(len(day.visits), len(day.shifts), ())


def test_the_numbers_worth_comparing() -> None:
    assert numbers_around(14, 18) == (3, 6, 9, 12, 14, 15, 18)
    assert numbers_around(0, 1) == (1,)
    assert numbers_around(14, 3) == (1, 2, 3, 14)
