"""What a notice says, whole: drafted for the preview, recorded when it is decided, sealed from the record.

A value and nothing else; made in issuing.py and planning.py, written down by the fact NoticeOrdered.
"""

from datetime import date, datetime

import msgspec

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


class NoticeOrder(msgspec.Struct, frozen=True):
    """Everything a notice says, as the hall knows it. ``materials`` are the current versions only.

    ``promised_due`` and ``statutory_due`` are the last days of the item's limits, counted in working days from
    the day after the decision; ``is_due_provisional`` when a day in between is not yet in the published calendar.
    For a correction notice both are the last day to hand in. ``decided_at`` is when it was decided; of a notice that
    was previewed, when it was previewed, on the same day: what was read is what is sealed.
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
    query_code: str = ""
    """Finds the notice on the public page; empty for notices from before there were codes."""
    preview: str = ""
    """SHA-256 of the unsealed notice that the reviewer read and approved; only that may be sealed. Empty: not read."""
