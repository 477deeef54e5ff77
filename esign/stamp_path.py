"""The lines of the stamp: ring, star, name on the arc, straight lines of writing and the number, as paths.

Millimetres, y up, the stamp's middle at 0. `stamp` says what the design is and turns these paths into files.
"""

from math import cos, pi, sin

from esign.fonts import outline

__all__ = ["DIAMETER_MM", "Path", "arc_name", "arc_number", "ring", "star", "straight_line"]

DIAMETER_MM = 42.0

_EDGE_MM = 1.2
_STAR_MM = 14.0  # diameter of the circle through the star's points
_NAME_TOP_MM = 18.3  # radius of the name's upper edge
_NAME_HEIGHT_MM = 5.4
_LONG_NAME_HEIGHT_MM = 4.4  # of 24 characters: narrow characters as high as wide ones would look like a bar code
_LONG_NAME = 14  # characters up to which a name keeps its full height
_MOST_NAME = 24
_NAME_PITCH = 0.42  # radians between characters of a short name
_SWEEP = 4.45  # radians of arc that a name may fill alone
_SWEEP_ABOVE_LINE = 4.1  # and above a straight line, whose corners come near the ends of the arc
_NUMBER_TOP_MM = 19.0  # radius of the outer edge of the number
_NUMBER_HEIGHT_MM = 1.9  # of a digit's em square; the digit itself is three quarters of it
_NUMBER_WIDTH_MM = 2.2
_NUMBER_PITCH = 0.078
_GAP = 0.06  # part of a character's cell that stays white

Path = list[tuple[str, list[tuple[float, float]]]]
"""Steps "move", "line", "curve" (cubic: two control points and the end) and "close" with their points."""


def ring() -> Path:
    """Two circles of opposite turn: filled by the non-zero or the even-odd rule, the edge is what lies between."""
    radius = DIAMETER_MM / 2
    return _circle(radius, 1) + _circle(radius - _EDGE_MM, -1)


def star() -> Path:
    """The five-point star in the middle."""
    radius = _STAR_MM / 2
    inner = radius * sin(pi / 10) / sin(3 * pi / 10)
    corners = []
    for step in range(10):
        reach = inner if step % 2 else radius
        angle = pi / 2 + step * pi / 5
        corners.append((reach * cos(angle), reach * sin(angle)))
    return [("move", corners[:1]), *(("line", [corner]) for corner in corners[1:]), ("close", [])]


def arc_name(text: str, *, above_line: bool) -> Path:
    """Characters upright on the arc, left to right over the top; a long name is condensed so that none overlap."""
    pitch = min(_NAME_PITCH, (_SWEEP_ABOVE_LINE if above_line else _SWEEP) / len(text))
    long = max(0, len(text) - _LONG_NAME) / (_MOST_NAME - _LONG_NAME)
    height = _NAME_HEIGHT_MM - long * (_NAME_HEIGHT_MM - _LONG_NAME_HEIGHT_MM)
    base = _NAME_TOP_MM - height
    # the feet of the characters stand closer together than their heads: the cell is measured at the feet
    width = min(2 * base * sin(pitch / 2) * (1 - _GAP), height * 0.82)
    path: Path = []
    for index, character in enumerate(text):
        angle = ((len(text) - 1) / 2 - index) * pitch
        for step, points in _boxed(character, width, height):
            path.append((step, [_turn(x - width / 2, y + base, angle) for x, y in points]))
    return path


def straight_line(text: str, base_mm: float, height_mm: float, width_mm: float) -> Path:
    """Characters on a straight line `base_mm` above the middle, centred, condensed to fit `width_mm`."""
    cell = min(width_mm / len(text), height_mm)
    width = cell * (1 - _GAP)
    left = -cell * len(text) / 2
    return [
        (step, [(left + (index + _GAP / 2) * cell + x, base_mm + y) for x, y in points])
        for index, character in enumerate(text)
        for step, points in _boxed(character, width, height_mm)
    ]


def arc_number(digits: str) -> Path:
    """The number along the lower edge, read from left to right, the digits' feet towards the ring."""
    path: Path = []
    for index, digit in enumerate(digits):
        angle = (index - (len(digits) - 1) / 2) * _NUMBER_PITCH
        for step, points in _boxed(digit, _NUMBER_WIDTH_MM, _NUMBER_HEIGHT_MM):
            # a digit fills the left half of the em square, the one that Chinese characters fill whole
            placed = [(x - _NUMBER_WIDTH_MM * 0.277, y - _NUMBER_TOP_MM) for x, y in points]
            path.append((step, [_turn(x, y, angle) for x, y in placed]))
    return path


def _circle(radius: float, turn: int) -> Path:
    """Four cubics; `turn` 1 runs counter-clockwise, -1 clockwise."""
    k = 0.5522847498 * radius
    quarter = [(radius, 0.0), (radius, k), (k, radius), (0.0, radius)]
    path: Path = [("move", [(radius, 0.0)])]
    for step in range(4):
        turned = [_turn(x, y, step * pi / 2) for x, y in quarter]
        path.append(("curve", [(x, turn * y) for x, y in turned[1:]]))
    return [*path, ("close", [])]


def _boxed(character: str, width: float, height: float) -> Path:
    """The outline of a character, its em square squeezed into `width` by `height`."""
    names = {"moveTo": "move", "lineTo": "line", "curveTo": "curve", "closePath": "close", "endPath": "close"}
    return [
        (names[op], [(x / 1000 * width, (y + 120) / 1000 * height) for x, y in points])
        for op, points in outline(character)
    ]


def _turn(x: float, y: float, angle: float) -> tuple[float, float]:
    return x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)
