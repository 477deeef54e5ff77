"""The lines of the stamp, each by itself: turn, symmetry, measures and reading direction."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from esign.stamp_path import Path, arc_name, arc_number, ring, star, straight_line


def points(path: Path) -> NDArray[np.float64]:
    return np.array([point for _, corners in path for point in corners])


def area(path: Path) -> float:
    """Signed, of the polygon through the ends of the steps; positive counter-clockwise."""
    ends = np.array([corners[-1] for _, corners in path if corners])
    x, y = ends.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y)) / 2


def shapes(path: Path) -> list[Path]:
    found: list[Path] = [[]]
    for step in path:
        found[-1].append(step)
        if step[0] == "close":
            found.append([])
    return found[:-1]


def test_the_ring_is_two_circles_of_opposite_turn() -> None:
    outer, inner = shapes(ring())
    assert area(outer) > 0 > area(inner)
    assert np.hypot(*points(outer)[0]) == pytest.approx(21.0)
    assert np.hypot(*points(inner)[0]) == pytest.approx(21.0 - 1.2)


def test_the_star_stands_on_two_points() -> None:
    corners = points(star())
    assert len(corners) == 10
    assert corners[0] == pytest.approx([0, 7])
    assert sorted(corners[:, 1])[:2] == pytest.approx([7 * np.cos(np.pi * 4 / 5)] * 2)


@pytest.mark.parametrize("count", [2, 9, 24])
def test_the_name_is_centred_over_the_middle(count: int) -> None:
    boxes = points(arc_name("口" * count, above_line=True))
    assert boxes[:, 0].max() == pytest.approx(-boxes[:, 0].min(), abs=0.35)  # 口 is nearly symmetric
    assert np.hypot(*boxes.T).max() < 19.2
    long, short = (points(arc_name("口" * n, above_line=False)) for n in (24, 8))
    assert np.ptp(np.hypot(*long.T)) < np.ptp(np.hypot(*short.T))  # lower as well as narrower


def test_a_straight_line_is_condensed_to_its_width() -> None:
    short, long = (points(straight_line("口" * n, -11, 3.3, 22)) for n in (3, 12))
    assert np.ptp(short[:, 0]) < 3 * 3.3
    assert np.ptp(long[:, 0]) < 22
    assert np.ptp(short[:, 1]) == pytest.approx(np.ptp(long[:, 1]))
    for line in (short, long):
        assert line[:, 0].mean() == pytest.approx(0, abs=0.2)
        assert line[:, 1].min() > -11.5


def test_the_number_reads_from_left_to_right_along_the_lower_edge() -> None:
    middles = [points([*shape]).mean(axis=0) for shape in shapes(arc_number("1" * 13))]
    assert all(a[0] < b[0] for a, b in pairwise(middles))
    assert middles[6] == pytest.approx([0, -18.4], abs=0.3)
    digits = points(arc_number("1110111011101"))
    assert 17 < np.hypot(*digits.T).min() < np.hypot(*digits.T).max() < 19.4
    seven = points(arc_number("7"))  # its bar is at the head, towards the middle of the stamp
    assert np.ptp(seven[seven[:, 1] > -18.0][:, 0]) > 2 * np.ptp(seven[seven[:, 1] < -18.6][:, 0])
