"""What must hold for every service item, whatever file it came from; and the faults an import reports.

Pure. Says what is wrong in Chinese, for the person who keeps the list.
"""

from collections.abc import Iterator

import msgspec

from signaling.protocol.values import MaterialSlot, ServiceItem
from signaling.server.errors import SettingsWrong

_RESERVED = ("general", "pool")
"""Skills of reviewers who help out everywhere (hall/dispatch.py): no category may be called so."""
_MOST_SHOWN = 200
MOST_CATEGORIES = 26
"""One ticket letter each."""


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong in a file. ``row`` counts lines (of a table, with its header) or items (of JSON) from 1;
    0 is the file as a whole.
    """

    file: str
    row: int
    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        where = f"{self.file} 第 {self.row} 行" if self.row else self.file
        column = f"「{self.column}」" if self.column else ""
        value = f"“{self.value[:40]}”" if self.value else ""
        return f"{where}{column}{value}：{self.problem}"


class CatalogueWrong(SettingsWrong):
    """The list of service items has faults; nothing of it was taken. The message names every one, to 200."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        lines = [str(fault) for fault in faults[:_MOST_SHOWN]]
        if len(faults) > _MOST_SHOWN:
            lines.append(f"……另有 {len(faults) - _MOST_SHOWN} 处")
        heading = f"事项目录有 {len(faults)} 处错误，未导入任何内容 (catalogue: {len(faults)} faults, nothing taken)"
        super().__init__("\n".join((heading, *lines)))


class Flaw(msgspec.Struct, frozen=True):
    """What is wrong within one item: in the field of the item itself, or of its ``slot`` (place in the list)."""

    slot: int | None
    field: str
    value: str
    problem: str


def flaws_of(item: ServiceItem) -> Iterator[Flaw]:
    """Everything wrong with an item whose fields have their types already."""
    for field in ("name", "category", "authority", "department", "skill", "business_kind", "legal_basis", "delivery"):
        if not getattr(item, field).strip():
            yield Flaw(None, field, "", "不能为空")
    if item.skill in _RESERVED:
        yield Flaw(None, "skill", item.skill, "这个业务类别代码留作支援技能（general、pool），请换一个")
    if not 1 <= item.statutory_days <= 365:
        yield Flaw(None, "statutory_days", str(item.statutory_days), "法定时限须在 1 到 365 个工作日之间")
    elif not 1 <= item.promised_days <= item.statutory_days:
        yield Flaw(None, "promised_days", str(item.promised_days), "承诺时限须在 1 日和法定时限之间")
    elif item.case_type == "immediate" and item.promised_days > 1:
        yield Flaw(None, "promised_days", str(item.promised_days), "即办件的承诺时限只能是 1 日")
    if not 0 <= item.correction_days <= 365:
        yield Flaw(None, "correction_days", str(item.correction_days), "补正期限须在 0 到 365 个工作日之间")
    if not item.slots:
        yield Flaw(None, "slots", "", "没有任何材料")
    elif not any(slot.is_required and not slot.is_gap_able for slot in item.slots):
        yield Flaw(None, "slots", "", "至少要有一份不可容缺的必要材料")
    seen: dict[str, int] = {}
    for place, slot in enumerate(item.slots):
        if slot.code in seen:
            yield Flaw(place, "code", slot.code, "同一事项的材料代码重复")
        seen[slot.code] = place
        yield from _flaws_of_slot(place, slot)


def _flaws_of_slot(place: int, slot: MaterialSlot) -> Iterator[Flaw]:
    if not slot.name.strip():
        yield Flaw(place, "name", "", "不能为空")
    if not slot.form.strip():
        yield Flaw(place, "form", "", "不能为空")
    if not 1 <= slot.copies <= 99:
        yield Flaw(place, "copies", str(slot.copies), "份数须在 1 到 99 之间")
    if slot.is_required and slot.condition:
        yield Flaw(place, "condition", slot.condition, "总是必要的材料不能有条件")
    if slot.is_gap_able and not slot.is_required:
        yield Flaw(place, "is_gap_able", "", "非必要材料本来就可以不交，不能标为可容缺")
    if slot.is_gap_able and slot.is_original_kept:
        yield Flaw(place, "is_gap_able", "", "须留存原件的材料不能容缺")
