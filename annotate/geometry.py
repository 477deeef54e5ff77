"""Geometry of pages and marks: page space, smoothing, outlines of ink, clouds, arrow heads, hit test.

All coordinates are page space in pt (origin top left, y down) unless a name says pdf. Polygons are float64
arrays (n, 2), closed implicitly, simple (they never cross themselves) and all of the same orientation, so the
union of several is right under the nonzero rule of PDF and Qt and when painted one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, assert_never

import msgspec
import numpy as np
from numpy.typing import NDArray

from annotate.marks import Arrow, Cloud, Highlighter, InkPoint, Mark, Rectangle, Stroke, Text

Polygon = NDArray[np.float64]

SIMPLIFY_PT: Final = 0.15  # far below a pen's width, keeps about 4 of 10 samples
LINE_HEIGHT: Final = 1.35  # of text, in sizes
A4_DIAGONAL_PT: Final = 1031.5
_MAX_TURN: Final = math.radians(35)  # a sharper corner starts a new piece with round ends
_MAX_WINDING: Final = math.radians(150)  # a curve that turns less than 180 degrees in all cannot cross itself


class PageSpace(msgspec.Struct, frozen=True):
    """Between page space and PDF user space: CropBox (x0, y0, x1, y1) and /Rotate (0, 90, 180, 270)."""

    box: tuple[float, float, float, float]
    rotation: int = 0

    @property
    def size_pt(self) -> tuple[float, float]:
        """Width and height as shown."""
        x0, y0, x1, y1 = self.box
        return (x1 - x0, y1 - y0) if self.rotation % 180 == 0 else (y1 - y0, x1 - x0)

    def to_pdf(self, points: Polygon) -> Polygon:
        """Page space (n, 2) -> PDF user space (n, 2); ISO 32000-2, 7.7.3.3 (Rotate is clockwise)."""
        x0, y0, x1, y1 = self.box
        x, y = points[:, 0], points[:, 1]
        match self.rotation % 360:
            case 90:
                return np.column_stack((x0 + y, y0 + x))
            case 180:
                return np.column_stack((x1 - x, y0 + y))
            case 270:
                return np.column_stack((x1 - y, y1 - x))
            case _:
                return np.column_stack((x0 + x, y1 - y))


def page_factor(size_pt: tuple[float, float]) -> float:
    """How much larger than A4 pens and letters are on this page, 1..6, so that a mark on A0 is seen at fit zoom."""
    return min(6.0, max(1.0, math.hypot(*size_pt) / A4_DIAGONAL_PT))


def simplify(points: Sequence[InkPoint], tolerance_pt: float = SIMPLIFY_PT) -> tuple[InkPoint, ...]:
    """Ramer-Douglas-Peucker: drop points nearer than the tolerance to what remains; ends stay."""
    if len(points) < 3:
        return tuple(points)
    at = np.array([(point.x, point.y) for point in points])
    keep = np.zeros(len(points), dtype=bool)
    keep[0] = keep[-1] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        away = _distance_to_segment(at[first + 1 : last], at[first], at[last])
        worst = int(away.argmax())
        if away[worst] > tolerance_pt:
            middle = first + 1 + worst
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return tuple(point for point, kept in zip(points, keep, strict=True) if kept)


def smooth(points: Sequence[InkPoint], step_pt: float = 2.0) -> tuple[InkPoint, ...]:
    """Catmull-Rom through every sample, a point about each `step_pt`: a fast pen leaves no corners.

    Passes through all samples, so nothing that was drawn is moved. Corners stay corners: a span between
    two sharp turns is left straight.
    """
    if len(points) < 3:
        return tuple(points)
    first, last = _beyond(points[1], points[0]), _beyond(points[-2], points[-1])
    padded = [first, *points, last]
    out = [points[0]]
    for before, start, end, after in zip(padded, points, points[1:], padded[3:], strict=False):
        pieces = min(16, int(math.hypot(end.x - start.x, end.y - start.y) / step_pt))
        if pieces > 1 and _turn(before, start, end) < 1.0 and _turn(start, end, after) < 1.0:
            out += [_catmull_rom(before, start, end, after, piece / pieces) for piece in range(1, pieces)]
        out.append(end)
    return tuple(out)


def outline(points: Sequence[InkPoint], width_pt: float) -> list[Polygon]:
    """Ink as filled polygons: width * (0.5 + pressure) across the line, round ends and corners.

    One polygon for each gently bent piece; pieces meet in round ends at corners and before they could cross
    themselves, so no hole appears in tight loops.
    """
    samples = [(p.x, p.y, width_pt * (0.5 + p.pressure) / 2) for p in _without_repeats(points)]
    if len(samples) == 1:
        x, y, radius = samples[0]
        return [_disc(x, y, radius)]
    return [_piece(piece) for piece in _gentle_pieces(samples)]


def polyline(corners: Sequence[tuple[float, float]], width_pt: float) -> list[Polygon]:
    """Outline of a line of even width."""
    return outline([InkPoint(x, y, 0.5) for x, y in corners], width_pt)


def corners_of(mark: Rectangle | Cloud) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    return min(mark.x0, mark.x1), min(mark.y0, mark.y1), max(mark.x0, mark.x1), max(mark.y0, mark.y1)


def cloud_line(mark: Cloud) -> list[tuple[float, float]]:
    """The closed line of a revision cloud: arcs of equal size that bulge outwards along the rectangle."""
    left, top, right, bottom = corners_of(mark)
    wish = 2 * cloud_radius(mark)
    ring = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    line: list[tuple[float, float]] = []
    for (ax, ay), (bx, by) in pairwise(ring):
        length = math.hypot(bx - ax, by - ay)
        if length == 0:
            continue
        count = max(1, round(length / wish))
        ux, uy = (bx - ax) / length, (by - ay) / length
        radius = length / count / 2
        for arc in range(count):
            centre = (2 * arc + 1) * radius
            for angle in np.linspace(math.pi, 0, 9):
                along, out = centre + radius * math.cos(angle), radius * math.sin(angle)
                # (uy, -ux) points outwards because the ring runs clockwise on a page with y down.
                line.append((ax + ux * along + uy * out, ay + uy * along - ux * out))
    return line


def cloud_radius(mark: Cloud) -> float:
    """Radius of the arcs in pt: in proportion to the pen, smaller in a small cloud."""
    left, top, right, bottom = corners_of(mark)
    return max(1.0, min(4.0 * mark.style.width_pt, (right - left + bottom - top) / 12))


def arrow_parts(mark: Arrow) -> tuple[tuple[float, float], Polygon]:
    """Where the shaft ends, and the triangle of the head with its tip at (x1, y1)."""
    length = math.hypot(mark.x1 - mark.x0, mark.y1 - mark.y0)
    ux, uy = ((mark.x1 - mark.x0) / length, (mark.y1 - mark.y0) / length) if length else (1.0, 0.0)
    head = min(6.0 * mark.style.width_pt, max(length, mark.style.width_pt))
    half = head * 0.42
    base_x, base_y = mark.x1 - ux * head, mark.y1 - uy * head
    triangle = np.array(
        [(mark.x1, mark.y1), (base_x - uy * half, base_y + ux * half), (base_x + uy * half, base_y - ux * half)]
    )
    return (base_x + ux * head * 0.3, base_y + uy * head * 0.3), _oriented(triangle)


def text_box(mark: Text) -> tuple[float, float, float, float]:
    """Left, top, right, bottom that the words need: Chinese letters are one size wide, others at most 0.7."""
    lines = mark.text.split("\n")
    width = max(sum(1.0 if ord(letter) > 0x2E7F else 0.7 for letter in line) for line in lines) * mark.size_pt
    return mark.x, mark.y, mark.x + width, mark.y + len(lines) * LINE_HEIGHT * mark.size_pt


def bounds(mark: Mark) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of all that the mark paints (text: of its box)."""
    if isinstance(mark, Text):
        return text_box(mark)
    if isinstance(mark, Stroke | Highlighter):
        at, margin = np.array(mark.points)[:, :2], 0.75 * mark.style.width_pt
    else:
        at = np.array([(mark.x0, mark.y0), (mark.x1, mark.y1)])
        margin = 6 * mark.style.width_pt if not isinstance(mark, Rectangle) else mark.style.width_pt
    (left, top), (right, bottom) = at.min(axis=0) - margin, at.max(axis=0) + margin
    return float(left), float(top), float(right), float(bottom)


