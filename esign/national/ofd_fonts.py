"""Fonts of a typst PDF, taken over into an OFD: the very glyphs of the PDF, wrapped as OpenType with a character map.

typst embeds a CFF subset whose glyph numbers are the codes in the page, and says which character each one draws
(ToUnicode). Nothing is subset anew: it takes milliseconds, and the twin cannot show another glyph than the PDF.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from esign.national.errors import OfdFailed

__all__ = ["PageFont", "read_font"]

_UNITS = 1000
_CREATED = 3_850_070_400  # 1 January 2026 in seconds since 1904: fixed, so that the same notice gives the same font
_PAIRS = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<((?:[0-9A-Fa-f]{4})+)>")


@dataclass(frozen=True)
class PageFont:
    """A font as the pages use it: texts and advances (thousandths of an em) by code, and what stands in the OFD."""

    name: str
    texts: dict[int, str]
    widths: dict[int, float]
    by_character: dict[str, int]
    opentype: bytes

    def is_plain(self, code: int) -> bool:
        """Whether a reader finds this glyph by its character alone."""
        return self.by_character.get(self.texts[code]) == code


def read_font(font: Any) -> PageFont:
    """From a font dictionary as pypdf gives it. Raises `OfdFailed` for any kind but the one typst writes."""
    try:
        descendant = font["/DescendantFonts"][0].get_object()
        descriptor = descendant["/FontDescriptor"]
        program = descriptor["/FontFile3"].get_data()
        is_ours = font["/Encoding"] == "/Identity-H" and descendant["/Subtype"] == "/CIDFontType0"
        mapping = font["/ToUnicode"].get_data()
        name = str(font["/BaseFont"]).lstrip("/").partition("+")[2].removesuffix("-Identity-H")
        widths = _widths(descendant["/W"])
    except (KeyError, IndexError, AttributeError) as error:
        raise OfdFailed("a font of the pdf is not one that typst embeds") from error
    if not is_ours or b"beginbfrange" in mapping or not name:
        raise OfdFailed("a font of the pdf is not one that typst embeds")
    texts = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in _PAIRS.findall(mapping)}
    by_character: dict[str, int] = {}
    for code, text in texts.items():
        if len(text) == 1:
            by_character.setdefault(text, code)
    box = [float(number) for number in descriptor["/FontBBox"]]
    return PageFont(name, texts, widths, by_character, _opentype(name, program, by_character, widths, box))


def _widths(listed: Any) -> dict[int, float]:
    """Advances by code: `first last width` and `first [width ...]` (ISO 32000-2, 9.7.4.3)."""
    widths: dict[int, float] = {}
    entries = list(listed)
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, list):
            widths.update({first + index: float(width) for index, width in enumerate(second)})
        else:
            width = float(entries.pop(0))
            widths.update(dict.fromkeys(range(first, int(second) + 1), width))
    return widths


def _opentype(
    name: str, program: bytes, by_character: dict[str, int], widths: dict[int, float], box: list[float]
) -> bytes:
    """The CFF program unchanged, with the tables around it that a reader of font files asks for."""
    count = max(widths) + 1
    glyphs = [".notdef", *(f"glyph{code}" for code in range(1, count))]
    builder = FontBuilder(_UNITS, isTTF=False)
    builder.font.sfntVersion = "OTTO"  # CFF outlines
    builder.font.recalcBBoxes = builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({ord(character): glyphs[code] for character, code in by_character.items()})
    builder.setupHorizontalMetrics({glyph: (round(widths.get(code, 0)), 0) for code, glyph in enumerate(glyphs)})
    ascent, descent = round(box[3]), round(box[1])
    builder.setupHorizontalHeader(ascent=ascent, descent=descent, advanceWidthMax=round(max(widths.values())))
    family, _, style = name.partition("-")
    builder.setupNameTable({"familyName": family, "styleName": style or "Regular", "psName": name})
    builder.setupOS2(sTypoAscender=ascent, sTypoDescender=descent, usWinAscent=ascent, usWinDescent=-descent)
    builder.setupPost(keepGlyphNames=False)
    builder.setupMaxp()
    builder.font["head"].created = builder.font["head"].modified = _CREATED
    builder.font["head"].xMin, builder.font["head"].yMin = round(box[0]), descent
    builder.font["head"].xMax, builder.font["head"].yMax = round(box[2]), ascent
    program_table = DefaultTable("CFF ")
    program_table.data = program
    builder.font["CFF "] = program_table
    written = BytesIO()
    builder.font.save(written)
    return written.getvalue()
