"""The stamp measured: 42 mm, ring and star of the right size, no two characters touching, slices that fit together."""

import re
import subprocess
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from esign import BadNotice, MissingGlyph, StampDesign, seal_png, seal_svg
from esign.stamp import RED, riding_slice, seal_operators, seal_paths

PLAIN = StampDesign("北京市通州区政务服务管理局", "行政审批专用章")
LONG = StampDesign("新疆生产建设兵团第十三师新星市自然资源和规划局局", "行政审批专用章", "1101120123456")
OFFICIAL = StampDesign("北京市通州区人民政府", number="1101120123456")
PARTED = StampDesign("北京市通州区永顺地区办事处", rear=3)
MM = 72 / 25.4
DPI = 600
Mask = NDArray[np.bool_]


def _page(operators: bytes, wide_mm: float, high_mm: float) -> bytes:
    """A PDF page that shows the operators."""
    writer = PdfWriter()
    page = writer.add_blank_page(wide_mm * MM, high_mm * MM)
    stream = DecodedStreamObject()
    stream.set_data(operators)
    page[NameObject("/Contents")] = writer._add_object(stream)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _red(pdf: bytes, folder: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]], level: int = 140) -> Mask:
    (folder / "stamp.pdf").write_bytes(pdf)
    drawn = judge("pdftoppm", "-r", str(DPI), "-png", "-singlefile", folder / "stamp.pdf", folder / "stamp")
    assert drawn.returncode == 0, drawn.stderr
    picture = cv2.imread(str(folder / "stamp.png"))
    assert picture is not None
    return np.asarray(picture[:, :, 1] < level)


