"""Marks are values: equal by content, hashable, not to be changed."""

from __future__ import annotations

import pytest

from annotate.marks import RED_PEN, InkPoint, MarkStyle, Rectangle, Stroke


def test_marks_are_values() -> None:
    one = Stroke(MarkStyle(), (InkPoint(1, 2), InkPoint(3, 4, 1.0)))
    assert one == Stroke(MarkStyle(RED_PEN, 2.0), (InkPoint(1, 2), InkPoint(3, 4, 1.0)))
    assert len({one, Stroke(MarkStyle(), one.points)}) == 1
    assert Rectangle(MarkStyle(), 0, 0, 1, 1) != Rectangle(MarkStyle(), 0, 0, 1, 2)


def test_marks_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        MarkStyle().width_pt = 3.0  # type: ignore[misc]
