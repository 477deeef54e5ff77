"""Opening hours over weekends and holidays, who is on duty, and a roster that is refused as a whole."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from signaling.hall import roster
from signaling.hall.events import Connected, Desk, Disconnected
from signaling.hall.office_facts import SkillsLearnt
from signaling.protocol.acts import SetRoster
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import Done, Error
from signaling.protocol.office import CalendarDay, RosterEntry
from signaling.protocol.values import OFFICIAL_TIME

MONDAY = date(2026, 11, 23)


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OFFICIAL_TIME)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(MONDAY, 8, 29), False),
        (at(MONDAY, 8, 30), True),
        (at(MONDAY, 17, 29), True),
        (at(MONDAY, 17, 30), False),
        (at(date(2026, 11, 28), 8, 45), False),  # a Saturday opens at nine
        (at(date(2026, 11, 28), 12), True),
        (at(date(2026, 11, 28), 13), False),
        (at(date(2026, 11, 29), 10), False),  # Sunday
        (at(date(2026, 10, 1), 10), False),  # a Thursday off
        (at(date(2026, 10, 3), 10), False),  # a Saturday within the holiday
        (at(date(2026, 9, 20), 17), True),  # a Sunday worked in exchange keeps Monday's hours
        (datetime(2026, 11, 23, 0, 30, tzinfo=UTC), True),  # half past eight in Beijing
    ],
)
def test_when_the_hall_is_open(play, moment, is_open):
    assert roster.is_open(play.hall._floor, moment) == is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(MONDAY, 7), at(MONDAY, 8, 30)),
        (at(MONDAY, 10), at(MONDAY, 10)),
        (at(date(2026, 11, 28), 14), at(date(2026, 11, 30), 8, 30)),
        (at(date(2026, 9, 30), 18), at(date(2026, 10, 8), 8, 30)),
    ],
)
def test_when_the_hall_opens_next(play, moment, opens):
    assert roster.next_opening(play.hall._floor, moment) == opens


def test_a_day_that_the_manager_closes_is_closed(play):
    floor = play.hall._floor
    assert roster.closing(floor, at(MONDAY, 9)) == at(MONDAY, 17, 30)
    floor.register.office.days[MONDAY] = CalendarDay(MONDAY, False, "停电")
    assert roster.closing(floor, at(MONDAY, 9)) is None
    assert roster.next_opening(floor, at(MONDAY, 9)) == at(date(2026, 11, 24), 8, 30)
    del floor.register.office.days[MONDAY]


def test_a_calendar_without_an_open_day_says_something_far_off(play):
    floor = play.hall._floor
    floor.rules = replace(floor.rules, opens=(None,) * 7)
    assert roster.next_opening(floor, at(MONDAY, 9)) - at(MONDAY, 9) >= timedelta(days=59)


def duty(play, skill, start, end):
    return roster.on_duty(play.hall._floor, skill, start, end)


def test_without_a_roster_everyone_connected_is_on_duty_in_opening_hours(play):
    play.desk(1, skills=("env",))
    play.desk(2, skills=("food", "general"))
    play.desk(3, skills=("food",))
    assert duty(play, "env", at(MONDAY, 10), at(MONDAY, 10, 15)) == 2, "general helps out"
    assert duty(play, "food", at(MONDAY, 10), at(MONDAY, 10, 15)) == 2
    assert duty(play, "env", at(MONDAY, 17, 20), at(MONDAY, 17, 35)) == 0, "beyond closing"
    assert duty(play, "env", at(date(2026, 11, 29), 10), at(date(2026, 11, 29), 10, 15)) == 0


def test_without_a_roster_the_days_to_come_count_who_has_worked_here(play):
    play.desk(1, skills=("env",))
    play.event(Disconnected("d1"))
    play.event(Connected("d2", Desk("D-02", "reviewer-2", "审批员", ("env",), roles=("decider",))))
    assert duty(play, "env", play.now - timedelta(minutes=1), play.now + timedelta(minutes=1)) == 0
    tomorrow = at(date(2026, 11, 24), 10)
    assert duty(play, "env", tomorrow, tomorrow + timedelta(minutes=15)) == 1, "who only decides takes no calls"


ENTRIES = (
    RosterEntry("reviewer-1", time(8, 30), time(12), weekday=0),
    RosterEntry("reviewer-1", time(13), time(17, 30), weekday=0),
    RosterEntry("reviewer-2", time(9), time(10), day=MONDAY),
    RosterEntry("reviewer-9", time(8, 30), time(17, 30), weekday=0),
)


def test_a_roster_names_who_is_on_duty_connected_or_not(play):
    play.desk(1, skills=("env",))
    play.desk(2, skills=("env",))
    play.staff("manager")
    request = SetRoster(play.request_id(), ENTRIES)
    assert play.say("s1", request)[0] == Done(request.request_id)
    assert play.say("s1", request)[0] == Done(request.request_id)
    assert play.recorded() == [], "a repeat is answered, not recorded"
    assert duty(play, "env", at(MONDAY, 9), at(MONDAY, 9, 15)) == 2
    assert duty(play, "env", at(MONDAY, 11, 50), at(MONDAY, 12, 5)) == 0, "the whole time counts"
    assert duty(play, "env", at(MONDAY, 13), at(MONDAY, 13, 15)) == 1
    assert duty(play, "env", at(date(2026, 11, 24), 9), at(date(2026, 11, 24), 9, 15)) == 0
    play.kill()
    assert duty(play, "env", at(MONDAY, 9), at(MONDAY, 9, 15)) == 2, "roster and skills survive"


def test_skills_are_learnt_once_and_anew_when_they_change(play):
    play.desk(1, skills=("env",))
    assert SkillsLearnt("reviewer-1", ("env",)) in play.recorded()
    play.desk(1, session="d2", skills=("env",))
    assert not [fact for fact in play.recorded() if isinstance(fact, SkillsLearnt)]
    play.desk(1, session="d3", skills=("env", "food"))
    assert SkillsLearnt("reviewer-1", ("env", "food")) in play.recorded()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (RosterEntry("r", time(9), time(9), weekday=0), "排班第 2 行：开始时间须早于结束时间"),
        (RosterEntry("r", time(9), time(10)), "排班第 2 行：日期和星期须且只能填一项"),
        (RosterEntry("r", time(9), time(10), weekday=0, day=MONDAY), "排班第 2 行：日期和星期须且只能填一项"),
    ],
)
def test_one_bad_line_refuses_the_whole_roster(play, bad, reason):
    play.staff("manager")
    answers = play.say("s1", SetRoster("r1", (ENTRIES[0], bad)))
    assert answers == [Error(ErrorCode.INVALID_ENTRY, f"{SENTENCES[ErrorCode.INVALID_ENTRY]}：{reason}", "r1")]
    assert play.recorded() == []
    assert play.hall._floor.register.office.roster == ()


def test_a_roster_beyond_all_measure_is_refused(play):
    play.staff("manager")
    assert play.refusal("s1", SetRoster("r1", ENTRIES[:1] * 2001)) == ErrorCode.INVALID_ENTRY


def test_only_the_manager_sets_the_roster(play):
    play.staff("supervisor", "issuer", "collector", "guide")
    assert play.refusal("s1", SetRoster("r1", ENTRIES)) == ErrorCode.WRONG_ROLE
