"""The hall's one door: ``handle`` takes an event and returns commands. Nothing else changes the hall.

Matches the event, then the message, and delegates: attendance.py (who is there), intake.py (the
applicant's acts), calling.py (calls), papers.py (pages and marks), decisions.py (decisions and notices),
line.py (the line). Synchronous; time and ids are arguments.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import assert_never

import msgspec

from signaling.hall import (
    absence,
    alarms,
    attendance,
    board,
    calling,
    conversions,
    deadlines,
    decisions,
    expiries,
    fixes,
    intake,
    issuing,
    line,
    manage,
    notifying,
    numbering,
    office,
    papers,
    previews,
    receipts,
    reviews,
    waits,
)
from signaling.hall.case import Case
from signaling.hall.commands import Command
from signaling.hall.desks import Seat
from signaling.hall.events import (
    CatalogueChanged,
    Connected,
    Desk,
    Disconnected,
    DraftFailed,
    Event,
    MessageReceived,
    NoticeDrafted,
    NoticeSealed,
    Notified,
    Party,
    Restarted,
    SealingFailed,
    Staff,
    Terminal,
    TimerFired,
)
from signaling.hall.facts import Entry
from signaling.hall.floor import Floor
from signaling.hall.offering import Offering
from signaling.hall.rights import InvalidEntry
from signaling.hall.rules import HallRules
from signaling.hall.series import Series
from signaling.hall.working_days import WorkingDays
from signaling.protocol.acts import (
    AnswerFollowUp,
    AskFix,
    AskSlots,
    CallBack,
    CellClosed,
    ChooseDelivery,
    ClaimCase,
    ConfirmFix,
    ConvertTicket,
    DepositPapers,
    Evaluate,
    ExtendWrapUp,
    HandleDeposit,
    HandleResult,
    LeaveTerminal,
    MarkMissed,
    OpenCase,
    OpenCell,
    ParkCall,
    PreviewNotice,
    PublishYear,
    RejoinLine,
    ReportTrouble,
    ResumeTicket,
    ReturnCase,
    SetCalendarDay,
    SetItemOpen,
    SetPriority,
    SetRoster,
    VoidNotice,
)
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import (
    AnswerCall,
    Candidate,
    Decide,
    DeclineCall,
    Description,
    Done,
    EndCall,
    HoldCall,
    MarkRefused,
    NoticePrinted,
    NoticeReceived,
    OperateMark,
    Rejoin,
    SetAvailability,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    ToHall,
    WetInk,
    WithdrawCase,
)
from signaling.protocol.office import Board
from signaling.protocol.values import CaseView

__all__ = ["Figures", "Hall", "HallRules"]


class Figures(msgspec.Struct, frozen=True):
    """How busy the hall is."""

    waiting: int
    offered: int
    serving: int
    terminals_connected: int
    desks_connected: int
    desks_ready: int


class Hall:
    """The server's mind. ``new_id`` must never give the same id twice, not even after a restart."""

    def __init__(self, offering: Offering, rules: HallRules, calendar: WorkingDays, new_id: Callable[[], str]) -> None:
        self._floor = Floor(rules, calendar, new_id, offering, waits.place_of)

    def restore(self, entries: Iterable[Entry], counters: Mapping[str, int]) -> None:
        """Take up the open cases: their entries in journal order. Once, before the first event, which is Restarted."""
        floor = self._floor
        for entry in entries:
            floor.register.apply(entry)
            floor.now = max(floor.now, entry.time)
        floor.counters = dict(counters)
        floor.series = Series(counters)
        for case_id in floor.register.cases:
            floor.note(case_id)

    def handle(self, event: Event, now: datetime) -> list[Command]:
        """What is to be done about an event. ``now`` is aware. Never raises for anything a party may say.

        Time never runs backwards in the hall: a clock that was set back stands still until it has caught up.
        """
        floor = self._floor
        floor.now = max(now, floor.now)
        match event:
            case Connected(session_id=session_id, party=Terminal() as terminal):
                attendance.terminal_connected(floor, session_id, terminal)
            case Connected(session_id=session_id, party=Desk() as desk):
                attendance.desk_connected(floor, session_id, desk)
            case Connected(session_id=session_id, party=Staff() as staff):
                manage.staff_connected(floor, session_id, staff)
            case Connected():
                raise TypeError(f"unknown party {type(event.party).__name__}")
            case Disconnected(session_id=session_id):
                attendance.disconnected(floor, session_id)
            case MessageReceived():
                self._hear(event)
            case TimerFired(timer_id=timer_id):
                self._timer_fired(timer_id)
            case NoticeDrafted():
                previews.drafted(floor, event)
            case DraftFailed():
                previews.failed(floor, event)
            case NoticeSealed():
                issuing.sealed(floor, event)
            case SealingFailed():
                issuing.sealing_failed(floor, event)
            case Restarted():
                attendance.restarted(floor)
                expiries.restarted(floor)
                reviews.restarted(floor)
                office.restarted(floor)
                issuing.restarted(floor)
                deadlines.day_begins(floor)
            case Notified():
                notifying.notified(floor, event)
            case CatalogueChanged(items=items, digest=digest):
                floor.offering = Offering(items, digest)
                floor.tell_catalogue()
            case _:
                assert_never(event)
        numbering.settle(floor)
        if floor.is_line_stale:
            line.settle(floor)
        return floor.take_commands()

    def may_read(self, party: Party, digest: str) -> bool:
        """Whether the party may fetch this file now: papers and notices of the case before it, nothing else."""
        floor = self._floor
        register = floor.register
        cases: Iterable[Case | None] = ()
        if isinstance(party, Terminal):
            # what is over stays readable until the applicant leaves: the notice of a withdrawal comes after it
            cases = (register.case_of(party.terminal_id),)
        elif isinstance(party, Desk):
            name = party.reviewer_id
            near = (register.case_at(name), register.case_open_at(name), register.last_case_at(name))
            cases = (
                case for case in near if case is not None and not case.is_settled and _is_in_charge(floor, party, case)
            )
        return any(case is not None and digest in _digests(case) for case in cases)

    def case_views(self) -> tuple[CaseView, ...]:
        """All cases the hall knows, for metrics and tests."""
        return tuple(self._floor.view(case) for case in self._floor.register.cases.values())

    def set_alarm(self, code: str, is_raised: bool) -> None:
        """What the server noticed itself (``clock_backwards``); the manager sees it with the next news."""
        alarms.keep(self._floor, code, is_raised)

    def board(self) -> Board:
        """The public board as it is now."""
        return board.board(self._floor)

    def figures(self) -> Figures:
        """How busy the hall is now."""
        floor = self._floor
        calls = [floor.register.cases[case_id].talk for case_id in floor.register.live_calls.values()]
        serving = sum(call is not None for call in calls)
        seats = [seat for seat in floor.seats.values() if seat.session_id is not None]
        return Figures(
            waiting=sum(len(keys) for keys in floor.standing.lines.values()),
            offered=len(calls) - serving,
            serving=serving,
            terminals_connected=len(floor.terminals),
            desks_connected=len(seats),
            desks_ready=sum(seat.availability == "ready" for seat in seats),
        )

    def _hear(self, event: MessageReceived) -> None:
        party = self._floor.sessions.get(event.session_id)
        if party is None:
            return  # the session was taken over while its message was under way
        try:
            self._act(party, event)
        except Refused as refusal:
            if isinstance(event.message, OperateMark):
                self._floor.send(event.session_id, MarkRefused(event.message.operation_id, refusal.code))
            else:
                sentence = refusal.sentence if isinstance(refusal, InvalidEntry) else ""
                self._floor.tell_error(event.session_id, refusal.code, _about(event.message), sentence)

    def _act(self, party: Party, event: MessageReceived) -> None:
        floor = self._floor
        message = event.message
        match message:
            case SubmitCase():
                intake.submit(floor, _terminal(party), message, event.absent, floor.offering)
            case SubmitCorrection():
                intake.correct(floor, _terminal(party), message, event.absent)
            case WithdrawCase():
                intake.withdraw(floor, _terminal(party), message)
            case NoticeReceived():
                receipts.received(floor, _terminal(party), message)
            case NoticePrinted():
                receipts.printed(floor, _terminal(party), message)
            case Decide():
                decisions.decide(floor, self._seat(party), message, event.absent)
            case PreviewNotice():
                previews.preview(floor, self._seat(party), message, event.absent)
            case SetAvailability():
                attendance.set_availability(floor, self._seat(party), message)
            case AnswerCall():
                calling.answer(floor, self._seat(party), message)
            case DeclineCall():
                calling.decline(floor, self._seat(party), message)
            case HoldCall():
                calling.hold(floor, self._seat(party), message)
            case EndCall():
                calling.hang_up(floor, party, event.session_id, message)
            case Rejoin():
                calling.rejoin(floor, party, message)
            case Description() | Candidate():
                calling.relay(floor, party, message)
            case ShowPage():
                papers.show_page(floor, self._seat(party), message)
            case OperateMark():
                papers.operate(floor, self._seat(party), message)
            case WetInk():
                papers.wet_ink(floor, self._seat(party), message)
            case LeaveTerminal():
                absence.leave(floor, _terminal(party), message)
            case ClaimCase():
                absence.claim(floor, _terminal(party), message)
            case RejoinLine():
                absence.rejoin_line(floor, _terminal(party), message)
            case MarkMissed():
                absence.mark_missed(floor, self._seat(party), message)
            case ParkCall():
                conversions.park(floor, self._seat(party), message)
            case ResumeTicket():
                conversions.resume(floor, _terminal(party), message)
            case AskSlots():
                conversions.ask_slots(floor, _terminal_or_desk(party), event.session_id, message)
            case ConvertTicket():
                conversions.convert(floor, _terminal_or_desk(party), event.session_id, message)
            case CallBack():
                conversions.call_back(floor, self._seat(party), message)
            case SetPriority():
                conversions.set_priority(floor, _person(party), event.session_id, message)
            case OpenCase():
                reviews.open_case(floor, self._seat(party), message)
            case ReturnCase():
                reviews.return_case(floor, self._seat(party), message)
            case AskFix():
                fixes.ask(floor, self._seat(party), message)
            case ConfirmFix():
                fixes.answer(floor, _terminal(party), message)
            case VoidNotice():
                person = _person(party)
                decisions.void_notice(floor, person, message)
                floor.send(event.session_id, Done(message.request_id))
            case ExtendWrapUp():
                attendance.extend_wrap_up(floor, self._seat(party))
            case (
                DepositPapers()
                | OpenCell()
                | CellClosed()
                | ChooseDelivery()
                | Evaluate()
                | ReportTrouble()
                | HandleDeposit()
                | HandleResult()
                | AnswerFollowUp()
                | SetCalendarDay()
                | PublishYear()
                | SetRoster()
                | SetItemOpen()
            ):
                office.act(floor, party, event.session_id, message)
            case _:
                assert_never(message)

    def _seat(self, party: Party) -> Seat:
        if not isinstance(party, Desk):
            raise Refused(ErrorCode.NOT_ALLOWED, "a desk's act")
        return self._floor.seats[party.reviewer_id]

    def _timer_fired(self, timer_id: str) -> None:
        kind, _, subject = timer_id.partition(":")
        floor = self._floor
        match kind:
            case "ring":
                calling.ring_ran_out(floor, subject)
            case "wrap_up":
                attendance.wrap_up_over(floor, subject)
            case "desk_grace":
                attendance.desk_grace_over(floor, subject)
            case "terminal_grace":
                attendance.terminal_grace_over(floor, subject)
            case "news":
                line.tell_news(floor)
                manage.tell(floor)
            case "turn":
                floor.is_line_stale = True
            case "ticket":
                expiries.time_over(floor, subject)
            case "remind":
                conversions.remind(floor, subject)
            case "closing":
                conversions.day_closes(floor)
            case "lease":
                reviews.grace_over(floor, subject)
            case "day":
                deadlines.day_begins(floor)
            case "seal":
                issuing.seal_again(floor, subject)
            case "deposit" | "result":
                office.timer_fired(floor, kind, subject)
            case _:
                raise ValueError(f"unknown timer {timer_id}")


def _terminal(party: Party) -> Terminal:
    if not isinstance(party, Terminal):
        raise Refused(ErrorCode.NOT_ALLOWED, "a terminal's act")
    return party


def _terminal_or_desk(party: Party) -> Terminal | Desk:
    if isinstance(party, Staff):
        raise Refused(ErrorCode.NOT_ALLOWED, "an act of a terminal or a desk")
    return party


def _person(party: Party) -> Desk | Staff:
    if isinstance(party, Terminal):
        raise Refused(ErrorCode.NOT_ALLOWED, "an act of staff")
    return party


def _is_in_charge(floor: Floor, desk: Desk, case: Case) -> bool:
    seat = floor.seat_in_charge(case)
    return seat is not None and seat.party.reviewer_id == desk.reviewer_id


def _digests(case: Case) -> set[str]:
    digests = {material.digest for material in case.materials}
    digests |= {notice.digest for notice in case.notices if notice.digest}
    return digests | {correction.crop for correction in case.corrections if correction.crop}


def _about(message: ToHall) -> str:
    """The request, call or case id an error answers."""
    for name in ("request_id", "call_id", "case_id"):
        value = getattr(message, name, None)
        if value is not None:
            return str(value)
    return ""
