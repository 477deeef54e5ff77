"""The alarms of the manager's page: codes with a subject, true as long as their cause lasts.

Most are read off the present state here; those that are events (a desk that missed twice, a clock that was set back)
are kept in ``Floor.alarms`` by who noticed them.
"""

from collections.abc import Iterable, Iterator

from signaling.hall.dispatch import GENERAL, POOL
from signaling.hall.floor import Floor
from signaling.hall.tickets import local_day
from signaling.protocol.office import CaseLine, FollowUp

CALENDAR_ASKED_FROM = (10, 1)
"""Month and day from which next year's calendar is missed: it is announced in autumn."""

CLOCK_ALARM = 0.8
"""From this used share on a pressing clock raises an alarm."""


def raised(floor: Floor, pressing: Iterable[CaseLine]) -> tuple[str, ...]:
    """Every alarm there is, in a stable order."""
    codes = set(floor.alarms)
    codes.update(_nobody_skilled(floor))
    codes.update(_calendar_lacks(floor))
    codes.update(f"clock_pressing:{line.case_id}" for line in pressing if line.share >= CLOCK_ALARM)
    codes.update(_paper(floor))
    codes.update(
        f"follow_up_overdue:{line.follow_up_id}"
        for line in floor.register.office.follow_ups.values()
        if is_overdue(floor, line)
    )
    return tuple(sorted(codes))


def keep(floor: Floor, code: str, is_raised: bool) -> None:
    """Raise or end an alarm that is no state of the hall's own."""
    if is_raised == (code in floor.alarms):
        return
    if is_raised:
        floor.alarms.add(code)
    else:
        floor.alarms.remove(code)
    floor.is_line_stale = True


def is_overdue(floor: Floor, follow_up: FollowUp) -> bool:
    """Whether the last day passed without an answer that settles it."""
    return follow_up.state != "settled" and local_day(floor.now) > follow_up.due


def _nobody_skilled(floor: Floor) -> Iterator[str]:
    """Tickets wait for a skill that nobody who is there has."""
    present = {
        skill
        for seat in floor.seats.values()
        if seat.session_id is not None and seat.availability != "away"
        for skill in seat.party.skills
    }
    if not present & {GENERAL, POOL}:
        yield from (f"nobody_skilled:{skill}" for skill in floor.standing.lines if skill not in present)


def _calendar_lacks(floor: Floor) -> Iterator[str]:
    today = local_day(floor.now)
    years = [today.year]
    if (today.month, today.day) >= CALENDAR_ASKED_FROM:
        years.append(today.year + 1)
    yield from (f"calendar_lacks:{year}" for year in years if not floor.calendar.is_published(year))


def _paper(floor: Floor) -> Iterator[str]:
    office = floor.register.office
    for paper in office.deposits.values():
        for reason in paper.alarms:
            yield f"{'deposit_open' if reason == 'left_open' else 'deposit_overdue'}:{paper.deposit_id}"
        if paper.state == "mismatched":
            yield f"deposit_differs:{paper.deposit_id}"
    for result in office.results.values():
        if "expired" in result.reminders:
            yield f"result_overdue:{result.case_id}"
