"""From samples to marks and wet ink."""

from __future__ import annotations

import math

import pytest

from annotate.codec import encode_operation
from annotate.marks import Cloud, Highlighter, MarkStyle, Rectangle, Stroke
from annotate.operations import AddMark
from annotate.qt.gestures import DragGesture, InkGesture

pytestmark = pytest.mark.slow


STYLE = MarkStyle()


def test_wet_ink_goes_out_in_pieces_without_gaps() -> None:
    gesture = InkGesture(2, 7, STYLE, is_highlighter=False)
    for step in range(11):
        assert gesture.add(step, step / 2, 0.5) is not None
    pieces = list(gesture.take_wet())
    assert [(wet.from_index, len(wet.points)) for wet in pieces] == [(0, 8), (8, 3)]
    assert (pieces[0].stroke_no, pieces[0].page) == (7, 2)
    assert gesture.unsent == 0
    gesture.add(50, 50, 0.5)
    assert [wet.from_index for wet in gesture.take_wet()] == [11]


def test_repeats_and_the_pressure_of_a_lifted_pen_are_no_points() -> None:
    gesture = InkGesture(0, 1, STYLE, is_highlighter=True)
    assert gesture.mark() is None
    assert gesture.add(5, 5, 0.5) is not None
    assert gesture.add(5.001, 5, 0.9) is None
    assert gesture.add(9, 9, 0.0) is None
    mark = gesture.mark()
    assert isinstance(mark, Highlighter)
    assert [point[:2] for point in mark.points] == [(5, 5)]


def test_a_stroke_follows_the_samples() -> None:
    gesture = InkGesture(0, 1, STYLE, is_highlighter=False)
    for step in range(100):
        gesture.add(100 + 50 * math.cos(step / 16), 100 + 50 * math.sin(step / 16), 0.5)
    mark = gesture.mark()
    assert isinstance(mark, Stroke)
    assert len(mark.points) < 100
    assert max(abs(50 - math.dist(point[:2], (100, 100))) for point in mark.points) < 0.5


def test_the_steps_of_whole_pixels_are_smoothed_away() -> None:
    grain = 4.0  # an A0 sheet at fit zoom: the mouse knows places 4 pt apart
    gesture = InkGesture(0, 1, STYLE, is_highlighter=True, grain_pt=grain)
    for step in range(60):
        gesture.add(step * grain, round(step / 7) * grain, 0.5)
    mark = gesture.mark()
    assert isinstance(mark, Highlighter)
    assert len(mark.points) < 30
    assert max(abs(point.y - point.x / 7) for point in mark.points) < grain


def test_the_longest_stroke_still_fits_into_a_body() -> None:
    gesture = InkGesture(0, 1, STYLE, is_highlighter=False)
    for step in range(14_000):
        gesture.add(step / 10 + 10 * math.cos(1.1 * step), 500 + 10 * math.sin(1.1 * step), 0.5)
    mark = gesture.mark()
    assert mark is not None
    assert encode_operation(AddMark("0123456789abcdef", 0, mark))


def test_a_drag_is_a_mark_and_a_click_is_none() -> None:
    gesture = DragGesture(Cloud, STYLE, 10, 10)
    assert gesture.mark() is None
    gesture.move(11, 11)
    assert gesture.mark(4.0) is None
    gesture.move(60, 40)
    assert gesture.mark(4.0) == Cloud(STYLE, 10, 10, 60, 40)
    assert isinstance(DragGesture(Rectangle, STYLE, 0, 0).mark(), type(None))
