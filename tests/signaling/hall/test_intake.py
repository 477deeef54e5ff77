"""The applicant's acts: what is received, what is refused and why, and what a repeat gets."""

import msgspec
import pytest

from signaling.hall.events import Connected, NoticeSealed, Terminal
from signaling.hall.facts import CaseClosed, CaseSubmitted, CaseWithdrawn, CorrectionSubmitted
from signaling.hall.office_facts import ItemOpenSet
from signaling.hall.queue_facts import CaseLeft
from signaling.protocol.acts import LeaveTerminal
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    CallEnded,
    CallOffered,
    CaseChanged,
    Done,
    EndCall,
    NoticePrinted,
    NoticeReceived,
    SubmitCorrection,
    TicketChanged,
    TicketIssued,
    WithdrawCase,
)
from signaling.protocol.values import Applicant, MaterialSlot, Token


def test_a_submission_gets_a_number_of_its_category_and_day(play):
    play.terminal(1)
    play.terminal(2)
    play.terminal(3)
    first, second, third = play.submit("t1"), play.submit("t2"), play.submit("t3", item="SP-01")
    assert [case.ticket_number for case in (first, second, third)] == ["A001", "A002", "B001"]
    assert [case.case_id for case in (first, second, third)] == ["20261123-00001", "20261123-00002", "20261123-00003"]
    assert first.state == "received"
    assert play.counters == {"ticket:A:2026-11-23": 2, "ticket:B:2026-11-23": 1, "case:2026-11-23": 3}


def test_the_ticket_says_how_many_wait_before_it_for_the_same_desks(play):
    for number in (1, 2, 3):
        play.terminal(number)
    play.submit("t1")
    play.submit("t2", item="SP-01")
    answers = play.say("t3", play.submission())
    assert [type(answer) for answer in answers] == [TicketIssued]
    assert answers[0].ahead == 1


def test_the_case_shows_what_was_handed_in_with_clean_names_and_first_versions(play):
    play.terminal()
    applicant = msgspec.structs.replace(play.APPLICANT, name=" 张三 ", id_number="１１０１０５ 19491231002x")
    papers = (msgspec.structs.replace(play.material("form"), version=7), play.material("drawing"))
    case = play.submit(applicant=applicant, materials=papers)
    assert (case.applicant.name, case.applicant.id_number) == ("张三", "11010519491231002X")
    assert [material.version for material in case.materials] == [1, 1]
    assert case.item == play.CATALOGUE[0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"item_code": "none"}, ErrorCode.NOT_FOUND),
        ({"materials": ()}, ErrorCode.MATERIAL_MISSING),
        ({"materials": ("form",)}, ErrorCode.MATERIAL_MISSING),
        ({"materials": ("form", "drawing", "unheard-of")}, ErrorCode.NOT_FOUND),
        ({"materials": ("form", "form", "drawing")}, ErrorCode.MATERIAL_MISSING),
        ({"applicant": {"name": "  "}}, ErrorCode.INVALID_APPLICANT),
        ({"applicant": {"phone": ""}}, ErrorCode.INVALID_APPLICANT),
        ({"applicant": {"phone": "1380013800"}}, ErrorCode.INVALID_APPLICANT),
        ({"applicant": {"id_number": "110105194912310021"}}, ErrorCode.INVALID_APPLICANT),
        ({"applicant": {"id_number": ""}}, ErrorCode.INVALID_APPLICANT),
        ({"applicant": {"kind": "organisation"}}, ErrorCode.INVALID_APPLICANT),
        ({"applicant": {"id_kind": "credit_code"}}, ErrorCode.INVALID_APPLICANT),
    ],
)
def test_what_does_not_fit_is_refused_whole(play, changes, code):
    play.terminal()
    if "materials" in changes:
        changes = changes | {"materials": tuple(play.material(slot) for slot in changes["materials"])}
    if "applicant" in changes:
        changes = changes | {"applicant": msgspec.structs.replace(play.APPLICANT, **changes["applicant"])}
    assert play.refusal("t1", play.submission(**changes)) == code
    assert play.hall.case_views() == ()
    assert play.counters == {}


