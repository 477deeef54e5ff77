"""The guards of a decision: roles, particulars, reading, completeness, and the one-notice rule of art. 32(4)."""

import pytest

from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import AnswerCall, CallOffered, EndCall, ShowPage, SubmitCorrection
from signaling.protocol.values import Correction, Gap, MaterialSlot

ASKED = Correction("drawing", 0, "比例尺缺失", "按规范补充")


def talking(play, *slots, roles=("reviewer",), **submission):
    """Desk 1 with these roles in a call about an item with these slots."""
    play.terminal()
    play.desk(roles=roles)
    code = play.offer(*slots) if slots else "PW-01"
    case = play.submit(item=code, **submission)
    play.ready_desk_again("d1")
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    return case.case_id


def code_of(play, case_id, outcome, corrections=(), **said):
    """The code that refuses this decision; nothing is recorded."""
    error = play.decide("d1", case_id, outcome, corrections, **said)[0]
    assert play.recorded() == []
    assert play.orders == [] or play.orders[-1].kind == "correction"
    return error.code


@pytest.mark.parametrize("outcome", ["accept", "request_corrections"])
def test_no_notice_while_a_required_material_is_unread(play, outcome):
    case_id = talking(play)
    corrections = (ASKED,) if outcome == "request_corrections" else ()
    assert code_of(play, case_id, outcome, corrections) == ErrorCode.NOT_LOOKED_AT
    play.say("d1", ShowPage(case_id, play.digest("drawing"), 0))
    assert [line.state for line in play.view(case_id).list] == ["uploaded", "looked_at", "empty"]
    assert code_of(play, case_id, outcome, corrections) == ErrorCode.NOT_LOOKED_AT
    play.say("d1", ShowPage(case_id, play.digest("form"), 0))
    play.decide("d1", case_id, outcome, corrections)
    assert play.orders != []


@pytest.mark.parametrize("outcome", ["grant", "refuse"])
def test_what_nobody_read_is_read_before_the_decision(play, outcome):
    play.terminal()
    case_id = play.submit().case_id
    play.day(12, 1)
    play.seal()
    assert play.view(case_id).acceptance == "deemed"
    play.desk(roles=("decider",))
    play.open("d1", case_id)
    said = {"reason": "不符合条件"} if outcome == "refuse" else {}
    assert play.decide("d1", case_id, outcome, **said)[0].code == ErrorCode.NOT_LOOKED_AT
    play.look(case_id)
    play.decide("d1", case_id, outcome, **said)
    assert play.orders[-1].kind in ("grant", "refusal")


def test_what_is_to_be_corrected_was_looked_at_even_if_optional(play):
    case_id = talking(play, materials=(*play.PAPERS, play.material("extra")))
    for slot in ("form", "drawing"):
        play.say("d1", ShowPage(case_id, play.digest(slot), 0))
    asked = (Correction("extra", 0, "看不清", "重新拍摄"),)
    assert code_of(play, case_id, "request_corrections", asked) == ErrorCode.NOT_LOOKED_AT


def test_another_reviewer_has_to_look_again(play):
    case, call_id = play.talking()
    play.look(case.case_id)
    play.say("d1", EndCall(call_id))
    play.ready_desk(2)
    play.say("d2", AnswerCall(play.heard("d2", CallOffered)[0].call_id))
    assert [line.state for line in play.view(case.case_id).list] == ["uploaded", "uploaded", "empty"]
    play.decide("d2", case.case_id, "accept")
    assert play.recorded() == []


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("not_accept", {}),
        ("not_accept", {"reason": "x"}),
        ("not_accept", {"ground": "not_needed"}),
        ("not_accept", {"reason": "x", "ground": "not_needed", "competent_body": "某局"}),
        ("not_accept", {"reason": "x", "ground": "not_competent"}),
        ("not_accept", {"reason": "x", "ground": "not_needed", "days": 3}),
        ("accept", {"reason": "x"}),
        ("accept", {"override": "x"}),
        ("accept_with_gap", {}),
    ],
)
def test_particulars_are_those_the_outcome_demands(play, outcome, said):
    case_id = talking(play)
    play.look(case_id)
    assert code_of(play, case_id, outcome, **said) == ErrorCode.WRONG_PARTICULARS


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("grant", {}),
        ("pause", {"step": "hearing", "days": 5, "reason": "x"}),
        ("extend", {"days": 5, "reason": "x"}),
        ("issue", {}),
        ("close", {}),
    ],
)
def test_a_reviewer_accepts_but_does_not_decide_issue_or_close(play, outcome, said):
    case_id = talking(play)
    assert code_of(play, case_id, outcome, **said) == ErrorCode.WRONG_ROLE


def test_a_decider_does_not_accept(play):
    play.accepted()
    play.desk(2, roles=("decider",))
    case_id = play.view("20261123-00001").case_id
    play.open("d2", case_id)
    assert play.decide("d2", case_id, "accept")[0].code == ErrorCode.WRONG_ROLE


def test_an_item_without_a_letter_knows_no_commitment(play):
    case_id = talking(play, has_committed=True)
    play.look(case_id)
    assert code_of(play, case_id, "accept_on_commitment") == ErrorCode.WRONG_PARTICULARS


GAP_SLOTS = (MaterialSlot("form", "申请表"), MaterialSlot("lease", "租赁合同", is_gap_able=True))


