"""The one case on the desk: its papers, marks, correction draft, and the decision under way.

The middle layer of the session (conversation, casework, session); plain state, no I/O. A case is here because
it rings, is in a call, or was opened from the work list; session.py says which. A gesture that is not possible
now does nothing; ``can_mark`` and ``undecided_reasons`` say what is.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from annotate.codec import decode_operation, encode_operation, encode_wet
from annotate.errors import OperationError
from annotate.markup import Markup
from annotate.operations import NumberedOperation, Operation, Redo, Undo
from annotate.operations import WetInk as WetPoints
from esign.report import Report
from reviewer.calls import Call
from reviewer.conversation import Conversation
from reviewer.decisions import Decision, Reason, case_reasons, draft_reasons, paper_reasons
from reviewer.draft import DraftCorrection, as_corrections
from reviewer.effects import Effect, ExportMarked, FetchMaterial, ReleaseMaterials
from reviewer.outcomes import CORRECTING, FixField, faults, missing_slots, notice_of, offered
from reviewer.papers import OpenedPaper, Paper, Papers
from reviewer.preview import Preview
from reviewer.progress import NoticeProgress, NoticeStep
from signaling.protocol.acts import AskFix, NoticePreviewed, VoidNotice
from signaling.protocol.messages import Decide, MarkNumbered, OperateMark, ShowPage, WetInk
from signaling.protocol.values import CaseState, CaseView, MaterialSlot, Outcome, Particulars

logger = logging.getLogger(__name__)

_MARKABLE: frozenset[CaseState] = frozenset({"pre_review", "reviewing", "correction_requested"})
_CORRECTABLE: frozenset[CaseState] = frozenset({"pre_review", "reviewing"})
_NO_PARTICULARS = Particulars()


class CaseWork(Conversation):
    """Work on one case. All methods are called from one thread."""

    def __init__(self, perform: Callable[[Effect], None], new_id: Callable[[], str]) -> None:
        super().__init__(perform, new_id)
        self.case: CaseView | None = None
        self.call: Call | None = None
        """The call this case is in; None while it rings, after the call, and for a case opened without one."""
        self.opened_id = ""
        """The case that is open here without a call, as the hall said; empty when there is none."""
        self.papers = Papers()
        self.shown: tuple[str, int] | None = None
        self._shown_slot = ""
        """For which slot the shown file is looked at: the same file may have been handed in for several."""
        self.drafts: tuple[DraftCorrection, ...] = ()
        self.preview = Preview(perform, new_id)
        self.decision: Decision | None = None
        self.handled: dict[str, CaseView] = {}
        self.exported = ""
        self._progress = NoticeProgress()

    # --- what can be done now -----------------------------------------------------------------

    @property
    def is_opened(self) -> bool:
        """The case on the desk was opened from the work list."""
        return self.case is not None and self.case.case_id == self.opened_id

    @property
    def is_in_charge(self) -> bool:
        """This desk may act on the case: in its call, or because it opened it."""
        return self.case is not None and (self.call is not None or self.is_opened)

    @property
    def can_mark(self) -> bool:
        """Marks are for who is in charge; drawn while offline they are sent after the reconnect."""
        return self.case is not None and self.case.state in _MARKABLE and self.is_in_charge and self.shown is not None

    @property
    def can_correct(self) -> bool:
        """Corrections can be written."""
        return self.case is not None and self.case.state in _CORRECTABLE

    @property
    def can_ask_fix(self) -> bool:
        """An error of the application can be put right on the spot."""
        return self.case is not None and self.case.state == "reviewing" and self.is_in_charge and self.is_online

    @property
    def can_void(self) -> bool:
        """This person may declare a notice void."""
        return "supervisor" in self.roles and self.is_online

    @property
    def offered(self) -> tuple[Outcome, ...]:
        """The outcomes to show for the case, the usual one first: what this person, in charge of it, may do.

        Who accepted does not decide as well. A hall that allows it lists the case as work; then it is open here.
        """
        case = self.case
        if case is None or not self.is_in_charge:
            return ()
        is_own = case.state == "accepted" and case.accepted_by == self.login and case.item.case_type != "immediate"
        return () if is_own and not self.is_opened else offered(case, self.roles)

    def undecided_reasons(self, outcome: Outcome) -> tuple[Reason, ...]:
        """Why this outcome cannot be decided now; empty when it can (its form may still have to be filled in)."""
        if self.case is None or not self.is_in_charge:
            return (Reason("no_call"),)
        if self.decision is not None:
            return (Reason("deciding"),)
        reasons = case_reasons(outcome, self.case, self.roles)
        if Reason("not_reviewing") in reasons:
            return tuple(reasons)
        if not self.is_online:
            reasons.insert(0, Reason("offline"))
        reasons += paper_reasons(outcome, self.papers.current(), self.drafts)
        reasons += draft_reasons(outcome, self.drafts)
        return tuple(reasons)

    def notice_times(self) -> tuple[tuple[NoticeStep, datetime | None], ...]:
        """Steps of the newest notice with the time each was heard of; empty without a notice."""
        return self._progress.times(self.case) if self.case else ()

    # --- gestures: papers and marks ----------------------------------------------------------------

    def show_material(self, digest: str, page: int = 0, slot: str = "") -> None:
        """Look at this page; with the call on, the applicant looks along. The hall notes what was looked at."""
        paper = self.papers.get(digest, slot or self._shown_slot)
        if paper is None or self.case is None or not 0 <= page < paper.page_count:
            return
        is_other_slot = paper.material.slot != self._shown_slot
        self._shown_slot = paper.material.slot
        if self.shown == (digest, page):
            if is_other_slot:
                self._changed()
            return
        if self.shown and self.shown[0] != digest:
            self.exported = ""
        self.shown = (digest, page)
        if paper.state == "waiting" or (paper.state == "failed" and paper.problem == "unreachable"):
            self._fetch(digest)
        self._note_look()
        if self.is_in_charge:
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
        if not (self.can_mark and self.case and self.shown and self.call):
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

    @property
    def shown_paper(self) -> Paper | None:
        """The paper on the screen."""
        return self.papers.get(self.shown[0], self._shown_slot) if self.shown else None

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
        if self.case is None or not self.can_correct:
            return
        if mark_id and any(draft.mark_id == mark_id for draft in self.drafts):
            return
        if slot in {known.code for known in self.case.item.slots}:
            self.drafts = (*self.drafts, DraftCorrection(self._new_id(), slot, page, mark_id=mark_id))
            self._changed()

    def add_missing(self) -> None:
        """Begin a correction for each required material that was not handed in: one notice tells everything."""
        for slot in self.unasked_slots():
            self.add_correction(slot.code, 0)

    def unasked_slots(self) -> tuple[MaterialSlot, ...]:
        """Required materials that were not handed in and are not in the draft yet."""
        asked = {draft.slot for draft in self.drafts}
        return tuple(slot for slot in missing_slots(self.case) if slot.code not in asked) if self.case else ()

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

    def can_seal(self, outcome: Outcome, particulars: Particulars = _NO_PARTICULARS) -> bool:
        """What this decision would seal has been seen: its draft is on the screen, or it brings no notice."""
        if self.case is None or notice_of(self.case, outcome) is None:
            return self.case is not None
        return self.preview.state == "shown" and self.preview.fits(outcome, self._drafts_for(outcome), particulars)

    def ask_preview(self, outcome: Outcome, particulars: Particulars = _NO_PARTICULARS) -> None:
        """Have the notice of this decision written, to be read before it is decided; asking again changes nothing."""
        if self.case is None or self.undecided_reasons(outcome) or faults(self.case, outcome, particulars):
            return
        drafts = self._drafts_for(outcome)
        is_there = self.preview.fits(outcome, drafts, particulars) and self.preview.state != "failed"
        if notice_of(self.case, outcome) is not None and not is_there:
            self.preview.ask(self.case.case_id, outcome, drafts, particulars, self.papers)
            self._changed()

    def drop_preview(self) -> None:
        """The decision is not taken now."""
        self.preview.drop()
        self._changed()

    def decide(self, outcome: Outcome, particulars: Particulars = _NO_PARTICULARS) -> None:
        """Take this step; the hall then seals exactly the notice of the preview. The draft goes with what corrects."""
        if self.case is None or self.undecided_reasons(outcome) or faults(self.case, outcome, particulars):
            return
        if not self.can_seal(outcome, particulars):
            return
        self.decision = Decision(self._new_id(), outcome, self.case.state)
        draft = self.preview.draft if notice_of(self.case, outcome) is not None else None
        corrections = as_corrections(self._drafts_for(outcome)) if draft is None else draft.corrections
        preview = "" if draft is None else draft.digest
        self._say(Decide(self.decision.request_id, self.case.case_id, outcome, corrections, particulars, preview))
        self._changed()

    def _drafts_for(self, outcome: Outcome) -> tuple[DraftCorrection, ...]:
        return self.drafts if outcome in CORRECTING else ()

    def ask_fix(self, field: FixField, new: str) -> None:
        """Ask the applicant to confirm that this field of the application reads like this (art. 32(3))."""
        case, new = self.case, new.strip()[:200]
        if case is None or not (self.can_ask_fix and new) or new == getattr(case.applicant, field):
            return
        self._say(AskFix(self._new_id(), case.case_id, self._new_id(), field, new))

    def void_notice(self, notice_id: str, reason: str, is_back: bool) -> None:
        """Supervisor: this notice is void, for this reason; the case goes back a step, or a new notice is issued."""
        if self.can_void and reason.strip():
            self._say(VoidNotice(self._new_id(), notice_id, reason.strip()[:2000], is_back))

    # --- results of effects ---------------------------------------------------------------------------

    def material_progress(self, digest: str, done_bytes: int) -> None:
        """So much of a material is here."""
        for paper in self.papers.of(digest):
            paper.state, paper.done_bytes = "fetching", done_bytes
        self._changed()

    def material_fetched(self, digest: str) -> None:
        """A material is here complete and is being opened."""
        for paper in self.papers.of(digest):
            paper.state, paper.done_bytes = "opening", paper.material.size
        self._changed()

    def material_opened(self, digest: str, opened: OpenedPaper) -> None:
        """A material can be looked at."""
        for paper in self.papers.of(digest):
            paper.state, paper.opened, paper.problem = "open", opened, ""
        self.preview.opened(digest, opened)
        self._note_look()
        self._changed()

    def signature_judged(self, digest: str, report: Report) -> None:
        """What the signatures in a material are worth."""
        for paper in self.papers.of(digest):
            paper.signature = report
        self._changed()

    def material_failed(self, digest: str, code: str) -> None:
        """A material cannot be fetched (``unreachable``, an ErrorCode) or opened (a PageError code)."""
        for paper in self.papers.of(digest):
            paper.state, paper.problem = "failed", code
        self.preview.failed(digest, code)
        self._changed()

    def crops_made(self, request_id: str, crops: Mapping[str, str]) -> None:
        """The marked places were cut out and handed in: their digests by mark."""
        self.preview.cut(request_id, crops, self.papers)
        self._changed()

    def retry_material(self, digest: str) -> None:
        """Gesture: fetch a failed material again."""
        paper = self.papers.get(digest)
        if paper and paper.state == "failed":
            self._fetch(digest)
            self._changed()

    def material_exported(self, target: str) -> None:
        """The marked PDF was written."""
        self.exported = target
        self._changed()

    # --- what the hall says of the case -----------------------------------------------------------------

    def _case_changed(self, case: CaseView) -> None:
        if case.case_id in self.handled:
            self.handled[case.case_id] = case
        if not self._is_here(case.case_id):
            return
        if self.decision and case.state != self.decision.state:
            self._decided(self.decision.outcome)
        self._take_case(case)
        if case.state in _CORRECTABLE and self.shown and self.is_in_charge:
            self._follow_version(self.shown[1])

    def _follow_version(self, page: int) -> None:
        """A new version came in for the shown paper: go on with it, on the same page."""
        paper = self.shown_paper
        if paper is None or paper.is_current:
            return
        for other in self.papers.current():
            if other.material.slot == paper.material.slot:
                self.show_material(other.material.digest, min(page, other.page_count - 1))

    def _page_shown(self, message: ShowPage) -> None:
        # Our own page comes back after a restart of this program; otherwise we lead.
        if self._is_here(message.case_id) and self.shown is None and self.papers.get(message.digest):
            self.shown = (message.digest, message.page)
            self._note_look()

    def _mark_numbered(self, message: MarkNumbered) -> None:
        if not self._is_here(message.case_id):
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

    def _notice_previewed(self, message: NoticePreviewed) -> None:
        if self._is_here(message.case_id):
            self.preview.written(message)

    def _decided(self, outcome: Outcome) -> None:
        self.decision = None
        self.preview.drop()
        if outcome in CORRECTING:
            self.drafts = ()

    # --- inside -------------------------------------------------------------------------------------------

    def _take_case(self, case: CaseView) -> None:
        """This case, as it is now, is the one on the desk."""
        if not self._is_here(case.case_id):
            self._clear_desk()
        elif self.case and self.case.state != case.state:
            self.exported = ""
        self.case = case
        self.papers.take(case)
        if self._now:
            self._progress.note(case, self.hall_time(self._now))
        # Older versions after those that count: a restarted program has neither.
        for paper in sorted(self.papers.all(), key=lambda paper: not paper.is_current):
            if paper.state == "waiting":
                self._fetch(paper.material.digest)

    def _clear_desk(self) -> None:
        digests = tuple(dict.fromkeys(paper.material.digest for paper in self.papers.all()))
        if digests:
            self._perform(ReleaseMaterials(digests))
        self.preview.drop()
        self.case, self.papers, self.shown, self._shown_slot = None, Papers(), None, ""
        self.drafts, self.decision, self.exported = (), None, ""
        self._progress = NoticeProgress()

    def _lead(self) -> None:
        """Show what is on the screen to the terminal and the hall; with nothing there, the first material."""
        if self.case is None:
            return
        if self.shown:
            self._note_look()
            self._say(ShowPage(self.case.case_id, *self.shown))
        elif self.papers.current():
            self.show_material(self.papers.current()[0].material.digest)

    def _fetch(self, digest: str) -> None:
        papers = self.papers.of(digest)
        for paper in papers:
            paper.state, paper.problem, paper.done_bytes = "fetching", "", 0
        if papers:
            self._perform(FetchMaterial(digest, papers[0].material.media_type))

    def _note_look(self) -> None:
        """A page counts as looked at when it is on the screen of who is in charge, not in the ring, and open."""
        if self.shown and self.is_in_charge:
            for paper in self.papers.of(self.shown[0]):
                if paper.state == "open":
                    paper.looked.add(self.shown[1])

    def _is_here(self, case_id: str) -> bool:
        return self.case is not None and self.case.case_id == case_id
