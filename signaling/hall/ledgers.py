"""Two lists for inspection, drawn from journal entries: the fairness log and the ledger of follow-ups. Pure.

The fairness log (domain.md §3.6, rule 9) has every offer and every reordering of the line with its rule. Neither
list names an applicant.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from signaling.hall.facts import CallEndedFact, CallPlaced, CaseSubmitted, CorrectionSubmitted, Entry
from signaling.hall.office_facts import FollowUpAnswered, FollowUpOpened
from signaling.hall.queue_facts import (
    TicketConverted,
    TicketExpired,
    TicketMissed,
    TicketParked,
    TicketPrioritised,
    TicketRejoined,
    TicketReturned,
    TicketSummoned,
)
from signaling.protocol.values import Grade


class Move(msgspec.Struct, frozen=True):
    """A line of the fairness log. ``rule`` as in the journal, ``about`` the cases passed over or let go first."""

    time: datetime
    case_id: str
    ticket_number: str
    item_code: str
    move: str
    rule: str
    reviewer_id: str = ""
    desk_id: str = ""
    about: str = ""


class LedgerLine(msgspec.Struct, frozen=True):
    """A follow-up with its latest answer. ``due`` is the last day; ``settled_at`` is None while it is open."""

    follow_up_id: str
    source: str
    grade: Grade | None
    case_id: str
    item_name: str
    opened_at: datetime
    due: date
    text: str
    answer: str = ""
    answered_by: str = ""
    settled_at: datetime | None = None


def fairness(entries: Iterable[Entry], since: datetime) -> Iterator[Move]:
    """The moves from ``since`` on; the entries in journal order, whole histories (for the ticket's number)."""
    tickets: dict[str, tuple[str, str]] = {}
    for entry in entries:
        if isinstance(entry.fact, CaseSubmitted):
            tickets[entry.fact.case_id] = (entry.fact.ticket_number, entry.fact.item.code)
        said = _move(entry)
        if said is not None and entry.time >= since and entry.case_id in tickets:
            move, rule, reviewer_id, desk_id, about = said
            yield Move(entry.time, entry.case_id, *tickets[entry.case_id], move, rule, reviewer_id, desk_id, about)


def _move(entry: Entry) -> tuple[str, str, str, str, str] | None:
    """What an entry does to the line: move, rule, reviewer, desk, about."""
    match entry.fact:
        case CaseSubmitted(is_pre_review=False):
            return "joins", "submitted", "", "", ""
        case CorrectionSubmitted():
            return "joins", "correction_return", "", "", ""
        case CallPlaced() as fact:
            return "offered", fact.rule, fact.reviewer_id, fact.desk_id, " ".join(fact.passed_over)
        case CallEndedFact(reason=("declined" | "no_answer" | "lost") as reason):
            return "returned", reason, "", "", ""
        case TicketPrioritised(group=group):
            return "prioritised", group or "no_group", entry.actor, "", ""
        case TicketReturned() as fact:
            return "returned", fact.rule, fact.prefer_id, "", f"{fact.waiting_since:%Y-%m-%d %H:%M:%S}"
        case TicketRejoined(behind=behind):
            return "rejoined", "rejoin", "", "", " ".join(behind)
        case TicketSummoned() as fact:
            return "summoned", fact.rule, fact.prefer_id, "", ""
        case TicketMissed():
            return "missed", "missed", "", "", ""
        case TicketExpired():
            return "expired", "expired", "", "", ""
        case TicketParked(reviewer_id=reviewer_id):
            return "parked", "parked", reviewer_id, "", ""
        case TicketConverted() as fact:
            return "converted", fact.rule, "", "", fact.to
        case _:
            return None


def ledger(entries: Iterable[Entry]) -> list[LedgerLine]:
    """Every follow-up, oldest first."""
    lines: dict[str, LedgerLine] = {}
    for entry in entries:
        match entry.fact:
            case FollowUpOpened() as fact:
                lines[fact.follow_up_id] = LedgerLine(
                    fact.follow_up_id,
                    fact.source,
                    fact.grade,
                    fact.about_case,
                    fact.item_name,
                    entry.time,
                    fact.due,
                    fact.text,
                )
            case FollowUpAnswered() as fact if fact.follow_up_id in lines:
                lines[fact.follow_up_id] = msgspec.structs.replace(
                    lines[fact.follow_up_id],
                    answer=fact.answer,
                    answered_by=fact.by,
                    settled_at=entry.time if fact.is_settled else None,
                )
    return list(lines.values())