def test_an_organisation_is_named_by_its_credit_code(play):
    play.terminal()
    applicant = Applicant("organisation", "某某公司", "credit_code", "91350100M000100Y43", "010-55500118", "李四")
    assert play.submit(applicant=applicant).applicant == applicant


def test_a_file_that_is_not_in_the_store_is_missing(play):
    play.terminal()
    assert play.refusal("t1", play.submission(), absent=(play.digest("form"),)) == ErrorCode.MATERIAL_MISSING


def test_a_repeated_submission_gets_its_ticket_again(play):
    play.terminal()
    submission = play.submission()
    first = play.say("t1", submission)
    again = play.say("t1", submission, absent=(play.digest("form"),))
    assert first == again
    assert play.recorded() == []


def test_a_repeat_is_known_after_a_restart_and_another_content_is_refused(play):
    play.terminal()
    submission = play.submission()
    first = play.say("t1", submission)
    play.kill()
    play.terminal()
    assert play.say("t1", submission) == first
    other = msgspec.structs.replace(submission, consents_to_video=False)
    assert play.refusal("t1", other) == ErrorCode.REQUEST_REUSED


def test_one_case_at_a_time(play):
    play.terminal()
    play.submit()
    assert play.refusal("t1", play.submission()) == ErrorCode.ILLEGAL_STEP


def test_a_notice_that_cannot_be_printed_does_not_block_the_next_applicant(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case))
    order = play.seal()
    play.say("t1", NoticeReceived(play.request_id(), order.notice_id, True))
    play.say("d1", EndCall(call_id))
    assert play.refusal("t1", play.submission()) == ErrorCode.ILLEGAL_STEP
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, False, "no paper"))
    assert play.view(case.case_id).state == "accepted"
    play.say("t1", play.submission())
    assert [type(fact) for fact in play.recorded()][:2] == [CaseLeft, CaseSubmitted]
    assert play.view(case.case_id).terminal_id == "", "it lives on without a terminal"


def test_who_has_the_last_word_unprinted_is_finished_when_the_terminal_goes_on(play):
    case, call_id = play.talking()
    play.decide("d1", case.case_id, "not_accept", reason="x", ground="not_needed")
    order = play.seal()
    play.say("t1", NoticeReceived(play.request_id(), order.notice_id, True))
    play.say("t1", NoticePrinted(play.request_id(), order.notice_id, False, "no paper"))
    play.say("d1", EndCall(call_id))
    play.say("t1", play.submission())
    assert [type(fact) for fact in play.recorded()][:3] == [CaseClosed, CaseLeft, CaseSubmitted]
    assert play.open_cases[case.case_id] is False


def asked_to_correct(play, *slots):
    case, call_id = play.talking()
    play.say("d1", play.decision(case, *slots))
    return case, call_id


def test_a_correction_during_the_call_goes_on_with_the_review(play):
    case, _ = asked_to_correct(play, "drawing")
    request = SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),))
    assert Done(request.request_id) in play.say("t1", request)
    view = play.heard("d1", CaseChanged)[0].case
    assert view.state == "reviewing"
    assert [(material.slot, material.version) for material in view.materials] == [
        ("form", 1),
        ("drawing", 1),
        ("drawing", 2),
    ]
    assert play.say("t1", request) == [Done(request.request_id)]
    assert play.recorded() == []


def test_a_correction_after_the_call_waits_at_the_head(play):
    case, call_id = asked_to_correct(play, "drawing")
    play.say("t1", EndCall(call_id))
    assert play.view(case.case_id).ticket_state == "done"
    play.terminal(2)
    play.submit("t2")
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),)))
    assert play.view(case.case_id).state == "received"
    assert play.view(case.case_id).reviewer_name == ""
    (told,) = play.heard("t1", TicketChanged)
    assert (told.state, told.place.kind, told.place.ahead) == ("waiting", "correction_return", 0)
    play.fire("news")
    assert play.heard("t2", TicketChanged)[0].place.ahead == 1


