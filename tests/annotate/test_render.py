"""Marks painted onto an image: where they belong, with halo, highlighters readable."""

from __future__ import annotations

import numpy as np
import pytest

from annotate.geometry import bounds
from annotate.marks import Highlighter, InkPoint, MarkStyle, Rectangle, Stroke
from annotate.markup import PlacedMark
from annotate.pages import RenderedImage
from annotate.render import paint


def page(grey: int, scale: float = 1.0) -> RenderedImage:
    width, height = round(300 * scale), round(200 * scale)
    return RenderedImage(width, height, bytes([grey]) * (width * height * 3))


def array(image: RenderedImage) -> np.ndarray:
    return np.frombuffer(image.rgb, dtype=np.uint8).reshape(image.height, image.width, 3)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_every_kind_is_painted_where_it_is(all_kinds: list[PlacedMark], scale: float) -> None:
    for placed in all_kinds:
        painted = array(paint(page(255, scale), [placed.mark], scale))
        rows, columns = np.nonzero((painted < 200).any(axis=2))
        left, top, right, bottom = (value * scale for value in bounds(placed.mark))
        assert len(rows) > 20 * scale
        assert left - 2 <= columns.min()
        assert columns.max() <= right + 2
        assert top - 2 <= rows.min()
        assert rows.max() <= bottom + 2


def test_red_on_grey_has_a_white_halo() -> None:
    line = Stroke(MarkStyle(width_pt=4), (InkPoint(50, 100, 0.5), InkPoint(250, 100, 0.5)))
    painted = array(paint(page(128), [line], 1.0))
    assert painted[100, 150].tolist() == [0xE0, 0x20, 0x20]
    assert painted[97, 150].min() > 190  # a quarter of it is the edge of the line
    assert painted[94, 150].tolist() == [128, 128, 128]


def test_words_under_a_highlighter_stay_dark() -> None:
    style = MarkStyle((255, 224, 77), 20)
    wide = Highlighter(style, (InkPoint(50, 100, 0.5), InkPoint(250, 100, 0.5)))
    assert array(paint(page(0), [wide], 1.0)).max() == 0
    assert array(paint(page(255), [wide], 1.0))[100, 150].tolist() == [255, 224, 77]


def test_marks_beyond_the_page_are_cut() -> None:
    painted = array(paint(page(255), [Rectangle(MarkStyle(), -50, -50, 150, 100)], 1.0))
    assert painted[100, 75, 1] < 100
    assert array(paint(page(255), [Rectangle(MarkStyle(), 400, 400, 500, 500)], 1.0)).min() == 255
