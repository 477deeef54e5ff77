"""The applicant's acts: hand in, hand in corrections, withdraw. Checks what comes in before anything is recorded."""

from hashlib import sha256

from signaling.hall import absence, calling, line, receipts
from signaling.hall.case import Case
from signaling.hall.events import Terminal
from signaling.hall.facts import CaseSubmitted, CaseWithdrawn, CorrectionSubmitted
from signaling.hall.floor import Floor
from signaling.hall.issuing import order_seal
from signaling.hall.numbering import take
from signaling.hall.offering import Offering
from signaling.hall.rights import InvalidEntry
from signaling.hall.tickets import local_day
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.identity import credit_code_fault, normalise_number, phone_fault, resident_id_fault
from signaling.protocol.messages import Done, SubmitCase, SubmitCorrection, WithdrawCase
from signaling.protocol.values import CROCKFORD, Applicant, Material, ServiceItem


def submit(floor: Floor, terminal: Terminal, message: SubmitCase, absent: tuple[str, ...], offering: Offering) -> None:
    """Receive a case and give it a ticket. A repeat gets the ticket again, with the case as it is now."""
    case = floor.register.answered_case(terminal.terminal_id, message)
    if case is None:
        item = _item(floor, terminal, message.item_code, offering)
        _check_applicant(message.applicant)
        if message.delivery == "courier" and not message.address.strip():
            raise InvalidEntry("选择快递须填写收件地址")
        _check_slots(item, message.materials)
        _check_to_follow(item, message)
        given = {material.slot for material in message.materials} | set(message.to_follow)
        is_whole = message.is_pre_review or _is_whole(item, given)
        if absent or not message.materials or not is_whole:
            raise Refused(ErrorCode.MATERIAL_MISSING, f"{len(absent)} absent")
        _settle_previous(floor, terminal)
        case = _receive(floor, terminal, message, item, offering.letters[item.category])
    line.issue_ticket(floor, terminal, case, message.request_id)


def _item(floor: Floor, terminal: Terminal, code: str, offering: Offering) -> ServiceItem:
    """The item, if it can be applied for at this terminal now."""
    item = offering.items.get(code)
    if item is None:
        raise Refused(ErrorCode.NOT_FOUND, f"item {code}")
    if code in floor.register.office.closed_items or not offering.is_offered_at(item, terminal.site):
        raise Refused(ErrorCode.ITEM_CLOSED, f"item {code}")
    if item.is_private and not terminal.is_booth:
        raise Refused(ErrorCode.BOOTH_ONLY, f"item {code}")
    return item


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
    """Receive new versions: what was to be corrected, what was advised, or what was to follow after acceptance.

    The review goes on when the case is in a call or open at a desk, else it waits for its review again.
    """
    if floor.register.answered_case(terminal.terminal_id, message) is None:
        case = _own_case(floor, terminal, message.case_id)
        if not case.can("resubmit") and not case.can("fill_gap"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
        _check_slots(case.item, message.materials)
        _check_renewed(case, message)
        if absent:
            raise Refused(ErrorCode.MATERIAL_MISSING, f"{len(absent)} absent")
        floor.record(terminal.terminal_id, CorrectionSubmitted(case.case_id, message.request_id, message.materials))
        floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def _check_renewed(case: Case, message: SubmitCorrection) -> None:
    """Everything that was asked for has a new version; advice binds nobody, but what is handed in must be whole."""
    before = {material.slot: material.digest for material in case.current_materials()}
    renewed = {material.slot for material in message.materials if material.digest != before.get(material.slot)}
    match case.state:
        case "accepted_with_gap":
            slots = {gap.slot for gap in case.gaps}
            is_whole = bool(renewed) and renewed <= slots
        case "advised":
            is_whole = _is_whole(case.item, before.keys() | renewed | set(case.to_follow))
        case _:
            is_whole = {correction.slot for correction in case.corrections} <= renewed
    if not is_whole or len(renewed) < len(message.materials):
        raise Refused(ErrorCode.CORRECTION_INCOMPLETE, f"{len(renewed)} slots renewed")


def withdraw(floor: Floor, terminal: Terminal, message: WithdrawCase) -> None:
    """Take the application back, before the decision; a call about it ends. What was only advised leaves no notice."""
    if floor.register.answered_case(terminal.terminal_id, message) is None:
        case = _own_case(floor, terminal, message.case_id)
        if not case.can("withdraw"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
        if case.state in ("pre_review", "advised"):
            floor.record(terminal.terminal_id, CaseWithdrawn(case.case_id, message.request_id))
        else:
            numbered, counters = take(floor, case, "termination")
            fact = CaseWithdrawn(case.case_id, message.request_id, numbered)
            floor.record(terminal.terminal_id, fact, counters)
            order_seal(floor, case, terminal.terminal_id)
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


def _check_to_follow(item: ServiceItem, message: SubmitCase) -> None:
    """Only a minor material may be left out, or one whose paper comes by the cabinet; that may be here as a file."""
    given = {material.slot for material in message.materials}
    slots = {slot.code: slot for slot in item.slots}
    for code in message.to_follow:
        slot = slots.get(code)
        if slot is None:
            raise Refused(ErrorCode.NOT_FOUND, f"slot {code}")
        if not slot.is_original_kept and (code in given or not slot.is_gap_able):
            raise Refused(ErrorCode.MATERIAL_MISSING, f"slot {code} cannot follow")


def _is_whole(item: ServiceItem, given: set[str]) -> bool:
    return all(slot.code in given for slot in item.slots if slot.is_required)


def _settle_previous(floor: Floor, terminal: Terminal) -> None:
    """One case per terminal: the one before it must be finished here for now. It lives on, and can be claimed."""
    previous = floor.register.case_of(terminal.terminal_id)
    if previous is None:
        return
    if not previous.is_dismissible:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case {previous.case_id} is open")
    receipts.close_if_told(floor, previous)
    absence.detach(floor, previous)


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
        token=_new_token(floor),
        is_pre_review=message.is_pre_review,
        to_follow=message.to_follow,
        has_committed=message.has_committed,
        priority=message.priority,
        delivery=message.delivery,
        address=message.address,
    )
    floor.record(terminal.terminal_id, fact, (ticket_counter, case_counter))
    return floor.register.cases[fact.case_id]


def _new_token(floor: Floor) -> str:
    """A token that no living case has: fifty bits of a new id's digest. Ids are random, so it cannot be guessed."""
    while True:
        bits = int.from_bytes(sha256(floor.new_id().encode()).digest()[:8]) >> 14
        token = "".join(CROCKFORD[bits >> shift & 31] for shift in range(0, 50, 5))
        if token not in floor.register.tokens:
            return token
