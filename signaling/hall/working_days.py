"""Counts working days from published calendars; owns no calendar itself.

The State Council publishes each year's days off and the weekend days worked in exchange (调休).
A year that is not published yet is counted Monday to Friday and the result is marked provisional.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec


class PublishedYear(msgspec.Struct, frozen=True):
    """One year's announcement: days off that would be weekdays or weekends, and weekend days that are worked."""

    year: int
    source: str
    holidays: frozenset[date]
    workdays: frozenset[date]


class WorkingDays:
    """Knows which days count. Years are data, see ``PublishedYear``."""

    def __init__(self, years: Iterable[PublishedYear]) -> None:
        self._years = {year.year: year for year in years}

    def is_working_day(self, day: date) -> bool:
        """Whether the authorities work on that day, as far as published."""
        published = self._years.get(day.year)
        if published is not None:
            if day in published.holidays:
                return False
            if day in published.workdays:
                return True
        return day.weekday() < 5

    def add(self, start: date, days: int) -> tuple[date, bool]:
        """The ``days``-th working day after ``start`` (which does not count itself), and whether that is provisional.

        Provisional means that a day counted lies in a year that is not published. ``days`` must be at least 1.
        """
        if days < 1:
            raise ValueError(f"cannot count {days} working days")
        day = start
        is_provisional = False
        while days:
            day += timedelta(days=1)
            is_provisional = is_provisional or day.year not in self._years
            days -= self.is_working_day(day)
        return day, is_provisional
