"""What the hall wants done: the only outputs of ``Hall.handle``, performed in order.

The runner makes every ``Record`` of a batch durable before it performs anything else.
"""

from datetime import date, datetime

import msgspec

from signaling.hall.facts import Entry
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import FromHall
from signaling.protocol.values import (
    AcceptanceKind,
    Applicant,
    Correction,
    Material,
    NoticeKind,
    Particulars,
    Result,
    ServiceItem,
)


class Send(msgspec.Struct, frozen=True):
    """Say this to that session. ``is_droppable`` messages may be lost when its queue is full (wet ink)."""

    session_id: str
    message: FromHall
    is_droppable: bool = False


class CloseSession(msgspec.Struct, frozen=True):
    """End that session, telling why."""

    session_id: str
    code: ErrorCode


class Record(msgspec.Struct, frozen=True):
    """Write this entry to the journal.

    ``counters`` are the new values of the named counters (tickets, cases, notice numbers), kept by the store
    and handed to ``Hall.restore``. ``is_open`` tells whether the case is still open after this entry
    (None: the entry belongs to no case); the entries of closed cases are not restored.
    """

    entry: Entry
    counters: tuple[tuple[str, int], ...] = ()
    is_open: bool | None = None


class SetTimer(msgspec.Struct, frozen=True):
    """Fire ``TimerFired(timer_id)`` after ``delay_s``; replaces a timer of the same id."""

    timer_id: str
    delay_s: float


class CancelTimer(msgspec.Struct, frozen=True):
    """Forget this timer, if it is set."""

    timer_id: str


class NoticeOrder(msgspec.Struct, frozen=True):
    """Everything a notice says, as the hall knows it. ``materials`` are the current versions only.

    ``promised_due`` and ``statutory_due`` are the last days of the item's limits, counted in working days from
    the day after the decision; ``is_due_provisional`` when a day in between is not yet in the published calendar.
    For a correction notice both are the last day to hand in.
    """

    notice_id: str
    kind: NoticeKind
    number: str
    case_id: str
    ticket_number: str
    item: ServiceItem
    applicant: Applicant
    materials: tuple[Material, ...]
    corrections: tuple[Correction, ...]
    received_at: datetime
    decided_at: datetime
    reviewer_name: str
    terminal_name: str
    promised_due: date
    statutory_due: date
    is_due_provisional: bool
    accepted_on: date | None = None
    """Date of acceptance; for a deemed one the day of receipt."""
    acceptance: AcceptanceKind = ""
    particulars: Particulars = Particulars()
    """Reason, ground, competent body, gaps, special step with its days, of the outcome this notice tells."""
    result: Result | None = None
    replaces: str = ""
    """Number of the voided notice this one replaces or declares void; ``particulars.reason`` says why."""
    paused_from: date | None = None
    """First day of a special procedure; ``promised_due`` is then its last expected day."""
    gap_dues: tuple[date, ...] = ()
    """Last day of each of ``particulars.gaps``, in their order."""
    lapsed_on: date | None = None
    """For a termination: the last day to hand in, which passed without the corrections; None: withdrawn."""


class SealNotice(msgspec.Struct, frozen=True):
    """Render and seal this notice; answer with NoticeSealed or SealingFailed. Safe to repeat: one file a notice."""

    order: NoticeOrder


class Notify(msgspec.Struct, frozen=True):
    """Send this SMS; answer with Notified. Safe to repeat: the gateway keeps one message for each id.

    ``kind`` names the text (``summons``, ``missed``, ``appointment``, ``notice``, ``result``, ``deposit``,
    ``follow_up`` ...), ``fields`` fill it. The phone number goes no further than the gateway.
    """

    notification_id: str
    case_id: str
    phone: str
    kind: str
    fields: dict[str, str]


Command = Send | CloseSession | Record | SetTimer | CancelTimer | SealNotice | Notify
