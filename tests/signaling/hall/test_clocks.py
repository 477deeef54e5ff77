"""Clocks: which run in which state, what they count, what stops them. Pure, on a case put together by hand."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest

from signaling.hall.case import Case, Pause
from signaling.hall.clocks import RUNNING, TELL_DAYS, clocks_of, count, is_over, share
from signaling.hall.material_items import MaterialItem
from signaling.hall.tickets import Ticket
from signaling.hall.working_days import WorkingDays
from signaling.protocol.office import CalendarDay
from signaling.protocol.values import CaseState, Gap

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def case(make_play):
    item = make_play.CATALOGUE[0]
    return Case(
        case_id="c1",
        ticket=Ticket("A001", NOW),
        terminal_id="T-01",
        terminal_name="1号终端",
        item=item,
        applicant=make_play.APPLICANT,
        materials=make_play.PAPERS,
        submitted_at=NOW,
        complete_at=NOW,
        tell_from=NOW,
        items={slot.code: MaterialItem(slot.code) for slot in item.slots},
    )


def clock(case, make_play, today=MONDAY, kind=None):
    clocks = clocks_of(case, make_play.CALENDAR, 15, today)
    return next(clock for clock in clocks if kind in (None, clock.kind))


@pytest.mark.parametrize("state", get_args(CaseState))
def test_each_state_runs_its_clocks_and_no_other(case, make_play, state):
    case.state = state
    case.asked_on = case.accepted_on = case.granted_on = MONDAY
    case.gaps = (Gap("extra", 3),)
    kinds = tuple(clock.kind for clock in clocks_of(case, make_play.CALENDAR, 15, MONDAY))
    assert kinds == RUNNING.get(state, ())


def test_five_days_to_tell_count_from_the_day_after_the_receipt(case, make_play):
    told = clock(case, make_play)
    assert (told.kind, told.started, told.due, told.days, told.used) == ("tell", MONDAY, date(2026, 11, 30), 5, 0)
    assert clock(case, make_play, date(2026, 11, 24)).used == 0, "the first day is not over"
    assert clock(case, make_play, date(2026, 11, 25)).used == 1
    assert clock(case, make_play, date(2026, 11, 29)).used == 4, "a week-end counts nothing"
    assert clock(case, make_play, date(2026, 11, 30)).used == 4
    assert clock(case, make_play, date(2026, 12, 1)).used == TELL_DAYS


def test_a_clock_is_over_when_its_last_day_has_passed(case, make_play):
    last, next_day = date(2026, 11, 30), date(2026, 12, 1)
    assert not is_over(clock(case, make_play, last), last)
    assert is_over(clock(case, make_play, next_day), next_day)
    assert share(clock(case, make_play, last), last) == 0.8
    assert share(clock(case, make_play, next_day), next_day) == 1.0


def test_the_published_calendar_decides_not_the_day_of_the_week(make_play):
    # measured in domain §3.1, here with 2026's days off: received on 09-28, five days end on 10-10, not on 10-05
    calendar = make_play.CALENDAR
    assert count("tell", date(2026, 9, 28), 5, calendar, date(2026, 9, 28)).due == date(2026, 10, 10)


def test_a_limit_in_a_year_that_is_not_published_is_provisional_until_it_is(make_play):
    assert count("decide", date(2026, 12, 21), 20, make_play.CALENDAR, date(2026, 12, 21)).is_provisional
    published = make_play.CALENDAR.edited_by({}, {2027: "国办发明电〔2026〕1号"})
    assert not count("decide", date(2026, 12, 21), 20, published, date(2026, 12, 21)).is_provisional


def test_an_edit_of_the_calendar_moves_a_running_clock(case, make_play):
    days = {date(2026, 11, 26): CalendarDay(date(2026, 11, 26), False, "市政府通知")}
    edited: WorkingDays = make_play.CALENDAR.edited_by(days, {})
    assert clocks_of(case, edited, 15, MONDAY)[0].due == date(2026, 12, 1)


def test_days_of_a_special_procedure_are_not_counted(case, make_play):
    case.state, case.accepted_on = "accepted", MONDAY
    assert clock(case, make_play).due == date(2026, 11, 30)
    case.pauses = [Pause("hearing", 5, date(2026, 11, 25), date(2026, 12, 2))]
    # counted: 24, then 12-02, 03, 04, 07
    assert clock(case, make_play).due == date(2026, 12, 7)
    assert clock(case, make_play, date(2026, 12, 1)).used == 1


def test_a_paused_clock_stands_still_and_is_never_over(case, make_play):
    case.state, case.accepted_on = "paused", MONDAY
    case.pauses = [Pause("test", 3, date(2026, 11, 25))]
    paused = clock(case, make_play, date(2026, 11, 26))
    assert (paused.state, paused.used) == ("paused", 1)
    assert paused.due == date(2026, 12, 4), "if the test takes its announced three days"
    late = date(2027, 3, 1)
    assert clock(case, make_play, late).used == 1
    assert not is_over(clock(case, make_play, late), late)


def test_a_pause_that_ends_the_day_it_began_costs_nothing(case, make_play):
    case.state, case.accepted_on = "accepted", MONDAY
    case.pauses = [Pause("test", 3, date(2026, 11, 25), date(2026, 11, 25))]
    assert clock(case, make_play).due == date(2026, 11, 30)


def test_an_extension_adds_its_days(case, make_play):
    case.state, case.accepted_on, case.extension_days = "accepted", MONDAY, 10
    assert (clock(case, make_play).days, clock(case, make_play).due) == (15, date(2026, 12, 14))


def test_the_nearest_gap_is_the_gap_clock(case, make_play):
    case.state, case.accepted_on, case.gaps = "accepted_with_gap", MONDAY, (Gap("extra", 5), Gap("drawing", 2))
    assert clock(case, make_play, kind="gap").due == date(2026, 11, 25)


def test_an_items_own_days_to_correct_come_before_the_halls(case, make_play):
    case.state, case.asked_on = "correction_requested", MONDAY
    assert clock(case, make_play).days == 15
