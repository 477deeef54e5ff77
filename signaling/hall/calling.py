"""Calls in action: who is rung, told, connected and cut off; the machine itself is calls.py.

The hall offers a case to one reviewer at a time. An offer nobody takes, or whose terminal or desk leaves,
is void and the case is at the head of the line again. A lost connection leaves the call on for a grace
time. Session descriptions and candidates are relayed unread.
"""

from datetime import timedelta

from msgspec.structs import replace

from signaling.hall.calls import Call
from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.dispatch import Choice
from signaling.hall.events import Desk, Party, Terminal
from signaling.hall.facts import CallAnswered, CallEndedFact, CallHeldFact, CallPlaced, CallRejoined
from signaling.hall.floor import Floor
from signaling.hall.queue_facts import TicketInterrupted, TicketReconnected
from signaling.hall.rights import actor_of
from signaling.hall.waits import learn
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallHeld,
    CallOffered,
    CallRinging,
    CallStarted,
    Candidate,
    DeclineCall,
    Description,
    EndCall,
    HoldCall,
    Rejoin,
)
from signaling.protocol.values import EndReason

MAX_MISSES = 2
"""So many rings in a row that nobody answers raise an alarm."""


def offer(floor: Floor, choice: Choice) -> None:
    """Ring the chosen desk."""
    case = floor.register.cases[choice.case_id]
    seat = floor.seats[choice.reviewer_id]
    call_id = floor.new_id()
    party = seat.party
    floor.record(
        "hall",
        CallPlaced(call_id, case.case_id, party.desk_id, party.reviewer_id, choice.rule, choice.passed_over),
    )
    floor.step_seat(seat, "offer")
    floor.set_timer(f"ring:{call_id}", floor.rules.ring_s)
    floor.tell_seat(seat, CallOffered(call_id, floor.view(case), floor.rules.ring_s))
    floor.tell_terminal(case, CallRinging(call_id, case.case_id))


def answer(floor: Floor, seat: Seat, message: AnswerCall) -> None:
    """The desk takes the call it was offered. A call offered to another desk is not there for this one."""
    case, call = _call_of(floor, seat.party, message.call_id)
    if call.is_on:
        raise Refused(ErrorCode.CALL_TAKEN, f"call {call.call_id}")
    if call.state != "ringing":
        raise Refused(ErrorCode.CALL_GONE, f"call {call.call_id}")
    party = seat.party
    floor.record(
        party.reviewer_id, CallAnswered(call.call_id, case.case_id, party.desk_id, party.reviewer_id, party.name)
    )
    floor.cancel_timer(f"ring:{call.call_id}")
    floor.step_seat(seat, "answer")
    forgive(floor, seat)
    floor.tell_change(case)
    start(floor, case, call)
    # A case that was reviewed before brings its page and marks; the terminal has them.
    tell_room(floor, case, seat.session_id)


def start(floor: Floor, case: Case, call: Call) -> None:
    """Tell both sides to build the link of the current generation."""
    for_terminal = _started(floor, case, call, is_desk=False)
    floor.tell_terminal(case, for_terminal)
    for_desk = replace(for_terminal, is_offerer=True, peer_name=case.terminal_name)
    floor.tell_seat(floor.seats.get(call.reviewer_id), for_desk)


def remind(floor: Floor, case: Case, call: Call, party: Party, session_id: str) -> None:
    """After a reconnect: the call as it is now, ringing, on or over."""
    match call.state:
        case "ringing" if isinstance(party, Desk):
            passed_s = (floor.now - call.placed_at).total_seconds()
            floor.send(session_id, CallOffered(call.call_id, floor.view(case), max(1.0, floor.rules.ring_s - passed_s)))
        case "ringing":
            floor.send(session_id, CallRinging(call.call_id, case.case_id))
        case "active" | "held":
            is_desk = isinstance(party, Desk)
            floor.send(session_id, _started(floor, case, call, is_desk=is_desk, is_resumed=True))
        case _:
            floor.send(session_id, CallEnded(call.call_id, call.end_reason or "lost"))


def tell_room(floor: Floor, case: Case, session_id: str | None) -> None:
    """The marks of the case in order, and the page looked at."""
    if session_id is not None:
        for numbered in case.room.log:
            floor.send(session_id, numbered.mark)
        if case.room.page is not None:
            floor.send(session_id, case.room.page)


def decline(floor: Floor, seat: Seat, message: DeclineCall) -> None:
    """The desk does not take the call and becomes away."""
    case, call = _call_of(floor, seat.party, message.call_id)
    if call.state != "ringing":
        raise Refused(ErrorCode.CALL_GONE, f"call {call.call_id}")
    end(floor, case, "declined", seat.party.reviewer_id)


def ring_ran_out(floor: Floor, call_id: str) -> None:
    """Nobody answered in time."""
    case = floor.register.case_of_call(call_id)
    if case is not None and case.call is not None and case.call.state == "ringing":
        end(floor, case, "no_answer", "hall")


def end(floor: Floor, case: Case, reason: EndReason, actor: str) -> None:
    """End the ringing or active call of a case for both sides; the desk goes where the reason leads it."""
    call = case.live_call
    if call is None:
        raise Refused(ErrorCode.CALL_GONE, f"case {case.case_id}")
    was_ringing = call.state == "ringing"
    floor.record(actor, CallEndedFact(call.call_id, case.case_id, reason))
    ended = CallEnded(call.call_id, reason)
    floor.tell_terminal(case, ended)
    seat = floor.seats.get(call.reviewer_id)
    floor.tell_seat(seat, ended)
    floor.tell_change(case)
    if was_ringing:
        floor.cancel_timer(f"ring:{call.call_id}")
        if seat is not None:
            _not_taken(floor, seat, reason)
        return
    if call.answered_at is not None:
        learn(floor, case.item.skill, (floor.now - call.answered_at).total_seconds() + floor.rules.wrap_up_s)
    if seat is not None:
        floor.step_seat(seat, "hang_up")


