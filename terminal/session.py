"""What one applicant is doing at the terminal: plain state, no Qt, no asyncio, no clock, no files.

Gestures of the applicant, messages of the hall and results of effects come in as method calls; wishes go out
through ``perform`` (effects.py). After every change all subscribers are called. An impossible gesture is ignored;
what went wrong stands in ``problem`` as a code (the hall's ``ErrorCode`` or one of ours) until the next gesture.

Before a case exists the applicant moves welcome > identify > items > materials > submit. From ``TicketIssued`` on
the step follows from the case and the call alone, so the hall's snapshot after a restart brings it back:
call on > "call"; corrections requested > "correction"; accepted > "result"; else "waiting".
Three parts have their own gestures and results: ``tray`` (papers), ``talk`` (call), ``delivery`` (notices).
"""

from collections.abc import Callable
from typing import Literal, assert_never

import msgspec

from annotate.codec import decode_operation, decode_wet
from annotate.errors import OperationError
from annotate.markup import Markup
from annotate.operations import NumberedOperation
from annotate.operations import WetInk as WetPiece
from signaling.protocol.errors import ErrorCode
from signaling.protocol.identity import credit_code_fault, normalise_number, phone_fault, resident_id_fault
from signaling.protocol.messages import (
    CallEnded,
    CallHeld,
    CallOffered,
    CallRinging,
    CallStarted,
    Candidate,
    CaseChanged,
    Catalogue,
    Description,
    DeskChanged,
    Done,
    EndCall,
    Error,
    FromHall,
    MarkNumbered,
    MarkRefused,
    NoticeReady,
    QueueChanged,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    TicketChanged,
    TicketIssued,
    WetInk,
    WithdrawCase,
)
from signaling.protocol.values import (
    Applicant,
    CaseView,
    Correction,
    Material,
    ServiceItem,
)
from terminal.delivery import Delivery
from terminal.effects import Card, Effect, FetchMaterial, ReadCard, Say, Wipe
from terminal.papers import PaperTray
from terminal.talk import Talk

Step = Literal["welcome", "identify", "items", "materials", "submit", "waiting", "call", "correction", "result"]
DraftStep = Literal["welcome", "identify", "items", "materials", "submit"]
_BACK: dict[DraftStep, DraftStep] = {
    "identify": "welcome",
    "items": "identify",
    "materials": "items",
    "submit": "materials",
}


class Connection(msgspec.Struct, frozen=True):
    """The line to the hall. ``retry_s``: seconds to the next try while ``waiting``."""

    state: Literal["connecting", "online", "waiting", "refused"] = "connecting"
    code: str = ""
    retry_s: float = 0.0


