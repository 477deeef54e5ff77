"""The applicant's acts: hand in, hand in corrections, withdraw. Checks what comes in before anything is recorded."""

from signaling.hall import calling, line
from signaling.hall.case import Case
from signaling.hall.events import Terminal
from signaling.hall.facts import CaseClosed, CaseSubmitted, CaseWithdrawn, CorrectionSubmitted
from signaling.hall.floor import Floor
from signaling.hall.tickets import letters, local_day
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.identity import credit_code_fault, normalise_number, phone_fault, resident_id_fault
from signaling.protocol.messages import Done, SubmitCase, SubmitCorrection, WithdrawCase
from signaling.protocol.values import Applicant, Material, ServiceItem


class Offering:
    """What can be applied for: the catalogue with the ticket letter of each category. Raises ValueError."""

    def __init__(self, catalogue: tuple[ServiceItem, ...]) -> None:
        self.catalogue = catalogue
        self.items = {item.code: item for item in catalogue}
        self.letters = letters(catalogue)


def submit(floor: Floor, terminal: Terminal, message: SubmitCase, absent: tuple[str, ...], offering: Offering) -> None:
    """Receive a case and give it a ticket. A repeat gets the ticket again, with the case as it is now."""
    case = floor.register.answered_case(terminal.terminal_id, message)
    if case is None:
        item = offering.items.get(message.item_code)
        if item is None:
            raise Refused(ErrorCode.NOT_FOUND, f"item {message.item_code}")
        _check_applicant(message.applicant)
        _check_slots(item, message.materials)
        given = {material.slot for material in message.materials}
        if absent or any(slot.is_required and slot.code not in given for slot in item.slots):
            raise Refused(ErrorCode.MATERIAL_MISSING, f"{len(absent)} absent")
        _settle_previous(floor, terminal)
        case = _receive(floor, terminal, message, item, offering.letters[item.category])
    line.issue_ticket(floor, case, message.request_id)


def _check_applicant(applicant: Applicant) -> None:
    """Raise Refused unless the name is given and both numbers have their form."""
    number = normalise_number(applicant.id_number)
    if applicant.kind == "person" and applicant.id_kind == "resident_id":
        fault = resident_id_fault(number)
    elif applicant.kind == "organisation" and applicant.id_kind == "credit_code":
        fault = credit_code_fault(number)
    else:
        fault = "kind"
    if not applicant.name.strip():
        fault = "name"
    if phone_fault(normalise_number(applicant.phone)) is not None:
        fault = "phone"
    if fault is not None:
        raise Refused(ErrorCode.INVALID_APPLICANT, fault)


def correct(floor: Floor, terminal: Terminal, message: SubmitCorrection, absent: tuple[str, ...]) -> None:
    """Receive new versions: the review goes on when the call is on, else the ticket is in line again."""
    if floor.register.answered_case(terminal.terminal_id, message) is None:
        case = _own_case(floor, terminal, message.case_id)
        if not case.can("resubmit"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
        _check_slots(case.item, message.materials)
        before = {material.slot: material.digest for material in case.current_materials()}
        renewed = {material.slot for material in message.materials if material.digest != before.get(material.slot)}
        asked = {correction.slot for correction in case.corrections}
        if not asked <= renewed or len(renewed) < len(message.materials):
            raise Refused(ErrorCode.CORRECTION_INCOMPLETE, f"{len(asked - renewed)} slots not renewed")
        if absent:
            raise Refused(ErrorCode.MATERIAL_MISSING, f"{len(absent)} absent")
        floor.record(terminal.terminal_id, CorrectionSubmitted(case.case_id, message.request_id, message.materials))
        floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def withdraw(floor: Floor, terminal: Terminal, message: WithdrawCase) -> None:
    """Take the application back; a call about it ends."""
    if floor.register.answered_case(terminal.terminal_id, message) is None:
        case = _own_case(floor, terminal, message.case_id)
        if not case.can("withdraw"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
        floor.record(terminal.terminal_id, CaseWithdrawn(case.case_id, message.request_id))
        if case.live_call is not None:
            calling.end(floor, case, "withdrawn", terminal.terminal_id)
        else:
            floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def _own_case(floor: Floor, terminal: Terminal, case_id: str) -> Case:
    """The terminal's case of this id. Raises Refused(NOT_FOUND): another's case looks like none."""
    case = floor.register.cases.get(case_id)
    if case is None or case.terminal_id != terminal.terminal_id:
        raise Refused(ErrorCode.NOT_FOUND, f"case {case_id}")
    return case


def _check_slots(item: ServiceItem, materials: tuple[Material, ...]) -> None:
    slots = [material.slot for material in materials]
    if not set(slots) <= {slot.code for slot in item.slots}:
        raise Refused(ErrorCode.NOT_FOUND, f"slots {slots}")
    if len(set(slots)) < len(slots):
        raise Refused(ErrorCode.MATERIAL_MISSING, "two files for one slot")


def _settle_previous(floor: Floor, terminal: Terminal) -> None:
    """One case per terminal. An accepted one whose notice only failed to print must not block the next applicant."""
    previous = floor.register.case_of(terminal.terminal_id)
    if previous is None or previous.is_settled:
        return
    notice = previous.notices[-1] if previous.notices else None
    is_unprintable = notice is not None and notice.state == "received" and notice.misprints > 0
    if not previous.can("close") or previous.live_call is not None or not is_unprintable:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case {previous.case_id} is open")
    floor.record("hall", CaseClosed(previous.case_id))


def _receive(floor: Floor, terminal: Terminal, message: SubmitCase, item: ServiceItem, letter: str) -> Case:
    day = local_day(floor.now)
    ticket_counter, case_counter = f"ticket:{letter}:{day}", f"case:{day}"
    fact = CaseSubmitted(
        case_id=f"{day:%Y%m%d}-{floor.count(case_counter):05d}",
        ticket_number=f"{letter}{floor.count(ticket_counter):03d}",
        request_id=message.request_id,
        item=item,
        applicant=message.applicant,
        materials=message.materials,
        consents_to_video=message.consents_to_video,
        terminal_id=terminal.terminal_id,
        terminal_name=terminal.name,
    )
    floor.record(terminal.terminal_id, fact, (ticket_counter, case_counter))
    return floor.register.cases[fact.case_id]
