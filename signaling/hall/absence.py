"""Where the applicant is: leaving with the place kept, coming back with the slip, being called, missing the call.

Who goes away is summoned by board and SMS when it is their turn, and has a minute to come to any terminal. Who does
not come keeps the place for a while and may rejoin with the old score, behind the next two; after the second miss
only an appointment is left. A place kept too long is given up: the case itself stays and is reviewed without a call.
"""

from datetime import timedelta

from signaling.hall import calling, receipts
from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.events import Terminal
from signaling.hall.floor import Floor
from signaling.hall.notifying import moment, notify
from signaling.hall.queue_facts import (
    CaseClaimed,
    CaseLeft,
    TicketExpired,
    TicketMissed,
    TicketReconnected,
    TicketRejoined,
    TicketReturned,
    TicketSummoned,
)
from signaling.protocol.acts import ClaimCase, LeaveTerminal, MarkMissed, RejoinLine
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import CaseChanged, Done


def own_case(floor: Floor, terminal: Terminal, case_id: str) -> Case:
    """The case in front of this terminal. Raises Refused(NOT_FOUND): another's case looks like none."""
    case = floor.register.case_of(terminal.terminal_id)
    if case is None or case.case_id != case_id:
        raise Refused(ErrorCode.NOT_FOUND, f"case {case_id}")
    return case


def leave(floor: Floor, terminal: Terminal, message: LeaveTerminal) -> None:
    """The applicant goes; what rings is void. Not out of a call: that is hung up or parked.

    A case that was over is forgotten by this, and a repeat finds nothing to leave: answered alike.
    """
    register = floor.register
    is_forgotten = register.case_of(terminal.terminal_id) is None and message.case_id not in register.cases
    if not is_forgotten and not register.is_answered(terminal.terminal_id, message):
        case = own_case(floor, terminal, message.case_id)
        if case.talk is not None:
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case {case.case_id} is in a call")
        if case.live_call is not None:
            calling.end(floor, case, "lost", terminal.terminal_id)
        floor.record(terminal.terminal_id, CaseLeft(case.case_id, terminal.terminal_id, message.request_id))
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def detach(floor: Floor, case: Case) -> None:
    """The terminal takes up another case; this one is nowhere until it is claimed."""
    floor.record("hall", CaseLeft(case.case_id, case.terminal_id))


def claim(floor: Floor, terminal: Terminal, message: ClaimCase) -> None:
    """The applicant is here with the slip. A repeat, or a claim of the case that is here already, shows it again.

    But not when the applicant has left again since.
    """
    case = floor.register.answered_case(terminal.terminal_id, message)
    if case is None:
        floor.attempts.check(terminal.terminal_id, floor.now)
        case = floor.register.case_of_token(message.token)
        if case is None:
            floor.attempts.failed(terminal.terminal_id, floor.now)
            raise Refused(ErrorCode.NOT_FOUND, "no such token")
        if case.terminal_id != terminal.terminal_id:
            _attach(floor, terminal, case, message)
    elif case.terminal_id != terminal.terminal_id:
        raise Refused(ErrorCode.NOT_FOUND, f"case {case.case_id} has left {terminal.terminal_id}")
    arrive(floor, case)
    session_id = floor.terminals[terminal.terminal_id]
    floor.send(session_id, Done(message.request_id))
    show(floor, case, terminal, session_id)


def show(floor: Floor, case: Case, terminal: Terminal, session_id: str) -> None:
    """Show a terminal the case in front of it: the case, its call, its room, what waits to be printed."""
    floor.send(session_id, CaseChanged(floor.view(case)))
    if case.call is not None:
        calling.remind(floor, case, case.call, terminal, session_id)
    calling.tell_room(floor, case, session_id)
    receipts.remind_terminal(floor, case)


def arrive(floor: Floor, case: Case) -> None:
    """A called applicant is found to be at a terminal: in line again as if the slip had been shown."""
    ticket = case.ticket
    if ticket.state == "summoned":
        fact = TicketReturned(case.case_id, ticket.kind, ticket.waiting_since, ticket.rule, ticket.prefer_id)
        floor.record(case.terminal_id, fact)
        floor.cancel_timer(f"ticket:{case.case_id}")


