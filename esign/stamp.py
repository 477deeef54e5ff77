"""The visible red stamp (印模): ring, five-point star, the organisation's name on the arc, the kind of seal below.

Drawn as outlines: PDF path operators for the signature's appearance and SVG for screens; never a raster picture and
no text that a copy could pick up. Measures follow the custom of seal makers (国发〔1999〕25号: 42 mm, name from left to
right on the arc): edge 1.2 mm, star 14 mm.
"""

from functools import lru_cache
from math import cos, pi, sin

import msgspec

from esign.errors import BadNotice, MissingGlyph
from esign.fonts import missing_characters, outline

__all__ = ["DIAMETER_MM", "RED", "StampDesign", "seal_operators", "seal_svg"]

DIAMETER_MM = 42.0
RED = (0.86, 0.05, 0.08)

_EDGE_MM = 1.2
_STAR_MM = 14.0  # diameter of the circle through the star's points
_NAME_TOP_MM = 18.3  # radius of the name's upper edge
_NAME_HEIGHT_MM = 5.4
_NAME_SWEEP = 4.45  # radians of arc a name may fill: the lower third stays free for the kind
_NAME_PITCH = 0.42  # radians between characters of a short name
_KIND_HEIGHT_MM = 3.3
_KIND_WIDTH_MM = 22.0
_KIND_BASE_MM = -11.6  # base line below the centre
_WEIGHT_MM = 0.14  # line around each character: the font's regular weight is too thin for a seal
_GAP = 0.06  # part of a character's cell that stays white

Path = list[tuple[str, list[tuple[float, float]]]]  # move, line, curve (cubic), close; millimetres, y up, centre 0


class StampDesign(msgspec.Struct, frozen=True):
    """What the stamp says: the organisation (2 to 24 characters, on the arc) and the kind of seal (up to 12, below)."""

    organisation: str
    kind: str


def seal_operators(design: StampDesign) -> bytes:
    """PDF path operators in points, origin in the middle: ring and star filled, letters filled and stroked.

    Raises `BadNotice` for a name that does not fit and `MissingGlyph` for a character that cannot be drawn.
    """
    scale = 72 / 25.4
    letters = {"move": "m", "line": "l", "curve": "c", "close": "h"}

    def drawn(path: Path) -> list[str]:
        return [
            " ".join([*(f"{x * scale:.2f} {y * scale:.2f}" for x, y in points), letters[operator]])
            for operator, points in path
        ]

    figure, writing = _paths(design)
    colour = "{:.3f} {:.3f} {:.3f}".format(*RED)
    lines = [f"{colour} rg {colour} RG {_WEIGHT_MM * scale:.3f} w", *drawn(figure), "f", *drawn(writing), "B"]
    return "\n".join(lines).encode("ascii")


def seal_svg(design: StampDesign) -> str:
    """The same stamp as an SVG of 42 by 42 mm with a transparent ground."""
    letters = {"move": "M", "line": "L", "curve": "C", "close": "Z"}
    figure, writing = (
        "".join(letters[operator] + " ".join(f"{x:.3f} {-y:.3f}" for x, y in points) for operator, points in path)
        for path in _paths(design)
    )
    half = DIAMETER_MM / 2
    colour = "#{:02x}{:02x}{:02x}".format(*(round(255 * part) for part in RED))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{DIAMETER_MM}mm" height="{DIAMETER_MM}mm" '
        f'viewBox="{-half} {-half} {DIAMETER_MM} {DIAMETER_MM}" fill="{colour}"><path d="{figure}"/>'
        f'<path d="{writing}" stroke="{colour}" stroke-width="{_WEIGHT_MM}"/></svg>'
    )


@lru_cache(maxsize=32)
def _paths(design: StampDesign) -> tuple[Path, Path]:
    """Ring and star, then the writing."""
    for field, text, most in (("organisation", design.organisation, 24), ("kind", design.kind, 12)):
        if not 2 <= len(text) <= most:
            raise BadNotice(f"stamp.{field}", f"{len(text)} characters, 2 to {most} fit on the stamp")
        if missing := missing_characters(text):
            raise MissingGlyph(f"stamp.{field}", missing)
    radius = DIAMETER_MM / 2
    figure = _circle(radius, 1) + _circle(radius - _EDGE_MM, -1) + _star(_STAR_MM / 2)
    return figure, _name(design.organisation) + _kind(design.kind)


def _circle(radius: float, turn: int) -> Path:
    """Four cubics; `turn` 1 runs counter-clockwise, -1 clockwise, so that two of them leave a ring (non-zero rule)."""
    k = 0.5522847498 * radius
    quarter = [(radius, 0.0), (radius, k), (k, radius), (0.0, radius)]
    path: Path = [("move", [(radius, 0.0)])]
    for step in range(4):
        angle = step * pi / 2
        turned = [_turn(x, y, angle) for x, y in quarter]
        path.append(("curve", [(x, turn * y) for x, y in turned[1:]]))
    return [*path, ("close", [])]


def _star(radius: float) -> Path:
    inner = radius * sin(pi / 10) / sin(3 * pi / 10)
    corners = []
    for step in range(10):
        reach = inner if step % 2 else radius
        angle = pi / 2 + step * pi / 5
        corners.append((reach * cos(angle), reach * sin(angle)))
    return [("move", corners[:1]), *(("line", [corner]) for corner in corners[1:]), ("close", [])]


def _name(text: str) -> Path:
    """Characters upright on the arc, left to right over the top; a long name is condensed so that none overlap."""
    pitch = min(_NAME_PITCH, _NAME_SWEEP / len(text))
    # the feet of the characters stand closer together than their heads: the cell is measured at the feet
    cell = 2 * (_NAME_TOP_MM - _NAME_HEIGHT_MM) * sin(pitch / 2) * (1 - _GAP)
    width = min(cell, _NAME_HEIGHT_MM * 0.82)
    path: Path = []
    for index, character in enumerate(text):
        angle = ((len(text) - 1) / 2 - index) * pitch
        for operator, points in _boxed(character, width, _NAME_HEIGHT_MM):
            base = _NAME_TOP_MM - _NAME_HEIGHT_MM
            path.append((operator, [_turn(x - width / 2, y + base, angle) for x, y in points]))
    return path


def _kind(text: str) -> Path:
    cell = min(_KIND_WIDTH_MM / len(text), _KIND_HEIGHT_MM)
    width = cell * (1 - _GAP)
    left = -cell * len(text) / 2
    return [
        (operator, [(left + (index + _GAP / 2) * cell + x, _KIND_BASE_MM + y) for x, y in points])
        for index, character in enumerate(text)
        for operator, points in _boxed(character, width, _KIND_HEIGHT_MM)
    ]


def _boxed(character: str, width: float, height: float) -> Path:
    """The outline of a character, its em square squeezed into `width` by `height`."""
    names = {"moveTo": "move", "lineTo": "line", "curveTo": "curve", "closePath": "close", "endPath": "close"}
    return [
        (names[op], [(x / 1000 * width, (y + 120) / 1000 * height) for x, y in points])
        for op, points in outline(character)
    ]


def _turn(x: float, y: float, angle: float) -> tuple[float, float]:
    return x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)
