"""What is on the reviewer's desk now, and what each message and each gesture does to it.

The top layer of the session (conversation, casework, session); plain synchronous state: no Qt, no asyncio, no
files, no clock (times come in with the messages). This layer owns availability, the queue, the work list, the
offered call, the call, and which case is open. It decides, and lets ``perform`` act (see ``effects.py``).
A gesture that is not possible now does nothing; what is possible is said by the ``can_…`` properties.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from reviewer.calls import Call, Connection, Link, Offer
from reviewer.casework import CaseWork
from reviewer.effects import Effect, MuteLeg, Ring, StartLeg, StopLeg, TellLeg
from signaling.protocol.acts import (
    AskSlots,
    CallBack,
    CaseOpened,
    ConvertTicket,
    ExtendWrapUp,
    MarkMissed,
    NoticePreviewed,
    OpenCase,
    ParkCall,
    ReturnCase,
    SlotsOffered,
    WorkChanged,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallHeld,
    CallOffered,
    CallStarted,
    Candidate,
    CaseChanged,
    DeclineCall,
    Description,
    DeskChanged,
    Done,
    EndCall,
    Error,
    FromHall,
    HoldCall,
    MarkNumbered,
    MarkRefused,
    QueueChanged,
    Rejoin,
    SetAvailability,
    ShowPage,
)
from signaling.protocol.values import (
    AppointmentSlot,
    Availability,
    CaseView,
    Conversion,
    EndReason,
    WaitingEntry,
    WorkEntry,
)


class DeskSession(CaseWork):
    """State of one desk. All methods are called from one thread; ``subscribe`` is told after each change."""

    def __init__(self, perform: Callable[[Effect], None], new_id: Callable[[], str]) -> None:
        super().__init__(perform, new_id)
        self.availability: Availability = "away"
        self.away_reason = ""
        self.since: datetime | None = None
        self.until: datetime | None = None
        """When the wrap-up ends by itself, by the hall's clock."""
        self.waiting: tuple[WaitingEntry, ...] = ()
        self.work: tuple[WorkEntry, ...] = ()
        self.offer: Offer | None = None
        self.last_end: EndReason | None = None
        self.slots: tuple[AppointmentSlot, ...] | None = None
        """Free appointments for the case in the call; None until the hall has answered."""
        self._was_taking_calls = False
        self._heard: CaseView | None = None
        self._returning = ""

    # --- what can be done now -----------------------------------------------------------------

    @property
    def can_answer(self) -> bool:
        """A call rings here and was not taken yet."""
        return self.is_online and self.offer is not None and not self.offer.is_answering

    @property
    def can_change_availability(self) -> bool:
        """Neither ringing nor in a call."""
        return self.is_online and self.offer is None and self.call is None

    @property
    def can_open(self) -> bool:
        """A case of the work list can be taken: nothing else is on this desk's hands."""
        return self.can_change_availability and not self.opened_id

    @property
    def can_end(self) -> bool:
        """The call that is on can be ended, in any of the ways it can end."""
        return self.is_online and self.call is not None

    # --- connection ---------------------------------------------------------------------------

    def connection_changed(self, state: Connection, refusal: ErrorCode | None = None, retry_s: float = 0.0) -> None:
        """The client's state; ``admitted`` was called before it is online."""
        if self.connection == "online" != state:
            self._was_taking_calls = self.availability != "away"
        self.connection, self.refusal, self.retry_s = state, refusal, retry_s
        if state == "online":
            for paper in self.papers.all():
                if paper.state == "failed" and paper.problem == "unreachable":
                    self._fetch(paper.material.digest)
        self._changed()

    # --- gestures: availability and calls --------------------------------------------------------

    def set_ready(self) -> None:
        """Take calls."""
        if self.can_change_availability:
            self._say(SetAvailability(is_ready=True))

    def set_away(self, reason: str) -> None:
        """Take no calls, for this reason."""
        if self.can_change_availability:
            self._say(SetAvailability(is_ready=False, reason=reason[:200]))

    def extend_wrap_up(self) -> None:
        """More time to write up the last case."""
        if self.is_online and self.availability == "wrap_up":
            self._say(ExtendWrapUp())

    def answer(self) -> None:
        """Take the ringing call."""
        if self.offer and self.can_answer:
            self.offer.is_answering = True
            self._perform(Ring(False))
            self._say(AnswerCall(self.offer.call_id))
            self._changed()

    def decline(self) -> None:
        """Do not take the ringing call."""
        if self.offer and self.can_answer:
            self._perform(Ring(False))
            self._say(DeclineCall(self.offer.call_id))

    def hold(self, is_held: bool) -> None:
        """Hold the call, or go on."""
        if self.call and self.is_online and self.call.is_held != is_held:
            self._say(HoldCall(self.call.call_id, is_held))

    def end(self) -> None:
        """Hang up."""
        if self.call and self.can_end:
            self._say(EndCall(self.call.call_id))

    def mark_missed(self) -> None:
        """Nobody is at the terminal: the call ends, the ticket keeps its place for a while."""
        if self.call and self.can_end:
            self._say(MarkMissed(self.call.call_id))

    def park(self) -> None:
        """The applicant has to fetch something: the call ends, the case stays with this reviewer."""
        if self.call and self.can_end:
            self._say(ParkCall(self.call.call_id))

    def ask_slots(self) -> None:
        """Which appointments are free for the case in the call? ``slots`` has them when the hall has answered."""
        if self.case and self.can_end:
            self.slots = None
            self._say(AskSlots(self.case.case_id))

    def convert(self, to: Conversion, start: datetime | None = None) -> None:
        """Exchange the applicant's place in line, as agreed in the call; ``start`` names the appointment."""
        if self.case and self.can_end and (start is not None) == (to == "appointment"):
            self._say(ConvertTicket(self._new_id(), self.case.case_id, to, start))

    def set_sources(self, has_microphone: bool, has_camera: bool) -> None:
        """Switch the own microphone and camera on or off."""
        if self.call:
            self.call.has_microphone, self.call.has_camera = has_microphone, has_camera
            self._mute_leg()
            self._changed()

    # --- gestures: the work list -------------------------------------------------------------------

    def open_case(self, case_id: str) -> None:
        """Take a case of the work list, to look at it and act on it without a call."""
        if self.can_open:
            self._say(OpenCase(self._new_id(), case_id))

    def return_case(self) -> None:
        """Put the case that is open without a call back."""
        if self.is_online and self.opened_id:
            self._returning = self._new_id()
            self._say(ReturnCase(self._returning, self.opened_id))

    def call_back(self, case_id: str) -> None:
        """Summon the applicant of this case to a terminal; it will ring here. A case that is open is put back by it."""
        if self.can_change_availability and self.opened_id in ("", case_id):
            request_id = self._new_id()
            if self.opened_id:
                self._returning = request_id
            self._say(CallBack(request_id, case_id))

    def dismiss_problem(self) -> None:
        """The reviewer has read the problem, where the export went, how the call ended."""
        self.problem, self.exported, self.last_end = "", "", None
        self._changed()

    # --- results of effects ---------------------------------------------------------------------------

    def link_changed(self, call_id: str, generation: int, link: Link) -> None:
        """State of a WebRTC connection. A new generation replaces the old one once it carries media."""
        call = self.call
        if call is None or call.call_id != call_id or generation != call.leg:
            return
        call.link = link
        if link == "connected" and call.older_leg:
            self._perform(StopLeg(call_id, call.older_leg))
            call.older_leg = 0
        self._changed()

    # --- messages ---------------------------------------------------------------------------------------

    def receive(self, message: FromHall, now: datetime) -> None:
        """One message of the hall, heard at ``now``. Every message may come twice and after a reconnect."""
        self._now = now
        match message:
            case DeskChanged():
                self._note_hall_time(message.since, now)
                self._desk_changed(message)
            case QueueChanged(waiting=waiting):
                self.waiting = waiting
            case WorkChanged(entries=entries):
                self.work = entries
            case CaseOpened(case_id=case_id):
                self._opened(case_id)
            case NoticePreviewed():
                self._notice_previewed(message)
            case SlotsOffered(case_id=case_id, slots=slots):
                if self._is_here(case_id):
                    self.slots = slots
            case CallOffered():
                self._offered(message, now)
            case CallStarted():
                self._started(message)
            case CallHeld(call_id=call_id, is_held=is_held):
                if self.call and self.call.call_id == call_id:
                    self.call.is_held = is_held
                    self._mute_leg()
            case CallEnded(call_id=call_id, reason=reason):
                self._ended(call_id, reason)
            case CaseChanged(case=case):
                self._heard = case
                if case.case_id == self.opened_id and not self._is_here(case.case_id) and self.offer is None:
                    self._opened(case.case_id)
                self._case_changed(case)
            case Description() | Candidate():
                if self.call and self.call.call_id == message.call_id:
                    self._perform(TellLeg(message))
            case ShowPage():
                self._page_shown(message)
            case MarkNumbered():
                self._mark_numbered(message)
            case MarkRefused(operation_id=operation_id, code=code):
                self.papers.drop_pending(operation_id)
                self.problem = code.value
            case Done(request_id=request_id):
                self._done(request_id)
            case Error():
                self._refused(message)
            case _:  # what is meant for terminals and web pages, and others' wet ink: only this desk draws
                return
        self._changed()

    def _desk_changed(self, message: DeskChanged) -> None:
        self.availability, self.away_reason, self.since = message.availability, message.reason, message.since
        self.until = message.until
        if message.availability in ("away", "ready", "wrap_up"):
            # Also the way to learn, after a reconnect, that a call ended while we were away.
            self._drop_offer()
            self._drop_call()
        if message.availability in ("away", "ready") and not self.is_opened:
            self._clear_desk()
        if message.availability == "away" and not message.reason and self._was_taking_calls:
            # The hall has restarted and knows nothing of who was ready; the line must not stand still for it.
            self._say(SetAvailability(is_ready=True))
        self._was_taking_calls = False

    def _opened(self, case_id: str) -> None:
        """The hall has opened this case here; its view comes beside it, before or after."""
        is_news = case_id != self.opened_id or not self._is_here(case_id)
        self.opened_id = case_id
        if self._heard is not None and self._heard.case_id == case_id and is_news:
            self._take_case(self._heard)
            self.handled[case_id] = self._heard
            self._lead()

    def _offered(self, message: CallOffered, now: datetime) -> None:
        # The same offer comes again after a reconnect; an answer that got lost can then be given again.
        self._drop_call()
        self.opened_id = ""
        self.offer = Offer(message.call_id, message.ring_s, now + timedelta(seconds=message.ring_s))
        self._take_case(message.case)
        self._perform(Ring(True))
        if self.shown is None and self.papers.current():
            self.show_material(self.papers.current()[0].material.digest)

    def _started(self, message: CallStarted) -> None:
        self.opened_id = ""
        if self.offer:
            self.offer = None
            self._perform(Ring(False))
        if self.call is None or self.call.call_id != message.call_id:
            self._drop_call()
            self.call = Call(message.call_id, message.generation, message.peer_name)
            self.last_end, self.slots = None, None
        call = self.call
        call.generation, call.is_held, call.peer_name = message.generation, message.is_held, message.peer_name
        self._take_case(message.case)
        self._note_look()
        self.handled[message.case.case_id] = message.case
        if message.is_resumed:
            # Whoever has no living link asks for the next one; a description may have been lost in the outage.
            if call.leg != message.generation or call.link not in ("connected", "unstable"):
                self._say(Rejoin(call.call_id, message.generation))
        elif call.leg != message.generation:
            if call.older_leg:
                self._perform(StopLeg(call.call_id, call.older_leg))
            call.older_leg, call.leg, call.link = call.leg, message.generation, "connecting"
            self._perform(StartLeg(call.call_id, message.generation, message.is_offerer))
            self._mute_leg()
        if not message.is_resumed:
            self._lead()

    def _ended(self, call_id: str, reason: EndReason) -> None:
        if self.offer and self.offer.call_id == call_id:
            self.last_end = reason
            self._drop_offer()
        elif self.call and self.call.call_id == call_id:
            self.last_end = reason
            self._drop_call()

    def _done(self, request_id: str) -> None:
        if self.decision and self.decision.request_id == request_id:
            self._decided(self.decision.outcome)
        if self._returning and self._returning == request_id:
            self._put_back()

    def _refused(self, message: Error) -> None:
        if self.preview.failed(message.about, message.code.value, message.sentence):
            return
        if self.decision and self.decision.request_id == message.about:
            self.decision = None
            self.preview.drop()
        if self._returning and self._returning == message.about:
            self._returning = ""
            if message.code is ErrorCode.NOT_FOUND:
                self._put_back()  # the hall no longer has it open here
        if self.offer and message.code in (ErrorCode.CALL_GONE, ErrorCode.CALL_TAKEN):
            self._drop_offer()
        self.problem = message.code.value

    # --- inside -------------------------------------------------------------------------------------------

    def _put_back(self) -> None:
        if self.is_opened:
            self._clear_desk()
        self.opened_id, self._returning = "", ""

    def _drop_offer(self) -> None:
        if self.offer:
            self.offer = None
            self._perform(Ring(False))
            self._clear_desk()

    def _drop_call(self) -> None:
        """The call is over; the case stays on the desk through the wrap-up."""
        call, self.call = self.call, None
        if call:
            for generation in (call.older_leg, call.leg):
                if generation:
                    self._perform(StopLeg(call.call_id, generation))
            self.decision = None

    def _mute_leg(self) -> None:
        if self.call and self.call.leg:
            held = self.call.is_held
            self._perform(MuteLeg(held or not self.call.has_microphone, held or not self.call.has_camera))
