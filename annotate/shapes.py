"""What a mark looks like: filled polygons in page space, the same for screen, picture and PDF.

Words are drawn as glyph outlines of the packaged Noto Sans CJK, so that no reader needs the font.
Owns no painting and no file format; geometry.py owns the mathematics.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final, assert_never

import noto_cjk_sans_otc
import numpy as np
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from annotate.geometry import LINE_HEIGHT, Polygon, arrow_parts, cloud_line, corners_of, outline, polyline, signed_area
from annotate.marks import Arrow, Cloud, Highlighter, Mark, Rectangle, Stroke, Text

_SC_FACE: Final = 2  # JP, KR, SC, TC, HK: order of the faces in the collection
_CURVE_STEPS: Final = 6
_reading: Final = threading.Lock()  # fontTools reads lazily: two threads in one font get torn glyphs (seen)


def polygons(mark: Mark) -> list[Polygon]:
    """Filled polygons (n, 2) in page space; fill all under the nonzero rule.

    Positive orientation adds, negative cuts (holes of letters); where letters have both, each hole comes
    after the contour it cuts, so painting one after the other gives the same picture.
    """
    match mark:
        case Stroke() | Highlighter():
            return outline(mark.points, mark.style.width_pt)
        case Arrow():
            shaft_end, head = arrow_parts(mark)
            return [*polyline([(mark.x0, mark.y0), shaft_end], mark.style.width_pt), head]
        case Rectangle():
            left, top, right, bottom = corners_of(mark)
            ring = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            return polyline(ring, mark.style.width_pt)
        case Cloud():
            return polyline(cloud_line(mark), mark.style.width_pt) if cloud_line(mark) else []
        case Text():
            return _words(mark)
        case _:
            assert_never(mark)


def load_font() -> None:
    """Read the font now (0.5 s) and not at the first letter; may be called from any thread."""
    _glyph("云")


def _words(mark: Text) -> list[Polygon]:
    found: list[Polygon] = []
    for row, line in enumerate(mark.text.split("\n")):
        x = mark.x
        # 0.88 em above the baseline is the ascent Noto's designers give the Chinese square (OS/2 typo ascender).
        baseline = mark.y + (row * LINE_HEIGHT + (LINE_HEIGHT - 1) / 2 + 0.88) * mark.size_pt
        for letter in line:
            contours, advance = _glyph(letter)
            found += [contour * mark.size_pt + (x, baseline) for contour in contours]
            x += advance * mark.size_pt
    return found


def _glyph(letter: str) -> tuple[tuple[Polygon, ...], float]:
    """Contours of a letter in em, y down, large before small; and its advance in em."""
    with _reading:
        return _read_glyph(letter)


@cache
def _read_glyph(letter: str) -> tuple[tuple[Polygon, ...], float]:
    glyphs, names, em = _font()
    glyph = glyphs[names.get(ord(letter), ".notdef")]
    pen = _PolygonPen(glyphs)
    glyph.draw(pen)
    contours = [np.array(contour, dtype=np.float64) * (1 / em, -1 / em) for contour in pen.contours if len(contour) > 2]
    # PostScript outlines run counter-clockwise with y up; after the flip that must be our positive orientation.
    if sum(signed_area(contour) for contour in contours) < 0:
        contours = [contour[::-1] for contour in contours]
    contours.sort(key=lambda contour: -abs(signed_area(contour)))
    return tuple(contours), glyph.width / em


@cache
def _font() -> tuple[Any, dict[int, str], int]:
    data = files(noto_cjk_sans_otc).joinpath("NotoSansCJK-Regular.ttc").read_bytes()
    font = TTFont(BytesIO(data), fontNumber=_SC_FACE, lazy=True)
    return font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm


class _PolygonPen(BasePen):  # type: ignore[misc]  # fontTools has no types
    """Collects contours as points; cubic curves become short lines."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.contours: list[list[tuple[float, float]]] = []

    def _moveTo(self, point: tuple[float, float]) -> None:
        self.contours.append([point])

    def _lineTo(self, point: tuple[float, float]) -> None:
        self.contours[-1].append(point)

    def _curveToOne(self, one: tuple[float, float], two: tuple[float, float], end: tuple[float, float]) -> None:
        start = self.contours[-1][-1]
        for step in range(1, _CURVE_STEPS + 1):
            t = step / _CURVE_STEPS
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            self.contours[-1].append(
                (
                    a * start[0] + b * one[0] + c * two[0] + d * end[0],
                    a * start[1] + b * one[1] + c * two[1] + d * end[1],
                )
            )
