"""Marks as polygons: every kind has some, letters have their holes, rare characters have a glyph."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from annotate.geometry import signed_area, text_box
from annotate.marks import MarkStyle, Text
from annotate.markup import PlacedMark
from annotate.shapes import load_font, polygons

STYLE = MarkStyle()


def test_every_kind_has_a_shape(all_kinds: list[PlacedMark]) -> None:
    for placed in all_kinds:
        shape = polygons(placed.mark)
        assert shape
        assert sum(signed_area(polygon) for polygon in shape) > 0


def test_letters_keep_their_holes_after_their_outline() -> None:
    load_font()
    areas = [signed_area(polygon) for polygon in polygons(Text(STYLE, 0, 0, 100, "回"))]
    assert areas[0] > 0
    assert sum(area < 0 for area in areas) == 2
    assert areas == sorted(areas, key=abs, reverse=True)


@pytest.mark.parametrize("letter", "𬬻䶮㛃𡋾鿍𫖯𬭚𬬭𫓧")
def test_rare_name_characters_have_glyphs_of_their_own(letter: str) -> None:
    missing = polygons(Text(STYLE, 0, 0, 10, "\ufdd0"))  # a code point that is no character
    got = polygons(Text(STYLE, 0, 0, 10, letter))
    assert got
    assert len(got) != len(missing) or not np.array_equal(got[0], missing[0])


def test_threads_may_read_letters_at_the_same_time() -> None:
    letters = [chr(0x6000 + number) for number in range(120)]
    counts: list[list[int]] = []

    def read(order: int) -> None:
        found = {letter: len(polygons(Text(STYLE, 0, 0, 10, letter))) for letter in letters[::order]}
        counts.append([found[letter] for letter in letters])

    threads = [threading.Thread(target=read, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(counts) == 4  # a thread with an exception has added none
    assert all(count == counts[0] for count in counts)


def test_words_lie_in_their_box_line_by_line() -> None:
    mark = Text(STYLE, 100, 50, 20, "第一行\n第二")
    left, top, right, bottom = text_box(mark)
    shape = np.vstack(polygons(mark))
    assert left <= shape[:, 0].min() < shape[:, 0].max() <= right
    assert top <= shape[:, 1].min() < shape[:, 1].max() <= bottom
    assert bottom - top == pytest.approx(2 * 1.35 * 20)
