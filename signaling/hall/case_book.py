"""Applies the core facts to a case: handed in, looked at, put right, opened, decided, deemed, lapsed, ended.

It trusts its entries: who records a fact has checked it. Notices are applied in notice_book.py, calls in register.py,
the line in queue_book.py.
"""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from signaling.hall import notice_book, queue_book
from signaling.hall.case import Case, Lease, Pause
from signaling.hall.clocks import RUNNING
from signaling.hall.facts import (
    CaseClosed,
    CaseDelivered,
    CaseFiled,
    CaseSubmitted,
    CaseWithdrawn,
    CorrectionsLapsed,
    CorrectionSubmitted,
    Decided,
    DeemedAccepted,
    Escalated,
    FixAnswered,
    FixAsked,
    GapLapsed,
    MarkRecorded,
    NoticeDelivered,
    NoticeOrdered,
    NoticePrintReported,
    NoticeStored,
    NoticeVoided,
    Numbered,
    NumberReleased,
    NumberReserved,
    PageShown,
    ReviewOpened,
    ReviewReturned,
    SealingRefused,
)
from signaling.hall.material_items import MaterialItem
from signaling.hall.notice_book import NoticeFact, NoticeRequest, add_notice
from signaling.hall.outcomes import RULES
from signaling.hall.tickets import Ticket, local_day
from signaling.protocol.acts import AskFix, ConfirmFix, OpenCase, ReturnCase
from signaling.protocol.identity import normalise_number
from signaling.protocol.messages import (
    Decide,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    WithdrawCase,
)
from signaling.protocol.values import AcceptanceKind, Applicant, Fix, Material, Outcome

CaseRequest = (
    SubmitCase | SubmitCorrection | WithdrawCase | Decide | OpenCase | ReturnCase | AskFix | ConfirmFix | NoticeRequest
)
"""Acts with a request id that the core facts remember."""

PaperFact = CorrectionSubmitted | PageShown | MarkRecorded | FixAsked | FixAnswered
NumberFact = NumberReserved | NumberReleased
ReviewFact = (
    ReviewOpened | ReviewReturned | NumberFact | Decided | CaseDelivered | CaseClosed | CaseFiled | CaseWithdrawn
)
ClockFact = DeemedAccepted | CorrectionsLapsed | GapLapsed | Escalated
CoreFact = PaperFact | ReviewFact | ClockFact | NoticeFact
"""What case_book applies to a case that is there already."""


def open_case(fact: CaseSubmitted, time: datetime) -> tuple[Case, CaseRequest]:
    """A case as it is handed in, and the request that did it."""
    applicant = replace(
        fact.applicant, name=fact.applicant.name.strip(), id_number=normalise_number(fact.applicant.id_number)
    )
    case = Case(
        case_id=fact.case_id,
        ticket=Ticket(fact.ticket_number, time, priority=fact.priority),
        terminal_id=fact.terminal_id,
        terminal_name=fact.terminal_name,
        item=fact.item,
        applicant=applicant,
        materials=tuple(replace(material, version=1) for material in fact.materials),
        submitted_at=time,
        complete_at=time,
        tell_from=time,
        items={slot.code: MaterialItem(slot.code) for slot in fact.item.slots},
        state="pre_review" if fact.is_pre_review else "received",
        token=fact.token,
        is_pre_review=fact.is_pre_review,
        to_follow=fact.to_follow,
        has_committed=fact.has_committed,
        delivery=fact.delivery,
        address=fact.address,
    )
    for material in case.materials:
        case.items[material.slot].hand_in(material)
    if fact.is_pre_review:
        queue_book.left_for_advice(case.ticket)
    request = SubmitCase(
        request_id=fact.request_id,
        item_code=fact.item.code,
        applicant=fact.applicant,
        materials=fact.materials,
        consents_to_video=fact.consents_to_video,
        is_pre_review=fact.is_pre_review,
        to_follow=fact.to_follow,
        has_committed=fact.has_committed,
        priority=fact.priority,
        delivery=fact.delivery,
        address=fact.address,
    )
    return case, request


