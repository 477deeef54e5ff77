"""The fonts of notices and seals: where they lie, which characters they can draw, and outlines of characters.

Noto Serif SC first, Noto Sans CJK SC for the rare name characters it lacks; both come with PyPI packages (OFL), never
from the system.
"""

from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

__all__ = ["FAMILIES", "Outline", "font_folders", "missing_characters", "outline"]

FAMILIES = ("Noto Serif SC", "Noto Sans CJK SC")
_FILES = (
    ("pylopdf_fonts_zh_cn", "NotoSerifSC-Regular.otf", -1),
    ("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc", 2),  # the third face of the collection is the SC one
)

Outline = list[tuple[str, tuple[tuple[float, float], ...]]]


def font_folders() -> list[str]:
    """The folders that hold the fonts, for typst."""
    return [str(_folder(package)) for package, _, _ in _FILES]


def missing_characters(text: str) -> str:
    """The characters of `text` that no font here can draw, each once, in order of appearance; empty if all can be."""
    known = _characters()
    return "".join(dict.fromkeys(c for c in text if ord(c) not in known))


@lru_cache(maxsize=512)
def outline(character: str) -> Outline:
    """Path of one character as fontTools pen operations (cubic), in thousandths of an em, y up from the base line.

    The character must be one that `missing_characters` lets pass; a blank one has an empty path.
    """
    for index in range(len(_FILES)):
        name = _cmap(index).get(ord(character))
        if name is not None:
            glyphs = _font(index).getGlyphSet()
            pen = DecomposingRecordingPen(glyphs)
            glyphs[name].draw(pen)
            path: Outline = pen.value
            return path
    raise KeyError(f"U+{ord(character):04X}")


def _folder(package: str) -> Path:
    return Path(str(files(package)))


@cache
def _font(index: int) -> TTFont:
    package, name, number = _FILES[index]
    return TTFont(_folder(package) / name, fontNumber=number, lazy=True)


@cache
def _cmap(index: int) -> dict[int, str]:
    table: dict[int, str] = _font(index).getBestCmap()
    return table


@cache
def _characters() -> frozenset[int]:
    return frozenset().union(*(_cmap(index) for index in range(len(_FILES))))
