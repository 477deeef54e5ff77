"""The line in motion: calls whoever can be called, and tells desks and terminals what changed.

Runs once after each event that can change the line. Calls go out at once, and so does the place of a case that
the event touched; everyone else hears the news by a timer, at most once in ``tell_s``, and only differences.
"""

from datetime import timedelta

from signaling.hall import absence, calling, reviews, waits
from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.dispatch import Chances, Patience, choose, next_chance
from signaling.hall.events import Terminal
from signaling.hall.floor import Floor
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import FromHall, QueueChanged, TicketChanged, TicketIssued
from signaling.protocol.values import WaitingEntry

MAX_SHOWN = 50
"""Tickets shown in a desk's queue."""


def settle(floor: Floor) -> None:
    """Call whoever can be called, tell whom it concerns at once, and let the others hear of it soon."""
    _call(floor)
    for case_id in floor.touched:
        case = floor.register.cases.get(case_id)
        if case is not None:
            _tell_place(floor, case)
    floor.touched.clear()
    floor.is_line_stale = False
    if not floor.is_news_due:
        floor.is_news_due = True
        floor.set_timer("news", floor.rules.tell_s)


def tell_news(floor: Floor) -> None:
    """The time to tell everyone has come: places to the waiting, queues to the desks."""
    floor.is_news_due = False
    for terminal_id in floor.terminals:
        case = floor.register.case_of(terminal_id)
        if case is not None and case.case_id in floor.standing.standers:
            _tell_place(floor, case)
    queues: dict[tuple[str, ...], QueueChanged] = {}
    for seat in floor.seats.values():
        tell_queue(floor, seat, queues)
    reviews.tell(floor)


def tell_queue(floor: Floor, seat: Seat, queues: dict[tuple[str, ...], QueueChanged]) -> None:
    """Tell a desk what waits for its skills. ``queues`` keeps what was made for others with the same skills."""
    if seat.session_id is None:
        return
    skills = seat.party.skills
    if skills not in queues:
        cases = floor.register.cases
        queues[skills] = QueueChanged(
            tuple(_entry(cases[case_id]) for case_id in floor.standing.shown(skills, MAX_SHOWN))
        )
    _tell_difference(floor, seat.session_id, queues[skills])


def issue_ticket(floor: Floor, terminal: Terminal, case: Case, request_id: str) -> None:
    """Answer a submission with its ticket. Once the applicant has left this terminal, it is not shown there again."""
    if case.terminal_id != terminal.terminal_id:
        raise Refused(ErrorCode.NOT_FOUND, f"case {case.case_id} is not at {terminal.terminal_id}")
    place = waits.place_of(floor, case)
    session_id = floor.terminals[terminal.terminal_id]
    floor.told.setdefault(session_id, {})[TicketChanged] = TicketChanged(case.case_id, case.ticket.state, place)
    floor.send(session_id, TicketIssued(request_id, floor.view(case), place.ahead))


def _call(floor: Floor) -> None:
    """Ring every desk that can be rung, summon whoever is away; wake up when others may help out."""
    patience = Patience(floor.rules.overflow_s, floor.rules.pool_s)
    chances = Chances(floor.manning, floor.expected.values())
    while (choice := choose(floor.standing, chances, floor.now, patience)) is not None:
        case = floor.register.cases[choice.case_id]
        if floor.presence(case) == "away":
            absence.summon(floor, case, choice.reviewer_id, choice.rule)
        else:
            calling.offer(floor, choice)
    wakes_at = next_chance(floor.standing, chances, floor.now, patience)
    if wakes_at != floor.wakes_at:
        floor.wakes_at = wakes_at
        if wakes_at is None:
            floor.cancel_timer("turn")
        else:
            floor.set_timer("turn", (wakes_at - floor.now) / timedelta(seconds=1))


def _tell_place(floor: Floor, case: Case) -> None:
    session_id = floor.terminals.get(case.terminal_id)
    if session_id is not None and not case.is_settled:
        message = TicketChanged(case.case_id, case.ticket.state, waits.place_of(floor, case))
        _tell_difference(floor, session_id, message)


def _tell_difference(floor: Floor, session_id: str, message: FromHall) -> None:
    told = floor.told.setdefault(session_id, {})
    if told.get(type(message)) != message:
        told[type(message)] = message
        floor.send(session_id, message)


def _entry(case: Case) -> WaitingEntry:
    ticket = case.ticket
    return WaitingEntry(
        ticket_number=ticket.number,
        item_name=case.item.name,
        terminal_name=case.terminal_name,
        waiting_since=ticket.waiting_since,
        state=ticket.state,
        kind=ticket.kind,
        priority=ticket.priority,
        rule=ticket.rule or ("priority_group" if ticket.priority else ""),
    )
