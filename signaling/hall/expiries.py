"""Every state of a ticket that ends by itself: a summons, a kept or parked place, the way to an appointment.

One timer for each case, ``ticket:<case>``, set to the ticket's ``until``; after a restart it is set again. A state
whose time passed while the server was down ends at once.
"""

from signaling.hall import absence, conversions
from signaling.hall.floor import Floor


def time_over(floor: Floor, case_id: str) -> None:
    """The time of the ticket's state is over. A timer that comes too late finds another state and does nothing.

    One that comes too early (the clock was set back meanwhile) is set again.
    """
    case = floor.register.cases.get(case_id)
    if case is None or case.ticket.until is None:
        return
    if case.ticket.until > floor.now:
        floor.set_ticket_timer(case)
        return
    match case.ticket.state:
        case "summoned":
            absence.miss(floor, case, "hall")
            floor.tell_change(case)
        case "missed":
            absence.expire(floor, case)
        case "parked":
            conversions.park_over(floor, case)
        case "converted":
            conversions.appointment_due(floor, case)
        case _:
            return


def restarted(floor: Floor) -> None:
    """Set every timer again. An interruption's is the terminal's grace time, see attendance.py."""
    for case in list(floor.register.cases.values()):
        if case.ticket.until is not None and case.ticket.state != "interrupted":
            floor.set_ticket_timer(case)
            if case.ticket.state == "converted":
                conversions.set_reminder(floor, case)
    conversions.restarted(floor)
