"""Acts around a case beside the call: the place in line, corrections on the spot, paper, results, the office.

Messages like those of messages.py, which joins them into the unions; same rules: an act with a ``request_id``
may be repeated. Answer is ``Done`` unless said otherwise, and ``CaseChanged`` to who sees the case.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from signaling.protocol.office import (
    Board,
    CalendarDay,
    CaseLine,
    DepositTask,
    DeskLine,
    FollowUp,
    NoticeLine,
    QueueLine,
    ResultTask,
    RosterEntry,
    TerminalLine,
)
from signaling.protocol.values import (
    AppointmentSlot,
    Conversion,
    Correction,
    DeliveryWay,
    Digest,
    Grade,
    Id,
    LongText,
    Outcome,
    Particulars,
    PriorityGroup,
    ShortText,
    Token,
    WorkEntry,
)

# --- the place in line (terminal) ---------------------------------------------------------------


class LeaveTerminal(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the applicant goes away and keeps the place; the terminal is free for the next one.

    When it is the ticket's turn, board and SMS summon the applicant to any terminal.
    """

    request_id: Id
    case_id: Id


class ClaimCase(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the applicant is here with the slip's token. Answer: Done, CaseChanged, NoticeReady for what waits.

    Refused with ``not_found`` (after a few wrong tokens ``too_many_attempts``), with ``illegal_step`` while another
    case is open at this terminal. A summoned ticket has arrived by this; a missed one still has to rejoin.
    """

    request_id: Id
    token: Token


class RejoinLine(msgspec.Struct, frozen=True, tag=True):
    """Terminal: a missed ticket comes back with its old score (补号). Refused when the kept time is over."""

    request_id: Id
    case_id: Id


class AskSlots(msgspec.Struct, frozen=True, tag=True):
    """Terminal, or the desk in the call: which appointments are free for this case? Answer: SlotsOffered."""

    case_id: Id


class SlotsOffered(msgspec.Struct, frozen=True, tag=True):
    """To who asked: the next free appointments, earliest first."""

    case_id: Id
    slots: tuple[AppointmentSlot, ...]


class ConvertTicket(msgspec.Struct, frozen=True, tag=True):
    """Terminal, or the desk in charge: exchange the place in line. ``start`` names the slot of an appointment."""

    request_id: Id
    case_id: Id
    to: Conversion
    start: datetime | None = None


class ResumeTicket(msgspec.Struct, frozen=True, tag=True):
    """Terminal: a parked applicant is ready again, or one with a converted ticket wants to stand in line after all."""

    request_id: Id
    case_id: Id


class SetPriority(msgspec.Struct, frozen=True, tag=True):
    """A guide or supervisor: this case's applicant belongs to a priority group, or to none."""

    request_id: Id
    case_id: Id
    group: PriorityGroup


# --- the review (desk) -------------------------------------------------------------------------------


class OpenCase(msgspec.Struct, frozen=True, tag=True):
    """Desk: take a case of the work list to review or decide it without a call. Answer: Done, CaseOpened.

    One at a time; refused with ``not_allowed`` when another has it, or the roles do not allow its next step.
    """

    request_id: Id
    case_id: Id


class CaseOpened(msgspec.Struct, frozen=True, tag=True):
    """To the desk: this case is open here without a call; marks and the page follow. Sent again after a reconnect."""

    case_id: Id


class ReturnCase(msgspec.Struct, frozen=True, tag=True):
    """Desk: put the case that is open without a call back."""

    request_id: Id
    case_id: Id


class PreviewNotice(msgspec.Struct, frozen=True, tag=True):
    """Desk in charge: write the notice of this decision, so that it can be read before it is decided.

    Fields as in Decide; checked like it. The number on it is reserved for this case until it is decided, or the case
    leaves the desk. Answer: NoticePreviewed. A repeat is answered alike; another content gives another draft.
    """

    request_id: Id
    case_id: Id
    outcome: Outcome
    corrections: tuple[Correction, ...] = ()
    particulars: Particulars = Particulars()


class NoticePreviewed(msgspec.Struct, frozen=True, tag=True):
    """To the desk: the unsealed notice lies under ``GET /drafts/{digest}``; Decide with this digest seals it."""

    request_id: Id
    case_id: Id
    number: ShortText
    digest: Digest


class WorkChanged(msgspec.Struct, frozen=True, tag=True):
    """To each desk: what it could do without a call, most urgent first (at most 50)."""

    entries: tuple[WorkEntry, ...]


class AskFix(msgspec.Struct, frozen=True, tag=True):
    """Desk in charge: this field of the application is wrong and can be put right on the spot (art. 32(3))."""

    request_id: Id
    case_id: Id
    fix_id: Id
    field: Literal["name", "phone", "legal_representative"]
    new: ShortText


class ConfirmFix(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the applicant confirms the change, or refuses it."""

    request_id: Id
    case_id: Id
    fix_id: Id
    is_confirmed: bool


class CallBack(msgspec.Struct, frozen=True, tag=True):
    """Desk: summon the applicant of this case (callback, or papers reviewed without a call); it will ring here."""

    request_id: Id
    case_id: Id


class MarkMissed(msgspec.Struct, frozen=True, tag=True):
    """Desk in the call: nobody is at the terminal. The call ends, the ticket is missed and keeps its place."""

    call_id: Id


class ParkCall(msgspec.Struct, frozen=True, tag=True):
    """Desk in the call: the applicant has to fetch something. The call ends; the case stays with this reviewer."""

    call_id: Id


class ExtendWrapUp(msgspec.Struct, frozen=True, tag=True):
    """Desk: more time to write up the last case, once more the hall's wrap-up time. Answer: DeskChanged."""


class VoidNotice(msgspec.Struct, frozen=True, tag=True):
    """Supervisor: this notice is void; its number stays used.

    With ``is_back`` the case goes back one step and a 作废 notice is issued; else a new notice of the same kind.
    """

    request_id: Id
    notice_id: Id
    reason: LongText
    is_back: bool = False


# --- paper, result, evaluation (terminal) ---------------------------------------------------------------


class DepositPapers(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the applicant will put these slots' originals into the cabinet. Gives a cell and a one-time code."""

    request_id: Id
    case_id: Id
    slots: tuple[Id, ...]
    pages: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class OpenCell(msgspec.Struct, frozen=True, tag=True):
    """Terminal: this code was shown to its cabinet (deposit or locker). Answer: CellOpened; a code opens once."""

    request_id: Id
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}\Z")]


class CellOpened(msgspec.Struct, frozen=True, tag=True):
    """To the terminal: unlock this cell of the cabinet."""

    request_id: Id
    cell: int
    case_id: Id


class CellClosed(msgspec.Struct, frozen=True, tag=True):
    """Terminal: the door of this cell is shut again (the cabinet says so)."""

    request_id: Id
    cell: int


class ChooseDelivery(msgspec.Struct, frozen=True, tag=True):
    """Terminal: how the result is to be fetched; changeable until it is dispatched."""

    request_id: Id
    case_id: Id
    way: DeliveryWay
    address: ShortText = ""


class Evaluate(msgspec.Struct, frozen=True, tag=True):
    """Terminal: 好差评, once for each case."""

    request_id: Id
    case_id: Id
    grade: Grade
    comment: LongText = ""


class ReportTrouble(msgspec.Struct, frozen=True, tag=True):
    """Terminal: 办不成事. ``case_id`` may be empty; then ``phone`` says where to answer."""

    request_id: Id
    case_id: str
    text: LongText
    phone: ShortText = ""


# --- staff (web pages; some also at a desk) -----------------------------------------------------------------


class HandleDeposit(msgspec.Struct, frozen=True, tag=True):
    """Collector: collect from the cell, count (``pages`` found), then archive or return."""

    request_id: Id
    deposit_id: Id
    act: Literal["collect", "count", "archive", "return"]
    pages: int = 0
    note: ShortText = ""


class HandleResult(msgspec.Struct, frozen=True, tag=True):
    """Issuer: the document is made; it lies at the counter, in a locker, or went by courier; it was handed over."""

    request_id: Id
    case_id: Id
    act: Literal["make", "put_at_counter", "dispatch", "put_in_locker", "hand_over"]
    tracking: ShortText = ""
    terminal_id: str = ""
    """Whose cabinet, for the locker."""


class SetCalendarDay(msgspec.Struct, frozen=True, tag=True):
    """Manager: this day is worked, or not. Clocks that touch it move at once."""

    request_id: Id
    entry: CalendarDay


class PublishYear(msgspec.Struct, frozen=True, tag=True):
    """Manager: the State Council's announcement for this year is in; dates in it are no longer provisional."""

    request_id: Id
    year: Annotated[int, msgspec.Meta(ge=2020, le=2100)]
    source: ShortText


class SetRoster(msgspec.Struct, frozen=True, tag=True):
    """Manager: the whole duty roster, replacing the one before."""

    request_id: Id
    entries: tuple[RosterEntry, ...]


class SetItemOpen(msgspec.Struct, frozen=True, tag=True):
    """Manager: nobody can apply for this item from now on, or again. Open cases go on by the rules they began with."""

    request_id: Id
    item_code: Id
    is_open: bool
    reason: ShortText = ""


class AnswerFollowUp(msgspec.Struct, frozen=True, tag=True):
    """Manager: what was done about a follow-up; ``is_settled`` closes it (the applicant was called back)."""

    request_id: Id
    follow_up_id: Id
    answer: LongText
    is_settled: bool


class FloorChanged(msgspec.Struct, frozen=True, tag=True):
    """To each member of staff on a web page, at most once a second: the hall as their roles may see it."""

    now: datetime
    queue: tuple[QueueLine, ...] = ()
    desks: tuple[DeskLine, ...] = ()
    terminals: tuple[TerminalLine, ...] = ()
    pressing: tuple[CaseLine, ...] = ()
    deposits: tuple[DepositTask, ...] = ()
    results: tuple[ResultTask, ...] = ()
    notices: tuple[NoticeLine, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    roster: tuple[RosterEntry, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
    published_years: tuple[int, ...] = ()
    closed_items: tuple[str, ...] = ()
    alarms: tuple[ShortText, ...] = ()
    """Codes with a subject, such as ``desk_missed_twice:reviewer-03``, ``nobody_skilled:env``."""
    board: Board | None = None


ActOfTerminal = (
    LeaveTerminal
    | ClaimCase
    | RejoinLine
    | AskSlots
    | ConvertTicket
    | ResumeTicket
    | ConfirmFix
    | DepositPapers
    | OpenCell
    | CellClosed
    | ChooseDelivery
    | Evaluate
    | ReportTrouble
)

ActOfDesk = (
    OpenCase
    | ReturnCase
    | PreviewNotice
    | AskFix
    | CallBack
    | MarkMissed
    | ParkCall
    | ExtendWrapUp
    | ConvertTicket
    | SetPriority
    | VoidNotice
)

ActOfStaff = (
    HandleDeposit
    | HandleResult
    | SetCalendarDay
    | PublishYear
    | SetRoster
    | SetItemOpen
    | AnswerFollowUp
    | SetPriority
    | VoidNotice
)

Act = ActOfTerminal | ActOfDesk | ActOfStaff
"""What may be said to the hall beside the messages of messages.py."""

Tidings = SlotsOffered | CaseOpened | NoticePreviewed | WorkChanged | CellOpened | FloorChanged
"""What the hall says beside the messages of messages.py."""
