"""The place in line at the terminal: ringing, appointments, other ways than waiting, coming back, the slip.

Part of ``TerminalSession``, as pure as it is. The place itself belongs to the case and comes from the hall; here are
the gestures that change it and what is only of this screen: the appointments on offer and the slip's print.
"""

from collections.abc import Callable
from datetime import datetime

from signaling.protocol.acts import AskSlots, ConvertTicket, RejoinLine, ResumeTicket, SlotsOffered
from signaling.protocol.errors import ErrorCode
from signaling.protocol.values import AppointmentSlot, CaseView, Conversion, Place, TicketState
from terminal.asking import Asking
from terminal.delivery import PrintState
from terminal.effects import Effect, PrintSlip, Say


class Line:
    """Where the applicant stands and what can be done about it."""

    def __init__(
        self,
        perform: Callable[[Effect], None],
        asking: Asking,
        case: Callable[[], CaseView | None],
        changed: Callable[[], None],
    ) -> None:
        """``case`` is the one on screen, or the one whose slip still shows."""
        self._perform = perform
        self._asking = asking
        self._case = case
        self._changed = changed
        self.clear()

    def clear(self) -> None:
        """Forget what belongs to one applicant."""
        self.ringing = ""
        self.is_choosing = False
        self.slots: tuple[AppointmentSlot, ...] | None = None
        """Appointments on offer; None until the hall has told them."""
        self.slip_state: PrintState = "idle"
        self.slip_detail = ""
        self.is_slip_on_paper = True

    # --- what can be asked ----------------------------------------------------------------

    @property
    def place(self) -> Place:
        """The place as the hall said last."""
        case = self._case()
        return case.place if case is not None else Place()

    @property
    def state(self) -> TicketState | None:
        """The ticket's state; None without a case."""
        case = self._case()
        return case.ticket_state if case is not None else None

    @property
    def can_resume(self) -> bool:
        """Whether the applicant may stand in line (again)."""
        return self.state == "parked" or (self.state == "converted" and not self._is_pre_review)

    @property
    def can_rejoin(self) -> bool:
        """Whether a missed place can be taken up again; after too many misses only an appointment is left."""
        return self.state == "missed" and not self.place.proposals

    @property
    def _is_pre_review(self) -> bool:
        case = self._case()
        return case is not None and case.state in ("pre_review", "advised")

    # --- gestures ---------------------------------------------------------------------------

    def choose_slot(self) -> None:
        """Look for an appointment."""
        case = self._case()
        if case is not None and "appointment" in self.place.proposals:
            self.is_choosing, self.slots = True, None
            self._perform(Say(AskSlots(case.case_id)))
            self._changed()

    def stop_choosing(self) -> None:
        """No appointment after all."""
        self.is_choosing = False
        self._changed()

    def book(self, start: datetime) -> None:
        """Take this appointment."""
        if self.slots is not None and any(slot.start == start and slot.free for slot in self.slots):
            self._convert("appointment", start)

    def convert(self, to: Conversion) -> None:
        """Exchange the place for what is proposed; an appointment is chosen first."""
        if to == "appointment":
            self.choose_slot()
        elif to in self.place.proposals:
            self._convert(to)

    def rejoin(self) -> None:
        """Take a missed place up again (补号)."""
        case = self._case()
        if case is not None and self.can_rejoin:
            self._asking.say(lambda request_id: RejoinLine(request_id, case.case_id))
            self._changed()

    def resume(self) -> None:
        """Stand in line after all."""
        case = self._case()
        if case is not None and self.can_resume:
            self._asking.say(lambda request_id: ResumeTicket(request_id, case.case_id))
            self._changed()

    def print_slip(self) -> None:
        """Print number and token."""
        case = self._case()
        if case is not None and self.slip_state != "printing":
            self.slip_state = "printing"
            self._perform(PrintSlip(case))
            self._changed()

    def _convert(self, to: Conversion, start: datetime | None = None) -> None:
        case = self._case()
        if case is not None:
            self._asking.say(lambda request_id: ConvertTicket(request_id, case.case_id, to, start), self._converted)
            self._changed()

    # --- results ------------------------------------------------------------------------------

    def _converted(self, code: str) -> None:
        if code == ErrorCode.SLOT_TAKEN:
            self.choose_slot()
        else:
            self.is_choosing = False

    def slots_offered(self, message: SlotsOffered) -> None:
        """The hall's free appointments."""
        case = self._case()
        if case is not None and case.case_id == message.case_id:
            self.slots = message.slots

    def rang(self, call_id: str) -> None:
        """A desk is ringing."""
        self.ringing, self.is_choosing = call_id, False

    def stopped_ringing(self, call_id: str = "") -> None:
        """This call rings no more; without an id, whatever rang."""
        if call_id in ("", self.ringing):
            self.ringing = ""

    def slip_printed(self, detail: str, *, is_paper: bool = True) -> None:
        """The printer took the slip; ``detail`` says where it lies."""
        if self.slip_state == "printing":
            self.slip_state, self.slip_detail, self.is_slip_on_paper = "printed", detail, is_paper
            self._changed()

    def slip_failed(self, code: str) -> None:
        """The printer did not, or the slip could not be made."""
        if self.slip_state == "printing":
            self.slip_state, self.slip_detail = "failed", code
            self._changed()
