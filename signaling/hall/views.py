"""The view of a case: what its terminal and the reviewer in charge may see, put together from where it is kept."""

from datetime import date

from signaling.hall.case import Case
from signaling.hall.clocks import clocks_of
from signaling.hall.material_items import MaterialItem
from signaling.hall.office_book import Office
from signaling.hall.outcomes import possible
from signaling.hall.working_days import WorkingDays
from signaling.protocol.values import CaseView, Place, SlotView


def case_view(
    case: Case, place: Place, office: Office, calendar: WorkingDays, correction_days: int, today: date
) -> CaseView:
    """The case as it is today. ``correction_days`` is the hall's rule, see clocks.py."""
    result = office.results.get(case.case_id)
    way, address = office.choice(case.case_id, case.delivery, case.address)
    return CaseView(
        case_id=case.case_id,
        ticket_number=case.ticket.number,
        state=case.state,
        ticket_state=case.ticket.state,
        item=case.item,
        applicant=case.applicant,
        materials=case.materials,
        submitted_at=case.submitted_at,
        terminal_id=case.terminal_id,
        terminal_name=case.terminal_name,
        reviewer_name=case.reviewer_name,
        corrections=case.corrections,
        notices=tuple(notice.view() for notice in case.notices),
        token=case.token,
        place=place,
        list=tuple(_slot(case, item, office, calendar) for item in case.items.values()),
        clocks=clocks_of(case, calendar, correction_days, today),
        fixes=tuple(case.fixes),
        acceptance=case.acceptance,
        accepted_on=case.accepted_on,
        accepted_by=case.accepted_by,
        reason=case.reason,
        competent_body=case.competent_body,
        deposits=tuple(deposit.view() for deposit in office.papers_of(case.case_id)),
        result=None if result is None else result.view(),
        delivery=way,
        address=address,
        grade=office.grades.get(case.case_id),
        is_pre_review=case.is_pre_review,
        outcomes=possible(case),
    )


def _slot(case: Case, item: MaterialItem, office: Office, calendar: WorkingDays) -> SlotView:
    gap = next((gap for gap in case.gaps if gap.slot == item.slot), None)
    due = None if gap is None or case.accepted_on is None else calendar.add(case.accepted_on, gap.days)[0]
    return SlotView(item.slot, item.state, item.version, office.original(case.case_id, item.slot), due)
