"""Facts about notices applied to their case: each step, what is remembered, and what a void takes back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from signaling.hall import case_book, notice_book
from signaling.hall.facts import (
    CaseSubmitted,
    Decided,
    NoticeDelivered,
    NoticePrintReported,
    NoticeStored,
    NoticeVoided,
    Numbered,
    ReviewOpened,
    ReviewReturned,
    SealingRefused,
)
from signaling.hall.tables import IllegalStep
from signaling.protocol.messages import NoticePrinted, NoticeReceived
from signaling.protocol.values import Correction, Gap, Particulars

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


@pytest.fixture
def case(make_play):
    fact = CaseSubmitted(
        "c1", "A001", "q1", make_play.CATALOGUE[0], make_play.APPLICANT, make_play.PAPERS, True, "T-01", "1号终端"
    )
    case, _ = case_book.open_case(fact, NOW)
    case_book.apply(case, ReviewOpened("c1", "q2", "r1", "审核员", "D-01"), NOW, "r1")
    for slot in ("form", "drawing"):
        case.items[slot].look("r1")
    return case


def decide(case, outcome, kind, corrections=(), **said):
    fact = Decided("c1", "q", "r1", "审核员", f"n-{kind}", kind, kind, corrections, outcome, Particulars(**said))
    case_book.apply(case, fact, NOW, "r1")
    notice_book.apply(case, NoticeStored("c1", f"n-{kind}", "d", NOW), NOW)


def void(case, kind, is_back=True):
    number = Numbered("n-new", "voiding" if is_back else kind, "new")
    notice_book.apply(case, NoticeVoided("c1", "q9", f"n-{kind}", "有误", is_back, "主管", number), LATER)


def test_a_notice_goes_its_way_and_each_report_is_remembered(case):
    decide(case, "accept", "acceptance")
    notice = case.notices[0]
    assert (notice.state, notice.digest, notice.accepted_on) == ("ready", "d", date(2026, 11, 23))
    request = notice_book.apply(case, NoticeDelivered("c1", "n-acceptance", "q3", True), NOW)
    assert request == NoticeReceived("q3", "n-acceptance", True)
    request = notice_book.apply(case, NoticePrintReported("c1", "n-acceptance", "q4", False, "jam"), NOW)
    assert request == NoticePrinted("q4", "n-acceptance", False, "jam")
    assert (notice.state, notice.misprints) == ("received", 1)
    with pytest.raises(IllegalStep):
        notice_book.apply(case, SealingRefused("c1", "n-acceptance", "late"), NOW)
    with pytest.raises(KeyError):
        notice_book.apply(case, NoticeStored("c1", "n9", "d", NOW), NOW)


@pytest.mark.parametrize(
    ("outcome", "kind", "said"),
    [
        ("accept", "acceptance", {}),
        ("accept_with_gap", "gap_acceptance", {"gaps": (Gap("extra", 3),)}),
        ("not_accept", "not_accepted", {"reason": "x", "ground": "not_competent", "competent_body": "某局"}),
    ],
)
def test_a_void_takes_the_case_back_to_received_and_begins_the_days_to_tell_anew(case, outcome, kind, said):
    decide(case, outcome, kind, **said)
    case_book.apply(case, ReviewReturned("c1"), NOW, "r1")
    void(case, kind)
    assert (case.state, case.acceptance, case.accepted_on, case.accepted_by) == ("received", "", None, "")
    assert (case.reason, case.competent_body, case.gaps, case.reviewer_name) == ("", "", (), "")
    assert (case.complete_at, case.tell_from) == (NOW, LATER)
    assert [item.state for item in case.items.values()] == ["looked_at", "looked_at", "empty"]
    assert [(notice.kind, notice.state, notice.replaces) for notice in case.notices] == [
        (kind, "voided", ""),
        ("voiding", "sealing", kind),
    ]
    assert (case.notices[1].reviewer_name, case.notices[1].particulars.reason) == ("主管", "有误")


def test_a_void_correction_asks_for_nothing_any_more(case):
    decide(case, "request_corrections", "correction", (Correction("extra", 0, "a", "b"),))
    case_book.apply(case, ReviewReturned("c1"), NOW, "r1")
    void(case, "correction")
    assert (case.state, case.corrections, case.asked_on) == ("received", (), None)
    assert case.items["extra"].state == "empty"


@pytest.mark.parametrize(
    ("outcome", "kind", "said"),
    [
        ("grant", "grant", {}),
        ("refuse", "refusal", {"reason": "x"}),
        ("pause", "special_procedure", {"reason": "x", "step": "test", "days": 3}),
    ],
)
def test_a_void_decision_leaves_the_case_accepted(case, outcome, kind, said):
    decide(case, "accept", "acceptance")
    decide(case, outcome, kind, **said)
    void(case, kind)
    assert (case.state, case.accepted_by, case.granted_on, case.reason, case.pauses) == ("accepted", "r1", None, "", [])


def test_the_same_notice_again_has_its_own_number_and_the_words_of_the_first(case):
    asked = (Correction("form", 0, "a", "b"),)
    decide(case, "request_corrections", "correction", asked)
    void(case, "correction", is_back=False)
    first, again = case.notices
    assert (first.state, first.void_reason, case.state) == ("voided", "有误", "correction_requested")
    assert (again.kind, again.number, again.replaces, again.state) == ("correction", "new", "correction", "sealing")
    assert (again.corrections, again.materials, again.decided_at) == (asked, first.materials, LATER)
    assert (again.digest, again.sealed_at, again.void_reason) == ("", None, "")
