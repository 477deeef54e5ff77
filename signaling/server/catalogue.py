"""The catalogue of service items and the calendar of working days: data files, read and checked as a whole.

The package's serve unless an own catalogue was imported into the data folder (``catalogue.json``) or the settings
name one. An import replaces the file at once or not at all.
"""

import gzip
import hashlib
import os
import re
import secrets
from importlib.resources import files
from pathlib import Path

import msgspec

from signaling.hall.working_days import PublishedYear, WorkingDays
from signaling.protocol.values import ServiceItem
from signaling.server.catalogue_checks import MOST_CATEGORIES, CatalogueWrong, Fault, flaws_of
from signaling.server.catalogue_csv import read_folder
from signaling.server.errors import SettingsWrong

IMPORTED = "catalogue.json"
"""In the data folder: what was imported last."""


class Publication(msgspec.Struct, frozen=True):
    """A catalogue as it is handed out: its one JSON text, plain and compressed, and the digest of the plain one."""

    items: tuple[ServiceItem, ...]
    content: bytes
    compressed: bytes
    digest: str


def publish(items: tuple[ServiceItem, ...]) -> Publication:
    """Make the text of a catalogue; the same items give the same digest."""
    content = msgspec.json.encode(items)
    # no time stamp inside: the same catalogue is the same file
    return Publication(items, content, gzip.compress(content, mtime=0), hashlib.sha256(content).hexdigest())


def source_of(settings_path: Path | None, data: Path) -> Path | None:
    """Where the catalogue comes from: the settings' word, else what was imported, else (None) the package."""
    imported = data / IMPORTED
    return settings_path or (imported if imported.exists() else None)


def read_catalogue(path: Path | None) -> tuple[ServiceItem, ...]:
    """The items of a JSON file, or of the folder of tables that ``path`` is or lies in; None is the package's.

    Raises CatalogueWrong, a SettingsWrong that names every fault.
    """
    if path is None or path.is_dir():
        return read_folder(path)
    return read_folder(path.parent) if path.suffix == ".csv" else _read_json(path)


def import_catalogue(items: tuple[ServiceItem, ...], data: Path) -> Publication:
    """Put a checked catalogue into the data folder; a running server takes it up from there. Raises OSError."""
    publication = publish(items)
    draft = data / f".{IMPORTED}.{secrets.token_hex(4)}"
    try:
        with draft.open("xb") as stream:
            stream.write(publication.content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(data / IMPORTED)
    finally:
        draft.unlink(missing_ok=True)
    return publication


def read_calendar(path: Path | None) -> WorkingDays:
    """The published years. Raises SettingsWrong."""
    try:
        content = path.read_bytes() if path else (files("signaling.server") / "data" / "calendar.json").read_bytes()
        years = msgspec.json.decode(content, type=tuple[PublishedYear, ...])
    except (OSError, msgspec.MsgspecError, UnicodeError) as problem:
        raise SettingsWrong(f"无法读取工作日历 {path} (cannot read the calendar: {problem})") from None
    for year in years:
        if any(day.year != year.year for day in year.holidays | year.workdays):
            raise SettingsWrong(
                f"工作日历 {year.year} 年中有别年的日期 (calendar: year {year.year} holds a day of another year)"
            )
    return WorkingDays(years)


def _read_json(path: Path) -> tuple[ServiceItem, ...]:
    faults: list[Fault] = []
    try:
        raw = msgspec.json.decode(path.read_bytes(), type=list[msgspec.Raw])
    except (OSError, msgspec.MsgspecError, UnicodeError) as problem:
        raise CatalogueWrong([Fault(path.name, 0, "", "", f"无法读取，应为事项的 JSON 数组 ({problem})")]) from None
    items: dict[str, ServiceItem] = {}
    for row, text in enumerate(raw, start=1):
        try:
            item = msgspec.json.decode(text, type=ServiceItem)
        except (msgspec.MsgspecError, UnicodeError) as problem:
            # msgspec: "Object missing required field `name`", "Expected `int`, got `str` - at `$.promised_days`"
            named = re.search(r"(?:field `|`\$\.)([\w.\[\]]+)`", str(problem))
            faults.append(Fault(path.name, row, named[1] if named else "", "", f"缺少或不合格式 ({problem})"))
            continue
        if item.code in items:
            faults.append(Fault(path.name, row, "code", item.code, "事项编码重复"))
        items.setdefault(item.code, item)
        for flaw in flaws_of(item):
            field = flaw.field if flaw.slot is None else f"slots[{flaw.slot}].{flaw.field}"
            faults.append(Fault(path.name, row, field, flaw.value, flaw.problem))
    if not raw:
        faults.append(Fault(path.name, 0, "", "", "没有任何事项"))
    if len({item.category for item in items.values()}) > MOST_CATEGORIES:
        faults.append(Fault(path.name, 0, "", "", f"类别最多 {MOST_CATEGORIES} 个（每类一个取号字母）"))
    if faults:
        raise CatalogueWrong(faults)
    return tuple(items.values())
