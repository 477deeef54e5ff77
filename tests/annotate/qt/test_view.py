"""Fitting, zooming at a point and panning, in numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.qt.view import MARGIN_PX, MAX_SCALE, View


def make() -> View:
    view = View()
    view.resize(632, 832)
    view.show((300, 400))
    return view


def test_a_page_is_fitted_and_centred_and_follows_the_window() -> None:
    view = make()
    assert (view.scale, view.left, view.top) == (2.0, MARGIN_PX, MARGIN_PX)
    view.resize(332, 832)
    assert view.scale == 1.0
    assert view.top == (832 - 400) // 2
    view.fit_width()
    view.resize(632, 232)
    assert view.scale == 2.0


@settings(deadline=None)
@given(st.floats(0.1, 20), st.floats(0, 632), st.floats(0, 832))
def test_zooming_keeps_the_point_below_the_pointer(scale: float, x: float, y: float) -> None:
    view = make()
    view.zoom_to(8.0, (316, 416))
    before = view.to_page(x, y)
    view.zoom_to(max(4.0, scale), (x, y))
    after = view.to_window(*before)
    inside = 0 <= before[0] <= 300 and 0 <= before[1] <= 400
    at_edge = view.left == MARGIN_PX or view.top == MARGIN_PX
    at_end = view.left + view.page_px()[0] == 632 - MARGIN_PX or view.top + view.page_px()[1] == 832 - MARGIN_PX
    assert not inside or at_edge or at_end or after == pytest.approx((x, y), abs=0.51)


@settings(deadline=None)
@given(st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_panning_never_loses_the_page(dx: float, dy: float) -> None:
    view = make()
    view.zoom_to(6.0, (316, 416))
    view.pan(dx, dy)
    left, top, width, height = view.visible_px()
    assert (width, height) >= (600, 800)
    assert left >= 0
    assert left + width <= view.page_px()[0]
    assert top >= 0
    assert top + height <= view.page_px()[1]


def test_scale_has_limits_and_the_end_of_the_page_is_reported() -> None:
    view = make()
    view.zoom_to(1e9, (0, 0))
    assert view.scale == MAX_SCALE
    view.zoom_to(1e-9, (0, 0))
    assert view.scale == pytest.approx(1.0)
    view.zoom_to(4.0, (0, 0))
    assert view.pan(0, -100)
    assert view.pan(0, -1e6)
    assert not view.pan(0, -1)


def test_what_is_ahead_is_cut_at_the_page() -> None:
    view = make()
    assert view.visible_px(200) == (0, 0, 600, 800)
    view.zoom_to(4.0, (316, 416))
    left, top, width, height = view.visible_px(100)
    assert (width, height) == (832, 1032)
    assert (left, top) == (-view.left - 100, -view.top - 100)
