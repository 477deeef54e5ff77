"""From pen-down to pen-up: what a gesture has drawn so far and the mark it ends in. No widget, no painting.

One class for each way of drawing: ink follows the pen, a box or an arrow is drawn out between two points.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from annotate.codec import MAX_POINTS, on_grid
from annotate.geometry import SIMPLIFY_PT, simplify, smooth
from annotate.marks import Arrow, Cloud, Highlighter, InkPoint, Mark, MarkStyle, Rectangle, Stroke
from annotate.operations import WetInk

WET_POINTS: Final = 8
_MAX_SENT_POINTS: Final = 12_000  # 64 KiB of body at up to 5 bytes a point


class InkGesture:
    """A stroke of pen or highlighter being drawn. `grain_pt` is the size of a screen px on the page."""

    def __init__(
        self, page: int, stroke_no: int, style: MarkStyle, *, is_highlighter: bool, grain_pt: float = 1.0
    ) -> None:
        self.stroke_no = stroke_no
        self.style = style
        self.is_highlighter = is_highlighter
        self._page = page
        self._grain_pt = grain_pt
        self._points: list[InkPoint] = []
        self._sent = 0

    def add(self, x: float, y: float, pressure: float) -> InkPoint | None:
        """Take a sample; None when it is no news (same place, or the pressure 0 of a pen being lifted)."""
        point = on_grid(InkPoint(x, y, pressure))
        if len(self._points) >= MAX_POINTS - 1:
            return None
        if self._points and (pressure <= 0 or point[:2] == self._points[-1][:2]):
            return None
        self._points.append(point)
        return point

    @property
    def unsent(self) -> int:
        """Points nobody else has seen yet."""
        return len(self._points) - self._sent

    def take_wet(self) -> Iterator[WetInk]:
        """The unsent points as messages of at most 8 points."""
        while self.unsent:
            points = tuple(self._points[self._sent : self._sent + WET_POINTS])
            style = self.style
            yield WetInk(
                self.stroke_no, self._sent, self._page, style.colour, style.width_pt, self.is_highlighter, points
            )
            self._sent += len(points)

    def mark(self) -> Mark | None:
        """The finished mark: without the steps of whole px, smoothed, simplified, on the codec's grid.

        Nothing moves by more than half a px of the zoom it was drawn at.
        """
        if not self._points:
            return None
        rough = simplify(self._points, max(SIMPLIFY_PT, self._grain_pt / 2))
        tolerance_pt = SIMPLIFY_PT * max(1.0, self._grain_pt)
        points = simplify(smooth(rough, 3 * max(0.5, self._grain_pt)), tolerance_pt)
        while len(points) > _MAX_SENT_POINTS:
            tolerance_pt *= 2
            points = simplify(points, tolerance_pt)
        kind = Highlighter if self.is_highlighter else Stroke
        return kind(self.style, tuple(on_grid(point) for point in points))


class DragGesture:
    """An arrow, rectangle or cloud between where the pointer went down and where it is."""

    def __init__(self, kind: type[Arrow | Rectangle | Cloud], style: MarkStyle, x: float, y: float) -> None:
        self._kind = kind
        self._style = style
        self._start = self._end = (x, y)

    def move(self, x: float, y: float) -> None:
        """The pointer is here now."""
        self._end = (x, y)

    def mark(self, least_pt: float = 0.0) -> Arrow | Rectangle | Cloud | None:
        """The mark as it is now; None when it is shorter than `least_pt`: a click is no rectangle."""
        if math.dist(self._start, self._end) <= least_pt:
            return None
        start, end = on_grid(InkPoint(*self._start)), on_grid(InkPoint(*self._end))
        return self._kind(self._style, start.x, start.y, end.x, end.y)