def _not_taken(floor: Floor, seat: Seat, reason: EndReason) -> None:
    """Who does not answer or declines is away, so that a dead desk holds up nobody; twice in a row is an alarm."""
    if reason not in ("no_answer", "declined"):
        floor.step_seat(seat, "void")
        return
    floor.step_seat(seat, "miss", reason)
    seat.misses += reason == "no_answer"
    if seat.misses >= MAX_MISSES:
        floor.alarms.add(_missed_twice(seat))


def forgive(floor: Floor, seat: Seat) -> None:
    """The desk answered, or is unmanned now: its misses do not count any more."""
    seat.misses = 0
    floor.alarms.discard(_missed_twice(seat))


def interrupt(floor: Floor, case: Case) -> None:
    """The terminal is lost in the call: it may come back, to this place or another."""
    until = floor.now + timedelta(seconds=floor.rules.terminal_grace_s)
    floor.record("hall", TicketInterrupted(case.case_id, until))
    floor.set_timer(f"terminal_grace:{case.terminal_id}", floor.rules.terminal_grace_s)


def reconnect(floor: Floor, case: Case) -> None:
    """The terminal is back in time."""
    floor.cancel_timer(f"terminal_grace:{case.terminal_id}")
    if case.ticket.state == "interrupted":
        floor.record("hall", TicketReconnected(case.case_id))


def case_on(floor: Floor, party: Party, call_id: str) -> Case:
    """The case of the party's call that is on. Raises Refused(CALL_GONE)."""
    return _call_on(floor, party, call_id)[0]


def check_undecided(case: Case, step: str) -> None:
    """Raise Refused unless the ticket can take this step and the case still needs its place in line."""
    if not case.ticket.can(step) or case.state not in ("received", "reviewing"):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"ticket is {case.ticket.state}, case {case.state}")


def hang_up(floor: Floor, party: Party, session_id: str, message: EndCall) -> None:
    """Either side ends the call; a call already over is reported again to who asks."""
    case, call = _call_of(floor, party, message.call_id)
    if call.state == "ended":
        floor.send(session_id, CallEnded(call.call_id, call.end_reason or "hung_up"))
        return
    if call.state == "ringing":
        raise Refused(ErrorCode.ILLEGAL_STEP, f"call {call.call_id} rings")
    end(floor, case, "hung_up", actor_of(party))


def hold(floor: Floor, seat: Seat, message: HoldCall) -> None:
    """Hold or resume. A repeat changes nothing and is answered the same."""
    case, call = _call_on(floor, seat.party, message.call_id)
    if message.is_held != (call.state == "held"):
        floor.record(seat.party.reviewer_id, CallHeldFact(call.call_id, case.case_id, message.is_held))
    floor.tell_both(case, CallHeld(call.call_id, message.is_held))


def rejoin(floor: Floor, party: Party, message: Rejoin) -> None:
    """Build the link anew. Only the first Rejoin of a generation counts: the other side's is the same wish."""
    case, call = _call_on(floor, party, message.call_id)
    if message.generation < call.generation:
        return
    if message.generation > call.generation:
        raise Refused(ErrorCode.STALE_GENERATION, f"{message.generation} > {call.generation}")
    floor.record(actor_of(party), CallRejoined(call.call_id, case.case_id, call.generation + 1))
    start(floor, case, call)


def relay(floor: Floor, party: Party, message: Description | Candidate) -> None:
    """Hand a negotiation message to the other side; one of an older generation came too late and is dropped."""
    case, call = _call_on(floor, party, message.call_id)
    if message.generation < call.generation:
        return
    if message.generation > call.generation:
        raise Refused(ErrorCode.STALE_GENERATION, f"{message.generation} > {call.generation}")
    if isinstance(party, Terminal):
        floor.tell_seat(floor.seats.get(call.reviewer_id), message)
    else:
        floor.tell_terminal(case, message)


def _started(floor: Floor, case: Case, call: Call, is_desk: bool, is_resumed: bool = False) -> CallStarted:
    """The desk is the one offerer of every generation (RFC 9429 has no rollback in aiortc)."""
    return CallStarted(
        call_id=call.call_id,
        case=floor.view(case),
        generation=call.generation,
        is_offerer=is_desk,
        peer_name=case.terminal_name if is_desk else case.reviewer_name,
        is_held=call.state == "held",
        is_resumed=is_resumed,
    )


def _call_of(floor: Floor, party: Party, call_id: str) -> tuple[Case, Call]:
    """The party's call of this id, over or not. Another's call looks like one that is gone."""
    case = floor.register.case_of_call(call_id)
    if case is not None and case.call is not None:
        side = case.terminal_id if isinstance(party, Terminal) else case.call.reviewer_id
        if side == actor_of(party):
            return case, case.call
    raise Refused(ErrorCode.CALL_GONE, f"call {call_id}")


def _call_on(floor: Floor, party: Party, call_id: str) -> tuple[Case, Call]:
    case, call = _call_of(floor, party, call_id)
    if not call.is_on:
        raise Refused(ErrorCode.CALL_GONE, f"call {call_id} is {call.state}")
    return case, call


def _missed_twice(seat: Seat) -> str:
    return f"desk_missed_twice:{seat.party.reviewer_id}"
