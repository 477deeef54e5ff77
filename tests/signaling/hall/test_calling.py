"""Playbooks of calls: ring, answer, decline, no answer, hold, rejoin, relay, hang up."""

import pytest

from signaling.hall.events import TimerFired
from signaling.hall.facts import CallAnswered, CallEndedFact, CallHeldFact, CallPlaced, CallRejoined
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallHeld,
    CallOffered,
    CallRinging,
    CallStarted,
    Candidate,
    CaseChanged,
    DeclineCall,
    Description,
    DeskChanged,
    EndCall,
    HoldCall,
    Rejoin,
    SetAvailability,
)


def test_submitting_rings_a_ready_desk_by_itself(play):
    case, call_id = play.ringing()
    assert play.recorded()[-1] == CallPlaced(call_id, case.case_id, "D-01", "reviewer-1", "longest_waiting")
    offer = play.heard("d1", CallOffered)[0]
    assert (offer.case.case_id, offer.case.materials, offer.ring_s) == (case.case_id, case.materials, 20)
    assert play.heard("t1", CallRinging) == [CallRinging(call_id, case.case_id)]
    assert play.timers[f"ring:{call_id}"] == 20
    assert play.heard("d1", DeskChanged)[-1].availability == "offered"


def test_answering_starts_the_call_for_both(play):
    case, call_id = play.ringing()
    play.say("d1", AnswerCall(call_id))
    assert play.recorded() == [CallAnswered(call_id, case.case_id, "D-01", "reviewer-1", "审核员1")]
    desk, terminal = play.heard("d1", CallStarted)[0], play.heard("t1", CallStarted)[0]
    assert (desk.is_offerer, terminal.is_offerer) == (True, False)
    assert (desk.peer_name, terminal.peer_name) == ("1号终端", "审核员1")
    assert desk.generation == terminal.generation == 1
    assert not desk.is_resumed
    assert play.heard("t1", CaseChanged)[0].case.state == "reviewing"
    assert play.timers == {}


def test_a_second_answer_finds_the_call_taken(play):
    _, call_id = play.talking()
    assert play.refusal("d1", AnswerCall(call_id)) == ErrorCode.CALL_TAKEN


def test_a_call_offered_to_another_desk_is_not_there(play):
    _, call_id = play.ringing()
    play.desk(2)
    for message in (AnswerCall(call_id), DeclineCall(call_id), HoldCall(call_id, True), EndCall(call_id)):
        assert play.refusal("d2", message) == ErrorCode.CALL_GONE
    assert play.refusal("d2", AnswerCall("never-was")) == ErrorCode.CALL_GONE


def test_declining_sends_the_case_to_the_next_desk(play):
    case, call_id = play.ringing()
    play.ready_desk(2)
    play.say("d1", DeclineCall(call_id))
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "declined")]
    away = play.heard("d1", DeskChanged)[-1]
    assert (away.availability, away.reason) == ("away", "declined")
    offer = play.heard("d2", CallOffered)[0]
    assert offer.case.case_id == case.case_id
    assert play.recorded()[-1].rule == "returned_to_head"
    assert f"ring:{call_id}" not in play.timers
    assert play.refusal("d1", AnswerCall(call_id)) == ErrorCode.CALL_GONE


def test_no_answer_makes_the_desk_away_and_keeps_the_place(play):
    case, call_id = play.ringing()
    play.terminal(2)
    play.submit("t2")
    play.event(TimerFired(f"ring:{call_id}"))
    assert play.recorded() == [CallEndedFact(call_id, case.case_id, "no_answer")]
    assert play.heard("d1", CallEnded) == play.heard("t1", CallEnded) == [CallEnded(call_id, "no_answer")]
    assert play.view(case.case_id).ticket_state == "waiting"
    assert play.refusal("d1", AnswerCall(call_id)) == ErrorCode.CALL_GONE
    play.say("d1", SetAvailability(True))
    assert play.heard("d1", CallOffered)[0].case.case_id == case.case_id


def test_a_ring_timer_that_comes_too_late_does_nothing(play):
    _, call_id = play.talking()
    assert play.event(TimerFired(f"ring:{call_id}")) == []


def test_holding_and_resuming_tells_both_and_a_repeat_changes_nothing(play):
    case, call_id = play.talking()
    play.say("d1", HoldCall(call_id, True))
    assert play.recorded() == [CallHeldFact(call_id, case.case_id, True)]
    assert play.heard("t1") == play.heard("d1") == [CallHeld(call_id, True)]
    play.say("d1", HoldCall(call_id, True))
    assert play.recorded() == []
    assert play.heard("d1") == [CallHeld(call_id, True)]
    play.say("d1", HoldCall(call_id, False))
    assert play.recorded() == [CallHeldFact(call_id, case.case_id, False)]