def hit(mark: Mark, x: float, y: float, tolerance_pt: float) -> bool:
    """Whether a pointer at (x, y) means this mark: near its line, or inside its words."""
    reach = tolerance_pt + mark.style.width_pt / 2
    match mark:
        case Text():
            left, top, right, bottom = text_box(mark)
            return left - tolerance_pt <= x <= right + tolerance_pt and top <= y <= bottom
        case Stroke() | Highlighter():
            line = [(point.x, point.y) for point in mark.points]
        case Arrow():
            line = [(mark.x0, mark.y0), (mark.x1, mark.y1)]
        case Rectangle() | Cloud():
            left, top, right, bottom = corners_of(mark)
            line = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            reach += cloud_radius(mark) if isinstance(mark, Cloud) else 0
        case _:
            assert_never(mark)
    return distance_to_line(line, x, y) <= reach


def distance_to_line(line: Sequence[tuple[float, float]], x: float, y: float) -> float:
    """Distance in pt of a point from a line of one or more corners."""
    at = np.array(line, dtype=np.float64)
    if len(at) == 1:
        return math.hypot(at[0, 0] - x, at[0, 1] - y)
    start, along = at[:-1], at[1:] - at[:-1]
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    t = np.clip((((x, y) - start) * along).sum(axis=1) / square, 0, 1)
    return float(np.hypot(*(start + along * t[:, None] - (x, y)).T).min())


