"""Playbooks of decisions: every outcome with its notice, by whom, and what a repeat or another reviewer gets."""

from datetime import date, timedelta

import msgspec
import pytest

from signaling.hall import decisions
from signaling.hall.events import Disconnected
from signaling.hall.facts import Decided
from signaling.protocol.acts import VoidNotice
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallOffered,
    CaseChanged,
    Decide,
    Done,
    EndCall,
    SetAvailability,
    SubmitCorrection,
)
from signaling.protocol.values import Correction, Gap, MaterialSlot


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


def test_a_correction_notice_says_what_is_asked_and_until_when(play):
    case, _ = play.talking()
    decision = play.decision(case, "drawing", "form")
    play.say("d1", decision)
    order = play.orders[0]
    assert (order.kind, order.corrections) == ("correction", decision.corrections)
    assert order.promised_due == order.statutory_due == date(2026, 12, 21)
    view = play.heard("t1", CaseChanged)[0].case
    assert (view.state, view.corrections) == ("correction_requested", decision.corrections)


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


def decided(play, case_id):
    """A decider at desk 2 has the case open."""
    play.desk(2, roles=("decider",))
    play.open("d2", case_id)
    return case_id


def test_art_32_1_what_needs_no_licence_is_not_accepted(play):
    case, call_id = play.talking()
    play.decide("d1", case.case_id, "not_accept", reason="依法不需要取得行政许可", ground="not_needed")
    order = play.orders[-1]
    assert (order.kind, order.number) == ("not_accepted", "京通政务不受〔2026〕000001号")
    assert order.particulars.ground == "not_needed"
    play.hand_over()
    assert isinstance(play.last, list)
    view = play.view(case.case_id)
    assert (view.state, view.reason, view.competent_body) == ("closed", "依法不需要取得行政许可", "")
    play.say("d1", EndCall(call_id))
    assert play.open_cases[case.case_id] is False


def test_art_32_2_another_body_is_competent_and_named(play):
    case, _ = play.talking()
    play.decide(
        "d1",
        case.case_id,
        "not_accept",
        reason="不属于本机关职权范围",
        ground="not_competent",
        competent_body="某某市水务局",
    )
    assert play.orders[-1].particulars.competent_body == "某某市水务局"
    assert play.view(case.case_id).competent_body == "某某市水务局"


def test_art_32_5_whole_papers_are_accepted_with_a_dated_notice(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case))
    order = play.orders[-1]
    assert (order.kind, order.acceptance, order.accepted_on) == ("acceptance", "full", date(2026, 11, 23))
    view = play.view(case.case_id)
    assert (view.state, view.acceptance, view.accepted_on) == ("accepted", "full", date(2026, 11, 23))
    assert view.accepted_by == "reviewer-1"
    assert [line.state for line in view.list] == ["accepted", "accepted", "empty"]
    assert [clock.kind for clock in view.clocks] == ["decide"]


def test_minor_materials_may_follow_on_a_commitment(play):
    play.terminal()
    play.ready_desk()
    code = play.offer(MaterialSlot("form", "申请表"), MaterialSlot("lease", "租赁合同", is_gap_able=True))
    case = play.submit(item=code, materials=(play.material("form"),), to_follow=("lease",), has_committed=True)
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    play.look(case.case_id)
    play.decide("d1", case.case_id, "accept_with_gap", gaps=(Gap("lease", 3),))
    order = play.orders[-1]
    assert (order.kind, order.number) == ("gap_acceptance", "京通政务容受〔2026〕000001号")
    assert order.gap_dues == (date(2026, 11, 26),)
    view = play.view(case.case_id)
    assert (view.state, view.acceptance) == ("accepted_with_gap", "gap")
    assert [(line.state, line.due) for line in view.list] == [("accepted", None), ("waived", date(2026, 11, 26))]
    assert [(clock.kind, clock.due) for clock in view.clocks] == [
        ("decide", date(2026, 11, 30)),
        ("gap", date(2026, 11, 26)),
    ]
    play.seal()
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("lease"),)))
    view = play.view(case.case_id)
    assert (view.state, view.accepted_on) == ("accepted", date(2026, 11, 23))
    assert [line.state for line in view.list] == ["accepted", "uploaded"]


def test_a_commitment_item_is_accepted_on_its_letter(play):
    play.terminal()
    play.ready_desk()
    case = play.submit(item=play.offer(is_on_commitment=True), has_committed=True)
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    play.look(case.case_id)
    play.decide("d1", case.case_id, "accept_on_commitment")
    assert (play.orders[-1].kind, play.orders[-1].acceptance) == ("acceptance", "commitment")
    assert play.view(case.case_id).state == "accepted"


