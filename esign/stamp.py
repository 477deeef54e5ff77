"""The visible red stamp (印模): what a design says, and the stamp as PDF operators, SVG, picture and riding slices.

Drawn as outlines: never a raster picture in a PDF and no text that a copy could pick up. Measures follow the custom of
seal makers (国发〔1999〕25号: 42 mm, name from left to right on the arc): edge 1.2 mm, star 14 mm. The lines themselves
are in `stamp_path`.
"""

from functools import lru_cache
from io import BytesIO

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from esign.errors import BadNotice, MissingGlyph
from esign.fonts import missing_characters
from esign.stamp_path import DIAMETER_MM, Path, arc_name, arc_number, ring, star, straight_line

__all__ = [
    "DIAMETER_MM",
    "RED",
    "WEIGHT_MM",
    "StampDesign",
    "riding_slice",
    "seal_operators",
    "seal_paths",
    "seal_png",
    "seal_svg",
]

RED = (0.86, 0.05, 0.08)
WEIGHT_MM = 0.14
"""Width of the line around each character: the font's regular weight is too thin for a seal."""

_POINTS = 72 / 25.4
_GRID = 20 * _POINTS  # steps of the PDF drawing in a millimetre
_KIND_HEIGHT_MM = 3.3
_KIND_WIDTH_MM = 22.0
_KIND_BASE_MM = -11.6
_REAR_HEIGHT_MM = 4.6
_REAR_WIDTH_MM = 20.0
_REAR_BASE_MM = -13.0
_MOST_RIDING_PAGES = 12  # one stamp over more pages would leave slices under 3.5 mm: nothing to recognise
_RIDING_GROUP = 8
_FINER = 4  # pictures are drawn that much larger, then reduced: smooth edges


class StampDesign(msgspec.Struct, frozen=True):
    """What the stamp says. The organisation has 2 to 24 characters, `kind` up to 12.

    With a `kind` (行政审批专用章, 受理专用章 ...) it is a special seal, the kind straight below the star. Without it is
    the official seal (公章): the whole name on the arc, or its last `rear` characters (2 to 8) straight below.
    `number`: the 13 digits that the public security authority records a seal by, along the lower edge; "" for none.
    """

    organisation: str
    kind: str = ""
    number: str = ""
    rear: int = 0


def seal_paths(design: StampDesign) -> tuple[Path, Path]:
    """What is filled (ring, star, number), and the writing, which is filled and drawn round by a line of `WEIGHT_MM`.

    Millimetres, y up, middle at 0. Raises `BadNotice` for what does not fit and `MissingGlyph` for a character that
    cannot be drawn. The lists are shared: do not change them.
    """
    return _paths(design)


def seal_operators(design: StampDesign) -> bytes:
    """PDF path operators in points, origin in the middle; raises like `seal_paths`.

    They scale the user space to whole numbers (1/20 pt, finer than 600 dpi shows): wrap them in `q ... Q`.
    """
    letters = {"move": "m", "line": "l", "curve": "c", "close": "h"}

    def drawn(path: Path) -> list[str]:
        return [
            " ".join([*(f"{round(x * _GRID)} {round(y * _GRID)}" for x, y in points), letters[step]])
            for step, points in path
        ]

    figure, writing = _paths(design)
    colour = "{:.3f} {:.3f} {:.3f}".format(*RED)
    begin = f"{_POINTS / _GRID:.2f} 0 0 {_POINTS / _GRID:.2f} 0 0 cm {colour} rg {colour} RG {WEIGHT_MM * _GRID:.1f} w"
    return "\n".join([begin, *drawn(figure), "f", *drawn(writing), "B"]).encode("ascii")


def seal_svg(design: StampDesign) -> str:
    """The same stamp as an SVG of 42 by 42 mm with a transparent ground."""
    letters = {"move": "M", "line": "L", "curve": "C", "close": "Z"}
    figure, writing = (
        "".join(letters[step] + " ".join(f"{x:.3f} {-y:.3f}" for x, y in points) for step, points in path)
        for path in _paths(design)
    )
    half = DIAMETER_MM / 2
    colour = "#{:02x}{:02x}{:02x}".format(*_red_bytes())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{DIAMETER_MM}mm" height="{DIAMETER_MM}mm" '
        f'viewBox="{-half} {-half} {DIAMETER_MM} {DIAMETER_MM}" fill="{colour}"><path d="{figure}"/>'
        f'<path d="{writing}" stroke="{colour}" stroke-width="{WEIGHT_MM}"/></svg>'
    )


