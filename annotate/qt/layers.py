"""The cached pictures a canvas is put together from: page images, committed ink, wet ink.

Everything costly happens in `InkLayer.fill` and in the loader's thread; drawing only copies.
Regions are (left, top, width, height) in device px of the page at the patch's own scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PyQt6.QtCore import QPoint, QRect, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from annotate.geometry import Polygon, outline
from annotate.marks import Colour, Highlighter, InkPoint, Mark
from annotate.markup import PlacedMark
from annotate.shapes import polygons

Region = tuple[int, int, int, int]

HALO: Final = QColor(255, 255, 255, 200)
_HALO_PX: Final = 1.0
_CHUNK: Final = 24  # wet segments in one path: small enough to skip, large enough to be few
_MULTIPLY: Final = QPainter.CompositionMode.CompositionMode_Multiply
_OVER: Final = QPainter.CompositionMode.CompositionMode_SourceOver


class Patch:
    """An image of a region of the page at one scale (device px per pt)."""

    def __init__(self, image: QImage, region: Region, scale: float) -> None:
        self.image = image
        self.region = region
        self.scale = scale

    def covers(self, region: Region, scale: float) -> bool:
        """Whether the region can be copied out of this patch 1:1."""
        left, top, width, height = self.region
        return (
            scale == self.scale
            and left <= region[0]
            and top <= region[1]
            and left + width >= region[0] + region[2]
            and top + height >= region[1] + region[3]
        )

    def draw(self, painter: QPainter, left: int, top: int, scale: float) -> None:
        """Draw for a page whose corner is at (left, top), seen at `scale` widget px per pt."""
        ratio = scale / self.scale
        x, y, width, height = (value * ratio for value in self.region)
        painter.drawImage(QRectF(left + x, top + y, width, height), self.image)


class InkLayer:
    """Committed marks as two images: ink with its halo, and highlighters that multiply.

    The halo is made of the finished ink image, shifted by one pixel all around: stroking a thousand outlines
    instead took 2 s (measured).
    """

    def __init__(self) -> None:
        self._solid = QImage()  # the ink without halo
        self.ink: Patch | None = None
        self.highlight: Patch | None = None
        self._paths: dict[str, QPainterPath] = {}
        self._shown: tuple[str, ...] = ()

    def clear(self) -> None:
        """Forget everything, for another document or page."""
        self.ink = self.highlight = None
        self._paths.clear()
        self._shown = ()

    def fill(self, marks: Sequence[PlacedMark], region: Region, scale: float) -> None:
        """Bring the images up to date for a region; new marks on top are added, all else is painted anew."""
        ids = tuple(placed.mark_id for placed in marks)
        fresh = marks
        if self.ink is not None and self.ink.covers(region, scale) and ids[: len(self._shown)] == self._shown:
            fresh = marks[len(self._shown) :]
        else:
            self._solid = _blank(region)
            self.ink, self.highlight = Patch(_blank(region), region, scale), None
        self._shown = ids
        self._paths = {mark_id: path for mark_id, path in self._paths.items() if mark_id in set(ids)}
        changed = QRectF()
        for placed in fresh:
            changed = changed.united(self._paint(placed, self.ink))
        if not changed.isEmpty():
            _add_halo(self._solid, self.ink.image, changed.toAlignedRect().adjusted(-2, -2, 2, 2))

    def _paint(self, placed: PlacedMark, ink: Patch) -> QRectF:
        """Fill one mark; returns where, in px of the image."""
        target = self._solid
        if isinstance(placed.mark, Highlighter):
            if self.highlight is None:
                self.highlight = Patch(_blank(ink.region), ink.region, ink.scale)
            target = self.highlight.image
        path = self._paths.get(placed.mark_id)
        if path is None:
            path = self._paths[placed.mark_id] = path_of(placed.mark)
        place = QTransform.fromTranslate(-ink.region[0], -ink.region[1]).scale(ink.scale, ink.scale)
        where = place.mapRect(path.boundingRect())
        if where.intersects(QRectF(target.rect())):
            painter = QPainter(target)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setTransform(place)
            painter.fillPath(path, QColor(*placed.mark.style.colour))
            painter.end()
        return where

    def draw(self, painter: QPainter, left: int, top: int, scale: float) -> None:
        """Copy the images onto the page."""
        if self.highlight is not None:
            painter.setCompositionMode(_MULTIPLY)
            self.highlight.draw(painter, left, top, scale)
            painter.setCompositionMode(_OVER)
        if self.ink is not None:
            self.ink.draw(painter, left, top, scale)


class WetPath:
    """A growing stroke: each new point adds one capsule, nothing old is computed again."""

    def __init__(self, colour: Colour, width_pt: float, is_highlighter: bool) -> None:
        self._colour = colour
        self._width_pt = width_pt
        self._is_highlighter = is_highlighter
        self._last: InkPoint | None = None
        self._chunks: list[tuple[QPainterPath, QRectF, int]] = []

    def add(self, point: InkPoint) -> QRectF:
        """Add a point; returns what has changed, in page space."""
        path = path_from(outline([self._last or point, point], self._width_pt))
        box = path.boundingRect()
        self._last = point
        # One highlighter is one path: where two chunks overlapped it would be darker.
        if self._chunks and (self._is_highlighter or self._chunks[-1][2] < _CHUNK):
            chunk, chunk_box, count = self._chunks[-1]
            chunk.addPath(path)
            self._chunks[-1] = (chunk, chunk_box.united(box), count + 1)
        else:
            self._chunks.append((path, box, 1))
        return box

    def draw(self, painter: QPainter, seen: QRectF) -> None:
        """Fill what lies in `seen`; the painter works in page space."""
        near = [chunk for chunk, box, _ in self._chunks if box.intersects(seen)]
        if self._is_highlighter:
            painter.setCompositionMode(_MULTIPLY)
        else:
            for chunk in near:  # all halos first, or one would lie on the neighbour's ink
                painter.strokePath(chunk, _halo_pen())
        for chunk in near:
            painter.fillPath(chunk, QColor(*self._colour))
        painter.setCompositionMode(_OVER)


def path_of(mark: Mark) -> QPainterPath:
    """The mark's shape in page space."""
    return path_from(polygons(mark))


