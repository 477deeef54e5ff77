"""Facts applied to a case, where no other playbook looks: first-version entries, versions, and what a fact leaves."""

from datetime import UTC, datetime

import pytest

from signaling.hall import case_book
from signaling.hall.facts import (
    CaseClosed,
    CaseSubmitted,
    CorrectionSubmitted,
    Decided,
    Escalated,
    NoticeStored,
    ReviewOpened,
    ReviewReturned,
)
from signaling.hall.tables import IllegalStep
from signaling.protocol.messages import Decide, SubmitCase
from signaling.protocol.values import Correction

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def case(make_play):
    fact = CaseSubmitted(
        "c1", "A001", "q1", make_play.CATALOGUE[0], make_play.APPLICANT, make_play.PAPERS, True, "T-01", "1号终端"
    )
    opened, request = case_book.open_case(fact, NOW)
    assert isinstance(request, SubmitCase)
    assert request.request_id == "q1"
    return opened


def apply(case, fact):
    return case_book.apply(case, fact, NOW, "r1")


def review(case):
    apply(case, ReviewOpened("c1", "q2", "r1", "审核员", "D-01"))


def test_a_submission_of_the_first_version_opens_a_plain_case(case):
    assert (case.state, case.token, case.is_pre_review, case.delivery) == ("received", "", False, "hall")
    assert [(item.state, item.version) for item in case.items.values()] == [
        ("uploaded", 1),
        ("uploaded", 1),
        ("empty", 0),
    ]


@pytest.mark.parametrize(
    ("kind", "corrections", "state", "outcome"),
    [
        ("acceptance", (), "accepted", "accept"),
        ("correction", (Correction("extra", 0, "a", "b"),), "correction_requested", "request_corrections"),
    ],
)
def test_a_decision_of_the_first_version_is_told_by_its_notice(case, kind, corrections, state, outcome):
    review(case)
    request = apply(case, Decided("c1", "q3", "r1", "审核员", "n1", kind, "1", corrections))
    assert case.state == state
    assert request == Decide("q3", "c1", outcome, corrections)


def test_versions_count_within_the_slot(case, make_play):
    review(case)
    asked = (Correction("drawing", 0, "a", "b"),)
    for slot in ("form", "drawing"):
        case.items[slot].look("r1")
    apply(case, Decided("c1", "q3", "r1", "审核员", "n1", "correction", "1", asked))
    assert [item.state for item in case.items.values()] == ["accepted", "rejected", "empty"]
    apply(case, CorrectionSubmitted("c1", "q4", (make_play.material("drawing", "new"), make_play.material("extra"))))
    assert [(material.slot, material.version) for material in case.current_materials()] == [
        ("form", 1),
        ("drawing", 2),
        ("extra", 1),
    ]
    assert (case.state, case.complete_at) == ("reviewing", NOW), "it is open at the desk: the review goes on"


def test_a_review_given_back_leaves_no_reviewer(case):
    review(case)
    assert (case.state, case.reviewer_name, case.holder_id) == ("reviewing", "审核员", "r1")
    apply(case, ReviewReturned("c1"))
    assert (case.state, case.reviewer_name, case.holder_id) == ("received", "", "")


def test_an_escalation_ends_with_its_clock(case):
    apply(case, Escalated("c1", "tell", 80))
    assert case.escalations == {"tell": 80}
    review(case)
    assert case.escalations == {"tell": 80}
    apply(case, Decided("c1", "q3", "r1", "审核员", "n1", "acceptance", "1", ()))
    assert case.escalations == {}


def test_what_does_not_fit_is_found(case):
    with pytest.raises(KeyError):
        apply(case, NoticeStored("c1", "n9", "d", NOW))
    with pytest.raises(IllegalStep):
        apply(case, CaseClosed("c1"))