@pytest.mark.parametrize(
    ("has_committed", "gaps"),
    [
        (False, (Gap("lease", 3),)),
        (True, (Gap("lease", 6),)),
        (True, (Gap("form", 3), Gap("lease", 3))),
        (True, (Gap("lease", 3), Gap("lease", 2))),
    ],
)
def test_only_minor_missing_materials_follow_in_the_promised_time(play, has_committed, gaps):
    case_id = talking(
        play, *GAP_SLOTS, materials=(play.material("form"),), to_follow=("lease",), has_committed=has_committed
    )
    play.look(case_id)
    assert code_of(play, case_id, "accept_with_gap", gaps=gaps) == ErrorCode.WRONG_PARTICULARS


def test_what_is_missing_is_not_accepted_as_complete(play):
    case_id = talking(play, *GAP_SLOTS, materials=(play.material("form"),), to_follow=("lease",), has_committed=True)
    play.look(case_id)
    assert code_of(play, case_id, "accept") == ErrorCode.MATERIAL_MISSING


KEPT = (MaterialSlot("form", "申请表"), MaterialSlot("deed", "产权证", is_original_kept=True))


def test_a_paper_that_must_be_kept_has_to_be_in_custody_or_on_its_way(play):
    papers = (play.material("form"), play.material("deed"))
    case_id = talking(play, *KEPT, materials=papers)
    play.look(case_id)
    assert code_of(play, case_id, "accept") == ErrorCode.MATERIAL_MISSING


def test_a_paper_promised_for_the_cabinet_is_enough(play):
    case_id = talking(play, *KEPT, materials=(play.material("form"),), to_follow=("deed",))
    play.look(case_id)
    play.decide("d1", case_id, "accept")
    assert play.orders[-1].kind == "acceptance"


def test_everything_that_is_missing_is_asked_for_at_one_time(play):
    case_id = talking(play, *KEPT, materials=(play.material("form"),), to_follow=("deed",))
    play.look(case_id)
    case = play.hall._floor.register.cases[case_id]
    promised, case.to_follow = case.to_follow, ()
    asked = (Correction("form", 0, "未签字", "签字"),)
    assert code_of(play, case_id, "request_corrections", asked) == ErrorCode.INVALID_CORRECTIONS
    case.to_follow = promised
    play.decide("d1", case_id, "request_corrections", asked)
    assert play.orders[-1].kind == "correction"


def test_what_is_handed_in_for_good_after_advice_is_whole(play):
    play.terminal()
    play.desk()
    case_id = play.submit(is_pre_review=True, materials=(play.material("form"),)).case_id
    play.open("d1", case_id)
    play.decide("d1", case_id, "advise")
    refused = play.refusal("t1", SubmitCorrection(play.request_id(), case_id, ()))
    assert refused == ErrorCode.CORRECTION_INCOMPLETE


def corrected_once(play):
    """Desk 1 asked for a new drawing; it came, and the review goes on in the call."""
    case_id = talking(play, roles=("reviewer",))
    play.look(case_id)
    play.decide("d1", case_id, "request_corrections", (ASKED,))
    play.seal()
    play.say("t1", SubmitCorrection(play.request_id(), case_id, (play.material("drawing", "new"),)))
    play.look(case_id)
    return case_id


def test_art_32_4_a_second_notice_cannot_name_what_was_visible_at_the_first(play):
    case_id = corrected_once(play)
    late = (Correction("form", 0, "未签字", "签字"),)
    assert code_of(play, case_id, "request_corrections", late) == ErrorCode.ALREADY_VISIBLE
    both = (ASKED, *late)
    assert code_of(play, case_id, "request_corrections", both) == ErrorCode.ALREADY_VISIBLE
    missing = (Correction("extra", 0, "未提交", "提交"),)
    assert code_of(play, case_id, "request_corrections", missing) == ErrorCode.ALREADY_VISIBLE


def test_a_second_notice_about_the_new_version_is_possible(play):
    case_id = corrected_once(play)
    play.decide("d1", case_id, "request_corrections", (ASKED,))
    assert play.orders[-1].number == "京通政务补〔2026〕000002号"


def test_only_a_supervisors_reason_overrides_the_guard_and_it_is_kept(play):
    case_id = corrected_once(play)
    late = (Correction("form", 0, "未签字", "签字"),)
    code = code_of(play, case_id, "request_corrections", late, override="首次审查遗漏")
    assert code == ErrorCode.WRONG_ROLE
    play.desk(session="d1b", roles=("reviewer", "supervisor"))
    play.decide("d1b", case_id, "request_corrections", late, override="首次审查遗漏")
    assert play.recorded()[0].particulars.override == "首次审查遗漏"
    assert play.orders[-1].kind == "correction"


def test_a_notice_that_was_void_does_not_count_as_the_first(play):
    from_first = corrected_once(play)
    register = play.hall._floor.register
    register.cases[from_first].notices[0].state, before = "voided", register.cases[from_first].notices[0].state
    play.decide("d1", from_first, "request_corrections", (Correction("form", 0, "未签字", "签字"),))
    register.cases[from_first].notices[0].state = before
    assert play.orders[-1].corrections[0].slot == "form"


def test_an_acceptance_is_never_dated_before_the_receipt(play):
    case_id = talking(play)
    play.look(case_id)
    case = play.hall._floor.register.cases[case_id]
    received, case.complete_at = case.complete_at, case.complete_at.replace(day=25)
    assert code_of(play, case_id, "accept") == ErrorCode.ILLEGAL_STEP
    case.complete_at = received


def test_an_extension_comes_before_the_time_is_over(play):
    case_id = play.accepted().case_id
    play.day(12, 1)
    play.desk(2, roles=("decider",))
    play.open("d2", case_id)
    assert play.decide("d2", case_id, "extend", days=5, reason="x")[0].code == ErrorCode.CLOCK_OVER
    assert play.recorded() == []