@pytest.mark.parametrize(
    ("papers", "absent", "code"),
    [
        ((), (), ErrorCode.CORRECTION_INCOMPLETE),
        ((("form", "new"),), (), ErrorCode.CORRECTION_INCOMPLETE),
        ((("form", "new"), ("drawing", "drawing")), (), ErrorCode.CORRECTION_INCOMPLETE),
        ((("form", "new"), ("drawing", "new"), ("drawing", "newer")), (), ErrorCode.MATERIAL_MISSING),
        ((("form", "new"), ("drawing", "new"), ("what", "new")), (), ErrorCode.NOT_FOUND),
        ((("form", "new"), ("drawing", "new")), ("0" * 64,), ErrorCode.MATERIAL_MISSING),
    ],
)
def test_a_correction_must_renew_everything_that_was_named(play, papers, absent, code):
    case, _ = asked_to_correct(play, "drawing", "form")
    materials = tuple(play.material(slot, name) for slot, name in papers)
    assert play.refusal("t1", SubmitCorrection(play.request_id(), case.case_id, materials), absent) == code
    assert play.view(case.case_id).state == "correction_requested"


def test_nothing_is_corrected_unasked(play):
    case, _ = play.talking()
    correction = SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),))
    assert play.refusal("t1", correction) == ErrorCode.ILLEGAL_STEP


def test_anothers_case_is_not_there(play):
    case, _ = asked_to_correct(play, "drawing")
    play.terminal(2)
    correction = SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),))
    assert play.refusal("t2", correction) == ErrorCode.NOT_FOUND
    assert play.refusal("t2", WithdrawCase(play.request_id(), case.case_id)) == ErrorCode.NOT_FOUND
    assert play.refusal("t2", WithdrawCase(play.request_id(), "no-such-case")) == ErrorCode.NOT_FOUND


def test_withdrawing_while_waiting_frees_the_terminal(play):
    play.terminal()
    case = play.submit()
    request = WithdrawCase(play.request_id(), case.case_id)
    assert Done(request.request_id) in play.say("t1", request)
    fact, ordered = play.recorded()
    assert fact == CaseWithdrawn(case.case_id, request.request_id, fact.notice)
    assert (ordered.notice_id, ordered.order) == (fact.notice.notice_id, play.orders[-1])
    assert (fact.notice.kind, fact.notice.number) == ("termination", "京通政务终〔2026〕000001号")
    assert play.open_cases[case.case_id] is True, "its notice waits for the seal"
    play.seal()
    assert play.open_cases[case.case_id] is True, "and then for who reads it"
    assert play.say("t1", request) == [Done(request.request_id)]
    play.hand_over()
    assert play.open_cases[case.case_id] is False
    play.ready_desk()
    assert play.heard("d1", CallOffered) == []
    assert play.submit().ticket_number == "A002"


def test_withdrawing_while_it_rings_stops_the_ringing(play):
    case, call_id = play.ringing()
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "withdrawn")]
    assert f"ring:{call_id}" not in play.timers
    assert play.hall.figures().desks_ready == 1


def test_withdrawing_in_the_call_ends_it(play):
    case, call_id = play.talking()
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "withdrawn")]
    assert play.heard("d1", CaseChanged)[-1].case.state == "withdrawn"
    play.hand_over()
    assert play.open_cases[case.case_id] is False


def test_withdrawing_after_a_correction_was_asked_for(play):
    case, call_id = asked_to_correct(play, "form")
    play.say("d1", EndCall(call_id))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert play.view(case.case_id).state == "withdrawn"
    assert play.open_cases[case.case_id] is True, "its notices still wait for the seal"
    for order in play.orders:
        play.event(NoticeSealed(order.notice_id, play.digest(order.notice_id), play.now))
    assert play.open_cases[case.case_id] is True
    play.say("t1", NoticeReceived(play.request_id(), play.orders[-1].notice_id, True))
    assert play.open_cases[case.case_id] is False, "the last word is told; the one before it no longer matters"


