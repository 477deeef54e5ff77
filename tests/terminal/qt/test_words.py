"""Every code of a value has Chinese words; times are the hall's."""

from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from signaling.protocol import values
from terminal.qt import words

TABLES = [
    (words.CASES, values.CaseState),
    (words.TICKETS, values.TicketState),
    (words.CONVERSIONS, values.Conversion),
    (words.CONVERTED, values.Conversion),
    (words.GROUPS, values.PriorityGroup),
    (words.WAYS, values.DeliveryWay),
    (words.GRADES, values.Grade),
    (words.DEPOSITS, values.DepositState),
    (words.NOTICES, values.NoticeKind),
]


@pytest.mark.parametrize(("table", "codes"), TABLES)
def test_no_code_lacks_its_words(table: dict[str, Any], codes: Any) -> None:
    assert set(table) == set(get_args(codes))
    assert all(any("一" <= character <= "鿿" for character in str(said)) for said in table.values())


def test_days_and_moments() -> None:
    assert words.day(date(2026, 11, 24)) == "2026年11月24日（星期二）"
    assert words.moment(datetime(2026, 11, 23, 17, 5, tzinfo=UTC)) == "11月24日 1:05"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ((0, 60), "大约 1 分钟以内"),
        ((0, 240), "大约 4 分钟以内"),
        ((300, 480), "大约 5–8 分钟"),
        ((300, 301), "大约 5–6 分钟"),
        ((300, 300), "大约 5 分钟"),
    ],
)
def test_minutes(seconds: tuple[int, int], said: str) -> None:
    assert words.minutes(seconds) == said