def summon(floor: Floor, case: Case, reviewer_id: str, rule: str) -> None:
    """It is this ticket's turn and the applicant is away: call them. The desk goes on with who is here."""
    until = floor.now + timedelta(seconds=floor.rules.summons_s)
    floor.record("hall", TicketSummoned(case.case_id, until, rule))
    floor.expected[case.case_id] = reviewer_id
    floor.set_ticket_timer(case)
    notify(floor, case, "summons", {"minutes": minutes(floor.rules.summons_s)})


def miss(floor: Floor, case: Case, actor: str) -> None:
    """Nobody came, or nobody is there: the place is kept for a while."""
    until = floor.now + timedelta(seconds=floor.rules.keep_s)
    floor.record(actor, TicketMissed(case.case_id, until))
    floor.set_ticket_timer(case)
    notify(floor, case, "missed", {"until": moment(until)})


def mark_missed(floor: Floor, seat: Seat, message: MarkMissed) -> None:
    """The desk in the call sees nobody at the terminal."""
    case = calling.case_on(floor, seat.party, message.call_id)
    calling.check_undecided(case, "miss")
    miss(floor, case, seat.party.reviewer_id)
    calling.end(floor, case, "no_show", seat.party.reviewer_id)


def rejoin_line(floor: Floor, terminal: Terminal, message: RejoinLine) -> None:
    """A missed ticket comes back (补号), behind the next ones of its line."""
    if not floor.register.is_answered(terminal.terminal_id, message):
        case = own_case(floor, terminal, message.case_id)
        ticket = case.ticket
        is_too_often = ticket.state == "missed" and ticket.misses >= floor.rules.max_misses
        if ticket.state == "abandoned" or is_too_often:
            raise Refused(ErrorCode.PLACE_EXPIRED, f"{ticket.misses} misses")
        if ticket.state != "missed":
            raise Refused(ErrorCode.ILLEGAL_STEP, f"ticket is {ticket.state}")
        here = (one.case_id for one in floor.standing.waiting(case.item.skill) if one.presence == "here")
        behind = tuple(case_id for case_id, _ in zip(here, range(floor.rules.rejoin_behind), strict=False))
        floor.record(terminal.terminal_id, TicketRejoined(case.case_id, message.request_id, behind))
        floor.cancel_timer(f"ticket:{case.case_id}")
        floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def expire(floor: Floor, case: Case) -> None:
    """The place was kept long enough. Papers and receipt stay; staff go on with them."""
    floor.record("hall", TicketExpired(case.case_id))
    floor.tell_change(case)


def minutes(seconds: float) -> str:
    """Whole minutes for a notification, at least one."""
    return str(max(1, round(seconds / 60)))


def _attach(floor: Floor, terminal: Terminal, case: Case, message: ClaimCase) -> None:
    """Raises Refused while the case is shown at another terminal, or this one has another case open."""
    if case.terminal_id in floor.terminals:
        raise Refused(ErrorCode.CASE_TAKEN, f"case {case.case_id} is at {case.terminal_id}")
    if case.item.is_private and not terminal.is_booth:
        raise Refused(ErrorCode.BOOTH_ONLY, f"case {case.case_id}")
    other = floor.register.case_of(terminal.terminal_id)
    if other is not None:
        if not other.is_dismissible:
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case {other.case_id} is open")
        detach(floor, other)
    left_terminal = case.terminal_id
    was_summoned = case.ticket.state == "summoned"
    floor.record(
        terminal.terminal_id,
        CaseClaimed(case.case_id, message.request_id, message.token, terminal.terminal_id, terminal.name),
    )
    if was_summoned:
        floor.cancel_timer(f"ticket:{case.case_id}")
    if case.ticket.state == "interrupted":
        floor.cancel_timer(f"terminal_grace:{left_terminal}")
        floor.record("hall", TicketReconnected(case.case_id))
