"""Values that messages carry: items, applicants, materials, and views of cases and calls.

Plain frozen structs, no behaviour beyond check digits' form. Times are ISO 8601 with
offset (aware datetimes). A digest is the lower-case hexadecimal SHA-256 of a file.
"""

from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Literal

import msgspec

OFFICIAL_TIME = timezone(timedelta(hours=8), "CST")
"""The time every hall keeps and shows, whatever the machine's own zone is (UTC+8 in the whole country)."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without look-alikes: the characters of tokens and query codes."""

Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
DigestOrEmpty = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}\Z")]
ShortText = Annotated[str, msgspec.Meta(max_length=200)]
LongText = Annotated[str, msgspec.Meta(max_length=2000)]

MediaType = Literal["application/pdf", "image/png", "image/jpeg", "image/tiff"]
Source = Literal["camera", "usb", "file", "reuse"]
CaseState = Literal[
    "pre_review",
    "advised",
    "received",
    "reviewing",
    "correction_requested",
    "accepted",
    "accepted_with_gap",
    "paused",
    "granted",
    "refused",
    "issued",
    "delivered",
    "not_accepted",
    "closed",
    "withdrawn",
]
TicketState = Literal[
    "waiting",
    "offered",
    "serving",
    "interrupted",
    "parked",
    "summoned",
    "missed",
    "converted",
    "abandoned",
    "cancelled",
    "done",
]
TicketKind = Literal["new", "correction_return", "appointment", "rejoin", "callback"]
"""Why the ticket is in line now; with the rules' boosts it gives the order."""
Conversion = Literal["appointment", "callback", "asynchronous", "window"]
"""What a place in line can be exchanged for, in the order in which it is proposed."""
PriorityGroup = Literal["", "elderly", "disabled", "pregnant", "soldier", "social_aid"]
CallState = Literal["ringing", "active", "held", "ended"]
EndReason = Literal["hung_up", "declined", "no_answer", "lost", "withdrawn", "no_show", "parked", "converted"]
Availability = Literal["away", "ready", "offered", "in_call", "wrap_up"]
NoticeKind = Literal[
    "acceptance",
    "correction",
    "not_accepted",
    "gap_acceptance",
    "special_procedure",
    "extension",
    "grant",
    "refusal",
    "closing",
    "termination",
    "voiding",
]
NoticeState = Literal["sealing", "ready", "received", "printed", "voided"]
Outcome = Literal[
    "advise",
    "not_accept",
    "request_corrections",
    "accept",
    "accept_with_gap",
    "accept_on_commitment",
    "pause",
    "resume",
    "extend",
    "grant",
    "refuse",
    "issue",
    "close",
]
"""What a member of staff can decide about a case; which roles may, and from which state, is the hall's table."""
AcceptanceKind = Literal["", "full", "gap", "commitment", "deemed"]
Ground = Literal["", "not_needed", "not_competent"]
"""Grounds of non-acceptance: 行政许可法 art. 32(1) no licence is needed, 32(2) another body is competent."""
SpecialStep = Literal[
    "", "hearing", "bidding", "auction", "test", "inspection", "quarantine", "appraisal", "expert_review"
]
"""Steps whose time is not counted (行政许可法 art. 45)."""
ItemState = Literal["empty", "uploaded", "looked_at", "accepted", "rejected", "waived", "reused"]
OriginalState = Literal["none", "seen", "deposited", "matched", "mismatched", "returned"]
DepositState = Literal[
    "allocated", "opened", "stored", "collected", "matched", "mismatched", "archived", "returned", "void"
]
ResultState = Literal["making", "ready", "at_counter", "dispatched", "in_locker", "handed_over"]
DeliveryWay = Literal["hall", "centre", "courier", "locker"]
"""Where the result is fetched: main hall, sub-centre, courier to the door, 24 h locker."""
Grade = Literal["very_satisfied", "satisfied", "fair", "dissatisfied", "very_dissatisfied"]
"""好差评: 非常满意, 满意, 基本满意, 不满意, 非常不满意. The last two open a follow-up."""
Role = Literal["reviewer", "decider", "issuer", "supervisor", "manager", "collector", "guide"]
ClockKind = Literal["tell", "decide", "issue", "correct", "gap"]
"""tell: 5 days to tell (art. 32(4)); decide: 20 (+10) (art. 42); issue: 10 (art. 44); correct, gap: the applicant's."""
ClockState = Literal["running", "paused", "stopped"]
OpClass = Literal["mark", "erase", "undo"]
Token = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{10}\Z")]
"""What the slip carries: opens the case again at any terminal. Ten characters of base 32 without look-alikes."""


