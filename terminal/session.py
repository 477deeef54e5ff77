"""What one applicant is doing at the terminal: plain state, no Qt, no asyncio, no clock, no files.

Gestures of the applicant, messages of the hall and results of effects come in as method calls; wishes go out
through ``perform`` (effects.py). After every change all subscribers are called. An impossible gesture is ignored;
what went wrong stands in ``problem`` as a code (the hall's ``ErrorCode`` or one of ours) until the next gesture.

Before a case exists the applicant moves welcome > identify > items > materials > submit, or comes back with a slip
(claim) or a cabinet's code (pickup). From ``TicketIssued`` or a claim on the step follows from the case and the call
alone, so the hall's snapshot after a restart brings it back: call on > "call"; something to correct > "correction";
an outcome > "result"; else "waiting". Who leaves with the place kept sees the slip last.
Parts with their own gestures and results: ``catalogue`` (items), ``tray`` (papers), ``options``, ``line`` (place,
slip), ``talk`` (call), ``viewing`` (page, marks), ``delivery`` (notices), ``cabinet``, ``opinion``, ``entry``.
"""

from collections.abc import Callable
from typing import Literal, assert_never

import msgspec

from signaling.protocol.acts import (
    CaseOpened,
    CellOpened,
    ChooseDelivery,
    ClaimCase,
    ConfirmFix,
    FloorChanged,
    LeaveTerminal,
    NoticePreviewed,
    SlotsOffered,
    WorkChanged,
)
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
    ToHall,
    WetInk,
    WithdrawCase,
)
from signaling.protocol.messages import Catalogue as CatalogueMessage
from signaling.protocol.values import (
    Applicant,
    CaseState,
    CaseView,
    Correction,
    Fix,
    Material,
    MaterialSlot,
    ServiceItem,
    TicketState,
)
from terminal.asking import Asking
from terminal.cabinet import Cabinet
from terminal.catalogue import Catalogue
from terminal.delivery import NOTICED, Delivery, Notice
from terminal.effects import Card, Effect, ReadCard, Say, Wipe
from terminal.entry import Entry
from terminal.line import Line
from terminal.opinion import Opinion
from terminal.options import Options
from terminal.papers import PaperTray
from terminal.talk import Talk
from terminal.viewing import Viewing