def test_an_accepted_case_can_be_withdrawn_until_it_is_decided(play):
    case = play.accepted()
    play.desk(2, roles=("decider",))
    play.open("d2", case.case_id)
    play.decide("d2", case.case_id, "grant")
    play.seal()
    assert play.refusal("t1", WithdrawCase(play.request_id(), case.case_id)) == ErrorCode.ILLEGAL_STEP


def test_what_was_only_advised_is_withdrawn_without_a_notice(play):
    play.terminal()
    case = play.submit(is_pre_review=True)
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert play.orders == []
    assert play.view(case.case_id).state == "withdrawn"


def test_the_slip_carries_a_token_of_its_own(play):
    play.terminal(1)
    play.terminal(2)
    first, second = play.submit("t1"), play.submit("t2")
    assert first.token != second.token
    for case in (first, second):
        assert msgspec.convert(case.token, Token) == case.token


@pytest.mark.parametrize(
    ("rules", "code"),
    [({"is_private": True}, ErrorCode.BOOTH_ONLY), ({"sites": ("elsewhere",)}, ErrorCode.ITEM_CLOSED)],
)
def test_some_items_are_not_for_every_terminal(play, rules, code):
    item = play.offer(**rules)
    play.event(Connected("t1", Terminal("T-01", "1号终端", is_booth=False, site="here")))
    assert play.refusal("t1", play.submission(item=item)) == code


def test_a_closed_item_takes_no_new_case_and_lets_open_ones_go_on(play):
    case, _ = play.talking()
    play.record("manager-1", ItemOpenSet("r", "PW-01", False, "暂停"))
    play.terminal(2)
    play.refusal("t2", play.submission("SP-01", materials=()))  # the fact above reaches the journal
    assert play.refusal("t2", play.submission()) == ErrorCode.ITEM_CLOSED
    play.say("d1", play.decision(case))
    assert play.view(case.case_id).state == "accepted"


SLOTS = (
    MaterialSlot("form", "申请表"),
    MaterialSlot("lease", "租赁合同", is_gap_able=True),
    MaterialSlot("deed", "产权证", is_original_kept=True),
)


@pytest.mark.parametrize(
    ("given", "to_follow", "code"),
    [
        (("form",), ("lease", "deed"), None),
        (("form", "lease", "deed"), ("deed",), None),
        (("form",), ("lease",), ErrorCode.MATERIAL_MISSING),
        (("form", "lease"), ("lease", "deed"), ErrorCode.MATERIAL_MISSING),
        (("lease", "deed"), ("form",), ErrorCode.MATERIAL_MISSING),
        (("form", "deed"), ("lease", "what"), ErrorCode.NOT_FOUND),
    ],
)
def test_only_minor_materials_and_papers_may_follow(play, given, to_follow, code):
    play.terminal()
    submission = play.submission(
        item=play.offer(*SLOTS), materials=tuple(play.material(slot) for slot in given), to_follow=to_follow
    )
    if code is None:
        assert play.say("t1", submission)[0].case.state == "received"
    else:
        assert play.refusal("t1", submission) == code


def test_a_courier_needs_an_address(play):
    play.terminal()
    assert play.refusal("t1", play.submission(delivery="courier", address=" ")) == ErrorCode.INVALID_ENTRY


def test_a_case_that_left_the_terminal_is_not_shown_there_to_a_late_repeat(play):
    play.terminal()
    submission = play.submission()
    case = play.say("t1", submission)[0].case
    play.say("t1", LeaveTerminal(play.request_id(), case.case_id))
    assert play.refusal("t1", submission) == ErrorCode.NOT_FOUND


def test_corrections_are_recorded_as_they_were_sent(play):
    case, _ = asked_to_correct(play, "drawing")
    request = SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),))
    play.say("t1", request)
    assert play.recorded() == [CorrectionSubmitted(case.case_id, request.request_id, request.materials)]