class MaterialSlot(msgspec.Struct, frozen=True):
    """One line of an item's material list (材料清单)."""

    code: Id
    name: ShortText
    is_required: bool = True
    form: ShortText = "电子件"
    hint: ShortText = ""
    is_gap_able: bool = False
    """A minor material that may follow later (容缺受理)."""
    is_original_kept: bool = False
    """The paper original must be deposited."""
    condition: ShortText = ""
    """When a conditional material is needed, in words; empty for one that always or never is."""
    copies: int = 1
    issuer: ShortText = ""


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
    case_type: Literal["immediate", "promised", "joint", "reported_up"] = "promised"
    """即办, 承诺, 联办, 上报; a joint item's decision may be extended by 15 days instead of 10 (art. 42)."""
    is_on_commitment: bool = False
    """告知承诺: can be accepted on a signed letter of commitment."""
    is_private: bool = False
    """Only at a terminal in a booth."""
    correction_days: int = 0
    """Working days the applicant has to hand in corrections; 0: as the hall's rules say."""
    does_lapse: bool = True
    """Whether a case ends when corrections do not come in time; otherwise it waits on."""
    scope: ShortText = "district"
    """Level at which it can be applied for: district, city, beijing-tianjin-hebei, nationwide."""
    sites: tuple[Id, ...] = ()
    """Halls whose terminals take it; empty: all of them."""
    seal: ShortText = ""
    """Name of the seal its notices carry; empty: the hall's."""
    knowledge: LongText = ""
    """Notes for the reviewer."""


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
    """One item of a correction notice: which material, where, what is wrong, what it must meet.

    ``mark_number`` is the running number of the mark among that material's marks, 0 without one; ``crop`` the digest
    of a PNG or JPEG of the marked place that this desk handed in, "" without one.
    """

    slot: Id
    page: Annotated[int, msgspec.Meta(ge=0)]
    problem: LongText
    requirement: LongText
    mark_id: str = ""
    mark_number: Annotated[int, msgspec.Meta(ge=0, le=9_999)] = 0
    crop: DigestOrEmpty = ""


class Gap(msgspec.Struct, frozen=True):
    """A minor material that follows later: which slot, and in how many working days."""

    slot: Id
    days: Annotated[int, msgspec.Meta(ge=1, le=60)]


class Particulars(msgspec.Struct, frozen=True):
    """What an outcome needs beside its name; each outcome demands some fields and forbids the others.

    ``step`` and ``days`` describe a special procedure, ``days`` an extension. ``override`` is a supervisor's
    reason for a second correction notice that names something visible in the first version.
    """

    reason: LongText = ""
    ground: Ground = ""
    competent_body: ShortText = ""
    gaps: tuple[Gap, ...] = ()
    step: SpecialStep = ""
    days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 0
    override: LongText = ""


class Clock(msgspec.Struct, frozen=True):
    """One legal clock of a case. Days are working days; ``due`` is the last day, ``used`` counts whole days passed."""

    kind: ClockKind
    state: ClockState
    started: date
    due: date
    days: int
    used: int
    is_provisional: bool = False


class Fix(msgspec.Struct, frozen=True):
    """An error put right on the spot (art. 32(3)): asked by the reviewer, confirmed or refused by the applicant."""

    fix_id: Id
    field: Literal["name", "phone", "legal_representative"]
    old: ShortText
    new: ShortText
    state: Literal["asked", "confirmed", "refused"] = "asked"


class SlotView(msgspec.Struct, frozen=True):
    """A line of the material list as the review has it. ``due`` is the last day of a waived (容缺) material."""

    slot: Id
    state: ItemState
    version: int = 0
    original: OriginalState = "none"
    due: date | None = None


class Deposit(msgspec.Struct, frozen=True):
    """Papers in a cell of a terminal's cabinet. ``code`` opens the cell once; empty when it is used up."""

    deposit_id: Id
    state: DepositState
    terminal_id: Id
    cell: int
    slots: tuple[Id, ...]
    pages: int
    code: ShortText = ""
    since: datetime | None = None
    by: ShortText = ""
    note: ShortText = ""
    counted_pages: int = 0


