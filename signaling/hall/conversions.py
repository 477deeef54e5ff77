"""Exchanging a place in line: an appointment, a callback, a review without the applicant, a window; and the way back.

Appointments are quarters of an hour in which a reviewer of the skill is on duty, one for each. When one comes, the
ticket is in line again with a boost, or its applicant is summoned for the length of the window. Also parked calls,
callbacks by a desk, priority groups, and the end of the day.
"""

from datetime import datetime, timedelta

from signaling.hall import calling, roster
from signaling.hall.absence import minutes, own_case
from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.dispatch import GENERAL, POOL
from signaling.hall.events import Desk, Staff, Terminal
from signaling.hall.facts import ReviewReturned
from signaling.hall.floor import Floor
from signaling.hall.notifying import moment, notify
from signaling.hall.queue_facts import (
    TicketConverted,
    TicketParked,
    TicketPrioritised,
    TicketReturned,
    TicketSummoned,
)
from signaling.hall.rights import require
from signaling.protocol.acts import (
    AskSlots,
    CallBack,
    ConvertTicket,
    ParkCall,
    ResumeTicket,
    SetPriority,
    SlotsOffered,
)
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import Done
from signaling.protocol.values import OFFICIAL_TIME, AppointmentSlot

MAX_SLOTS = 24
"""So many appointments are offered at once."""

SEARCH_OPENINGS = 5
"""On so many of the next open days appointments are looked for."""


def free_slots(floor: Floor, skill: str) -> tuple[AppointmentSlot, ...]:
    """The next quarters of an hour with a reviewer on duty who is not booked, earliest first."""
    length = timedelta(seconds=floor.rules.appointment_s)
    found: list[AppointmentSlot] = []
    day_start = roster.next_opening(floor, floor.now)
    for _ in range(SEARCH_OPENINGS):
        closes = roster.closing(floor, day_start)
        if closes is None:
            break
        start = _next_quarter(max(day_start, floor.now + length), length)
        while start + length <= closes:
            free = roster.on_duty(floor, skill, start, start + length) - _booked(floor, skill, start)
            if free > 0:
                found.append(AppointmentSlot(start, start + length, free))
                if len(found) == MAX_SLOTS:
                    return tuple(found)
            start += length
        day_start = roster.next_opening(floor, closes)
    return tuple(found)


def ask_slots(floor: Floor, party: Terminal | Desk, session_id: str, message: AskSlots) -> None:
    """Which appointments are free for the case in front of the terminal, or in the desk's call?"""
    case = _case_for(floor, party, message.case_id)
    floor.send(session_id, SlotsOffered(case.case_id, free_slots(floor, case.item.skill)))


def convert(floor: Floor, party: Terminal | Desk, session_id: str, message: ConvertTicket) -> None:
    """Exchange the place: the applicant at the terminal, or the desk in the call, which ends by it."""
    actor = party.terminal_id if isinstance(party, Terminal) else party.reviewer_id
    if not floor.register.is_answered(actor, message):
        case = _case_for(floor, party, message.case_id)
        calling.check_undecided(case, "convert")
        end = None
        if message.to == "appointment":
            slot = next((one for one in free_slots(floor, case.item.skill) if one.start == message.start), None)
            if slot is None:
                raise Refused(ErrorCode.SLOT_TAKEN, f"{message.start}")
            end = slot.end
        elif message.start is not None:
            raise Refused(ErrorCode.ILLEGAL_STEP, f"{message.to} has no time")
        window = floor.rules.window if message.to == "window" else ""
        rule = "asked_by_desk" if isinstance(party, Desk) else "asked_by_applicant"
        floor.record(
            actor,
            TicketConverted(case.case_id, message.request_id, message.to, rule, message.start, end, window),
        )
        _converted(floor, case)
        if case.live_call is not None:
            calling.end(floor, case, "converted", actor)
        floor.tell_change(case)
    floor.send(session_id, Done(message.request_id))


