"""Playbooks of exchanged places: appointments, callbacks, asynchronous review, windows, parking, priority, closing."""

from datetime import UTC, datetime, timedelta

import pytest

from signaling.hall.commands import Notify
from signaling.hall.conversions import free_slots
from signaling.hall.events import Connected, Desk, Disconnected, Restarted
from signaling.hall.hall import Hall
from signaling.hall.queue_facts import TicketConverted, TicketParked, TicketPrioritised, TicketReturned, TicketSummoned
from signaling.hall.rules import HallRules
from signaling.protocol.acts import (
    AskSlots,
    CallBack,
    ClaimCase,
    ConvertTicket,
    LeaveTerminal,
    MarkMissed,
    ParkCall,
    ResumeTicket,
    SetPriority,
    SlotsOffered,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CallEnded, CallOffered, Done, EndCall, SetAvailability, WithdrawCase


@pytest.fixture
def waiting(play):
    """A case in line at terminal 1, with a skilled reviewer who is at work but away from the desk."""
    play.desk()
    play.terminal()
    return play.submit()


def exchange(play, case, to, start=None, session="t1"):
    return play.say(session, ConvertTicket(play.request_id(), case.case_id, to, start))


def slots(play, case, session="t1"):
    play.say(session, AskSlots(case.case_id))
    return play.heard(session, SlotsOffered)[0].slots


def test_free_slots_are_quarters_of_an_hour_of_who_is_on_duty(play, waiting):
    offered = slots(play, waiting)
    assert len(offered) == 24
    first = offered[0]
    assert (first.start, first.end - first.start) == (datetime(2026, 11, 23, 1, 30, tzinfo=UTC), timedelta(minutes=15))
    assert {slot.free for slot in offered} == {1}
    assert free_slots(play.hall._floor, "food") == (), "nobody has that skill"


def test_the_last_slots_end_at_closing_and_go_on_the_next_open_day(play, waiting):
    play.wait(7.75 * 3600)  # 16:45
    starts = [slot.start for slot in slots(play, waiting)]
    assert starts[0] == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
    assert starts[1] == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def test_an_appointment_is_booked_once_and_reminded(play, waiting):
    start = slots(play, waiting)[2].start
    exchange(play, waiting, "appointment", start)
    fact = play.recorded()[0]
    assert isinstance(fact, TicketConverted)
    assert (fact.to, fact.start, fact.end) == ("appointment", start, start + timedelta(minutes=15))
    place = play.view(waiting.case_id).place
    assert (place.conversion, place.until) == ("appointment", start)
    assert play.notes[-1].kind == "appointment"
    play.terminal(2)
    other = play.submit("t2")
    assert start not in [slot.start for slot in slots(play, other, "t2")]
    assert play.refusal("t2", ConvertTicket(play.request_id(), other.case_id, "appointment", start)) == (
        ErrorCode.SLOT_TAKEN
    )
    play.fire(f"remind:{waiting.case_id}")
    assert play.notes[-1].kind == "appointment_reminder"


def test_two_want_the_last_slot_at_once(play, waiting):
    play.terminal(2)
    other = play.submit("t2")
    start = slots(play, waiting)[0].start
    assert start in [slot.start for slot in slots(play, other, "t2")]
    exchange(play, other, "appointment", start, "t2")
    assert play.refusal("t1", ConvertTicket(play.request_id(), waiting.case_id, "appointment", start)) == (
        ErrorCode.SLOT_TAKEN
    )


def test_when_the_time_comes_who_is_here_is_in_line_with_a_boost(play, waiting):
    exchange(play, waiting, "appointment", slots(play, waiting)[0].start)
    play.wait(1200)
    play.terminal(2)
    play.submit("t2")
    play.fire(f"ticket:{waiting.case_id}")
    place = play.view(waiting.case_id).place
    assert (place.kind, place.ahead, place.rule) == ("appointment", 0, "appointment")


def test_when_the_time_comes_who_is_away_is_summoned_for_the_window(play, waiting):
    start = slots(play, waiting)[0].start
    exchange(play, waiting, "appointment", start)
    play.say("t1", LeaveTerminal(play.request_id(), waiting.case_id))
    play.fire(f"ticket:{waiting.case_id}")
    assert play.now - start == timedelta(seconds=1)
    assert play.recorded()[0] == TicketSummoned(waiting.case_id, start + timedelta(minutes=15), "appointment")
    assert (play.notes[-1].kind, play.notes[-1].fields["minutes"]) == ("summons", "15")
    play.say("t1", ClaimCase(play.request_id(), waiting.token))
    view = play.view(waiting.case_id)
    assert (view.ticket_state, view.place.kind) == ("waiting", "appointment")


def test_a_terminal_that_was_lost_when_the_time_came_brings_its_applicant_back(play, waiting):
    exchange(play, waiting, "appointment", slots(play, waiting)[0].start)
    play.event(Disconnected("t1"))
    play.fire(f"ticket:{waiting.case_id}")
    assert play.view(waiting.case_id).ticket_state == "summoned"
    play.terminal()
    view = play.view(waiting.case_id)
    assert (view.ticket_state, view.place.kind) == ("waiting", "appointment")
    assert f"ticket:{waiting.case_id}" not in play.timers


@pytest.mark.parametrize(("to", "notes"), [("callback", []), ("asynchronous", ["accepted_async"]), ("window", [])])
def test_the_other_exchanges(play, waiting, to, notes):
    answers = exchange(play, waiting, to)
    assert any(isinstance(answer, Done) for answer in answers)
    place = play.view(waiting.case_id).place
    assert place.conversion == to
    assert bool(place.window) == (to == "window")
    assert [note.kind for note in play.notes] == notes


def test_an_exchange_repeated_is_one_and_only_appointments_have_a_time(play, waiting):
    request = ConvertTicket(play.request_id(), waiting.case_id, "asynchronous")
    play.say("t1", request)
    play.say("t1", request)
    assert play.recorded() == []
    assert len(play.notes) == 1
    again = ConvertTicket(play.request_id(), waiting.case_id, "callback")
    assert play.refusal("t1", again) == ErrorCode.ILLEGAL_STEP


def test_a_time_belongs_to_an_appointment(play, waiting):
    bad = ConvertTicket(play.request_id(), waiting.case_id, "window", play.now)
    assert play.refusal("t1", bad) == ErrorCode.ILLEGAL_STEP
    without = ConvertTicket(play.request_id(), waiting.case_id, "appointment")
    assert play.refusal("t1", without) == ErrorCode.SLOT_TAKEN


def test_a_converted_ticket_can_stand_in_line_after_all(play, waiting):
    exchange(play, waiting, "appointment", slots(play, waiting)[0].start)
    play.say("t1", ResumeTicket(play.request_id(), waiting.case_id))
    fact = play.recorded()[0]
    assert isinstance(fact, TicketReturned)
    assert (fact.kind, fact.waiting_since) == ("new", play.now)
    assert play.timers == {}
    assert len(slots(play, waiting)) == 24, "the quarter of an hour is free again"
    assert play.refusal("t1", ResumeTicket(play.request_id(), waiting.case_id)) == ErrorCode.ILLEGAL_STEP


def test_the_desk_in_the_call_can_exchange_too(play):
    case, call_id = play.talking()
    exchange(play, case, "callback", session="d1")
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "converted")]
    view = play.view(case.case_id)
    assert (view.ticket_state, view.state) == ("converted", "received")
    play.desk(2)
    again = ConvertTicket(play.request_id(), case.case_id, "window")
    assert play.refusal("d2", again) == ErrorCode.NOT_FOUND


