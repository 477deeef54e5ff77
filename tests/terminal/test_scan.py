"""Composed shots with known corners: the sheet is found, straightened and judged; doubtful ones are kept whole."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from annotate import inspect
from terminal.scan import BLURRED, Picture, find_page, join_pages, rectify, save_page, scan_page, sharpness, verdict_of
from terminal.simulated import corners_on_desk, draw_sheet, lay_on_desk

pytestmark = pytest.mark.slow


LINES = ("排污许可证申请表", "单位名称：北京通运环保科技有限公司", "法定代表人：欧阳建国", "本单位已知晓有关规定。")


@pytest.fixture(scope="module")
def sheet() -> Picture:
    return draw_sheet(LINES)


def ink(page: Picture) -> np.ndarray:
    """What is written on a page, coarse, without the light that falls on it."""
    grey = cv2.cvtColor(cv2.resize(page, (424, 600), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 2)
    return soft - cv2.GaussianBlur(soft, (0, 0), 15)


def overlap(one: object, other: object) -> float:
    """Intersection over union of two quadrilaterals in a shot."""
    masks = [np.zeros((1944, 2592), np.uint8), np.zeros((1944, 2592), np.uint8)]
    for mask, corners in zip(masks, (one, other), strict=True):
        cv2.fillConvexPoly(mask, np.array(corners).round().astype(np.int32), 1)
    return float((masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum())


@pytest.mark.parametrize(("angle", "depth"), [(0.0, 0.0), (-7.0, 0.05), (6.0, 0.02), (12.0, 0.08)])
def test_the_sheet_is_found(sheet: Picture, angle: float, depth: float) -> None:
    found = find_page(lay_on_desk(sheet, angle, depth))
    assert found is not None
    assert found.is_sure
    assert overlap(found.corners, corners_on_desk(angle, depth)) >= 0.97


def test_a_sheet_on_a_pale_desk_is_found(sheet: Picture) -> None:
    shot = lay_on_desk(sheet, -4, 0.03).astype(np.float32)
    mask = np.zeros(shot.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.array(corners_on_desk(-4, 0.03)).round().astype(np.int32), 1)
    noise = np.random.default_rng(1).normal(0, 2, shot.shape)
    pale = np.where(mask[:, :, None] == 1, shot, np.array([196.0, 203.0, 207.0]) + noise)
    found = find_page(np.clip(pale, 0, 255).astype(np.uint8))
    assert found is not None
    assert found.is_sure
    assert overlap(found.corners, corners_on_desk(-4, 0.03)) >= 0.97


def test_a_page_that_fills_the_picture_is_kept_whole(sheet: Picture) -> None:
    close = np.ascontiguousarray(sheet[40:-40, 30:-30])
    page = scan_page(close)
    assert not page.is_cropped
    assert page.picture.shape == close.shape


def test_an_empty_desk_gives_no_sure_sheet() -> None:
    desk = np.full((900, 1200, 3), 90, np.uint8)
    found = find_page(desk)
    assert found is None or not found.is_sure
    assert sharpness(desk) == 0.0


def test_a_small_slip_is_not_cut_out(sheet: Picture) -> None:
    desk = np.full((1944, 2592, 3), 70, np.uint8)
    desk[600:1200, 900:1330] = cv2.resize(sheet, (430, 600))
    found = find_page(desk)
    assert found is not None
    assert not found.is_sure


def test_blur_is_refused_and_sharp_is_not(sheet: Picture) -> None:
    shot = lay_on_desk(sheet, 3, 0.02)
    assert scan_page(shot).verdict == "sharp"
    assert scan_page(cv2.GaussianBlur(shot, (0, 0), 2.5).astype(np.uint8)).verdict == "blurred"
    along = np.zeros((15, 15), np.float32)
    along[7] = 1 / 15
    for kernel in (along, along.T):
        assert sharpness(cv2.filter2D(shot, -1, kernel).astype(np.uint8)) < BLURRED, "shaken in one direction"


def test_verdicts() -> None:
    assert [verdict_of(value) for value in (0.3, 0.45, 0.6)] == ["blurred", "soft", "sharp"]


def test_a_straightened_sheet_has_the_shape_of_a4_and_its_text_upright(sheet: Picture) -> None:
    page = scan_page(lay_on_desk(sheet, -6, 0.04))
    height, width = page.picture.shape[:2]
    assert page.is_cropped
    assert height / width == pytest.approx(297 / 210, rel=0.005)
    assert np.corrcoef(ink(page.picture).ravel(), ink(sheet).ravel())[0, 1] > 0.8


def test_an_odd_shape_stays_as_it_is() -> None:
    flat = rectify(np.zeros((600, 600, 3), np.uint8), np.array([[100, 100], [300, 100], [300, 500], [100, 500]], float))
    assert flat.shape[:2] == (400, 200)


def test_saved_pages_and_their_join_are_a4(sheet: Picture, tmp_path: Path) -> None:
    save_page(sheet, tmp_path / "1.jpg")
    save_page(sheet, tmp_path / "2.jpg")
    join_pages([tmp_path / "1.jpg", tmp_path / "2.jpg"], tmp_path / "all.pdf")
    with Image.open(tmp_path / "1.jpg") as saved:
        assert saved.info["dpi"][0] == pytest.approx(sheet.shape[1] / (210 / 25.4), abs=1)
    info = inspect(tmp_path / "all.pdf")
    assert (info.media_type, info.page_count) == ("application/pdf", 2)
    assert info.sizes_pt[0][0] == pytest.approx(595, abs=6)
