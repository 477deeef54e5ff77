"""``./hall items``: what the person who keeps the list of service items can do with it, as text in and text out.

Works beside a running server; nothing here starts one.
"""

from pathlib import Path

from signaling.protocol.values import ServiceItem
from signaling.server.catalogue import import_catalogue, read_catalogue, source_of
from signaling.server.catalogue_csv import CASE_TYPES, SCOPES, write_folder
from signaling.server.errors import ServerError
from signaling.server.settings import Settings


def check(path: Path) -> str:
    """Say that a file or folder is in order. Raises CatalogueWrong naming every fault."""
    return f"完好：{_summary(read_catalogue(path))} (nothing wrong)"


def take_in(path: Path, settings: Settings) -> str:
    """Import for the hall of these settings, all or nothing. Raises ServerError, OSError."""
    if settings.catalogue is not None:
        raise ServerError(
            f"设置 catalogue 已指定 {settings.catalogue}，导入不会生效，请先去掉该设置"
            " (the setting catalogue names another one; an import would have no effect)"
        )
    items = read_catalogue(path)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    publication = import_catalogue(items, settings.data)
    return f"已导入：{_summary(items)}，运行中的大厅随即启用 (imported; digest {publication.digest[:12]})"


def listed(settings: Settings, query: str) -> str:
    """One line for each item whose code, name, category or department holds every word of ``query``."""
    words = query.split()
    lines = [
        f"{item.code}\t{item.name}\t{item.category}\t{item.department}"
        for item in _items(settings)
        if all(word in f"{item.code} {item.name} {item.category} {item.department}" for word in words)
    ]
    return "\n".join([*lines, f"共 {len(lines)} 项 (items)"])


def described(settings: Settings, code: str) -> str:
    """Everything about one item. Raises ServerError when there is none of that code."""
    item = next((item for item in _items(settings) if item.code == code), None)
    if item is None:
        raise ServerError(f"没有编码为 {code} 的事项 (no item of this code)")
    case_types = {value: word for word, value in CASE_TYPES.items()}
    scopes = {value: word for word, value in SCOPES.items()}
    marks = [
        word
        for word, holds in (("收费", item.has_fee), ("告知承诺", item.is_on_commitment), ("隐私", item.is_private))
        if holds
    ]
    lines = [
        f"{item.code}  {item.name}",
        f"类别：{item.category}（技能 {item.skill}）",
        f"部门：{item.department}，受理机关：{item.authority}",
        "，".join(
            [f"业务：{item.business_kind}，{case_types[item.case_type]}件", scopes.get(item.scope, item.scope), *marks]
        ),
        f"时限：法定 {item.statutory_days} 个工作日，承诺 {item.promised_days} 个工作日",
        f"依据：{item.legal_basis}",
        f"领取：{item.delivery}",
        f"办理地点：{' '.join(item.sites) or '全部'}",
        *([f"办理提示：{item.knowledge}"] if item.knowledge else []),
        "材料：",
    ]
    for place, slot in enumerate(item.slots, start=1):
        notes = [slot.form, "必要" if slot.is_required else slot.condition or "非必要"]
        notes += ["可容缺"] * slot.is_gap_able + ["留存原件"] * slot.is_original_kept
        lines.append(f"  {place}. {slot.name}（{'，'.join(notes)}）")
    return "\n".join(lines)


def export(settings: Settings, folder: Path) -> str:
    """Write the present catalogue as tables into ``folder``. Raises OSError."""
    items = _items(settings)
    write_folder(items, folder)
    return f"已写出到 {folder}：{_summary(items)} (exported)"


def _items(settings: Settings) -> tuple[ServiceItem, ...]:
    return read_catalogue(source_of(settings.catalogue, settings.data))


def _summary(items: tuple[ServiceItem, ...]) -> str:
    departments, categories = len({item.department for item in items}), len({item.category for item in items})
    return f"{departments} 个部门、{categories} 个类别、{len(items)} 个事项"
