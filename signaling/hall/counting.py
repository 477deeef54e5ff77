"""Adds up what journal entries say about the hall's service in a time. Pure; measuring.py draws the sums.

It follows each case's way through the line (waiting, summoned, missed, parked, nowhere) as the ticket's own machine
does, and counts what ends in the time. What each figure means is fixed in metrics.py.
"""

from collections import Counter
from datetime import date, datetime
from typing import Literal

import msgspec

from signaling.hall.facts import (
    CallAnswered,
    CallEndedFact,
    CallHeldFact,
    CallPlaced,
    CallRejoined,
    CaseSubmitted,
    CaseWithdrawn,
    CorrectionSubmitted,
    Decided,
    DeemedAccepted,
    Entry,
    Escalated,
    NoticeDelivered,
    NoticePrintReported,
    NoticeStored,
    NoticeVoided,
    ReviewOpened,
    ReviewReturned,
    SealingRefused,
)
from signaling.hall.office_facts import (
    DepositAlarmed,
    DepositAllocated,
    DepositHandled,
    DepositStored,
    Evaluated,
    FollowUpAnswered,
    FollowUpOpened,
)
from signaling.hall.queue_facts import (
    CaseClaimed,
    CaseLeft,
    DeskStateChanged,
    TicketConverted,
    TicketExpired,
    TicketInterrupted,
    TicketMissed,
    TicketParked,
    TicketReconnected,
    TicketRejoined,
    TicketReturned,
    TicketSummoned,
)
from signaling.protocol.values import ClockKind, Conversion, Grade

ANSWERED_S = 60.0
"""Answered in time (domain.md §3.8)."""

SHORT_S = 10.0
"""Who left earlier is not counted as having given up."""

_ACCEPTANCES = {"accept", "accept_with_gap", "accept_on_commitment"}
_TOLD = _ACCEPTANCES | {"request_corrections", "not_accept"}
# entries of the first version have no outcome but a notice
_OLD_OUTCOMES = {"acceptance": "accept", "correction": "request_corrections"}


class Life(msgspec.Struct):
    """What is being measured about one case. ``phase`` is its place in line, since ``since``."""

    item_code: str
    item_name: str
    phase: Literal["", "waiting", "summoned", "missed", "parked"] = ""
    since: datetime | None = None
    waited_s: float = 0.0
    away_s: float = 0.0
    conversion: Conversion | None = None
    is_callback: bool = False
    is_on_work_list: bool = False
    is_undecided: bool = False
    submitted: datetime | None = None
    is_counted: bool = False
    reviewer_id: str = ""
    answered: datetime | None = None
    held: datetime | None = None
    held_s: float = 0.0
    review: tuple[str, datetime] | None = None
    corrections: int = 0
    is_accepted: bool = False
    is_accepted_at_once: bool = False
    has_left: bool = False
    has_notice: bool = False
    deposits: dict[str, tuple[int, datetime | None]] = msgspec.field(default_factory=dict)
    printed: set[str] = msgspec.field(default_factory=set)

    def move(self, phase: Literal["", "waiting", "summoned", "missed", "parked"], time: datetime) -> None:
        """Go on to another phase; the one that ends is added up."""
        if self.since is not None:
            passed_s = (time - self.since).total_seconds()
            if self.phase == "waiting":
                self.waited_s += passed_s
            elif self.phase:
                self.away_s += passed_s
        self.phase, self.since = phase, time

    def begin(self, time: datetime) -> None:
        """A new wait."""
        self.move("waiting", time)
        self.waited_s = self.away_s = 0.0
        self.is_on_work_list = self.is_callback = False
        self.conversion = None


class Worker(msgspec.Struct):
    """What adds up about one reviewer or item."""

    name: str = ""
    answered: int = 0
    reviews: int = 0
    handling_s: list[float] = msgspec.field(default_factory=list)
    wrap_up_s: list[float] = msgspec.field(default_factory=list)
    no_answer: int = 0
    declined: int = 0