def test_a_parked_call_comes_back_to_its_reviewer(play):
    case, call_id = play.talking()
    play.say("d1", ParkCall(call_id))
    assert isinstance(play.recorded()[0], TicketParked)
    assert play.heard("t1", CallEnded) == [CallEnded(call_id, "parked")]
    assert (play.view(case.case_id).ticket_state, play.timers[f"ticket:{case.case_id}"]) == ("parked", 900)
    play.ready_desk(2)
    play.say("t1", ResumeTicket(play.request_id(), case.case_id))
    assert play.heard("d2", CallOffered) == [], "it waits for who knows it, a minute at most"
    play.say("d1", SetAvailability(True))
    assert play.heard("d1", CallOffered)[0].case.case_id == case.case_id
    placed = next(fact for fact in play.recorded() if hasattr(fact, "passed_over"))
    assert placed.rule == "preferred_reviewer"


def test_who_knows_a_case_is_waited_for_a_minute_and_not_longer(play):
    case, call_id = play.talking()
    play.say("d1", ParkCall(call_id))
    play.ready_desk(2)
    play.say("t1", ResumeTicket(play.request_id(), case.case_id))
    play.fire("turn")
    assert play.heard("d2", CallOffered)[0].case.case_id == case.case_id


def test_parked_too_long_is_in_line_again_at_the_old_score(play):
    case, call_id = play.talking()
    since = play.hall._floor.register.cases[case.case_id].ticket.waiting_since
    play.say("d1", ParkCall(call_id))
    play.fire(f"ticket:{case.case_id}")
    fact = play.recorded()[0]
    assert isinstance(fact, TicketReturned)
    assert (fact.waiting_since, fact.rule) == (since, "park_over")


def test_a_desk_calls_back_and_it_rings_there(play, waiting):
    exchange(play, waiting, "callback")
    play.say("t1", LeaveTerminal(play.request_id(), waiting.case_id))
    request = CallBack(play.request_id(), waiting.case_id)
    assert Done(request.request_id) in play.say("d1", request)
    assert (play.notes[-1].kind, play.notes[-1].fields["minutes"]) == ("callback", "30")
    play.say("d1", request)
    assert play.recorded() == []
    play.ready_desk(2)
    play.say("d1", SetAvailability(True))
    play.say("t1", ClaimCase(play.request_id(), waiting.token))
    assert play.heard("d1", CallOffered)[0].case.case_id == waiting.case_id
    assert play.heard("d2", CallOffered) == []


