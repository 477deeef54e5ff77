"""The register: the same entries give the same state, and old cases are forgotten in time."""

from datetime import UTC, datetime

import pytest

from signaling.hall.events import NoticeSealed, Notified
from signaling.hall.facts import CallAnswered, CaseWithdrawn, Entry, NoticeStored, TerminalConnected
from signaling.hall.register import Register
from signaling.hall.tables import IllegalStep
from signaling.protocol.acts import ClaimCase, LeaveTerminal
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import EndCall, NoticeReceived, WithdrawCase

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def whole_case(play):
    case, call_id = play.talking()
    play.draw(case, "o1", "m1")
    play.decide("d1", case.case_id, "not_accept", reason="依法不需要取得行政许可", ground="not_needed")
    play.hand_over()
    play.say("d1", EndCall(call_id))
    return case


def test_every_prefix_of_a_whole_case_can_be_restored(play, make_play):
    whole_case(play)
    for length in range(len(play.entries) + 1):
        register = Register()
        for entry in play.entries[:length]:
            register.apply(entry)
        again = Register()
        for entry in play.entries[:length]:
            again.apply(entry)
        assert register == again
    assert register == play.hall._floor.register


def test_a_case_is_forgotten_when_its_terminal_takes_up_the_next(play):
    first = whole_case(play)
    register = play.hall._floor.register
    assert register.case_of("T-01").case_id == first.case_id
    play.submit()
    assert first.case_id not in register.cases
    assert {case_id for _, case_id in register.requests.values()} == set(register.cases)


def test_a_withdrawn_case_stays_until_somebody_claims_its_notice(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case, "form"))
    play.say("d1", EndCall(call_id))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    play.submit()
    register = play.hall._floor.register
    for order in play.orders:
        assert case.case_id in register.cases
        play.event(NoticeSealed(order.notice_id, play.digest(order.notice_id), play.now))
        assert play.heard("t1") == [], "the terminal serves the next applicant"
    assert case.case_id in register.cases, "the applicant is still to be told"
    play.event(Notified(play.notes[-1].notification_id, True))
    assert case.case_id in register.cases, "the notice waits for the slip"
    play.terminal(2)
    play.say("t2", ClaimCase(play.request_id(), case.token))
    play.say("t2", NoticeReceived(play.request_id(), play.orders[-1].notice_id, True))
    play.say("t2", LeaveTerminal(play.request_id(), case.case_id))
    assert case.case_id not in register.cases
    assert register.notices == {}


def test_requests_are_known_by_sender_and_content(play):
    play.terminal()
    case = play.submit()
    withdrawal = WithdrawCase("w1", case.case_id)
    play.say("t1", withdrawal)
    register = play.hall._floor.register
    assert register.answered_case("T-01", withdrawal).case_id == case.case_id
    assert register.answered_case("T-02", withdrawal) is None
    with pytest.raises(Refused) as caught:
        register.answered_case("T-01", WithdrawCase("w1", "other"))
    assert caught.value.code == ErrorCode.REQUEST_REUSED


def test_entries_that_do_not_fit_together_are_found(play):
    play.terminal()
    case = play.submit()
    register = play.hall._floor.register
    with pytest.raises(KeyError):
        register.apply(Entry(NOW, "T-01", "x", CaseWithdrawn("x", "r")))
    with pytest.raises(KeyError):
        register.apply(Entry(NOW, "hall", case.case_id, CallAnswered("k", case.case_id, "D-01", "r1", "n")))
    with pytest.raises(KeyError):
        register.apply(Entry(NOW, "hall", case.case_id, NoticeStored(case.case_id, "n", "d", NOW)))
    play.say("t1", WithdrawCase("w1", case.case_id))
    with pytest.raises(IllegalStep):
        register.apply(Entry(NOW, "T-01", case.case_id, CaseWithdrawn(case.case_id, "w2")))


def test_connections_leave_no_trace_in_the_register():
    register = Register()
    register.apply(Entry(NOW, "T-01", None, TerminalConnected("T-01", "s1")))
    assert register == Register()