def resume(floor: Floor, terminal: Terminal, message: ResumeTicket) -> None:
    """A parked ticket goes on at its old score and with its reviewer; a converted one stands in line anew."""
    if not floor.register.is_answered(terminal.terminal_id, message):
        case = own_case(floor, terminal, message.case_id)
        ticket = case.ticket
        if ticket.state not in ("parked", "converted") or case.state != "received":
            raise Refused(ErrorCode.ILLEGAL_STEP, f"ticket is {ticket.state}, case {case.state}")
        if ticket.state == "parked":
            fact = TicketReturned(
                case.case_id, ticket.kind, ticket.waiting_since, "resumed", ticket.prefer_id, message.request_id
            )
        else:
            fact = TicketReturned(case.case_id, "new", floor.now, "resumed", request_id=message.request_id)
        floor.record(terminal.terminal_id, fact)
        _forget_times(floor, case)
        floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def park(floor: Floor, seat: Seat, message: ParkCall) -> None:
    """The applicant has to fetch something: the call ends, the case comes back to this reviewer."""
    case = calling.case_on(floor, seat.party, message.call_id)
    calling.check_undecided(case, "park")
    reviewer_id = seat.party.reviewer_id
    until = floor.now + timedelta(seconds=floor.rules.park_s)
    floor.record(reviewer_id, TicketParked(case.case_id, until, reviewer_id))
    floor.set_ticket_timer(case)
    calling.end(floor, case, "parked", reviewer_id)


def park_over(floor: Floor, case: Case) -> None:
    """Parked long enough: in line again at the old score; who is not here will be summoned."""
    ticket = case.ticket
    floor.record("hall", TicketReturned(case.case_id, ticket.kind, ticket.waiting_since, "park_over", ticket.prefer_id))
    floor.tell_change(case)


def call_back(floor: Floor, seat: Seat, message: CallBack) -> None:
    """The desk wants to speak with the applicant of a case without a place in line; it will ring here if it can."""
    party = seat.party
    if not floor.register.is_answered(party.reviewer_id, message):
        require(party, "reviewer")
        case = floor.register.cases.get(message.case_id)
        if case is None or not {case.item.skill, GENERAL, POOL} & set(party.skills):
            raise Refused(ErrorCode.NOT_FOUND, f"case {message.case_id}")
        if case.lease is not None and case.lease.reviewer_id != party.reviewer_id:
            raise Refused(ErrorCode.CASE_TAKEN, f"case {case.case_id}")
        if not case.ticket.is_for_work_list or case.state not in ("received", "reviewing"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"ticket is {case.ticket.state}, case {case.state}")
        if case.lease is not None:
            floor.record(party.reviewer_id, ReviewReturned(case.case_id))
        _call_back(floor, case, party.reviewer_id, message.request_id)
        floor.tell_change(case)
    floor.tell_seat(seat, Done(message.request_id))


def appointment_due(floor: Floor, case: Case) -> None:
    """An appointment has come."""
    ticket = case.ticket
    if floor.presence(case) == "here":
        floor.record("hall", TicketReturned(case.case_id, "appointment", floor.now, "appointment"))
        floor.tell_change(case)
        return
    until = max(ticket.window_end or floor.now, floor.now + timedelta(seconds=floor.rules.summons_s))
    floor.record("hall", TicketSummoned(case.case_id, until, "appointment"))
    floor.set_ticket_timer(case)
    notify(floor, case, "summons", {"minutes": minutes((until - floor.now).total_seconds())})


def set_reminder(floor: Floor, case: Case) -> None:
    """Remind the applicant a while before the appointment, unless that time has passed."""
    if case.ticket.until is not None:
        delay_s = (case.ticket.until - floor.now).total_seconds() - floor.rules.reminder_s
        if delay_s > 0:
            floor.set_timer(f"remind:{case.case_id}", delay_s)


def remind(floor: Floor, case_id: str) -> None:
    """It is time to remind."""
    case = floor.register.cases.get(case_id)
    if case is not None and case.ticket.state == "converted" and case.ticket.until is not None:
        notify(floor, case, "appointment_reminder", {"start": moment(case.ticket.until)})