def test_who_is_still_at_the_terminal_is_called_back_at_once(play, waiting):
    exchange(play, waiting, "callback")
    play.say("d1", SetAvailability(True))
    play.say("d1", CallBack(play.request_id(), waiting.case_id))
    assert play.heard("d1", CallOffered)[0].case.case_id == waiting.case_id


def test_only_who_could_serve_it_calls_back_and_only_from_the_work_list(play, waiting):
    request = CallBack(play.request_id(), waiting.case_id)
    assert play.refusal("d1", request) == ErrorCode.ILLEGAL_STEP, "it waits in line"
    exchange(play, waiting, "asynchronous")
    play.desk(2, skills=("food",))
    assert play.refusal("d2", CallBack(play.request_id(), waiting.case_id)) == ErrorCode.NOT_FOUND
    party = Desk("D-03", "decider-1", "审批员", ("env",), ("decider",))
    play.event(Connected("d3", party))
    assert play.refusal("d3", CallBack(play.request_id(), waiting.case_id)) == ErrorCode.WRONG_ROLE


def test_a_guide_sets_the_priority_group_and_nobody_else(play, waiting):
    play.terminal(2)
    second = play.submit("t2")
    play.staff("guide")
    request = SetPriority(play.request_id(), second.case_id, "elderly")
    play.say("s1", request)
    assert play.recorded() == [TicketPrioritised(second.case_id, request.request_id, "elderly")]
    assert play.view(second.case_id).place.ahead == 0
    assert play.refusal("d1", SetPriority(play.request_id(), second.case_id, "")) == ErrorCode.WRONG_ROLE
    assert play.refusal("t1", SetPriority(play.request_id(), second.case_id, "")) == ErrorCode.NOT_ALLOWED
    assert play.refusal("s1", SetPriority(play.request_id(), "none", "")) == ErrorCode.NOT_FOUND


def test_at_closing_time_who_still_waits_is_reviewed_without_a_call(play):
    play.event(Restarted())
    play.terminal()
    case = play.submit()
    assert play.house_timers["closing"] == pytest.approx(8.5 * 3600, abs=5)
    play.fire("closing")
    view = play.view(case.case_id)
    assert (view.ticket_state, view.place.conversion, view.place.rule) == ("converted", "asynchronous", "closing")
    assert play.notes[-1].kind == "accepted_async"
    assert play.house_timers["closing"] == pytest.approx(24 * 3600, abs=60), "tomorrow again"


def test_the_emergency_office_keeps_its_line_over_night(play):
    play.hall = Hall(play.OFFERING, HallRules(emergency_office=True), play.CALENDAR, lambda: f"id-{next(play.ids)}")
    play.event(Restarted())
    play.terminal()
    case = play.submit()
    play.fire("closing")
    assert play.view(case.case_id).ticket_state == "waiting"


def test_who_came_after_closing_waits_for_the_next_day_also_through_a_restart(play):
    play.wait(11 * 3600)  # 20:00
    play.terminal()
    case = play.submit()
    play.wait(11 * 3600)  # 07:00
    play.kill()
    assert play.view(case.case_id).ticket_state == "waiting"


def test_a_line_of_yesterday_is_closed_by_a_restart(play):
    play.terminal()
    case = play.submit()
    play.wait(60)
    play.kill()
    assert play.view(case.case_id).ticket_state == "waiting", "today's goes on"
    play.wait(24 * 3600)
    play.kill()
    assert play.view(case.case_id).place.conversion == "asynchronous"


def test_appointments_and_reminders_survive_a_restart(play, waiting):
    start = slots(play, waiting)[20].start
    exchange(play, waiting, "appointment", start)
    play.kill()
    assert play.timers[f"ticket:{waiting.case_id}"] == pytest.approx((start - play.now).total_seconds())
    assert f"remind:{waiting.case_id}" in play.timers
    play.terminal()
    play.desk()
    assert start not in [slot.start for slot in slots(play, waiting)]


def test_a_case_taken_back_has_no_appointment_any_more(play, waiting):
    exchange(play, waiting, "appointment", slots(play, waiting)[0].start)
    play.say("t1", WithdrawCase(play.request_id(), waiting.case_id))
    play.fire(f"ticket:{waiting.case_id}")
    assert play.recorded() == []
    assert not any(isinstance(command, Notify) for command in play.last)


def test_hanging_up_after_an_exchange_changes_nothing(play):
    case, call_id = play.talking()
    exchange(play, case, "asynchronous", session="d1")
    play.say("t1", EndCall(call_id))
    assert play.recorded() == []


@pytest.mark.parametrize("kind", [ParkCall, MarkMissed])
def test_a_decided_case_needs_no_place_in_line_any_more(play, kind):
    case, call_id = play.talking()
    play.say("d1", play.decision(case, "form"))
    assert play.refusal("d1", kind(call_id)) == ErrorCode.ILLEGAL_STEP
    assert play.refusal("d1", ConvertTicket(play.request_id(), case.case_id, "callback")) == ErrorCode.ILLEGAL_STEP
