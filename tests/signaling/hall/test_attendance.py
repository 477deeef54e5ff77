"""Playbooks of coming and going: takeover, lost connections, grace times, restart of the server."""

from datetime import timedelta

import pytest

from signaling.hall.commands import CloseSession
from signaling.hall.events import Disconnected, TimerFired
from signaling.hall.facts import CallEndedFact, ReviewerLoggedIn, TerminalConnected
from signaling.hall.queue_facts import DeskStateChanged, TicketInterrupted, TicketReconnected
from signaling.protocol.acts import ExtendWrapUp
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CallRinging,
    CallStarted,
    CaseChanged,
    Catalogue,
    DeskChanged,
    EndCall,
    HoldCall,
    NoticeReady,
    QueueChanged,
    Rejoin,
    SetAvailability,
    ShowPage,
    TicketChanged,
    WithdrawCase,
)


def test_a_terminal_is_recorded_and_gets_the_catalogue(play):
    play.terminal()
    assert play.recorded() == [TerminalConnected("T-01", "t1")]
    assert play.heard("t1") == [Catalogue(play.OFFERING.digest, 2)]


def test_a_desk_is_recorded_away_and_sees_the_line(play):
    play.desk()
    assert play.recorded()[0] == ReviewerLoggedIn("reviewer-1", "D-01", "d1")
    assert [type(message) for message in play.heard("d1")] == [DeskChanged, QueueChanged]
    assert play.heard("d1", DeskChanged)[0].availability == "away"


def test_a_new_session_of_a_terminal_takes_over(play):
    play.terminal(session="old")
    play.terminal(session="new")
    assert play.closed == [CloseSession("old", ErrorCode.TAKEN_OVER)]
    assert play.event(Disconnected("old")) == []
    play.submit("new")


def test_what_a_taken_over_session_still_said_is_not_heard(play):
    play.terminal(session="old")
    play.terminal(session="new")
    play.alive.add("old")
    assert play.say("old", play.submission()) == []
    assert play.last == []


def test_a_reviewer_at_another_desk_takes_the_call_along(play):
    case, call_id = play.talking()
    play.desk(1, session="d9", desk_id="D-09")
    assert play.closed == [CloseSession("d1", ErrorCode.TAKEN_OVER)]
    started = play.heard("d9", CallStarted)[0]
    assert (started.call_id, started.is_resumed, started.case.case_id) == (call_id, True, case.case_id)
    play.say("d9", EndCall(call_id))
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "hung_up")]


def test_another_reviewer_at_the_desk_takes_the_desk_but_not_the_call(play):
    _, call_id = play.talking()
    play.desk(2, desk_id="D-01")
    assert play.closed == [CloseSession("d1", ErrorCode.TAKEN_OVER)]
    assert play.heard("d2", CallStarted) == []
    assert play.timers["desk_grace:reviewer-1"] == 30
    play.event(TimerFired("desk_grace:reviewer-1"))
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "lost")]


def test_a_desk_lost_while_ringing_voids_the_offer_at_once(play):
    case, call_id = play.ringing()
    play.event(Disconnected("d1"))
    assert play.recorded() == [CallEndedFact(call_id, case.case_id, "lost")]
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "lost")]
    assert [message.state for message in play.heard("t1", TicketChanged)] == ["waiting"]
    play.desk()
    assert play.heard("d1", CallOffered)[0].case.case_id == case.case_id, "it was ready and is back in time"


def test_a_terminal_lost_while_ringing_frees_the_desk_and_keeps_its_place(play):
    case, call_id = play.ringing()
    play.terminal(2)
    second = play.submit("t2")
    play.event(Disconnected("t1"))
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "lost")]
    assert play.heard("d1", CallOffered)[0].case.case_id == second.case_id
    play.terminal()
    assert play.heard("t1", CaseChanged)[0].case.ticket_state == "waiting"
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "lost")]
    play.ready_desk(2)
    assert play.heard("d2", CallOffered)[0].case.case_id == case.case_id


def test_a_terminal_that_comes_back_in_time_resumes_the_call(play):
    case, _ = play.talking()
    mark = play.draw(case, "o1", "m1")
    play.say("d1", ShowPage(case.case_id, play.digest("drawing"), 1))
    play.event(Disconnected("t1"))
    assert play.timers["terminal_grace:T-01"] == 120
    play.terminal(session="t1b")
    assert "terminal_grace:T-01" not in play.timers
    assert [type(message) for message in play.heard("t1b")][:3] == [Catalogue, CaseChanged, CallStarted]
    assert play.heard("t1b", CallStarted)[0].is_resumed
    assert mark in play.heard("t1b")
    assert play.heard("t1b", ShowPage) == [ShowPage(case.case_id, play.digest("drawing"), 1)]
    assert play.heard("d1") == []


