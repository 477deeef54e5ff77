"""A day read back from its journal is the day that was."""

from datetime import datetime, timedelta

import msgspec

from signaling.hall.day_plan import Plan, Shift, Visit, plan_of
from signaling.hall.rehearsal import rehearse
from signaling.hall.rules import HallRules
from signaling.protocol.values import OFFICIAL_TIME

OPENS = datetime(2026, 11, 23, 8, 30, tzinfo=OFFICIAL_TIME)


def at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


VISITS = (
    Visit(at(1), "env", 300),
    Visit(at(2), "env", 240, "elderly"),
    Visit(at(3), "food", 200, waits_elsewhere=True),
    Visit(at(4), "env", 100, patience_s=30),
    Visit(at(5), "food", 180),
)
SHIFTS = (
    Shift("r1", ("env",), OPENS, at(120)),
    Shift("r2", ("food",), OPENS, at(120)),
)


def test_the_same_people_come_again_and_wait_as_long(make_play):
    first = rehearse(Plan(VISITS, SHIFTS), HallRules(), make_play.CALENDAR)
    plan = plan_of(first.entries, terminals=50, typical_s=392)
    assert [(visit.at, visit.skill, visit.priority) for visit in plan.visits] == [
        (visit.at, visit.skill, visit.priority) for visit in VISITS
    ]
    assert [visit.waits_elsewhere for visit in plan.visits] == [False, False, True, False, False]
    assert [visit.patience_s for visit in plan.visits] == [None, None, None, 30, None]
    assert plan.shifts == SHIFTS
    again = rehearse(plan, HallRules(), make_play.CALENDAR)
    assert [(was.waited_s, was.end) for was in again.outcomes] == [(was.waited_s, was.end) for was in first.outcomes]


def test_what_was_not_reviewed_would_have_taken_the_usual_time(make_play):
    first = rehearse(Plan(VISITS, SHIFTS), HallRules(), make_play.CALENDAR)
    handling_s = [visit.handling_s for visit in plan_of(first.entries, 50, 392).visits]
    assert handling_s == [300, 240, 200, 270, 180]  # the fourth withdrew: the mean of its skill
    unserved = rehearse(Plan(VISITS, SHIFTS[:1]), HallRules(), make_play.CALENDAR)
    assert [visit.handling_s for visit in plan_of(unserved.entries, 50, 392).visits] == [300, 240, 392, 270, 392]


def test_who_exchanged_the_place_does_so_again_when_it_is_proposed(make_play):
    visits = (Visit(at(1), "health", 60, accepts=("asynchronous",)),)
    first = rehearse(Plan(visits, SHIFTS), HallRules(), make_play.CALENDAR)
    (visit,) = plan_of(first.entries, 50, 392).visits
    assert (visit.accepts, visit.waits_elsewhere) == (("asynchronous",), False)


def test_one_more_reviewer_can_be_added_to_a_past_day(make_play):
    crowd = tuple(Visit(at(n), "env", 300) for n in range(12))
    first = rehearse(Plan(crowd, SHIFTS), HallRules(), make_play.CALENDAR)
    plan = plan_of(first.entries, 50, 392)
    more = msgspec.structs.replace(plan, shifts=(*plan.shifts, Shift("r3", ("env",), OPENS, at(120))))
    again = rehearse(more, HallRules(), make_play.CALENDAR)
    assert max(was.waited_s for was in again.outcomes) < max(was.waited_s for was in first.outcomes) / 2
