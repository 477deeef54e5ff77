"""The case on the desk, in a call or opened from the work list: what may be done, and what is said to the hall."""

import pytest

from reviewer.decisions import Reason
from signaling.protocol.acts import AskFix, VoidNotice
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Decide, Done, Error, OperateMark, ShowPage, WetInk
from signaling.protocol.values import Correction, Gap, MaterialSlot, Particulars, SlotView


@pytest.mark.parametrize("begin", ["looked", "opened"])
def test_a_case_is_decided_in_a_call_or_open(stage, begin):
    getattr(stage, begin)()
    assert stage.session.is_in_charge
    stage.decide("not_accept", Particulars(ground="not_needed", reason="依法不需许可"))
    (said,) = stage.said(Decide)
    assert (said.case_id, said.outcome, said.particulars.ground) == ("C-1", "not_accept", "not_needed")


def test_an_incomplete_form_is_not_sent(stage):
    stage.looked().decide("not_accept", Particulars(ground="not_competent", reason="属水务"))
    assert stage.said(Decide) == []
    assert stage.session.decision is None


def test_a_gap_travels_with_its_days(stage, build):
    minor = MaterialSlot("photo", "现场照片", is_gap_able=True)
    stage.opened(build.case(item=build.replace(build.item, slots=(*build.item.slots, minor))))
    stage.decide("accept_with_gap", Particulars(gaps=(Gap("photo", 5),)))
    assert stage.said(Decide)[0].particulars.gaps == (Gap("photo", 5),)


def test_who_may_not_is_told_which_role_is_needed(stage, build):
    stage.opened(build.case("accepted"))
    assert stage.session.undecided_reasons("grant") == (Reason("wrong_role", "decider"),)
    stage.admit("reviewer", "decider")
    assert stage.session.undecided_reasons("grant") == ()


def test_who_accepted_in_the_call_is_not_offered_to_decide_as_well(stage, build):
    stage.roles = ("reviewer", "decider")
    stage.session.log_in("ws://h/hall", "r-01", "p", "D-01")
    stage.in_call()
    stage.hear(CaseChanged(build.case("accepted", accepted_by="r-01")))
    assert stage.session.offered == ()
    stage.hear(CaseChanged(build.case("accepted", accepted_by="r-02")))
    assert stage.session.offered[0] == "grant"
    immediate = build.replace(build.item, case_type="immediate")
    stage.hear(CaseChanged(build.case("accepted", accepted_by="r-01", item=immediate)))
    assert stage.session.offered[0] == "grant"


def test_a_hall_that_lists_the_own_case_as_work_lets_its_acceptor_decide(stage, build):
    stage.roles = ("decider",)
    stage.session.log_in("ws://h/hall", "r-01", "p", "D-01")
    stage.opened(build.case("accepted", accepted_by="r-01"))
    assert stage.session.offered[0] == "grant"


def test_a_decision_that_changes_no_state_ends_with_its_answer(stage, build):
    stage.roles = ("decider",)
    stage.opened(build.case("accepted"))
    stage.decide("extend", Particulars(days=10, reason="案情复杂"))
    stage.hear(CaseChanged(build.case("accepted")))
    assert stage.session.decision is not None
    stage.hear(Done(stage.said(Decide)[0].request_id))
    assert stage.session.decision is None


def test_advice_takes_the_draft_along(stage, build):
    stage.opened(build.case("pre_review"))
    stage.session.add_correction("plan", 0)
    stage.session.edit_correction(stage.session.drafts[0].draft_id, "缺比例尺", "补注")
    stage.decide("advise")
    (said,) = stage.said(Decide)
    assert (said.outcome, said.corrections) == ("advise", (Correction("plan", 0, "缺比例尺", "补注"),))
    stage.hear(Done(said.request_id))
    assert stage.session.drafts == ()


def test_a_second_notice_that_names_what_was_visible_is_refused_and_can_be_overridden(stage):
    stage.drafted().decide("request_corrections")
    stage.hear(Error(ErrorCode.ALREADY_VISIBLE, "", stage.said(Decide)[0].request_id))
    assert (stage.session.problem, len(stage.session.drafts)) == ("already_visible", 1)
    stage.decide("request_corrections", Particulars(override="首次审查时图层未打开"))
    assert stage.said(Decide)[1].particulars.override == "首次审查时图层未打开"


def test_missing_materials_are_put_into_the_draft_at_once(stage, build):
    less = build.case(materials=build.case().materials[:1])
    stage.opened(less)
    assert [slot.code for slot in stage.session.unasked_slots()] == ["licence", "plan"]
    stage.session.add_missing()
    stage.session.add_missing()
    assert [draft.slot for draft in stage.session.drafts] == ["licence", "plan"]
    assert stage.session.unasked_slots() == ()


def test_without_a_call_pages_are_noted_and_marks_made_but_no_ink_runs_ahead(stage, build):
    stage.opened()
    assert [said.digest for said in stage.said(ShowPage)] == [m.digest for m in build.case().materials]
    stage.session.operate(build.stroke())
    assert len(stage.said(OperateMark)) == 1
    assert stage.said(WetInk) == []


def test_what_the_hall_knows_as_looked_at_need_not_be_opened_again(stage, build):
    seen = tuple(SlotView(code, "looked_at", 1) for code in ("form", "licence"))
    stage.in_call().hear(CaseChanged(build.case(list=(*seen, SlotView("plan", "looked_at", 0)))))
    assert stage.session.undecided_reasons("accept") == (Reason("unread", "厂区总平面布置图"),)


def test_a_change_on_the_spot_is_asked_with_an_id_of_its_own(stage):
    stage.looked().session.ask_fix("phone", " 010-55500119 ")
    (said,) = stage.said(AskFix)
    assert (said.field, said.new) == ("phone", "010-55500119")
    assert said.request_id != said.fix_id


@pytest.mark.parametrize(("field", "new"), [("phone", "  "), ("phone", "010-55500118")])
def test_nothing_or_the_same_is_no_change(stage, field, new):
    stage.looked().session.ask_fix(field, new)
    assert stage.said(AskFix) == []


def test_only_a_supervisor_voids(stage):
    stage.accepted().session.void_notice("N-1", "漏列材料", False)
    assert stage.said(VoidNotice) == []
    stage.admit("reviewer", "supervisor").session.void_notice("N-1", " ", False)
    assert stage.said(VoidNotice) == []
    stage.session.void_notice("N-1", "漏列材料", True)
    assert [(said.notice_id, said.reason, said.is_back) for said in stage.said(VoidNotice)] == [
        ("N-1", "漏列材料", True)
    ]
