"""The register: every case the hall knows, changed only by applying journal entries.

``apply`` is the one door for durable change, used alike when something happens and when the journal is
read again after a restart; so both give the same state. It trusts its entries: whoever records a fact
has checked it. A case that is over stays until its terminal takes up the next, for repeated requests.
"""

from typing import assert_never

import msgspec

from signaling.hall.calls import Call
from signaling.hall.case import Case
from signaling.hall.facts import (
    CallAnswered,
    CallEndedFact,
    CallHeldFact,
    CallPlaced,
    CallRejoined,
    CaseClosed,
    CaseSubmitted,
    CaseWithdrawn,
    CorrectionSubmitted,
    Decided,
    Entry,
    MarkRecorded,
    NoticeDelivered,
    NoticePrintReported,
    NoticeStored,
    PageShown,
    ReviewerLoggedIn,
    SealingRefused,
    TerminalConnected,
)
from signaling.hall.notices import Notice
from signaling.hall.tickets import Ticket
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.identity import normalise_number
from signaling.protocol.messages import (
    Decide,
    NoticePrinted,
    NoticeReceived,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    WithdrawCase,
)
from signaling.protocol.values import Material

Request = SubmitCase | SubmitCorrection | WithdrawCase | Decide | NoticeReceived | NoticePrinted


class Register(msgspec.Struct):
    """All cases by id, the newest case of each terminal, and the recorded requests by sender and request id."""

    cases: dict[str, Case] = msgspec.field(default_factory=dict)
    newest: dict[str, str] = msgspec.field(default_factory=dict)
    requests: dict[tuple[str, str], tuple[Request, str]] = msgspec.field(default_factory=dict)

    def case_of(self, terminal_id: str) -> Case | None:
        """The case the terminal is at, or was at last."""
        return self.cases.get(self.newest.get(terminal_id, ""))

    def answered_case(self, actor: str, message: Request) -> Case | None:
        """The case of a request that is recorded already. Raises Refused when its content was another."""
        known = self.requests.get((actor, message.request_id))
        if known is None:
            return None
        request, case_id = known
        if request != message:
            raise Refused(ErrorCode.REQUEST_REUSED, f"request {message.request_id}")
        return self.cases[case_id]

    def apply(self, entry: Entry) -> None:
        """Change the durable state by one entry. Raises IllegalStep or KeyError when entries do not fit together."""
        fact = entry.fact
        if isinstance(fact, TerminalConnected | ReviewerLoggedIn):
            return
        if isinstance(fact, CaseSubmitted):
            self._open(fact, entry)
        else:
            self._change(self.cases[fact.case_id], fact, entry)
        self._drop_old(self.cases[fact.case_id])

    def _open(self, fact: CaseSubmitted, entry: Entry) -> None:
        applicant = msgspec.structs.replace(
            fact.applicant, name=fact.applicant.name.strip(), id_number=normalise_number(fact.applicant.id_number)
        )
        self.cases[fact.case_id] = Case(
            case_id=fact.case_id,
            ticket=Ticket(fact.ticket_number, entry.time),
            terminal_id=fact.terminal_id,
            terminal_name=fact.terminal_name,
            item=fact.item,
            applicant=applicant,
            materials=tuple(_as_version(material, 1) for material in fact.materials),
            submitted_at=entry.time,
            complete_at=entry.time,
        )
        self.newest[fact.terminal_id] = fact.case_id
        request = SubmitCase(fact.request_id, fact.item.code, fact.applicant, fact.materials, fact.consents_to_video)
        self._remember(entry, request, fact.case_id)

    def _change(self, case: Case, fact: "CaseFact", entry: Entry) -> None:
        match fact:
            case CorrectionSubmitted():
                self._correct(case, fact, entry)
            case CaseWithdrawn():
                case.step("withdraw")
                if case.ticket.state in ("waiting", "offered"):
                    case.ticket.step("finish")
                self._remember(entry, WithdrawCase(fact.request_id, fact.case_id), fact.case_id)
            case CallPlaced():
                case.ticket.step("offer")
                case.call = Call(fact.call_id, fact.desk_id, fact.reviewer_id, entry.time)
            case CallAnswered():
                _call(case).step("answer")
                case.ticket.step("serve")
                case.step("review")
                case.reviewer_id, case.reviewer_name = fact.reviewer_id, fact.reviewer_name
            case CallRejoined():
                _call(case).step("rejoin")
                _call(case).generation = fact.generation
            case CallHeldFact():
                _call(case).step("hold" if fact.is_held else "resume")
            case CallEndedFact():
                _end_call(case, fact)
            case Decided():
                self._decide(case, fact, entry)
            case NoticeStored():
                notice = _notice(case, fact.notice_id)
                notice.step("seal")
                notice.digest, notice.sealed_at = fact.digest, fact.sealed_at
            case SealingRefused():
                _notice(case, fact.notice_id).step("fail")
                _notice(case, fact.notice_id).failures += 1
            case NoticeDelivered():
                _notice(case, fact.notice_id).step("deliver" if fact.is_genuine else "doubt")
                self._remember(entry, NoticeReceived(fact.request_id, fact.notice_id, fact.is_genuine), fact.case_id)
            case NoticePrintReported():
                _notice(case, fact.notice_id).step("print" if fact.is_printed else "misprint")
                _notice(case, fact.notice_id).misprints += not fact.is_printed
                request = NoticePrinted(fact.request_id, fact.notice_id, fact.is_printed, fact.detail)
                self._remember(entry, request, fact.case_id)
            case CaseClosed():
                case.step("close")
            case PageShown():
                case.room.page = ShowPage(fact.case_id, fact.digest, fact.page)
            case MarkRecorded():
                case.room.add(fact, entry.time)
            case _:
                assert_never(fact)

    def _correct(self, case: Case, fact: CorrectionSubmitted, entry: Entry) -> None:
        versions = {material.slot: material.version for material in case.current_materials()}
        case.materials += tuple(
            _as_version(material, versions.get(material.slot, 0) + 1) for material in fact.materials
        )
        case.complete_at = entry.time
        if case.talk is not None:
            case.step("resume_review")
        else:
            case.step("resubmit")
            case.ticket.step("return")
            case.reviewer_id = case.reviewer_name = ""
        self._remember(entry, SubmitCorrection(fact.request_id, fact.case_id, fact.materials), fact.case_id)

    def _decide(self, case: Case, fact: Decided, entry: Entry) -> None:
        is_acceptance = fact.notice_kind == "acceptance"
        case.step("accept" if is_acceptance else "request_corrections")
        case.corrections = fact.corrections
        case.notices.append(
            Notice(
                notice_id=fact.notice_id,
                kind=fact.notice_kind,
                number=fact.notice_number,
                decided_at=entry.time,
                received_at=case.complete_at,
                reviewer_name=fact.reviewer_name,
                materials=case.current_materials(),
                corrections=fact.corrections,
            )
        )
        outcome = Decide(
            fact.request_id, fact.case_id, "accept" if is_acceptance else "request_corrections", fact.corrections
        )
        self._remember(entry, outcome, fact.case_id)

    def _remember(self, entry: Entry, request: Request, case_id: str) -> None:
        self.requests[entry.actor, request.request_id] = request, case_id

    def _drop_old(self, changed: Case) -> None:
        """Forget the terminal's earlier cases once they are over; only its newest can still be asked about."""
        newest = self.newest[changed.terminal_id]
        if changed.case_id == newest and changed.state != "received":
            return
        siblings = [case for case in self.cases.values() if case.terminal_id == changed.terminal_id]
        old = {case.case_id for case in siblings if case.case_id != newest and case.is_over}
        if old:
            for case_id in old:
                del self.cases[case_id]
            self.requests = {key: value for key, value in self.requests.items() if value[1] not in old}


