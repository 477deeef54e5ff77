"""Playbooks of decisions: one number and one file a decision, delivered, printed, closed."""

from datetime import date, timedelta

import msgspec
import pytest

from signaling.hall.commands import SealNotice
from signaling.hall.events import NoticeSealed, SealingFailed, TimerFired
from signaling.hall.facts import CaseClosed, Decided, NoticeDelivered, NoticePrintReported, NoticeStored, SealingRefused
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import (
    CaseChanged,
    Decide,
    Done,
    EndCall,
    Error,
    NoticePrinted,
    NoticeReady,
    NoticeReceived,
    SubmitCorrection,
)
from signaling.protocol.values import Correction


def accepted(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case))
    return case, call_id


def test_accepting_numbers_the_notice_and_orders_its_seal(play):
    case, _ = play.talking()
    decision = play.decision(case)
    assert Done(decision.request_id) in play.say("d1", decision)
    decided = play.recorded()[0]
    assert isinstance(decided, Decided)
    assert (decided.notice_number, decided.notice_kind) == ("京通政务受〔2026〕000001号", "acceptance")
    order = play.orders[0]
    assert (order.number, order.case_id, order.applicant) == (decided.notice_number, case.case_id, case.applicant)
    assert order.materials == case.materials
    assert (order.reviewer_name, order.terminal_name) == ("审核员1", "1号终端")
    assert order.decided_at.utcoffset() == timedelta(hours=8)
    assert (order.promised_due, order.statutory_due) == (date(2026, 11, 30), date(2026, 12, 21))
    assert order.is_due_provisional is False
    assert play.heard("t1", CaseChanged)[0].case.state == "accepted"
    assert play.heard("t1", CaseChanged)[0].case.notices[0].state == "sealing"


def test_a_repeated_decision_is_one_decision(play):
    case, _ = play.talking()
    decision = play.decision(case)
    play.say("d1", decision)
    assert play.say("d1", decision) == [Done(decision.request_id)]
    assert len(play.last) == 1
    other = msgspec.structs.replace(decision, outcome="request_corrections")
    assert play.refusal("d1", other) == ErrorCode.REQUEST_REUSED
    assert len(play.orders) == 1


def test_numbers_count_by_kind_without_a_gap(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "drawing"))
    play.seal()
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),)))
    play.say("d1", play.decision(case, "drawing"))
    play.seal()
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "newer"),)))
    play.say("d1", play.decision(case))
    assert [order.number for order in play.orders] == [
        "京通政务补〔2026〕000001号",
        "京通政务补〔2026〕000002号",
        "京通政务受〔2026〕000001号",
    ]
    assert play.counters["notice:京通政务:correction:2026"] == 2


def test_a_correction_notice_says_what_is_asked_and_until_when(play):
    case, _ = play.talking()
    decision = play.decision(case, "drawing", "form")
    play.say("d1", decision)
    order = play.orders[0]
    assert (order.kind, order.corrections) == ("correction", decision.corrections)
    assert order.promised_due == order.statutory_due == date(2026, 12, 21)
    view = play.heard("t1", CaseChanged)[0].case
    assert (view.state, view.corrections) == ("correction_requested", decision.corrections)


def test_an_acceptance_counts_from_the_day_the_papers_were_complete(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "drawing"))
    play.seal()
    play.now += timedelta(days=1)
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),)))
    handed_in = play.now
    play.say("d1", play.decision(case))
    order = play.orders[-1]
    assert order.received_at == handed_in
    assert [material.version for material in order.materials] == [1, 2]
    assert order.corrections == ()