def test_a_desk_that_comes_back_in_time_resumes_the_held_call(play):
    case, call_id = play.talking()
    play.say("d1", HoldCall(call_id, True))
    mark = play.draw(case, "o1", "m1")
    play.event(Disconnected("d1"))
    play.desk(session="d1b")
    assert play.heard("d1b", DeskChanged)[0].availability == "in_call"
    started = play.heard("d1b", CallStarted)[0]
    assert (started.is_resumed, started.is_held, started.is_offerer) == (True, True, True)
    assert mark in play.heard("d1b")


def test_a_terminal_that_stays_away_loses_the_call_but_not_its_place(play):
    case, call_id = play.talking()
    play.event(Disconnected("t1"))
    play.event(TimerFired("terminal_grace:T-01"))
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "lost")]
    play.say("d1", SetAvailability(True))
    assert play.heard("d1", CallOffered) == [], "nobody is at the terminal"
    play.terminal()
    assert play.heard("d1", CallOffered)[0].case.case_id == case.case_id


def test_a_desk_that_stays_away_loses_the_call_and_is_told_on_return(play):
    case, call_id = play.talking()
    play.event(Disconnected("d1"))
    play.event(TimerFired("desk_grace:reviewer-1"))
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "lost")]
    assert play.view(case.case_id).ticket_state == "waiting"
    assert "wrap_up:reviewer-1" not in play.timers
    play.desk()
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "lost")]
    assert play.heard("d1", CaseChanged) == [], "it is not in charge any more"
    assert play.heard("d1", DeskChanged)[0].availability == "away"


def test_a_ready_desk_that_stays_away_is_not_ready_when_it_returns(play):
    play.ready_desk()
    play.event(Disconnected("d1"))
    play.event(TimerFired("desk_grace:reviewer-1"))
    play.terminal()
    play.submit()
    play.desk()
    assert play.heard("d1", CallOffered) == []


@pytest.mark.parametrize("timer", ["desk_grace:reviewer-1", "terminal_grace:T-01", "wrap_up:reviewer-1"])
def test_a_timer_that_fires_too_late_does_nothing(play, timer):
    play.talking()
    assert play.event(TimerFired(timer)) == []


def test_a_desk_learns_on_return_that_the_terminal_hung_up(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case))
    play.event(Disconnected("d1"))
    play.say("t1", EndCall(call_id))
    play.seal()
    play.desk()
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "hung_up")]
    assert play.heard("d1", CaseChanged)[0].case.notices[0].state == "ready"


def test_the_next_applicant_does_not_see_a_settled_case(play):
    play.terminal()
    case = play.submit()
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    play.event(Disconnected("t1"))
    play.terminal()
    assert play.heard("t1") == [Catalogue(play.OFFERING.digest, 2)]


def test_an_unreceived_notice_comes_again_after_a_reconnect(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case))
    order = play.seal()
    play.event(Disconnected("t1"))
    play.terminal()
    assert play.heard("t1", NoticeReady)[0].notice.notice_id == order.notice_id


def test_ready_and_away_and_their_repeats(play):
    play.desk()
    play.say("d1", SetAvailability(True))
    ready = play.heard("d1", DeskChanged)[0]
    assert play.say("d1", SetAvailability(True)) == [ready], "a repeat keeps its place"
    play.say("d1", SetAvailability(False, "午餐"))
    assert (play.heard("d1")[0].availability, play.heard("d1")[0].reason) == ("away", "午餐")


def test_a_desk_in_a_call_cannot_leave_or_be_ready(play):
    play.talking()
    for is_ready in (True, False):
        assert play.refusal("d1", SetAvailability(is_ready)) == ErrorCode.ILLEGAL_STEP


def test_wrap_up_can_be_cut_short(play):
    _, call_id = play.talking()
    play.say("d1", EndCall(call_id))
    play.say("d1", SetAvailability(True))
    assert "wrap_up:reviewer-1" not in play.timers


def test_after_a_restart_a_ringing_case_is_at_the_head(play):
    case, call_id = play.ringing()
    play.kill()
    assert play.recorded() == [CallEndedFact(call_id, case.case_id, "lost")]
    play.terminal()
    play.ready_desk()
    assert play.heard("d1", CallOffered)[0].case.case_id == case.case_id