CaseFact = (
    CorrectionSubmitted
    | CaseWithdrawn
    | CallPlaced
    | CallAnswered
    | CallRejoined
    | CallHeldFact
    | CallEndedFact
    | Decided
    | NoticeStored
    | SealingRefused
    | NoticeDelivered
    | NoticePrintReported
    | CaseClosed
    | PageShown
    | MarkRecorded
)
"""The facts that change a case which is there already."""


def _as_version(material: Material, version: int) -> Material:
    return msgspec.structs.replace(material, version=version)


def _call(case: Case) -> Call:
    if case.call is None:
        raise KeyError(f"case {case.case_id} has no call")
    return case.call


def _notice(case: Case, notice_id: str) -> Notice:
    notice = case.notice(notice_id)
    if notice is None:
        raise KeyError(f"case {case.case_id} has no notice {notice_id}")
    return notice


def _end_call(case: Case, fact: CallEndedFact) -> None:
    """A call over: an undecided case returns to the head of the line, a decided one has been served."""
    call = _call(case)
    call.step("end")
    call.end_reason = fact.reason
    if case.state == "reviewing":
        case.step("return")
        case.reviewer_id = case.reviewer_name = ""
    if case.state == "received":
        case.ticket.step("return")
    elif case.ticket.state != "done":
        case.ticket.step("finish")
