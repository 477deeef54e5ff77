"""What is counted for each figure of domain.md §3.8: a written history on one side, figures on the other."""

from datetime import date, datetime, timedelta

import pytest

from signaling.hall.facts import (
    CallAnswered,
    CallEndedFact,
    CallHeldFact,
    CallPlaced,
    CallRejoined,
    CaseSubmitted,
    CaseWithdrawn,
    CorrectionSubmitted,
    Decided,
    DeemedAccepted,
    Entry,
    Escalated,
    Fact,
    NoticeDelivered,
    NoticePrintReported,
    NoticeStored,
    NoticeVoided,
    Numbered,
    ReviewOpened,
    ReviewReturned,
    SealingRefused,
)
from signaling.hall.measuring import measure
from signaling.hall.metrics import ClockHealth, Metrics, Share
from signaling.hall.office_facts import (
    DepositAlarmed,
    DepositAllocated,
    DepositHandled,
    DepositStored,
    Evaluated,
    FollowUpAnswered,
    FollowUpOpened,
)
from signaling.hall.queue_facts import (
    CaseClaimed,
    CaseLeft,
    DeskStateChanged,
    TicketConverted,
    TicketExpired,
    TicketInterrupted,
    TicketMissed,
    TicketParked,
    TicketReconnected,
    TicketRejoined,
    TicketReturned,
    TicketSummoned,
)
from signaling.protocol.values import OFFICIAL_TIME, Applicant, EndReason, Grade, Outcome, ServiceItem

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
MIDNIGHT = NOON - timedelta(hours=12)
ITEM = ServiceItem(
    "ENV-001", "环评审批", "environment", "", "", "environment", "新办", "", 20, 10, False, "hall", slots=()
)
APPLICANT = Applicant("person", "张三", "resident_id", "11010519491231002X", "13800138000")


