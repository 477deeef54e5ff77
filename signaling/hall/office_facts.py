"""What the journal keeps about the office around the cases: paper, results, evaluation, notifications, the hall's data.

Facts with a ``case_id`` belong to that case. Those of the whole hall belong to the subject HALL_OFFICE, those of a
follow-up to its own id, and a log-in to nothing: it is never restored. Names and fields are an on-disk format: add
optional fields, never change or remove one. Applied by office_book.py.
"""

from datetime import date
from typing import Literal

import msgspec

from signaling.protocol.office import CalendarDay, FollowUpSource, RosterEntry
from signaling.protocol.values import DeliveryWay, Grade

HALL_OFFICE = "hall.office"
"""The subject of what belongs to no case but to the whole hall. Always open."""

NotificationKind = Literal[
    "summons",
    "missed",
    "appointment",
    "appointment_reminder",
    "callback",
    "notice",
    "accepted_async",
    "advised",
    "deposit_code",
    "deposit_collected",
    "result_ready",
    "result_code",
    "follow_up",
    "lapse_warning",
]
DepositAct = Literal["collect", "count", "archive", "return"]
ResultAct = Literal["make", "put_at_counter", "dispatch", "put_in_locker", "hand_over"]


# --- paper ------------------------------------------------------------------------------------


class DepositAllocated(msgspec.Struct, frozen=True, tag=True):
    """A cell is reserved for papers; the code opens it once."""

    case_id: str
    request_id: str
    deposit_id: str
    terminal_id: str
    terminal_name: str
    cell: int
    code: str
    slots: tuple[str, ...]
    pages: int


class DepositOpened(msgspec.Struct, frozen=True, tag=True):
    """The code was shown to the cabinet and is used up."""

    case_id: str
    request_id: str
    deposit_id: str


class DepositStored(msgspec.Struct, frozen=True, tag=True):
    """The cell's door is shut: the papers are in the hall's custody."""

    case_id: str
    request_id: str
    deposit_id: str


class DepositHandled(msgspec.Struct, frozen=True, tag=True):
    """The collector's act. ``pages`` is what was counted, with ``count`` only."""

    case_id: str
    request_id: str
    deposit_id: str
    act: DepositAct
    pages: int
    note: str
    by: str


class DepositExpired(msgspec.Struct, frozen=True, tag=True):
    """The code was never used; the cell is free again."""

    case_id: str
    deposit_id: str


class DepositAlarmed(msgspec.Struct, frozen=True, tag=True):
    """The cell stands open too long, or the papers were not collected in time."""

    case_id: str
    deposit_id: str
    reason: Literal["left_open", "uncollected"]


# --- results ----------------------------------------------------------------------------------


class DeliveryChosen(msgspec.Struct, frozen=True, tag=True):
    """The applicant chose how the result is fetched."""

    case_id: str
    request_id: str
    way: DeliveryWay
    address: str


class ResultBegun(msgspec.Struct, frozen=True, tag=True):
    """The case is issued: the document is to be made. Recorded together with the issue, by who issues."""

    case_id: str
    way: DeliveryWay
    address: str


class ResultHandled(msgspec.Struct, frozen=True, tag=True):
    """A step of the issuing window or the collector. A code opens the locker's cell or is shown at the counter."""

    case_id: str
    request_id: str
    act: ResultAct
    by: str
    tracking: str = ""
    terminal_id: str = ""
    cell: int = 0
    code: str = ""
    keep_until: date | None = None


class LockerOpened(msgspec.Struct, frozen=True, tag=True):
    """The pick-up code was shown to the cabinet: the result is handed over, the code used up."""

    case_id: str
    request_id: str
    terminal_id: str


class LockerClosed(msgspec.Struct, frozen=True, tag=True):
    """The locker's door is shut after the result was taken; the cell is free again."""

    case_id: str
    request_id: str
    terminal_id: str


class ResultReminded(msgspec.Struct, frozen=True, tag=True):
    """A result that lies in a locker: the applicant was reminded, or the time to keep it there is over."""

    case_id: str
    reason: Literal["reminder", "expired"]


# --- evaluation and ledger --------------------------------------------------------------------


class Evaluated(msgspec.Struct, frozen=True, tag=True):
    """好差评 of a case."""

    case_id: str
    request_id: str
    grade: Grade
    comment: str


class FollowUpOpened(msgspec.Struct, frozen=True, tag=True):
    """A line of the ledger. ``request_id`` is of the report (办不成事), empty for a bad grade's own follow-up."""

    follow_up_id: str
    request_id: str
    source: FollowUpSource
    about_case: str
    item_name: str
    text: str
    due: date
    grade: Grade | None = None
    phone: str = ""


class FollowUpAnswered(msgspec.Struct, frozen=True, tag=True):
    """What was done about it; settled means the applicant was called back."""

    follow_up_id: str
    request_id: str
    answer: str
    is_settled: bool
    by: str


# --- notifications ----------------------------------------------------------------------------


class NotificationOrdered(msgspec.Struct, frozen=True, tag=True):
    """The applicant is to be told by SMS. The phone number stays in the case."""

    case_id: str
    notification_id: str
    kind: NotificationKind
    fields: dict[str, str]


class NotificationSent(msgspec.Struct, frozen=True, tag=True):
    """The gateway took it, or refused it for good."""

    case_id: str
    notification_id: str
    is_sent: bool
    detail: str


# --- the whole hall ---------------------------------------------------------------------------


class CalendarDaySet(msgspec.Struct, frozen=True, tag=True):
    """The manager entered a day that counts, or does not."""

    request_id: str
    entry: CalendarDay


class YearPublished(msgspec.Struct, frozen=True, tag=True):
    """The announcement for this year is in."""

    request_id: str
    year: int
    source: str


class RosterSet(msgspec.Struct, frozen=True, tag=True):
    """The whole duty roster."""

    request_id: str
    entries: tuple[RosterEntry, ...]


class ItemOpenSet(msgspec.Struct, frozen=True, tag=True):
    """An item can be applied for again, or not any more."""

    request_id: str
    item_code: str
    is_open: bool
    reason: str


class SkillsLearnt(msgspec.Struct, frozen=True, tag=True):
    """What a reviewer can do, as of the last login: the roster counts who is not connected by this."""

    reviewer_id: str
    skills: tuple[str, ...]


class StaffLoggedIn(msgspec.Struct, frozen=True, tag=True):
    """One of the hall's people opened a web page."""

    staff_id: str
    session_id: str


FollowUpFact = FollowUpOpened | FollowUpAnswered
HallFact = CalendarDaySet | YearPublished | RosterSet | ItemOpenSet | SkillsLearnt
PaperFact = DepositAllocated | DepositOpened | DepositStored | DepositHandled | DepositExpired | DepositAlarmed
ResultFact = DeliveryChosen | ResultBegun | ResultHandled | LockerOpened | LockerClosed | ResultReminded
OfficeCaseFact = PaperFact | ResultFact | Evaluated | NotificationOrdered | NotificationSent

OfficeFact = OfficeCaseFact | FollowUpFact | HallFact | StaffLoggedIn


def subject_of(fact: OfficeFact) -> str | None:
    """Whose history the fact belongs to: a case, a follow-up, the hall, or nothing's."""
    match fact:
        case FollowUpOpened() | FollowUpAnswered():
            return fact.follow_up_id
        case CalendarDaySet() | YearPublished() | RosterSet() | ItemOpenSet() | SkillsLearnt():
            return HALL_OFFICE
        case StaffLoggedIn():
            return None
        case _:
            return fact.case_id
