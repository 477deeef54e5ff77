"""The floor of the hall: what one event may read, and the commands it gives.

Holds the register (durable), who is connected and which desks are manned (not durable), and collects
commands in order. ``record`` is the only way to change the register while the hall runs: the same
entry goes to the journal and into the register. No decision is taken here.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from signaling.hall.attempts import Attempts
from signaling.hall.case import Case
from signaling.hall.commands import CancelTimer, CloseSession, Command, Record, Send, SetTimer
from signaling.hall.desks import Seat
from signaling.hall.drafts import Drafts
from signaling.hall.events import Party, Terminal
from signaling.hall.facts import Entry, Fact, MarkRecorded, PageShown, ReviewerLoggedIn, TerminalConnected
from signaling.hall.lists import Lists
from signaling.hall.manning import Manning
from signaling.hall.offering import Offering
from signaling.hall.office_facts import CalendarDaySet, OfficeFact, YearPublished, subject_of
from signaling.hall.queue_facts import DeskStateChanged
from signaling.hall.register import Register
from signaling.hall.rules import HallRules
from signaling.hall.series import Series
from signaling.hall.standing import Presence, Stander, Standing
from signaling.hall.tickets import local_day
from signaling.hall.views import case_view
from signaling.hall.work import Work
from signaling.hall.working_days import WorkingDays
from signaling.protocol.errors import SENTENCES, ErrorCode, Refused
from signaling.protocol.messages import CaseChanged, Error, FromHall
from signaling.protocol.values import CaseView, Place


class Floor:
    """State and outbox of the hall. ``now`` is the time of the event being handled."""

    def __init__(
        self,
        rules: HallRules,
        calendar: WorkingDays,
        new_id: Callable[[], str],
        offering: Offering,
        place: "Callable[[Floor, Case], Place]",
    ) -> None:
        """``place`` tells a case's place in line (waits.place_of, which stands above the floor)."""
        self.rules = rules
        self.new_id = new_id
        self._place = place
        self.offering = offering
        """What can be applied for now; replaced as a whole."""
        self.register = Register()
        self.calendar = calendar.edited_by(self.register.office.days, self.register.office.years)
        self.counters: dict[str, int] = {}
        self.series = Series({})
        """Which notice numbers are free again, derived from the counters."""
        self.drafts = Drafts()
        """Notices that are previewed."""
        self.sessions: dict[str, Party] = {}
        self.terminals: dict[str, str] = {}
        """Session of each connected terminal."""
        self.seats: dict[str, Seat] = {}
        """Seat of each reviewer who is connected, or lost for no longer than the grace time."""
        self.work = Work()
        """What can be done without a call; ``note`` keeps it true."""
        self.lists = Lists()
        """What the board and the manager's page show, derived like the line."""
        self.attempts = Attempts()
        """Wrong codes at each terminal."""
        self.now = datetime.fromtimestamp(0, UTC)
        self.standing = Standing()
        """The line, derived from the register; ``note`` keeps it true."""
        self.touched: dict[str, None] = {}
        """Cases that changed in this event: who sees them hears of their place at once."""
        self.told: dict[str, dict[type, FromHall]] = {}
        """What each session was last told of the line, by kind of message."""
        self.is_line_stale = False
        """Something happened that can change the line or what desks and terminals are told of it."""
        self.is_news_due = False
        """The timer for telling everyone of the line runs."""
        self.wakes_at: datetime | None = None
        """When the timer fires that lets others help out."""
        self.manning = Manning()
        """The desks that work, derived from the seats; ``man`` keeps it true."""
        self._leased: dict[str, str] = {}
        """Reviewer of each case that is open without a call."""
        self.handling_s: dict[str, float] = {}
        """Moving average of what a case of each skill takes."""
        self.expected: dict[str, str] = {}
        """Reviewer for whom each summoned case was called: nobody else who is away is called for that desk."""
        self.alarms: set[str] = set()
        """Codes with a subject that the manager sees until they are over, such as ``desk_missed_twice:reviewer-03``."""
        self._commands: list[Command] = []

    def take_commands(self) -> list[Command]:
        """The commands since the last call, in order."""
        commands, self._commands = self._commands, []
        return commands

    # --- the journal ---

    def record(self, actor: str, fact: Fact, counters: Sequence[str] = ()) -> None:
        """Write a fact and let it take effect. ``counters`` names those that ``count`` moved for it.

        Raises RuntimeError when the fact does not fit: who records has checked before, so that is a mistake of ours
        and must not look like a refusal to a party.
        """
        case_id = _subject_of(fact)
        entry = Entry(self.now, actor, case_id, fact)
        try:
            self.register.apply(entry)
        except Refused as fault:
            raise RuntimeError(f"{type(fact).__name__} does not fit: {fault}") from fault
        if isinstance(fact, CalendarDaySet | YearPublished):
            self.work.begin_anew()
        is_silent = isinstance(fact, MarkRecorded | PageShown)
        if case_id is not None and not is_silent:
            self.note(case_id)
        is_open = None if case_id is None else self.register.is_open(case_id)
        self._commands.append(Record(entry, tuple((name, self.counters[name]) for name in counters), is_open))
        if not is_silent:
            self.is_line_stale = True

    def count(self, name: str) -> int:
        """The next number of a counter. Call it last, right before the ``record`` that names it: no gaps."""
        self.counters[name] = self.counters.get(name, 0) + 1
        return self.counters[name]

    # --- the line ---

    def note(self, case_id: str) -> None:
        """Keep the line true to a case that changed, or whose applicant came or went."""
        self.touched[case_id] = None
        self.work.touch(case_id)
        case = self.register.cases.get(case_id)
        if case is None or case.ticket.state != "summoned":
            self.expected.pop(case_id, None)
        self.lists.note(case_id, case)
        self._note_lease(case_id, "" if case is None or case.lease is None else case.lease.reviewer_id)
        if case is None:
            self.standing.remove(case_id)
            return
        self.standing.book(case)
        if case.ticket.state in ("waiting", "offered", "summoned"):
            self.standing.put(self._stander(case))
        else:
            self.standing.remove(case_id)

    def _note_lease(self, case_id: str, holder: str) -> None:
        """A desk that opened the case, or gave it back, is free no more, or again."""
        before = self._leased.pop(case_id, "")
        if holder:
            self._leased[case_id] = holder
        if before != holder:
            for reviewer_id in (before, holder):
                self.man(reviewer_id)

    def man(self, reviewer_id: str) -> None:
        """Keep the manning true to a desk that changed, came or went. With a case open it works, but is not free.

        Who has not the role of a reviewer takes no calls, however ready.
        """
        seat = self.seats.get(reviewer_id)
        if seat is None or seat.session_id is None or seat.availability == "away" or "reviewer" not in seat.party.roles:
            self.manning.remove(reviewer_id)
            return
        is_free = seat.availability == "ready" and reviewer_id not in self.register.leases
        self.manning.put(reviewer_id, seat.party.skills, seat.since if is_free else None)

    def presence(self, case: Case) -> Presence:
        """Where the applicant is."""
        if not case.terminal_id:
            return "away"
        return "here" if case.terminal_id in self.terminals else "lost"

    def place_of(self, case: Case) -> Place:
        """The case's place in line as its owner may know it."""
        return self._place(self, case)

    def _stander(self, case: Case) -> Stander:
        ticket, rules = case.ticket, self.rules
        boosts = {"appointment": rules.appointment_boost_s, "correction_return": rules.correction_boost_s}
        boost_s = boosts.get(ticket.earned, 0) + (rules.priority_boost_s if ticket.priority else 0)
        preferred_until = None
        if ticket.prefer_id and ticket.prefer_since is not None:
            preferred_until = ticket.prefer_since + timedelta(seconds=rules.prefer_s)
        return Stander(
            case_id=case.case_id,
            skill=case.item.skill,
            key=(ticket.waiting_since - timedelta(seconds=boost_s), ticket.number, case.case_id),
            arrival=(ticket.waiting_since, ticket.number, case.case_id),
            presence=self.presence(case),
            is_waiting=ticket.state == "waiting" and case.lease is None,
            kind=ticket.kind,
            has_priority=bool(ticket.priority),
            offers=ticket.offers,
            prefer_id=ticket.prefer_id,
            preferred_until=preferred_until,
            refused_by=ticket.refused_by,
            behind=ticket.behind,
        )

    # --- who hears what ---

    def seat_in_charge(self, case: Case) -> Seat | None:
        """The seat that may see the case: where it rings, is on or is open; else of the reviewer who had it last.

        The last one only while no other case is in hand there.
        """
        call = case.live_call
        if call is not None:
            return self.seats.get(call.reviewer_id)
        if case.lease is not None:
            return self.seats.get(case.lease.reviewer_id)
        seat = self.seats.get(case.reviewer_id)
        if seat is None:
            return None
        is_busy = self.case_at(seat) is not None or self.register.case_open_at(case.reviewer_id) is not None
        return None if is_busy else seat

    def case_at(self, seat: Seat) -> Case | None:
        """The case whose call rings at or is on with this seat."""
        return self.register.case_at(seat.party.reviewer_id)

    def send(self, session_id: str, message: FromHall, is_droppable: bool = False) -> None:
        """Say something to one session."""
        self._commands.append(Send(session_id, message, is_droppable))

    def tell_terminal(self, case: Case, message: FromHall, is_droppable: bool = False) -> None:
        """Say something to the terminal the case is attached to, if it is connected."""
        session_id = self.terminals.get(case.terminal_id)
        if session_id is not None:
            self.send(session_id, message, is_droppable)

    def tell_seat(self, seat: Seat | None, message: FromHall) -> None:
        """Say something to a reviewer, if connected."""
        if seat is not None and seat.session_id is not None:
            self.send(seat.session_id, message)

    def tell_catalogue(self) -> None:
        """Tell every terminal what can be applied for there now."""
        for session_id in self.terminals.values():
            self.send_catalogue(session_id)

    def send_catalogue(self, session_id: str) -> None:
        """Tell one terminal what can be applied for there now."""
        party = self.sessions[session_id]
        if isinstance(party, Terminal):
            self.send(session_id, self.offering.announced(party.site, self.register.office.closed_items))

    def view(self, case: Case) -> CaseView:
        """The case as its terminal and the reviewer in charge see it today."""
        today = local_day(self.now)
        return case_view(
            case, self.place_of(case), self.register.office, self.calendar, self.rules.correction_days, today
        )

    def tell_both(self, case: Case, message: FromHall) -> None:
        """Say the same to the case's terminal and to the reviewer who may see the case."""
        self.tell_terminal(case, message)
        self.tell_seat(self.seat_in_charge(case), message)

    def tell_change(self, case: Case) -> None:
        """Show both sides the case as it is now."""
        self.tell_both(case, CaseChanged(self.view(case)))

    def tell_error(self, session_id: str, code: ErrorCode, about: str, sentence: str = "") -> None:
        """Tell a session that its act was refused. ``sentence`` says more than the code's own."""
        self.send(session_id, Error(code, sentence or SENTENCES[code], about))

    # --- desks, sessions and timers ---

    def step_seat(self, seat: Seat, step: str, reason: str = "") -> None:
        """Move a desk's availability and tell it. Raises IllegalStep."""
        before = seat.availability, seat.reason
        seat.step(step, self.now, reason)
        self.is_line_stale = True
        self.man(seat.party.reviewer_id)
        if step == "hang_up":
            self.give_wrap_up(seat)
        if (seat.availability, seat.reason) != before:
            self.log_seat(seat)
        self.tell_seat(seat, seat.view())

    def give_wrap_up(self, seat: Seat) -> None:
        """The reviewer has the hall's wrap-up time from now on."""
        seat.until = self.now + timedelta(seconds=self.rules.wrap_up_s)
        self.set_timer(f"wrap_up:{seat.party.reviewer_id}", self.rules.wrap_up_s)

    def log_seat(self, seat: Seat) -> None:
        """Write the desk's state to the journal, for the metrics."""
        party = seat.party
        fact = DeskStateChanged(party.reviewer_id, party.desk_id, seat.availability, seat.reason)
        self.record(party.reviewer_id, fact)

    def close_session(self, session_id: str, code: ErrorCode) -> None:
        """End a session of the hall's own accord."""
        self.forget_session(session_id)
        self._commands.append(CloseSession(session_id, code))

    def forget_session(self, session_id: str) -> None:
        """From now on the session is a stranger."""
        del self.sessions[session_id]
        self.told.pop(session_id, None)

    def command(self, command: Command) -> None:
        """Give any other command."""
        self._commands.append(command)

    def set_timer(self, timer_id: str, delay_s: float) -> None:
        """Set or replace a timer."""
        self._commands.append(SetTimer(timer_id, delay_s))

    def set_ticket_timer(self, case: Case) -> None:
        """Fire ``ticket:<case>`` when the time of its ticket's state is over."""
        if case.ticket.until is not None:
            delay_s = (case.ticket.until - self.now).total_seconds()
            self.set_timer(f"ticket:{case.case_id}", max(0.0, delay_s))

    def cancel_timer(self, timer_id: str) -> None:
        """Forget a timer."""
        self._commands.append(CancelTimer(timer_id))


def _subject_of(fact: Fact) -> str | None:
    """Whose history the fact belongs to; a log belongs to none."""
    if isinstance(fact, OfficeFact):
        return subject_of(fact)
    return None if isinstance(fact, TerminalConnected | ReviewerLoggedIn | DeskStateChanged) else fact.case_id
