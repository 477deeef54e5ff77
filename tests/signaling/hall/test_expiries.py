"""States of a ticket that end by themselves, and that each has its timer, also after a restart."""

import pytest

from signaling.hall.commands import SetTimer
from signaling.hall.events import TimerFired
from signaling.hall.queue_facts import TicketMissed, TicketParked, TicketSummoned
from signaling.protocol.acts import LeaveTerminal, ParkCall


def summoned(play):
    play.terminal()
    case = play.submit()
    play.say("t1", LeaveTerminal(play.request_id(), case.case_id))
    play.ready_desk()
    return case


def missed(play):
    case = summoned(play)
    play.fire(f"ticket:{case.case_id}")
    return case


def parked(play):
    case, call_id = play.talking()
    play.say("d1", ParkCall(call_id))
    return case


@pytest.mark.parametrize(
    ("way", "fact", "after"),
    [(summoned, TicketSummoned, "missed"), (missed, TicketMissed, "abandoned"), (parked, TicketParked, "waiting")],
)
def test_each_state_has_its_timer_and_its_end(play, way, fact, after):
    case = way(play)
    assert any(isinstance(entry.fact, fact) for entry in play.entries)
    timer = f"ticket:{case.case_id}"
    assert play.timers[timer] > 0
    play.fire(timer)
    assert play.view(case.case_id).ticket_state == after


@pytest.mark.parametrize("way", [summoned, missed, parked])
def test_after_a_restart_the_rest_of_the_time_is_left(play, way):
    case = way(play)
    whole = play.timers[f"ticket:{case.case_id}"]
    play.wait(30)
    play.kill()
    assert play.timers[f"ticket:{case.case_id}"] == pytest.approx(whole - 31)


@pytest.mark.parametrize("way", [summoned, missed, parked])
def test_a_timer_that_comes_too_early_is_set_again(play, way):
    case = way(play)
    timer = f"ticket:{case.case_id}"
    left_s = play.timers[timer]
    assert play.event(TimerFired(timer)) == [SetTimer(timer, pytest.approx(left_s - 1))]


def test_a_timer_of_no_case_does_nothing(play):
    assert play.event(TimerFired("ticket:none")) == []