class Count:
    """Everything that adds up. ``since`` is the beginning of the time."""

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._is_in_time = False
        self._time = since
        self.many: Counter[str] = Counter()
        self.converted: Counter[Conversion] = Counter()
        self.grades: Counter[Grade] = Counter()
        self.passed: Counter[tuple[ClockKind, int]] = Counter()
        self.wait_s: list[float] = []
        self.away_s: list[float] = []
        self.hold_s: list[float] = []
        self.terminal_s: list[float] = []
        self.collected_s: list[float] = []
        self.lives: dict[str, Life] = {}
        self.corrected: set[str] = set()
        self.reviewers: dict[str, Worker] = {}
        self.items: dict[str, Worker] = {}
        self.desks: dict[str, tuple[str, datetime]] = {}
        self.follow_ups: dict[str, tuple[date, bool]] = {}

    def add(self, entry: Entry) -> None:
        """Count one entry; in journal order."""
        self._time = entry.time
        self._is_in_time = entry.time >= self._since
        fact = entry.fact
        match fact:
            case CaseSubmitted():
                life = Life(fact.item.code, fact.item.name)
                self.lives[fact.case_id] = life
                if not fact.is_pre_review:
                    self._submit(life)
            case DeskStateChanged():
                self._desk(fact)
            case FollowUpOpened() | FollowUpAnswered():
                self._follow_up(fact)
            case _:
                known = self.lives.get(entry.case_id or "")
                if known is not None:
                    self._line(known, entry)
                    self._call(known, entry)
                    self._review(known, entry)
                    self._office(known, entry)

    # --- the line ---

    def _line(self, life: Life, entry: Entry) -> None:
        time = entry.time
        match entry.fact:
            case CorrectionSubmitted() if life.submitted is None:
                self._submit(life)
            case CorrectionSubmitted():
                if not life.is_undecided and not life.is_accepted:
                    life.is_undecided = True
                    if life.phase == "" and life.answered is None and not life.is_on_work_list:
                        life.begin(time)
            case TicketReturned(kind=kind):
                if life.phase == "" and kind in ("appointment", "callback", "correction_return"):
                    life.begin(time)
                else:
                    life.move("waiting", time)
                life.is_callback, life.is_on_work_list = kind == "callback", False
            case TicketRejoined():
                life.move("waiting", time)
            case TicketSummoned(request_id=request_id):
                if life.phase == "":
                    is_callback = life.conversion == "callback" or bool(request_id)
                    life.begin(time)
                    life.is_callback = is_callback
                life.move("summoned", time)
            case CaseClaimed() if life.phase == "summoned":
                life.move("waiting", time)
            case TicketMissed():
                life.move("missed", time)
                self._tell("misses")
            case TicketParked():
                life.move("parked", time)
            case TicketExpired():
                if life.phase == "missed":
                    self._gone(life)
                life.move("", time)
                life.is_on_work_list = True
            case TicketConverted(to=to):
                life.move("", time)
                life.conversion, life.is_on_work_list = to, to in ("asynchronous", "callback")
                if self._is_in_time:
                    self.converted[to] += 1
            case CaseWithdrawn():
                if life.phase in ("waiting", "summoned", "missed"):
                    self._gone(life)
                life.move("", time)
                life.is_undecided = False
            case CaseLeft():
                life.has_left = True

    def _submit(self, life: Life) -> None:
        life.begin(self._time)
        life.submitted, life.is_undecided, life.is_counted = self._time, True, self._is_in_time
        self._tell("submitted")

    def _gone(self, life: Life) -> None:
        life.move("", self._time)
        self._tell("abandoned" if life.waited_s + life.away_s >= SHORT_S else "short_abandoned")

    # --- calls and reviews ---

    def _call(self, life: Life, entry: Entry) -> None:
        time = entry.time
        match entry.fact:
            case CallPlaced(reviewer_id=reviewer_id):
                life.reviewer_id = reviewer_id
                self._tell("offers")
            case CallAnswered():
                self._answered(life)
            case CallHeldFact(is_held=is_held):
                if is_held and life.held is None:
                    life.held = time
                elif not is_held:
                    self._hold_over(life)
            case CallEndedFact(reason=reason) if life.answered is None:
                if self._is_in_time and reason in ("no_answer", "declined"):
                    for worker in self._workers(life):
                        setattr(worker, reason, getattr(worker, reason) + 1)
            case CallEndedFact():
                self._call_over(life)
            case TicketInterrupted():
                self._tell("interrupted")
            case TicketReconnected():
                self._tell("resumed")
            case CallRejoined():
                self._tell("rebuilt_links")
            case ReviewOpened(reviewer_id=reviewer_id):
                life.review = (reviewer_id, time)
            case ReviewReturned() if life.review is not None:
                life.reviewer_id, opened = life.review
                life.review = None
                if self._is_in_time:
                    for worker in self._workers(life):
                        worker.reviews += 1
                        worker.handling_s.append((time - opened).total_seconds())

    def _answered(self, life: Life) -> None:
        life.move("", self._time)
        life.answered, life.held, life.held_s = self._time, None, 0.0
        if self._is_in_time:
            for worker in self._workers(life):
                worker.answered += 1
            self.wait_s.append(life.waited_s)
            if life.away_s:
                self.away_s.append(life.away_s)
            if life.is_callback:
                self.many["callbacks"] += 1
            else:
                self.many["answered"] += 1
                self.many["answered_in_time"] += life.waited_s <= ANSWERED_S
        life.waited_s = life.away_s = 0.0
        life.is_callback = False

    def _call_over(self, life: Life) -> None:
        if life.answered is None:
            return
        self._hold_over(life)
        if self._is_in_time:
            for worker in self._workers(life):
                worker.handling_s.append((self._time - life.answered).total_seconds())
            if life.held_s:
                self.hold_s.append(life.held_s)
        life.answered = None
        if life.phase == "" and life.is_undecided and not life.is_on_work_list:
            life.move("waiting", self._time)

    def _hold_over(self, life: Life) -> None:
        if life.held is not None:
            life.held_s += (self._time - life.held).total_seconds()
            life.held = None

    def _workers(self, life: Life) -> tuple[Worker, Worker]:
        item = self.items.setdefault(life.item_code, Worker(life.item_name))
        return self.reviewers.setdefault(life.reviewer_id, Worker()), item

    def _desk(self, fact: DeskStateChanged) -> None:
        state, since = self.desks.get(fact.reviewer_id, ("", self._time))
        if state == fact.availability:
            return  # wrap-up that was extended
        if state == "wrap_up" and self._is_in_time:
            worker = self.reviewers.setdefault(fact.reviewer_id, Worker())
            worker.wrap_up_s.append((self._time - since).total_seconds())
        self.desks[fact.reviewer_id] = (fact.availability, self._time)

    # --- decisions, clocks and notices ---

    def _review(self, life: Life, entry: Entry) -> None:
        match entry.fact:
            case Decided() as fact:
                outcome = fact.outcome or _OLD_OUTCOMES.get(fact.notice_kind, "")
                life.is_undecided = life.is_undecided and outcome not in _TOLD
                if outcome == "request_corrections":
                    life.corrections += 1
                    if self._is_in_time:
                        self.corrected.add(fact.case_id)
                elif outcome in _ACCEPTANCES:
                    life.is_accepted, life.is_accepted_at_once = True, not life.corrections
            case DeemedAccepted():
                life.is_undecided, life.is_accepted = False, True
                self._tell("deemed")
            case Escalated(clock=clock, percent=percent):
                if self._is_in_time:
                    self.passed[clock, percent] += 1
            case NoticeStored():
                self._tell("sealed")
                if self._is_in_time and not life.has_notice and not life.has_left and life.submitted is not None:
                    self.terminal_s.append((self._time - life.submitted).total_seconds())
                life.has_notice = True
            case SealingRefused():
                self._tell("sealing_failures")
            case NoticeDelivered(is_genuine=is_genuine):
                self._tell("genuine" if is_genuine else "not_genuine")
            case NoticePrintReported(notice_id=notice_id, is_printed=is_printed):
                self._tell(
                    "print_failures" if not is_printed else "reprinted" if notice_id in life.printed else "printed"
                )
                if is_printed:
                    life.printed.add(notice_id)
            case NoticeVoided():
                self._tell("voided")

    # --- the office ---

    def _office(self, life: Life, entry: Entry) -> None:
        match entry.fact:
            case DepositAllocated(deposit_id=deposit_id, pages=pages):
                life.deposits[deposit_id] = (pages, None)
            case DepositStored(deposit_id=deposit_id) if deposit_id in life.deposits:
                life.deposits[deposit_id] = (life.deposits[deposit_id][0], self._time)
                self._tell("stored")
            case DepositHandled(act="collect", deposit_id=deposit_id) if deposit_id in life.deposits:
                stored = life.deposits[deposit_id][1]
                if self._is_in_time and stored is not None:
                    self.collected_s.append((self._time - stored).total_seconds())
            case DepositHandled(act="count", deposit_id=deposit_id, pages=pages) if deposit_id in life.deposits:
                self._tell("counted")
                if pages != life.deposits[deposit_id][0]:
                    self._tell("mismatches")
            case DepositAlarmed(reason=reason):
                self._tell(reason)
            case Evaluated(grade=grade):
                if self._is_in_time:
                    self.grades[grade] += 1

    def _follow_up(self, fact: FollowUpOpened | FollowUpAnswered) -> None:
        if isinstance(fact, FollowUpOpened):
            self.follow_ups[fact.follow_up_id] = (fact.due, False)
            self._tell("follow_ups_opened")
            if fact.source == "trouble":
                self._tell("troubles")
        elif fact.is_settled and fact.follow_up_id in self.follow_ups:
            self.follow_ups[fact.follow_up_id] = (self.follow_ups[fact.follow_up_id][0], True)
            self._tell("settled")

    def _tell(self, name: str) -> None:
        self.many[name] += self._is_in_time
