"""Working days against the published calendars of 2025 and 2026."""

from datetime import date, timedelta

import pytest

from signaling.hall.working_days import PublishedYear, WorkingDays
from signaling.protocol.office import CalendarDay


def days(year, *spans):
    return frozenset(
        date(year, first[0], first[1]) + timedelta(days=n)
        for first, last in spans
        for n in range((date(year, *last) - date(year, *first)).days + 1)
    )


YEARS = [
    PublishedYear(
        2025,
        "国办发明电〔2024〕12号",
        days(
            2025,
            ((1, 1), (1, 1)),
            ((1, 28), (2, 4)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((5, 31), (6, 2)),
            ((10, 1), (10, 8)),
        ),
        frozenset({date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)}),
    )
]
CALENDAR = WorkingDays(YEARS)


@pytest.mark.parametrize(("count", "last"), [(1, date(2025, 9, 29)), (5, date(2025, 10, 11)), (20, date(2025, 10, 31))])
def test_limits_over_the_national_day_week(count, last):
    """Received on 2025-09-28; counting Monday to Friday would give 10-03 and 10-24."""
    assert CALENDAR.add(date(2025, 9, 28), count) == (last, False)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2025, 9, 28), True),  # a Sunday worked in exchange
        (date(2025, 10, 1), False),
        (date(2025, 10, 9), True),
        (date(2025, 10, 12), False),
        (date(2027, 1, 1), True),  # not published: a Friday
        (date(2027, 1, 2), False),
    ],
)
def test_single_days(day, is_working):
    assert CALENDAR.is_working_day(day) == is_working


def test_a_count_that_touches_an_unpublished_year_is_provisional():
    assert CALENDAR.add(date(2025, 12, 30), 1) == (date(2025, 12, 31), False)
    assert CALENDAR.add(date(2025, 12, 30), 2) == (date(2026, 1, 1), True)
    assert CALENDAR.add(date(2025, 12, 31), 1)[1] is True


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_is_counted_backwards(count):
    with pytest.raises(ValueError, match="cannot count"):
        CALENDAR.add(date(2025, 9, 28), count)


def test_what_the_manager_entered_counts_at_once_and_before_what_was_published():
    days, sources = {}, {}
    calendar = CALENDAR.edited_by(days, sources)
    assert calendar.add(date(2025, 9, 28), 1) == (date(2025, 9, 29), False)
    days[date(2025, 9, 29)] = CalendarDay(date(2025, 9, 29), is_working=False, source="停电")
    days[date(2025, 10, 1)] = CalendarDay(date(2025, 10, 1), is_working=True, source="值班")
    assert calendar.add(date(2025, 9, 28), 1) == (date(2025, 9, 30), False)
    assert calendar.add(date(2025, 9, 28), 2) == (date(2025, 10, 1), False)
    assert CALENDAR.add(date(2025, 9, 28), 2) == (date(2025, 9, 30), False), "the published calendar stays as it was"


def test_a_year_that_the_manager_publishes_is_no_longer_provisional():
    sources = {}
    calendar = CALENDAR.edited_by({}, sources)
    assert calendar.add(date(2025, 12, 31), 1)[1]
    sources[2026] = "国办发明电〔2025〕1号"
    assert not calendar.add(date(2025, 12, 31), 1)[1]
    assert calendar.published_years() == (2025, 2026)


def test_an_ordinary_weekend_is_no_declared_day_off():
    assert not CALENDAR.is_day_off(date(2025, 10, 12))
    assert CALENDAR.is_day_off(date(2025, 10, 4)), "a Saturday within the holiday"
