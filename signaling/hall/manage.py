"""What each member of staff on a web page sees of the hall, by role: the line, desks, clocks, paper, results, ledger.

Told with the line's news (line.py: at most once a second) and only when something changed. Collectors see papers and
results, issuers results, guides the line; managers and supervisors see everything.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import nlargest
from itertools import islice

from msgspec.structs import replace

from signaling.hall import alarms
from signaling.hall.board import board, in_line, masked
from signaling.hall.cabinet import free_cells
from signaling.hall.case import Case
from signaling.hall.clocks import clocks_of, share
from signaling.hall.deposits import SETTLED
from signaling.hall.events import Staff, Terminal
from signaling.hall.floor import Floor
from signaling.hall.office_facts import StaffLoggedIn
from signaling.hall.tickets import local_day
from signaling.protocol.acts import FloorChanged
from signaling.protocol.office import (
    CaseLine,
    DepositTask,
    DeskLine,
    FollowUp,
    NoticeLine,
    QueueLine,
    ResultTask,
    TerminalLine,
)
from signaling.protocol.values import Role

MAX_LINES = 200
"""So many lines of each kind are shown."""

MAX_ARCHIVED = 50
"""So many of the papers that lie in the archive and can still be given back."""

PRESSING = 0.6
"""From this used share on a clock is shown."""


def staff_connected(floor: Floor, session_id: str, staff: Staff) -> None:
    """One of the hall's people opens a page; any number of pages may be open."""
    floor.sessions[session_id] = staff
    floor.record(staff.staff_id, StaffLoggedIn(staff.staff_id, session_id))
    _tell(floor, session_id, _seen(floor, frozenset(staff.roles)))


def tell(floor: Floor) -> None:
    """Tell every page what changed for it."""
    seen: dict[frozenset[Role], FloorChanged] = {}
    for session_id, party in floor.sessions.items():
        if isinstance(party, Staff):
            roles = frozenset(party.roles)
            if roles not in seen:
                seen[roles] = _seen(floor, roles)
            _tell(floor, session_id, seen[roles])


def _tell(floor: Floor, session_id: str, message: FloorChanged) -> None:
    told = floor.told.setdefault(session_id, {})
    before = told.get(FloorChanged)
    if not isinstance(before, FloorChanged) or _at(before, floor.now) != message:
        told[FloorChanged] = message
        floor.send(session_id, message)


def _at(message: FloorChanged, now: datetime) -> FloorChanged:
    """The same as if it were made now: that time went by is no news."""
    return replace(message, now=now, board=None if message.board is None else replace(message.board, now=now))


def _seen(floor: Floor, roles: frozenset[Role]) -> FloorChanged:
    is_leading = bool(roles & {"manager", "supervisor"})
    has_line = is_leading or "guide" in roles
    has_results = is_leading or bool(roles & {"issuer", "collector"})
    message = FloorChanged(
        now=floor.now,
        queue=tuple(_queue(floor)) if has_line else (),
        terminals=tuple(_terminals(floor)) if has_line else (),
        deposits=tuple(_deposits(floor)) if is_leading or "collector" in roles else (),
        results=tuple(_results(floor)) if has_results else (),
        board=board(floor),
    )
    if not is_leading:
        return message
    office = floor.register.office
    pressing = tuple(_pressing(floor))
    return replace(
        message,
        desks=tuple(_desks(floor)),
        pressing=pressing,
        notices=tuple(_notices(floor)),
        follow_ups=tuple(_follow_ups(floor)),
        roster=office.roster,
        calendar=tuple(office.days[day] for day in sorted(office.days)),
        published_years=floor.calendar.published_years(),
        closed_items=tuple(sorted(office.closed_items)),
        alarms=alarms.raised(floor, pressing),
    )


def _queue(floor: Floor) -> Iterator[QueueLine]:
    for case in islice(in_line(floor), MAX_LINES):
        ticket = case.ticket
        yield QueueLine(
            case_id=case.case_id,
            ticket_number=ticket.number,
            applicant=masked(case.applicant),
            item_name=case.item.name,
            skill=case.item.skill,
            terminal_name=case.terminal_name if case.terminal_id else "",
            state=ticket.state,
            kind=ticket.kind,
            priority=ticket.priority,
            waiting_since=ticket.waiting_since,
            offers=ticket.offers,
            misses=ticket.misses,
            rule=ticket.rule,
            is_here=floor.presence(case) == "here",
        )


