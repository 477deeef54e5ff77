"""Rehearses a day: the real hall, driven through simulated time by people who behave as the plan says.

Pure and fast: no clock, no chance, no files; the same plan gives the same entries. Used to compare rules and
staffing (what-if), by tests and by the benchmark. Applicants hand in, wait (here or elsewhere), are accepted, print
their notice and go; reviewers answer, look, accept and hang up.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Literal

import msgspec

from signaling.hall.commands import CancelTimer, Command, Notify, Record, SealNotice, Send, SetTimer
from signaling.hall.day_plan import Plan, Shift, Visit
from signaling.hall.events import (
    Connected,
    Desk,
    Disconnected,
    Event,
    MessageReceived,
    NoticeSealed,
    Notified,
    Restarted,
    Terminal,
    TimerFired,
)
from signaling.hall.facts import Entry
from signaling.hall.hall import Hall
from signaling.hall.offering import Offering
from signaling.hall.rules import HallRules
from signaling.hall.working_days import WorkingDays
from signaling.protocol.acts import ClaimCase, ConvertTicket, LeaveTerminal, RejoinLine
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CallStarted,
    CaseChanged,
    Decide,
    DeskChanged,
    EndCall,
    Error,
    FromHall,
    NoticePrinted,
    NoticeReady,
    NoticeReceived,
    SetAvailability,
    ShowPage,
    SubmitCase,
    TicketIssued,
    ToHall,
    WithdrawCase,
)
from signaling.protocol.values import Applicant, Material, MaterialSlot, ServiceItem

_APPLICANT = Applicant("person", "张三", "resident_id", "11010519491231002X", "13800000000")
_PAPER = Material("form", "0" * 64, "form.pdf", "application/pdf", 1000, 1, "file")
_NEVER_S = 1e9
_AFTER_S = 1800
"""So long after the last shift the rehearsal goes on: who is still there is finished or never was served."""
_RACES = frozenset({ErrorCode.CALL_GONE, ErrorCode.ILLEGAL_STEP, ErrorCode.NOT_FOUND, ErrorCode.PLACE_EXPIRED})
"""What may be refused without the rehearsal being wrong: two things happened at once."""

End = Literal["", "served", "withdrawn", "converted"]


class Outcome(msgspec.Struct):
    """How a visit went. ``waited_s`` is from coming to the answer, None without one; ``end`` is "" while it is open."""

    visit: Visit
    waited_s: float | None = None
    end: End = ""
    case_id: str = ""


class Rehearsal(msgspec.Struct, frozen=True):
    """What happened: the journal and each visit, in the order of the plan. ``until`` is where the day was cut."""

    entries: tuple[Entry, ...]
    outcomes: tuple[Outcome, ...]
    until: datetime


def rehearse(plan: Plan, rules: HallRules, calendar: WorkingDays) -> Rehearsal:
    """Let the day happen under these rules. Raises RuntimeError when the hall refuses what it should take."""
    return _Day(plan, rules, calendar).happen()


def offering_for(skills: set[str]) -> Offering:
    """One plain item for each skill, of its own category as long as there are letters."""
    items = tuple(
        ServiceItem(
            code=skill,
            name=skill,
            category=f"{place % 26}",
            authority="rehearsal",
            department="rehearsal",
            skill=skill,
            business_kind="新办",
            legal_basis="rehearsal",
            statutory_days=20,
            promised_days=10,
            has_fee=False,
            delivery="rehearsal",
            slots=(MaterialSlot("form", "form"),),
        )
        for place, skill in enumerate(sorted(skills))
    )
    return Offering(items, "0" * 64)


class _Guest(msgspec.Struct):
    """An applicant on the way through the hall."""

    outcome: Outcome
    terminal_id: str = ""
    token: str = ""
    has_rejoined: bool = False
    is_told: bool = False
    """The notice is printed."""
    is_hung_up: bool = False


class _Day:
    """The hall, the people in it, and what is to happen when."""

    def __init__(self, plan: Plan, rules: HallRules, calendar: WorkingDays) -> None:
        self._plan = plan
        ids = count(1)
        # News of the line decide nothing; without them the day is rehearsed several times faster. Nobody reads drafts.
        rules = msgspec.structs.replace(rules, tell_s=_NEVER_S, must_preview=False)
        offering = offering_for({visit.skill for visit in plan.visits})
        self._hall = Hall(offering, rules, calendar, lambda: f"id-{next(ids)}")
        self._requests = count(1)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count(1)
        self._timers: dict[str, int] = {}
        self._entries: list[Entry] = []
        self._guests = [_Guest(Outcome(visit)) for visit in plan.visits]
        self._of_case: dict[str, _Guest] = {}
        self._at: dict[str, _Guest] = {}
        self._free = deque(f"T-{n + 1:03d}" for n in range(plan.terminals))
        self._queueing: deque[tuple[_Guest, Callable[[_Guest], None]]] = deque()
        self._leaving: set[str] = set()
        starts = [visit.at for visit in plan.visits] + [shift.start for shift in plan.shifts]
        self._now = min(starts)
        self._until = max([*starts, *(shift.end for shift in plan.shifts)]) + timedelta(seconds=_AFTER_S)

    def happen(self) -> Rehearsal:
        """From the first event to the last."""
        self._event(Restarted())
        for terminal_id in self._free:
            self._event(Connected(terminal_id, Terminal(terminal_id, terminal_id)))
        for shift in self._plan.shifts:
            self._at_time(shift.start, partial(self._begin, shift))
            self._at_time(shift.end, partial(self._finish, shift))
        for guest in self._guests:
            self._at_time(guest.outcome.visit.at, partial(self._seek_terminal, guest, self._submit))
        while self._agenda and self._agenda[0][0] <= self._until:
            self._now, _, act = heappop(self._agenda)
            act()
        return Rehearsal(tuple(self._entries), tuple(guest.outcome for guest in self._guests), self._until)

    # --- time and the hall ---

    def _at_time(self, time: datetime, act: Callable[[], None]) -> int:
        number = next(self._order)
        heappush(self._agenda, (time, number, act))
        return number

    def _after(self, delay_s: float, act: Callable[[], None]) -> int:
        return self._at_time(self._now + timedelta(seconds=min(delay_s, _NEVER_S)), act)

    def _say(self, session_id: str, message: ToHall) -> None:
        self._event(MessageReceived(session_id, message))

    def _event(self, event: Event) -> None:
        for command in self._hall.handle(event, self._now):
            self._perform(command)

    def _perform(self, command: Command) -> None:
        match command:
            case Record(entry=entry):
                self._entries.append(entry)
            case SetTimer(timer_id=timer_id, delay_s=delay_s):
                self._timers[timer_id] = self._after(delay_s, lambda: self._fire(timer_id, number))
                number = self._timers[timer_id]
            case CancelTimer(timer_id=timer_id):
                self._timers.pop(timer_id, None)
            case Send(session_id=session_id, message=message) if session_id in self._at:
                self._tell_guest(self._at[session_id], message)
            case Send(session_id=session_id, message=message):
                self._tell_desk(session_id, message)
            case SealNotice(order=order):
                sealed = NoticeSealed(order.notice_id, "f" * 64, self._now)
                self._after(0, lambda: self._event(sealed))
            case Notify(notification_id=notification_id, case_id=case_id, kind=kind):
                self._after(0, lambda: self._event(Notified(notification_id, is_sent=True)))
                if kind == "summons":
                    guest = self._of_case[case_id]
                    self._after(guest.outcome.visit.comes_s, lambda: self._seek_terminal(guest, self._claim))
            case _:
                raise RuntimeError(f"unexpected {command}")

    def _fire(self, timer_id: str, number: int) -> None:
        if self._timers.get(timer_id) == number:
            del self._timers[timer_id]
            self._event(TimerFired(timer_id))

    def _request(self) -> str:
        return f"r-{next(self._requests)}"

    # --- applicants ---

    def _seek_terminal(self, guest: _Guest, act: Callable[[_Guest], None]) -> None:
        if not self._free:
            self._queueing.append((guest, act))
            return
        guest.terminal_id = self._free.popleft()
        self._at[guest.terminal_id] = guest
        act(guest)

    def _submit(self, guest: _Guest) -> None:
        visit = guest.outcome.visit
        if visit.patience_s is not None:
            self._after(visit.patience_s, lambda: self._lose_patience(guest))
        act = SubmitCase(
            self._request(), visit.skill, _APPLICANT, (_PAPER,), consents_to_video=True, priority=visit.priority
        )
        self._say(guest.terminal_id, act)

    def _claim(self, guest: _Guest) -> None:
        self._say(guest.terminal_id, ClaimCase(self._request(), guest.token))

    def _lose_patience(self, guest: _Guest) -> None:
        outcome = guest.outcome
        if outcome.waited_s is None and guest.terminal_id:
            outcome.end = "withdrawn"
            self._say(guest.terminal_id, WithdrawCase(self._request(), outcome.case_id))

    def _tell_guest(self, guest: _Guest, message: FromHall) -> None:
        outcome = guest.outcome
        match message:
            case TicketIssued(case=case):
                outcome.case_id, guest.token = case.case_id, case.token
                self._of_case[case.case_id] = guest
                exchange = next((to for to in case.place.proposals if to in outcome.visit.accepts), None)
                if exchange is not None:
                    outcome.end = "converted"
                    self._after(
                        0, lambda: self._exchange(guest, ConvertTicket(self._request(), case.case_id, exchange))
                    )
                elif outcome.visit.waits_elsewhere:
                    self._after(0, lambda: self._leave(guest))
            case CaseChanged(case=case) if case.ticket_state == "missed" and not guest.has_rejoined:
                guest.has_rejoined = True
                self._after(0, lambda: self._say(guest.terminal_id, RejoinLine(self._request(), case.case_id)))
            case CallStarted():
                if outcome.waited_s is None:
                    outcome.waited_s = (self._now - outcome.visit.at).total_seconds()
                    outcome.end = "served"
            case CallEnded(reason="hung_up"):
                guest.is_hung_up = True
                self._leave_if_done(guest)
            case NoticeReady(notice=notice) if notice.state == "ready":
                self._after(0, lambda: self._take_notice(guest, notice.notice_id))
            case Error(code=code) if code not in _RACES:
                raise RuntimeError(f"{outcome.case_id}: {code}")
            case _:
                pass

    def _exchange(self, guest: _Guest, act: ConvertTicket) -> None:
        self._say(guest.terminal_id, act)
        self._leave(guest)

    def _take_notice(self, guest: _Guest, notice_id: str) -> None:
        if guest.terminal_id:
            self._say(guest.terminal_id, NoticeReceived(self._request(), notice_id, is_genuine=True))
            self._say(guest.terminal_id, NoticePrinted(self._request(), notice_id, is_printed=True))
            guest.is_told = True
            self._leave_if_done(guest)

    def _leave_if_done(self, guest: _Guest) -> None:
        if guest.is_told and (guest.is_hung_up or guest.outcome.end == "withdrawn"):
            self._after(0, lambda: self._leave(guest))

    def _leave(self, guest: _Guest) -> None:
        if not guest.terminal_id:
            return
        self._say(guest.terminal_id, LeaveTerminal(self._request(), guest.outcome.case_id))
        del self._at[guest.terminal_id]
        self._free.append(guest.terminal_id)
        guest.terminal_id = ""
        if self._queueing:
            self._seek_terminal(*self._queueing.popleft())

    # --- reviewers ---

    def _begin(self, shift: Shift) -> None:
        name = shift.reviewer_id
        self._event(Connected(name, Desk(f"D-{name}", name, name, shift.skills)))
        self._say(name, SetAvailability(is_ready=True))

    def _finish(self, shift: Shift) -> None:
        self._leaving.add(shift.reviewer_id)
        self._say(shift.reviewer_id, SetAvailability(is_ready=False, reason="off duty"))

    def _tell_desk(self, name: str, message: FromHall) -> None:
        match message:
            case CallOffered(call_id=call_id):
                self._after(self._plan.answer_s, lambda: self._say(name, AnswerCall(call_id)))
            case CallStarted(call_id=call_id, case=case):
                visit = self._of_case[case.case_id].outcome.visit
                self._after(visit.handling_s, lambda: self._decide(name, call_id, case.case_id))
            case DeskChanged(availability="away") if name in self._leaving:
                self._leaving.remove(name)
                self._after(0, lambda: self._event(Disconnected(name)))
            case DeskChanged(availability="wrap_up" | "ready") if name in self._leaving:
                self._after(0, lambda: self._say(name, SetAvailability(is_ready=False, reason="off duty")))
            case Error(code=code) if code not in _RACES:
                raise RuntimeError(f"{name}: {code}")
            case _:
                pass

    def _decide(self, name: str, call_id: str, case_id: str) -> None:
        self._say(name, ShowPage(case_id, _PAPER.digest, 0))
        self._say(name, Decide(self._request(), case_id, "accept"))
        self._say(name, EndCall(call_id))
