"""What a decision must satisfy before it is recorded, beside the table of steps. Reads only; refuses with a code."""

from signaling.hall.case import Case
from signaling.hall.clocks import EXTENSION_DAYS, JOINT_EXTENSION_DAYS, clocks_of, is_over
from signaling.hall.events import Desk
from signaling.hall.floor import Floor
from signaling.hall.material_items import READ
from signaling.hall.outcomes import ON_THE_SPOT, RULES, possible
from signaling.hall.rights import require
from signaling.hall.tickets import local_day
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import Decide
from signaling.protocol.values import Correction, MaterialSlot, Particulars

CUSTODY = ("deposited", "matched")
"""States of a paper original that the hall has."""


def held_case(floor: Floor, party: Desk, case_id: str) -> Case:
    """The case this reviewer has in a call or open. To everyone else, and after the lease is lost, it is not there."""
    case = floor.register.cases.get(case_id)
    if case is None or case.holder_id != party.reviewer_id:
        raise Refused(ErrorCode.NOT_FOUND, f"case {case_id}")
    return case


def check(floor: Floor, case: Case, person: Desk, message: Decide, absent: tuple[str, ...] = ()) -> None:
    """Raise Refused unless this person may decide this about the case now. ``absent``: pictures nobody handed in."""
    rule = RULES[message.outcome]
    is_on_the_spot = case.item.case_type == "immediate" and message.outcome in ON_THE_SPOT
    require(person, *rule.roles, *(("reviewer",) if is_on_the_spot else ()))
    if case.unsealed is not None or not case.can(message.outcome):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
    _check_particulars(rule.demands, rule.allows, message.particulars)
    is_same = case.accepted_by == person.reviewer_id
    if rule.by_two and is_same and not is_on_the_spot and not floor.rules.may_same_person_decide:
        raise Refused(ErrorCode.SAME_PERSON, f"{person.reviewer_id} accepted case {case.case_id}")
    _check_corrections(case, message)
    if absent:
        raise Refused(ErrorCode.MATERIAL_MISSING, f"{len(absent)} pictures absent")
    if rule.must_have_read:
        _check_read(case, message.corrections)
    if rule.acceptance:
        _check_acceptance(floor, case, message.particulars)
    _check_outcome(floor, case, person, message)


def _check_particulars(demands: tuple[str, ...], allows: tuple[str, ...], particulars: Particulars) -> None:
    """Every field the outcome demands is given, no other than it allows."""
    for field in Particulars.__struct_fields__:
        value = getattr(particulars, field)
        is_given = bool(value.strip() if isinstance(value, str) else value)
        if field not in allows and is_given != (field in demands):
            raise Refused(ErrorCode.WRONG_PARTICULARS, field)


def _check_corrections(case: Case, message: Decide) -> None:
    """Corrections name a known slot, what is wrong and what is required; only two outcomes have any."""
    slots = {slot.code for slot in case.item.slots}
    are_whole = all(
        correction.slot in slots and correction.problem.strip() and correction.requirement.strip()
        for correction in message.corrections
    )
    match message.outcome:
        case "request_corrections":
            is_fit = bool(message.corrections)
        case "advise":
            is_fit = True
        case _:
            is_fit = not message.corrections
    if not is_fit or not are_whole:
        raise Refused(ErrorCode.INVALID_CORRECTIONS, f"{len(message.corrections)} corrections")


def _check_read(case: Case, corrections: tuple[Correction, ...]) -> None:
    """No notice while a required material, or one that is to be corrected, was not looked at."""
    named = {correction.slot for correction in corrections}
    for slot in case.item.slots:
        item = case.items[slot.code]
        is_to_be_read = item.version > 0 and (slot.is_required or slot.code in named)
        if is_to_be_read and item.state not in READ:
            raise Refused(ErrorCode.NOT_LOOKED_AT, slot.code)


def _check_acceptance(floor: Floor, case: Case, particulars: Particulars) -> None:
    """Everything required is there, follows as promised, or lies in the cabinet; and not dated before the receipt."""
    if local_day(floor.now) < local_day(case.complete_at):
        raise Refused(ErrorCode.ILLEGAL_STEP, "acceptance before receipt")
    following = {gap.slot for gap in particulars.gaps}
    for slot in case.item.slots:
        is_there = case.items[slot.code].version > 0
        is_paper_due = slot.is_original_kept and (is_there or slot.is_required)
        if is_paper_due and slot.code not in following and not is_paper_coming(floor, case, slot.code):
            raise Refused(ErrorCode.MATERIAL_MISSING, f"original of {slot.code}")
        if slot.is_required and not is_there and slot.code not in following and not is_paper_due:
            raise Refused(ErrorCode.MATERIAL_MISSING, slot.code)


