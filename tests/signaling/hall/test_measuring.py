"""Figures of a time: what ends in it counts, with all that came before; what ends outside does not."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from signaling.hall.day_plan import Plan, Shift, Visit
from signaling.hall.facts import (
    CallAnswered,
    CallEndedFact,
    CallPlaced,
    CaseSubmitted,
    Decided,
    Entry,
    Fact,
)
from signaling.hall.measuring import measure
from signaling.hall.metrics import Metrics, Share
from signaling.hall.rehearsal import rehearse
from signaling.hall.rules import HallRules
from signaling.hall.working_days import WorkingDays
from signaling.protocol.values import OFFICIAL_TIME, Applicant, ServiceItem

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
MIDNIGHT = NOON + timedelta(hours=12)
ITEM = ServiceItem(
    "ENV-001", "环评审批", "environment", "", "", "environment", "新办", "", 20, 10, False, "hall", slots=()
)
APPLICANT = Applicant("person", "张三", "resident_id", "11010519491231002X", "13800138000")

STORY: list[tuple[float, Fact]] = [
    (-100, CaseSubmitted("c", "A001", "r", ITEM, APPLICANT, (), True, "T-01", "终端")),
    (-50, CallPlaced("k1", "c", "D-01", "shen", "score")),
    (-30, CallEndedFact("k1", "c", "no_answer")),
    (15, CallPlaced("k2", "c", "D-01", "shen", "score")),
    (20, CallAnswered("k2", "c", "D-01", "shen", "沈明")),
    (50, Decided("c", "r", "shen", "沈明", "n", "acceptance", "1号", (), "accept")),
    (80, CallEndedFact("k2", "c", "hung_up")),
]


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def figures(since: datetime, until: datetime, story: list[tuple[float, Fact]] = STORY) -> Metrics:
    return measure([Entry(at(seconds), "x", "c", fact) for seconds, fact in story], since, until)


def test_an_empty_time_has_no_figures() -> None:
    metrics = figures(NOON, MIDNIGHT, [])
    assert metrics.submitted == metrics.offers == 0
    assert metrics.answer_rate == Share(0, 0, None)
    assert metrics.wait.p50_s is None
    assert metrics.evaluation.grades == dict.fromkeys(metrics.evaluation.grades, 0)
    assert [clock.clock for clock in metrics.clocks] == ["tell", "decide", "issue", "correct", "gap"]


def test_what_ends_in_the_time_is_measured_with_what_came_before() -> None:
    metrics = figures(NOON, at(60))
    assert (metrics.submitted, metrics.offers) == (0, 1)
    assert (metrics.wait.count, metrics.wait.worst_s) == (1, 120)
    assert metrics.first_time_acceptance.whole == 0
    (reviewer,) = metrics.reviewers
    assert (reviewer.answered, reviewer.no_answer, reviewer.handling.count) == (1, 0, 0)


def test_what_ends_later_belongs_to_the_next_time() -> None:
    metrics = figures(at(60), MIDNIGHT)
    assert (metrics.wait.count, metrics.reviewers[0].handling.worst_s) == (0, 60)


def test_the_end_of_the_time_is_not_in_it() -> None:
    assert figures(at(-200), at(20)).wait.count == 0
    assert figures(at(20), MIDNIGHT).wait.count == 1


def test_a_case_whose_beginning_is_not_there_is_passed_over() -> None:
    assert figures(NOON, MIDNIGHT, STORY[1:]) == figures(NOON, MIDNIGHT, [])


def test_the_figures_agree_with_what_the_people_of_a_day_went_through() -> None:
    visits = tuple(
        Visit(
            at(30 * number),
            "ab"[number % 2],
            handling_s=60.0 + 7 * (number % 9),
            waits_elsewhere=number % 4 == 1,
            comes_s=(20.0, 90.0)[number % 8 == 1],
            patience_s=200.0 if number % 5 == 0 else None,
            accepts=("callback",) if number % 7 == 0 else (),
        )
        for number in range(50)
    )
    shifts = tuple(Shift(f"r{number}", ("a", "b"), NOON, at(5 * 3600)) for number in range(2))
    day = rehearse(Plan(visits, shifts, terminals=50), HallRules(), WorkingDays(()))
    metrics = measure(day.entries, NOON, day.until)
    ends = Counter(outcome.end for outcome in day.outcomes)
    assert min(ends["served"], ends["withdrawn"], ends["converted"]) >= 1
    assert (metrics.submitted, metrics.wait.count) == (50, ends["served"])
    assert (metrics.abandoned.part, metrics.converted["callback"]) == (ends["withdrawn"], ends["converted"])
    assert metrics.misses >= 1
    assert sum(work.answered for work in metrics.reviewers) == ends["served"]
    assert {work.wrap_up.worst_s for work in metrics.reviewers} == {45.0}
    waited_s = sum(outcome.waited_s or 0.0 for outcome in day.outcomes)
    measured_s = (metrics.wait.mean_s or 0) * metrics.wait.count + (metrics.away.mean_s or 0) * metrics.away.count
    assert measured_s == pytest.approx(waited_s, abs=0.1 * len(visits))
