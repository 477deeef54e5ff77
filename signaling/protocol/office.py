"""What the office around the cases looks like: tasks, ledgers, roster, calendar, the floor. Values for staff.

The manager's page, the collector's list and the hall board show these; nothing here names an applicant in full.
"""

from datetime import date, datetime, time
from typing import Annotated, Literal

import msgspec

from signaling.protocol.values import (
    Availability,
    CaseState,
    Clock,
    Deposit,
    Grade,
    Id,
    LongText,
    PriorityGroup,
    Result,
    ShortText,
    TicketKind,
    TicketState,
)

FollowUpState = Literal["open", "answered", "settled"]
FollowUpSource = Literal["grade", "trouble"]


class FollowUp(msgspec.Struct, frozen=True):
    """A line of the ledger: a bad grade, or a report that something could not be done (办不成事). ``due``: last day."""

    follow_up_id: Id
    source: FollowUpSource
    state: FollowUpState
    case_id: str
    item_name: ShortText
    opened_at: datetime
    due: date
    text: LongText
    grade: Grade | None = None
    answer: LongText = ""
    answered_by: ShortText = ""
    is_overdue: bool = False
    phone: ShortText = ""
    """Where to answer a report that names no case."""


class RosterEntry(msgspec.Struct, frozen=True):
    """A reviewer is on duty: on ``day``, or every week on ``weekday`` (0 = Monday) that is a working day.

    Times of the hall's wall clock, on the wire as ``HH:MM:SS``.
    """

    reviewer_id: Id
    start: time
    end: time
    weekday: Annotated[int, msgspec.Meta(ge=0, le=6)] | None = None
    day: date | None = None


class CalendarDay(msgspec.Struct, frozen=True):
    """A day entered by the manager: it counts, or not, whatever the published calendar says."""

    day: date
    is_working: bool
    source: ShortText


class QueueLine(msgspec.Struct, frozen=True):
    """A ticket on the manager's page. ``applicant`` is masked (张*国)."""

    case_id: Id
    ticket_number: ShortText
    applicant: ShortText
    item_name: ShortText
    skill: Id
    terminal_name: ShortText
    state: TicketState
    kind: TicketKind
    priority: PriorityGroup
    waiting_since: datetime
    offers: int
    misses: int
    rule: ShortText
    is_here: bool


class DeskLine(msgspec.Struct, frozen=True):
    """A desk on the manager's page."""

    desk_id: Id
    reviewer_id: Id
    name: ShortText
    availability: Availability
    reason: ShortText
    since: datetime
    skills: tuple[str, ...]
    is_connected: bool
    ticket_number: ShortText = ""


class TerminalLine(msgspec.Struct, frozen=True):
    """A terminal on the manager's page. ``cells_free`` of its cabinet."""

    terminal_id: Id
    name: ShortText
    is_connected: bool
    ticket_number: ShortText = ""
    cells_free: int = 0


class CaseLine(msgspec.Struct, frozen=True):
    """A case with a clock that presses, or one that waits for an act of staff."""

    case_id: Id
    item_name: ShortText
    state: CaseState
    applicant: ShortText
    reviewer_name: ShortText
    clock: Clock
    share: float


class DepositTask(msgspec.Struct, frozen=True):
    """A line of the collector's list. ``is_overdue`` by the hall's rules (open > 2 min, uncollected > n h)."""

    case_id: Id
    item_name: ShortText
    terminal_name: ShortText
    deposit: Deposit
    is_overdue: bool


class ResultTask(msgspec.Struct, frozen=True):
    """A result the issuing window has to make, hand over, send or store."""

    case_id: Id
    item_name: ShortText
    applicant: ShortText
    result: Result


class NoticeLine(msgspec.Struct, frozen=True):
    """A notice a supervisor can void."""

    case_id: Id
    notice_id: Id
    kind: ShortText
    number: ShortText
    state: ShortText


class BoardLine(msgspec.Struct, frozen=True):
    """A line of the public board: number, masked name, where to go."""

    ticket_number: ShortText
    applicant: ShortText
    place: ShortText


class Board(msgspec.Struct, frozen=True):
    """The hall board (silent calling): who is called, who is being served, who is next. Never a full name."""

    hall: ShortText
    now: datetime
    called: tuple[BoardLine, ...]
    serving: tuple[BoardLine, ...]
    waiting: tuple[BoardLine, ...]
    waiting_count: int
    missed: tuple[BoardLine, ...]
    ready: tuple[BoardLine, ...] = ()
    """Results that can be fetched."""
    is_open: bool = True
    hours: ShortText = ""
