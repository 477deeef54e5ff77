"""The applicant's acts: what is received, what is refused and why, and what a repeat gets."""

import msgspec
import pytest

from signaling.hall.facts import CaseClosed, CaseSubmitted, CaseWithdrawn, CorrectionSubmitted
from signaling.hall.intake import Offering
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
from signaling.protocol.values import Applicant


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
    assert [type(fact) for fact in play.recorded()][:2] == [CaseClosed, CaseSubmitted]
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
    assert play.heard("t1", TicketChanged) == [TicketChanged(case.case_id, "waiting", 0)]
    assert play.heard("t2", TicketChanged)[0].ahead == 1


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
    assert play.recorded() == [CaseWithdrawn(case.case_id, request.request_id)]
    assert play.open_cases[case.case_id] is False
    assert play.say("t1", request) == [Done(request.request_id)]
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
    assert play.open_cases[case.case_id] is False


def test_withdrawing_after_a_correction_was_asked_for(play):
    case, call_id = asked_to_correct(play, "form")
    play.say("d1", EndCall(call_id))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert play.view(case.case_id).state == "withdrawn"
    assert play.open_cases[case.case_id] is True, "its notice still waits for the seal"
    play.seal()
    assert play.open_cases[case.case_id] is False
    assert play.heard("t1") == play.heard("d1") == [], "the applicant is gone"


def test_an_accepted_case_cannot_be_withdrawn(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case))
    assert play.refusal("t1", WithdrawCase(play.request_id(), case.case_id)) == ErrorCode.ILLEGAL_STEP


def test_corrections_are_recorded_as_they_were_sent(play):
    case, _ = asked_to_correct(play, "drawing")
    request = SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),))
    play.say("t1", request)
    assert play.recorded() == [CorrectionSubmitted(case.case_id, request.request_id, request.materials)]


def test_an_offering_gives_each_category_its_letter(play):
    assert Offering(play.CATALOGUE).letters == {"生态环境": "A", "食品药品": "B"}
