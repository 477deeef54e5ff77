"""The alarms: each has its cause, its subject, and an end."""

from datetime import UTC, datetime, timedelta

import pytest

from signaling.hall.alarms import raised
from signaling.hall.events import TimerFired
from signaling.protocol.acts import (
    CellClosed,
    DepositPapers,
    FloorChanged,
    HandleDeposit,
    HandleResult,
    OpenCell,
    PublishYear,
)
from signaling.protocol.office import CaseLine
from signaling.protocol.values import Clock


def alarms(play):
    floor = play.hall._floor
    floor.now = play.now
    return set(raised(floor, ()))


@pytest.fixture(autouse=True)
def calendar(play):
    """Next year is published, so that only what a test is about rings."""
    play.staff("manager", "collector", "issuer")
    play.say("s1", PublishYear("year", 2027, "国办发明电"))


def test_a_quiet_hall_has_none(play):
    play.ready_desk()
    play.terminal()
    play.submit()
    assert alarms(play) == set()


def test_tickets_that_nobody_there_can_serve(play):
    play.terminal()
    play.submit()
    assert alarms(play) == {"nobody_skilled:env"}
    play.desk(1)
    assert alarms(play) == {"nobody_skilled:env"}, "a desk that is away serves nobody"
    play.ready_desk(2, skills=("general",))
    assert alarms(play) == set()


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        (datetime(2027, 9, 30, 15, 0, tzinfo=UTC), set()),  # 23:00 of 30 September in Beijing
        (datetime(2027, 9, 30, 17, 0, tzinfo=UTC), {"calendar_lacks:2028"}),
        (datetime(2028, 1, 5, tzinfo=UTC), {"calendar_lacks:2028"}),
        (datetime(2028, 10, 1, tzinfo=UTC), {"calendar_lacks:2028", "calendar_lacks:2029"}),
    ],
)
def test_next_years_calendar_is_missed_from_october_on(play, now, missing):
    play.now = now
    assert alarms(play) == missing


def test_paper_that_waits_too_long_or_differs(play):
    play.terminal(cells=2)
    play.ready_desk()
    case = play.submit()
    play.say("t1", DepositPapers("r1", case.case_id, ("form",), 5))
    deposit = play.view(case.case_id).deposits[0]
    timer, name = f"deposit:{deposit.deposit_id}", deposit.deposit_id
    play.say("t1", OpenCell("r2", deposit.code))
    play.now += timedelta(seconds=121)
    play.event(TimerFired(timer))
    assert alarms(play) == {f"deposit_open:{name}"}
    play.say("t1", CellClosed("r3", deposit.cell))
    assert alarms(play) == set()
    play.now += timedelta(hours=25)
    play.event(TimerFired(timer))
    assert alarms(play) == {f"deposit_overdue:{name}"}
    play.say("s1", HandleDeposit("r4", name, "collect"))
    assert alarms(play) == set()
    play.say("s1", HandleDeposit("r5", name, "count", 4))
    assert alarms(play) == {f"deposit_differs:{name}"}
    play.say("s1", HandleDeposit("r6", name, "return"))
    assert alarms(play) == set()


def test_a_result_that_lies_too_long(play):
    case = play.issued("locker")
    play.say("s1", HandleResult("r1", case.case_id, "make"))
    play.say("s1", HandleResult("r2", case.case_id, "put_in_locker", terminal_id="T-01"))
    play.now += timedelta(days=8)
    play.event(TimerFired(f"result:{case.case_id}"))
    play.event(TimerFired(f"result:{case.case_id}"))
    assert f"result_overdue:{case.case_id}" in alarms(play)
    play.say("s1", HandleResult("r3", case.case_id, "put_at_counter"))
    assert f"result_overdue:{case.case_id}" not in alarms(play)


@pytest.mark.parametrize(("share", "rings"), [(0.79, False), (0.8, True), (1.0, True)])
def test_a_clock_that_presses(play, share, rings):
    day = play.now.date()
    line = CaseLine("c1", "事项", "received", "张*", "", Clock("tell", "running", day, day, 5, 4), share)
    assert (raised(play.hall._floor, (line,)) == ("clock_pressing:c1",)) == rings


def test_what_the_server_noticed_is_told_with_the_next_news_and_ends(play):
    play.hall.set_alarm("clock_backwards", True)
    play.terminal()
    play.event(TimerFired("news"))
    assert play.heard("s1", FloorChanged)[0].alarms == ("clock_backwards",)
    play.hall.set_alarm("clock_backwards", False)
    assert alarms(play) == set()
