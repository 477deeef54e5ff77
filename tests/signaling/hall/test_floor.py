"""The floor: commands in order, counters that leave no gap, and who is in charge."""

from datetime import UTC, datetime

import pytest

from signaling.hall.commands import CancelTimer, CloseSession, Record, Send, SetTimer
from signaling.hall.desks import Seat
from signaling.hall.events import Desk, Terminal, TimerFired
from signaling.hall.facts import TerminalConnected
from signaling.hall.floor import Floor
from signaling.hall.queue_facts import DeskStateChanged
from signaling.hall.rules import HallRules
from signaling.hall.waits import place_of
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import DeskChanged, EndCall, Error, TicketChanged
from signaling.protocol.values import Place


@pytest.fixture
def floor(make_play):
    floor = Floor(HallRules(), make_play.CALENDAR, lambda: "id", make_play.OFFERING, place_of)
    floor.now = datetime(2026, 11, 23, tzinfo=UTC)
    return floor


def test_commands_come_out_once_in_the_order_given(floor):
    floor.set_timer("ring:1", 5)
    floor.tell_error("s1", ErrorCode.CALL_GONE, "k1")
    floor.cancel_timer("ring:1")
    assert floor.take_commands() == [
        SetTimer("ring:1", 5),
        Send("s1", Error(ErrorCode.CALL_GONE, SENTENCES[ErrorCode.CALL_GONE], "k1")),
        CancelTimer("ring:1"),
    ]
    assert floor.take_commands() == []


def test_a_record_carries_the_counters_it_moved(floor):
    assert [floor.count("a"), floor.count("a"), floor.count("b")] == [1, 2, 1]
    floor.record("T-01", TerminalConnected("T-01", "s1"), ("a",))
    record = floor.take_commands()[0]
    assert isinstance(record, Record)
    assert (record.counters, record.is_open, record.entry.case_id) == ((("a", 2),), None, None)
    assert (record.entry.time, record.entry.actor) == (floor.now, "T-01")
    assert floor.is_line_stale


def test_a_closed_session_is_a_stranger_and_forgotten(floor):
    floor.sessions["s1"] = Terminal("T-01", "终端")
    floor.told["s1"] = {TicketChanged: TicketChanged("c", "waiting", Place(ahead=1))}
    floor.close_session("s1", ErrorCode.TAKEN_OVER)
    assert (floor.sessions, floor.told) == ({}, {})
    assert floor.take_commands() == [CloseSession("s1", ErrorCode.TAKEN_OVER)]


def test_a_desk_hears_of_its_own_steps_when_it_is_there(floor):
    seat = Seat(Desk("D-01", "r1", "审核员", ()), floor.now)
    floor.step_seat(seat, "be_ready")
    assert [type(command) for command in floor.take_commands()] == [Record]
    seat.session_id = "s1"
    floor.step_seat(seat, "be_away", "午餐")
    log, told = floor.take_commands()
    assert (log.entry.fact, log.is_open) == (DeskStateChanged("r1", "D-01", "away", "午餐"), None)
    assert told == Send("s1", DeskChanged("away", "午餐", floor.now))
    floor.step_seat(seat, "be_away", "午餐")
    assert [type(command) for command in floor.take_commands()] == [Send], "no change, no log"


def test_who_decided_stays_in_charge_until_busy_with_another_case(play):
    case, call_id = play.talking()
    floor = play.hall._floor
    seat = floor.seats["reviewer-1"]
    assert floor.case_at(seat).case_id == case.case_id
    play.say("d1", play.decision(case))
    play.say("d1", EndCall(call_id))
    record = floor.register.cases[case.case_id]
    assert floor.case_at(seat) is None
    assert floor.seat_in_charge(record) is seat
    play.terminal(2)
    play.submit("t2")
    play.event(TimerFired("wrap_up:reviewer-1"))
    assert floor.case_at(seat) is not record
    assert floor.seat_in_charge(record) is None