def test_a_ringing_call_can_be_neither_held_nor_hung_up(play):
    _, call_id = play.ringing()
    assert play.refusal("d1", HoldCall(call_id, True)) == ErrorCode.CALL_GONE
    assert play.refusal("t1", EndCall(call_id)) == ErrorCode.ILLEGAL_STEP


@pytest.mark.parametrize(("sender", "other"), [("t1", "d1"), ("d1", "t1")])
def test_negotiation_is_relayed_to_the_other_side(play, sender, other):
    _, call_id = play.talking()
    for message in (Description(call_id, 1, "offer", "v=0"), Candidate(call_id, 1, "candidate:1", "0", 0)):
        assert play.say(sender, message) == []
        assert play.heard(other) == [message]


def test_negotiation_of_another_generation_is_not_relayed(play):
    _, call_id = play.talking()
    play.say("t1", Rejoin(call_id, 1))
    play.say("d1", Description(call_id, 1, "offer", "v=0"))
    assert play.last == []
    assert play.refusal("d1", Description(call_id, 3, "offer", "v=0")) == ErrorCode.STALE_GENERATION


def test_only_the_first_rejoin_of_a_generation_counts(play):
    case, call_id = play.talking()
    play.say("t1", Rejoin(call_id, 1))
    assert play.recorded() == [CallRejoined(call_id, case.case_id, 2)]
    desk, terminal = play.heard("d1", CallStarted)[0], play.heard("t1", CallStarted)[0]
    assert (desk.generation, desk.is_offerer, desk.is_resumed) == (2, True, False)
    assert (terminal.generation, terminal.is_offerer) == (2, False)
    play.say("d1", Rejoin(call_id, 1))
    assert play.last == []
    play.say("d1", Rejoin(call_id, 2))
    assert play.heard("t1", CallStarted)[0].generation == 3
    assert play.refusal("t1", Rejoin(call_id, 9)) == ErrorCode.STALE_GENERATION


@pytest.mark.parametrize("who", ["t1", "d1"])
def test_hanging_up_undecided_puts_the_case_back_at_the_head(play, who):
    case, call_id = play.talking()
    play.terminal(2)
    play.submit("t2")
    play.say(who, EndCall(call_id))
    assert play.heard("d1", CallEnded) == play.heard("t1", CallEnded) == [CallEnded(call_id, "hung_up")]
    assert play.heard("d1", DeskChanged)[-1].availability == "wrap_up"
    assert play.timers["wrap_up:reviewer-1"] == 45
    view = play.view(case.case_id)
    assert (view.state, view.ticket_state, view.reviewer_name) == ("received", "waiting", "")
    play.event(TimerFired("wrap_up:reviewer-1"))
    assert play.heard("d1", CallOffered)[0].case.case_id == case.case_id


def test_a_call_already_over_is_reported_again(play):
    _, call_id = play.talking()
    play.say("d1", EndCall(call_id))
    for who in ("d1", "t1"):
        assert play.say(who, EndCall(call_id)) == [CallEnded(call_id, "hung_up")]
        assert play.recorded() == []
    assert play.refusal("d1", HoldCall(call_id, True)) == ErrorCode.CALL_GONE
    assert play.refusal("t1", Rejoin(call_id, 1)) == ErrorCode.CALL_GONE
    assert play.refusal("t1", Description(call_id, 1, "answer", "v=0")) == ErrorCode.CALL_GONE


def test_a_case_reviewed_before_brings_its_page_and_marks(play):
    case, call_id = play.talking()
    mark = play.draw(case, "o1", "m1")
    play.say("d1", EndCall(call_id))
    play.ready_desk(2)
    play.say("d2", AnswerCall(play.heard("d2", CallOffered)[0].call_id))
    assert mark in play.heard("d2")


def test_a_desk_that_misses_twice_in_a_row_is_an_alarm_until_it_answers(play):
    _, call_id = play.ringing()
    alarms = play.hall._floor.alarms
    play.fire(f"ring:{call_id}")
    assert alarms == set()
    play.say("d1", SetAvailability(True))
    play.fire(f"ring:{play.heard('d1', CallOffered)[0].call_id}")
    assert alarms == {"desk_missed_twice:reviewer-1"}
    play.say("d1", SetAvailability(True))
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    assert alarms == set()


def test_declining_is_not_missing(play):
    _, call_id = play.ringing()
    play.say("d1", DeclineCall(call_id))
    play.say("d1", SetAvailability(True))
    play.say("d1", DeclineCall(play.heard("d1", CallOffered)[0].call_id))
    assert play.hall._floor.alarms == set()


def test_what_a_case_takes_is_learnt_for_the_expected_wait(play):
    _, call_id = play.talking()
    play.wait(1000)
    play.say("d1", EndCall(call_id))
    assert play.hall._floor.handling_s["env"] == pytest.approx(392 + 0.1 * (1001 + 45 - 392))