def _runs(line: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _in_mm(pixels: float) -> float:
    return pixels / DPI * 25.4


@pytest.mark.parametrize("design", [PLAIN, OFFICIAL], ids=["special", "official"])
def test_ring_and_star_measured_at_600_dpi(
    design: StampDesign, tmp_path: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    centred = b"1 0 0 1 %.3f %.3f cm\n%b" % (25 * MM, 25 * MM, seal_operators(design))
    red = _red(_page(centred, 50, 50), tmp_path, judge, 200)  # the points of a star are thin
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert _in_mm(np.ptp(rows) + 1) == pytest.approx(42.0, abs=0.1)
    assert _in_mm(np.ptp(columns) + 1) == pytest.approx(42.0, abs=0.1)
    middle = (int(rows.mean()), int(columns.mean()))
    edge = _runs(red[middle[0]])[0]
    assert _in_mm(edge[1] - edge[0]) == pytest.approx(1.2, abs=0.1)
    count, pieces = cv2.connectedComponents(red.astype(np.uint8), connectivity=8)
    star = np.argwhere(pieces == pieces[middle]).astype(float) - (rows.mean(), columns.mean())
    assert 2 * _in_mm(np.hypot(*star.T).max()) == pytest.approx(14.0, abs=0.1)
    assert count > 3


@pytest.mark.parametrize("length", [2, 3, 8, 13, 18, 24])
@pytest.mark.parametrize("kind", ["口" * 7, "口" * 12, ""])
def test_no_two_characters_overlap(length: int, kind: str) -> None:
    # every character of the stamp as a solid box: as many separate boxes as characters must remain
    digits = "8" * 13
    rear = 4 if not kind and length > 8 else 0
    figure, writing = seal_paths(StampDesign("口" * length, kind, digits, rear))
    picture = np.zeros((1680, 1680), np.uint8)
    for path in (figure, writing):
        points: list[tuple[float, float]] = []
        for step, more in path:
            points += more
            if step == "close":
                corners = np.rint([(840 + 40 * x, 840 - 40 * y) for x, y in points]).astype(np.int32)
                if np.hypot(*np.array(points).T).max() < 19.7:  # all but the ring
                    cv2.fillPoly(picture, [cv2.convexHull(corners)], (255,))
                points = []
    count, _ = cv2.connectedComponents(picture)
    assert count - 1 == length + len(kind) + len(digits) + 1  # the ground is a component, the star one more


@pytest.mark.parametrize("design", [PLAIN, LONG, OFFICIAL, PARTED, StampDesign("财政", "专用")])
def test_all_stays_inside_the_ring_and_off_the_star(design: StampDesign) -> None:
    _, writing = seal_paths(design)
    radii = np.hypot(*np.array([point for _, points in writing for point in points]).T)
    assert radii.min() > 7.2
    assert radii.max() < 21 - 1.2 - 0.4


def test_an_official_seal_has_its_name_on_the_arc_and_its_rear_part_below() -> None:
    lowest = [min(y for _, points in seal_paths(design)[1] for _, y in points) for design in (OFFICIAL, PARTED)]
    assert lowest[0] > -10  # nothing straight below
    assert lowest[1] < -12


def test_what_does_not_fit_is_refused() -> None:
    for design in (StampDesign("局", "专用章"), StampDesign("长" * 25, "专用章"), StampDesign("甲局", "章" * 13)):
        with pytest.raises(BadNotice, match="fit on the stamp"):
            seal_operators(design)
    for design in (
        StampDesign("甲乙局", "", "123"),
        StampDesign("甲乙局", rear=2),
        StampDesign("甲乙丙丁", "专用章", rear=2),
    ):
        with pytest.raises(BadNotice, match=r"digits|rear"):
            seal_operators(design)
    with pytest.raises(MissingGlyph, match=r"stamp\.organisation"):
        seal_svg(StampDesign("甲😀局", "专用章"))


def test_operators_are_only_path_operators() -> None:
    letters = set(re.findall(r"[A-Za-z]+", seal_operators(LONG).decode("ascii")))
    assert letters == {"cm", "rg", "RG", "w", "m", "l", "c", "h", "f", "B"}


def test_the_svg_is_one_piece_of_42_mm() -> None:
    svg = seal_svg(PLAIN)
    assert 'width="42.0mm"' in svg
    assert "<image" not in svg
    assert "<text" not in svg
    assert len(svg) < 80_000


def test_the_png_is_the_stamp_as_poppler_draws_it(
    tmp_path: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    picture = Image.open(BytesIO(seal_png(LONG, DPI)))
    assert picture.size == (992, 992)
    assert picture.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)
    pixels = np.asarray(picture)
    inked = pixels[pixels[:, :, 3] > 0][:, :3]
    assert (inked == [round(255 * part) for part in RED]).all()
    assert pixels[496, 300, 3] == 0  # transparent between star and name
    centred = b"1 0 0 1 %.3f %.3f cm\n%b" % (21 * MM, 21 * MM, seal_operators(LONG))
    drawn = _red(_page(centred, 42, 42), tmp_path, judge)[:992, :992]
    ours = pixels[: drawn.shape[0], : drawn.shape[1], 3] > 128
    assert (ours != drawn).mean() < 0.015  # the rim of each stroke
    with pytest.raises(ValueError, match="dpi"):
        seal_png(PLAIN, 20)


@pytest.mark.parametrize("count", [2, 3, 7, 12, 13, 20, 100])
def test_riding_slices_make_whole_stamps(count: int) -> None:
    slices = [riding_slice(index, count) for index in range(count)]
    half = 21 * MM
    starts = [index for index, (left, _) in enumerate(slices) if left == pytest.approx(-half)]
    assert len(starts) == (1 if count <= 12 else -(-count // 8))
    for first, after in zip(starts, [*starts[1:], count], strict=True):
        group = slices[first:after]
        assert 2 <= len(group) <= 12
        assert group[-1][1] == pytest.approx(half)
        assert all(a[1] == pytest.approx(b[0]) for a, b in pairwise(group))
    for index in (-1, count):
        with pytest.raises(ValueError, match="no slice"):
            riding_slice(index, count)
    with pytest.raises(ValueError, match="no slice"):
        riding_slice(0, 1)