def _terminals(floor: Floor) -> Iterator[TerminalLine]:
    """Every terminal that is connected, or was when somebody looked before."""
    floor.lists.meet(party for party in floor.sessions.values() if isinstance(party, Terminal))
    for terminal_id, terminal in sorted(floor.lists.terminals.items()):
        case = floor.register.case_of(terminal_id)
        yield TerminalLine(
            terminal_id=terminal_id,
            name=terminal.name,
            is_connected=terminal_id in floor.terminals,
            ticket_number="" if case is None or case.is_settled else case.ticket.number,
            cells_free=len(free_cells(floor, terminal)),
        )


def _desks(floor: Floor) -> Iterator[DeskLine]:
    for reviewer_id, seat in sorted(floor.seats.items()):
        case = floor.case_at(seat)
        yield DeskLine(
            desk_id=seat.party.desk_id,
            reviewer_id=reviewer_id,
            name=seat.party.name,
            availability=seat.availability,
            reason=seat.reason,
            since=seat.since,
            skills=seat.party.skills,
            is_connected=seat.session_id is not None,
            ticket_number="" if case is None else case.ticket.number,
        )


def _pressing(floor: Floor) -> list[CaseLine]:
    """Clocks that are used by more than PRESSING, the most urgent first; of very many cases those recorded highest."""
    today = local_day(floor.now)
    lines = []
    pressing = _cases(floor, floor.register.pressing)
    for case in nlargest(MAX_LINES, pressing, key=lambda case: max(case.escalations.values(), default=0)):
        clocks = clocks_of(case, floor.calendar, floor.rules.correction_days, today)
        for clock in clocks:
            used = share(clock, today)
            if clock.state == "running" and used > PRESSING:
                line = CaseLine(
                    case_id=case.case_id,
                    item_name=case.item.name,
                    state=case.state,
                    applicant=masked(case.applicant),
                    reviewer_name=case.reviewer_name,
                    clock=clock,
                    share=used,
                )
                lines.append(line)
    return sorted(lines, key=lambda line: (-line.share, line.clock.due))


def _deposits(floor: Floor) -> list[DepositTask]:
    """What is in a cabinet or in the collector's hands, alarms first, then the oldest; then the newest in the archive.

    Codes stay the applicant's.
    """
    papers = floor.register.office.deposits.values()
    at_hand = [paper for paper in papers if paper.state not in SETTLED]
    at_hand.sort(key=lambda paper: (not paper.alarms, paper.since))
    archived = (paper for paper in reversed(papers) if paper.state == "archived")
    tasks = []
    for paper in (*at_hand[:MAX_LINES], *islice(archived, MAX_ARCHIVED)):
        case = floor.register.cases[paper.case_id]
        view = replace(paper.view(), code="")
        tasks.append(DepositTask(case.case_id, case.item.name, paper.terminal_name, view, bool(paper.alarms)))
    return tasks


def _results(floor: Floor) -> Iterator[ResultTask]:
    """Results that are not handed over. A locker's code is shown to nobody but the applicant."""
    office = floor.register.office
    open_results = (result for result in office.results.values() if result.state != "handed_over")
    for result in islice(open_results, MAX_LINES):
        case = floor.register.cases[result.case_id]
        view = result.view()
        if result.state == "in_locker":
            view = replace(view, code="")
        yield ResultTask(case.case_id, case.item.name, masked(case.applicant), view)


def _notices(floor: Floor) -> Iterator[NoticeLine]:
    """The newest notices that a supervisor can void."""
    for case in islice(_cases(floor, reversed(floor.lists.voidable)), MAX_LINES):
        notice = case.last_notice
        if notice is not None:
            yield NoticeLine(case.case_id, notice.notice_id, notice.kind, notice.number, notice.state)


def _follow_ups(floor: Floor) -> list[FollowUp]:
    """Open ones first, the earliest due first."""
    lines = [
        replace(line, is_overdue=alarms.is_overdue(floor, line)) for line in floor.register.office.follow_ups.values()
    ]
    return sorted(lines, key=lambda line: (line.state == "settled", line.due))[:MAX_LINES]


def _cases(floor: Floor, ids: Iterable[str]) -> Iterator[Case]:
    return (floor.register.cases[case_id] for case_id in ids)