def test_art_38_a_grant_is_told_in_writing_and_issued_within_ten_days(play):
    case_id = decided(play, play.accepted().case_id)
    play.decide("d2", case_id, "grant")
    assert (play.orders[-1].kind, play.orders[-1].number) == ("grant", "京通政务准〔2026〕000001号")
    assert play.orders[-1].reviewer_name == "审核员2"
    clock = play.view(case_id).clocks[0]
    assert (clock.kind, clock.days, clock.due) == ("issue", 10, date(2026, 12, 7))
    play.hand_over()
    play.put_back("d2", case_id)
    play.desk(3, roles=("issuer",))
    play.open("d3", case_id)
    play.decide("d3", case_id, "issue")
    assert [type(fact).__name__ for fact in play.recorded()] == ["Decided", "ResultBegun"]
    view = play.view(case_id)
    assert (view.state, view.result.state) == ("issued", "making")


def test_art_44_the_document_is_issued_and_delivered_within_ten_days(play):
    case_id = play.issued().case_id
    (clock,) = play.view(case_id).clocks
    assert (clock.kind, clock.days, clock.due) == ("issue", 10, date(2026, 12, 7)), "it runs until the delivery"
    play.day(12, 8)
    assert [(fact.clock, fact.percent) for fact in play.recorded()] == [("issue", 100)]
    decisions.delivered(play.hall._floor, play.hall._floor.register.cases[case_id], "staff-1")
    assert (play.view(case_id).state, play.view(case_id).clocks) == ("delivered", ())
    play.day(12, 9)
    assert play.recorded()[0].__class__.__name__ == "CaseDelivered"


def test_art_38_a_refusal_gives_its_reasons_and_ends_the_case(play):
    case_id = decided(play, play.accepted().case_id)
    assert play.decide("d2", case_id, "refuse")[0].code == ErrorCode.WRONG_PARTICULARS
    play.decide("d2", case_id, "refuse", reason="不符合排放标准")
    assert (play.orders[-1].kind, play.orders[-1].particulars.reason) == ("refusal", "不符合排放标准")
    assert play.view(case_id).state == "refused"
    play.hand_over()
    assert play.view(case_id).state == "closed"


def test_art_42_the_time_is_extended_once_with_a_reason(play):
    case_id = decided(play, play.accepted().case_id)
    play.decide("d2", case_id, "extend", days=10, reason="需进一步核查")
    assert (play.orders[-1].kind, play.orders[-1].promised_due) == ("extension", date(2026, 12, 14))
    play.seal()
    assert play.view(case_id).clocks[0].due == date(2026, 12, 14)
    assert "extend" not in play.view(case_id).outcomes
    assert play.decide("d2", case_id, "extend", days=1, reason="再延")[0].code == ErrorCode.ILLEGAL_STEP


@pytest.mark.parametrize(("case_type", "days", "is_allowed"), [("promised", 11, False), ("joint", 15, True)])
def test_art_42_an_extension_has_its_longest_days(play, case_type, days, is_allowed):
    code = play.offer(case_type=case_type)
    case_id = decided(play, play.accepted(item=code).case_id)
    play.decide("d2", case_id, "extend", days=days, reason="需进一步核查")
    assert bool(play.recorded()) == is_allowed


def test_art_45_a_special_procedure_is_told_and_its_days_are_not_counted(play):
    case_id = decided(play, play.accepted().case_id)
    play.decide("d2", case_id, "pause", step="hearing", days=5, reason="依法听证")
    order = play.orders[-1]
    assert (order.kind, order.paused_from) == ("special_procedure", date(2026, 11, 23))
    assert (order.promised_due, order.statutory_due) == (date(2026, 11, 30), date(2026, 12, 7))
    play.seal()
    play.put_back("d2", case_id)
    view = play.view(case_id)
    assert (view.state, view.clocks[0].state, view.outcomes) == ("paused", "paused", ("resume",))
    play.day(11, 30)
    play.open("d2", case_id)
    assert play.view(case_id).reason == "依法听证"
    play.decide("d2", case_id, "resume")
    view = play.view(case_id)
    assert (view.state, view.clocks[0].state, view.clocks[0].due) == ("accepted", "running", date(2026, 12, 4))
    assert view.reason == "", "the reason was the procedure's, which is over"


@pytest.mark.parametrize("outcome", ["grant", "refuse", "extend", "pause"])
def test_nothing_is_decided_during_a_special_procedure(play, outcome):
    case_id = decided(play, play.accepted().case_id)
    play.decide("d2", case_id, "pause", step="test", days=5, reason="依法检测")
    play.seal()
    said = {"grant": {}, "refuse": {"reason": "x"}}.get(outcome, {"reason": "x", "days": 1})
    assert play.decide("d2", case_id, outcome, **said)[0].code == ErrorCode.ILLEGAL_STEP
    assert play.recorded() == []


def test_who_accepted_does_not_decide(play):
    case_id = play.accepted().case_id
    play.desk(1, roles=("reviewer", "decider"), session="d1b")
    play.open("d1b", case_id)
    assert play.decide("d1b", case_id, "grant")[0].code == ErrorCode.SAME_PERSON
    play.decide("d1b", case_id, "extend", days=1, reason="需核查")
    assert play.orders[-1].kind == "extension", "only the decision itself is another's"


