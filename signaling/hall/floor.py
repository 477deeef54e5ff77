"""The floor of the hall: what one event may read, and the commands it gives.

Holds the register (durable), who is connected and which desks are manned (not durable), and collects
commands in order. ``record`` is the only way to change the register while the hall runs: the same
entry goes to the journal and into the register. No decision is taken here.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from signaling.hall.case import Case
from signaling.hall.commands import CancelTimer, CloseSession, Command, Record, Send, SetTimer
from signaling.hall.desks import Seat
from signaling.hall.events import Party
from signaling.hall.facts import Entry, Fact, MarkRecorded, PageShown, ReviewerLoggedIn, TerminalConnected
from signaling.hall.register import Register
from signaling.hall.working_days import WorkingDays
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import CaseChanged, DeskChanged, Error, FromHall, QueueChanged, TicketChanged


class HallRules(msgspec.Struct, frozen=True):
    """What the hall's administrator may set. Seconds, except ``correction_days`` (working days)."""

    ring_s: float = 20
    wrap_up_s: float = 45
    desk_grace_s: float = 30
    terminal_grace_s: float = 120
    seal_retry_s: float = 10
    correction_days: int = 20
    number_prefix: str = "京通政务"


class Floor:
    """State and outbox of the hall. ``now`` is the time of the event being handled."""

    def __init__(self, rules: HallRules, calendar: WorkingDays, new_id: Callable[[], str]) -> None:
        self.rules = rules
        self.calendar = calendar
        self.new_id = new_id
        self.register = Register()
        self.counters: dict[str, int] = {}
        self.sessions: dict[str, Party] = {}
        self.terminals: dict[str, str] = {}
        """Session of each connected terminal."""
        self.seats: dict[str, Seat] = {}
        """Seat of each reviewer who is connected, or lost for no longer than the grace time."""
        self.now = datetime.fromtimestamp(0, UTC)
        self.told: dict[tuple[str, type], TicketChanged | QueueChanged] = {}
        """What each session was last told of the line, by kind of message."""
        self.is_line_stale = False
        """Something happened that can change the line or what desks and terminals are told of it."""
        self._commands: list[Command] = []

    def take_commands(self) -> list[Command]:
        """The commands since the last call, in order."""
        commands, self._commands = self._commands, []
        return commands

    # --- the journal ---

    def record(self, actor: str, fact: Fact, counters: Sequence[str] = ()) -> None:
        """Write a fact and let it take effect. ``counters`` names those that ``count`` moved for it."""
        case_id = None if isinstance(fact, TerminalConnected | ReviewerLoggedIn) else fact.case_id
        entry = Entry(self.now, actor, case_id, fact)
        self.register.apply(entry)
        is_open = None
        if case_id is not None:
            case = self.register.cases.get(case_id)
            is_open = case is not None and not case.is_over
        self._commands.append(Record(entry, tuple((name, self.counters[name]) for name in counters), is_open))
        if not isinstance(fact, MarkRecorded | PageShown):
            self.is_line_stale = True

    def count(self, name: str) -> int:
        """The next number of a counter. Call it last, right before the ``record`` that names it: no gaps."""
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name]

    # --- who hears what ---

    def seat_in_charge(self, case: Case) -> Seat | None:
        """The seat that may see the case: of the reviewer it rings at, or who is in charge and on no other case."""
        call = case.live_call
        seat = self.seats.get(call.reviewer_id if call is not None else case.reviewer_id)
        if seat is None or call is not None:
            return seat
        busy_with = self.case_at(seat)
        return seat if busy_with is None or busy_with is case else None

    def case_at(self, seat: Seat) -> Case | None:
        """The case whose call rings at or is on with this seat."""
        for case in self.register.cases.values():
            call = case.live_call
            if call is not None and call.reviewer_id == seat.party.reviewer_id:
                return case
        return None

    def send(self, session_id: str, message: FromHall, is_droppable: bool = False) -> None:
        """Say something to one session."""
        self._commands.append(Send(session_id, message, is_droppable))

    def tell_terminal(self, case: Case, message: FromHall, is_droppable: bool = False) -> None:
        """Say something to the case's terminal, if it is connected and not at its next case already."""
        session_id = self.terminals.get(case.terminal_id)
        if session_id is not None and self.register.newest.get(case.terminal_id) == case.case_id:
            self.send(session_id, message, is_droppable)

    def tell_seat(self, seat: Seat | None, message: FromHall) -> None:
        """Say something to a reviewer, if connected."""
        if seat is not None and seat.session_id is not None:
            self.send(seat.session_id, message)

    def tell_both(self, case: Case, message: FromHall) -> None:
        """Say the same to the case's terminal and to the reviewer who may see the case."""
        self.tell_terminal(case, message)
        self.tell_seat(self.seat_in_charge(case), message)

    def tell_change(self, case: Case) -> None:
        """Show both sides the case as it is now."""
        self.tell_both(case, CaseChanged(case.view()))

    def tell_error(self, session_id: str, code: ErrorCode, about: str) -> None:
        """Tell a session that its act was refused."""
        self.send(session_id, Error(code, SENTENCES[code], about))

    # --- desks, sessions and timers ---

    def step_seat(self, seat: Seat, step: str, reason: str = "") -> None:
        """Move a desk's availability and tell it. Raises IllegalStep."""
        seat.step(step, self.now, reason)
        self.is_line_stale = True
        self.tell_seat(seat, DeskChanged(seat.availability, seat.reason, seat.since))

    def close_session(self, session_id: str, code: ErrorCode) -> None:
        """End a session of the hall's own accord."""
        self.forget_session(session_id)
        self._commands.append(CloseSession(session_id, code))

    def forget_session(self, session_id: str) -> None:
        """From now on the session is a stranger."""
        del self.sessions[session_id]
        self.told = {key: message for key, message in self.told.items() if key[0] != session_id}

    def command(self, command: Command) -> None:
        """Give any other command."""
        self._commands.append(command)

    def set_timer(self, timer_id: str, delay_s: float) -> None:
        """Set or replace a timer."""
        self._commands.append(SetTimer(timer_id, delay_s))

    def cancel_timer(self, timer_id: str) -> None:
        """Forget a timer."""
        self._commands.append(CancelTimer(timer_id))
