"""The picture of a marked place shows the mark and what lies around it, however the page is."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from annotate.marks import Arrow, MarkStyle, Rectangle
from annotate.pages import PageSource
from reviewer.crops import crop
from reviewer.papers import MarkedPlace

pytestmark = pytest.mark.slow


def place(mark, page: int = 0) -> MarkedPlace:
    return MarkedPlace("m1", "a" * 64, page, mark, (mark,))


def reds(image: Image.Image) -> int:
    r, g, b = np.moveaxis(np.asarray(image.convert("RGB")), 2, 0)
    return int(((r > 180) & (g < 90) & (b < 90)).sum())


def test_a_small_mark_is_shown_with_its_surroundings(make_pdf):
    with PageSource.open(make_pdf()) as source:
        image = Image.open(BytesIO(crop(source, place(Rectangle(MarkStyle(), 40, 40, 60, 50)))))
    assert image.format == "JPEG"
    assert image.size == (417, 222), "150 x 80 pt at 200 dpi"
    assert reds(image) > 100


def test_an_arrow_over_the_whole_sheet_is_shown_coarser(make_pdf):
    with PageSource.open(make_pdf()) as source:
        image = Image.open(BytesIO(crop(source, place(Arrow(MarkStyle(), 5, 5, 415, 290)))))
    assert max(image.size) <= 1201
    assert reds(image) > 100


def test_the_same_place_is_the_same_picture(make_pdf):
    with PageSource.open(make_pdf()) as source:
        mark = place(Rectangle(MarkStyle(), 300, 200, 380, 280))
        assert crop(source, mark) == crop(source, mark)