class TerminalSession:
    """The state that the panels show. Read the attributes, change them only through the methods."""

    def __init__(self, perform: Callable[[Effect], None], new_id: Callable[[], str]) -> None:
        self._perform = perform
        self._new_id = new_id
        self._subscribers: list[Callable[[], None]] = []
        self._wet_subscribers: list[Callable[[str, str, WetPiece], None]] = []
        self._dismissed: set[str] = set()
        self.connection = Connection()
        self.items: tuple[ServiceItem, ...] = ()
        self.tray = PaperTray(perform, new_id, self._changed, self._forget_problem)
        self.talk = Talk(perform, self._changed)
        self.delivery = Delivery(perform, new_id, self._changed)
        self._forget()

    def _forget(self) -> None:
        """Everything of one applicant, empty."""
        self._draft_step: DraftStep = "welcome"
        self.problem = ""
        self.card_kind: Literal["person", "organisation"] = "person"
        self.is_reading_card = False
        self.card: Card | None = None
        self.phone = ""
        self.item: ServiceItem | None = None
        self.has_committed = False
        self.consents_to_video = False
        self.case: CaseView | None = None
        self.ahead = 0
        self.ringing = ""
        self.page: tuple[str, int] | None = None
        self.markups: dict[str, Markup] = {}
        self._fetching: set[str] = set()
        self._request = ""
        self.tray.clear()
        self.delivery.clear()

    # --- who listens --------------------------------------------------------------------

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call back after every change."""
        self._subscribers.append(callback)

    def subscribe_wet(self, callback: Callable[[str, str, WetPiece], None]) -> None:
        """Call back with (digest, author, piece) of ink that is being drawn."""
        self._wet_subscribers.append(callback)

    def _changed(self) -> None:
        for callback in self._subscribers:
            callback()

    # --- what can be asked ----------------------------------------------------------------

    @property
    def step(self) -> Step:
        """Where the applicant is."""
        case = self.case
        if case is None:
            return self._draft_step
        if case.state in ("accepted", "closed"):
            return "result"
        if self.talk.call is not None:
            return "call"
        return "correction" if case.state == "correction_requested" else "waiting"

    @property
    def is_sending(self) -> bool:
        """Whether a submission is on its way and not answered yet."""
        return bool(self._request)

    @property
    def is_phone_valid(self) -> bool:
        """Whether what was typed is a whole telephone number."""
        return phone_fault(normalise_number(self.phone)) is None

    @property
    def can_go_back(self) -> bool:
        """Whether 返回 does anything; photographed pages are given up in the capture itself only."""
        has_shots = self.tray.capture is not None and bool(self.tray.capture.shots)
        return self.case is None and self._draft_step in _BACK and not self.is_sending and not has_shots

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What the applicant is asked to correct, while it is asked."""
        case = self.case
        return case.corrections if case is not None and case.state == "correction_requested" else ()

    def material(self, digest: str) -> Material | None:
        """A handed-in material of the case by its digest."""
        handed = self.case.materials if self.case is not None else ()
        return next((material for material in handed if material.digest == digest), None)

    # --- gestures before there is a case -----------------------------------------------------

    def begin(self) -> None:
        """Touch the welcome screen."""
        self._move("welcome", "identify")

    def back(self) -> None:
        """One step back, or out of the camera or the file list; from the first step everything is wiped."""
        if not self.can_go_back:
            return
        if self._draft_step == "identify":
            self.finish()
            return
        if self.tray.capture is not None:
            self.tray.cancel_capture()
            return
        if self.tray.choosing is not None:
            self.tray.cancel_choosing()
            return
        self.problem = ""
        self._draft_step = _BACK[self._draft_step]
        self._changed()

    def read_card(self, kind: Literal["person", "organisation"]) -> None:
        """Put a card on the reader: resident card or business licence card."""
        if self.step == "identify" and not self.is_reading_card:
            self.problem, self.card, self.card_kind, self.is_reading_card = "", None, kind, True
            self._perform(ReadCard(kind))
            self._changed()

    def set_phone(self, phone: str) -> None:
        """The telephone number as typed so far."""
        if self.step == "identify":
            self.phone, self.problem = phone, ""
            self._changed()

    def confirm_identity(self) -> None:
        """Go on with this card and number."""
        if self.card is None or self.is_reading_card:
            return
        if not self.is_phone_valid:
            self._fail("phone_invalid")
            return
        self.phone = normalise_number(self.phone)
        self._move("identify", "items")

    def choose_item(self, code: str) -> None:
        """Choose what to apply for; papers of another item are dropped."""
        item = next((item for item in self.items if item.code == code), None)
        if item is None or self.step != "items":
            return
        if self.item is not None and self.item.code != code:
            self.tray.clear()
        self.item = item
        self.tray.open(item.slots)
        self._move("items", "materials")

    def to_submit(self) -> None:
        """Go and check everything before submitting."""
        if self.tray.is_complete:
            self._move("materials", "submit")

    def set_commitment(self, has_committed: bool) -> None:
        """Tick or untick the letter of commitment (承诺书)."""
        self.has_committed = has_committed
        self._changed()

    def set_video_consent(self, consents: bool) -> None:
        """Tick or untick: camera and microphone may be used in the call."""
        self.consents_to_video = consents
        self._changed()

    def submit(self) -> None:
        """Hand the application in."""
        applicant = self.applicant()
        if self.step != "submit" or self.is_sending or not self.has_committed or not self.tray.is_complete:
            return
        if applicant is None or self.item is None:
            return
        request = self._new_request()
        materials = self.tray.materials
        self._perform(Say(SubmitCase(request, self.item.code, applicant, materials, self.consents_to_video)))
        self._changed()

    def applicant(self) -> Applicant | None:
        """The applicant as the hall will see it, from card and telephone number."""
        card = self.card
        if card is None:
            return None
        id_kind: Literal["resident_id", "credit_code"] = "resident_id" if card.kind == "person" else "credit_code"
        return Applicant(card.kind, card.name, id_kind, card.id_number, self.phone, card.legal_representative)

    def submit_correction(self) -> None:
        """Hand the corrected materials in, all of them at once."""
        if self.case is None or not self.corrections or self.is_sending or not self.tray.is_complete:
            return
        request = self._new_request()
        self._perform(Say(SubmitCorrection(request, self.case.case_id, self.tray.materials)))
        self._changed()

    # --- gestures with a case -------------------------------------------------------------------

    def withdraw(self) -> None:
        """Take the application back while it waits."""
        if self.case is not None and self.step in ("waiting", "correction") and not self.is_sending:
            request = self._new_request()
            self._perform(Say(WithdrawCase(request, self.case.case_id)))
            self._changed()

    def hang_up(self) -> None:
        """End the call; the case stays."""
        if self.talk.call is not None:
            self._perform(Say(EndCall(self.talk.call.call_id)))
            self._changed()

    def clear_problem(self) -> None:
        """The applicant has read it."""
        self.problem = ""
        self._changed()

    def idle_expired(self) -> None:
        """Nobody has touched the terminal for long: forget a draft, or print what is left and then forget."""
        notice = self.delivery.newest("acceptance")
        if self.step == "result" and notice is not None and notice.is_genuine and notice.print_state == "idle":
            self.delivery.print(notice.view.notice_id)
        elif (self.case is None and not self.is_sending) or self.step == "result":
            self.finish()

    def finish(self) -> None:
        """Forget the applicant: everything is wiped and the welcome screen shows."""
        if self.step == "welcome":
            return
        if self.talk.call is not None:
            self._perform(Say(EndCall(self.talk.call.call_id)))
            self.talk.stop()
        if self.case is not None:
            self._dismissed.add(self.case.case_id)
        self._perform(Wipe())
        self._forget()
        self._changed()

    # --- results of effects -----------------------------------------------------------------------

    def connection_changed(
        self, state: Literal["connecting", "online", "waiting", "refused"], code: str = "", retry_s: float = 0.0
    ) -> None:
        """The line to the hall is now like this."""
        if state == "connecting" and self.connection.state == "waiting":
            state = "waiting"  # a try under way: the banner must not come and go with each one
        self.connection = Connection(state, code, retry_s)
        if state == "online":
            self.delivery.fetch_all_again()
            self.tray.try_unreached_again()
            self.problem = "" if self.problem == "network" else self.problem
            self._want_page()
        self._changed()

    def card_read(self, card: Card) -> None:
        """The reader has read a card; its number is checked here (GB 11643, GB 32100)."""
        if not self.is_reading_card:
            return
        self.is_reading_card = False
        number = normalise_number(card.id_number)
        fault = resident_id_fault(number) if card.kind == "person" else credit_code_fault(number)
        if fault is not None or not card.name.strip():
            self._fail("card_number_invalid")
            return
        self.card = msgspec.structs.replace(card, id_number=number)
        self._changed()

    def card_failed(self, code: str) -> None:
        """The reader could not read."""
        if self.is_reading_card:
            self.is_reading_card = False
            self._fail(code)

    def material_fetched(self, digest: str, path: str) -> None:
        """A material's file is here; one of an applicant who was wiped meanwhile is not kept."""
        if digest not in self._fetching:
            return
        self._fetching.discard(digest)
        self.tray.files[digest] = path
        self._changed()

    def fetch_failed(self, digest: str, code: str) -> None:
        """A material could not be fetched; it is tried again with the next page shown or the next connection."""
        self._fetching.discard(digest)
        self._fail(code)

    # --- messages of the hall ------------------------------------------------------------------------

    def receive(self, message: FromHall) -> None:
        """Take a message of the hall; repeats are harmless."""
        match message:
            case Catalogue():
                self.items = message.items
            case TicketIssued():
                self._ticket_issued(message)
            case CaseChanged():
                self._case_changed(message.case)
            case TicketChanged():
                if self._is_mine(message.case_id):
                    self.ahead = message.ahead
                    if message.state != "offered":
                        self.ringing = ""
            case CallRinging():
                if self._is_mine(message.case_id):
                    self.ringing = message.call_id
            case CallStarted():
                if self._adopt(message.case):
                    self.ringing = ""
                    self.talk.started(message, self.consents_to_video)
            case CallHeld():
                self.talk.held(message.call_id, message.is_held)
            case CallEnded():
                self.ringing = "" if self.ringing == message.call_id else self.ringing
                self.talk.ended(message.call_id)
            case Description() | Candidate():
                self.talk.negotiate(message)
                return
            case ShowPage():
                if self._is_mine(message.case_id):
                    self.page = (message.digest, message.page)
                    self._want_page()
            case MarkNumbered():
                self._mark(message)
            case WetInk():
                self._wet(message)
                return
            case NoticeReady():
                if self._is_mine(message.case_id):
                    self.delivery.take(message.notice)
            case Done():
                self._answered(message.request_id)
            case Error():
                self._answered(message.about)
                self.problem = str(message.code)
            case CallOffered() | DeskChanged() | QueueChanged() | MarkRefused():
                return  # said to desks only
            case _:
                assert_never(message)
        self._changed()

    def _ticket_issued(self, message: TicketIssued) -> None:
        self._answered(message.request_id)
        if self._adopt(message.case):
            self.ahead = message.ahead

    def _case_changed(self, case: CaseView) -> None:
        if case.state == "withdrawn":
            if self._is_mine(case.case_id):
                self.finish()
            return
        if self.case is None and case.state == "closed":
            return
        self._adopt(case)

    def _adopt(self, case: CaseView) -> bool:
        """Take this as the case on screen; False for one that was wiped here, or another than ours."""
        if case.case_id in self._dismissed or (self.case is not None and not self._is_mine(case.case_id)):
            return False
        self.case = case
        if self.corrections:
            named = {correction.slot for correction in self.corrections}
            self.tray.open(tuple(slot for slot in case.item.slots if slot.code in named), case.materials)
        else:
            self.tray.close()  # what lay in the slots is handed in now and belongs to the case
        for notice in case.notices:
            if notice.digest:
                self.delivery.take(notice)
        return True

    def _is_mine(self, case_id: str) -> bool:
        return self.case is not None and self.case.case_id == case_id

    def _mark(self, message: MarkNumbered) -> None:
        if not self._is_mine(message.case_id):
            return
        try:
            operation = decode_operation(message.body)
            self.markup(message.digest).apply(
                NumberedOperation(
                    message.seq, message.operation_id, message.author, message.time.timestamp(), operation
                )
            )
        except OperationError:
            self.problem = str(ErrorCode.MALFORMED_MESSAGE)

    def _wet(self, message: WetInk) -> None:
        if not self._is_mine(message.case_id):
            return
        try:
            piece = decode_wet(message.body)
        except OperationError:
            return  # droppable: the committed mark follows
        for callback in self._wet_subscribers:
            callback(message.digest, message.author, piece)

    def _answered(self, request_id: str) -> None:
        if request_id and request_id == self._request:
            self._request = ""
            self.tray.lock(False)

    def _new_request(self) -> str:
        self.problem = ""
        self.tray.lock(True)
        self._request = self._new_id()
        return self._request

    # --- small steps -----------------------------------------------------------------------------------

    def markup(self, digest: str) -> Markup:
        """All marks of a material; empty for one without marks."""
        return self.markups.setdefault(digest, Markup())

    def _move(self, old: DraftStep, new: DraftStep) -> None:
        if self.step == old:
            self.problem = ""
            self._draft_step = new
            self._changed()

    def _forget_problem(self) -> None:
        self.problem = ""

    def _fail(self, code: str) -> None:
        self.problem = code
        self._changed()

    def _want_page(self) -> None:
        digest = self.page[0] if self.page is not None else ""
        if digest and digest not in self.tray.files and digest not in self._fetching:
            self._fetching.add(digest)
            self._perform(FetchMaterial(digest))
