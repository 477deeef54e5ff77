"""The register: every case the hall knows, changed only by applying journal entries.

``apply`` is the one door for durable change, used alike when something happens and when the journal is
read again after a restart; so both give the same state. It trusts its entries: whoever records a fact
has checked it. A case that is over stays as long as it is attached to a terminal, for repeated requests.
"""

from functools import partial
from typing import assert_never

import msgspec

from signaling.hall import case_book, office_book, queue_book
from signaling.hall.calls import Call
from signaling.hall.case import Case, Lease
from signaling.hall.case_book import CaseRequest, CoreFact
from signaling.hall.facts import (
    CallAnswered,
    CallEndedFact,
    CallHeldFact,
    CallPlaced,
    CallRejoined,
    CaseSubmitted,
    Entry,
    ReviewerLoggedIn,
    TerminalConnected,
)
from signaling.hall.office_book import Office, OfficeRequest
from signaling.hall.office_facts import HALL_OFFICE, OfficeFact
from signaling.hall.queue_book import QueueRequest
from signaling.hall.queue_facts import CaseClaimed, CaseLeft, CaseQueueFact, DeskStateChanged
from signaling.protocol.errors import ErrorCode, Refused

Request = CaseRequest | QueueRequest | OfficeRequest


class Register(msgspec.Struct):
    """All cases by id, quick ways to them, and the recorded requests by sender and request id.

    A case is attached to at most one terminal and a terminal to at most one case. Nothing may go through all
    cases for one event: 20,000 are open on a busy day.
    """

    cases: dict[str, Case] = msgspec.field(default_factory=dict)
    attached: dict[str, str] = msgspec.field(default_factory=dict)
    """Case in front of each terminal."""
    calls: dict[str, str] = msgspec.field(default_factory=dict)
    """Case of each call, the newest of each case."""
    live_calls: dict[str, str] = msgspec.field(default_factory=dict)
    """Case whose call rings at or is on with each reviewer."""
    last_calls: dict[str, str] = msgspec.field(default_factory=dict)
    """Case each reviewer was rung for last."""
    tokens: dict[str, str] = msgspec.field(default_factory=dict)
    """Case of each slip's token."""
    leases: dict[str, str] = msgspec.field(default_factory=dict)
    """Case each reviewer has open without a call."""
    notices: dict[str, str] = msgspec.field(default_factory=dict)
    """Case of each notice."""
    pressing: dict[str, None] = msgspec.field(default_factory=dict)
    """Cases of which a running clock has used 60 per cent or more, in the order in which that was recorded."""
    requests: dict[tuple[str, str], tuple[Request, str]] = msgspec.field(default_factory=dict)
    requests_of: dict[str, list[tuple[str, str]]] = msgspec.field(default_factory=dict)
    """Keys of the requests about each case."""
    office: Office = msgspec.field(default_factory=Office)

    def case_of(self, terminal_id: str) -> Case | None:
        """The case that is attached to the terminal, over or not."""
        return self.cases.get(self.attached.get(terminal_id, ""))

    def case_of_call(self, call_id: str) -> Case | None:
        """The case whose newest call this is, over or not."""
        return self.cases.get(self.calls.get(call_id, ""))

    def case_at(self, reviewer_id: str) -> Case | None:
        """The case whose call rings at or is on with this reviewer."""
        return self.cases.get(self.live_calls.get(reviewer_id, ""))

    def last_case_at(self, reviewer_id: str) -> Case | None:
        """The case this reviewer was rung for last."""
        return self.cases.get(self.last_calls.get(reviewer_id, ""))

    def case_of_token(self, token: str) -> Case | None:
        """The case of the slip with this token."""
        return self.cases.get(self.tokens.get(token, ""))

    def case_open_at(self, reviewer_id: str) -> Case | None:
        """The case this reviewer has open without a call."""
        return self.cases.get(self.leases.get(reviewer_id, ""))

    def case_of_notice(self, notice_id: str) -> Case | None:
        """The case of this notice."""
        return self.cases.get(self.notices.get(notice_id, ""))

    def answered_case(self, actor: str, message: Request) -> Case | None:
        """The case of a request that is recorded already. Raises Refused when its content was another."""
        known = self.requests.get((actor, message.request_id))
        if known is None:
            return None
        request, case_id = known
        if request != message:
            raise Refused(ErrorCode.REQUEST_REUSED, f"request {message.request_id}")
        return self.cases[case_id]

    def is_open(self, subject: str) -> bool:
        """Whether a case, a follow-up or the hall's office still has a future: its entries are restored."""
        if subject == HALL_OFFICE:
            return True
        follow_up = self.office.follow_ups.get(subject)
        if follow_up is not None:
            return follow_up.state != "settled"
        case = self.cases.get(subject)
        return case is not None and (not case.is_over or self.office.is_pending(subject))

    def is_answered(self, actor: str, message: Request) -> bool:
        """Whether this request is recorded already. Raises Refused when its content was another."""
        known = self.requests.get((actor, message.request_id))
        if known is not None and known[0] != message:
            raise Refused(ErrorCode.REQUEST_REUSED, f"request {message.request_id}")
        return known is not None

    def apply(self, entry: Entry) -> None:
        """Change the durable state by one entry. Raises IllegalStep or KeyError when entries do not fit together."""
        fact = entry.fact
        if isinstance(fact, OfficeFact):
            office_book.apply(self.office, entry.time, fact, partial(self._remember, entry))
            about = self.cases.get(entry.case_id or "")
            if about is not None:
                self._drop_if_over(about)
            return
        if isinstance(fact, TerminalConnected | ReviewerLoggedIn | DeskStateChanged):
            return
        if isinstance(fact, CaseSubmitted):
            self._open(fact, entry)
        else:
            self._change(self.cases[fact.case_id], fact, entry)
        self._drop_if_over(self.cases[fact.case_id])

    def _open(self, fact: CaseSubmitted, entry: Entry) -> None:
        case, request = case_book.open_case(fact, entry.time)
        self.cases[case.case_id] = case
        self._attach(case, case.terminal_id)
        if case.token:
            self.tokens[case.token] = case.case_id
        self._remember(entry, request, case.case_id)

    def _change(self, case: Case, fact: "CaseFact", entry: Entry) -> None:
        lease = case.lease
        if isinstance(fact, CaseQueueFact):
            self._move(case, fact, entry)
        elif isinstance(fact, CallFact):
            self._call(case, fact, entry)
        else:
            request = case_book.apply(case, fact, entry.time, entry.actor)
            if request is not None:
                self._remember(entry, request, case.case_id)
        self._refile(case, lease)

    def _call(self, case: Case, fact: "CallFact", entry: Entry) -> None:
        match fact:
            case CallPlaced():
                case.ticket.step("offer")
                if case.call is not None:
                    del self.calls[case.call.call_id]
                case.call = Call(fact.call_id, fact.desk_id, fact.reviewer_id, entry.time)
                self.calls[fact.call_id] = fact.case_id
                self.live_calls[fact.reviewer_id] = self.last_calls[fact.reviewer_id] = fact.case_id
            case CallAnswered():
                _call(case).step("answer")
                _call(case).answered_at = entry.time
                queue_book.answered(case.ticket)
                case_book.take_charge(case, fact.reviewer_id, fact.reviewer_name)
            case CallRejoined():
                _call(case).step("rejoin")
                _call(case).generation = fact.generation
            case CallHeldFact():
                _call(case).step("hold" if fact.is_held else "resume")
            case CallEndedFact():
                _end_call(case, fact)
                self.live_calls.pop(_call(case).reviewer_id, None)
            case _:
                assert_never(fact)

    def _refile(self, case: Case, lease: Lease | None) -> None:
        """Bring the quick ways to a changed case up to date. ``lease`` is what it had before."""
        if case.lease is not lease:
            if lease is not None:
                del self.leases[lease.reviewer_id]
            if case.lease is not None:
                self.leases[case.lease.reviewer_id] = case.case_id
        if case.escalations:
            self.pressing[case.case_id] = None
        else:
            self.pressing.pop(case.case_id, None)
        if case.notices and case.notices[-1].notice_id not in self.notices:
            self.notices[case.notices[-1].notice_id] = case.case_id

    def _move(self, case: Case, fact: CaseQueueFact, entry: Entry) -> None:
        if isinstance(fact, CaseLeft):
            del self.attached[case.terminal_id]
            case.terminal_id = ""
        elif isinstance(fact, CaseClaimed):
            if case.terminal_id:
                del self.attached[case.terminal_id]
            case.terminal_name = fact.terminal_name
            self._attach(case, fact.terminal_id)
        request = queue_book.apply(case, fact, entry.time)
        if request is not None:
            self._remember(entry, request, case.case_id)

    def _attach(self, case: Case, terminal_id: str) -> None:
        """The terminal has this case now. One that was over before a restart is still there in a longer memory."""
        previous = self.case_of(terminal_id)
        if previous is not None and previous is not case:
            previous.terminal_id = ""
            self._drop_if_over(previous)
        case.terminal_id = terminal_id
        self.attached[terminal_id] = case.case_id

    def _remember(self, entry: Entry, request: Request, case_id: str) -> None:
        key = entry.actor, request.request_id
        self.requests[key] = request, case_id
        self.requests_of.setdefault(case_id, []).append(key)

    def _drop_if_over(self, case: Case) -> None:
        """Forget a case that has no future and is not in front of a terminal any more."""
        if case.terminal_id or self.is_open(case.case_id):
            return
        del self.cases[case.case_id]
        self.office.forget(case.case_id)
        self.tokens.pop(case.token, None)
        for notice in case.notices:
            del self.notices[notice.notice_id]
        if case.call is not None:
            del self.calls[case.call.call_id]
            if self.last_calls.get(case.call.reviewer_id) == case.case_id:
                del self.last_calls[case.call.reviewer_id]
        for key in self.requests_of.pop(case.case_id, ()):
            del self.requests[key]


CallFact = CallPlaced | CallAnswered | CallRejoined | CallHeldFact | CallEndedFact
CaseFact = CallFact | CaseQueueFact | CoreFact
"""The facts that change a case which is there already."""


def _call(case: Case) -> Call:
    if case.call is None:
        raise KeyError(f"case {case.case_id} has no call")
    return case.call


def _end_call(case: Case, fact: CallEndedFact) -> None:
    """A call over: an undecided case returns to the head of the line, a decided one has been served."""
    call = _call(case)
    call.step("end")
    call.end_reason = fact.reason
    case_book.end_review(case)
    queue_book.call_over(case.ticket, fact.reason, call.reviewer_id, is_unserved=case.state == "received")