def test_after_a_restart_a_call_goes_on_as_it_was(play):
    case, call_id = play.talking()
    play.say("t1", Rejoin(call_id, 1))
    mark = play.draw(case, "o1", "m1")
    play.kill()
    assert play.timers == {"desk_grace:reviewer-1": 30, "terminal_grace:T-01": 120}
    play.desk()
    play.terminal()
    started = play.heard("t1", CallStarted)[0]
    assert (started.call_id, started.generation, started.is_resumed) == (call_id, 2, True)
    assert mark in play.heard("t1")
    assert play.timers == {}
    assert play.draw(case, "o2", "m2").seq == 2


def test_after_a_restart_a_call_nobody_returns_to_is_lost(play):
    case, call_id = play.talking()
    play.kill()
    play.event(TimerFired("desk_grace:reviewer-1"))
    assert play.recorded() == [CallEndedFact(call_id, case.case_id, "lost")]
    play.event(TimerFired("terminal_grace:T-01"))
    assert play.last == []
    assert play.view(case.case_id).state == "received"


def test_after_a_restart_a_closed_case_keeps_its_call(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case))
    play.kill()
    assert play.orders[-1] == play.orders[0], "the unsealed notice is ordered again, word for word"
    play.terminal()
    assert play.heard("t1", CallStarted)[0].call_id == call_id


def test_a_reconnecting_side_is_rung_for_the_rest_of_the_time(play):
    case, call_id = play.ringing()
    play.desk(session="d1b")
    assert play.heard("d1b", CallOffered)[0].ring_s == 19.0
    play.say("d1b", AnswerCall(call_id))
    play.terminal(session="t1b")
    assert play.heard("t1b", CallRinging) == []
    assert play.heard("t1b", CallStarted)[0].case.case_id == case.case_id


def test_the_time_to_write_up_can_be_had_once_more(play):
    _, call_id = play.talking()
    play.say("d1", EndCall(call_id))
    play.wait(40)
    play.say("d1", ExtendWrapUp())
    told = play.heard("d1", DeskChanged)[0]
    assert (told.availability, told.until) == ("wrap_up", play.now + timedelta(seconds=45))
    assert play.timers["wrap_up:reviewer-1"] == 45
    play.fire("wrap_up:reviewer-1")
    assert play.refusal("d1", ExtendWrapUp()) == ErrorCode.ILLEGAL_STEP


def test_every_state_of_a_desk_is_logged_and_never_restored(play):
    _, call_id = play.talking()
    play.say("d1", EndCall(call_id))
    assert play.desk_log() == [("reviewer-1", "wrap_up", "")]
    play.event(Disconnected("d1"))
    play.event(TimerFired("desk_grace:reviewer-1"))
    assert play.desk_log() == [("reviewer-1", "away", "gone")]
    logs = [entry for entry in play.entries if isinstance(entry.fact, DeskStateChanged)]
    assert {entry.case_id for entry in logs} == {None}


def test_a_call_without_its_terminal_is_interrupted_for_two_minutes(play):
    case, _ = play.talking()
    play.event(Disconnected("t1"))
    fact = play.recorded()[0]
    assert fact == TicketInterrupted(case.case_id, play.now + timedelta(minutes=2))
    assert play.view(case.case_id).ticket_state == "interrupted"
    play.terminal()
    assert TicketReconnected(case.case_id) in play.recorded()
    assert play.view(case.case_id).ticket_state == "serving"


def test_an_interruption_that_lasts_returns_the_ticket_with_its_old_score(play):
    case, _ = play.talking()
    since = play.hall._floor.register.cases[case.case_id].ticket.waiting_since
    play.event(Disconnected("t1"))
    play.fire("terminal_grace:T-01")
    ticket = play.hall._floor.register.cases[case.case_id].ticket
    assert (ticket.state, ticket.waiting_since, ticket.until) == ("waiting", since, None)
    assert [material.version for material in play.view(case.case_id).materials] == [1, 1]


def test_what_happens_in_an_interruption_is_still_the_desks(play):
    case, call_id = play.talking()
    play.event(Disconnected("t1"))
    play.say("d1", EndCall(call_id))
    assert play.view(case.case_id).ticket_state == "waiting"
    assert play.event(TimerFired("terminal_grace:T-01")) == []


def test_a_clock_that_is_set_back_stands_still(play):
    play.terminal()
    first = play.submit()
    play.now -= timedelta(hours=1)
    play.terminal(2)
    second = play.submit("t2")
    assert second.submitted_at >= first.submitted_at
    play.kill()
    play.now -= timedelta(hours=1)
    play.terminal(3)
    assert play.entries[-1].time >= first.submitted_at, "not even after a restart"
