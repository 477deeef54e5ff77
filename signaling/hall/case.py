"""A case (办件): everything durable about it, and the table of its life.

Received, reviewed by one reviewer at a time, sent back for corrections or accepted, closed when its
acceptance notice is printed; withdrawn by the applicant before acceptance. A review that ends
undecided puts the case back to received. Changed only by register.py, which applies journal entries.
"""

from datetime import datetime

import msgspec

from signaling.hall.calls import Call
from signaling.hall.notices import Notice
from signaling.hall.rooms import Room
from signaling.hall.tables import next_state
from signaling.hall.tickets import Ticket
from signaling.protocol.values import Applicant, CaseState, CaseView, Correction, Material, ServiceItem

STEPS: dict[tuple[CaseState, str], CaseState] = {
    ("received", "review"): "reviewing",
    ("reviewing", "return"): "received",
    ("reviewing", "accept"): "accepted",
    ("reviewing", "request_corrections"): "correction_requested",
    ("correction_requested", "resume_review"): "reviewing",
    ("correction_requested", "resubmit"): "received",
    ("accepted", "close"): "closed",
    ("received", "withdraw"): "withdrawn",
    ("reviewing", "withdraw"): "withdrawn",
    ("correction_requested", "withdraw"): "withdrawn",
}


class Case(msgspec.Struct):
    """The durable record of one case.

    ``reviewer_id`` is the reviewer in charge: who answered its call; empty while it waits in line.
    ``complete_at`` is when the papers were last handed in complete (submission or correction).
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
    state: CaseState = "received"
    reviewer_id: str = ""
    reviewer_name: str = ""
    corrections: tuple[Correction, ...] = ()
    notices: list[Notice] = msgspec.field(default_factory=list)
    call: Call | None = None
    room: Room = msgspec.field(default_factory=Room)

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)

    def can(self, step: str) -> bool:
        """Whether the table has this step now."""
        return (self.state, step) in STEPS

    @property
    def live_call(self) -> Call | None:
        """The call that rings or is on, if any."""
        return self.call if self.call is not None and self.call.state != "ended" else None

    @property
    def talk(self) -> Call | None:
        """The call that was answered and is on, if any."""
        return self.call if self.call is not None and self.call.is_on else None

    @property
    def unsealed(self) -> Notice | None:
        """The notice that has its number and waits for its seal, if any."""
        return next((notice for notice in self.notices if notice.state == "sealing"), None)

    @property
    def is_settled(self) -> bool:
        """Nothing more will happen with the applicant: the terminal may take up the next case."""
        return self.state in ("closed", "withdrawn") and self.live_call is None

    @property
    def is_over(self) -> bool:
        """Settled, and no notice waits for its seal: nothing has to survive a restart any more."""
        return self.is_settled and self.unsealed is None

    def current_materials(self) -> tuple[Material, ...]:
        """The newest version of each slot, in the order of the item's list."""
        newest = {material.slot: material for material in self.materials}
        return tuple(newest[slot.code] for slot in self.item.slots if slot.code in newest)

    def notice(self, notice_id: str) -> Notice | None:
        """The notice of this id, if it is this case's."""
        return next((notice for notice in self.notices if notice.notice_id == notice_id), None)

    def view(self) -> CaseView:
        """The case as the terminal and the reviewer in charge see it."""
        return CaseView(
            case_id=self.case_id,
            ticket_number=self.ticket.number,
            state=self.state,
            ticket_state=self.ticket.state,
            item=self.item,
            applicant=self.applicant,
            materials=self.materials,
            submitted_at=self.submitted_at,
            terminal_id=self.terminal_id,
            terminal_name=self.terminal_name,
            reviewer_name=self.reviewer_name,
            corrections=self.corrections,
            notices=tuple(notice.view() for notice in self.notices),
        )
