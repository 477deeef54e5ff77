"""What each fact and each act of the law does to a ticket, for every state: the table's step, or nothing at all."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from signaling.hall import queue_book
from signaling.hall.queue_facts import (
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
from signaling.hall.tables import IllegalStep
from signaling.hall.tickets import STEPS, Ticket
from signaling.protocol.acts import CallBack, ConvertTicket, RejoinLine, ResumeTicket, SetPriority
from signaling.protocol.values import TicketState

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)
STATES = get_args(TicketState)

MOVES = [
    (TicketReturned("c1", "new", NOW, "resumed"), "return"),
    (TicketRejoined("c1", "r1", ("c2",)), "rejoin"),
    (TicketSummoned("c1", LATER, "longest_waiting"), "summon"),
    (TicketMissed("c1", LATER), "miss"),
    (TicketInterrupted("c1", LATER), "interrupt"),
    (TicketReconnected("c1"), "reconnect"),
    (TicketParked("c1", LATER, "reviewer-1"), "park"),
    (TicketConverted("c1", "r1", "callback", "asked_by_desk"), "convert"),
]


class Stub:
    """A case as far as a ticket's facts look at it."""

    def __init__(self, state, **fields):
        self.ticket = Ticket("A001", NOW, state, **fields)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("fact", "step"), MOVES, ids=lambda value: value if isinstance(value, str) else "")
def test_every_fact_is_one_step_of_the_table_or_illegal(state, fact, step):
    case = Stub(state)
    if step == "return" and state == "summoned":
        step = "arrive"
    if (state, step) in STEPS:
        queue_book.apply(case, fact, NOW)
        assert case.ticket.state == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            queue_book.apply(case, fact, NOW)
        assert case.ticket.state == state


@pytest.mark.parametrize(("state", "after"), [("missed", "abandoned"), ("parked", "abandoned")])
def test_an_expired_place_is_given_up(state, after):
    case = Stub(state, until=NOW)
    queue_book.apply(case, TicketExpired("c1"), NOW)
    assert (case.ticket.state, case.ticket.until) == (after, None)


def test_acts_are_remembered_as_they_were_said():
    said = [
        (Stub("waiting"), TicketPrioritised("c1", "r1", "elderly"), SetPriority("r1", "c1", "elderly")),
        (Stub("parked"), TicketReturned("c1", "new", NOW, "resumed", "", "r1"), ResumeTicket("r1", "c1")),
        (Stub("missed"), TicketRejoined("c1", "r1", ()), RejoinLine("r1", "c1")),
        (Stub("converted"), TicketSummoned("c1", NOW, "callback", "r1", "reviewer-1"), CallBack("r1", "c1")),
        (Stub("waiting"), TicketSummoned("c1", NOW, "longest_waiting"), None),
        (
            Stub("waiting"),
            TicketConverted("c1", "r1", "appointment", "asked_by_applicant", NOW, LATER),
            ConvertTicket("r1", "c1", "appointment", NOW),
        ),
        (Stub("waiting"), TicketConverted("c1", "", "asynchronous", "closing"), None),
    ]
    for case, fact, request in said:
        assert queue_book.apply(case, fact, NOW) == request


def test_a_rejoined_ticket_keeps_its_score_and_what_it_earned():
    case = Stub("missed", earned="appointment", misses=1)
    queue_book.apply(case, TicketRejoined("c1", "r1", ("c2",)), LATER)
    ticket = case.ticket
    assert (ticket.kind, ticket.earned, ticket.waiting_since, ticket.behind) == ("rejoin", "appointment", NOW, ("c2",))


def test_what_was_earned_survives_parking_after_a_rejoin():
    case = Stub("parked", kind="rejoin", earned="correction_return")
    queue_book.apply(case, TicketReturned("c1", "rejoin", NOW, "resumed"), LATER)
    assert (case.ticket.kind, case.ticket.earned) == ("rejoin", "correction_return")


def test_a_summons_to_an_appointment_earns_its_boost_and_one_by_a_desk_does_not():
    due = Stub("converted", conversion="appointment", window_end=LATER)
    queue_book.apply(due, TicketSummoned("c1", LATER, "appointment"), LATER)
    assert (due.ticket.earned, due.ticket.waiting_since, due.ticket.conversion) == ("appointment", LATER, None)
    called = Stub("converted", conversion="appointment")
    queue_book.apply(called, TicketSummoned("c1", LATER, "callback", "r1", "reviewer-1"), LATER)
    assert (called.ticket.earned, called.ticket.prefer_id) == ("callback", "reviewer-1")


@pytest.mark.parametrize("state", STATES)
def test_the_end_of_a_call_moves_only_who_was_in_it(state):
    for is_unserved in (True, False):
        ticket = Ticket("A001", NOW, state, misses=1)
        queue_book.call_over(ticket, "hung_up", "reviewer-1", is_unserved)
        if state in ("offered", "serving", "interrupted"):
            assert ticket.state == ("waiting" if is_unserved else "done")
        else:
            assert ticket == Ticket("A001", NOW, state, misses=1)
        assert ticket.misses == (0 if state in ("serving", "interrupted") else 1)


@pytest.mark.parametrize("reason", ["declined", "no_answer"])
def test_who_did_not_take_the_offer_is_noted(reason):
    ticket = Ticket("A001", NOW, "offered")
    queue_book.call_over(ticket, reason, "reviewer-1", is_unserved=True)
    assert (ticket.state, ticket.refused_by, ticket.rule) == ("waiting", "reviewer-1", "returned_to_head")


@pytest.mark.parametrize("state", STATES)
def test_the_acts_of_the_law_never_fail_whatever_the_line_says(state):
    """A case is corrected, withdrawn, decided or deemed accepted in any state of its ticket."""
    for act, step in ((queue_book.cancelled, "cancel"), (queue_book.finished, "finish")):
        ticket = Ticket("A001", NOW, state, until=LATER)
        act(ticket)
        assert ticket.state == STEPS.get((state, step), state)
    ticket = Ticket("A001", NOW, state)
    queue_book.corrected(ticket, "reviewer-1", LATER)
    if (state, "return") in STEPS:
        assert (ticket.state, ticket.kind, ticket.waiting_since) == ("waiting", "correction_return", LATER)
        assert (ticket.prefer_id, ticket.prefer_since) == ("reviewer-1", LATER)
    else:
        assert ticket.state == state


@pytest.mark.parametrize("state", STATES)
def test_a_decided_case_leaves_nothing_that_could_ring_again(state):
    ticket = Ticket("A001", NOW, state, until=LATER)
    queue_book.finished(ticket)
    assert ticket.state in ("done", "cancelled")
