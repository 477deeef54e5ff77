"""What the journal keeps: everything that must survive a restart or be proved later.

A fact is recorded before anyone is told of it. The hall's durable state changes only by
applying facts, so applying the journal again, in order, restores it. Names and fields
are an on-disk format: add optional fields, never change or remove one.
"""

from datetime import datetime

import msgspec

from signaling.protocol.values import Applicant, Correction, EndReason, Material, NoticeKind, OpClass, ServiceItem


class TerminalConnected(msgspec.Struct, frozen=True, tag=True):
    """A terminal proved its key and opened a session."""

    terminal_id: str
    session_id: str


class ReviewerLoggedIn(msgspec.Struct, frozen=True, tag=True):
    """A reviewer logged in at a desk."""

    reviewer_id: str
    desk_id: str
    session_id: str


class CaseSubmitted(msgspec.Struct, frozen=True, tag=True):
    """A case was received, with its ticket. ``item`` is kept whole: the rules of the day it was handed in apply."""

    case_id: str
    ticket_number: str
    request_id: str
    item: ServiceItem
    applicant: Applicant
    materials: tuple[Material, ...]
    consents_to_video: bool
    terminal_id: str
    terminal_name: str


class CorrectionSubmitted(msgspec.Struct, frozen=True, tag=True):
    """New versions of materials came in; with the call on, the review goes on, else the ticket waits again."""

    case_id: str
    request_id: str
    materials: tuple[Material, ...]


class CaseWithdrawn(msgspec.Struct, frozen=True, tag=True):
    """The applicant took the application back."""

    case_id: str
    request_id: str


class CallPlaced(msgspec.Struct, frozen=True, tag=True):
    """A case was offered to a desk."""

    call_id: str
    case_id: str
    desk_id: str
    reviewer_id: str
    rule: str
    """Which dispatch rule chose this desk and case."""


class CallAnswered(msgspec.Struct, frozen=True, tag=True):
    """The desk took the call: the case is under review by this reviewer."""

    call_id: str
    case_id: str
    desk_id: str
    reviewer_id: str
    reviewer_name: str


class CallRejoined(msgspec.Struct, frozen=True, tag=True):
    """The call's media link is built anew: this is its generation from now on."""

    call_id: str
    case_id: str
    generation: int


class CallHeldFact(msgspec.Struct, frozen=True, tag="CallHeld"):
    """The call is held, or goes on."""

    call_id: str
    case_id: str
    is_held: bool


class CallEndedFact(msgspec.Struct, frozen=True, tag="CallEnded"):
    """A ringing or an active call is over."""

    call_id: str
    case_id: str
    reason: EndReason


class Decided(msgspec.Struct, frozen=True, tag=True):
    """The reviewer decided; the notice has its number from this moment and exactly one."""

    case_id: str
    request_id: str
    reviewer_id: str
    reviewer_name: str
    notice_id: str
    notice_kind: NoticeKind
    notice_number: str
    corrections: tuple[Correction, ...]


class NoticeStored(msgspec.Struct, frozen=True, tag=True):
    """The notice is sealed and stored under its digest."""

    case_id: str
    notice_id: str
    digest: str
    sealed_at: datetime


class SealingRefused(msgspec.Struct, frozen=True, tag=True):
    """Sealing failed; it will be tried again."""

    case_id: str
    notice_id: str
    detail: str


class NoticeDelivered(msgspec.Struct, frozen=True, tag=True):
    """The terminal has the notice and verified it."""

    case_id: str
    notice_id: str
    request_id: str
    is_genuine: bool


class NoticePrintReported(msgspec.Struct, frozen=True, tag=True):
    """The printer's outcome."""

    case_id: str
    notice_id: str
    request_id: str
    is_printed: bool
    detail: str


class CaseClosed(msgspec.Struct, frozen=True, tag=True):
    """The last step is done."""

    case_id: str


class PageShown(msgspec.Struct, frozen=True, tag=True):
    """The reviewer led the room to a page."""

    case_id: str
    digest: str
    page: int


class MarkRecorded(msgspec.Struct, frozen=True, tag=True):
    """A mark operation in its final order."""

    case_id: str
    digest: str
    seq: int
    operation_id: str
    op_class: OpClass
    target: str
    body: bytes
    author: str
    author_id: str


Fact = (
    TerminalConnected
    | ReviewerLoggedIn
    | CaseSubmitted
    | CorrectionSubmitted
    | CaseWithdrawn
    | CallPlaced
    | CallAnswered
    | CallRejoined
    | CallHeldFact
    | CallEndedFact
    | Decided
    | NoticeStored
    | SealingRefused
    | NoticeDelivered
    | NoticePrintReported
    | CaseClosed
    | PageShown
    | MarkRecorded
)


class Entry(msgspec.Struct, frozen=True):
    """A fact with its time, who did it (terminal, reviewer or ``hall``), and the case it belongs to."""

    time: datetime
    actor: str
    case_id: str | None
    fact: Fact