def test_an_immediate_item_is_granted_in_the_same_sitting(play):
    play.terminal()
    play.ready_desk()
    case = play.submit(item=play.offer(case_type="immediate"))
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    play.say("d1", play.decision(case))
    play.seal()
    play.decide("d1", case.case_id, "grant")
    assert [order.kind for order in play.orders] == ["acceptance", "grant"]
    assert play.view(case.case_id).state == "granted"


def test_a_delivered_case_is_closed_with_a_closing_notice(play):
    case_id = play.issued().case_id
    decisions.delivered(play.hall._floor, play.hall._floor.register.cases[case_id], "staff-1")
    play.desk(3, roles=("issuer",))
    play.open("d3", case_id)
    play.decide("d3", case_id, "close")
    assert (play.orders[-1].kind, play.orders[-1].number) == ("closing", "京通政务办〔2026〕000001号")
    view = play.view(case_id)
    assert (view.state, view.notices[-1].kind) == ("closed", "closing")
    assert play.hall._floor.register.leases == {}, "a closed case is open at no desk"


def test_advice_has_no_notice_and_no_clock(play):
    play.terminal()
    case = play.submit(is_pre_review=True)
    assert (case.state, case.ticket_state, case.clocks) == ("pre_review", "converted", ())
    play.desk()
    play.open("d1", case.case_id)
    advice = (Correction("drawing", 0, "比例尺缺失", "按规范补充"),)
    play.decide("d1", case.case_id, "advise", advice)
    assert play.orders == []
    view = play.view(case.case_id)
    assert (view.state, view.corrections) == ("advised", advice)
    play.put_back("d1", case.case_id)
    play.say("d1", SetAvailability(True))
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),)))
    assert play.heard("d1", CallOffered)[0].case.state == "received", "handed in for good: in line like a new one"
    assert [clock.kind for clock in play.view(case.case_id).clocks] == ["tell"]


def test_after_the_lease_is_lost_nothing_can_be_done(play):
    case_id = decided(play, play.accepted().case_id)
    play.event(Disconnected("d2"))
    play.fire("lease:reviewer-2")
    play.desk(2, session="d2b", roles=("decider",))
    assert play.decide("d2b", case_id, "grant")[0].code == ErrorCode.NOT_FOUND
    assert play.recorded() == []


def test_a_supervisor_voids_a_notice_and_the_case_goes_back(play):
    case = play.accepted()
    play.staff("supervisor")
    notice = case.notices[0]
    request = VoidNotice(play.request_id(), notice.notice_id, "受理条件有误", is_back=True)
    assert play.say("s1", request)[0] == Done(request.request_id)
    order = play.orders[-1]
    assert (order.kind, order.replaces, order.particulars.reason) == ("voiding", notice.number, "受理条件有误")
    view = play.view(case.case_id)
    assert (view.state, view.acceptance, view.accepted_on) == ("received", "", None)
    assert (view.notices[0].state, view.notices[0].void_reason) == ("voided", "受理条件有误")
    assert [line.state for line in view.list] == ["looked_at", "looked_at", "empty"]
    assert play.say("s1", request) == [Done(request.request_id)]
    assert play.recorded() == []


def test_a_notice_can_be_issued_once_more_under_its_own_number(play):
    case = play.accepted()
    play.staff("supervisor")
    notice = case.notices[0]
    play.say("s1", VoidNotice(play.request_id(), notice.notice_id, "打印错误"))
    order = play.orders[-1]
    assert (order.kind, order.number, order.replaces) == ("acceptance", "京通政务受〔2026〕000002号", notice.number)
    assert order.accepted_on == date(2026, 11, 23)
    assert play.view(case.case_id).state == "accepted"
    play.hand_over()
    assert [notice.state for notice in play.view(case.case_id).notices] == ["voided", "printed"]


def test_only_a_supervisor_voids_and_only_the_last_word_goes_back(play):
    case = play.accepted()
    play.staff("manager")
    first = case.notices[0].notice_id
    assert play.refusal("s1", VoidNotice(play.request_id(), first, "x")) == ErrorCode.WRONG_ROLE
    play.staff("supervisor", session="s2", staff_id="staff-2")
    assert play.refusal("s2", VoidNotice(play.request_id(), "unknown", "x")) == ErrorCode.NOT_FOUND
    assert play.refusal("s2", VoidNotice(play.request_id(), first, " ")) == ErrorCode.WRONG_PARTICULARS
    decided(play, case.case_id)
    assert play.refusal("s2", VoidNotice(play.request_id(), first, "x", True)) == ErrorCode.ILLEGAL_STEP, (
        "open at a desk"
    )
    play.decide("d2", case.case_id, "extend", days=5, reason="需核查")
    play.hand_over()
    play.put_back("d2", case.case_id)
    for notice in play.view(case.case_id).notices:
        request = VoidNotice(play.request_id(), notice.notice_id, "x", True)
        assert play.refusal("s2", request) == ErrorCode.ILLEGAL_STEP, "not what told the acceptance, or not the last"