def _oriented(polygon: Polygon) -> Polygon:
    return polygon if signed_area(polygon) >= 0 else polygon[::-1]


def signed_area(polygon: Polygon) -> float:
    """Positive for the orientation all our outlines have."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _distance_to_segment(at: Polygon, start: Polygon, end: Polygon) -> NDArray[np.float64]:
    along = end - start
    square = float(along @ along)
    t = np.clip((at - start) @ along / square, 0, 1) if square else np.zeros(len(at))
    distance: NDArray[np.float64] = np.hypot(*(at - start - t[:, None] * along).T)
    return distance


def _beyond(inner: InkPoint, end: InkPoint) -> InkPoint:
    return InkPoint(2 * end.x - inner.x, 2 * end.y - inner.y, end.pressure)


def _catmull_rom(before: InkPoint, start: InkPoint, end: InkPoint, after: InkPoint, t: float) -> InkPoint:
    """Point between start and end; tangents by chord length, so uneven spacing makes no loops."""
    chord = math.dist(start[:2], end[:2])
    lead = chord / (math.dist(before[:2], start[:2]) + chord)
    trail = chord / (chord + math.dist(end[:2], after[:2]))
    x, y, pressure = (
        (2 * t**3 - 3 * t * t + 1) * b
        + (t**3 - 2 * t * t + t) * (c - a) * lead
        + (3 * t * t - 2 * t**3) * c
        + (t**3 - t * t) * (d - b) * trail
        for a, b, c, d in zip(before, start, end, after, strict=True)
    )
    return InkPoint(x, y, min(1.0, max(0.0, pressure)))


def _without_repeats(points: Sequence[InkPoint]) -> Iterator[InkPoint]:
    last = None
    for point in points:
        if last is None or abs(point.x - last.x) + abs(point.y - last.y) > 1e-6:
            yield point
            last = point


def _turn(before: Sequence[float], at: Sequence[float], after: Sequence[float]) -> float:
    ax, ay, bx, by = at[0] - before[0], at[1] - before[1], after[0] - at[0], after[1] - at[1]
    return abs(math.atan2(ax * by - ay * bx, ax * bx + ay * by))


def _gentle_pieces(samples: list[tuple[float, float, float]]) -> Iterator[list[tuple[float, float, float]]]:
    piece = [samples[0], samples[1]]
    winding = 0.0
    for before, at, after in zip(samples, samples[1:], samples[2:], strict=False):
        turn = _turn(before, at, after)
        winding += turn
        shorter = min(math.dist(before[:2], at[:2]), math.dist(at[:2], after[:2]))
        # On the inner side of a bend tighter than the pen the offset line would run backwards.
        folds = 2 * at[2] * math.tan(min(turn, 3.0) / 2) > 0.8 * shorter
        if turn > _MAX_TURN or winding > _MAX_WINDING or folds:
            yield piece
            piece, winding = [at], 0.0
        piece.append(after)
    yield piece


def _piece(samples: list[tuple[float, float, float]]) -> Polygon:
    """Outline of one piece (x, y, radius): one side, round end, other side back, round start.

    Plain floats: a piece has few samples, and numpy took four times as long (measured).
    """
    ahead: list[tuple[float, float]] = []
    for (ax, ay, _), (bx, by, _) in pairwise(samples):
        length = math.hypot(bx - ax, by - ay)
        ahead.append(((bx - ax) / length, (by - ay) / length))
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for (x, y, radius), (ux, uy), (vx, vy) in zip(samples, ahead[:1] + ahead, ahead + ahead[-1:], strict=True):
        mx, my = ux + vx, uy + vy
        length = math.hypot(mx, my) / radius
        left.append((x - my / length, y + mx / length))
        right.append((x + my / length, y - mx / length))
    ex, ey = ahead[-1]
    sx, sy = ahead[0]
    ring = left + _half_disc(samples[-1], ex, ey) + right[::-1] + _half_disc(samples[0], -sx, -sy)
    return _oriented(np.array(ring))


def _half_disc(sample: tuple[float, float, float], ux: float, uy: float) -> list[tuple[float, float]]:
    """Points of the round end between the two sides, from the left one over the front to the right one."""
    x, y, radius = sample
    return [
        (x + radius * (cos * ux - sin * uy), y + radius * (cos * uy + sin * ux))
        for cos, sin in _arc(_arc_steps(radius))
    ]


@cache
def _arc(steps: int) -> list[tuple[float, float]]:
    angles = (math.pi * (0.5 - step / steps) for step in range(1, steps))
    return [(math.cos(angle), math.sin(angle)) for angle in angles]


def _disc(x: float, y: float, radius: float) -> Polygon:
    angle = np.linspace(0, 2 * math.pi, 2 * _arc_steps(radius), endpoint=False)
    return np.column_stack((x + radius * np.cos(angle), y + radius * np.sin(angle)))


def _arc_steps(radius: float) -> int:
    return min(24, 5 + int(2 * radius))