def seal_png(design: StampDesign, dpi: int = 300) -> bytes:
    """The same stamp as a square PNG of 42 mm (72 to 1200 dpi) with a transparent ground."""
    if not 72 <= dpi <= 1200:
        raise ValueError(f"{dpi} dpi is not between 72 and 1200")
    side = round(DIAMETER_MM / 25.4 * dpi)
    fine = side * _FINER
    scale = fine / DIAMETER_MM
    ink = np.zeros((fine, fine), np.uint8)
    figure, writing = (
        [np.rint(corners * (16 * scale, -16 * scale) + 8 * fine - 8).astype(np.int32) for corners in _polygons(path)]
        for path in _paths(design)
    )
    cv2.fillPoly(ink, figure, (255,), lineType=cv2.LINE_AA, shift=4)
    cv2.fillPoly(ink, writing, (255,), lineType=cv2.LINE_AA, shift=4)
    cv2.polylines(ink, writing, True, (255,), max(1, round(WEIGHT_MM * scale)), lineType=cv2.LINE_AA, shift=4)
    picture = Image.new("RGBA", (side, side), (*_red_bytes(), 0))
    picture.putalpha(Image.fromarray(ink).resize((side, side), Image.Resampling.BOX))
    written = BytesIO()
    picture.save(written, "PNG", dpi=(dpi, dpi), optimize=True)
    return written.getvalue()


def riding_slice(index: int, count: int) -> tuple[float, float]:
    """Which strip of the stamp page `index` (from 0) of `count` pages (2 and more) shows at its right edge.

    Left and right end of the strip in points in the stamp's own coordinates (middle at 0). Laid side by side the strips
    are one whole stamp; of more than 12 pages every eight or so (as even as possible) share a stamp of their own.
    """
    if count < 2 or not 0 <= index < count:
        raise ValueError(f"page {index} of {count} has no slice")
    groups = 1 if count <= _MOST_RIDING_PAGES else -(-count // _RIDING_GROUP)
    group = index * groups // count
    first = -(-group * count // groups)
    pages = -(-(group + 1) * count // groups) - first
    size = DIAMETER_MM * _POINTS
    place = index - first
    return size * place / pages - size / 2, size * (place + 1) / pages - size / 2


@lru_cache(maxsize=32)
def _paths(design: StampDesign) -> tuple[Path, Path]:
    _check(design)
    cut = len(design.organisation) - design.rear
    writing = arc_name(design.organisation[:cut], above_line=bool(design.kind or design.rear))
    if design.kind:
        writing = writing + straight_line(design.kind, _KIND_BASE_MM, _KIND_HEIGHT_MM, _KIND_WIDTH_MM)
    if design.rear:
        writing = writing + straight_line(design.organisation[cut:], _REAR_BASE_MM, _REAR_HEIGHT_MM, _REAR_WIDTH_MM)
    return ring() + star() + arc_number(design.number), writing


def _check(design: StampDesign) -> None:
    for field, text, least, most in (("organisation", design.organisation, 2, 24), ("kind", design.kind, 2, 12)):
        if not least <= len(text) <= most and (field != "kind" or text):
            raise BadNotice(f"stamp.{field}", f"{len(text)} characters, {least} to {most} fit on the stamp")
        if missing := missing_characters(text):
            raise MissingGlyph(f"stamp.{field}", missing)
    if design.number and (len(design.number) != 13 or not set(design.number) <= set("0123456789")):
        raise BadNotice("stamp.number", "a seal's number has 13 digits")
    if design.rear and (design.kind or not 2 <= design.rear <= min(8, len(design.organisation) - 2)):
        raise BadNotice("stamp.rear", "the rear 2 to 8 characters of a longer name, on a seal without a kind")


def _polygons(path: Path) -> list[NDArray[np.float64]]:
    """Closed polygons close to the path: each curve as twelve straight pieces (under 0.01 mm off at these sizes)."""
    share = np.linspace(1 / 12, 1, 12)[:, None]
    polygons: list[NDArray[np.float64]] = []
    corners: list[tuple[float, float]] = []
    for step, points in path:
        if step == "close":
            polygons.append(np.array(corners))
            corners = []
        elif step == "curve":
            start, first, second, end = (np.array(point) for point in (corners[-1], *points))
            rest = 1 - share
            curve = rest**3 * start + 3 * rest**2 * share * first + 3 * rest * share**2 * second + share**3 * end
            corners += [(float(x), float(y)) for x, y in curve]
        else:
            corners += points
    return polygons


def _red_bytes() -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in RED)
    return red, green, blue