@pytest.mark.parametrize(
    ("outcome", "corrections"),
    [
        ("request_corrections", ()),
        ("accept", (Correction("drawing", 0, "a", "b"),)),
        ("request_corrections", (Correction("unheard-of", 0, "a", "b"),)),
        ("request_corrections", (Correction("drawing", 0, " ", "b"),)),
        ("request_corrections", (Correction("drawing", 0, "a", ""),)),
    ],
)
def test_corrections_must_be_whole(play, outcome, corrections):
    case, _ = play.talking()
    decision = Decide(play.request_id(), case.case_id, outcome, corrections)
    assert play.refusal("d1", decision) == ErrorCode.INVALID_CORRECTIONS
    assert play.counters.get("notice:京通政务:acceptance:2026") is None


def test_only_the_reviewer_in_charge_decides_and_only_in_the_call(play):
    case, call_id = play.talking()
    play.desk(2)
    assert play.refusal("d2", play.decision(case)) == ErrorCode.NOT_FOUND
    play.say("d1", EndCall(call_id))
    assert play.refusal("d1", play.decision(case)) == ErrorCode.NOT_FOUND
    ringing = play.view(case.case_id)
    assert ringing.ticket_state == "waiting"


def test_nothing_is_decided_before_answering(play):
    case, _ = play.ringing()
    assert play.refusal("d1", play.decision(case)) == ErrorCode.NOT_FOUND


def test_nothing_is_decided_twice_or_while_a_seal_is_pending(play):
    case, _ = accepted(play)
    assert play.refusal("d1", play.decision(case)) == ErrorCode.ILLEGAL_STEP
    assert play.refusal("d1", play.decision(case, "drawing")) == ErrorCode.ILLEGAL_STEP


def test_a_decision_waits_for_the_seal_of_the_one_before(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "drawing"))
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),)))
    assert play.refusal("d1", play.decision(case)) == ErrorCode.ILLEGAL_STEP
    play.seal()
    play.say("d1", play.decision(case))
    assert play.view(case.case_id).state == "accepted"


def test_a_sealed_notice_is_ready_for_the_terminal(play):
    accepted(play)
    order = play.seal()
    stored = play.recorded()[0]
    assert isinstance(stored, NoticeStored)
    assert (stored.notice_id, stored.digest) == (order.notice_id, play.digest(order.notice_id))
    notice = play.heard("t1", NoticeReady)[0].notice
    assert (notice.state, notice.digest, notice.number) == ("ready", play.digest(order.notice_id), order.number)
    assert play.heard("d1", CaseChanged)[0].case.notices == (notice,)


def test_only_the_first_seal_counts(play):
    accepted(play)
    order = play.seal()
    assert play.event(NoticeSealed(order.notice_id, play.digest("another"), play.now)) == []
    assert play.event(SealingFailed(order.notice_id, "late")) == []
    assert play.event(NoticeSealed("unknown", play.digest("x"), play.now)) == []


def test_a_failed_seal_is_told_and_tried_again_ever_more_rarely(play):
    case, _ = accepted(play)
    order = play.orders[0]
    play.event(SealingFailed(order.notice_id, "字库缺字 𠮷"))
    assert play.recorded() == [SealingRefused(case.case_id, order.notice_id, "字库缺字 𠮷")]
    error = play.heard("d1", Error)[0]
    assert (error.code, error.about) == (ErrorCode.SEALING_FAILED, order.notice_id)
    assert error.sentence == SENTENCES[ErrorCode.SEALING_FAILED]
    assert play.heard("t1") == []
    timer = f"seal:{order.notice_id}"
    assert play.timers[timer] == 10
    assert play.event(TimerFired(timer)) == [SealNotice(order)]
    for expected in (20, 40, 80, 160, 320, 600, 600):
        play.event(SealingFailed(order.notice_id, "again"))
        assert play.timers[timer] == expected
    play.seal()
    assert timer not in play.timers
    assert play.event(TimerFired(timer)) == []


def test_a_restart_seals_what_was_decided_with_the_same_words(play):
    accepted(play)
    play.kill()
    assert play.orders == [play.orders[0]] * 2