def set_priority(floor: Floor, person: Desk | Staff, session_id: str, message: SetPriority) -> None:
    """A guide or supervisor names the applicant's group."""
    actor = require(person, "guide", "supervisor")
    if not floor.register.is_answered(actor, message):
        case = floor.register.cases.get(message.case_id)
        if case is None:
            raise Refused(ErrorCode.NOT_FOUND, f"case {message.case_id}")
        floor.record(actor, TicketPrioritised(case.case_id, message.request_id, message.group))
        floor.tell_change(case)
    floor.send(session_id, Done(message.request_id))


def day_closes(floor: Floor) -> None:
    """Closing time: who still waits is reviewed without a call, unless the hall keeps its line over night."""
    if not roster.is_open(floor, floor.now):
        for case_id in [one.case_id for one in floor.standing.standers.values() if one.is_waiting]:
            _leave_it(floor, floor.register.cases[case_id])
    _set_closing(floor)


def restarted(floor: Floor) -> None:
    """The end of the day comes again. Who waited when it came while the server was down did not see it."""
    for one in list(floor.standing.standers.values()):
        closes = roster.closing(floor, roster.next_opening(floor, one.waiting_since))
        if one.is_waiting and closes is not None and closes <= floor.now:
            _leave_it(floor, floor.register.cases[one.case_id])
    _set_closing(floor)


def _leave_it(floor: Floor, case: Case) -> None:
    if not floor.rules.emergency_office:
        floor.record("hall", TicketConverted(case.case_id, "", "asynchronous", "closing"))
        _converted(floor, case)
        floor.tell_change(case)


def _set_closing(floor: Floor) -> None:
    closes = roster.closing(floor, roster.next_opening(floor, floor.now))
    if closes is not None:
        floor.set_timer("closing", (closes - floor.now).total_seconds())


def _converted(floor: Floor, case: Case) -> None:
    """What follows from an exchange: times and the applicant's message."""
    floor.cancel_timer(f"ticket:{case.case_id}")
    ticket = case.ticket
    match ticket.conversion:
        case "appointment" if ticket.until is not None:
            floor.set_ticket_timer(case)
            set_reminder(floor, case)
            notify(floor, case, "appointment", {"start": moment(ticket.until)})
        case "asynchronous":
            notify(floor, case, "accepted_async")
        case _:
            return


def _call_back(floor: Floor, case: Case, reviewer_id: str, request_id: str) -> None:
    if case.ticket.state == "abandoned":
        floor.record(reviewer_id, TicketConverted(case.case_id, "", "callback", "callback"))
    until = floor.now + timedelta(seconds=floor.rules.callback_s)
    floor.record(reviewer_id, TicketSummoned(case.case_id, until, "callback", request_id, reviewer_id))
    if floor.presence(case) == "here":
        fact = TicketReturned(case.case_id, "callback", case.ticket.waiting_since, "callback", reviewer_id)
        floor.record(reviewer_id, fact)
        return
    floor.set_ticket_timer(case)
    notify(floor, case, "callback", {"minutes": minutes(floor.rules.callback_s)})


def _case_for(floor: Floor, party: Terminal | Desk, case_id: str) -> Case:
    if isinstance(party, Terminal):
        return own_case(floor, party, case_id)
    case = floor.register.case_at(party.reviewer_id)
    if case is None or case.case_id != case_id or case.talk is None:
        raise Refused(ErrorCode.NOT_FOUND, f"case {case_id}")
    return case


def _forget_times(floor: Floor, case: Case) -> None:
    floor.cancel_timer(f"ticket:{case.case_id}")
    floor.cancel_timer(f"remind:{case.case_id}")


def _booked(floor: Floor, skill: str, start: datetime) -> int:
    return len(floor.standing.appointments.get((skill, start), ()))


def _next_quarter(time: datetime, length: timedelta) -> datetime:
    """The first start of a window at or after this moment; windows are counted from official midnight."""
    time = time.astimezone(OFFICIAL_TIME)
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - -(time - midnight) // length * length
