"""Data and a template in `templates/` -> PDF, by typst. Knows neither notices nor slips.

Data travels into the template only as a JSON file, never as markup: nothing typed at a terminal can become an
instruction.
"""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

import typst

from esign.errors import RenderingFailed
from esign.fonts import font_folders

__all__ = ["chinese_date", "typeset"]

# typst's compiler keeps one world of files and fonts and is not made for two threads at once
_compiling = Lock()


def typeset(template: str, data: dict[str, Any]) -> bytes:
    """A PDF/A-2b, same bytes for same data; raises `RenderingFailed`. Never on an event loop.

    Untagged: the structure tree would be a quarter of the file. Pictures travel as arrays of numbers, since typst-py
    takes only text as files.
    """
    # as files beside the templates, not as sys.inputs: those belong to typst's library, and with another library
    # nothing typeset before is used again
    world = {
        "main.typ": f'#import "{template}.typ": page\n#page(json("data.json"))'.encode("ascii"),
        "data.json": json.dumps(data, ensure_ascii=False).encode("utf-8"),
    }
    try:
        with _compiling:
            pdf = _compiler().compile(  # type: ignore[type-var]  # files by name: typst-py takes them, its stub forgot
                input=world,
                format="pdf",
                pdf_standards=["a-2b"],
                pdf_tags=False,
            )
    except typst.TypstError as error:
        raise RenderingFailed(f"template {template}: {error}") from error
    if not isinstance(pdf, bytes):  # typst's signature also covers pictures, one for each page
        raise RenderingFailed(f"template {template}: no pdf came out")
    return pdf


def chinese_date(day: date) -> str:
    """A date as it stands on paper: 2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


@cache
def _compiler() -> typst.Compiler:
    folder = str(files("esign") / "templates")
    return typst.Compiler(root=folder, font_paths=font_folders(), ignore_system_fonts=True)
