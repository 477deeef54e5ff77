"""The catalogue as tables: what is shipped, what an import finds wrong, and the way there and back."""

import shutil
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from signaling.protocol.values import ServiceItem
from signaling.server.catalogue_checks import CatalogueWrong
from signaling.server.catalogue_csv import KINDS, read_folder, write_folder

TABLES = {
    "sites.csv": "代码,名称,级别,上级\nC,区,区级,\nH,大厅,区级,C\nS,街道,街镇,C\n",
    "departments.csv": "名称,受理机关\n甲局,某区政务服务局\n乙局,某区政务服务局\n",
    "categories.csv": "代码,名称\nenv,生态\nbuild,工程\n",
    "items.csv": (
        "代码,名称,类别,部门,业务类型,法定时限,承诺时限,法律依据,领取方式,办理地点\n"
        "B-1,施工许可,build,甲局,新办,20,5,《某法》,窗口领取,\n"
        "E-1,排污许可,生态,乙局,新办,20,10,《某法》,窗口领取,C\n"
    ),
    "materials.csv": (
        "事项,代码,名称,必要性,条件,形式,可容缺\n"
        "B-1,form,申请表,必要,,原件,否\n"
        "E-1,form,申请表,必要,,原件,否\n"
        "E-1,rules,制度,必要,,电子件,是\n"
        "E-1,proxy,委托书,条件必要,代办时,电子件,否\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in TABLES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    content = (folder / name).read_text(encoding="utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(CatalogueWrong) as caught:
        read_folder(folder)
    return [(fault.file, fault.row, fault.column) for fault in caught.value.faults]


# --- the shipped set ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> tuple[ServiceItem, ...]:
    return read_folder(None)


def test_the_package_holds_one_district(shipped: tuple[ServiceItem, ...]) -> None:
    assert len(shipped) == 717
    assert len({item.department for item in shipped}) == 38
    assert len({item.category for item in shipped}) == len({item.skill for item in shipped}) == 15
    assert len({item.code for item in shipped}) == len({item.name for item in shipped}) == 717


def test_every_department_and_category_of_the_package_is_used(shipped: tuple[ServiceItem, ...]) -> None:
    data = files("signaling.server") / "data"
    departments = [line.split(",")[0] for line in (data / "departments.csv").read_text("utf-8").splitlines()]
    categories = [line.split(",")[1] for line in (data / "categories.csv").read_text("utf-8").splitlines()]
    assert set(departments[1:]) == {item.department for item in shipped}
    assert categories[1:] == list(dict.fromkeys(item.category for item in shipped))


def test_the_package_shows_everything_an_item_can_be(shipped: tuple[ServiceItem, ...]) -> None:
    assert {item.business_kind for item in shipped} == set(KINDS)
    assert {item.case_type for item in shipped} == {"immediate", "promised", "joint", "reported_up"}
    assert {item.scope for item in shipped} == {"district", "city", "beijing-tianjin-hebei", "nationwide"}
    assert all(2 <= len(item.slots) <= 7 for item in shipped)
    assert all("《" in item.legal_basis for item in shipped)
    slots = [slot for item in shipped for slot in item.slots]
    assert Counter(slot.is_gap_able for slot in slots)[True] >= 100
    assert Counter(any(slot.is_original_kept for slot in item.slots) for item in shipped)[True] >= 20
    assert min(Counter(item.is_on_commitment for item in shipped)[True], sum(item.is_private for item in shipped)) >= 50
    assert any(slot.form == "图纸" for slot in slots)
    assert any(item.sites for item in shipped)


@pytest.mark.parametrize(
    ("code", "skill", "slots"),
    [
        ("ENV-001", "environment", ["form", "approval", "plan", "commitment"]),
        ("CON-001", "construction", ["form", "planning", "drawing", "contract"]),
        ("FOD-002", "market", ["form", "permit"]),
    ],
)
def test_the_items_that_programs_are_shown_with_are_there(
    shipped: tuple[ServiceItem, ...], code: str, skill: str, slots: list[str]
) -> None:
    item = next(item for item in shipped if item.code == code)
    assert (item.skill, [slot.code for slot in item.slots]) == (skill, slots)


# --- own tables ---------------------------------------------------------------------------------


def test_tables_become_items_in_the_order_of_the_categories(folder: Path) -> None:
    first, second = read_folder(folder)
    assert (first.code, first.category, first.skill, first.sites) == ("E-1", "生态", "env", ("C", "H", "S"))
    assert (second.code, second.category, second.skill, second.sites) == ("B-1", "工程", "build", ())
    assert first.authority == "某区政务服务局"
    form, rules, proxy = first.slots
    assert (form.is_required, rules.is_gap_able, proxy.is_required, proxy.condition) == (True, True, False, "代办时")


def test_the_packages_categories_serve_when_there_are_none(folder: Path) -> None:
    for name in ("sites.csv", "departments.csv", "categories.csv"):
        (folder / name).unlink()
    assert faults(folder) == [
        ("items.csv", 2, "类别"),
        ("items.csv", 2, "部门"),
        ("items.csv", 3, "类别"),
        ("items.csv", 3, "部门"),
        ("items.csv", 3, "办理地点"),
    ]


@pytest.mark.parametrize("name", ["items.csv", "materials.csv"])
def test_items_and_materials_must_be_there(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert (name, 0, "") in faults(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("items.csv", "E-1,", "B-1,", ("items.csv", 3, "代码")),
        ("items.csv", "build", "none", ("items.csv", 2, "类别")),
        ("items.csv", "乙局", "丙局", ("items.csv", 3, "部门")),
        ("items.csv", "领取,C", "领取,X", ("items.csv", 3, "办理地点")),
        ("items.csv", "20,5,", "20,21,", ("items.csv", 2, "承诺时限")),
        ("items.csv", "20,5,", "二十,5,", ("items.csv", 2, "法定时限")),
        ("items.csv", "新办", "重办", ("items.csv", 2, "业务类型")),
        ("materials.csv", "B-1,form", "B-9,form", ("materials.csv", 2, "事项")),
        ("materials.csv", "E-1,rules", "E-1,form", ("materials.csv", 4, "代码")),
        ("materials.csv", "B-1,form,申请表,必要", "B-1,form,申请表,非必要", ("items.csv", 2, "材料")),
        ("materials.csv", "条件必要,代办时", "条件必要,", ("materials.csv", 5, "条件")),
        ("materials.csv", "代办时,电子件,否", "代办时,电子件,是", ("materials.csv", 5, "可容缺")),
        ("sites.csv", "街镇,C", "街镇,X", ("sites.csv", 4, "上级")),
        ("sites.csv", "区,区级,", "区,区级,S", ("sites.csv", 2, "上级")),
        ("categories.csv", "build,工程", "env,工程", ("categories.csv", 3, "代码")),
        ("categories.csv", "build,工程", "build,生态", ("categories.csv", 3, "名称")),
        ("departments.csv", "乙局", "甲局", ("departments.csv", 3, "名称")),
    ],
)
def test_a_bad_row_is_named(folder: Path, name: str, old: str, new: str, expected: tuple[str, int, str]) -> None:
    change(folder, name, old, new)
    assert expected in faults(folder)


def test_one_bad_row_is_one_fault_and_not_an_avalanche(folder: Path) -> None:
    change(folder, "items.csv", "20,5,", "x,5,")
    assert faults(folder) == [("items.csv", 2, "法定时限")]
    change(folder, "materials.csv", "E-1,form,申请表,必要", "E-1,form,申请表,必须")
    assert faults(folder) == [("items.csv", 2, "法定时限"), ("materials.csv", 3, "必要性")]


def test_a_table_that_cannot_be_used_is_the_only_fault(folder: Path) -> None:
    change(folder, "items.csv", "业务类型", "种类")
    assert faults(folder) == [("items.csv", 1, "种类"), ("items.csv", 1, "业务类型")]


def test_no_items_and_too_many_categories(folder: Path) -> None:
    (folder / "items.csv").write_text(TABLES["items.csv"].splitlines()[0])
    (folder / "materials.csv").write_text(TABLES["materials.csv"].splitlines()[0])
    (folder / "categories.csv").write_text("代码,名称\n" + "".join(f"c{n},类{n}\n" for n in range(27)))
    assert faults(folder) == [("categories.csv", 0, ""), ("items.csv", 0, "")]


def test_what_is_exported_is_read_back_the_same(tmp_path: Path, shipped: tuple[ServiceItem, ...]) -> None:
    write_folder(shipped, tmp_path)
    shutil.copy(str(files("signaling.server") / "data" / "sites.csv"), tmp_path)
    assert read_folder(tmp_path) == shipped


def test_own_skills_and_authorities_survive_the_export(folder: Path, tmp_path: Path) -> None:
    change(folder, "items.csv", "办理地点\n", "办理地点,技能,受理机关\n")
    change(folder, "items.csv", "领取,\n", "领取,,water,某区水务局\n")
    items = read_folder(folder)
    assert (items[1].skill, items[1].authority) == ("water", "某区水务局")
    write_folder(items, tmp_path / "out")
    shutil.copy(folder / "sites.csv", tmp_path / "out")
    assert read_folder(tmp_path / "out") == items
