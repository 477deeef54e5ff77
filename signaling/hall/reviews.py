"""Reviews without a call: a case of the work list is open at one desk at a time, by a lease that survives restarts.

Opening a received case puts it under review like an answered call; giving it back undecided puts it back. A desk that
does not come back within its grace time loses the lease, and with it every right to the case.
"""

from collections.abc import Iterator
from itertools import islice

from signaling.hall import calling
from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.facts import ReviewOpened, ReviewReturned
from signaling.hall.floor import Floor
from signaling.hall.rights import require
from signaling.hall.tickets import local_day
from signaling.hall.work import ROLES, Line, groups_of, kind_of
from signaling.protocol.acts import CaseOpened, OpenCase, ReturnCase, WorkChanged
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import CaseChanged, Done
from signaling.protocol.values import Role, WorkEntry

MAX_SHOWN = 50
"""Lines of a desk's work list."""


def open_case(floor: Floor, seat: Seat, message: OpenCase) -> None:
    """Take a case of the work list. A repeat shows it again as long as it is open here."""
    party = seat.party
    if not floor.register.is_answered(party.reviewer_id, message):
        case = floor.register.cases.get(message.case_id)
        if case is None or not may_handle(floor, seat, case):
            raise Refused(ErrorCode.NOT_FOUND, f"case {message.case_id}")
        _check_free(floor, seat, case)
        floor.record(
            party.reviewer_id,
            ReviewOpened(case.case_id, message.request_id, party.reviewer_id, party.name, party.desk_id),
        )
        floor.tell_terminal(case, CaseChanged(floor.view(case)))
    floor.tell_seat(seat, Done(message.request_id))
    remind(floor, seat)


def return_case(floor: Floor, seat: Seat, message: ReturnCase) -> None:
    """Put the case back. What was not decided waits on."""
    party = seat.party
    if not floor.register.is_answered(party.reviewer_id, message):
        case = floor.register.case_open_at(party.reviewer_id)
        if case is None or case.case_id != message.case_id:
            raise Refused(ErrorCode.NOT_FOUND, f"case {message.case_id}")
        floor.record(party.reviewer_id, ReviewReturned(case.case_id, message.request_id))
        floor.tell_terminal(case, CaseChanged(floor.view(case)))
    floor.tell_seat(seat, Done(message.request_id))


def give_back(floor: Floor, case: Case, actor: str) -> None:
    """End the lease of a case, if it has one: its applicant is called, or its reviewer is gone."""
    if case.lease is not None:
        floor.record(actor, ReviewReturned(case.case_id))
        floor.tell_terminal(case, CaseChanged(floor.view(case)))


def may_handle(floor: Floor, seat: Seat, case: Case) -> bool:
    """Whether the case is one of this desk's skills: only then it may be known to it at all."""
    return case.item.skill in seat.party.skills or "general" in seat.party.skills


def remind(floor: Floor, seat: Seat) -> None:
    """After a reconnect too: the case that is open at this desk, its marks and page."""
    case = floor.register.case_open_at(seat.party.reviewer_id)
    if case is not None and seat.session_id is not None:
        floor.send(seat.session_id, CaseOpened(case.case_id))
        floor.send(seat.session_id, CaseChanged(floor.view(case)))
        calling.tell_room(floor, case, seat.session_id)


def desk_lost(floor: Floor, reviewer_id: str) -> None:
    """The desk's connection is lost: the case stays open for the grace time."""
    if reviewer_id in floor.register.leases:
        floor.set_timer(f"lease:{reviewer_id}", floor.rules.desk_grace_s)


def grace_over(floor: Floor, reviewer_id: str) -> None:
    """The desk did not come back. A timer that comes after the return does nothing."""
    case = floor.register.case_open_at(reviewer_id)
    seat = floor.seats.get(reviewer_id)
    if case is not None and (seat is None or seat.session_id is None):
        give_back(floor, case, "hall")


def restarted(floor: Floor) -> None:
    """Nobody is connected yet: each lease has its grace time."""
    for reviewer_id in floor.register.leases:
        desk_lost(floor, reviewer_id)


def tell(floor: Floor) -> None:
    """Tell each desk what it could do without a call, when that changed."""
    rules, today = floor.rules, local_day(floor.now)
    has_changed = floor.work.bring_up_to_date(floor.register.cases, floor.calendar, rules.correction_days, today)
    for seat in floor.seats.values():
        if seat.session_id is None:
            continue
        told = floor.told.setdefault(seat.session_id, {})
        if has_changed or WorkChanged not in told:
            message = WorkChanged(tuple(_entries(floor, seat)))
            if told.get(WorkChanged, WorkChanged(())) != message:
                floor.send(seat.session_id, message)
            told[WorkChanged] = message


def _entries(floor: Floor, seat: Seat) -> Iterator[WorkEntry]:
    party = seat.party
    lines = floor.work.lines(party.skills, groups_of(party.roles, party.reviewer_id))
    mine = (line for line in lines if _is_for(floor, party.reviewer_id, party.roles, line))
    return (line.entry for line in islice(mine, MAX_SHOWN))


def _is_for(floor: Floor, reviewer_id: str, roles: tuple[Role, ...], line: Line) -> bool:
    is_barred = line.never_id == reviewer_id and not floor.rules.may_same_person_decide
    is_anothers = line.only_id not in ("", reviewer_id)
    return _may_do(roles, line) and not is_barred and not is_anothers


def _may_do(roles: tuple[Role, ...], line: Line) -> bool:
    is_on_the_spot = line.entry.kind == "decide" and line.is_immediate and "reviewer" in roles
    return ROLES[line.entry.kind] in roles or is_on_the_spot


def _check_free(floor: Floor, seat: Seat, case: Case) -> None:
    """The case waits for an act of this person's role, nobody has it, and the desk has no other."""
    party = seat.party
    if case.lease is not None or case.live_call is not None:
        raise Refused(ErrorCode.CASE_TAKEN, f"case {case.case_id}")
    kind = kind_of(case)
    if kind is None or kind == "parked" or floor.case_at(seat) or party.reviewer_id in floor.register.leases:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
    is_on_the_spot = kind == "decide" and case.item.case_type == "immediate"
    require(party, ROLES[kind], *(("reviewer",) if is_on_the_spot else ()))
