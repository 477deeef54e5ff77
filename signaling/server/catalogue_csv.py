"""The catalogue of service items as a folder of tables, for people to keep in a spreadsheet or in git.

``items.csv`` and ``materials.csv`` must be there; ``sites.csv``, ``departments.csv`` and ``categories.csv`` are
the package's when they are not. The order of the categories gives the ticket letters. Reads and writes; a folder
with any fault gives no items at all.
"""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from signaling.protocol.values import MaterialSlot, ServiceItem
from signaling.server.catalogue_checks import MOST_CATEGORIES, CatalogueWrong, Fault, flaws_of
from signaling.server.csv_tables import (
    Column,
    Row,
    Table,
    code,
    codes,
    number,
    one_of,
    read_table,
    text,
    write_table,
    yes_no,
)

LEVELS = {"市级": "city", "区级": "district", "街镇": "street", "村居": "community"}
KINDS = {kind: kind for kind in ("新办", "变更", "延续", "补证", "注销")}
CASE_TYPES = {"即办": "immediate", "承诺": "promised", "联办": "joint", "上报": "reported_up"}
SCOPES = {"本区": "district", "全市": "city", "京津冀": "beijing-tianjin-hebei", "全国": "nationwide"}
_NECESSITIES = {"必要": True, "非必要": False, "条件必要": False}

SITES = (
    Column("code", "代码", code),
    Column("name", "名称", text()),
    Column("level", "级别", one_of(LEVELS)),
    Column("parent", "上级", code, ""),
)
DEPARTMENTS = (
    Column("name", "名称", text()),
    Column("authority", "受理机关", text()),
)
CATEGORIES = (
    Column("code", "代码", code),
    Column("name", "名称", text()),
)
ITEMS = (
    Column("code", "代码", code),
    Column("name", "名称", text()),
    Column("category", "类别", text()),
    Column("department", "部门", text()),
    Column("business_kind", "业务类型", one_of(KINDS)),
    Column("case_type", "办件类型", one_of(CASE_TYPES), "promised"),
    Column("statutory_days", "法定时限", number),
    Column("promised_days", "承诺时限", number),
    Column("legal_basis", "法律依据", text(2000)),
    Column("has_fee", "收费", yes_no, False),
    Column("is_on_commitment", "告知承诺", yes_no, False),
    Column("is_private", "隐私", yes_no, False),
    Column("scope", "通办范围", one_of(SCOPES), "district"),
    Column("correction_days", "补正期限", number, 0),
    Column("does_lapse", "逾期终止", yes_no, True),
    Column("delivery", "领取方式", text()),
    Column("sites", "办理地点", codes, ()),
    Column("authority", "受理机关", text(), ""),
    Column("skill", "技能", code, ""),
    Column("seal", "印章", text(), ""),
    Column("knowledge", "办理提示", text(2000), ""),
)
MATERIALS = (
    Column("item", "事项", code),
    Column("code", "代码", code),
    Column("name", "名称", text()),
    Column("necessity", "必要性", one_of({word: word for word in _NECESSITIES}), "必要"),
    Column("condition", "条件", text(), ""),
    Column("form", "形式", text()),
    Column("is_gap_able", "可容缺", yes_no, False),
    Column("is_original_kept", "留存原件", yes_no, False),
    Column("copies", "份数", number, 1),
    Column("issuer", "出具单位", text(), ""),
    Column("hint", "提示", text(), ""),
)
_TABLES = {"sites": SITES, "departments": DEPARTMENTS, "categories": CATEGORIES, "items": ITEMS, "materials": MATERIALS}


def read_folder(folder: Path | None) -> tuple[ServiceItem, ...]:
    """The items of a folder, None for the package's. Raises CatalogueWrong with every fault."""
    faults: list[Fault] = []
    tables = {name: _read(folder, name, columns, faults) for name, columns in _TABLES.items()}
    if faults and not all(table.rows for table in tables.values()):
        raise CatalogueWrong(faults)  # without a whole table every row of the others would seem wrong
    items = _Reader(tables, faults).items()
    if faults:
        raise CatalogueWrong(faults)
    return items


