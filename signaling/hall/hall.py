"""The hall's one door: ``handle`` takes an event and returns commands. Nothing else changes the hall.

Matches the event, then the message, and delegates: attendance.py (who is there), intake.py (the
applicant's acts), calling.py (calls), papers.py (pages and marks), decisions.py (decisions and notices),
line.py (the line). Synchronous; time and ids are arguments.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import assert_never

import msgspec

from signaling.hall import attendance, calling, decisions, intake, line, papers
from signaling.hall.commands import Command
from signaling.hall.desks import Seat
from signaling.hall.events import (
    Connected,
    Desk,
    Disconnected,
    Event,
    MessageReceived,
    NoticeSealed,
    Party,
    Restarted,
    SealingFailed,
    Terminal,
    TimerFired,
)
from signaling.hall.facts import Entry
from signaling.hall.floor import Floor, HallRules
from signaling.hall.working_days import WorkingDays
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import (
    AnswerCall,
    Candidate,
    Decide,
    DeclineCall,
    Description,
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
from signaling.protocol.values import CaseView, ServiceItem

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

    def __init__(
        self, catalogue: tuple[ServiceItem, ...], rules: HallRules, calendar: WorkingDays, new_id: Callable[[], str]
    ) -> None:
        """Raises ValueError when the catalogue has more categories than there are ticket letters."""
        self._floor = Floor(rules, calendar, new_id)
        self._offering = intake.Offering(catalogue)

    def restore(self, entries: Iterable[Entry], counters: Mapping[str, int]) -> None:
        """Take up the open cases: their entries in journal order. Once, before the first event, which is Restarted."""
        for entry in entries:
            self._floor.register.apply(entry)
        self._floor.counters = dict(counters)

    def handle(self, event: Event, now: datetime) -> list[Command]:
        """What is to be done about an event. ``now`` is aware. Never raises for anything a party may say."""
        floor = self._floor
        floor.now = now
        match event:
            case Connected(session_id=session_id, party=Terminal() as terminal):
                attendance.terminal_connected(floor, session_id, terminal, self._offering.catalogue)
            case Connected(session_id=session_id, party=Desk() as desk):
                attendance.desk_connected(floor, session_id, desk)
            case Connected():
                raise TypeError(f"unknown party {type(event.party).__name__}")
            case Disconnected(session_id=session_id):
                attendance.disconnected(floor, session_id)
            case MessageReceived():
                self._hear(event)
            case TimerFired(timer_id=timer_id):
                self._timer_fired(timer_id)
            case NoticeSealed():
                decisions.sealed(floor, event)
            case SealingFailed():
                decisions.sealing_failed(floor, event)
            case Restarted():
                attendance.restarted(floor)
            case _:
                assert_never(event)
        if floor.is_line_stale:
            line.settle(floor)
        return floor.take_commands()

    def may_read(self, party: Party, digest: str) -> bool:
        """Whether the party may fetch this file now: papers and notices of the case before it, nothing else."""
        floor = self._floor
        for case in floor.register.cases.values():
            if isinstance(party, Terminal):
                is_before_it = case is floor.register.case_of(party.terminal_id)
            else:
                seat = floor.seat_in_charge(case)
                is_before_it = seat is not None and seat.party.reviewer_id == party.reviewer_id
            if is_before_it and not case.is_settled and digest in _digests(case.view()):
                return True
        return False

    def case_views(self) -> tuple[CaseView, ...]:
        """All cases the hall knows, for metrics and tests."""
        return tuple(case.view() for case in self._floor.register.cases.values())

    def figures(self) -> Figures:
        """How busy the hall is now."""
        floor = self._floor
        tickets = [case.ticket.state for case in floor.register.cases.values()]
        seats = [seat for seat in floor.seats.values() if seat.session_id is not None]
        return Figures(
            waiting=tickets.count("waiting"),
            offered=tickets.count("offered"),
            serving=tickets.count("serving"),
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
                self._floor.tell_error(event.session_id, refusal.code, _about(event.message))

    def _act(self, party: Party, event: MessageReceived) -> None:
        floor = self._floor
        message = event.message
        match message:
            case SubmitCase():
                intake.submit(floor, _terminal(party), message, event.absent, self._offering)
            case SubmitCorrection():
                intake.correct(floor, _terminal(party), message, event.absent)
            case WithdrawCase():
                intake.withdraw(floor, _terminal(party), message)
            case NoticeReceived():
                decisions.received(floor, _terminal(party), message)
            case NoticePrinted():
                decisions.printed(floor, _terminal(party), message)
            case Decide():
                decisions.decide(floor, self._seat(party), message)
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
            case "seal":
                decisions.seal_again(floor, subject)
            case _:
                raise ValueError(f"unknown timer {timer_id}")


def _terminal(party: Party) -> Terminal:
    if not isinstance(party, Terminal):
        raise Refused(ErrorCode.NOT_ALLOWED, "a terminal's act")
    return party


def _digests(view: CaseView) -> set[str]:
    return {material.digest for material in view.materials} | {
        notice.digest for notice in view.notices if notice.digest
    }


def _about(message: ToHall) -> str:
    """The request, call or case id an error answers."""
    for name in ("request_id", "call_id", "case_id"):
        value = getattr(message, name, None)
        if value is not None:
            return str(value)
    return ""
