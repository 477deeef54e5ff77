"""The line in motion: offers what can be offered, and tells desks and terminals what changed.

Runs once after each event that can change the line. Only differences to what a session was last told
are sent.
"""

from signaling.hall import calling
from signaling.hall.case import Case
from signaling.hall.dispatch import Choice, FreeDesk, Waiting, choose
from signaling.hall.floor import Floor
from signaling.hall.tickets import place_in_line
from signaling.protocol.messages import QueueChanged, TicketChanged, TicketIssued
from signaling.protocol.values import WaitingEntry

MAX_SHOWN = 50
"""Tickets shown in a desk's queue."""


def settle(floor: Floor) -> None:
    """Ring every desk that can be rung, then tell everyone what changed for them."""
    while (choice := _next_offer(floor)) is not None:
        calling.offer(floor, choice)
    floor.is_line_stale = False
    _tell_terminals(floor)
    _tell_desks(floor)


def issue_ticket(floor: Floor, case: Case, request_id: str) -> None:
    """Answer a submission with its ticket."""
    place = _place_message(case, _ahead(floor))
    session_id = floor.terminals[case.terminal_id]
    floor.told[session_id, TicketChanged] = place
    floor.send(session_id, TicketIssued(request_id, case.view(), place.ahead))


def _next_offer(floor: Floor) -> Choice | None:
    line = [
        Waiting(case.case_id, case.ticket, case.item.skill)
        for case in floor.register.cases.values()
        if case.ticket.state == "waiting" and case.terminal_id in floor.terminals
    ]
    desks = [
        FreeDesk(seat.party.reviewer_id, seat.party.skills, seat.since)
        for seat in floor.seats.values()
        if seat.availability == "ready" and seat.session_id is not None
    ]
    return choose(line, desks)


def _in_line(floor: Floor) -> list[Case]:
    """Who waits or is being offered, first in line first."""
    cases = [case for case in floor.register.cases.values() if case.ticket.state in ("waiting", "offered")]
    return sorted(cases, key=lambda case: place_in_line(case.ticket))


def _ahead(floor: Floor) -> dict[str, int]:
    """For each waiting case, how many tickets wait before it for the same skill."""
    ahead: dict[str, int] = {}
    waiting_of_skill: dict[str, int] = {}
    for case in _in_line(floor):
        if case.ticket.state == "waiting":
            ahead[case.case_id] = waiting_of_skill.get(case.item.skill, 0)
            waiting_of_skill[case.item.skill] = ahead[case.case_id] + 1
    return ahead


def _place_message(case: Case, ahead: dict[str, int]) -> TicketChanged:
    return TicketChanged(case.case_id, case.ticket.state, ahead.get(case.case_id, 0))


def _tell_terminals(floor: Floor) -> None:
    ahead = _ahead(floor)
    for terminal_id, session_id in floor.terminals.items():
        case = floor.register.case_of(terminal_id)
        if case is not None and not case.is_settled:
            message = _place_message(case, ahead)
            if floor.told.get((session_id, TicketChanged)) != message:
                floor.told[session_id, TicketChanged] = message
                floor.send(session_id, message)


def _tell_desks(floor: Floor) -> None:
    in_line = _in_line(floor)
    for seat in floor.seats.values():
        if seat.session_id is None:
            continue
        able = [case for case in in_line if case.item.skill in seat.party.skills]
        message = QueueChanged(tuple(_entry(case) for case in able[:MAX_SHOWN]))
        if floor.told.get((seat.session_id, QueueChanged)) != message:
            floor.told[seat.session_id, QueueChanged] = message
            floor.send(seat.session_id, message)


def _entry(case: Case) -> WaitingEntry:
    return WaitingEntry(
        ticket_number=case.ticket.number,
        item_name=case.item.name,
        terminal_name=case.terminal_name,
        waiting_since=case.ticket.waiting_since,
        state=case.ticket.state,
    )
