"""What the journal keeps: everything that must survive a restart or be proved later.

A fact is recorded before anyone is told of it. The hall's durable state changes only by
applying facts, so applying the journal again, in order, restores it. Names and fields
are an on-disk format: add optional fields, never change or remove one.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from signaling.hall.office_facts import OfficeFact
from signaling.hall.orders import NoticeOrder
from signaling.hall.queue_facts import QueueFact
from signaling.protocol.values import (
    Applicant,
    ClockKind,
    Correction,
    DeliveryWay,
    EndReason,
    Material,
    NoticeKind,
    OpClass,
    Outcome,
    Particulars,
    PriorityGroup,
    ServiceItem,
)

ReleaseReason = Literal["left", "decided", "other_kind", "other_series"]
"""Nobody has the case any more; it was decided otherwise; another kind of notice was previewed; another year began."""


class Numbered(msgspec.Struct, frozen=True):
    """A notice that a fact brings about: it has its number from this moment and exactly one.

    ``query_code`` finds it on the public page; entries from before there were codes have none.
    """

    notice_id: str
    kind: NoticeKind
    number: str
    query_code: str = ""


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
    token: str = ""
    is_pre_review: bool = False
    to_follow: tuple[str, ...] = ()
    has_committed: bool = False
    priority: PriorityGroup = ""
    delivery: DeliveryWay = "hall"
    address: str = ""


class CorrectionSubmitted(msgspec.Struct, frozen=True, tag=True):
    """New versions of materials came in: what was to be corrected, advised, or was to follow (容缺).

    With the call on, the review goes on; else the ticket waits again, unless the case is accepted already.
    """

    case_id: str
    request_id: str
    materials: tuple[Material, ...]


class CaseWithdrawn(msgspec.Struct, frozen=True, tag=True):
    """The applicant took the application back."""

    case_id: str
    request_id: str
    notice: Numbered | None = None


class CallPlaced(msgspec.Struct, frozen=True, tag=True):
    """A case was offered to a desk."""

    call_id: str
    case_id: str
    desk_id: str
    reviewer_id: str
    rule: str
    """Which dispatch rule chose this desk and case."""
    passed_over: tuple[str, ...] = ()
    """Cases that had waited longer and could not, or must not yet, be served by this desk (at most 20)."""


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
    """A member of staff decided; the notice has its number from this moment and exactly one.

    An outcome without a notice leaves the three fields of the notice empty; an empty ``outcome`` (entries of the
    first version) is told by the kind of the notice. ``preview`` is the digest of the draft that was read before.
    """

    case_id: str
    request_id: str
    reviewer_id: str
    reviewer_name: str
    notice_id: str
    notice_kind: NoticeKind | Literal[""]
    notice_number: str
    corrections: tuple[Correction, ...]
    outcome: Outcome | Literal[""] = ""
    particulars: Particulars = Particulars()
    query_code: str = ""
    preview: str = ""


class NumberReserved(msgspec.Struct, frozen=True, tag=True):
    """A notice is being previewed: it has its id, number and query code, and this case keeps them until it is decided.

    ``series`` and ``count`` are what the number is made of.
    """

    case_id: str
    notice: Numbered
    series: str
    count: int


class NumberReleased(msgspec.Struct, frozen=True, tag=True):
    """The reserved number was not used: the next notice of its series takes it. In a past year it stays unused, and
    this entry says so.
    """

    case_id: str
    notice_id: str
    number: str
    reason: ReleaseReason


class NoticeOrdered(msgspec.Struct, frozen=True, tag=True):
    """What the notice says, whole; recorded with the fact that brings it about. Sealed from this, now or later."""

    case_id: str
    notice_id: str
    order: NoticeOrder


class NoticeStored(msgspec.Struct, frozen=True, tag=True):
    """The notice is sealed and stored under its digest. Entries from before a signing process had no more to say."""

    case_id: str
    notice_id: str
    digest: str
    sealed_at: datetime
    base_digest: str = ""
    seal_id: str = ""
    level: str = ""


class SealingRefused(msgspec.Struct, frozen=True, tag=True):
    """Sealing failed; it will be tried again. ``code`` as in SealingFailed."""

    case_id: str
    notice_id: str
    detail: str
    code: str = ""


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


class CaseFiled(msgspec.Struct, frozen=True, tag=True):
    """Nobody came for the last notice in the time it is kept for claiming: the case goes to the files."""

    case_id: str


class DeemedAccepted(msgspec.Struct, frozen=True, tag=True):
    """Nobody told the applicant anything in time: accepted from the day of receipt (art. 32(4))."""

    case_id: str
    accepted_on: date
    notice: Numbered


class CorrectionsLapsed(msgspec.Struct, frozen=True, tag=True):
    """The applicant's time to hand in corrections, or what was advised, is over. Advice has no notice."""

    case_id: str
    lapsed_on: date
    """The last day, which passed."""
    notice: Numbered | None = None


class GapLapsed(msgspec.Struct, frozen=True, tag=True):
    """The time for materials that were to follow is over: decided on what is there."""

    case_id: str


class Escalated(msgspec.Struct, frozen=True, tag=True):
    """A clock of the case has used 60, 80 or 100 per cent of its days. Once each."""

    case_id: str
    clock: ClockKind
    percent: int


class ReviewOpened(msgspec.Struct, frozen=True, tag=True):
    """A reviewer took the case to review or decide it without a call; nobody else can until it is given back."""

    case_id: str
    request_id: str
    reviewer_id: str
    reviewer_name: str
    desk_id: str


class ReviewReturned(msgspec.Struct, frozen=True, tag=True):
    """The case is given back. ``request_id`` is empty when the hall took it back: its desk did not return."""

    case_id: str
    request_id: str = ""


class FixAsked(msgspec.Struct, frozen=True, tag=True):
    """An error of the application that can be put right on the spot (art. 32(3)); the applicant is asked."""

    case_id: str
    request_id: str
    fix_id: str
    field: Literal["name", "phone", "legal_representative"]
    old: str
    new: str


class FixAnswered(msgspec.Struct, frozen=True, tag=True):
    """The applicant confirmed the change, and it holds; or refused it."""

    case_id: str
    request_id: str
    fix_id: str
    is_confirmed: bool


class NoticeVoided(msgspec.Struct, frozen=True, tag=True):
    """A notice is void, its number stays used. ``notice`` tells so (the case goes back), or stands in its place."""

    case_id: str
    request_id: str
    notice_id: str
    reason: str
    is_back: bool
    approver_name: str
    notice: Numbered


class CaseDelivered(msgspec.Struct, frozen=True, tag=True):
    """The result is in the applicant's hands."""

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
    | NumberReserved
    | NumberReleased
    | NoticeOrdered
    | NoticeStored
    | SealingRefused
    | NoticeDelivered
    | NoticePrintReported
    | CaseClosed
    | CaseFiled
    | DeemedAccepted
    | CorrectionsLapsed
    | GapLapsed
    | Escalated
    | ReviewOpened
    | ReviewReturned
    | FixAsked
    | FixAnswered
    | NoticeVoided
    | CaseDelivered
    | PageShown
    | MarkRecorded
    | QueueFact
    | OfficeFact
)


class Entry(msgspec.Struct, frozen=True):
    """A fact with its time, who did it (terminal, reviewer or ``hall``), and the case it belongs to."""

    time: datetime
    actor: str
    case_id: str | None
    fact: Fact
