"""The catalogue of service items and the calendar of working days: data files, read and checked once.

The ones in this package serve unless the settings name others of the same form.
"""

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import msgspec

from signaling.hall.working_days import PublishedYear, WorkingDays
from signaling.protocol.values import ServiceItem
from signaling.server.errors import SettingsWrong

T = TypeVar("T")


def read_catalogue(path: Path | None) -> tuple[ServiceItem, ...]:
    """The service items, at least one, codes distinct. Raises SettingsWrong."""
    items = _read(path, "items.json", tuple[ServiceItem, ...])
    codes = [item.code for item in items]
    if not items or len(set(codes)) < len(codes):
        raise SettingsWrong(
            "事项目录至少要有一个事项，且事项编码不得重复 (catalogue: needs at least one item, and each code once)"
        )
    for item in items:
        slots = [slot.code for slot in item.slots]
        if not slots or len(set(slots)) < len(slots) or not 1 <= item.promised_days <= item.statutory_days:
            raise SettingsWrong(
                f"事项目录中 {item.code} 有误：材料不得为空或重复，承诺时限须在 1 日和法定时限之间"
                f" (catalogue: item {item.code}: slots must be distinct, 1 <= promised <= statutory days)"
            )
    return items


def read_calendar(path: Path | None) -> WorkingDays:
    """The published years. Raises SettingsWrong."""
    years = _read(path, "calendar.json", tuple[PublishedYear, ...])
    for year in years:
        if any(day.year != year.year for day in year.holidays | year.workdays):
            raise SettingsWrong(
                f"工作日历 {year.year} 年中有别年的日期 (calendar: year {year.year} holds a day of another year)"
            )
    return WorkingDays(years)


def _read(path: Path | None, name: str, kind: type[T]) -> T:
    try:
        content = path.read_bytes() if path else files("signaling.server").joinpath(name).read_bytes()
        return msgspec.json.decode(content, type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeError) as problem:
        raise SettingsWrong(f"无法读取数据文件 {path or name} (cannot read the data file: {problem})") from None
