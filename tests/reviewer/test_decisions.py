"""The guard before a decision: what stands in the way, in codes for the view."""

import pytest

from reviewer.decisions import Reason, case_reasons, draft_reasons, paper_reasons
from reviewer.draft import DraftCorrection
from reviewer.papers import Paper
from signaling.protocol.values import Fix, MaterialSlot

FULL = DraftCorrection("d1", "plan", 2, "缺比例尺", "补注", "m1")
EMPTY = DraftCorrection("d2", "plan", 0)


def test_what_the_draft_says_against_each_outcome():
    assert draft_reasons("accept", ()) == []
    assert draft_reasons("accept", (FULL,)) == [Reason("corrections_drafted", "1")]
    assert draft_reasons("not_accept", (FULL,)) == [Reason("corrections_drafted", "1")]
    assert draft_reasons("request_corrections", ()) == [Reason("no_corrections")]
    assert draft_reasons("request_corrections", (FULL, EMPTY)) == [Reason("correction_incomplete", "2")]
    assert draft_reasons("advise", ()) == [], "advice may be that all is well"
    assert draft_reasons("advise", (EMPTY,)) == [Reason("correction_incomplete", "1")]


@pytest.mark.parametrize(
    ("outcome", "drafts", "expected"),
    [
        ("accept", (), [Reason("cannot_open", "总平面图")]),
        ("request_corrections", (), [Reason("cannot_open", "总平面图")]),
        ("request_corrections", (FULL,), []),
        ("accept", (FULL,), [Reason("cannot_open", "总平面图")]),
        ("not_accept", (), []),
        ("advise", (), []),
    ],
)
def test_a_file_that_cannot_be_opened_can_never_be_accepted(build, outcome, drafts, expected):
    paper = Paper(build.material("plan"), "总平面图", state="failed", problem="encrypted")
    assert paper_reasons(outcome, [paper], drafts) == expected


def test_unread_papers_are_named_for_outcomes_that_tell_of_papers(build):
    read = Paper(build.material("form"), "申请表", looked={0})
    licence = build.material("licence")
    known = Paper(licence, "执照", opened=build.opened(licence), was_looked_at=True)
    unread = Paper(build.material("plan"), "总平面图")
    for outcome in ("accept", "accept_with_gap", "accept_on_commitment", "request_corrections", "grant", "refuse"):
        assert paper_reasons(outcome, [read, known, unread], ()) == [Reason("unread", "总平面图")]
    for outcome in ("pause", "issue", "not_accept", "advise"):
        assert paper_reasons(outcome, [unread], ()) == []


@pytest.mark.parametrize(
    ("outcome", "state", "roles", "expected"),
    [
        ("accept", "reviewing", ("reviewer",), []),
        ("accept", "reviewing", ("decider",), [Reason("wrong_role", "reviewer")]),
        ("accept", "accepted", ("reviewer",), [Reason("not_reviewing")]),
        ("grant", "reviewing", ("decider",), [Reason("not_reviewing")]),
        ("grant", "accepted", ("reviewer",), [Reason("wrong_role", "decider")]),
        ("grant", "accepted", ("decider",), []),
        ("issue", "granted", ("issuer",), []),
        ("accept_on_commitment", "reviewing", ("reviewer",), [Reason("not_on_commitment")]),
        ("accept_with_gap", "reviewing", ("reviewer",), [Reason("no_gap")]),
    ],
)
def test_roles_and_states(build, outcome, state, roles, expected):
    assert case_reasons(outcome, build.case(state), roles) == expected


def test_a_reviewer_decides_alone_about_an_immediate_item(build):
    immediate = build.case("accepted", item=build.replace(build.item, case_type="immediate"))
    assert case_reasons("grant", immediate, ("reviewer",)) == []
    assert case_reasons("extend", immediate, ("reviewer",)) == [Reason("wrong_role", "decider")]


def test_nothing_is_decided_while_a_notice_waits_for_its_seal(build):
    sealing = build.case("accepted", notices=(build.notice(state="sealing"),), outcomes=())
    assert case_reasons("grant", sealing, ("decider",)) == [Reason("sealing")]


def test_gap_and_commitment_need_the_applicant_s_letter(build):
    minor = MaterialSlot("photo", "现场照片", is_required=False, is_gap_able=True)
    item = build.replace(build.item, is_on_commitment=True, slots=(*build.item.slots, minor))
    without = build.case(item=item, outcomes=("accept", "request_corrections", "not_accept"))
    for outcome in ("accept_on_commitment", "accept_with_gap"):
        assert case_reasons(outcome, without, ("reviewer",)) == [Reason("no_commitment")]
        assert case_reasons(outcome, build.case(item=item), ("reviewer",)) == []


def test_what_is_missing_may_only_follow_when_it_is_minor(build):
    minor = MaterialSlot("photo", "现场照片", is_gap_able=True)
    item = build.replace(build.item, slots=(*build.item.slots, minor))
    case = build.case(item=item)
    assert case_reasons("accept", case, ("reviewer",)) == [Reason("missing", "现场照片")]
    assert case_reasons("accept_with_gap", case, ("reviewer",)) == []
    less = build.replace(case, materials=case.materials[1:])
    assert case_reasons("accept_with_gap", less, ("reviewer",)) == [Reason("missing", "排污许可证申请表")]


def test_an_open_change_is_waited_for(build):
    case = build.case(fixes=(Fix("f1", "phone", "1", "2"),))
    assert case_reasons("accept", case, ("reviewer",)) == [Reason("fix_open")]
    done = build.case(fixes=(Fix("f1", "phone", "1", "2", "refused"),))
    assert case_reasons("accept", done, ("reviewer",)) == []