def apply(case: Case, fact: CoreFact, time: datetime, actor: str) -> CaseRequest | None:
    """Change the case by one fact. Gives the request it answers, to be remembered."""
    match fact:
        case CorrectionSubmitted() | PageShown() | MarkRecorded() | FixAsked() | FixAnswered():
            request = _apply_papers(case, fact, time, actor)
        case (
            NoticeOrdered()
            | NoticeStored()
            | SealingRefused()
            | NoticeDelivered()
            | NoticePrintReported()
            | NoticeVoided()
        ):
            request = notice_book.apply(case, fact, time)
        case DeemedAccepted() | CorrectionsLapsed() | GapLapsed() | Escalated():
            _apply_clock(case, fact, time)
            request = None
        case _:
            request = _apply_review(case, fact, time)
    running = RUNNING.get(case.state, ())
    case.escalations = {kind: percent for kind, percent in case.escalations.items() if kind in running}
    if case.state in ("closed", "withdrawn"):
        case.lease = None
    if case.reserved is not None and case.notice(case.reserved.notice.notice_id) is not None:
        case.reserved = None  # the notice that was previewed is there now
    return request


def _apply_papers(case: Case, fact: PaperFact, time: datetime, actor: str) -> CaseRequest | None:
    match fact:
        case CorrectionSubmitted():
            _hand_in(case, fact.materials, time)
            return SubmitCorrection(fact.request_id, fact.case_id, fact.materials)
        case PageShown():
            case.room.page = ShowPage(fact.case_id, fact.digest, fact.page)
            for material in case.current_materials():
                if material.digest == fact.digest:
                    case.items[material.slot].look(actor)
            return None
        case MarkRecorded():
            case.room.add(fact, time)
            return None
        case FixAsked():
            case.fixes.append(Fix(fact.fix_id, fact.field, fact.old, fact.new))
            return AskFix(fact.request_id, fact.case_id, fact.fix_id, fact.field, fact.new)
        case FixAnswered():
            _answer_fix(case, fact)
            return ConfirmFix(fact.request_id, fact.case_id, fact.fix_id, fact.is_confirmed)
        case _:
            assert_never(fact)


def _hand_in(case: Case, materials: tuple[Material, ...], time: datetime) -> None:
    """New versions: for the review that goes on or begins anew, or what was to follow after acceptance."""
    for material in materials:
        item = case.items[material.slot]
        newer = replace(material, version=item.version + 1)
        case.materials += (newer,)
        item.hand_in(newer)
    if case.state == "accepted_with_gap":
        given = {material.slot for material in materials}
        case.gaps = tuple(gap for gap in case.gaps if gap.slot not in given)
        if not case.gaps:
            case.step("fill_gap")
        return
    case.complete_at = case.tell_from = time
    if case.state == "advised":
        case.corrections, case.asked_on = (), None
        case.step("resubmit")
        queue_book.handed_in_for_good(case.ticket, time)
    elif case.holder_id:
        case.step("resume_review")
    else:
        case.step("resubmit")
        if case.live_call is None:  # a case that rings was resumed before: the call goes on with the new versions
            queue_book.corrected(case.ticket, case.reviewer_id, time)
        case.reviewer_id = case.reviewer_name = ""


def _answer_fix(case: Case, fact: FixAnswered) -> None:
    place, fix = next((n, fix) for n, fix in enumerate(case.fixes) if fix.fix_id == fact.fix_id)
    case.fixes[place] = replace(fix, state="confirmed" if fact.is_confirmed else "refused")
    if fact.is_confirmed:
        case.step("fix")
        case.applicant = _fixed(case.applicant, fix)


def _fixed(applicant: Applicant, fix: Fix) -> Applicant:
    match fix.field:
        case "name":
            return replace(applicant, name=fix.new.strip())
        case "phone":
            return replace(applicant, phone=fix.new.strip())
        case "legal_representative":
            return replace(applicant, legal_representative=fix.new.strip())


def _apply_review(case: Case, fact: ReviewFact, time: datetime) -> CaseRequest | None:
    match fact:
        case ReviewOpened():
            case.lease = Lease(fact.reviewer_id, fact.reviewer_name, fact.desk_id, time)
            take_charge(case, fact.reviewer_id, fact.reviewer_name)
            return OpenCase(fact.request_id, fact.case_id)
        case ReviewReturned():
            case.lease = None
            end_review(case)
            return ReturnCase(fact.request_id, fact.case_id) if fact.request_id else None
        case NumberReserved():
            case.reserved = fact
        case NumberReleased():
            case.reserved = None
        case Decided():
            return _decide(case, fact, time)
        case CaseWithdrawn():
            case.step("withdraw")
            queue_book.cancelled(case.ticket)
            add_notice(case, fact.notice, time, case.reviewer_name)
            return WithdrawCase(fact.request_id, fact.case_id)
        case CaseDelivered():
            case.step("deliver")
        case CaseClosed():
            case.step("close")
        case CaseFiled():
            case.is_filed = True
        case _:
            assert_never(fact)
    return None


