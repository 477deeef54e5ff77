"""Corrections on the spot (art. 32(3)): asked at the desk, confirmed at the terminal, old and new in the journal."""

import msgspec
import pytest

from signaling.hall.facts import FixAnswered, FixAsked
from signaling.protocol.acts import AskFix, ConfirmFix
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Done, EndCall


def ask(play, case_id, field="name", new="张叁", fix_id="f1"):
    return AskFix(play.request_id(), case_id, fix_id, field, new)


def test_art_32_3_an_error_is_put_right_on_the_spot_when_the_applicant_confirms(play):
    case, _ = play.talking()
    request = ask(play, case.case_id)
    assert Done(request.request_id) in play.say("d1", request)
    assert play.recorded() == [FixAsked(case.case_id, request.request_id, "f1", "name", "张三", "张叁")]
    shown = play.heard("t1", CaseChanged)[0].case
    assert [(fix.old, fix.new, fix.state) for fix in shown.fixes] == [("张三", "张叁", "asked")]
    assert shown.applicant.name == "张三", "nothing changes before the confirmation"
    confirmation = ConfirmFix(play.request_id(), case.case_id, "f1", True)
    assert Done(confirmation.request_id) in play.say("t1", confirmation)
    assert play.recorded() == [FixAnswered(case.case_id, confirmation.request_id, "f1", True)]
    view = play.heard("d1", CaseChanged)[0].case
    assert (view.applicant.name, view.fixes[0].state, view.state) == ("张叁", "confirmed", "reviewing")
    assert play.orders == [], "no notice"
    assert play.say("t1", confirmation) == [Done(confirmation.request_id)]
    assert play.say("d1", request) == [Done(request.request_id)]
    assert play.recorded() == []


@pytest.mark.parametrize(("field", "new"), [("phone", "13900000000"), ("legal_representative", "李四")])
def test_the_other_fields_can_be_put_right_too(play, field, new):
    case, _ = play.talking()
    play.say("d1", ask(play, case.case_id, field, new))
    play.say("t1", ConfirmFix(play.request_id(), case.case_id, "f1", True))
    assert getattr(play.view(case.case_id).applicant, field) == new


def test_what_the_applicant_refuses_stays(play):
    case, _ = play.talking()
    play.say("d1", ask(play, case.case_id))
    play.say("t1", ConfirmFix(play.request_id(), case.case_id, "f1", False))
    view = play.view(case.case_id)
    assert (view.applicant.name, view.fixes[0].state) == ("张三", "refused")
    assert play.refusal("t1", ConfirmFix(play.request_id(), case.case_id, "f1", True)) == ErrorCode.ILLEGAL_STEP
    play.say("d1", ask(play, case.case_id, fix_id="f2"))
    assert len(play.view(case.case_id).fixes) == 2


@pytest.mark.parametrize(("field", "new"), [("name", " "), ("name", "张三"), ("phone", "123")])
def test_what_is_no_correction_is_refused(play, field, new):
    case, _ = play.talking()
    assert play.refusal("d1", ask(play, case.case_id, field, new)) == ErrorCode.INVALID_APPLICANT


def test_one_open_question_for_each_field(play):
    case, _ = play.talking()
    play.say("d1", ask(play, case.case_id))
    assert play.refusal("d1", ask(play, case.case_id, fix_id="f2")) == ErrorCode.ILLEGAL_STEP
    assert play.refusal("d1", ask(play, case.case_id, "phone", "13900000000")) == ErrorCode.ILLEGAL_STEP, "same id"
    play.say("d1", ask(play, case.case_id, "phone", "13900000000", "f3"))
    assert len(play.view(case.case_id).fixes) == 2


def test_only_who_has_the_case_asks_and_only_its_applicant_confirms(play):
    case, call_id = play.talking()
    play.desk(2)
    assert play.refusal("d2", ask(play, case.case_id)) == ErrorCode.NOT_FOUND
    play.say("d1", ask(play, case.case_id))
    play.terminal(2)
    assert play.refusal("t2", ConfirmFix(play.request_id(), case.case_id, "f1", True)) == ErrorCode.NOT_FOUND
    assert play.refusal("t1", ConfirmFix(play.request_id(), case.case_id, "f9", True)) == ErrorCode.NOT_FOUND
    play.say("d1", EndCall(call_id))
    assert play.view(case.case_id).state == "received"
    assert play.refusal("t1", ConfirmFix(play.request_id(), case.case_id, "f1", True)) == ErrorCode.ILLEGAL_STEP


def test_after_the_decision_nothing_is_put_right_on_the_spot(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case))
    assert play.refusal("d1", ask(play, case.case_id)) == ErrorCode.ILLEGAL_STEP


def test_a_repeat_with_another_content_is_refused(play):
    case, _ = play.talking()
    request = ask(play, case.case_id)
    play.say("d1", request)
    assert play.refusal("d1", msgspec.structs.replace(request, new="张四")) == ErrorCode.REQUEST_REUSED