def test_receiving_and_printing_closes_the_case_and_the_desk_sees_each_step(play):
    case, call_id = accepted(play)
    order = play.seal()
    received = NoticeReceived(play.request_id(), order.notice_id, True)
    assert Done(received.request_id) in play.say("t1", received)
    assert play.recorded() == [NoticeDelivered(case.case_id, order.notice_id, received.request_id, True)]
    assert play.heard("d1", CaseChanged)[0].case.notices[0].state == "received"
    printed = NoticePrinted(play.request_id(), order.notice_id, True)
    assert Done(printed.request_id) in play.say("t1", printed)
    assert play.recorded() == [
        NoticePrintReported(case.case_id, order.notice_id, printed.request_id, True, ""),
        CaseClosed(case.case_id),
    ]
    assert play.heard("d1", CaseChanged)[0].case.state == "closed"
    assert play.open_cases[case.case_id] is True, "the call is still on and must survive a restart"
    play.say("d1", EndCall(call_id))
    assert play.open_cases[case.case_id] is False


def test_repeats_of_received_and_printed_are_done(play):
    accepted(play)
    order = play.seal()
    received = NoticeReceived(play.request_id(), order.notice_id, True)
    printed = NoticePrinted(play.request_id(), order.notice_id, True)
    play.say("t1", received)
    assert play.say("t1", received) == [Done(received.request_id)]
    play.say("t1", printed)
    assert [type(answer) for answer in play.say("t1", printed)] == [Done, CaseChanged]
    assert play.recorded() == []
    again = NoticeReceived(play.request_id(), order.notice_id, True)
    assert play.say("t1", again) == [Done(again.request_id)], "received once is received"
    assert play.refusal("t1", msgspec.structs.replace(printed, is_printed=False)) == ErrorCode.REQUEST_REUSED


def test_a_second_copy_is_recorded_and_changes_nothing(play):
    case, _ = accepted(play)
    order = play.seal()
    play.say("t1", NoticeReceived(play.request_id(), order.notice_id, True))
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, True))
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, False, "paper jam"))
    assert [type(fact) for fact in play.recorded()] == [NoticePrintReported]
    assert play.view(case.case_id).notices[0].state == "printed"


def test_a_failed_print_keeps_the_case_open(play):
    case, _ = accepted(play)
    order = play.seal()
    play.say("t1", NoticeReceived(play.request_id(), order.notice_id, True))
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, False, "no paper"))
    assert (play.view(case.case_id).state, play.view(case.case_id).notices[0].state) == ("accepted", "received")
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, True))
    assert play.view(case.case_id).state == "closed"


def test_a_notice_that_is_not_genuine_stays_undelivered(play):
    case, _ = accepted(play)
    order = play.seal()
    play.say("t1", NoticeReceived(play.request_id(), order.notice_id, False))
    assert play.recorded()[0].is_genuine is False
    assert play.view(case.case_id).notices[0].state == "ready"
    assert play.refusal("t1", NoticePrinted(play.request_id(), order.notice_id, True)) == ErrorCode.ILLEGAL_STEP


def test_printing_a_correction_notice_does_not_close(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "drawing"))
    order = play.seal()
    play.say("t1", NoticeReceived(play.request_id(), order.notice_id, True))
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, True))
    assert play.view(case.case_id).state == "correction_requested"


def test_what_is_not_sealed_cannot_be_received(play):
    accepted(play)
    received = NoticeReceived(play.request_id(), play.orders[0].notice_id, True)
    assert play.refusal("t1", received) == ErrorCode.ILLEGAL_STEP


def test_anothers_notice_is_not_there(play):
    accepted(play)
    order = play.seal()
    play.terminal(2)
    for notice_id in (order.notice_id, "unknown"):
        assert play.refusal("t2", NoticeReceived(play.request_id(), notice_id, True)) == ErrorCode.NOT_FOUND
        assert play.refusal("t2", NoticePrinted(play.request_id(), notice_id, True)) == ErrorCode.NOT_FOUND
