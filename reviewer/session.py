"""What is on the reviewer's desk now, and what each message and each gesture does to it.

Plain synchronous state: no Qt, no asyncio, no files, no clock (times come in with the messages). The session
owns login state, availability, the queue, the offered call, the call, the open case with its papers, the
correction draft and the decision under way. It decides, and lets ``perform`` act (see ``effects.py``).
A gesture that is not possible now does nothing; what is possible is said by the ``can_…`` properties.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from annotate.codec import decode_operation, encode_operation, encode_wet
from annotate.errors import OperationError
from annotate.markup import Markup
from annotate.operations import NumberedOperation, Operation, Redo, Undo
from annotate.operations import WetInk as WetPoints
from reviewer.calls import Call, Connection, Link, Offer
from reviewer.draft import Decision, DraftCorrection, Reason, as_corrections, draft_reasons, paper_reasons
from reviewer.effects import (
    Connect,
    Effect,
    ExportMarked,
    FetchMaterial,
    MuteLeg,
    ReleaseMaterials,
    Ring,
    Say,
    StartLeg,
    StopLeg,
    TellLeg,
)
from reviewer.papers import OpenedPaper, Papers
from reviewer.progress import NoticeProgress, NoticeStep
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallHeld,
    CallOffered,
    CallStarted,
    Candidate,
    CaseChanged,
    Decide,
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
    OperateMark,
    QueueChanged,
    Rejoin,
    SetAvailability,
    ShowPage,
    ToHall,
    WetInk,
)
from signaling.protocol.values import (
    Availability,
    CaseState,
    CaseView,
    EndReason,
    Outcome,
    WaitingEntry,
)

logger = logging.getLogger(__name__)

_RESULT: dict[Outcome, CaseState] = {"accept": "accepted", "request_corrections": "correction_requested"}


class DeskSession:
    """State of one desk. All methods are called from one thread; ``subscribe`` is told after each change."""

    def __init__(self, perform: Callable[[Effect], None], new_id: Callable[[], str]) -> None:
        self._perform = perform
        self._new_id = new_id
        self._subscribers: list[Callable[[], None]] = []
        self._now: datetime | None = None
        self.connection: Connection = "logged_out"
        self.refusal: ErrorCode | None = None
        self.retry_s = 0.0
        self.name = ""
        self.availability: Availability = "away"
        self.away_reason = ""
        self.since: datetime | None = None
        self.waiting: tuple[WaitingEntry, ...] = ()
        self.offer: Offer | None = None
        self.call: Call | None = None
        self.last_end: EndReason | None = None
        self.case: CaseView | None = None
        self.papers = Papers()
        self.shown: tuple[str, int] | None = None
        self.drafts: tuple[DraftCorrection, ...] = ()
        self.decision: Decision | None = None
        self.handled: dict[str, CaseView] = {}
        self.problem = ""
        self.exported = ""
        self._progress = NoticeProgress()
        self._was_taking_calls = False

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call this after each change."""
        self._subscribers.append(callback)

    # --- what can be done now -----------------------------------------------------------------

    @property
    def is_online(self) -> bool:
        """Acts reach the hall now."""
        return self.connection == "online"

    @property
    def can_answer(self) -> bool:
        """A call rings here and was not taken yet."""
        return self.is_online and self.offer is not None and not self.offer.is_answering

    @property
    def can_change_availability(self) -> bool:
        """Neither ringing nor in a call."""
        return self.is_online and self.offer is None and self.call is None

    @property
    def can_mark(self) -> bool:
        """Marks are for the call that is on; drawn while offline they are sent after the reconnect."""
        is_open = self.case is not None and self.case.state in ("reviewing", "correction_requested")
        return is_open and self.call is not None and self.shown is not None

    def undecided_reasons(self, outcome: Outcome) -> tuple[Reason, ...]:
        """Why this outcome cannot be decided now; empty when it can."""
        if self.case is None or self.call is None:
            return (Reason("no_call"),)
        if self.decision is not None:
            return (Reason("deciding"),)
        if self.case.state != "reviewing":
            return (Reason("not_reviewing"),)
        reasons = [] if self.is_online else [Reason("offline")]
        reasons += paper_reasons(outcome, self.papers.current(), self.drafts)
        reasons += draft_reasons(outcome, self.drafts)
        return tuple(reasons)

    def notice_times(self) -> tuple[tuple[NoticeStep, datetime | None], ...]:
        """Steps of the newest notice with the time each was heard of; empty without a notice."""
        return self._progress.times(self.case) if self.case else ()

    # --- connection ---------------------------------------------------------------------------

    def log_in(self, url: str, reviewer: str, password: str, desk_id: str) -> None:
        """Gesture: connect as this reviewer at this desk."""
        self.connection, self.refusal = "connecting", None
        self._perform(Connect(url, reviewer, password, desk_id))
        self._changed()

    def connection_changed(
        self, state: Connection, refusal: ErrorCode | None = None, retry_s: float = 0.0, name: str = ""
    ) -> None:
        """The client's state. ``name`` is the reviewer's as the hall knows it, when online."""
        if self.connection == "online" != state:
            self._was_taking_calls = self.availability != "away"
        self.connection, self.refusal, self.retry_s = state, refusal, retry_s
        self.name = name or self.name
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
        if self.call and self.is_online:
            self._say(EndCall(self.call.call_id))

    def set_sources(self, has_microphone: bool, has_camera: bool) -> None:
        """Switch the own microphone and camera on or off."""
        if self.call:
            self.call.has_microphone, self.call.has_camera = has_microphone, has_camera
            self._mute_leg()
            self._changed()

    # --- gestures: papers and marks ----------------------------------------------------------------

    def show_material(self, digest: str, page: int = 0) -> None:
        """Look at this page; with the call on, the applicant looks along."""
        paper = self.papers.get(digest)
        if paper is None or self.case is None or not 0 <= page < paper.page_count:
            return
        if self.shown == (digest, page):
            return
        if self.shown and self.shown[0] != digest:
            self.exported = ""
        self.shown = (digest, page)
        if paper.state == "waiting" or (paper.state == "failed" and paper.problem == "unreachable"):
            self._fetch(digest)
        self._note_look()
        if self.call:
            self._say(ShowPage(self.case.case_id, digest, page))
        self._changed()

    def operate(self, operation: Operation) -> None:
        """A finished operation on the shown paper: seen at once, final when the hall has numbered it."""
        if not (self.can_mark and self.case and self.shown):
            return
        digest = self.shown[0]
        try:
            body = encode_operation(operation)
        except OperationError as error:
            self.failed(f"mark_{error.code}")
            return
        operation_id = self._new_id()
        time_s = self._now.timestamp() if self._now else 0.0
        self.papers.markup(digest).add_pending(operation_id, self.name, time_s, operation)
        self._say(OperateMark(self.case.case_id, digest, operation_id, operation.op_class, operation.target, body))
        self._changed()

    def wet(self, ink: WetPoints) -> None:
        """A piece of the stroke being drawn; lost pieces do not matter."""
        if not (self.can_mark and self.case and self.shown):
            return
        try:
            self._say(WetInk(self.case.case_id, self.shown[0], ink.page, encode_wet(ink)))
        except OperationError as error:
            logger.debug("wet ink of case %s not sent: %s", self.case.case_id, error)

    def undo(self) -> None:
        """Take back the own newest operation on the shown paper."""
        target = self.shown_markup().next_undo(self.name)
        if target:
            self.operate(Undo(target))

    def redo(self) -> None:
        """Bring the own newest undone operation on the shown paper back."""
        target = self.shown_markup().next_redo(self.name)
        if target:
            self.operate(Redo(target))

    def shown_markup(self) -> Markup:
        """Marks of the shown paper; empty when none is shown."""
        return self.papers.markup(self.shown[0]) if self.shown else Markup()

    def export_marked(self, digest: str, target: str) -> None:
        """Write the paper with its marks as a PDF; ``exported`` or ``problem`` tells the outcome."""
        paper = self.papers.get(digest)
        if paper and paper.opened:
            self._perform(ExportMarked(digest, self.papers.markup(digest).marks(), target))

    # --- gestures: corrections and decisions ----------------------------------------------------------

    def add_correction(self, slot: str, page: int, mark_id: str = "") -> None:
        """Begin a correction by hand or from a mark; a mark gives at most one."""
        if self.case is None or self.case.state != "reviewing":
            return
        if mark_id and any(draft.mark_id == mark_id for draft in self.drafts):
            return
        if slot in {known.code for known in self.case.item.slots}:
            self.drafts = (*self.drafts, DraftCorrection(self._new_id(), slot, page, mark_id=mark_id))
            self._changed()

    def edit_correction(self, draft_id: str, problem: str, requirement: str) -> None:
        """Put in what is wrong and what it must meet."""
        self.drafts = tuple(
            msgspec.structs.replace(draft, problem=problem[:2000], requirement=requirement[:2000])
            if draft.draft_id == draft_id
            else draft
            for draft in self.drafts
        )
        self._changed()

    def remove_correction(self, draft_id: str) -> None:
        """Take a correction out of the draft."""
        self.drafts = tuple(draft for draft in self.drafts if draft.draft_id != draft_id)
        self._changed()

    def accept(self) -> None:
        """Accept the case; the hall then seals the acceptance notice."""
        self._decide("accept")

    def request_corrections(self) -> None:
        """Send the draft; the hall then seals the correction notice."""
        self._decide("request_corrections")

    def dismiss_problem(self) -> None:
        """The reviewer has read the problem, where the export went, how the call ended."""
        self.problem, self.exported, self.last_end = "", "", None
        self._changed()

    # --- results of effects ---------------------------------------------------------------------------

    def material_progress(self, digest: str, done_bytes: int) -> None:
        """So much of a material is here."""
        paper = self.papers.get(digest)
        if paper:
            paper.state, paper.done_bytes = "fetching", done_bytes
            self._changed()

    def material_fetched(self, digest: str) -> None:
        """A material is here complete and is being opened."""
        paper = self.papers.get(digest)
        if paper:
            paper.state, paper.done_bytes = "opening", paper.material.size
            self._changed()

    def material_opened(self, digest: str, opened: OpenedPaper) -> None:
        """A material can be looked at."""
        paper = self.papers.get(digest)
        if paper:
            paper.state, paper.opened, paper.problem = "open", opened, ""
            self._note_look()
            self._changed()

    def material_failed(self, digest: str, code: str) -> None:
        """A material cannot be fetched (``unreachable``, an ErrorCode) or opened (a PageError code)."""
        paper = self.papers.get(digest)
        if paper:
            paper.state, paper.problem = "failed", code
            self._changed()

    def retry_material(self, digest: str) -> None:
        """Gesture: fetch a failed material again."""
        paper = self.papers.get(digest)
        if paper and paper.state == "failed":
            self._fetch(digest)
            self._changed()

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

    def material_exported(self, target: str) -> None:
        """The marked PDF was written."""
        self.exported = target
        self._changed()

    def failed(self, code: str) -> None:
        """Something did not work; the code is shown to the reviewer."""
        self.problem = code
        self._changed()

    # --- messages ---------------------------------------------------------------------------------------

    def receive(self, message: FromHall, now: datetime) -> None:
        """One message of the hall, heard at ``now``. Every message may come twice and after a reconnect."""
        self._now = now
        match message:
            case DeskChanged():
                self._desk_changed(message)
            case QueueChanged(waiting=waiting):
                self.waiting = waiting
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
                self._case_changed(case)
            case Description() | Candidate():
                if self.call and self.call.call_id == message.call_id:
                    self._perform(TellLeg(message))
            case ShowPage(case_id=case_id, digest=digest, page=page):
                # Our own page comes back after a restart of this program; otherwise we lead.
                if self._is_open(case_id) and self.shown is None and self.papers.get(digest):
                    self.shown = (digest, page)
                    self._note_look()
            case MarkNumbered():
                self._mark_numbered(message)
            case MarkRefused(operation_id=operation_id, code=code):
                self.papers.drop_pending(operation_id)
                self.problem = code.value
            case Done(request_id=request_id):
                self._done(request_id)
            case Error():
                self._refused(message)
            case _:  # what is meant for terminals, and others' wet ink: only this desk draws
                return
        self._changed()

    def _desk_changed(self, message: DeskChanged) -> None:
        self.availability, self.away_reason, self.since = message.availability, message.reason, message.since
        if message.availability in ("away", "ready", "wrap_up"):
            # Also the way to learn, after a reconnect, that a call ended while we were away.
            self._drop_offer()
            self._drop_call()
        if message.availability in ("away", "ready"):
            self._close_case()
        if message.availability == "away" and not message.reason and self._was_taking_calls:
            # The hall has restarted and knows nothing of who was ready; the line must not stand still for it.
            self._say(SetAvailability(is_ready=True))
        self._was_taking_calls = False

    def _offered(self, message: CallOffered, now: datetime) -> None:
        # The same offer comes again after a reconnect; an answer that got lost can then be given again.
        self._drop_call()
        self.offer = Offer(message.call_id, message.ring_s, now + timedelta(seconds=message.ring_s))
        self._open_case(message.case)
        self._perform(Ring(True))
        if self.shown is None and self.papers.current():
            self.show_material(self.papers.current()[0].material.digest)

    def _started(self, message: CallStarted) -> None:
        if self.offer:
            self.offer = None
            self._perform(Ring(False))
        if self.call is None or self.call.call_id != message.call_id:
            self._drop_call()
            self.call = Call(message.call_id, message.generation, message.peer_name)
            self.last_end = None
        call = self.call
        call.generation, call.is_held, call.peer_name = message.generation, message.is_held, message.peer_name
        self._open_case(message.case)
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

    def _lead(self) -> None:
        """Show the terminal what is on the screen; with nothing there, the first material."""
        if self.case is None:
            return
        if self.shown:
            self._say(ShowPage(self.case.case_id, *self.shown))
        elif self.papers.current():
            self.show_material(self.papers.current()[0].material.digest)

    def _ended(self, call_id: str, reason: EndReason) -> None:
        if self.offer and self.offer.call_id == call_id:
            self.last_end = reason
            self._drop_offer()
        elif self.call and self.call.call_id == call_id:
            self.last_end = reason
            self._drop_call()

    def _case_changed(self, case: CaseView) -> None:
        if case.case_id in self.handled:
            self.handled[case.case_id] = case
        if not self._is_open(case.case_id):
            return
        if self.decision and case.state == _RESULT[self.decision.outcome]:
            self._decided(self.decision.outcome)
        self._open_case(case)
        if case.state == "reviewing" and self.shown and self.call:
            self._follow_version(*self.shown)

    def _follow_version(self, digest: str, page: int) -> None:
        """A new version came in for the shown paper: go on with it, on the same page."""
        paper = self.papers.get(digest)
        if paper is None or paper.is_current:
            return
        for other in self.papers.current():
            if other.material.slot == paper.material.slot:
                self.show_material(other.material.digest, min(page, other.page_count - 1))

    def _mark_numbered(self, message: MarkNumbered) -> None:
        if not self._is_open(message.case_id):
            return
        try:
            operation = decode_operation(message.body)
            self.papers.markup(message.digest).apply(
                NumberedOperation(
                    message.seq, message.operation_id, message.author, message.time.timestamp(), operation
                )
            )
        except OperationError as error:
            logger.warning("case %s: operation %s not applied: %s", message.case_id, message.operation_id, error)
            self.problem = "mark_unreadable"

    def _done(self, request_id: str) -> None:
        if self.decision and self.decision.request_id == request_id:
            self._decided(self.decision.outcome)

    def _refused(self, message: Error) -> None:
        if self.decision and self.decision.request_id == message.about:
            self.decision = None
        if self.offer and message.code in (ErrorCode.CALL_GONE, ErrorCode.CALL_TAKEN):
            self._drop_offer()
        self.problem = message.code.value

    # --- inside -------------------------------------------------------------------------------------------

    def _decide(self, outcome: Outcome) -> None:
        if self.undecided_reasons(outcome) or self.case is None:
            return
        self.decision = Decision(self._new_id(), outcome)
        corrections = as_corrections(self.drafts) if outcome == "request_corrections" else ()
        self._say(Decide(self.decision.request_id, self.case.case_id, outcome, corrections))
        self._changed()

    def _decided(self, outcome: Outcome) -> None:
        self.decision = None
        if outcome == "request_corrections":
            self.drafts = ()

    def _open_case(self, case: CaseView) -> None:
        if not self._is_open(case.case_id):
            self._close_case()
        elif self.case and self.case.state != case.state:
            self.exported = ""
        self.case = case
        self.papers.take(case)
        if self._now:
            self._progress.note(case, self._now)
        # Older versions after those that count: a restarted program has neither.
        for paper in sorted(self.papers.all(), key=lambda paper: not paper.is_current):
            if paper.state == "waiting":
                self._fetch(paper.material.digest)

    def _close_case(self) -> None:
        digests = tuple(paper.material.digest for paper in self.papers.all())
        if digests:
            self._perform(ReleaseMaterials(digests))
        self.case, self.papers, self.shown = None, Papers(), None
        self.drafts, self.decision, self.exported = (), None, ""
        self._progress = NoticeProgress()

    def _drop_offer(self) -> None:
        if self.offer:
            self.offer = None
            self._perform(Ring(False))
            self._close_case()

    def _drop_call(self) -> None:
        """The call is over; the case stays on the desk through the wrap-up."""
        call, self.call = self.call, None
        if call:
            for generation in (call.older_leg, call.leg):
                if generation:
                    self._perform(StopLeg(call.call_id, generation))
            self.decision = None

    def _fetch(self, digest: str) -> None:
        paper = self.papers.get(digest)
        if paper:
            paper.state, paper.problem, paper.done_bytes = "fetching", "", 0
            self._perform(FetchMaterial(digest, paper.material.media_type))

    def _note_look(self) -> None:
        """A page counts as looked at when it is on the screen in the call, not in the ring, and its paper is open."""
        if self.shown and self.call:
            paper = self.papers.get(self.shown[0])
            if paper and paper.state == "open":
                paper.looked.add(self.shown[1])

    def _mute_leg(self) -> None:
        if self.call and self.call.leg:
            held = self.call.is_held
            self._perform(MuteLeg(held or not self.call.has_microphone, held or not self.call.has_camera))

    def _is_open(self, case_id: str) -> bool:
        return self.case is not None and self.case.case_id == case_id

    def _say(self, message: ToHall) -> None:
        self._perform(Say(message))

    def _changed(self) -> None:
        for callback in self._subscribers:
            callback()
