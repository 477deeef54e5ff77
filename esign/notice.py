"""Facts of a case -> notice PDF (unsealed), by typst templates in `templates/`.

Facts travel into the template only as JSON data, never as markup. A character without a glyph refuses the notice
(fail closed). The PDF also says of itself, in its document information, what `origin` reads back.
"""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import typst

from esign.errors import MissingGlyph, RenderingFailed
from esign.facts import AcceptanceNotice, CorrectionNotice, NoticeFacts, check_facts, texts_of
from esign.fonts import font_folders, missing_characters

__all__ = ["check_glyphs", "mask_number", "render_notice"]

_DIGEST_SHOWN = 16  # hex digits of a scan's SHA-256 on paper: 64 bits, enough to tell scans apart by eye
_TEMPLATES = {AcceptanceNotice: "acceptance", CorrectionNotice: "correction"}
# typst's compiler keeps one world of files and fonts and is not made for two threads at once
_compiling = Lock()


def render_notice(facts: NoticeFacts) -> bytes:
    """The notice as a PDF/A-2b of one or more A4 pages, same bytes for same facts; about 10 ms warm.

    Raises `BadNotice`, `MissingGlyph` (naming field and characters) or `RenderingFailed`. Never on an event loop.
    """
    check_facts(facts)
    check_glyphs(facts)
    data = json.dumps(_page_data(facts), ensure_ascii=False)
    try:
        with _compiling:
            pdf = _compiler(_TEMPLATES[type(facts)]).compile(
                format="pdf", sys_inputs={"data": data}, pdf_standards=["a-2b"]
            )
    except typst.TypstError as error:
        raise RenderingFailed(f"template of {type(facts).__name__}: {error}") from error
    if not isinstance(pdf, bytes):  # typst's signature also covers pictures, one for each page
        raise RenderingFailed(f"template of {type(facts).__name__}: no pdf came out")
    return pdf


def check_glyphs(facts: NoticeFacts) -> None:
    """Raise `MissingGlyph` for the first field holding a character that the fonts cannot draw."""
    for path, text in texts_of(facts):
        if missing := missing_characters(text):
            raise MissingGlyph(path, missing)


def mask_number(number: str) -> str:
    """A person's document number as it may stand on paper: the ends kept, the middle starred."""
    kept = 4 if len(number) >= 12 else 1
    return (
        number[:kept] + "*" * (len(number) - 2 * kept) + number[-kept:] if len(number) > 2 * kept else "*" * len(number)
    )


def _page_data(facts: NoticeFacts) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(facts, builtin_types=(date,))
    data["title"] = facts.title
    data["issued"] = facts.issued_on.isoformat()
    for name, value in data.items():
        if isinstance(value, date):
            data[name] = f"{value.year}年{value.month}月{value.day}日"
    if facts.applicant.kind == "person":
        data["applicant"]["id_number"] = mask_number(facts.applicant.id_number)
    for material in data.get("materials", ()):
        material["sha256"] = material["sha256"][:_DIGEST_SHOWN]
    return data


@cache
def _compiler(template: str) -> typst.Compiler:
    folder = Path(str(files("esign") / "templates"))
    # a file, not bytes: the second compile of a bytes input does not find it (typst-py 0.15)
    return typst.Compiler(
        str(folder / f"{template}.typ"), root=str(folder), font_paths=font_folders(), ignore_system_fonts=True
    )
