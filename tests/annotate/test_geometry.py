"""Page space in four rotations, outlines without holes, clouds, arrows, hits."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from annotate.geometry import (
    PageSpace,
    arrow_parts,
    bounds,
    cloud_line,
    cloud_radius,
    distance_to_line,
    hit,
    outline,
    page_factor,
    polyline,
    signed_area,
    simplify,
    smooth,
)
from annotate.marks import Arrow, Cloud, Highlighter, InkPoint, MarkStyle, Rectangle, Stroke, Text

PEN = MarkStyle(width_pt=2.0)


@pytest.mark.parametrize(
    ("rotation", "size", "origin", "end"),
    [
        (0, (300, 200), (10, 220), (310, 20)),
        (90, (200, 300), (10, 20), (310, 220)),
        (180, (300, 200), (310, 20), (10, 220)),
        (270, (200, 300), (310, 220), (10, 20)),
    ],
)
def test_page_space_with_shifted_cropbox(
    rotation: int, size: tuple[float, float], origin: tuple[float, float], end: tuple[float, float]
) -> None:
    space = PageSpace((10, 20, 310, 220), rotation)
    assert space.size_pt == size
    got = space.to_pdf(np.array([(0, 0), size], dtype=np.float64))
    assert got.tolist() == [list(origin), list(end)]


def test_large_pages_get_larger_pens() -> None:
    assert page_factor((595, 842)) == pytest.approx(1, abs=0.01)
    assert page_factor((100, 100)) == 1
    assert page_factor((3370, 2384)) == pytest.approx(4, abs=0.01)


ink = st.lists(st.builds(InkPoint, st.floats(-50, 50), st.floats(-50, 50), st.floats(0, 1)), min_size=1, max_size=40)


@settings(deadline=None)
@given(ink)
def test_simplified_ink_stays_within_the_tolerance(points: list[InkPoint]) -> None:
    kept = simplify(points, 0.5)
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    line = [point[:2] for point in kept]
    assert all(distance_to_line(line, point.x, point.y) <= 0.5 + 1e-6 for point in points)


@settings(deadline=None)
@given(ink)
def test_smoothing_moves_no_sample(points: list[InkPoint]) -> None:
    assert set(points) <= set(smooth(points))


def test_smoothing_rounds_a_fast_curve_and_keeps_corners() -> None:
    circle = [InkPoint(50 * math.cos(i / 3), 50 * math.sin(i / 3)) for i in range(19)]
    rough = max(50 - math.hypot((a.x + b.x) / 2, (a.y + b.y) / 2) for a, b in pairwise(circle))
    fine = max(abs(50 - math.hypot(point.x, point.y)) for point in smooth(circle)[9:-9])
    assert fine < rough / 10
    corner = [InkPoint(0, 0), InkPoint(40, 0), InkPoint(0, 1)]
    assert smooth(corner) == tuple(corner)


def covered(points: list[InkPoint], width: float) -> np.ndarray:
    image = Image.new("L", (400, 400))
    draw = ImageDraw.Draw(image)
    for polygon in outline(points, width):
        draw.polygon([(x, y) for x, y in (polygon * 4).tolist()], fill=255)
    return np.asarray(image) > 0


@settings(max_examples=15, deadline=None)
@given(st.lists(st.builds(InkPoint, st.floats(20, 80), st.floats(20, 80), st.just(0.5)), min_size=1, max_size=15))
def test_outline_is_what_a_round_pen_paints(points: list[InkPoint]) -> None:
    got = covered(points, 8.0)
    y, x = np.mgrid[0:400, 0:400] / 4.0
    away = np.full((400, 400), np.inf)
    line = [(point.x, point.y) for point in points]
    for (ax, ay), (bx, by) in zip(line, line[1:] or line, strict=False):
        along = np.array((bx - ax, by - ay))
        t = np.clip(((x - ax) * along[0] + (y - ay) * along[1]) / max(float(along @ along), 1e-12), 0, 1)
        away = np.minimum(away, np.hypot(x - ax - t * along[0], y - ay - t * along[1]))
    # Half a pt of slack on either side: arcs are polygons, and mitred bends reach a little further.
    assert not (~got & (away < 3.5)).any()
    assert not (got & (away > 4.6)).any()


def test_a_tight_loop_of_a_wide_pen_has_no_hole() -> None:
    loop = [InkPoint(50 + 4 * math.cos(i / 4), 50 + 4 * math.sin(i / 4), 0.5) for i in range(40)]
    assert covered(loop, 14.0)[50 * 4, 50 * 4]


def test_pressure_makes_the_line_wider() -> None:
    thin, thick = (covered([InkPoint(20, 50, p), InkPoint(80, 50, p)], 8.0).sum() for p in (0.0, 1.0))
    assert 2.5 < thick / thin < 4


@settings(deadline=None)
@given(ink)
def test_all_outlines_have_one_orientation(points: list[InkPoint]) -> None:
    assert all(signed_area(polygon) >= 0 for polygon in outline(points, 3.0))


def test_cloud_bulges_outwards_by_its_radius() -> None:
    cloud = Cloud(PEN, 200, 150, 20, 30)  # corners in any order
    line = np.array(cloud_line(cloud))
    radius = cloud_radius(cloud)
    assert line[:, 0].min() == pytest.approx(20 - radius, rel=0.1)
    assert line[:, 1].max() == pytest.approx(150 + radius, rel=0.1)
    assert not ((line[:, 0] > 21) & (line[:, 0] < 199) & (line[:, 1] > 31) & (line[:, 1] < 149)).any()
    assert cloud_line(Cloud(PEN, 5, 5, 5, 5)) == []


def test_arrow_head_has_its_tip_at_the_end() -> None:
    shaft_end, head = arrow_parts(Arrow(PEN, 0, 0, 100, 0))
    assert [100, 0] in head.tolist()
    assert head[:, 0].min() < shaft_end[0] < 100
    assert np.isfinite(arrow_parts(Arrow(PEN, 7, 7, 7, 7))[1]).all()


@pytest.mark.parametrize(
    ("mark", "on", "off"),
    [
        (Stroke(PEN, (InkPoint(0, 0), InkPoint(100, 0))), (50, 4), (50, 9)),
        (Highlighter(MarkStyle(width_pt=12), (InkPoint(0, 0), InkPoint(100, 0))), (50, 9), (50, 12)),
        (Arrow(PEN, 0, 0, 0, 100), (3, 50), (9, 50)),
        (Rectangle(PEN, 0, 0, 100, 100), (2, 50), (50, 50)),
        (Cloud(PEN, 0, 0, 100, 100), (-8, 50), (50, 50)),
        (Text(PEN, 10, 10, 20, "两行\n文字"), (40, 55), (80, 20)),
        (Stroke(PEN, (InkPoint(5, 5),)), (7, 7), (15, 5)),
    ],
)
def test_hits(mark: Stroke, on: tuple[float, float], off: tuple[float, float]) -> None:
    assert hit(mark, *on, 4.0)
    assert not hit(mark, *off, 4.0)


def test_bounds_contain_what_is_painted() -> None:
    left, top, right, bottom = bounds(Stroke(PEN, (InkPoint(10, 10, 1.0), InkPoint(50, 20, 1.0))))
    shape = np.vstack(outline([InkPoint(10, 10, 1.0), InkPoint(50, 20, 1.0)], 2.0))
    assert left <= shape[:, 0].min()
    assert right >= shape[:, 0].max()
    assert top <= shape[:, 1].min()
    assert bottom >= shape[:, 1].max()
    assert polyline([(0, 0), (10, 0)], 2.0)[0][:, 1].max() == pytest.approx(1.0)
