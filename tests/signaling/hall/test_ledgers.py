"""The fairness log and the ledger: every move of the line has its rule, every follow-up its latest answer."""

from datetime import date, datetime, timedelta
from typing import get_args

import pytest

from signaling.hall.facts import CallEndedFact, CallPlaced, CaseSubmitted, CorrectionSubmitted, Entry, Fact
from signaling.hall.ledgers import fairness, ledger
from signaling.hall.office_facts import FollowUpAnswered, FollowUpOpened
from signaling.hall.queue_facts import (
    CaseQueueFact,
    TicketConverted,
    TicketExpired,
    TicketMissed,
    TicketParked,
    TicketPrioritised,
    TicketRejoined,
    TicketReturned,
    TicketSummoned,
)
from signaling.protocol.values import OFFICIAL_TIME, Applicant, ServiceItem

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
ITEM = ServiceItem("ENV-001", "环评审批", "e", "", "", "environment", "新办", "", 20, 10, False, "hall", slots=())
APPLICANT = Applicant("person", "张三", "resident_id", "11010519491231002X", "13800138000")
SUBMITTED = CaseSubmitted("c", "A001", "r", ITEM, APPLICANT, (), True, "T-01", "终端")

MOVES: list[tuple[Fact, tuple[str, str, str, str]]] = [
    (CorrectionSubmitted("c", "r", ()), ("joins", "correction_return", "", "")),
    (CallPlaced("k", "c", "D-01", "shen", "skill_overflow", ("b",)), ("offered", "skill_overflow", "shen", "b")),
    (CallEndedFact("k", "c", "no_answer"), ("returned", "no_answer", "", "")),
    (CallEndedFact("k", "c", "declined"), ("returned", "declined", "", "")),
    (CallEndedFact("k", "c", "lost"), ("returned", "lost", "", "")),
    (TicketPrioritised("c", "r", "elderly"), ("prioritised", "elderly", "guide-01", "")),
    (TicketPrioritised("c", "r", ""), ("prioritised", "no_group", "guide-01", "")),
    (TicketReturned("c", "rejoin", NOON, "resumed", "lin"), ("returned", "resumed", "lin", "2026-11-20 12:00:00")),
    (TicketRejoined("c", "r", ("a", "b")), ("rejoined", "rejoin", "", "a b")),
    (TicketSummoned("c", NOON, "turn"), ("summoned", "turn", "", "")),
    (TicketMissed("c", NOON), ("missed", "missed", "", "")),
    (TicketExpired("c"), ("expired", "expired", "", "")),
    (TicketParked("c", NOON, "shen"), ("parked", "parked", "shen", "")),
    (TicketConverted("c", "r", "callback", "chosen"), ("converted", "chosen", "", "callback")),
]


def entry(fact: Fact, at: float = 0, case_id: str = "c") -> Entry:
    return Entry(NOON + timedelta(seconds=at), "guide-01", case_id, fact)


@pytest.mark.parametrize(("fact", "line"), MOVES)
def test_every_move_is_there_with_its_rule(fact: Fact, line: tuple[str, str, str, str]) -> None:
    joined, moved = fairness([entry(SUBMITTED), entry(fact, 10)], NOON)
    assert (joined.move, joined.rule) == ("joins", "submitted")
    assert (moved.move, moved.rule, moved.reviewer_id, moved.about) == line
    assert (moved.ticket_number, moved.item_code, moved.time) == ("A001", "ENV-001", NOON + timedelta(seconds=10))


def test_every_fact_of_the_line_that_moves_a_ticket_is_a_move() -> None:
    shown = {type(fact).__name__ for fact, _ in MOVES}
    still = {"CaseLeft", "CaseClaimed", "TicketInterrupted", "TicketReconnected"}
    assert {kind.__name__ for kind in get_args(CaseQueueFact)} - still <= shown


def test_a_call_that_was_hung_up_and_a_pre_review_move_nothing() -> None:
    assert not list(fairness([entry(CallEndedFact("k", "c", "hung_up"))], NOON))
    pre_review = CaseSubmitted("c", "A001", "r", ITEM, APPLICANT, (), True, "T-01", "终端", is_pre_review=True)
    assert not list(fairness([entry(pre_review)], NOON))


def test_what_came_before_the_time_gives_only_the_number() -> None:
    moves = list(fairness([entry(SUBMITTED, -100), entry(TicketExpired("c"), 5)], NOON))
    assert [(move.move, move.ticket_number) for move in moves] == [("expired", "A001")]


def test_the_ledger_has_the_latest_answer_and_when_it_was_settled() -> None:
    opened = [
        FollowUpOpened("f1", "", "grade", "c", "环评审批", "等太久", date(2026, 12, 11), "dissatisfied"),
        FollowUpOpened("f2", "r", "trouble", "", "", "办不成", date(2026, 11, 27)),
    ]
    answers = [FollowUpAnswered("f1", "r", "已致歉", False, "ma"), FollowUpAnswered("f1", "r2", "已回访", True, "wu")]
    facts: list[FollowUpOpened | FollowUpAnswered] = [*opened, *answers]
    first, second = ledger(entry(fact, at, fact.follow_up_id) for at, fact in enumerate(facts))
    assert (first.answer, first.answered_by, first.settled_at) == ("已回访", "wu", NOON + timedelta(seconds=3))
    assert (first.grade, first.case_id, first.text) == ("dissatisfied", "c", "等太久")
    assert (second.answer, second.settled_at, second.due) == ("", None, date(2026, 11, 27))
