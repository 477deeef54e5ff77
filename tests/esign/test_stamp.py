"""The stamp measured: 42 mm, ring and star of the right size, no two characters touching."""

import io
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from esign import BadNotice, MissingGlyph, StampDesign, seal_svg
from esign.stamp import seal_operators

PLAIN = StampDesign("北京市通州区政务服务管理局", "行政审批专用章")
LONG = StampDesign("新疆生产建设兵团第十三师新星市自然资源和规划局局", "行政审批专用章")
MM = 72 / 25.4


def _subpaths(design: StampDesign) -> list[NDArray[np.float64]]:
    """Corner and control points of each closed path in millimetres; the first two are the ring, the third the star."""
    body = seal_operators(design).decode("ascii").split(" w\n", 1)[1]
    found = []
    for piece in re.split(r"\bh\n", body):
        numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", piece)]
        if numbers:
            found.append(np.array(numbers).reshape(-1, 2) / MM)
    return found


def test_ring_and_star_have_their_measures() -> None:
    outer, inner, star = _subpaths(PLAIN)[:3]
    assert np.ptp(outer[:, 0]) == pytest.approx(42.0, abs=0.02)
    assert np.ptp(outer[:, 1]) == pytest.approx(42.0, abs=0.02)
    assert np.ptp(inner[:, 0]) == pytest.approx(42.0 - 2 * 1.2, abs=0.02)
    assert np.hypot(*star.T).max() == pytest.approx(7.0, abs=0.02)
    assert len(star) == 10


@pytest.mark.parametrize("design", [PLAIN, LONG, StampDesign("财政", "专用")])
def test_writing_stays_between_ring_and_star_and_never_overlaps(design: StampDesign) -> None:
    writing = _subpaths(design)[3:]
    radii = np.concatenate([np.hypot(*path.T) for path in writing])
    assert radii.min() > 7.2
    assert radii.max() < 19.6
    angles = [np.arctan2(path[:, 0].mean(), path[:, 1].mean()) for path in writing if path[:, 1].mean() > -8.0]
    assert max(angles) == pytest.approx(-min(angles), abs=0.25)


@pytest.mark.parametrize("length", [2, 8, 13, 24])
def test_characters_of_any_name_stay_apart(length: int) -> None:
    # 口 drawn filled is a solid box: as many separate boxes as characters must remain
    writing = _subpaths(StampDesign("口" * length, "口口"))[3:]
    picture = Image.new("L", (1680, 1680), 0)
    for path in writing:
        ImageDraw.Draw(picture).polygon([(840 + 40 * x, 840 - 40 * y) for x, y in path], fill=255, outline=255)
    count, _ = cv2.connectedComponents(np.asarray(picture))
    assert count - 1 == length + 2  # the ground is a component, too


def test_names_that_do_not_fit_are_refused() -> None:
    for design in (StampDesign("局", "专用章"), StampDesign("长" * 25, "专用章"), StampDesign("甲局", "章" * 13)):
        with pytest.raises(BadNotice, match="fit on the stamp"):
            seal_operators(design)
    with pytest.raises(MissingGlyph, match=r"stamp\.organisation"):
        seal_svg(StampDesign("甲😀局", "专用章"))


def test_operators_are_only_path_operators() -> None:
    letters = set(re.findall(r"[A-Za-z]+", seal_operators(PLAIN).decode("ascii")))
    assert letters == {"rg", "RG", "w", "m", "l", "c", "h", "f", "B"}


def test_the_svg_is_one_piece_of_42_mm(tmp_path: Path) -> None:
    svg = seal_svg(PLAIN)
    assert 'width="42.0mm"' in svg
    assert "<image" not in svg
    assert "<text" not in svg
    assert len(io.StringIO(svg).getvalue()) < 80_000
