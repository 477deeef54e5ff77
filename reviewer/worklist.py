"""The lines beside the desk: who waits, and what this shift has handled. Plain rows for the views.

Nothing personal is in them: the queue knows tickets and items only.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from signaling.protocol.values import CaseState, CaseView, NoticeState, TicketState, WaitingEntry


class QueueRow(msgspec.Struct, frozen=True):
    """One waiting ticket; ``place`` counts from 1."""

    place: int
    ticket_number: str
    item_name: str
    terminal_name: str
    waited_s: float
    state: TicketState


class QueueFigures(msgspec.Struct, frozen=True):
    """How many wait and how long the longest has."""

    waiting: int
    longest_s: float


class HandledRow(msgspec.Struct, frozen=True):
    """One case this desk has had on the line, newest first."""

    case_id: str
    ticket_number: str
    item_name: str
    state: CaseState
    is_accepted: bool
    notice_state: NoticeState | None


def queue_rows(waiting: Iterable[WaitingEntry], now: datetime) -> tuple[QueueRow, ...]:
    """The queue in the hall's order. A clock behind the hall's never shows a negative wait."""
    return tuple(
        QueueRow(
            place,
            entry.ticket_number,
            entry.item_name,
            entry.terminal_name,
            max(0.0, (now - entry.waiting_since).total_seconds()),
            entry.state,
        )
        for place, entry in enumerate(waiting, 1)
    )


def queue_figures(waiting: Iterable[WaitingEntry], now: datetime) -> QueueFigures:
    """Figures over the tickets that no desk has yet."""
    waits = [row.waited_s for row in queue_rows(waiting, now) if row.state == "waiting"]
    return QueueFigures(len(waits), max(waits, default=0.0))


def handled_rows(cases: Iterable[CaseView]) -> tuple[HandledRow, ...]:
    """The cases of this shift, given oldest first, shown newest first."""
    return tuple(
        HandledRow(
            case.case_id,
            case.ticket_number,
            case.item.name,
            case.state,
            is_accepted(case),
            case.notices[-1].state if case.notices else None,
        )
        for case in reversed(list(cases))
    )


def decided_count(cases: Iterable[CaseView]) -> int:
    """Cases of this shift that were accepted."""
    return sum(map(is_accepted, cases))


def is_accepted(case: CaseView) -> bool:
    """Accepted now, or closed after an acceptance: then the acceptance notice is among its notices."""
    has_notice = any(notice.kind == "acceptance" for notice in case.notices)
    return case.state == "accepted" or (case.state == "closed" and has_notice)