def take_charge(case: Case, reviewer_id: str, reviewer_name: str) -> None:
    """The reviewer has the case, in a call or open at the desk: a received one is under review, by these eyes."""
    if case.state == "received":
        case.step("review")
    case.reviewer_id, case.reviewer_name = reviewer_id, reviewer_name
    for item in case.items.values():
        item.hand_over(reviewer_id)


def end_review(case: Case) -> None:
    """A review that ends undecided puts the case back to received."""
    if case.state == "reviewing":
        case.step("return")
        case.reviewer_id = case.reviewer_name = ""


def _decide(case: Case, fact: Decided, time: datetime) -> CaseRequest:
    outcome: Outcome = fact.outcome or ("accept" if fact.notice_kind == "acceptance" else "request_corrections")
    day = local_day(time)
    case.step(outcome)
    match outcome:
        case "advise" | "request_corrections":
            case.corrections, case.asked_on = fact.corrections, day
        case "accept" | "accept_with_gap" | "accept_on_commitment":
            _accept(case, RULES[outcome].acceptance, fact)
            case.accepted_on = day
        case "not_accept" | "refuse":
            case.reason, case.competent_body = fact.particulars.reason, fact.particulars.competent_body
        case "pause":
            case.reason = fact.particulars.reason
            case.pauses.append(Pause(fact.particulars.step, fact.particulars.days, day))
        case "resume":
            case.reason, case.pauses[-1].until = "", day
            case.escalations.pop("decide", None)
        case "extend":
            case.reason, case.extension_days = fact.particulars.reason, fact.particulars.days
            case.escalations.pop("decide", None)
        case "grant":
            _mark(case, set())
            case.reason, case.granted_on = fact.particulars.reason, day
        case "issue" | "close":
            pass
        case _:
            assert_never(outcome)
    if outcome == "request_corrections":
        _mark(case, {correction.slot for correction in fact.corrections})
    if fact.notice_kind:
        numbered = Numbered(fact.notice_id, fact.notice_kind, fact.notice_number, fact.query_code)
        add_notice(case, numbered, time, fact.reviewer_name, fact.particulars)
    if case.live_call is None:
        queue_book.finished(case.ticket)
    return Decide(fact.request_id, fact.case_id, outcome, fact.corrections, fact.particulars, fact.preview)


def _accept(case: Case, kind: AcceptanceKind, fact: Decided) -> None:
    case.acceptance, case.accepted_by = kind, fact.reviewer_id
    case.corrections, case.asked_on = (), None
    case.gaps = fact.particulars.gaps
    for gap in case.gaps:
        case.items[gap.slot].step("waive")
    _mark(case, set())


def _mark(case: Case, rejected: set[str]) -> None:
    """Each material that was looked at is accepted with the decision, or rejected when it is named."""
    for item in case.items.values():
        if item.slot in rejected:
            item.step("reject")
        elif item.can("accept"):
            item.step("accept")


def _apply_clock(case: Case, fact: ClockFact, time: datetime) -> None:
    match fact:
        case DeemedAccepted():
            case.step("deem_accepted")
            case.acceptance, case.accepted_on = "deemed", fact.accepted_on
            case.corrections, case.asked_on = (), None
            case.lease = None
            if case.live_call is None:
                queue_book.finished(case.ticket)
            add_notice(case, fact.notice, time, "")
        case CorrectionsLapsed():
            case.step("lapse")
            queue_book.cancelled(case.ticket)
            add_notice(case, fact.notice, time, case.reviewer_name, lapsed_on=fact.lapsed_on)
        case GapLapsed():
            case.step("lapse_gap")
            case.gaps = ()
        case Escalated():
            case.escalations[fact.clock] = fact.percent
        case _:
            assert_never(fact)
