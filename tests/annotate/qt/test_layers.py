"""Cached pictures: regions that can be copied, ink added on top, wet paths that grow."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from annotate.marks import InkPoint, MarkStyle, Rectangle
from annotate.markup import PlacedMark
from annotate.qt.layers import InkLayer, Patch, WetPath, path_of

pytestmark = pytest.mark.usefixtures("qtbot")


def image(size: int = 100) -> QImage:
    made = QImage(size, size, QImage.Format.Format_RGB32)
    made.fill(QColor("white"))
    return made


def test_a_patch_covers_what_lies_inside_at_its_scale() -> None:
    patch = Patch(image(), (50, 50, 100, 100), 2.0)
    assert patch.covers((50, 50, 100, 100), 2.0)
    assert not patch.covers((49, 50, 10, 10), 2.0)
    assert not patch.covers((60, 60, 91, 10), 2.0)
    assert not patch.covers((60, 60, 10, 10), 2.1)


def test_every_kind_fills_its_layer(all_kinds: list[PlacedMark]) -> None:
    layer = InkLayer()
    layer.fill(all_kinds, (0, 0, 600, 400), 2.0)
    assert layer.ink is not None
    assert layer.highlight is not None
    for placed in all_kinds:
        middle = path_of(placed.mark).pointAtPercent(0.01)
        patch = layer.highlight if placed.mark_id == "mark1" else layer.ink
        x, y = round(middle.x() * 2), round(middle.y() * 2)
        around = [patch.image.pixelColor(x + dx, y + dy).alpha() for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        assert max(around) > 100, placed.mark_id


def test_new_marks_are_added_and_erased_ones_vanish(all_kinds: list[PlacedMark]) -> None:
    layer, whole = InkLayer(), InkLayer()
    region = (0, 0, 300, 200)
    layer.fill(all_kinds[:2], region, 1.0)
    before = layer.ink
    layer.fill(all_kinds, region, 1.0)
    assert layer.ink is before  # added to, not painted anew
    whole.fill(all_kinds, region, 1.0)
    assert layer.ink is not None
    assert whole.ink is not None
    assert layer.ink.image == whole.ink.image
    layer.fill(all_kinds[1:2], region, 1.0)
    assert layer.ink.image.pixelColor(20, 100).alpha() == 0


def test_the_corner_of_a_region_is_its_origin() -> None:
    layer = InkLayer()
    mark = PlacedMark("a", 0, Rectangle(MarkStyle(), 100, 100, 150, 150), "li", 0.0)
    layer.fill([mark], (180, 180, 60, 60), 2.0)
    assert layer.ink is not None
    assert layer.ink.image.pixelColor(20, 40).red() > 200
    assert layer.ink.image.pixelColor(40, 40).alpha() == 0


@pytest.mark.parametrize("is_highlighter", [False, True])
def test_a_wet_path_reports_what_changed_and_draws_only_what_is_seen(is_highlighter: bool) -> None:
    wet = WetPath((224, 32, 32), 4.0, is_highlighter)
    for step in range(60):
        box = wet.add(InkPoint(10 + step, 50, 0.5))
        assert box.contains(QRectF(10 + step - 0.5, 49, 1, 2))
        assert box.width() < 8
    target = image()
    painter = QPainter(target)
    wet.draw(painter, QRectF(0, 0, 100, 100))
    painter.end()
    assert target.pixelColor(40, 50) == QColor(224, 32, 32)
    assert target.pixelColor(80, 50) == QColor("white")
    nothing = image()
    painter = QPainter(nothing)
    wet.draw(painter, QRectF(0, 80, 100, 10))
    painter.end()
    assert nothing == image()
