"""Counts working days from published calendars and what the manager entered; owns no calendar itself.

The State Council publishes each year's days off and the weekend days worked in exchange (调休). A year that is not
published yet is counted Monday to Friday and the result is marked provisional. A day entered by the manager counts
as entered, whatever was published.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

import msgspec

from signaling.protocol.office import CalendarDay


class PublishedYear(msgspec.Struct, frozen=True):
    """One year's announcement: days off that would be weekdays or weekends, and weekend days that are worked."""

    year: int
    source: str
    holidays: frozenset[date]
    workdays: frozenset[date]


class WorkingDays:
    """Knows which days count. Years are data, see ``PublishedYear``.

    ``days`` and ``sources`` (of years the manager declared published) are read live: an edit holds at once.
    """

    def __init__(
        self,
        years: Iterable[PublishedYear],
        days: Mapping[date, CalendarDay] = MappingProxyType({}),
        sources: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self._years = {year.year: year for year in years}
        self._days = days
        self._sources = sources

    def edited_by(self, days: Mapping[date, CalendarDay], sources: Mapping[int, str]) -> "WorkingDays":
        """The same calendar, with the manager's entries as they are at each moment."""
        return WorkingDays(self._years.values(), days, sources)

    def is_published(self, year: int) -> bool:
        """Whether the days of this year are final."""
        return year in self._years or year in self._sources

    def published_years(self) -> tuple[int, ...]:
        """Every year whose days are final, in order."""
        return tuple(sorted(self._years.keys() | self._sources.keys()))

    def is_working_day(self, day: date) -> bool:
        """Whether the authorities work on that day, as far as published."""
        special = self._special(day)
        return day.weekday() < 5 if special is None else special

    def is_day_off(self, day: date) -> bool:
        """Whether the day is declared off; an ordinary weekend is not."""
        return self._special(day) is False

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
            is_provisional = is_provisional or not self.is_published(day.year)
            days -= self.is_working_day(day)
        return day, is_provisional

    def _special(self, day: date) -> bool | None:
        """Whether a day that was entered or announced is worked; None for an ordinary one."""
        entered = self._days.get(day)
        if entered is not None:
            return entered.is_working
        published = self._years.get(day.year)
        if published is not None and day in published.holidays:
            return False
        return True if published is not None and day in published.workdays else None
