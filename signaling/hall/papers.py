"""Looking at papers together: who may lead, mark and draw in a case's room; the room itself is rooms.py.

In this room only the reviewer acts who has the case in a call or open at the desk. The terminal looks on while the
call is on; of a review without a call it sees the marks later. To everyone else the case is not there.
"""

from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.facts import MarkRecorded, PageShown
from signaling.hall.floor import Floor
from signaling.hall.guards import held_case
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import OperateMark, ShowPage, WetInk
from signaling.protocol.values import Material


def show_page(floor: Floor, seat: Seat, message: ShowPage) -> None:
    """Lead the terminal to a page; kept for whoever comes back."""
    case = held_case(floor, seat.party, message.case_id)
    if message.page >= _material(case, message.digest).pages:
        raise Refused(ErrorCode.NOT_FOUND, f"page {message.page}")
    is_unread = _is_unread(case, message.digest)
    if is_unread or case.room.page != message:
        floor.record(seat.party.reviewer_id, PageShown(case.case_id, message.digest, message.page))
    if is_unread:
        floor.tell_change(case)
    if case.talk is not None:
        floor.tell_terminal(case, message)


def operate(floor: Floor, seat: Seat, message: OperateMark) -> None:
    """Number an operation for both sides. A repeat gets its first number, even after the call."""
    author_id = seat.party.reviewer_id
    known_case = floor.register.cases.get(message.case_id)
    repeated = known_case.room.repeated(message, author_id) if known_case is not None else None
    if repeated is not None:
        floor.tell_seat(seat, repeated)
        return
    case = held_case(floor, seat.party, message.case_id)
    _material(case, message.digest)
    case.room.check(message, author_id)
    fact = MarkRecorded(
        case_id=case.case_id,
        digest=message.digest,
        seq=case.room.next_seq,
        operation_id=message.operation_id,
        op_class=message.op_class,
        target=message.target,
        body=message.body,
        author=seat.party.name,
        author_id=author_id,
    )
    floor.record(author_id, fact)
    mark = case.room.log[-1].mark
    floor.tell_seat(seat, mark)
    if case.talk is not None:
        floor.tell_terminal(case, mark)


def wet_ink(floor: Floor, seat: Seat, message: WetInk) -> None:
    """Pass a piece of a stroke on; without a room it is dropped in silence, as any other may be."""
    case = floor.register.cases.get(message.case_id)
    if case is None or case.talk is None or case.talk.reviewer_id != seat.party.reviewer_id:
        return
    ink = WetInk(message.case_id, message.digest, message.page, message.body, author=seat.party.name)
    floor.tell_terminal(case, ink, is_droppable=True)


def _is_unread(case: Case, digest: str) -> bool:
    """Whether this is the newest version of a material that the reviewer has not looked at."""
    return any(
        material.digest == digest and case.items[material.slot].state in ("uploaded", "reused")
        for material in case.current_materials()
    )


def _material(case: Case, digest: str) -> Material:
    for material in case.materials:
        if material.digest == digest:
            return material
    raise Refused(ErrorCode.NOT_FOUND, f"material {digest}")
