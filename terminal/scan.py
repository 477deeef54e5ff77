"""From a document camera's picture to a page: find the sheet, judge sharpness, straighten, save.

Owns the picture work only; which camera and where files lie is said by the caller. Pictures are uint8 arrays
(height, width, 3) in OpenCV's BGR order. A sheet is cut out by itself only when its four edges are really seen
(``AUTO_CROP``); otherwise the whole picture is kept, so nothing of a paper is ever lost by a wrong guess.
Measured limits: design notes "Scanning chain" (edge support 0.96-1.0 on loose sheets, < 0.8 on frame-filling ones).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
Quad = NDArray[np.float64]
Kernel = NDArray[np.float32]
Verdict = Literal["sharp", "soft", "blurred"]

AUTO_CROP = 0.9
MIN_SHARE = 0.35
"""A ruled block inside a page looks like a sheet too; below this share of the picture nothing is cut."""
SOFT = 0.5
BLURRED = 0.42
_WORK_PX = 800
_A4 = 297 / 210
_A4_SHORT_IN = 210 / 25.4


class FoundPage(msgspec.Struct, frozen=True):
    """A sheet: corners in px (top left, top right, bottom right, bottom left) and how much of its edge is seen, 0-1."""

    corners: tuple[tuple[float, float], ...]
    edge_support: float
    share: float

    @property
    def is_sure(self) -> bool:
        """Whether it may be cut out without asking."""
        return self.edge_support >= AUTO_CROP and self.share >= MIN_SHARE


class ScannedPage(msgspec.Struct, frozen=True):
    """A page ready to be kept. ``is_cropped`` is False when the whole picture was taken."""

    picture: Picture
    is_cropped: bool
    sharpness: float
    verdict: Verdict


def scan_page(picture: Picture) -> ScannedPage:
    """Straighten the sheet in the picture, or keep the whole picture; sharpness is judged at native resolution."""
    found = find_page(picture)
    value = sharpness(picture)
    if found is None or not found.is_sure:
        return ScannedPage(picture, False, value, verdict_of(value))
    return ScannedPage(rectify(picture, np.array(found.corners)), True, value, verdict_of(value))


def verdict_of(value: float) -> Verdict:
    """Sharpness in words: blurred is refused, soft is a warning."""
    if value < BLURRED:
        return "blurred"
    return "soft" if value < SOFT else "sharp"


def sharpness(picture: Picture) -> float:
    """Mean second over mean first difference on the strongest 3 % of edges; the worse of both directions.

    Unlike the variance of the Laplacian it does not depend on how much is written on the page. The directions are
    judged apart because a shaken page stays sharp along the movement. Measured: sharp photographs 0.52-1.3,
    Gaussian sigma 1.5 px 0.22-0.43, 15 px of shake in any direction 0.11-0.40.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    first = np.array([[-0.5, 0.0, 0.5]], np.float32)
    second = np.array([[1.0, -2.0, 1.0]], np.float32)
    across = _edge_ratio(cv2.GaussianBlur(grey, (1, 5), 1), first, second)
    down = _edge_ratio(cv2.GaussianBlur(grey, (5, 1), 1), first.T, second.T)
    return min(across, down)


def _edge_ratio(grey: NDArray[np.integer | np.floating], first: Kernel, second: Kernel) -> float:
    slope = np.abs(cv2.filter2D(grey, cv2.CV_32F, first))
    bend = np.abs(cv2.filter2D(grey, cv2.CV_32F, second))
    few, many = np.percentile(slope[::2, ::2], (99.9, 97))
    # On a nearly empty page 3 % of all points would be paper grain, which is always sharp.
    strong = slope >= max(float(many), 0.3 * float(few), 1e-3)
    return float(bend[strong].mean() / slope[strong].mean()) if strong.any() else 0.0


def find_page(picture: Picture) -> FoundPage | None:
    """The sheet whose edges are best seen, or None."""
    height, width = picture.shape[:2]
    scale = min(1.0, _WORK_PX / max(height, width))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (5, 5), 0).astype(np.uint8, copy=False)
    lab = cv2.cvtColor(smooth, cv2.COLOR_BGR2LAB).astype(np.float32)
    area = small.shape[0] * small.shape[1]
    best: tuple[float, Quad] | None = None
    for quad in _candidates(smooth, lab):
        refined = _refine(quad, lab)
        for corners in (quad, refined):
            support = _edge_support(corners, lab) * (1 + 0.02 * _area(corners) / area)
            if best is None or support > best[0]:
                best = (support, corners)
    if best is None:
        return None
    corners = best[1]
    support = _edge_support(corners, lab)
    points = tuple((float(x / scale), float(y / scale)) for x, y in corners)
    return FoundPage(points, support, _area(corners) / area)


def rectify(picture: Picture, corners: Quad) -> Picture:
    """The sheet seen from straight above. A shape within 8 % of A4 becomes exactly A4 in proportion."""
    top, right, bottom, left = (float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4))
    width, height = max(top, bottom), max(left, right)
    ratio = height / width
    for wanted in (_A4, 1 / _A4):
        if abs(ratio / wanted - 1) < 0.08:
            height = width * wanted
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(picture, matrix, (round(width), round(height)), flags=cv2.INTER_CUBIC)
    return flat.astype(np.uint8, copy=False)


def save_page(picture: Picture, target: Path) -> None:
    """Write a JPEG whose resolution says that its short side is that of A4."""
    dpi = round(min(picture.shape[:2]) / _A4_SHORT_IN)
    Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).save(target, quality=88, dpi=(dpi, dpi))


