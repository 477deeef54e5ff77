"""Who is there: coming, being taken over, leaving, coming back, and the restart of the server.

One session per terminal, per reviewer and per desk; a new one takes over. A lost connection voids an
offer at once; a call that is on waits for a grace time. Who connects is told everything it needs to go on.
"""

from signaling.hall import absence, calling, line, reviews
from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.events import Desk, Staff, Terminal
from signaling.hall.facts import ReviewerLoggedIn, TerminalConnected
from signaling.hall.floor import Floor
from signaling.hall.roster import learn_skills
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import CaseChanged, SetAvailability


def terminal_connected(floor: Floor, session_id: str, terminal: Terminal) -> None:
    """A terminal comes or comes back: the catalogue, then its case as it is now."""
    old = floor.terminals.get(terminal.terminal_id)
    if old is not None:
        floor.close_session(old, ErrorCode.TAKEN_OVER)
    floor.sessions[session_id] = terminal
    floor.terminals[terminal.terminal_id] = session_id
    floor.record(terminal.terminal_id, TerminalConnected(terminal.terminal_id, session_id))
    floor.send_catalogue(session_id)
    case = floor.register.case_of(terminal.terminal_id)
    if case is None:
        return
    floor.note(case.case_id)
    calling.reconnect(floor, case)
    absence.arrive(floor, case)
    # A settled case is nobody's on this screen any more: the next applicant must not see it.
    if not case.is_settled:
        absence.show(floor, case, terminal, session_id)
    elif case.call is not None:
        calling.remind(floor, case, case.call, terminal, session_id)


def desk_connected(floor: Floor, session_id: str, party: Desk) -> None:
    """A reviewer comes or comes back: the desk as it is, and the call that rings or is on."""
    for other in list(floor.seats.values()):
        is_same_reviewer = other.party.reviewer_id == party.reviewer_id
        if other.session_id is not None and (is_same_reviewer or other.party.desk_id == party.desk_id):
            floor.close_session(other.session_id, ErrorCode.TAKEN_OVER)
            other.session_id = None
            floor.man(other.party.reviewer_id)
            if not is_same_reviewer:
                _seat_lost(floor, other)
    seat = floor.seats.setdefault(party.reviewer_id, Seat(party, floor.now))
    seat.party, seat.session_id = party, session_id
    floor.man(party.reviewer_id)
    floor.sessions[session_id] = party
    floor.record(party.reviewer_id, ReviewerLoggedIn(party.reviewer_id, party.desk_id, session_id))
    learn_skills(floor, party)
    floor.cancel_timer(f"desk_grace:{party.reviewer_id}")
    floor.send(session_id, seat.view())
    line.tell_queue(floor, seat, {})
    case = floor.case_at(seat) or floor.register.last_case_at(party.reviewer_id)
    if case is not None and case.call is not None:
        calling.remind(floor, case, case.call, party, session_id)
        if case.talk is not None:
            calling.tell_room(floor, case, session_id)
        elif floor.seat_in_charge(case) is seat and not case.is_settled:
            floor.send(session_id, CaseChanged(floor.view(case)))
    reviews.remind(floor, seat)


def disconnected(floor: Floor, session_id: str) -> None:
    """A socket is gone; a session that was taken over is unknown by now and does not matter."""
    party = floor.sessions.get(session_id)
    if party is None:
        return
    floor.forget_session(session_id)
    floor.is_line_stale = True
    if isinstance(party, Staff):
        return
    if isinstance(party, Desk):
        seat = floor.seats[party.reviewer_id]
        seat.session_id = None
        floor.man(party.reviewer_id)
        _seat_lost(floor, seat)
        return
    del floor.terminals[party.terminal_id]
    case = floor.register.case_of(party.terminal_id)
    if case is None:
        return
    floor.note(case.case_id)
    if case.talk is not None:
        calling.interrupt(floor, case)
    elif case.live_call is not None:
        calling.end(floor, case, "lost", "hall")


def set_availability(floor: Floor, seat: Seat, message: SetAvailability) -> None:
    """The reviewer is ready, or away for a reason. A repeat keeps the place among the ready desks."""
    reason = "" if message.is_ready else message.reason
    wanted = "ready" if message.is_ready else "away"
    if (seat.availability, seat.reason) == (wanted, reason):
        floor.tell_seat(seat, seat.view())
        return
    floor.step_seat(seat, "be_ready" if message.is_ready else "be_away", reason)
    floor.cancel_timer(f"wrap_up:{seat.party.reviewer_id}")


def extend_wrap_up(floor: Floor, seat: Seat) -> None:
    """More time to write up the last case: once more the hall's wrap-up time, from now."""
    if seat.availability != "wrap_up":
        raise Refused(ErrorCode.ILLEGAL_STEP, f"desk is {seat.availability}")
    floor.give_wrap_up(seat)
    floor.tell_seat(seat, seat.view())


def wrap_up_over(floor: Floor, reviewer_id: str) -> None:
    """The time to write up the last case is over."""
    seat = floor.seats.get(reviewer_id)
    if seat is not None and seat.availability == "wrap_up":
        floor.step_seat(seat, "be_ready")


def desk_grace_over(floor: Floor, reviewer_id: str) -> None:
    """The reviewer did not come back: the call is lost, the desk unmanned."""
    seat = floor.seats.get(reviewer_id)
    if seat is None or seat.session_id is not None:
        return
    case = floor.case_at(seat)
    if case is not None:
        calling.end(floor, case, "lost", "hall")
    floor.cancel_timer(f"wrap_up:{reviewer_id}")
    if seat.availability != "away":
        floor.step_seat(seat, "be_away", "gone")
    calling.forgive(floor, seat)
    del floor.seats[reviewer_id]
    floor.man(reviewer_id)


def terminal_grace_over(floor: Floor, terminal_id: str) -> None:
    """The terminal did not come back: the call is lost; the ticket waits at the head until it does."""
    case = floor.register.case_of(terminal_id)
    if case is not None and case.talk is not None and terminal_id not in floor.terminals:
        calling.end(floor, case, "lost", "hall")


def restarted(floor: Floor) -> None:
    """Before anyone connects: void what rang, wait for both sides of each call."""
    for case in list(floor.register.cases.values()):
        if case.talk is not None:
            _keep_call(floor, case)
        elif case.live_call is not None:
            calling.end(floor, case, "lost", "hall")


def _keep_call(floor: Floor, case: Case) -> None:
    call = case.talk
    if call is None:
        return
    # Skills come with the login; until then nothing is offered to this seat anyway.
    party = Desk(call.desk_id, call.reviewer_id, case.reviewer_name, skills=())
    floor.seats[call.reviewer_id] = Seat(party, floor.now, availability="in_call")
    floor.set_timer(f"desk_grace:{call.reviewer_id}", floor.rules.desk_grace_s)
    if case.ticket.state == "serving":
        calling.interrupt(floor, case)
    else:
        floor.set_timer(f"terminal_grace:{case.terminal_id}", floor.rules.terminal_grace_s)


def _seat_lost(floor: Floor, seat: Seat) -> None:
    floor.is_line_stale = True
    case = floor.case_at(seat)
    if case is not None and case.talk is None:
        calling.end(floor, case, "lost", "hall")
    floor.set_timer(f"desk_grace:{seat.party.reviewer_id}", floor.rules.desk_grace_s)
    reviews.desk_lost(floor, seat.party.reviewer_id)
