"""Applies the queue's facts to a case: the only place where a ticket moves, beside the call's own steps.

It trusts its entries, as register.py does; who records a fact has checked it. What a call, a correction or a
withdrawal means for the ticket is here too, for register.py to call.
"""

from datetime import datetime
from typing import assert_never

from signaling.hall.case import Case
from signaling.hall.queue_facts import (
    CaseClaimed,
    CaseLeft,
    CaseQueueFact,
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
from signaling.hall.tickets import Ticket
from signaling.protocol.acts import (
    CallBack,
    ClaimCase,
    ConvertTicket,
    LeaveTerminal,
    RejoinLine,
    ResumeTicket,
    SetPriority,
)
from signaling.protocol.values import EndReason, TicketKind

QueueRequest = CallBack | ClaimCase | ConvertTicket | LeaveTerminal | RejoinLine | ResumeTicket | SetPriority
"""Acts with a request id that the queue's facts remember."""


def apply(case: Case, fact: CaseQueueFact, time: datetime) -> QueueRequest | None:
    """Move the case's ticket by one fact. Gives the request it answers, to be remembered."""
    ticket = case.ticket
    match fact:
        case CaseLeft():
            return LeaveTerminal(fact.request_id, fact.case_id) if fact.request_id else None
        case CaseClaimed():
            if ticket.state == "summoned":
                _arrive(ticket, time)
            return ClaimCase(fact.request_id, fact.token)
        case TicketPrioritised():
            ticket.priority, ticket.rule = fact.group, "priority_group"
            return SetPriority(fact.request_id, fact.case_id, fact.group)
        case TicketReturned():
            _return(ticket, fact.kind, fact.waiting_since, fact.rule)
            ticket.prefer_id, ticket.prefer_since = fact.prefer_id, time
            return ResumeTicket(fact.request_id, fact.case_id) if fact.request_id else None
        case TicketRejoined():
            ticket.step("rejoin")
            ticket.kind, ticket.rule, ticket.behind, ticket.until = "rejoin", "rejoin", fact.behind, None
            return RejoinLine(fact.request_id, fact.case_id)
        case TicketSummoned():
            return _summon(ticket, fact, time)
        case TicketMissed():
            ticket.step("miss")
            ticket.misses += 1
            ticket.until, ticket.rule = fact.until, "missed"
        case TicketExpired():
            ticket.step("expire" if ticket.state == "missed" else "abandon")
            ticket.until, ticket.rule = None, "expired"
        case TicketInterrupted():
            ticket.step("interrupt")
            ticket.until = fact.until
        case TicketReconnected():
            ticket.step("reconnect")
            ticket.until = None
        case TicketParked():
            ticket.step("park")
            ticket.until, ticket.rule, ticket.prefer_id = fact.until, "parked", fact.reviewer_id
        case TicketConverted():
            ticket.step("convert")
            ticket.conversion, ticket.rule, ticket.window = fact.to, fact.rule, fact.window
            ticket.until, ticket.window_end = fact.start, fact.end
            return ConvertTicket(fact.request_id, fact.case_id, fact.to, fact.start) if fact.request_id else None
        case _:
            assert_never(fact)
    return None


def answered(ticket: Ticket) -> None:
    """The call about it was answered: nothing of its way through the line counts any more, but the misses.

    Those are forgiven when the call ends otherwise than by a miss.
    """
    ticket.step("serve")
    ticket.refused_by, ticket.behind = "", ()
    ticket.prefer_id, ticket.prefer_since = "", None


def call_over(ticket: Ticket, reason: EndReason, reviewer_id: str, is_unserved: bool) -> None:
    """The call about it is over: an undecided case keeps its old score, a decided one has been served.

    A ticket that was parked, missed, converted or cancelled before the call ended stays what it is.
    """
    if reason in ("declined", "no_answer"):
        ticket.refused_by = reviewer_id
    if ticket.state in ("serving", "interrupted"):
        ticket.misses = 0
    if ticket.state in ("offered", "serving", "interrupted"):
        ticket.step("return" if is_unserved else "finish")
        ticket.until = None
        if is_unserved:
            ticket.rule = "returned_to_head"


def corrected(ticket: Ticket, reviewer_id: str, time: datetime) -> None:
    """The corrections are in and the case waits for its review: in line anew, ahead of new ones, or on the work list.

    A ticket that was left for the work list stays there: the applicant does not wait at a terminal.
    """
    if ticket.can("return") and not ticket.is_for_work_list:
        _return(ticket, "correction_return", time, "correction_return")
        ticket.prefer_id, ticket.prefer_since = reviewer_id, time


def cancelled(ticket: Ticket) -> None:
    """The application was taken back."""
    if ticket.can("cancel"):
        ticket.step("cancel")
        ticket.until = None


def left_for_advice(ticket: Ticket) -> None:
    """A pre-review: nobody waits, the papers are on the work list at once."""
    ticket.step("convert")
    ticket.conversion, ticket.rule = "asynchronous", "pre_review"


def handed_in_for_good(ticket: Ticket, time: datetime) -> None:
    """After the advice of a pre-review: in line like a new one."""
    _return(ticket, "new", time, "pre_review")


def finished(ticket: Ticket) -> None:
    """The case was decided without a call about it: the place in line has served its purpose."""
    if ticket.can("finish"):
        ticket.step("finish")
        ticket.until = None


def _return(ticket: Ticket, kind: TicketKind, waiting_since: datetime, rule: str) -> None:
    ticket.step("arrive" if ticket.state == "summoned" else "return")
    ticket.kind = kind
    if kind != "rejoin":
        ticket.earned = kind
    ticket.waiting_since, ticket.rule = waiting_since, rule
    ticket.until = ticket.window_end = ticket.conversion = None
    ticket.behind, ticket.window = (), ""


def _arrive(ticket: Ticket, time: datetime) -> None:
    """At its old score; the reviewer who called back is preferred from now on."""
    ticket.step("arrive")
    ticket.until, ticket.prefer_since = None, time


def _summon(ticket: Ticket, fact: TicketSummoned, time: datetime) -> QueueRequest | None:
    if ticket.state == "converted":
        is_appointment = ticket.conversion == "appointment" and not fact.request_id
        ticket.kind = ticket.earned = "appointment" if is_appointment else "callback"
        ticket.waiting_since = time
        ticket.conversion = ticket.window_end = None
    ticket.step("summon")
    ticket.until, ticket.rule = fact.until, fact.rule
    ticket.prefer_id, ticket.prefer_since = fact.prefer_id, time
    return CallBack(fact.request_id, fact.case_id) if fact.request_id else None
