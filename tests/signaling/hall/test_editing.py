"""The manager's edits: calendar days, published years, items that are closed; repeats, refusals, restart."""

from datetime import date

import pytest

from signaling.protocol.acts import PublishYear, SetCalendarDay, SetItemOpen
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Catalogue, Done
from signaling.protocol.office import CalendarDay

DAY = CalendarDay(date(2026, 11, 24), False, "停电通知")


def test_a_day_counts_as_entered_from_now_on_and_after_a_restart(play):
    play.staff("manager")
    floor = play.hall._floor
    assert floor.calendar.add(date(2026, 11, 23), 1) == (date(2026, 11, 24), False)
    assert Done("r1") in play.say("s1", SetCalendarDay("r1", DAY))
    assert floor.calendar.add(date(2026, 11, 23), 1) == (date(2026, 11, 25), False)
    play.kill()
    assert play.hall._floor.calendar.add(date(2026, 11, 23), 1) == (date(2026, 11, 25), False)


@pytest.mark.parametrize(
    "entry",
    [
        CalendarDay(date(2026, 11, 22), False, "昨天"),
        CalendarDay(date(2026, 11, 24), False, "  "),
        CalendarDay(date(2062, 11, 24), False, "年份写反"),
        CalendarDay(date(9999, 12, 31), False, "不存在"),
    ],
)
def test_a_day_that_is_over_too_far_off_or_without_a_source_is_refused(play, entry):
    play.staff("manager")
    assert play.refusal("s1", SetCalendarDay("r1", entry)) == ErrorCode.INVALID_ENTRY


def test_a_published_year_is_final(play):
    play.staff("manager")
    assert play.hall._floor.calendar.add(date(2026, 12, 31), 1)[1]
    assert Done("r1") in play.say("s1", PublishYear("r1", 2027, "国办发明电〔2026〕9号"))
    assert not play.hall._floor.calendar.add(date(2026, 12, 31), 1)[1]
    assert play.refusal("s1", PublishYear("r2", 2027, "再次")) == ErrorCode.INVALID_ENTRY
    assert play.refusal("s1", PublishYear("r3", 2028, "")) == ErrorCode.INVALID_ENTRY
    assert play.refusal("s1", PublishYear("r4", 2025, "过期")) == ErrorCode.INVALID_ENTRY
    assert play.refusal("s1", PublishYear("r5", 2072, "年份写反")) == ErrorCode.INVALID_ENTRY
    assert Done("r1") in play.say("s1", PublishYear("r1", 2027, "国办发明电〔2026〕9号")), "a repeat, not a second time"


def test_a_closed_item_is_told_to_every_terminal_and_opened_again(play):
    play.terminal(1)
    play.terminal(2)
    play.staff("manager")
    play.say("s1", SetItemOpen("r1", "PW-01", False, "系统升级"))
    assert play.heard("t1", Catalogue)[0].closed == play.heard("t2", Catalogue)[0].closed == ("PW-01",)
    assert play.refusal("t1", play.submission()) == ErrorCode.ITEM_CLOSED
    play.submit("t1", item="SP-01")
    play.say("s1", SetItemOpen("r2", "PW-01", True))
    assert play.heard("t2", Catalogue)[0].closed == ()
    play.submit("t2")


def test_an_item_that_nobody_knows_is_refused(play):
    play.staff("manager")
    assert play.refusal("s1", SetItemOpen("r1", "NO-01", False)) == ErrorCode.NOT_FOUND


@pytest.mark.parametrize(
    "message", [SetCalendarDay("r1", DAY), PublishYear("r1", 2027, "x"), SetItemOpen("r1", "PW-01", False)]
)
def test_only_the_manager_edits_and_a_used_request_id_is_refused(play, message):
    play.staff("supervisor", "collector")
    play.staff("manager", session="s2", staff_id="m2")
    assert play.refusal("s1", message) == ErrorCode.WRONG_ROLE
    assert Done("r1") in play.say("s2", message)
    assert play.refusal("s2", SetCalendarDay("r1", CalendarDay(date(2026, 12, 1), True, "y"))) == (
        ErrorCode.REQUEST_REUSED
    )
    play.terminal(1)
    assert play.refusal("t1", message) == ErrorCode.NOT_ALLOWED
