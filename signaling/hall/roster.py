"""Opening hours and the duty roster: when the hall is open, and how many reviewers with a skill are there then.

Hours are rules (one pair for each weekday); on a declared day off the hall is closed, on a weekend day that is worked
(调休) it keeps Monday's hours. Without a roster everyone who is connected counts as on duty in opening hours.
"""

from datetime import date, datetime, time, timedelta

from signaling.hall.dispatch import GENERAL
from signaling.hall.events import Desk, Staff
from signaling.hall.floor import Floor
from signaling.hall.office_facts import RosterSet, SkillsLearnt
from signaling.hall.rights import InvalidEntry, require
from signaling.protocol.acts import SetRoster
from signaling.protocol.office import RosterEntry
from signaling.protocol.values import OFFICIAL_TIME

MAX_ENTRIES = 2_000
"""A roster longer than this is a mistake."""

SEARCH_DAYS = 60
"""So far ahead the next opening is looked for; longer than any holiday."""


def opening(floor: Floor, day: date) -> tuple[datetime, datetime] | None:
    """When the hall opens and closes on this day, in official time; None when it stays closed."""
    calendar, rules = floor.calendar, floor.rules
    if calendar.is_day_off(day):
        return None
    weekday = 0 if calendar.is_working_day(day) and day.weekday() > 4 else day.weekday()
    opens, closes = rules.opens[weekday], rules.closes[weekday]
    if opens is None or closes is None or opens >= closes:
        return None
    return _at(day, opens), _at(day, closes)


def is_open(floor: Floor, now: datetime) -> bool:
    """Whether the hall is open at this moment."""
    return closing(floor, now) is not None


def closing(floor: Floor, now: datetime) -> datetime | None:
    """When the hall closes today, if it is open now."""
    hours = opening(floor, now.astimezone(OFFICIAL_TIME).date())
    return hours[1] if hours is not None and hours[0] <= now < hours[1] else None


def next_opening(floor: Floor, now: datetime) -> datetime:
    """When the hall opens next; ``now`` itself while it is open."""
    if is_open(floor, now):
        return now
    today = now.astimezone(OFFICIAL_TIME).date()
    for ahead in range(SEARCH_DAYS):
        hours = opening(floor, today + timedelta(days=ahead))
        if hours is not None and hours[0] > now:
            return hours[0]
    return _at(today + timedelta(days=SEARCH_DAYS), time(9))  # a calendar without one open day: say something far off


def hours_sentence(floor: Floor) -> str:
    """Today's hours as the board shows them, such as ``08:30-17:30``; empty when closed all day."""
    hours = opening(floor, floor.now.astimezone(OFFICIAL_TIME).date())
    return "" if hours is None else f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"


def on_duty(floor: Floor, skill: str, start: datetime, end: datetime) -> int:
    """How many reviewers with this skill (or the general one) are there from ``start`` to ``end``, the hall open."""
    local_start, local_end = start.astimezone(OFFICIAL_TIME), end.astimezone(OFFICIAL_TIME)
    hours = opening(floor, local_start.date())
    if hours is None or start < hours[0] or end > hours[1]:
        return 0
    office = floor.register.office
    able = {person for person, known in office.skills.items() if skill in known or GENERAL in known}
    if not office.roster:
        if start > floor.now:
            return len(able)  # nothing is planned: whoever has worked here may be expected
        return sum(seat.session_id is not None and seat.party.reviewer_id in able for seat in floor.seats.values())
    # Within opening hours: the day is no day off, and both times are of the same day.
    mine = (entry for entry in office.roster if entry.reviewer_id in able)
    return len({entry.reviewer_id for entry in mine if _covers(entry, local_start, local_end)})


def learn_skills(floor: Floor, desk: Desk) -> None:
    """A reviewer logs in: remember the skills for the time when the desk is not connected. Others take no calls."""
    if "reviewer" in desk.roles and floor.register.office.skills.get(desk.reviewer_id) != desk.skills:
        floor.record("hall", SkillsLearnt(desk.reviewer_id, desk.skills))


def set_roster(floor: Floor, person: Desk | Staff, message: SetRoster) -> None:
    """The manager replaces the whole roster. All or nothing; the refusal names the first bad line."""
    actor = require(person, "manager")
    if floor.register.is_answered(actor, message):
        return
    if len(message.entries) > MAX_ENTRIES:
        raise InvalidEntry(f"排班共 {len(message.entries)} 行，最多 {MAX_ENTRIES} 行")
    for line, entry in enumerate(message.entries, start=1):
        if (entry.day is None) == (entry.weekday is None):
            raise InvalidEntry(f"排班第 {line} 行：日期和星期须且只能填一项")
        if entry.start >= entry.end:
            raise InvalidEntry(f"排班第 {line} 行：开始时间须早于结束时间")
    floor.record(actor, RosterSet(message.request_id, message.entries))


def _covers(entry: RosterEntry, start: datetime, end: datetime) -> bool:
    """Whether the line is of this day and reaches from ``start`` to ``end`` (official times of one open day)."""
    is_that_day = entry.weekday == start.weekday() if entry.day is None else entry.day == start.date()
    if not is_that_day:
        return False
    return entry.start.replace(tzinfo=None) <= start.time() and end.time() <= entry.end.replace(tzinfo=None)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock.replace(tzinfo=None), OFFICIAL_TIME)