class Result(msgspec.Struct, frozen=True):
    """The result document on its way to the applicant. ``code`` opens the locker or is shown at the counter."""

    state: ResultState
    way: DeliveryWay
    address: ShortText = ""
    code: ShortText = ""
    tracking: ShortText = ""
    cell: int = 0
    keep_until: date | None = None


class AppointmentSlot(msgspec.Struct, frozen=True):
    """A quarter of an hour in which a reviewer is reserved; ``free`` places are left."""

    start: datetime
    end: datetime
    free: int


class Place(msgspec.Struct, frozen=True):
    """A ticket's place in line as its owner may know it.

    ``expected_s`` is a range of seconds, None when nobody skilled is on duty. ``proposals`` is what may be chosen
    instead of waiting on. ``is_here`` tells whether the applicant is at a terminal; ``until`` ends a summons, the
    time a missed place is kept, or begins an appointment. ``rule`` says why the ticket stands where it does.
    """

    kind: TicketKind = "new"
    ahead: int = 0
    expected_s: tuple[int, int] | None = None
    proposals: tuple[Conversion, ...] = ()
    conversion: Conversion | None = None
    priority: PriorityGroup = ""
    is_here: bool = True
    misses: int = 0
    until: datetime | None = None
    rule: ShortText = ""
    window: ShortText = ""


class NoticeView(msgspec.Struct, frozen=True):
    """A notice as both ends see it. ``digest`` is empty until it is sealed.

    ``replaces`` is the number of the voided notice it stands for; ``void_reason`` says why this one is void.
    ``query_code`` finds it on the public page: 12 characters of base 32, shown in fours; empty before there were any.
    """

    notice_id: Id
    kind: NoticeKind
    number: ShortText
    state: NoticeState
    decided_at: datetime
    digest: str = ""
    sealed_at: datetime | None = None
    replaces: str = ""
    void_reason: LongText = ""
    query_code: str = ""


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
    terminal_id: str
    """Where the applicant is with it now; empty when nowhere."""
    terminal_name: ShortText
    reviewer_name: ShortText = ""
    corrections: tuple[Correction, ...] = ()
    """What the applicant is asked to correct, or advised to (pre-review)."""
    notices: tuple[NoticeView, ...] = ()
    token: str = ""
    place: Place = Place()
    """The place in line when this view was made; TicketChanged brings newer ones."""
    list: tuple[SlotView, ...] = ()
    """One line for each slot of the item, in its order."""
    clocks: tuple[Clock, ...] = ()
    fixes: tuple[Fix, ...] = ()
    acceptance: AcceptanceKind = ""
    accepted_on: date | None = None
    accepted_by: ShortText = ""
    """Login of who accepted; who decides must be another."""
    reason: LongText = ""
    """Of the last outcome: non-acceptance, refusal, pause, extension."""
    competent_body: ShortText = ""
    deposits: tuple[Deposit, ...] = ()
    result: Result | None = None
    delivery: DeliveryWay = "hall"
    """How the result is to be fetched, as chosen so far; ``result`` is there from the issue on."""
    address: ShortText = ""
    grade: Grade | None = None
    is_pre_review: bool = False
    outcomes: tuple[Outcome, ...] = ()
    """What the table allows next, whoever may; the desk shows what its roles may."""


class WaitingEntry(msgspec.Struct, frozen=True):
    """One line of a desk's queue: enough to see what waits, nothing personal. ``rule`` says why it stands there."""

    ticket_number: ShortText
    item_name: ShortText
    terminal_name: ShortText
    waiting_since: datetime
    state: TicketState
    kind: TicketKind = "new"
    priority: PriorityGroup = ""
    rule: ShortText = ""


WorkKind = Literal["review", "pre_review", "callback", "decide", "resume", "issue", "close", "parked"]


class WorkEntry(msgspec.Struct, frozen=True):
    """One line of a desk's work list: a case that waits for an act without a call, most urgent first.

    ``share`` is the used part of its running clock, 1.0 and more when it is over.
    """

    case_id: Id
    kind: WorkKind
    item_name: ShortText
    state: CaseState
    since: datetime
    due: date | None = None
    share: float = 0.0
    holder: ShortText = ""
    """Who has it open now; empty when it is free."""
