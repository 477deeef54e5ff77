"""The place in line: leaving, coming back, missed and rejoined, other ways than waiting, the slip."""

from datetime import timedelta
from typing import Any

import pytest

from signaling.protocol.acts import (
    AskSlots,
    ClaimCase,
    ConvertTicket,
    LeaveTerminal,
    RejoinLine,
    ResumeTicket,
    SlotsOffered,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Done, EndCall, Error, TicketChanged
from signaling.protocol.values import AppointmentSlot, Place
from terminal.effects import PrintSlip, Wipe

WAYS = ("appointment", "callback", "asynchronous", "window")


def test_leaving_keeps_the_slip_and_nothing_else(play: Any) -> None:
    session = play.waiting().session
    session.leave()
    session.leave()
    assert session.step == "waiting", "the hall decides"
    (asked,) = play.said(LeaveTerminal)
    session.receive(Done(asked.request_id))
    assert session.step == "slip"
    assert session.slip.token == play.case.token
    assert play.of(Wipe)
    assert (session.case, session.card, session.phone) == (None, None, "")
    session.line.print_slip()
    assert play.of(PrintSlip) == [PrintSlip(play.case)]
    session.line.slip_printed("slip.pdf", is_paper=False)
    assert (session.line.slip_state, session.patience) == ("printed", "done")
    session.finish()
    assert (session.step, session.slip) == ("welcome", None)
    assert len(play.said(LeaveTerminal)) == 1


def test_a_refused_leave_changes_nothing(play: Any) -> None:
    session = play.waiting().session
    session.leave()
    session.receive(Error(ErrorCode.ILLEGAL_STEP, "", play.said(LeaveTerminal)[0].request_id))
    assert (session.step, session.problem) == ("waiting", "illegal_step")


def test_coming_back_with_the_slip(play: Any) -> None:
    session = play.left().session
    session.finish()
    session.receive(CaseChanged(play.case))
    assert session.step == "welcome", "what is said late of who has left is not shown"
    session.begin_claim()
    session.claim()
    assert not play.said(ClaimCase), "the token is not whole"
    session.entry.type(play.case.token)
    session.claim()
    session.claim()
    (asked,) = play.said(ClaimCase)
    session.receive(Done(asked.request_id))
    play.changed("received", ticket_state="missed")
    assert session.step == "waiting"
    assert session.line.can_rejoin


def test_a_wrong_token_is_said_and_can_be_corrected(play: Any) -> None:
    session = play.left().session
    session.finish()
    session.begin_claim()
    session.entry.type("0000000000")
    session.claim()
    session.receive(Error(ErrorCode.NOT_FOUND, "", play.said(ClaimCase)[0].request_id))
    assert (session.step, session.problem) == ("claim", "not_found")
    session.receive(CaseChanged(play.case))
    assert session.case is None, "only a granted claim brings a case back"


def test_a_closed_case_can_be_claimed_to_be_read(play: Any) -> None:
    session = play.left().session
    session.finish()
    session.begin_claim()
    session.entry.type(play.case.token)
    session.claim()
    play.done(ClaimCase)
    play.changed("closed")
    assert session.step == "result"


def test_missed_and_rejoined(play: Any) -> None:
    session = play.waiting().session
    session.line.rejoin()
    assert not play.said(RejoinLine)
    play.ticket("missed", misses=1)
    session.line.rejoin()
    session.line.rejoin()
    assert len(play.said(RejoinLine)) == 1
    play.done(RejoinLine)
    play.ticket("waiting", ahead=2, kind="rejoin")
    assert session.line.place.ahead == 2
    play.ticket("missed", misses=2, proposals=("appointment",))
    assert not session.line.can_rejoin


@pytest.mark.parametrize("state", ["parked", "converted"])
def test_standing_in_line_after_all(play: Any, state: str) -> None:
    session = play.waiting().session
    session.line.resume()
    assert not play.said(ResumeTicket)
    play.ticket(state, conversion="callback" if state == "converted" else None)
    session.line.resume()
    assert len(play.said(ResumeTicket)) == 1


def test_a_pre_review_has_no_line_to_stand_in(play: Any) -> None:
    session = play.at_submit().session
    session.set_commitment(True)
    session.submit(is_pre_review=True)
    play.waiting_after_submit()
    assert session.step == "waiting"
    assert not session.line.can_resume


def test_only_what_is_proposed_can_be_chosen(play: Any) -> None:
    line = play.waiting().session.line
    line.convert("window")
    line.choose_slot()
    assert not play.said(ConvertTicket)
    assert not play.said(AskSlots)
    play.ticket("waiting", proposals=WAYS)
    line.convert("window")
    line.convert("callback")
    (asked,) = play.said(ConvertTicket)
    assert (asked.to, asked.start) == ("window", None)


def test_an_appointment(play: Any, play_time: Any) -> None:
    session = play.waiting().session
    line = session.line
    play.ticket("waiting", proposals=WAYS)
    line.convert("appointment")
    assert (line.is_choosing, line.slots) == (True, None)
    quarter = timedelta(minutes=15)
    taken, free = (
        AppointmentSlot(play_time, play_time + quarter, 0),
        AppointmentSlot(play_time + quarter, play_time + 2 * quarter, 1),
    )
    session.receive(SlotsOffered("other", (free,)))
    assert line.slots is None
    session.receive(SlotsOffered("c1", (taken, free)))
    line.book(taken.start)
    assert not play.said(ConvertTicket)
    line.book(free.start)
    (asked,) = play.said(ConvertTicket)
    assert (asked.to, asked.start) == ("appointment", free.start)
    session.receive(Error(ErrorCode.SLOT_TAKEN, "", asked.request_id))
    assert line.is_choosing
    assert len(play.said(AskSlots)) == 2, "somebody was quicker: what is left is asked for"
    session.receive(SlotsOffered("c1", (free,)))
    line.book(free.start)
    play.done(ConvertTicket)
    play.ticket("converted", conversion="appointment", until=free.start)
    assert not line.is_choosing
    assert session.patience == "draft", "who has an appointment need not stay"


def test_ringing_takes_the_choice_away(play: Any) -> None:
    session = play.waiting().session
    play.ticket("waiting", proposals=WAYS)
    session.line.choose_slot()
    session.line.rang("k1")
    assert not session.line.is_choosing
    session.receive(TicketChanged("c1", "waiting", Place()))
    assert session.line.ringing == ""


def test_who_finishes_early_leaves_the_hall_informed(play: Any) -> None:
    session = play.in_call().session
    session.finish()
    assert len(play.said(EndCall)) == 1
    (asked,) = play.said(LeaveTerminal)
    session.receive(Error(ErrorCode.ILLEGAL_STEP, "", asked.request_id))
    assert session.problem == "", "the next applicant does not read it"