class History:
    """Entries in order. ``at`` seconds after noon unless said otherwise."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def add(self, at: float, *facts: Fact) -> None:
        for fact in facts:
            case_id = getattr(fact, "case_id", None) or getattr(fact, "follow_up_id", None)
            self.entries.append(Entry(NOON + timedelta(seconds=at), "x", case_id, fact))

    def submit(self, at: float, case_id: str = "c", is_pre_review: bool = False) -> None:
        fact = CaseSubmitted(
            case_id, "A001", "r", ITEM, APPLICANT, (), True, "T-01", "终端", is_pre_review=is_pre_review
        )
        self.add(at, fact)

    def ring(self, at: float, case_id: str = "c", reviewer: str = "shen") -> None:
        self.add(at, CallPlaced("call", case_id, "D-01", reviewer, "score"))

    def answer(self, at: float, case_id: str = "c", reviewer: str = "shen") -> None:
        self.ring(at, case_id, reviewer)
        self.add(at, CallAnswered("call", case_id, "D-01", reviewer, "沈明"))

    def end(self, at: float, reason: EndReason = "hung_up", case_id: str = "c") -> None:
        self.add(at, CallEndedFact("call", case_id, reason))

    def decide(self, at: float, outcome: Outcome, case_id: str = "c") -> None:
        self.add(at, Decided(case_id, "r", "shen", "沈明", "n", "acceptance", "1号", (), outcome))

    def figures(self, since: datetime = MIDNIGHT, until: datetime = MIDNIGHT + timedelta(days=1)) -> Metrics:
        return measure(self.entries, since, until)


@pytest.fixture
def history() -> History:
    return History()


def waits(metrics: Metrics) -> tuple[int, float | None, float | None]:
    return metrics.wait.count, metrics.wait.worst_s, metrics.away.worst_s


# --- wait, answer rate, abandon ---


def test_wait_is_from_handing_in_to_the_answer(history: History) -> None:
    history.submit(0)
    history.answer(45)
    metrics = history.figures()
    assert waits(metrics) == (1, 45, None)
    assert metrics.answer_rate == Share(1, 1, 1.0)


@pytest.mark.parametrize(("seconds", "in_time"), [(60, 1), (60.5, 0)])
def test_answered_in_time_is_sixty_seconds(history: History, seconds: float, in_time: int) -> None:
    history.submit(0)
    history.answer(seconds)
    assert history.figures().answer_rate == Share(in_time, 1, float(in_time))


@pytest.mark.parametrize(("seconds", "gone", "short"), [(9.9, 0, 1), (10, 1, 0)])
def test_who_leaves_within_ten_seconds_has_not_given_up(
    history: History, seconds: float, gone: int, short: int
) -> None:
    history.submit(0)
    history.add(seconds, CaseWithdrawn("c", "r"))
    history.submit(0, "other")
    history.answer(30, "other")
    metrics = history.figures()
    assert (metrics.abandoned.part, metrics.abandoned.whole, metrics.short_abandoned) == (gone, 1 + gone, short)
    assert metrics.answer_rate.whole == 1 + gone


def test_withdrawing_in_a_call_is_no_abandoning(history: History) -> None:
    history.submit(0)
    history.answer(20)
    history.add(30, CaseWithdrawn("c", "r"))
    history.end(30, "withdrawn")
    metrics = history.figures()
    assert (metrics.abandoned.part, metrics.short_abandoned) == (0, 0)


def test_a_summons_and_a_missed_place_are_not_waited(history: History) -> None:
    history.submit(0)
    history.add(100, TicketSummoned("c", NOON, "turn"))
    history.add(160, TicketMissed("c", NOON))
    history.add(400, TicketRejoined("c", "r", ()))
    history.answer(420)
    metrics = history.figures()
    assert waits(metrics) == (1, 120, 300)
    assert metrics.misses == 1


def test_a_summoned_applicant_who_came_waits_on(history: History) -> None:
    history.submit(0)
    history.add(50, TicketSummoned("c", NOON, "turn"))
    history.add(80, CaseClaimed("c", "r", "T" * 10, "T-02", "终端"))
    history.answer(100)
    assert waits(history.figures()) == (1, 70, 30)


def test_claiming_a_missed_place_is_not_yet_rejoining(history: History) -> None:
    history.submit(0)
    history.add(10, TicketMissed("c", NOON))
    history.add(50, CaseClaimed("c", "r", "T" * 10, "T-02", "终端"))
    history.add(60, TicketRejoined("c", "r", ()))
    history.answer(65)
    assert waits(history.figures()) == (1, 15, 50)


def test_a_missed_place_that_ran_out_was_given_up(history: History) -> None:
    history.submit(0)
    history.add(30, TicketMissed("c", NOON))
    history.add(930, TicketExpired("c"))
    assert history.figures().abandoned == Share(1, 1, 1.0)


def test_a_parked_place_that_ran_out_was_served_before(history: History) -> None:
    history.submit(0)
    history.answer(30)
    history.end(60, "parked")
    history.add(60, TicketParked("c", NOON, "shen"))
    history.add(960, TicketExpired("c"))
    assert history.figures().abandoned == Share(0, 1, 0.0)


@pytest.mark.parametrize("to", ["appointment", "callback", "asynchronous", "window"])
def test_who_exchanges_the_place_has_not_left(history: History, to: str) -> None:
    history.submit(0)
    history.add(900, TicketConverted("c", "r", to, "chosen"))  # type: ignore[arg-type]
    history.add(5000, CaseWithdrawn("c", "r2"))
    metrics = history.figures()
    assert metrics.abandoned == Share(0, 0, None)
    assert {name: count for name, count in metrics.converted.items() if count} == {to: 1}


def test_an_appointments_wait_begins_when_it_is_called(history: History) -> None:
    history.submit(0)
    history.add(600, TicketConverted("c", "r", "appointment", "chosen", NOON))
    history.add(7200, TicketReturned("c", "appointment", NOON, "appointment"))
    history.answer(7230)
    metrics = history.figures()
    assert waits(metrics) == (1, 30, None)
    assert metrics.callbacks == 0


def test_a_callback_is_apart_from_the_answer_rate(history: History) -> None:
    history.submit(0)
    history.add(600, TicketConverted("c", "r", "callback", "chosen"))
    history.add(7200, TicketSummoned("c", NOON, "callback", request_id="r2", prefer_id="shen"))
    history.add(7260, CaseClaimed("c", "r3", "T" * 10, "T-02", "终端"))
    history.answer(7265)
    metrics = history.figures()
    assert (metrics.callbacks, metrics.answer_rate.whole) == (1, 0)
    assert waits(metrics) == (1, 5, 60)


def test_a_call_that_breaks_off_returns_to_the_line_and_waits_anew(history: History) -> None:
    history.submit(0)
    history.answer(100)
    history.end(130, "lost")
    history.answer(150)
    metrics = history.figures()
    assert (metrics.wait.count, metrics.wait.worst_s, metrics.wait.p50_s) == (2, 100, 20)


def test_after_a_decision_nobody_waits(history: History) -> None:
    history.submit(0)
    history.answer(10)
    history.decide(100, "accept")
    history.end(110)
    history.answer(500)  # somebody calls the accepted case: no wait has begun
    assert history.figures().wait.worst_s == 10


def test_corrections_that_come_in_later_are_a_new_wait(history: History) -> None:
    history.submit(0)
    history.answer(10)
    history.decide(60, "request_corrections")
    history.end(70)
    history.add(5000, CorrectionSubmitted("c", "r", ()))
    history.answer(5040)
    metrics = history.figures()
    assert (metrics.wait.count, metrics.wait.worst_s) == (2, 40)


def test_corrections_handed_in_during_the_call_wait_for_nobody(history: History) -> None:
    history.submit(0)
    history.answer(10)
    history.decide(60, "request_corrections")
    history.add(90, CorrectionSubmitted("c", "r", ()))
    history.decide(120, "accept")
    history.end(130)
    assert waits(history.figures()) == (1, 10, None)


def test_materials_that_followed_an_acceptance_wait_for_nobody(history: History) -> None:
    history.submit(0)
    history.answer(10)
    history.decide(60, "accept_with_gap")
    history.end(70)
    history.add(5000, CorrectionSubmitted("c", "r", ()))
    history.add(6000, CaseWithdrawn("c", "r"))
    metrics = history.figures()
    assert (metrics.wait.count, metrics.abandoned.part) == (1, 0)


def test_a_pre_review_is_handed_in_when_it_is_handed_in_for_good(history: History) -> None:
    history.submit(0, is_pre_review=True)
    assert history.figures().submitted == 0
    history.add(3600, CorrectionSubmitted("c", "r", ()))
    history.answer(3620)
    metrics = history.figures()
    assert (metrics.submitted, metrics.wait.worst_s) == (1, 20)


# --- work ---


def test_handling_is_per_reviewer_and_item_with_holds_inside(history: History) -> None:
    history.submit(0)
    history.answer(10)
    history.add(60, CallHeldFact("call", "c", True))
    history.add(90, CallHeldFact("call", "c", False))
    history.decide(300, "accept")
    history.end(310)
    metrics = history.figures()
    (reviewer,), (item,) = metrics.reviewers, metrics.items
    assert (reviewer.subject, reviewer.name, reviewer.answered, reviewer.handling.worst_s) == ("shen", "", 1, 300)
    assert (item.subject, item.name, item.answered, item.handling.worst_s) == ("ENV-001", "环评审批", 1, 300)
    assert (metrics.hold.count, metrics.hold.worst_s) == (1, 30)


def test_a_call_that_ends_on_hold_was_held_to_its_end(history: History) -> None:
    history.submit(0)
    history.answer(10)
    history.add(60, CallHeldFact("call", "c", True))
    history.end(100, "lost")
    assert history.figures().hold.worst_s == 40


def test_rings_that_nobody_took_count_against_who_let_it_ring(history: History) -> None:
    history.submit(0)
    history.ring(0, reviewer="shen")
    history.end(20, "no_answer")
    history.ring(20, reviewer="lin")
    history.end(25, "declined")
    history.answer(30, reviewer="wu")
    metrics = history.figures()
    assert {work.subject: (work.no_answer, work.declined, work.answered) for work in metrics.reviewers} == {
        "shen": (1, 0, 0),
        "lin": (0, 1, 0),
        "wu": (0, 0, 1),
    }
    assert (metrics.items[0].no_answer, metrics.items[0].declined, metrics.offers) == (1, 1, 3)
    assert metrics.wait.worst_s == 30


def test_wrap_up_lasts_until_the_desk_is_ready_or_away(history: History) -> None:
    for at, state in ((0, "in_call"), (100, "wrap_up"), (130, "wrap_up"), (175, "ready"), (200, "offered")):
        history.add(at, DeskStateChanged("shen", "D-01", state, ""))  # type: ignore[arg-type]
    (reviewer,) = history.figures().reviewers
    assert (reviewer.wrap_up.count, reviewer.wrap_up.worst_s) == (1, 75)


def test_a_review_without_a_call_is_work_too(history: History) -> None:
    history.submit(0)
    history.add(10, TicketConverted("c", "r", "asynchronous", "chosen"))
    history.add(1000, ReviewOpened("c", "r", "lin", "林静", "D-02"))
    history.decide(1200, "accept")
    history.add(1230, ReviewReturned("c", "r"))
    metrics = history.figures()
    (reviewer,) = metrics.reviewers
    assert (reviewer.subject, reviewer.reviews, reviewer.answered, reviewer.handling.worst_s) == ("lin", 1, 0, 230)
    assert metrics.wait.count == 0


def test_lost_calls_and_rebuilt_links_are_counted(history: History) -> None:
    history.submit(0)
    history.answer(10)
    history.add(20, TicketInterrupted("c", NOON))
    history.add(40, TicketReconnected("c"), CallRejoined("call", "c", 2))
    history.add(50, TicketInterrupted("c", NOON))
    metrics = history.figures()
    assert (metrics.interrupted, metrics.resumed, metrics.rebuilt_links) == (2, 1, 1)


# --- decisions, clocks, notices ---


def test_first_time_acceptance_is_of_what_was_submitted(history: History) -> None:
    for case_id, outcomes in {
        "at_once": ["accept"],
        "with_gap": ["accept_with_gap"],
        "corrected": ["request_corrections", "accept"],
        "refused": ["not_accept"],
        "open": [],
    }.items():
        history.submit(0, case_id)
        for outcome in outcomes:
            history.decide(100, outcome, case_id)  # type: ignore[arg-type]
    assert history.figures().first_time_acceptance == Share(2, 5, 0.4)


def test_second_corrections_are_of_those_with_one(history: History) -> None:
    for case_id, count in {"once": 1, "twice": 2, "never": 0}.items():
        history.submit(0, case_id)
        for number in range(count):
            history.decide(100 + number, "request_corrections", case_id)
    assert history.figures().second_correction == Share(1, 2, 0.5)


def test_entries_of_the_first_version_are_told_by_their_notice(history: History) -> None:
    history.submit(0)
    history.add(10, Decided("c", "r", "shen", "沈明", "n", "correction", "1号", ()))
    history.add(20, CorrectionSubmitted("c", "r", ()))
    history.add(30, Decided("c", "r", "shen", "沈明", "n2", "acceptance", "2号", ()))
    metrics = history.figures()
    assert metrics.second_correction == Share(0, 1, 0.0)
    assert metrics.first_time_acceptance == Share(0, 1, 0.0)


def test_clocks_that_pressed_and_acceptances_that_the_law_made(history: History) -> None:
    history.submit(0)
    history.add(100, Escalated("c", "tell", 60), Escalated("c", "tell", 80))
    history.add(200, Escalated("c", "tell", 100), Escalated("c", "decide", 60))
    history.add(300, DeemedAccepted("c", date(2026, 11, 20), Numbered("n", "acceptance", "1号")))
    metrics = history.figures()
    assert metrics.clocks[:2] == (ClockHealth("tell", 1, 1, 1), ClockHealth("decide", 1, 0, 0))
    assert metrics.deemed_acceptances == 1
    assert metrics.first_time_acceptance.part == 0


def test_terminal_time_is_to_the_first_notice_of_who_stayed(history: History) -> None:
    for case_id in ("stays", "leaves"):
        history.submit(0, case_id)
    history.add(60, CaseLeft("leaves", "T-01", "r"))
    for case_id in ("stays", "leaves"):
        history.add(500, NoticeStored(case_id, f"n-{case_id}", "d", NOON))
    history.add(900, NoticeStored("stays", "n2", "d", NOON))
    metrics = history.figures()
    assert (metrics.terminal_time.count, metrics.terminal_time.worst_s, metrics.notices.sealed) == (1, 500, 3)


def test_what_became_of_notices(history: History) -> None:
    history.submit(0)
    history.add(1, SealingRefused("c", "n", "x"), NoticeStored("c", "n", "d", NOON))
    history.add(2, NoticeDelivered("c", "n", "r", True), NoticeDelivered("c", "n2", "r", False))
    for is_printed in (False, True, True):
        history.add(3, NoticePrintReported("c", "n", "r", is_printed, ""))
    history.add(4, NoticeVoided("c", "r", "n", "写错", False, "吴", Numbered("n3", "acceptance", "2号")))
    notices = history.figures().notices
    assert (notices.sealed, notices.sealing_failures, notices.voided) == (1, 1, 1)
    assert (notices.printed, notices.print_failures, notices.reprinted) == (1, 1, 1)
    assert notices.verified == Share(1, 2, 0.5)


# --- the office ---


def test_paper_from_the_shut_door_to_the_count(history: History) -> None:
    history.submit(0)
    for number, counted in ((1, 12), (2, 11)):
        name = f"d{number}"
        history.add(10, DepositAllocated("c", "r", name, "T-01", "终端", number, "123456", ("form",), 12))
        history.add(20, DepositStored("c", "r", name))
        history.add(20 + 3600 * number, DepositHandled("c", "r", name, "collect", 0, "", "林"))
        history.add(8000, DepositHandled("c", "r", name, "count", counted, "", "林"))
    history.add(9000, DepositAlarmed("c", "d3", "uncollected"), DepositAlarmed("c", "d3", "left_open"))
    paper = history.figures().paper
    assert (paper.stored, paper.counted, paper.mismatches) == (2, 2, 1)
    assert (paper.collected.p50_s, paper.collected.worst_s) == (3600, 7200)
    assert (paper.overdue, paper.left_open) == (1, 1)


def test_grades_and_the_ledger(history: History) -> None:
    grades: tuple[Grade, ...] = ("very_satisfied", "fair", "dissatisfied", "very_dissatisfied")
    for number, grade in enumerate(grades):
        history.submit(0, f"c{number}")
        history.add(100, Evaluated(f"c{number}", "r", grade, ""))
    for name, source, due in (("f1", "grade", 19), ("f2", "grade", 20), ("f3", "trouble", 19)):
        history.add(110, FollowUpOpened(name, "r", source, "c", "", "", date(2026, 11, due)))  # type: ignore[arg-type]
    history.add(120, FollowUpAnswered("f1", "r", "已联系", False, "马"))
    history.add(130, FollowUpAnswered("f3", "r", "已解决", True, "马"))
    evaluation = history.figures(until=NOON + timedelta(hours=1)).evaluation
    assert evaluation.satisfied == Share(2, 4, 0.5)
    assert evaluation.grades["dissatisfied"] == 1
    assert (evaluation.follow_ups_opened, evaluation.troubles, evaluation.settled) == (3, 1, 1)
    assert (evaluation.open, evaluation.overdue) == (2, 1)