def join_pages(pages: Sequence[Path], target: Path) -> None:
    """Several saved pages as one PDF, one page each."""
    opened = [Image.open(page) for page in pages]
    try:
        dpi = float(opened[0].info.get("dpi", (200, 200))[0])
        opened[0].save(target, "PDF", save_all=True, append_images=opened[1:], resolution=dpi)
    finally:
        for page in opened:
            page.close()


def _candidates(smooth: Picture, lab: NDArray[np.float32]) -> list[Quad]:
    """Quadrilaterals that might be a sheet, from edges at three thresholds and from brightness and colour."""
    lightness = lab[:, :, 0].astype(np.uint8)
    masks = []
    for low, high in ((15, 45), (40, 120), (80, 200)):
        edges = cv2.Canny(lightness, low, high)
        masks.append(cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)))
    otsu = cv2.threshold(lightness, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    saturation = cv2.cvtColor(smooth, cv2.COLOR_BGR2HSV)[:, :, 1]
    pale = cv2.threshold(saturation, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    masks += [cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)) for mask in (otsu, pale)]
    quads = []
    for mask in masks:
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:4]:
            hull = cv2.convexHull(contour).astype(np.int32, copy=False)
            if cv2.contourArea(hull) < 0.1 * mask.size:
                break
            quads.append(_ordered(_four_corners(hull)))
    return quads


def _four_corners(hull: NDArray[np.int32]) -> Quad:
    length = cv2.arcLength(hull, True)
    for share in (0.01, 0.02, 0.03, 0.05, 0.08):
        corners = cv2.approxPolyDP(hull, share * length, True)
        if len(corners) == 4:
            return corners.reshape(4, 2).astype(np.float64)
    return cv2.boxPoints(cv2.minAreaRect(hull)).astype(np.float64)


def _ordered(corners: Quad) -> Quad:
    """Top left first, then clockwise as seen in the picture."""
    centre = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0])
    corners = corners[np.argsort(angles)]
    return np.roll(corners, -int(np.argmin(corners.sum(axis=1))), axis=0)


def _area(corners: Quad) -> float:
    return float(cv2.contourArea(corners.astype(np.float32)))


def _profiles(start: Quad, end: Quad, lab: NDArray[np.float32], reach: int, count: int) -> NDArray[np.float32]:
    """Colours across one side: (count, 2 * reach + 1, 3), from outside to inside; NaN beyond the picture."""
    along = end - start
    normal = np.array([-along[1], along[0]]) / (np.linalg.norm(along) + 1e-9)  # inwards for clockwise corners
    steps = np.linspace(0.04, 0.96, count)[:, None, None]
    offsets = np.arange(-reach, reach + 1)[None, :, None]
    points = start + steps * along + offsets * normal
    x, y = points[:, :, 0].astype(np.float32), points[:, :, 1].astype(np.float32)
    colours = cv2.remap(lab, x, y, cv2.INTER_LINEAR).astype(np.float32)
    height, width = lab.shape[:2]
    colours[(x < 0) | (y < 0) | (x > width - 1) | (y > height - 1)] = np.nan
    return colours


def _edge_support(corners: Quad, lab: NDArray[np.float32], reach: int = 5) -> float:
    """Share of points along the sides where the colour changes from outside to inside, in each side's own direction."""
    seen = []
    for i in range(4):
        colours = _profiles(corners[i], corners[(i + 1) % 4], lab, reach, 60)
        change = colours[:, reach + 2 :].mean(axis=1) - colours[:, : reach - 1].mean(axis=1)
        usual = np.nanmedian(change, axis=0) if not np.isnan(change).all() else np.zeros(3, np.float32)
        size = float(np.linalg.norm(usual))
        if size < 4:  # of some 255: nothing to see along this side
            seen.append(0.0)
            continue
        agrees = change @ (usual / size)
        seen.append(float(np.mean(np.nan_to_num(agrees, nan=0.0) > max(3.0, 0.25 * size))))
    return float(np.mean(seen))


def _refine(corners: Quad, lab: NDArray[np.float32], reach: int = 9) -> Quad:
    """Move each side to the strongest change near it, by a robust line fit."""
    lines = []
    for i in range(4):
        start, end = corners[i], corners[(i + 1) % 4]
        colours = np.nan_to_num(_profiles(start, end, lab, reach, 80))
        step = np.linalg.norm(colours[:, 2:] - colours[:, :-2], axis=2)
        offsets = step.argmax(axis=1) + 1.0 - reach
        along = end - start
        normal = np.array([-along[1], along[0]]) / (np.linalg.norm(along) + 1e-9)
        points = start + np.linspace(0.04, 0.96, 80)[:, None] * along + offsets[:, None] * normal
        vx, vy, x, y = cv2.fitLine(points.astype(np.float32), cv2.DIST_WELSCH, 0, 0.01, 0.01).ravel()
        lines.append((np.array([x, y], np.float64), np.array([vx, vy], np.float64)))
    crossings = [_crossing(lines[i - 1], lines[i]) for i in range(4)]
    refined = np.array([point if point is not None else corners[i] for i, point in enumerate(crossings)])
    moved = np.linalg.norm(refined - corners, axis=1)
    return refined if float(moved.max()) < 4 * reach else corners


def _crossing(one: tuple[Quad, Quad], other: tuple[Quad, Quad]) -> Quad | None:
    matrix = np.array([one[1], -other[1]]).T
    if abs(float(np.linalg.det(matrix))) < 1e-3:
        return None
    t = np.linalg.solve(matrix, other[0] - one[0])[0]
    crossing: Quad = one[0] + t * one[1]
    return crossing
