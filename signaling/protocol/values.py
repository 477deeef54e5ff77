"""Values that messages carry: items, applicants, materials, and views of cases and calls.

Plain frozen structs, no behaviour beyond check digits' form. Times are ISO 8601 with
offset (aware datetimes). A digest is the lower-case hexadecimal SHA-256 of a file.
"""

from datetime import datetime, timedelta, timezone
from typing import Annotated, Literal

import msgspec

OFFICIAL_TIME = timezone(timedelta(hours=8), "CST")
"""The time every hall keeps and shows, whatever the machine's own zone is (UTC+8 in the whole country)."""

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}\Z")]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]
LongText = Annotated[str, msgspec.Meta(max_length=2000)]

MediaType = Literal["application/pdf", "image/png", "image/jpeg", "image/tiff"]
Source = Literal["camera", "usb", "file", "reuse"]
CaseState = Literal["received", "reviewing", "correction_requested", "accepted", "closed", "withdrawn"]
TicketState = Literal["waiting", "offered", "serving", "done"]
CallState = Literal["ringing", "active", "held", "ended"]
EndReason = Literal["hung_up", "declined", "no_answer", "lost", "withdrawn"]
Availability = Literal["away", "ready", "offered", "in_call", "wrap_up"]
NoticeKind = Literal["acceptance", "correction"]
NoticeState = Literal["sealing", "ready", "received", "printed"]
Outcome = Literal["accept", "request_corrections"]
OpClass = Literal["mark", "erase", "undo"]


class MaterialSlot(msgspec.Struct, frozen=True):
    """One line of an item's material list (材料清单)."""

    code: Id
    name: ShortText
    is_required: bool = True
    form: ShortText = "电子件"
    hint: ShortText = ""


class ServiceItem(msgspec.Struct, frozen=True):
    """A service item (事项): what can be applied for, and by which rules. Limits in working days."""

    code: Id
    name: ShortText
    category: ShortText
    authority: ShortText
    department: ShortText
    skill: Id
    business_kind: ShortText
    legal_basis: LongText
    statutory_days: int
    promised_days: int
    has_fee: bool
    delivery: ShortText
    slots: tuple[MaterialSlot, ...]


class Applicant(msgspec.Struct, frozen=True):
    """Applicant (办事人): a person or an organisation, with the number of its document."""

    kind: Literal["person", "organisation"]
    name: ShortText
    id_kind: Literal["resident_id", "credit_code"]
    id_number: ShortText
    phone: ShortText
    legal_representative: ShortText = ""


class Material(msgspec.Struct, frozen=True):
    """One handed-in file in one slot. ``version`` counts from 1 within the slot."""

    slot: Id
    digest: Digest
    name: ShortText
    media_type: MediaType
    size: Annotated[int, msgspec.Meta(ge=1)]
    pages: Annotated[int, msgspec.Meta(ge=1)]
    source: Source
    version: Annotated[int, msgspec.Meta(ge=1)] = 1


class Correction(msgspec.Struct, frozen=True):
    """One item of a correction notice: which material, where, what is wrong, what it must meet."""

    slot: Id
    page: Annotated[int, msgspec.Meta(ge=0)]
    problem: LongText
    requirement: LongText
    mark_id: str = ""


class NoticeView(msgspec.Struct, frozen=True):
    """A notice as both ends see it. ``digest`` is empty until it is sealed."""

    notice_id: Id
    kind: NoticeKind
    number: ShortText
    state: NoticeState
    decided_at: datetime
    digest: str = ""
    sealed_at: datetime | None = None


class CaseView(msgspec.Struct, frozen=True):
    """A case (办件) as the terminal and the reviewer in charge see it."""

    case_id: Id
    ticket_number: ShortText
    state: CaseState
    ticket_state: TicketState
    item: ServiceItem
    applicant: Applicant
    materials: tuple[Material, ...]
    """Every version handed in, oldest first; the newest of each slot counts."""
    submitted_at: datetime
    terminal_id: Id
    terminal_name: ShortText
    reviewer_name: ShortText = ""
    corrections: tuple[Correction, ...] = ()
    notices: tuple[NoticeView, ...] = ()


class WaitingEntry(msgspec.Struct, frozen=True):
    """One line of a desk's queue: enough to see what waits, nothing personal."""

    ticket_number: ShortText
    item_name: ShortText
    terminal_name: ShortText
    waiting_since: datetime
    state: TicketState
