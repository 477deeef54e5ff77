"""Playbooks of the applicant who goes away: leaving, being called, coming, missing, rejoining, giving up."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from signaling.hall.events import Connected, Disconnected, Terminal
from signaling.hall.offering import Offering
from signaling.hall.queue_facts import (
    CaseClaimed,
    CaseLeft,
    TicketExpired,
    TicketMissed,
    TicketReconnected,
    TicketRejoined,
    TicketSummoned,
)
from signaling.protocol.acts import ClaimCase, LeaveTerminal, MarkMissed, RejoinLine
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CallStarted,
    CaseChanged,
    Done,
    EndCall,
    SetAvailability,
    WithdrawCase,
)


def leave(play, case, session="t1"):
    play.say(session, LeaveTerminal(play.request_id(), case.case_id))


def claim(play, case, session="t1"):
    return play.say(session, ClaimCase(play.request_id(), case.token))


def away(play):
    """Terminal 1 is free again; its applicant went away and waits."""
    play.terminal()
    case = play.submit()
    leave(play, case)
    return case


def summoned(play):
    case = away(play)
    play.ready_desk()
    return case


def missed(play):
    case = summoned(play)
    play.fire(f"ticket:{case.case_id}")
    return case


def test_leaving_frees_the_terminal_and_keeps_the_place(play):
    play.terminal()
    case = play.submit()
    request = LeaveTerminal(play.request_id(), case.case_id)
    assert Done(request.request_id) in play.say("t1", request)
    assert play.recorded() == [CaseLeft(case.case_id, "T-01", request.request_id)]
    view = play.view(case.case_id)
    assert (view.ticket_state, view.terminal_id, view.place.is_here) == ("waiting", "", False)
    second = play.submit()
    assert second.place.ahead == 1
    assert play.say("t1", request)[0] == Done(request.request_id), "a repeat is answered alike"
    assert play.recorded() == []


def test_nobody_leaves_out_of_a_call_or_with_anothers_case(play):
    case, _ = play.talking()
    assert play.refusal("t1", LeaveTerminal(play.request_id(), case.case_id)) == ErrorCode.ILLEGAL_STEP
    play.terminal(2)
    assert play.refusal("t2", LeaveTerminal(play.request_id(), case.case_id)) == ErrorCode.NOT_FOUND


def test_leaving_a_case_that_is_over_forgets_it_and_may_be_repeated(play):
    play.terminal()
    case = play.submit()
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    play.hand_over()
    request = LeaveTerminal(play.request_id(), case.case_id)
    for _ in range(2):
        assert play.say("t1", request) == [Done(request.request_id)]
    assert case.case_id not in play.hall._floor.register.cases


def test_leaving_while_it_rings_voids_the_offer(play):
    case, call_id = play.ringing()
    leave(play, case)
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "lost")]
    assert play.view(case.case_id).ticket_state == "summoned", "it is still its turn"


def test_the_turn_of_who_is_away_is_a_summons_of_a_minute(play):
    case = summoned(play)
    fact = next(fact for fact in play.recorded() if isinstance(fact, TicketSummoned))
    assert (fact.case_id, fact.until - play.now, fact.rule) == (case.case_id, timedelta(minutes=1), "longest_waiting")
    assert play.timers[f"ticket:{case.case_id}"] == 60
    assert (play.notes[-1].kind, play.notes[-1].fields["minutes"]) == ("summons", "1")
    assert play.heard("d1", CallOffered) == []


def test_who_comes_to_any_terminal_is_rung_at_once_at_the_old_place(play):
    case = summoned(play)
    play.terminal(2)
    claim(play, case, "t2")
    assert play.heard("t2", CaseChanged)[0].case.case_id == case.case_id
    assert play.heard("d1", CallOffered)[0].case.terminal_name == "2号终端"
    assert f"ticket:{case.case_id}" not in play.timers


def test_who_does_not_come_is_missed_and_the_place_is_kept(play):
    case = missed(play)
    assert isinstance(play.recorded()[0], TicketMissed)
    assert play.notes[-1].kind == "missed"
    assert play.timers[f"ticket:{case.case_id}"] == 900
    place = play.view(case.case_id).place
    assert (place.misses, place.until) == (1, play.now + timedelta(minutes=15))


def test_a_missed_ticket_rejoins_with_its_old_score_behind_the_next_two(play):
    case = missed(play)
    play.say("d1", SetAvailability(False))
    for number in (2, 3, 4):
        play.terminal(number)
        play.submit(f"t{number}")
    claim(play, case)
    assert play.view(case.case_id).ticket_state == "missed", "being there is not enough"
    play.say("t1", RejoinLine(play.request_id(), case.case_id))
    fact = play.recorded()[0]
    assert isinstance(fact, TicketRejoined)
    assert fact.behind == ("20261123-00002", "20261123-00003")
    assert play.view(case.case_id).place.ahead == 0, "the old score"
    order = []
    for number in (1, 2, 3, 4):
        play.ready_desk(number) if number > 1 else play.say("d1", SetAvailability(True))
        order.append(play.heard(f"d{number}", CallOffered)[0].case.ticket_number)
    assert order == ["A002", "A003", "A001", "A004"]


def test_after_the_second_miss_only_an_appointment_is_left(play):
    case = missed(play)
    claim(play, case)
    play.say("t1", RejoinLine(play.request_id(), case.case_id))
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    call_id = play.heard("d1", CallStarted)[0].call_id
    play.say("d1", MarkMissed(call_id))
    place = play.view(case.case_id).place
    assert (place.misses, place.proposals) == (2, ("appointment",))
    assert play.refusal("t1", RejoinLine(play.request_id(), case.case_id)) == ErrorCode.PLACE_EXPIRED


def test_a_place_is_not_kept_for_ever_but_the_case_lives(play):
    case = missed(play)
    play.fire(f"ticket:{case.case_id}")
    assert play.recorded() == [TicketExpired(case.case_id)]
    view = play.view(case.case_id)
    assert (view.ticket_state, view.state, view.place.proposals) == ("abandoned", "received", ("appointment",))
    claim(play, case)
    assert play.refusal("t1", RejoinLine(play.request_id(), case.case_id)) == ErrorCode.PLACE_EXPIRED


@pytest.mark.parametrize("state", ["waiting", "serving"])
def test_only_a_missed_ticket_rejoins(play, state):
    if state == "serving":
        case, _ = play.talking()
    else:
        play.terminal()
        case = play.submit()
    assert play.refusal("t1", RejoinLine(play.request_id(), case.case_id)) == ErrorCode.ILLEGAL_STEP


def test_the_desk_can_say_that_nobody_is_there(play):
    case, call_id = play.talking()
    play.say("d1", MarkMissed(call_id))
    assert play.heard("t1", CallEnded) == play.heard("d1", CallEnded) == [CallEnded(call_id, "no_show")]
    view = play.view(case.case_id)
    assert (view.ticket_state, view.state) == ("missed", "received")
    assert play.refusal("d1", MarkMissed(call_id)) == ErrorCode.CALL_GONE


def test_a_wrong_token_is_not_found_and_five_are_too_many(play):
    case = away(play)
    wrong = "0" * 10
    codes = [play.refusal("t1", ClaimCase(play.request_id(), wrong)) for _ in range(6)]
    assert codes == [ErrorCode.NOT_FOUND] * 5 + [ErrorCode.TOO_MANY_ATTEMPTS]
    assert play.refusal("t1", ClaimCase(play.request_id(), case.token)) == ErrorCode.TOO_MANY_ATTEMPTS
    play.wait(60)
    claim(play, case)
    assert isinstance(play.recorded()[0], CaseClaimed)


def test_a_case_that_is_open_elsewhere_or_a_terminal_that_is_busy_cannot_be_had(play):
    case = away(play)
    play.terminal(2)
    play.submit("t2")
    assert play.refusal("t2", ClaimCase(play.request_id(), case.token)) == ErrorCode.ILLEGAL_STEP
    claim(play, case)
    play.terminal(3)
    assert play.refusal("t3", ClaimCase(play.request_id(), case.token)) == ErrorCode.CASE_TAKEN


def test_a_claim_of_the_case_that_is_here_shows_it_again(play):
    play.terminal()
    case = play.submit()
    answers = claim(play, case)
    assert [type(answer) for answer in answers] == [Done, CaseChanged]
    assert play.recorded() == []


def test_a_claim_that_is_repeated_after_leaving_brings_nothing_back(play):
    case = away(play)
    request = ClaimCase(play.request_id(), case.token)
    play.say("t1", request)
    leave(play, case)
    assert play.refusal("t1", request) == ErrorCode.NOT_FOUND
    assert play.view(case.case_id).terminal_id == ""


def test_a_private_case_opens_only_in_a_booth(play):
    item = replace(play.OFFERING.items["PW-01"], is_private=True)
    play.OFFERING = Offering((item,), "d" * 64)
    play.hall = play._new_hall()
    case = away(play)
    play.event(Connected("t9", Terminal("T-09", "开放终端", is_booth=False)))
    assert play.refusal("t9", ClaimCase(play.request_id(), case.token)) == ErrorCode.BOOTH_ONLY
    claim(play, case)
    assert play.view(case.case_id).terminal_id == "T-01"


def test_what_was_served_forgives_the_misses(play):
    case = missed(play)
    claim(play, case)
    play.say("t1", RejoinLine(play.request_id(), case.case_id))
    call_id = play.heard("d1", CallOffered)[0].call_id
    play.say("d1", AnswerCall(call_id))
    play.say("d1", EndCall(call_id))
    assert play.view(case.case_id).place.misses == 0


def test_a_lost_call_goes_on_at_another_terminal(play):
    case, call_id = play.talking()
    play.event(Disconnected("t1"))
    assert play.view(case.case_id).ticket_state == "interrupted"
    play.terminal(2)
    claim(play, case, "t2")
    assert TicketReconnected(case.case_id) in play.recorded()
    assert play.heard("t2", CallStarted)[0].call_id == call_id
    assert "terminal_grace:T-01" not in play.timers
    play.say("t2", EndCall(call_id))
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "hung_up")]


def test_everything_about_absence_survives_a_restart(play):
    case = summoned(play)
    play.kill()
    assert 50 < play.timers[f"ticket:{case.case_id}"] <= 60
    play.fire(f"ticket:{case.case_id}")
    assert play.view(case.case_id).ticket_state == "missed"
    play.wait(900)
    play.kill()
    play.fire(f"ticket:{case.case_id}")
    assert play.view(case.case_id).ticket_state == "abandoned", "it ran out while the server was down"
