"""Errors put right on the spot (行政许可法 art. 32(3)): asked by the reviewer, confirmed by the applicant, no notice.

Old and new stand in the journal. The applicant must be at a terminal; only the confirmation changes the application.
"""

from signaling.hall.absence import own_case
from signaling.hall.case import Case
from signaling.hall.desks import Seat
from signaling.hall.events import Terminal
from signaling.hall.facts import FixAnswered, FixAsked
from signaling.hall.floor import Floor
from signaling.hall.guards import held_case
from signaling.protocol.acts import AskFix, ConfirmFix
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.identity import normalise_number, phone_fault
from signaling.protocol.messages import Done
from signaling.protocol.values import Fix


def ask(floor: Floor, seat: Seat, message: AskFix) -> None:
    """The reviewer who has the case asks for one field to be changed. One open question for each field."""
    party = seat.party
    if not floor.register.is_answered(party.reviewer_id, message):
        case = held_case(floor, party, message.case_id)
        is_asked = any(
            fix.fix_id == message.fix_id or (fix.state == "asked" and fix.field == message.field) for fix in case.fixes
        )
        if not case.can("fix") or is_asked or floor.presence(case) != "here":
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
        old, new = getattr(case.applicant, message.field), message.new.strip()
        is_wrong = not new or (message.field == "phone" and phone_fault(normalise_number(new)) is not None)
        if is_wrong or new == old:
            raise Refused(ErrorCode.INVALID_APPLICANT, message.field)
        fact = FixAsked(case.case_id, message.request_id, message.fix_id, message.field, old, message.new)
        floor.record(party.reviewer_id, fact)
        floor.tell_change(case)
    floor.tell_seat(seat, Done(message.request_id))


def answer(floor: Floor, terminal: Terminal, message: ConfirmFix) -> None:
    """The applicant confirms the change, which holds from now on, or refuses it."""
    if not floor.register.is_answered(terminal.terminal_id, message):
        case = own_case(floor, terminal, message.case_id)
        fix = _find(case, message.fix_id)
        if fix.state != "asked" or not case.can("fix"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"fix is {fix.state}, case is {case.state}")
        fact = FixAnswered(case.case_id, message.request_id, message.fix_id, message.is_confirmed)
        floor.record(terminal.terminal_id, fact)
        floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def _find(case: Case, fix_id: str) -> Fix:
    for fix in case.fixes:
        if fix.fix_id == fix_id:
            return fix
    raise Refused(ErrorCode.NOT_FOUND, f"fix {fix_id}")
