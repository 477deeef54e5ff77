"""The guard before a decision: what stands in the way, in words for the view."""

import pytest

from reviewer.draft import DraftCorrection, Reason, as_corrections, draft_reasons, paper_reasons
from reviewer.papers import Paper

FULL = DraftCorrection("d1", "plan", 2, " 缺比例尺 ", "补注\n", "m1")


def test_white_space_is_no_answer():
    assert FULL.is_complete
    assert not DraftCorrection("d", "plan", 0, "  ", "补注").is_complete
    assert not DraftCorrection("d", "plan", 0, "缺", "\n").is_complete


def test_drafts_travel_trimmed_with_page_and_mark():
    (sent,) = as_corrections([FULL])
    assert (sent.slot, sent.page, sent.problem, sent.requirement, sent.mark_id) == ("plan", 2, "缺比例尺", "补注", "m1")


def test_what_the_draft_says_against_each_outcome():
    empty = DraftCorrection("d2", "plan", 0)
    assert draft_reasons("accept", ()) == []
    assert draft_reasons("accept", (FULL,)) == [Reason("corrections_drafted", "1")]
    assert draft_reasons("request_corrections", ()) == [Reason("no_corrections")]
    assert draft_reasons("request_corrections", (FULL, empty)) == [Reason("correction_incomplete", "2")]


@pytest.mark.parametrize(
    ("outcome", "drafts", "expected"),
    [
        ("accept", (), [Reason("cannot_open", "总平面图")]),
        ("request_corrections", (), [Reason("cannot_open", "总平面图")]),
        ("request_corrections", (FULL,), []),
        ("accept", (FULL,), [Reason("cannot_open", "总平面图")]),
    ],
)
def test_a_file_that_cannot_be_opened_may_only_be_corrected(build, outcome, drafts, expected):
    paper = Paper(build.material("plan"), "总平面图", state="failed", problem="encrypted")
    assert paper_reasons(outcome, [paper], drafts) == expected


def test_unread_papers_are_named(build):
    read = Paper(build.material("form"), "申请表", looked={0})
    unread = Paper(build.material("plan"), "总平面图")
    assert paper_reasons("accept", [read, unread], ()) == [Reason("unread", "总平面图")]
