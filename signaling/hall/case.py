"""A case (办件): everything durable about it, and the table of its life.

Received, reviewed by one reviewer at a time (in a call or with the case open at a desk), sent back for corrections,
not accepted, or accepted; then decided, issued, delivered and closed, each by who may; withdrawn by the applicant
before the decision. A review that ends undecided puts the case back to received. Changed only by case_book.py, which
applies journal entries.
"""

from copy import copy
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from signaling.hall.calls import Call
from signaling.hall.facts import NumberReserved
from signaling.hall.material_items import MaterialItem
from signaling.hall.notices import Notice
from signaling.hall.rooms import Room
from signaling.hall.tables import next_state
from signaling.hall.tickets import Ticket
from signaling.protocol.values import (
    AcceptanceKind,
    Applicant,
    CaseState,
    ClockKind,
    Correction,
    DeliveryWay,
    Fix,
    Gap,
    Material,
    ServiceItem,
    SpecialStep,
)

STEPS: dict[tuple[CaseState, str], CaseState] = {
    # advice before anything is handed in
    ("pre_review", "advise"): "advised",
    ("advised", "resubmit"): "received",
    ("pre_review", "withdraw"): "withdrawn",
    ("advised", "withdraw"): "withdrawn",
    ("advised", "lapse"): "withdrawn",
    # receipt and review, art. 32
    ("received", "review"): "reviewing",
    ("reviewing", "return"): "received",
    ("reviewing", "fix"): "reviewing",
    ("reviewing", "not_accept"): "not_accepted",
    ("reviewing", "request_corrections"): "correction_requested",
    ("correction_requested", "resume_review"): "reviewing",
    ("correction_requested", "resubmit"): "received",
    ("correction_requested", "lapse"): "withdrawn",
    ("reviewing", "accept"): "accepted",
    ("reviewing", "accept_with_gap"): "accepted_with_gap",
    ("reviewing", "accept_on_commitment"): "accepted",
    ("received", "deem_accepted"): "accepted",
    ("reviewing", "deem_accepted"): "accepted",
    ("accepted_with_gap", "fill_gap"): "accepted",
    ("accepted_with_gap", "lapse_gap"): "accepted",
    # decision, art. 38, 42, 45
    ("accepted", "pause"): "paused",
    ("paused", "resume"): "accepted",
    ("accepted", "extend"): "accepted",
    ("accepted", "grant"): "granted",
    ("accepted", "refuse"): "refused",
    # issue and end, art. 44
    ("granted", "issue"): "issued",
    ("issued", "deliver"): "delivered",
    ("delivered", "close"): "closed",
    ("refused", "close"): "closed",
    ("not_accepted", "close"): "closed",
    # the applicant takes it back
    ("received", "withdraw"): "withdrawn",
    ("reviewing", "withdraw"): "withdrawn",
    ("correction_requested", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
    ("accepted_with_gap", "withdraw"): "withdrawn",
    ("paused", "withdraw"): "withdrawn",
    # a supervisor voids the last notice and takes the step back that it told
    ("correction_requested", "void"): "received",
    ("not_accepted", "void"): "received",
    ("accepted", "void"): "received",
    ("accepted_with_gap", "void"): "received",
    ("paused", "void"): "accepted",
    ("granted", "void"): "accepted",
    ("refused", "void"): "accepted",
}


class Lease(msgspec.Struct, frozen=True):
    """A reviewer has the case open at a desk without a call."""

    reviewer_id: str
    reviewer_name: str
    desk_id: str
    since: datetime


class Pause(msgspec.Struct):
    """A special procedure (art. 45): its days from ``since`` on are not counted. ``until`` is None while it lasts."""

    step: SpecialStep
    days: int
    since: date
    until: date | None = None


class Case(msgspec.Struct):
    """The durable record of one case.

    ``terminal_id`` is where the applicant is with it now, empty when nowhere. ``reviewer_id`` is the reviewer in
    charge: who answered its call or has it open; empty while it waits. ``complete_at`` is when the papers were last
    handed in complete (submission or correction), ``tell_from`` when the days to tell began to count: the same, or
    the day a notice was declared void and the case came back.
    """

    case_id: str
    ticket: Ticket
    terminal_id: str
    terminal_name: str
    item: ServiceItem
    applicant: Applicant
    materials: tuple[Material, ...]
    submitted_at: datetime
    complete_at: datetime
    tell_from: datetime
    items: dict[str, MaterialItem]
    """The material list by slot, in the item's order."""
    state: CaseState = "received"
    token: str = ""
    is_pre_review: bool = False
    to_follow: tuple[str, ...] = ()
    has_committed: bool = False
    delivery: DeliveryWay = "hall"
    address: str = ""
    reviewer_id: str = ""
    reviewer_name: str = ""
    lease: Lease | None = None
    corrections: tuple[Correction, ...] = ()
    asked_on: date | None = None
    """The day of the correction notice, or of the advice."""
    fixes: list[Fix] = msgspec.field(default_factory=list)
    notices: list[Notice] = msgspec.field(default_factory=list)
    acceptance: AcceptanceKind = ""
    accepted_on: date | None = None
    accepted_by: str = ""
    gaps: tuple[Gap, ...] = ()
    """Materials that are still to follow."""
    pauses: list[Pause] = msgspec.field(default_factory=list)
    extension_days: int = 0
    granted_on: date | None = None
    reason: str = ""
    competent_body: str = ""
    is_filed: bool = False
    """Nobody came for the last notice in the time it is kept."""
    escalations: dict[ClockKind, int] = msgspec.field(default_factory=dict)
    """The highest share, in per cent, that was recorded of each running clock."""
    reserved: NumberReserved | None = None
    """The notice that is being previewed, with its number."""
    call: Call | None = None
    room: Room = msgspec.field(default_factory=Room)

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)

    def can(self, step: str) -> bool:
        """Whether the table has this step now."""
        return (self.state, step) in STEPS

    def twin(self) -> "Case":
        """A copy to see what a decision would make of the case. Shares what no decision touches: call and marks."""
        return replace(
            self,
            ticket=copy(self.ticket),
            items={slot: copy(item) for slot, item in self.items.items()},
            notices=list(self.notices),
            fixes=list(self.fixes),
            pauses=[copy(pause) for pause in self.pauses],
            escalations=dict(self.escalations),
        )

    @property
    def live_call(self) -> Call | None:
        """The call that rings or is on, if any."""
        return self.call if self.call is not None and self.call.state != "ended" else None

    @property
    def talk(self) -> Call | None:
        """The call that was answered and is on, if any."""
        return self.call if self.call is not None and self.call.is_on else None

    @property
    def holder_id(self) -> str:
        """The reviewer who may act on the case now: in the call that is on, or by having it open. Empty: nobody."""
        if self.talk is not None:
            return self.talk.reviewer_id
        return self.lease.reviewer_id if self.lease is not None else ""

    @property
    def unsealed(self) -> Notice | None:
        """The notice that has its number and waits for its seal, if any."""
        return next((notice for notice in self.notices if notice.state == "sealing"), None)

    @property
    def last_notice(self) -> Notice | None:
        """The newest notice that is not void, if any."""
        return next((notice for notice in reversed(self.notices) if notice.state != "voided"), None)

    @property
    def is_settled(self) -> bool:
        """Nothing more will happen with the applicant: the terminal may take up the next case."""
        return self.state in ("closed", "withdrawn") and self.live_call is None

    @property
    def is_over(self) -> bool:
        """Settled, and the applicant has the last word, or never came for it: nothing has to survive a restart."""
        if not self.is_settled or self.unsealed is not None or self.reserved is not None:
            return False
        notice = self.last_notice
        return self.is_filed or notice is None or notice.state != "ready"

    @property
    def is_dismissible(self) -> bool:
        """Whether the applicant can be finished here for now: the terminal may take up the next case.

        Not while the place in line is kept, a call is on, or a notice is not printed; a printer that failed does
        not hold up the next applicant.
        """
        if self.is_settled:
            return True
        notice = self.last_notice
        is_notice_out = notice is None or notice.state == "printed" or (notice.state == "received" and notice.misprints)
        is_in_line = self.ticket.state not in ("done", "converted", "abandoned", "cancelled")
        return bool(is_notice_out) and not is_in_line and self.live_call is None

    def current_materials(self) -> tuple[Material, ...]:
        """The newest version of each slot, in the order of the item's list."""
        newest = {material.slot: material for material in self.materials}
        return tuple(newest[slot.code] for slot in self.item.slots if slot.code in newest)

    def notice(self, notice_id: str) -> Notice | None:
        """The notice of this id, if it is this case's."""
        return next((notice for notice in self.notices if notice.notice_id == notice_id), None)
