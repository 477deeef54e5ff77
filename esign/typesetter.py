"""Data and a template in `templates/` -> PDF, by typst. Knows neither notices nor slips.

Data travels into the template only as JSON, never as markup: nothing typed at a terminal can become an instruction.
"""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from esign.errors import RenderingFailed
from esign.fonts import font_folders

__all__ = ["chinese_date", "typeset"]

# typst's compiler keeps one world of files and fonts and is not made for two threads at once
_compiling = Lock()


def typeset(template: str, data: dict[str, Any]) -> bytes:
    """A PDF/A-2b, same bytes for same data; about 10 ms warm. Raises `RenderingFailed`. Never on an event loop."""
    try:
        with _compiling:
            pdf = _compiler(template).compile(
                format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, pdf_standards=["a-2b"]
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
def _compiler(template: str) -> typst.Compiler:
    folder = Path(str(files("esign") / "templates"))
    # a file, not bytes: the second compile of a bytes input does not find it (typst-py 0.15)
    return typst.Compiler(
        str(folder / f"{template}.typ"), root=str(folder), font_paths=font_folders(), ignore_system_fonts=True
    )