Step = Literal[
    "welcome",
    "claim",
    "pickup",
    "identify",
    "items",
    "materials",
    "submit",
    "waiting",
    "call",
    "correction",
    "result",
    "cabinet",
    "opinion",
    "trouble",
    "slip",
]
DraftStep = Literal["welcome", "claim", "pickup", "identify", "items", "materials", "submit"]
Patience = Literal["endless", "draft", "done"]
"""How long nobody may touch the screen before the applicant is forgotten."""
_BACK: dict[DraftStep, DraftStep] = {
    "claim": "welcome",
    "pickup": "welcome",
    "identify": "welcome",
    "items": "identify",
    "materials": "items",
    "submit": "materials",
}
UNDECIDED: tuple[CaseState, ...] = ("pre_review", "received", "reviewing")
"""In these the applicant waits, in line or not."""
CORRECTABLE: tuple[CaseState, ...] = ("correction_requested", "advised")
WITHDRAWABLE: tuple[CaseState, ...] = (*UNDECIDED, *CORRECTABLE, "accepted", "accepted_with_gap", "paused")
_STAYS: tuple[TicketState, ...] = ("waiting", "offered", "serving", "interrupted", "parked", "missed", "summoned")
"""Tickets whose owner has to stay, or to come: the screen waits with them."""


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
        self._dismissed: set[str] = set()
        self.connection = Connection()
        self.asking = Asking(perform, new_id, self._forget_problem)
        self.catalogue = Catalogue(perform, self._changed)
        self.tray = PaperTray(perform, new_id, self._changed, self._forget_problem)
        self.options = Options(self._changed)
        self.line = Line(perform, self.asking, lambda: self.case or self.slip, self._changed)
        self.talk = Talk(perform, self._changed)
        self.viewing = Viewing(perform, self.tray, self._fail)
        self.delivery = Delivery(perform, new_id, self._changed)
        self.cabinet = Cabinet(perform, self.asking, lambda: self.case, self._changed)
        self.opinion = Opinion(self.asking, lambda: self.case, self._changed)
        self.entry = Entry(perform, self._changed)
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
        self.slip: CaseView | None = None
        """The case of an applicant who has just left with the place kept."""
        self.is_filling = False
        """Whether papers that were to follow are being handed in."""
        self._is_expecting = False
        self.asking.clear()
        for part in (
            *(self.tray, self.options, self.line, self.viewing),
            *(self.delivery, self.cabinet, self.opinion, self.entry),
        ):
            part.clear()

    # --- who listens --------------------------------------------------------------------

    def subscribe(self, callback: Callable[[], None]) -> None:
        """Call back after every change."""
        self._subscribers.append(callback)

    def _changed(self) -> None:
        for callback in self._subscribers:
            callback()

    # --- what can be asked ----------------------------------------------------------------

    @property
    def items(self) -> tuple[ServiceItem, ...]:
        """Everything that the hall offers, closed items included."""
        return self.catalogue.items

    @property
    def step(self) -> Step:
        """Where the applicant is."""
        case = self.case
        is_outcome = case is not None and case.state not in UNDECIDED + CORRECTABLE
        if self.talk.call is not None and not is_outcome:
            return "call"
        if self.opinion.is_reporting:
            return "trouble"
        if self.cabinet.is_open or (case is None and self.cabinet.door is not None):
            return "cabinet"
        if case is None:
            return "slip" if self.slip is not None else self._draft_step
        if is_outcome:
            return "opinion" if self.opinion.is_grading else "correction" if self.is_filling else "result"
        return "correction" if case.state in CORRECTABLE else "waiting"

    @property
    def patience(self) -> Patience:
        """How long the screen may stay untouched now."""
        case, step = self.case, self.step
        is_busy = self.asking.is_asking() or self.tray.is_busy
        if self.talk.call is not None or is_busy or step == "welcome":
            return "endless"
        if case is None or step not in ("waiting", "result"):
            return "done" if step == "slip" or self.opinion.is_graded or self.opinion.is_reported else "draft"
        if step == "waiting":
            return "endless" if case.ticket_state in _STAYS else "draft"
        notice = self.notice
        if notice is not None and notice.report is None and not notice.problem:
            return "endless"
        return "done" if notice is not None and notice.print_state == "printed" else "draft"

    @property
    def notice(self) -> Notice | None:
        """The notice that tells the present outcome; None while there is none, or it is not here yet."""
        case, newest = self.case, self.delivery.newest()
        if case is None or newest is None:
            return None
        valid = [view for view in case.notices if view.state != "voided"]
        is_awaited = bool(valid) and valid[-1].notice_id not in self.delivery.notices
        is_older = newest.view.kind == "correction" and case.state in NOTICED
        return None if is_awaited or is_older else newest

    @property
    def is_sending(self) -> bool:
        """Whether a submission, correction or withdrawal is on its way and not answered yet."""
        return self.asking.is_asking(SubmitCase, SubmitCorrection, WithdrawCase)

    @property
    def is_phone_valid(self) -> bool:
        """Whether what was typed is a whole telephone number."""
        return phone_fault(normalise_number(self.phone)) is None

    @property
    def can_go_back(self) -> bool:
        """Whether 返回 does anything; photographed pages are given up in the capture itself only."""
        has_shots = self.tray.capture is not None and bool(self.tray.capture.shots)
        if self.step in ("trouble", "cabinet", "opinion"):
            return self.cabinet.door is None or self.cabinet.door.state != "open"
        if self.is_filling and self.step == "correction":
            return not self.is_sending and not has_shots
        is_draft = self.case is None and self.slip is None and self._draft_step in _BACK
        return is_draft and not self.is_sending and not has_shots

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What the applicant is asked to correct, or advised to, while it is asked."""
        case = self.case
        return case.corrections if case is not None and case.state in CORRECTABLE else ()

    @property
    def gap_slots(self) -> tuple[MaterialSlot, ...]:
        """Slots whose papers were to follow and are not here yet (容缺)."""
        case = self.case
        if case is None or case.state != "accepted_with_gap":
            return ()
        waived = {line.slot for line in case.list if line.state == "waived"}
        return tuple(slot for slot in case.item.slots if slot.code in waived)

    @property
    def can_submit(self) -> bool:
        """Whether everything that submitting needs is there."""
        needs_letter = bool(self.tray.to_follow)
        is_promised = self.options.has_signed or not needs_letter
        is_whole = self.tray.is_complete and self.has_committed and is_promised and self.options.is_delivery_known
        return self.step == "submit" and is_whole and not self.is_sending

    @property
    def can_submit_correction(self) -> bool:
        """Whether corrections, or papers that were to follow, can be handed in; advice may ask for none."""
        case = self.case
        if case is None or self.is_sending:
            return False
        if case.state == "advised" and not case.corrections:
            return True
        return self.tray.is_complete and bool(self.tray.materials)

    @property
    def can_withdraw(self) -> bool:
        """Whether the application can still be taken back; in a call one hangs up first."""
        is_free = self.talk.call is None and not self.is_sending
        return self.case is not None and self.case.state in WITHDRAWABLE and is_free

    @property
    def can_leave(self) -> bool:
        """Whether the applicant may go away and keep the place."""
        return self.step in ("waiting", "correction") and self.case is not None and self.talk.call is None

    @property
    def fix(self) -> Fix | None:
        """What the reviewer wants to put right and the applicant has not answered yet (art. 32(3))."""
        fixes = self.case.fixes if self.case is not None else ()
        return next((fix for fix in fixes if fix.state == "asked"), None)

    def material(self, digest: str) -> Material | None:
        """A handed-in material of the case by its digest."""
        handed = self.case.materials if self.case is not None else ()
        return next((material for material in handed if material.digest == digest), None)

    # --- gestures before there is a case -----------------------------------------------------

    def begin_claim(self) -> None:
        """Come back with a slip."""
        if self.step == "welcome":
            self.entry.clear("token")
            self._move("welcome", "claim")

    def claim(self) -> None:
        """Show the token: the hall brings the case."""
        if self.step == "claim" and self.entry.is_whole:
            token = self.entry.text
            self._is_expecting = True
            self.asking.say(lambda request_id: ClaimCase(request_id, token), self._claimed)
            self._changed()

    def _claimed(self, code: str) -> None:
        self._is_expecting = self._is_expecting and not code

    def begin_pickup(self) -> None:
        """Come back with a code of the cabinet: to put papers in, or to take a result out."""
        if self.step == "welcome" and self.cabinet.is_there:
            self.entry.clear("code")
            self._move("welcome", "pickup")

    def open_cell(self) -> None:
        """Show the code to the cabinet."""
        if self.step == "pickup" and self.entry.is_whole:
            self.cabinet.open_cell(self.entry.text)

    def begin(self) -> None:
        """Touch the welcome screen."""
        self._move("welcome", "identify")

    def back(self) -> None:
        """One step back, or out of the camera or the file list; from the first step everything is wiped."""
        if not self.can_go_back:
            return
        step = self.step
        if step in ("trouble", "opinion"):
            self.opinion.close()
            return
        if step == "cabinet" and self.case is not None:
            self.cabinet.leave()
            return
        if step in ("claim", "pickup", "identify", "cabinet"):
            self.finish()
            return
        if self.tray.capture is not None:
            self.tray.cancel_capture()
            return
        if self.tray.choosing is not None:
            self.tray.cancel_choosing()
            return
        self.problem = ""
        if self.is_filling:
            self.is_filling = False
            self.tray.close()
        else:
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
        item = self.catalogue.item(code)
        if item is None or self.step != "items":
            return
        if not self.catalogue.is_open(code):
            self._fail(str(ErrorCode.ITEM_CLOSED))
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
        """Tick or untick the declaration that the papers are true. (The letter of commitment: ``options``.)"""
        self.has_committed = has_committed
        self._changed()

    def set_video_consent(self, consents: bool) -> None:
        """Tick or untick: camera and microphone may be used in the call."""
        self.consents_to_video = consents
        self._changed()

    def submit(self, *, is_pre_review: bool = False) -> None:
        """Hand the application in, or ask for advice first (预审)."""
        applicant, item, options = self.applicant(), self.item, self.options
        if not self.can_submit or applicant is None or item is None:
            return
        self._ask(
            lambda request_id: SubmitCase(
                request_id,
                item.code,
                applicant,
                self.tray.materials,
                self.consents_to_video,
                is_pre_review=is_pre_review,
                to_follow=self.tray.to_follow,
                has_committed=options.has_signed,
                priority=options.priority,
                delivery=options.delivery,
                address=options.address.strip() if options.delivery == "courier" else "",
            )
        )

    def applicant(self) -> Applicant | None:
        """The applicant as the hall will see it, from card and telephone number."""
        card = self.card
        if card is None:
            return None
        id_kind: Literal["resident_id", "credit_code"] = "resident_id" if card.kind == "person" else "credit_code"
        return Applicant(card.kind, card.name, id_kind, card.id_number, self.phone, card.legal_representative)

    # --- gestures with a case -------------------------------------------------------------------

    def submit_correction(self) -> None:
        """Hand in corrected materials or what was to follow, all at once; advice without items: apply for good."""
        case = self.case
        if case is not None and self.can_submit_correction and (self.is_filling or case.state in CORRECTABLE):
            materials = self.tray.materials
            self._ask(lambda request_id: SubmitCorrection(request_id, case.case_id, materials))

    def fill_gaps(self) -> None:
        """Hand in papers that were to follow."""
        if self.case is not None and self.gap_slots and self.step == "result":
            self.is_filling = True
            self.tray.open(tuple(msgspec.structs.replace(slot, is_required=False) for slot in self.gap_slots))
            self._changed()

    def withdraw(self) -> None:
        """Take the application back."""
        case = self.case
        if case is not None and self.can_withdraw:
            self._ask(lambda request_id: WithdrawCase(request_id, case.case_id))

    def confirm_fix(self, *, is_confirmed: bool) -> None:
        """Agree that this is put right, or not."""
        case, fix = self.case, self.fix
        if case is not None and fix is not None:
            self.asking.say(lambda request_id: ConfirmFix(request_id, case.case_id, fix.fix_id, is_confirmed))
            self._changed()

    def choose_delivery(self) -> None:
        """The result is to be fetched as chosen in ``options``; possible until it is dispatched."""
        case, options = self.case, self.options
        if case is not None and options.is_delivery_known:
            way, address = options.delivery, options.address.strip() if options.delivery == "courier" else ""
            self.asking.say(lambda request_id: ChooseDelivery(request_id, case.case_id, way, address))
            self._changed()

    def leave(self) -> None:
        """Go away and keep the place; the slip shows when the hall has agreed."""
        case = self.case
        if case is not None and self.can_leave:
            self.asking.say(lambda request_id: LeaveTerminal(request_id, case.case_id), self._left)
            self._changed()

    def _left(self, code: str) -> None:
        case = self.case
        if code or case is None:
            return
        slip_state = self.line.slip_state
        self._wipe()
        self.slip = case
        self.line.slip_state = slip_state if slip_state == "printed" else "idle"

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
        """Nobody has touched the terminal for long: print what is left, keep the place, then forget the applicant."""
        notice = self.notice
        if self.step == "result" and notice is not None and notice.is_genuine and notice.print_state == "idle":
            self.delivery.print(notice.view.notice_id)
        elif self.patience == "endless":
            return
        elif self.can_leave:
            self.leave()
        else:
            self.finish()

    def done(self) -> None:
        """The applicant has what was to be had: opinion first, if there is an outcome without one."""
        if self.opinion.can_grade and not self.opinion.is_grading:
            self.opinion.begin_grading()
        else:
            self.finish()

    def finish(self) -> None:
        """Forget the applicant: everything is wiped and the welcome screen shows; the hall hears that they left."""
        if self.step == "welcome":
            return
        case = self.case
        if self.talk.call is not None:
            self._perform(Say(EndCall(self.talk.call.call_id)))
        if case is not None:
            self.asking.say(lambda request_id: LeaveTerminal(request_id, case.case_id))
        self._wipe()
        self._changed()

    def _wipe(self) -> None:
        self.talk.stop()
        if self.case is not None:
            self._dismissed.add(self.case.case_id)
        self._perform(Wipe())
        self._forget()

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
            self.viewing.want_page()
            self.catalogue.fetch()
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
        """A material's file is here."""
        if self.viewing.fetched(digest, path):
            self._changed()

    def fetch_failed(self, digest: str, code: str) -> None:
        """A material could not be fetched."""
        self.viewing.fetch_failed(digest)
        self._fail(code)

    # --- messages of the hall ------------------------------------------------------------------------

    def receive(self, message: FromHall) -> None:
        """Take a message of the hall; repeats are harmless."""
        match message:
            case CatalogueMessage():
                self.catalogue.announced(message)
            case TicketIssued():
                self.asking.answered(message.request_id)
                self.tray.lock(is_locked=self.is_sending)
                self._adopt(message.case)
            case CaseChanged():
                self._case_changed(message.case)
            case TicketChanged():
                self._ticket_changed(message)
            case SlotsOffered():
                self.line.slots_offered(message)
            case CallRinging():
                if self._is_mine(message.case_id):
                    self.line.rang(message.call_id)
            case CallStarted():
                if self._adopt(message.case):
                    self.line.stopped_ringing()
                    self.talk.started(message, self.consents_to_video)
                else:  # the applicant went just as it was answered: nobody is here, and leaving was refused
                    self._perform(Say(EndCall(message.call_id)))
                    self.asking.say(lambda request_id: LeaveTerminal(request_id, message.case.case_id))
            case CallHeld():
                self.talk.held(message.call_id, message.is_held)
            case CallEnded():
                self.line.stopped_ringing(message.call_id)
                self.talk.ended(message.call_id)
            case Description() | Candidate():
                self.talk.negotiate(message)
                return
            case ShowPage():
                if self._is_mine(message.case_id):
                    self.viewing.shown(message)
            case MarkNumbered():
                if self._is_mine(message.case_id):
                    self.viewing.marked(message)
            case WetInk():
                if self._is_mine(message.case_id):
                    self.viewing.drawn(message)
                return
            case NoticeReady():
                if self._is_mine(message.case_id):
                    self.delivery.take(message.notice)
            case CellOpened():
                self.cabinet.opened(message)
            case Done():
                self.asking.answered(message.request_id)
                self.tray.lock(is_locked=self.is_sending)
            case Error():
                self._refused(message)
            case CallOffered() | DeskChanged() | QueueChanged() | MarkRefused():
                return  # said to desks only
            case CaseOpened() | NoticePreviewed() | WorkChanged() | FloorChanged():
                return  # said to desks and staff only
            case _:
                assert_never(message)
        self._changed()

    def _refused(self, message: Error) -> None:
        if self.asking.is_forgotten(message.about):
            return
        self.asking.answered(message.about, str(message.code))
        self.tray.lock(is_locked=self.is_sending)
        self.problem = str(message.code)

    def _ticket_changed(self, message: TicketChanged) -> None:
        if self.case is None or not self._is_mine(message.case_id):
            return
        self.case = msgspec.structs.replace(self.case, ticket_state=message.state, place=message.place)
        if message.state != "offered":
            self.line.stopped_ringing()

    def _case_changed(self, case: CaseView) -> None:
        is_news = self.case is not None or self._is_expecting
        if is_news or case.state not in ("closed", "withdrawn"):
            self._adopt(case)

    def _adopt(self, case: CaseView) -> bool:
        """Take this as the case on screen; False for one that was wiped here, or another than ours."""
        if self._is_expecting:
            self._dismissed.discard(case.case_id)
            self._is_expecting = False
        if case.case_id in self._dismissed or (self.case is not None and not self._is_mine(case.case_id)):
            return False
        old, self.case = self.case, case
        if old is None:
            self.options.delivery, self.options.address = case.delivery, case.address
        named = {correction.slot for correction in self.corrections}
        if named:
            asked = (slot for slot in case.item.slots if slot.code in named)
            self.tray.open(tuple(msgspec.structs.replace(slot, is_required=True) for slot in asked), case.materials)
        elif not (self.is_filling and self.gap_slots):
            self.is_filling = False
            self.tray.close()  # what lay in the slots is handed in now and belongs to the case
        for notice in case.notices:
            if notice.digest:
                self.delivery.take(notice)
        return True

    def _is_mine(self, case_id: str) -> bool:
        return self.case is not None and self.case.case_id == case_id

    def _ask(self, make: Callable[[str], ToHall]) -> None:
        """Hand papers in, or take all back: until the answer nothing may change."""
        self.asking.say(make)
        self.tray.lock(is_locked=True)
        self._changed()

    # --- small steps -----------------------------------------------------------------------------------

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
