"""The lines beside the desk: who waits, which cases wait for an act, and what this shift has handled.

Plain rows for the views. Nothing personal is in them: the queue knows tickets and items only.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec

from signaling.protocol.values import (
    AcceptanceKind,
    CaseState,
    CaseView,
    NoticeState,
    PriorityGroup,
    TicketKind,
    TicketState,
    WaitingEntry,
    WorkEntry,
    WorkKind,
)

Pressure = Literal["none", "calm", "near", "urgent", "over"]
"""How hard a clock presses: below 60 %, from 60 %, from 80 % of its days, and past the last one."""


class QueueRow(msgspec.Struct, frozen=True):
    """One waiting ticket; ``place`` counts from 1."""

    place: int
    ticket_number: str
    item_name: str
    terminal_name: str
    waited_s: float
    state: TicketState
    kind: TicketKind
    priority: PriorityGroup
    rule: str


class WorkRow(msgspec.Struct, frozen=True):
    """One case that waits for an act without a call. ``can_open``: nobody has it."""

    case_id: str
    kind: WorkKind
    item_name: str
    state: CaseState
    waited_s: float
    due: date | None
    pressure: Pressure
    holder: str
    can_open: bool


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
    acceptance: AcceptanceKind
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
            entry.kind,
            entry.priority,
            entry.rule,
        )
        for place, entry in enumerate(waiting, 1)
    )


def work_rows(entries: Iterable[WorkEntry], now: datetime) -> tuple[WorkRow, ...]:
    """The work list in the hall's order, most urgent first."""
    return tuple(
        WorkRow(
            entry.case_id,
            entry.kind,
            entry.item_name,
            entry.state,
            max(0.0, (now - entry.since).total_seconds()),
            entry.due,
            pressure(entry.share) if entry.due else "none",
            entry.holder,
            not entry.holder,
        )
        for entry in entries
    )


def pressure(share: float) -> Pressure:
    """How hard a clock presses of which this share is used."""
    if share >= 1.0:
        return "over"
    return "urgent" if share >= 0.8 else "near" if share >= 0.6 else "calm"


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
            case.acceptance,
            case.notices[-1].state if case.notices else None,
        )
        for case in reversed(list(cases))
    )


def accepted_count(cases: Iterable[CaseView], login: str) -> int:
    """Cases of this shift that this reviewer accepted, in any of the lawful ways, whatever came after."""
    return sum(case.acceptance != "" and case.accepted_by == login for case in cases)
