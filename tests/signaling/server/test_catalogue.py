"""Where the catalogue and the calendar come from, and that an import is whole or not at all."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signaling.protocol.values import ServiceItem
from signaling.server.catalogue import (
    IMPORTED,
    import_catalogue,
    publish,
    read_calendar,
    read_catalogue,
    source_of,
)
from signaling.server.catalogue_checks import CatalogueWrong
from signaling.server.catalogue_csv import write_folder
from signaling.server.errors import SettingsWrong


def items_file(tmp_path: Path, change: Callable[[list[dict[str, Any]]], None] = lambda items: None) -> Path:
    path = tmp_path / "items.json"
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
    path.write_text(json.dumps(items), encoding="utf-8")
    return path


# --- the catalogue ------------------------------------------------------------------------------


def test_a_file_a_folder_and_a_table_of_it_are_the_same_catalogue(tmp_path: Path) -> None:
    items = read_catalogue(items_file(tmp_path))
    assert [item.code for item in items] == ["A", "B"]
    write_folder(items, tmp_path)
    assert read_catalogue(tmp_path) == read_catalogue(tmp_path / "items.csv") == items


@pytest.mark.parametrize(
    ("change", "row", "column"),
    [
        (lambda items: items.clear(), 0, ""),
        (lambda items: items[1].update(code="A"), 2, "code"),
        (lambda items: items[0].update(promised_days=21), 1, "promised_days"),
        (lambda items: items[1].update(slots=[]), 2, "slots"),
        (lambda items: items[0].update(slots=items[0]["slots"] * 2), 1, "slots[1].code"),
        (lambda items: items[1].update(statutory_days="20"), 2, "statutory_days"),
        (lambda items: items[1].pop("legal_basis"), 2, "legal_basis"),
        (lambda items: items.extend({**items[0], "code": f"C{n}", "category": f"类{n}"} for n in range(26)), 0, ""),
    ],
    ids=["none", "code twice", "promise", "no slots", "slot twice", "type", "field missing", "categories"],
)
def test_each_bad_item_of_a_json_file_is_named(
    tmp_path: Path, change: Callable[[list[dict[str, Any]]], None], row: int, column: str
) -> None:
    with pytest.raises(CatalogueWrong) as caught:
        read_catalogue(items_file(tmp_path, change))
    assert [(fault.file, fault.row, fault.column) for fault in caught.value.faults] == [("items.json", row, column)]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'[{"code": '])
def test_a_file_that_is_no_list_is_one_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "items.json").write_bytes(content)
    with pytest.raises(CatalogueWrong, match=r"items\.json"):
        read_catalogue(tmp_path / "items.json")


def test_a_path_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    for name in ("none.json", "none/items.csv"):
        with pytest.raises(CatalogueWrong):
            read_catalogue(tmp_path / name)


def test_the_digest_is_of_the_text_and_the_text_is_the_items(tmp_path: Path) -> None:
    items = read_catalogue(items_file(tmp_path))
    publication = publish(items)
    assert publication.digest == hashlib.sha256(publication.content).hexdigest() == publish(items).digest
    assert msgspec.json.decode(gzip.decompress(publication.compressed), type=tuple[ServiceItem, ...]) == items


def test_an_import_takes_the_place_of_the_package_but_not_of_the_settings(tmp_path: Path) -> None:
    data = tmp_path / "hall"
    data.mkdir()
    assert source_of(None, data) is None
    publication = import_catalogue(read_catalogue(items_file(tmp_path)), data)
    assert source_of(None, data) == data / IMPORTED
    assert (data / IMPORTED).read_bytes() == publication.content
    assert [path.name for path in data.iterdir()] == [IMPORTED]
    assert read_catalogue(source_of(None, data)) == publication.items
    assert source_of(tmp_path / "own.json", data) == tmp_path / "own.json"


def test_an_import_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    items = read_catalogue(items_file(tmp_path))
    with pytest.raises(OSError, match="No such file"):
        import_catalogue(items, tmp_path / "gone")
    (tmp_path / IMPORTED).mkdir()  # something that cannot be replaced by a file
    with pytest.raises(OSError, match="directory"):
        import_catalogue(items, tmp_path)
    shutil.rmtree(tmp_path / IMPORTED)
    assert [path.name for path in tmp_path.iterdir()] == ["items.json"]


# --- the calendar -------------------------------------------------------------------------------


def test_the_calendar_of_the_package_knows_2026() -> None:
    calendar = read_calendar(None)
    # National Day 2026: off from Thursday the 1st to Wednesday the 7th, Saturday the 10th is worked
    worked = [calendar.is_working_day(date(2026, 10, day)) for day in (1, 7, 8, 9, 10, 11)]
    assert worked == [False, False, True, True, True, False]
    assert calendar.add(date(2026, 9, 30), 3) == (date(2026, 10, 10), False)


def test_a_receipt_before_the_long_holiday_of_2025_has_the_limits_that_were_measured() -> None:
    calendar = read_calendar(None)
    receipt = date(2025, 9, 28)
    assert calendar.add(receipt, 5) == (date(2025, 10, 11), False)
    assert calendar.add(receipt, 20) == (date(2025, 10, 31), False)


@pytest.mark.parametrize(("year", "days"), [(2025, 23), (2026, 25)])
def test_so_many_days_of_a_year_are_not_what_the_week_says(year: int, days: int) -> None:
    calendar = read_calendar(None)
    every = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(calendar.is_working_day(day) != (day.weekday() < 5) for day in every) == days


def test_a_limit_that_reaches_an_unpublished_year_is_provisional() -> None:
    calendar = read_calendar(None)
    assert calendar.published_years() == (2025, 2026)
    assert calendar.add(date(2026, 12, 15), 20) == (date(2027, 1, 12), True)
    assert calendar.add(date(2026, 12, 15), 12) == (date(2026, 12, 31), False)


def test_a_calendar_with_a_foreign_day_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calendar.json"
    path.write_text('[{"year": 2026, "source": "x", "holidays": ["2025-01-01"], "workdays": []}]')
    with pytest.raises(SettingsWrong, match="2026"):
        read_calendar(path)


def test_a_calendar_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="none"):
        read_calendar(tmp_path / "none.json")