def write_folder(items: tuple[ServiceItem, ...], folder: Path) -> None:
    """Write ``items`` as tables from which ``read_folder`` gives the same items. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    departments: dict[str, str] = {}
    categories: dict[str, str] = {}
    for item in items:
        departments.setdefault(item.department, item.authority)
        is_taken = item.skill in categories.values()
        categories.setdefault(item.category, f"{item.skill}-{len(categories)}" if is_taken else item.skill)
    rows: dict[str, Iterable[Iterable[object]]] = {
        "departments": departments.items(),
        "categories": [(own_code, name) for name, own_code in categories.items()],
        "items": [_item_row(item, departments, categories) for item in items],
        "materials": [_material_row(item, slot) for item in items for slot in item.slots],
    }
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text(write_table(_TABLES[name], lines), encoding="utf-8", newline="")


# --- reading ----------------------------------------------------------------------------------


def _read(folder: Path | None, name: str, columns: tuple[Column, ...], faults: list[Fault]) -> Table:
    file = f"{name}.csv"
    own = None if folder is None else folder / file
    is_own = own is not None and (own.exists() or name in ("items", "materials"))
    try:
        content = own.read_bytes() if own and is_own else (files("signaling.server") / "data" / file).read_bytes()
    except OSError as problem:
        faults.append(Fault(file, 0, "", "", f"无法读取 ({problem.strerror or problem})"))
        return Table(file, columns, ())
    return read_table(file, content, columns, faults)


class _Reader:
    """Puts the tables together; adds what does not fit to ``faults``."""

    def __init__(self, tables: dict[str, Table], faults: list[Fault]) -> None:
        self._tables = tables
        self._faults = faults
        self._sites = self._distinct(tables["sites"], "code")
        self._departments = self._distinct(tables["departments"], "name")
        categories = self._distinct(tables["categories"], "code")
        self._order = {row.cells.get("name"): place for place, row in enumerate(categories.values())}
        self._distinct(tables["categories"], "name")
        self._categories = categories | {row.cells["name"]: row for row in categories.values() if row.is_good}
        if len(categories) > MOST_CATEGORIES:
            faults.append(Fault("categories.csv", 0, "", "", f"类别最多 {MOST_CATEGORIES} 个（每类一个取号字母）"))
        self._below = self._tree()

    def items(self) -> tuple[ServiceItem, ...]:
        """Every item whose row and materials are good, by category and then as listed."""
        table = self._tables["items"]
        rows = self._distinct(table, "code")
        if not rows:
            self._faults.append(Fault(table.file, 0, "", "", "没有任何事项"))
        materials = self._materials(rows)
        found = [self._item(rows[name], listed) for name, listed in materials.items() if rows[name].is_good]
        return tuple(sorted(filter(None, found), key=lambda item: self._order[item.category]))

    def _item(self, row: Row, materials: list[Row]) -> ServiceItem | None:
        table, cells = self._tables["items"], dict(row.cells)
        category = self._categories.get(cells["category"])
        department = self._departments.get(cells["department"])
        if category is None:
            self._faults.append(table.fault(row, "category", cells["category"], "没有这个类别"))
        if department is None:
            self._faults.append(table.fault(row, "department", cells["department"], "没有这个部门"))
        unknown = [site for site in cells["sites"] if site not in self._sites]
        if unknown:
            self._faults.append(table.fault(row, "sites", " ".join(unknown), "没有这个办理地点"))
        if category is None or department is None or unknown or not (category.is_good and department.is_good):
            return None
        cells["sites"] = tuple(sorted({below for site in cells["sites"] for below in self._below[site]}))
        cells["skill"] = cells["skill"] or category.cells["code"]
        cells["authority"] = cells["authority"] or department.cells["authority"]
        item = ServiceItem(**cells | {"category": category.cells["name"], "slots": tuple(map(_slot, materials))})
        for flaw in flaws_of(item):
            at, place = (table, row) if flaw.slot is None else (self._tables["materials"], materials[flaw.slot])
            self._faults.append(at.fault(place, flaw.field.replace("slots", "材料"), flaw.value, flaw.problem))
        return item

    def _materials(self, items: Mapping[str, Row]) -> dict[str, list[Row]]:
        """The rows of each item's materials. An item with a bad row has none: its list is not known."""
        table = self._tables["materials"]
        found: dict[str, list[Row]] = {item: [] for item in items}
        for row in table.rows:
            item = row.cells.get("item")
            if item is None:
                continue
            if item not in items:
                self._faults.append(table.fault(row, "item", item, "没有这个事项"))
            elif row.is_good:
                if (row.cells["necessity"] == "条件必要") != bool(row.cells["condition"]):
                    self._faults.append(table.fault(row, "condition", "", "条件必要的材料须写明条件，其他材料不写"))
                found[item].append(row)
        for row in table.rows:
            if not row.is_good:
                found.pop(row.cells.get("item", ""), None)
        return found

    def _distinct(self, table: Table, field: str) -> dict[str, Row]:
        """The rows by their key, first come; bad rows too, so that what refers to them is not a fault of its own."""
        found: dict[str, Row] = {}
        for row in table.rows:
            key = row.cells.get(field)
            if key is None:
                continue
            if key in found:
                self._faults.append(table.fault(row, field, key, f"与第 {found[key].line} 行重复"))
            found.setdefault(key, row)
        return found

    def _tree(self) -> dict[str, set[str]]:
        """Each site with itself and everything below it."""
        below: dict[str, set[str]] = {site: {site} for site in self._sites}
        for site, row in self._sites.items():
            seen, parent = {site}, row.cells.get("parent", "")
            while parent in self._sites and parent not in seen:
                seen.add(parent)
                below[parent].add(site)
                parent = self._sites[parent].cells.get("parent", "")
            if parent:
                problem = "上级关系成环" if parent in seen else "没有这个上级"
                self._faults.append(self._tables["sites"].fault(row, "parent", parent, problem))
        return below


def _slot(row: Row) -> MaterialSlot:
    cells = {field: value for field, value in row.cells.items() if field not in ("item", "necessity")}
    return MaterialSlot(**cells, is_required=_NECESSITIES[row.cells["necessity"]])


# --- writing ----------------------------------------------------------------------------------


def _item_row(item: ServiceItem, departments: Mapping[str, str], categories: Mapping[str, str]) -> list[object]:
    case_types = {value: word for word, value in CASE_TYPES.items()}
    scopes = {value: word for word, value in SCOPES.items()}
    cells: dict[str, Any] = {column.field: getattr(item, column.field) for column in ITEMS} | {
        "case_type": case_types[item.case_type],
        "scope": scopes.get(item.scope, item.scope),
        "authority": "" if departments[item.department] == item.authority else item.authority,
        "skill": "" if categories[item.category] == item.skill else item.skill,
    }
    return list(cells.values())


def _material_row(item: ServiceItem, slot: MaterialSlot) -> list[object]:
    necessity = "必要" if slot.is_required else "条件必要" if slot.condition else "非必要"
    special = {"item": item.code, "necessity": necessity}
    return [special.get(column.field) or getattr(slot, column.field) for column in MATERIALS]