def path_from(shape: Sequence[Polygon]) -> QPainterPath:
    """Polygons as one path that is filled under the nonzero rule."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for polygon in shape:
        path.addPolygon(_qpolygon(polygon))
        path.closeSubpath()
    return path


def paint_path(painter: QPainter, path: QPainterPath, colour: Colour, *, has_halo: bool) -> None:
    """Fill a path in page space; the halo keeps red legible on grey scans (3.1:1 without)."""
    if has_halo:
        painter.strokePath(path, _halo_pen())
    painter.fillPath(path, QColor(*colour))


def _add_halo(solid: QImage, target: QImage, where: QRect) -> None:
    """Ink over its white halo, written into `where` of the target."""
    where = where.intersected(target.rect())
    source = where.adjusted(-1, -1, 1, 1).intersected(target.rect())  # ink just outside has its halo inside
    painter = QPainter(target)
    painter.setClipRect(where)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.fillRect(where, Qt.GlobalColor.transparent)
    painter.setCompositionMode(_OVER)
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)):
        painter.drawImage(source.topLeft() + QPoint(dx, dy), solid, source)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(where, HALO)
    painter.setCompositionMode(_OVER)
    painter.drawImage(where.topLeft(), solid, where)
    painter.end()


def _halo_pen() -> QPen:
    pen = QPen(HALO, 2 * _HALO_PX)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _qpolygon(polygon: Polygon) -> QPolygonF:
    made = QPolygonF()
    made.resize(len(polygon))  # and written through its memory: 60 times faster than a list of QPointF
    memory = made.data()
    memory.setsize(len(polygon) * 16)
    memoryview(memory).cast("B")[:] = polygon.tobytes()  # type: ignore[arg-type]  # PyQt6 declares no buffer
    return made


def _blank(region: Region) -> QImage:
    image = QImage(max(1, region[2]), max(1, region[3]), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    return image
