"""The data files in the package, and own ones."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from signaling.server.catalogue import read_calendar, read_catalogue
from signaling.server.errors import SettingsWrong


def test_the_items_of_the_package_can_be_applied_for() -> None:
    items = read_catalogue(None)
    assert len(items) >= 12
    assert len({item.category for item in items}) >= 6
    assert all(any(slot.is_required for slot in item.slots) for item in items)
    assert any("图纸" in slot.form for item in items for slot in item.slots)


def test_the_calendar_of_the_package_knows_2026() -> None:
    calendar = read_calendar(None)
    # National Day 2026: off from Thursday the 1st to Wednesday the 7th, Saturday the 10th is worked
    assert [calendar.is_working_day(date(2026, 10, day)) for day in (1, 7, 8, 9, 10, 11)] == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]
    assert calendar.add(date(2026, 9, 30), 3) == (date(2026, 10, 10), False)
    assert calendar.add(date(2026, 12, 31), 1)[1]  # 2027 is not published


def first_items(tmp_path: Path, change: Callable[[list[dict[str, Any]]], None]) -> Path:
    import_path = tmp_path / "items.json"
    items = [
        {
            "code": code,
            "name": "某事项",
            "category": "某类",
            "authority": "某局",
            "department": "某处",
            "skill": "some",
            "business_kind": "新办",
            "legal_basis": "某法",
            "statutory_days": 20,
            "promised_days": 5,
            "has_fee": False,
            "delivery": "窗口领取",
            "slots": [{"code": "form", "name": "申请表"}],
        }
        for code in ("A", "B")
    ]
    change(items)
    import_path.write_text(json.dumps(items), encoding="utf-8")
    return import_path


def test_own_items_replace_the_packages(tmp_path: Path) -> None:
    assert [item.code for item in read_catalogue(first_items(tmp_path, lambda items: None))] == ["A", "B"]


@pytest.mark.parametrize(
    "change",
    [
        lambda items: items.clear(),
        lambda items: items[0].update(code="B"),
        lambda items: items[0].update(promised_days=21),
        lambda items: items[0].update(slots=[]),
        lambda items: items[0].update(slots=items[0]["slots"] * 2),
        lambda items: items[0].pop("legal_basis"),
    ],
    ids=["none", "code twice", "promise too long", "no slots", "slot twice", "field missing"],
)
def test_items_that_do_not_hold_together_are_refused(
    tmp_path: Path, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    with pytest.raises(SettingsWrong):
        read_catalogue(first_items(tmp_path, change))


def test_a_calendar_with_a_foreign_day_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    path.write_text('[{"year": 2026, "source": "x", "holidays": ["2025-01-01"], "workdays": []}]')
    with pytest.raises(SettingsWrong, match="2026"):
        read_calendar(path)