def is_paper_coming(floor: Floor, case: Case, slot: str) -> bool:
    """Whether the paper original is in the hall's custody, has a cell, or was promised for the cabinet."""
    office = floor.register.office
    is_here = office.original(case.case_id, slot) in CUSTODY or office.is_deposit_due(case.case_id, slot)
    return is_here or slot in case.to_follow


def _check_outcome(floor: Floor, case: Case, person: Desk, message: Decide) -> None:
    """What one outcome alone demands."""
    particulars = message.particulars
    match message.outcome:
        case "not_accept":
            if (particulars.ground == "not_competent") != bool(particulars.competent_body.strip()):
                raise Refused(ErrorCode.WRONG_PARTICULARS, "competent_body")
        case "request_corrections":
            _check_one_notice(floor, case, person, message)
        case "accept_with_gap":
            _check_gaps(case, particulars)
        case "accept_on_commitment":
            if "accept_on_commitment" not in possible(case):
                raise Refused(ErrorCode.WRONG_PARTICULARS, "commitment")
        case "extend":
            _check_extension(floor, case, particulars)
        case _:
            pass


def _check_one_notice(floor: Floor, case: Case, person: Desk, message: Decide) -> None:
    """Art. 32(4): all contents at one time. What could be seen at the first notice is not asked for in a second.

    A supervisor may, with a reason that the journal keeps. Everything that is missing must be asked for.
    """
    named = {correction.slot for correction in message.corrections}
    for slot in case.item.slots:
        is_open = slot.is_required and not case.items[slot.code].version and not _is_excused(floor, case, slot)
        if is_open and slot.code not in named:
            raise Refused(ErrorCode.INVALID_CORRECTIONS, f"{slot.code} is missing too")
    if message.particulars.override:
        require(person, "supervisor")
        return
    first = next((notice for notice in case.notices if notice.kind == "correction" and notice.state != "voided"), None)
    if first is None:
        return
    before = {material.slot: material.digest for material in first.materials}
    now = {material.slot: material.digest for material in case.current_materials()}
    visible = sorted(slot for slot in named if before.get(slot) == now.get(slot))
    if visible:
        raise Refused(ErrorCode.ALREADY_VISIBLE, ", ".join(visible))


def _is_excused(floor: Floor, case: Case, slot: MaterialSlot) -> bool:
    """An empty required slot that need not be asked for: it was promised for later, or comes as paper."""
    return slot.code in case.to_follow or (slot.is_original_kept and is_paper_coming(floor, case, slot.code))


def _check_gaps(case: Case, particulars: Particulars) -> None:
    """Only minor materials that are not there may follow, within the promised time, on a signed commitment."""
    gap_able = {slot.code for slot in case.item.slots if slot.is_gap_able and not case.items[slot.code].version}
    slots = [gap.slot for gap in particulars.gaps]
    is_in_time = all(gap.days <= case.item.promised_days for gap in particulars.gaps)
    if not case.has_committed or len(set(slots)) < len(slots) or not set(slots) <= gap_able or not is_in_time:
        raise Refused(ErrorCode.WRONG_PARTICULARS, "gaps")


def _check_extension(floor: Floor, case: Case, particulars: Particulars) -> None:
    """Once, not longer than the law allows, and before the time is over (art. 42)."""
    if case.extension_days:
        raise Refused(ErrorCode.ILLEGAL_STEP, "extended before")
    limit = JOINT_EXTENSION_DAYS if case.item.case_type == "joint" else EXTENSION_DAYS
    if particulars.days > limit:
        raise Refused(ErrorCode.WRONG_PARTICULARS, f"{particulars.days} days")
    today = local_day(floor.now)
    if any(is_over(clock, today) for clock in clocks_of(case, floor.calendar, floor.rules.correction_days, today)):
        raise Refused(ErrorCode.CLOCK_OVER, f"case {case.case_id}")
