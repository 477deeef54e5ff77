"""The queue's facts are an on-disk format: each survives the journal's encoding and belongs to its case."""

from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest

from signaling.hall.facts import Entry
from signaling.hall.queue_facts import (
    CaseClaimed,
    CaseLeft,
    CaseQueueFact,
    DeskStateChanged,
    QueueFact,
    TicketConverted,
    TicketExpired,
    TicketInterrupted,
    TicketMissed,
    TicketParked,
    TicketPrioritised,
    TicketReconnected,
    TicketRejoined,
    TicketReturned,
    TicketSummoned,
)

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
FACTS = [
    CaseLeft("c1", "T-01", "r1"),
    CaseClaimed("c1", "r1", "0123456789", "T-01", "1号终端"),
    TicketPrioritised("c1", "r1", "elderly"),
    TicketReturned("c1", "callback", NOW, "callback", "reviewer-1"),
    TicketRejoined("c1", "r1", ("c2", "c3")),
    TicketSummoned("c1", NOW, "longest_waiting"),
    TicketMissed("c1", NOW),
    TicketExpired("c1"),
    TicketInterrupted("c1", NOW),
    TicketReconnected("c1"),
    TicketParked("c1", NOW, "reviewer-1"),
    TicketConverted("c1", "r1", "appointment", "asked_by_applicant", NOW, NOW),
    DeskStateChanged("reviewer-1", "D-01", "away", "午餐"),
]


def test_every_fact_is_here():
    assert {type(fact) for fact in FACTS} == set(get_args(QueueFact))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_survives_the_journal(fact):
    entry = Entry(NOW, "hall", "c1", fact)
    assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry


def test_all_but_the_desks_log_belong_to_a_case():
    assert all("case_id" in kind.__struct_fields__ for kind in get_args(CaseQueueFact))
    assert "case_id" not in DeskStateChanged.__struct_fields__
