"""Days rehearsed with the real hall: what people do, and that the rules make the difference they promise."""

import random
from datetime import datetime, timedelta

import msgspec
import pytest

from signaling.hall.day_plan import Plan, Shift, Visit
from signaling.hall.facts import CallAnswered, CallPlaced, CaseSubmitted, NoticePrintReported
from signaling.hall.measuring import measure
from signaling.hall.metrics import spread
from signaling.hall.queue_facts import TicketConverted, TicketMissed, TicketRejoined, TicketSummoned
from signaling.hall.rehearsal import offering_for, rehearse
from signaling.hall.rules import HallRules
from signaling.protocol.values import OFFICIAL_TIME

OPENS = datetime(2026, 11, 23, 8, 30, tzinfo=OFFICIAL_TIME)  # a Monday
RULES = HallRules()


def at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


def shift(name: str, *skills: str, hours: float = 9) -> Shift:
    return Shift(name, skills, OPENS, OPENS + timedelta(hours=hours))


@pytest.fixture
def rehearsed(make_play):
    return lambda plan, **rules: rehearse(plan, msgspec.structs.replace(RULES, **rules), make_play.CALENDAR)


def kinds(rehearsal, *wanted):
    return [type(entry.fact) for entry in rehearsal.entries if isinstance(entry.fact, wanted)]


def test_a_visit_is_answered_accepted_and_printed(rehearsed):
    done = rehearsed(Plan((Visit(at(1), "env", 300),), (shift("r1", "env"),)))
    (outcome,) = done.outcomes
    assert (outcome.waited_s, outcome.end) == (4, "served")
    steps = kinds(done, CaseSubmitted, CallPlaced, CallAnswered, NoticePrintReported)
    assert steps == [CaseSubmitted, CallPlaced, CallAnswered, NoticePrintReported]
    figures = measure(done.entries, OPENS, done.until)
    assert (figures.submitted, figures.reviewers[0].handling.mean_s) == (1, 300)
    assert figures.first_time_acceptance.share == 1


def test_the_same_plan_gives_the_same_journal(rehearsed):
    plan = Plan(tuple(Visit(at(n), "env", 400, "elderly" if n % 3 else "") for n in range(20)), (shift("r1", "env"),))
    assert rehearsed(plan).entries == rehearsed(plan).entries


def test_who_waits_elsewhere_comes_when_summoned(rehearsed):
    visits = (Visit(at(1), "env", 600), Visit(at(2), "env", 60, waits_elsewhere=True, comes_s=30))
    done = rehearsed(Plan(visits, (shift("r1", "env"),)))
    # the first review ends 604 s after minute 1, wrap-up takes 45 s, coming 30 s, ringing 4 s
    assert [outcome.waited_s for outcome in done.outcomes] == [4, 544 + 45 + 30 + 4]
    assert kinds(done, TicketSummoned, TicketMissed) == [TicketSummoned]


def test_who_comes_too_late_has_missed_the_call_and_rejoins(rehearsed):
    visits = (Visit(at(1), "env", 600), Visit(at(2), "env", 60, waits_elsewhere=True, comes_s=120))
    done = rehearsed(Plan(visits, (shift("r1", "env"),)))
    assert kinds(done, TicketSummoned, TicketMissed, TicketRejoined) == [TicketSummoned, TicketMissed, TicketRejoined]
    assert [outcome.end for outcome in done.outcomes] == ["served", "served"]


def test_who_loses_patience_withdraws(rehearsed):
    visits = (Visit(at(1), "env", 600), Visit(at(2), "env", 60, patience_s=200))
    done = rehearsed(Plan(visits, (shift("r1", "env"),)))
    assert [(outcome.waited_s, outcome.end) for outcome in done.outcomes] == [(4, "served"), (None, "withdrawn")]


def test_with_nobody_skilled_the_place_is_exchanged_and_never_rings_dead(rehearsed):
    visits = (Visit(at(1), "food", 60, accepts=("asynchronous",)), Visit(at(2), "food", 60))
    done = rehearsed(Plan(visits, (shift("r1", "env"),)))
    assert [outcome.end for outcome in done.outcomes] == ["converted", ""]
    assert TicketConverted in kinds(done, TicketConverted)
    assert kinds(done, CallPlaced) == []


def test_with_too_few_terminals_people_wait_for_one(rehearsed):
    visits = (Visit(at(1), "env", 300), Visit(at(2), "env", 300))
    done = rehearsed(Plan(visits, (shift("r1", "env"), shift("r2", "env")), terminals=1))
    assert [outcome.waited_s for outcome in done.outcomes] == [4, 304 - 60 + 4]


def test_a_call_that_is_on_at_the_end_of_the_shift_is_finished(rehearsed):
    visits = (Visit(at(58), "env", 300), Visit(at(59), "env", 300))
    done = rehearsed(Plan(visits, (shift("r1", "env", hours=1),)))
    assert [outcome.end for outcome in done.outcomes] == ["served", ""]


def test_more_skills_than_letters_share_them():
    offering = offering_for({f"s{n}" for n in range(40)})
    assert len(offering.catalogue) == 40
    assert len(offering.letters) == 26


def random_day(seed: int, visits: int, reviewers: int, hours: float, extra: tuple[str, ...]) -> Plan:
    """Skills unevenly asked for, four to a reviewer, log-normal handling, a tenth in a priority group."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible day
    skills = [f"s{n:02d}" for n in range(3 * reviewers // 2)]
    weights = [1 / (n + 1) for n in range(len(skills))]
    came = sorted(chance.uniform(0, hours * 60) for _ in range(visits))
    people = []
    for minutes in came:
        group = "elderly" if chance.random() < 0.1 else ""
        people.append(Visit(at(minutes), chance.choices(skills, weights)[0], chance.lognormvariate(5.65, 0.6), group))
    shifts = []
    for n in range(reviewers):
        own = {skills[n], skills[-1 - n]}
        while len(own) < 4:
            own.update(chance.choices(skills, weights))
        shifts.append(shift(f"r{n:02d}", *sorted(own), *extra, hours=hours))
    return Plan(tuple(people), tuple(shifts))


def waits(done, has_priority):
    return [
        outcome.waited_s
        for outcome in done.outcomes
        if outcome.waited_s is not None and bool(outcome.visit.priority) == has_priority
    ]


def test_overflow_shortens_the_wait_and_a_boost_helps_only_its_group(rehearsed):
    strict, helped = random_day(7, 250, 6, 5, ()), random_day(7, 250, 6, 5, ("general",))
    equal, boosted, overflow = rehearsed(strict, priority_boost_s=0), rehearsed(strict), rehearsed(helped)
    assert spread(waits(boosted, True)).p95_s < spread(waits(equal, True)).p95_s
    assert spread(waits(overflow, False)).p95_s < 0.8 * spread(waits(equal, False)).p95_s
    assert spread(waits(overflow, False)).worst_s < spread(waits(equal, False)).worst_s


def test_a_whole_day_of_the_base_load(rehearsed):
    plan = random_day(1, 900, 14, 9, ("general",))
    done = rehearsed(plan)
    late = OPENS + timedelta(hours=8, minutes=45)
    assert all(outcome.end == "served" for outcome in done.outcomes if outcome.visit.at < late)
    figures = measure(done.entries, OPENS, done.until)
    assert figures.submitted == 900
    assert figures.wait.p95_s < 300
    assert sum(work.answered for work in figures.reviewers) == sum(outcome.end == "served" for outcome in done.outcomes)
