"""What must hold for an item, one change at a time."""

from typing import Any

import msgspec
import pytest

from signaling.protocol.values import MaterialSlot, ServiceItem
from signaling.server.catalogue_checks import CatalogueWrong, Fault, flaws_of

GOOD = ServiceItem(
    code="A-1",
    name="某事项",
    category="某类",
    authority="某局",
    department="某处",
    skill="some",
    business_kind="新办",
    legal_basis="某法",
    statutory_days=20,
    promised_days=5,
    has_fee=False,
    delivery="窗口领取",
    slots=(MaterialSlot("form", "申请表"), MaterialSlot("extra", "其他", is_required=False, condition="有代办人时")),
)


def test_a_good_item_has_no_flaw() -> None:
    assert list(flaws_of(GOOD)) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"skill": "general"}, "skill"),
        ({"statutory_days": 0}, "statutory_days"),
        ({"statutory_days": 366}, "statutory_days"),
        ({"promised_days": 0}, "promised_days"),
        ({"promised_days": 21}, "promised_days"),
        ({"case_type": "immediate"}, "promised_days"),
        ({"correction_days": -1}, "correction_days"),
        ({"slots": ()}, "slots"),
        ({"slots": (MaterialSlot("form", "申请表", is_gap_able=True),)}, "slots"),
        ({"slots": (MaterialSlot("form", "申请表", is_required=False),)}, "slots"),
    ],
)
def test_each_flaw_of_an_item_is_named(change: dict[str, Any], field: str) -> None:
    flaws = list(flaws_of(msgspec.structs.replace(GOOD, **change)))
    assert [(flaw.slot, flaw.field) for flaw in flaws] == [(None, field)]


@pytest.mark.parametrize(
    ("slot", "field"),
    [
        (MaterialSlot("form", "第二份"), "code"),
        (MaterialSlot("b", ""), "name"),
        (MaterialSlot("b", "乙", form=""), "form"),
        (MaterialSlot("b", "乙", copies=0), "copies"),
        (MaterialSlot("b", "乙", condition="有时"), "condition"),
        (MaterialSlot("b", "乙", is_required=False, is_gap_able=True), "is_gap_able"),
        (MaterialSlot("b", "乙", is_gap_able=True, is_original_kept=True), "is_gap_able"),
    ],
)
def test_each_flaw_of_a_material_is_named_with_its_place(slot: MaterialSlot, field: str) -> None:
    flaws = list(flaws_of(msgspec.structs.replace(GOOD, slots=(*GOOD.slots, slot))))
    assert [(flaw.slot, flaw.field) for flaw in flaws] == [(2, field)]


def test_a_fault_names_file_row_column_and_value() -> None:
    assert str(Fault("items.csv", 3, "承诺时限", "30", "过长")) == "items.csv 第 3 行「承诺时限」“30”：过长"
    assert str(Fault("items.csv", 0, "", "", "文件是空的")) == "items.csv：文件是空的"


def test_the_report_is_whole_but_not_endless() -> None:
    faults = [Fault("items.csv", row, "", "", "错") for row in range(1, 203)]
    lines = str(CatalogueWrong(faults)).splitlines()
    assert "202 处错误" in lines[0]
    assert lines[1] == "items.csv 第 1 行：错"
    assert lines[-1] == "……另有 2 处"
    assert len(CatalogueWrong(faults).faults) == 202
