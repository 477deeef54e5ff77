"""Playbooks of sealed notices at the terminal: received, doubted, printed, and what that ends."""

import msgspec

from signaling.hall.facts import CaseClosed, NoticeDelivered, NoticePrintReported
from signaling.protocol.acts import ClaimCase, LeaveTerminal
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Done, EndCall, NoticePrinted, NoticeReady, NoticeReceived


def accepted(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case))
    return case, call_id


def not_accepted(play):
    case, call_id = play.talking()
    play.decide("d1", case.case_id, "not_accept", reason="依法不需要取得行政许可", ground="not_needed")
    return case, call_id


def test_receiving_and_printing_the_last_word_closes_the_case_and_the_desk_sees_each_step(play):
    case, call_id = not_accepted(play)
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


def test_a_printed_acceptance_leaves_the_case_to_the_decision(play):
    case = play.accepted()
    assert (case.state, case.notices[0].state) == ("accepted", "printed")
    assert play.open_cases[case.case_id] is True


def test_who_left_gets_the_notice_at_the_next_claim(play):
    play.terminal()
    case = play.submit(is_pre_review=True)
    play.desk()
    play.say("t1", LeaveTerminal(play.request_id(), case.case_id))
    play.open("d1", case.case_id)
    play.decide("d1", case.case_id, "advise")
    assert [note.kind for note in play.notes] == ["advised"]
    play.terminal(2)
    request = ClaimCase(play.request_id(), case.token)
    assert Done(request.request_id) in play.say("t2", request)
    assert play.heard("t2", CaseChanged)[0].case.state == "advised"
    assert play.heard("t2", NoticeReady) == [], "advice is no notice"


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
    case, _ = not_accepted(play)
    order = play.seal()
    play.say("t1", NoticeReceived(play.request_id(), order.notice_id, True))
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, False, "no paper"))
    assert (play.view(case.case_id).state, play.view(case.case_id).notices[0].state) == ("not_accepted", "received")
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
