"""What the hall's manager edits beside the roster: days of the calendar, published years, items that are closed.

All of it holds at once: the calendar is read live, and terminals are told what can be applied for now.
"""

from signaling.hall.events import Desk, Staff
from signaling.hall.floor import Floor
from signaling.hall.office_facts import CalendarDaySet, ItemOpenSet, YearPublished
from signaling.hall.rights import InvalidEntry, require
from signaling.hall.tickets import local_day
from signaling.protocol.acts import PublishYear, SetCalendarDay, SetItemOpen
from signaling.protocol.errors import ErrorCode, Refused

FARTHEST_YEARS = 2
"""Calendars are announced for the next year: a date farther ahead is a slip of the finger."""


def set_calendar_day(floor: Floor, person: Desk | Staff, message: SetCalendarDay) -> None:
    """A day is worked, or not. Days that are over stay as they were: what was decided by them stands."""
    actor = require(person, "manager")
    if floor.register.is_answered(actor, message):
        return
    entry = message.entry
    if entry.day < local_day(floor.now):
        raise InvalidEntry(f"{entry.day} 已过，不能更改")
    if entry.day.year > local_day(floor.now).year + FARTHEST_YEARS:
        raise InvalidEntry(f"{entry.day} 太远，请核对年份")
    if not entry.source.strip():
        raise InvalidEntry("请写明依据")
    floor.record(actor, CalendarDaySet(message.request_id, entry))


def publish_year(floor: Floor, person: Desk | Staff, message: PublishYear) -> None:
    """The year's announcement is in and entered: its days are final."""
    actor = require(person, "manager")
    if floor.register.is_answered(actor, message):
        return
    if floor.calendar.is_published(message.year):
        raise InvalidEntry(f"{message.year} 年的放假安排已公布")
    this_year = local_day(floor.now).year
    if not this_year <= message.year <= this_year + FARTHEST_YEARS:
        raise InvalidEntry(f"{message.year} 年不能公布，请核对年份")
    if not message.source.strip():
        raise InvalidEntry("请写明公布文件")
    floor.record(actor, YearPublished(message.request_id, message.year, message.source))


def set_item_open(floor: Floor, person: Desk | Staff, message: SetItemOpen) -> None:
    """Nobody can apply for the item from now on, or again. Open cases go on."""
    actor = require(person, "manager")
    if floor.register.is_answered(actor, message):
        return
    is_closed = message.item_code in floor.register.office.closed_items
    if message.item_code not in floor.offering.items and not is_closed:
        raise Refused(ErrorCode.NOT_FOUND, f"item {message.item_code}")
    floor.record(actor, ItemOpenSet(message.request_id, message.item_code, message.is_open, message.reason))
    floor.tell_catalogue()
