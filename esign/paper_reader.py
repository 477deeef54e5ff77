"""Reads a picture of a printed notice: finds its code, turns the page upright, recognises the lines of text.

What is read proves nothing: `printcode` judges the code and `paper_fields` compares the lines with what it says. The
models come with the rapidocr package and are loaded once; nothing is fetched. About five seconds of CPU a page: run it
in a child process that can be ended.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from math import atan2, degrees, hypot

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from rapidocr import RapidOCR

__all__ = [
    "CODE_MM",
    "LARGEST_PICTURE",
    "CodeFound",
    "Line",
    "Picture",
    "codes_in",
    "open_picture",
    "read_lines",
    "upright",
    "upright_by_lines",
]

Picture = NDArray[np.uint8]

LARGEST_PICTURE = 40_000_000
"""Bytes of a picture file, at most."""
CODE_MM = 34.5
"""Side of the printed code."""

_MOST_PIXELS = 64_000_000
_LEAST_SIDE = 300
_PAGE_MM = 320
_PIXELS_PER_MM = 200 / 25.4  # recognition gains nothing from more
_DETECTION = 0.6  # lines are found on a smaller picture; it costs by area
_LONG_SIDE = 1400  # of a picture in which lines are only looked for
_USUAL_HEIGHT = 41  # of a line as it is found at 200 dpi
_THREADS = 1  # a second one spends most of its time waiting


@dataclass(frozen=True)
class CodeFound:
    """A code in a picture: its text and its corners (upper left, upper right, lower right, lower left; pixels)."""

    text: str
    corners: NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One line of text; its box in pixels of the upright page, levelled: what stands in one row has one `middle`."""

    text: str
    left: float
    right: float
    middle: float
    height: float
    crop: Picture


def open_picture(data: bytes) -> Picture | None:
    """A JPEG or PNG as BGR, the right way up by its own word; None when it is no such picture or a monstrous one."""
    if len(data) > LARGEST_PICTURE:
        return None
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > _MOST_PIXELS or min(image.size) < _LEAST_SIDE:
                return None
            shown = ImageOps.exif_transpose(image)
            if shown.mode in {"RGBA", "LA", "P"}:
                over = shown.convert("RGBA")
                shown = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
            return np.ascontiguousarray(np.asarray(shown.convert("RGB"))[:, :, ::-1])
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def codes_in(picture: Picture) -> Iterator[CodeFound]:
    """Codes as they are found, each text once, from the quickest try to the most patient one."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8)
    formats = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.QRCode,))
    seen = set()
    for tried, scale in _tries(grey):
        for found in zxingcpp.read_barcodes(tried, formats=formats, try_invert=False):
            if found.text not in seen:
                seen.add(found.text)
                place = found.position
                corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
                yield CodeFound(found.text, np.array([(corner.x, corner.y) for corner in corners]) / scale)


def _tries(grey: Picture) -> Iterator[tuple[Picture, float]]:
    """The picture sharper, larger, smaller and with even light; with the scale of each."""
    yield grey, 1.0
    for scale in (1.6, 0.66, 2.4, 0.4):
        if grey.size * scale**2 <= _MOST_PIXELS:
            way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
            sized = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way)
            yield sized.astype(np.uint8), scale
            sharp = cv2.addWeighted(sized, 2.2, cv2.GaussianBlur(sized, (0, 0), 1.6 * max(scale, 1.0)), -1.2, 0)
            yield sharp.astype(np.uint8), scale
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(12, 12)).apply(grey)
    yield even.astype(np.uint8), 1.0
    yield cv2.medianBlur(grey, 3).astype(np.uint8), 1.0


def upright(picture: Picture, code: CodeFound) -> Picture:
    """The page turned so that its code stands upright, at about 200 dpi by the known size of the code."""
    across = (code.corners[1] - code.corners[0] + code.corners[2] - code.corners[3]) / 2
    down = (code.corners[3] - code.corners[0] + code.corners[2] - code.corners[1]) / 2
    side = (hypot(*across) + hypot(*down)) / 2
    angle = degrees(atan2(across[1], across[0]))
    return _turned(picture, code.corners.mean(axis=0), angle, CODE_MM * _PIXELS_PER_MM / max(side, 1.0))


def upright_by_lines(picture: Picture) -> Picture:
    """A page without a code turned so that its lines are level and read best, at about 200 dpi by their height."""
    shrink = _LONG_SIDE / max(picture.shape)
    quads = _lines_in(cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)) / shrink
    if not len(quads):
        return picture
    sides = np.stack([quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]], axis=1)
    lengths = np.hypot(sides[:, :, 0], sides[:, :, 1])
    is_tall = np.median(lengths[:, 1] / lengths[:, 0]) > 1
    along = sides[lengths.max(axis=1) > 5 * lengths.min(axis=1), int(is_tall)]
    angle = float(np.median(np.degrees(np.arctan2(along[:, 1], along[:, 0])))) if len(along) else 0.0
    middle = np.array([picture.shape[1] / 2, picture.shape[0] / 2])
    level = _turned(picture, middle, angle, _USUAL_HEIGHT / float(np.median(lengths.min(axis=1))))
    return max((level, cv2.rotate(level, cv2.ROTATE_180).astype(np.uint8)), key=_legibility)


def _legibility(page: Picture) -> float:
    """How sure recognition is of a few lines."""
    small = cv2.resize(page, None, fx=_DETECTION, fy=_DETECTION, interpolation=cv2.INTER_AREA)
    quads = _lines_in(small) / _DETECTION
    widest = sorted(quads, key=lambda quad: float(quad[0, 0] - quad[1, 0]))[:6]
    return sum(_recognise(_cut_out(page, quad))[1] for quad in widest)


def _turned(picture: Picture, middle: NDArray[np.float64], angle: float, scale: float) -> Picture:
    """Turned and scaled around a point of the page; what lies farther from it than a page is long is left out."""
    high, wide = picture.shape[:2]
    scale = min(scale, 2.5)
    turn = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), angle, scale)
    corners = np.array([[0, 0, 1], [wide, 0, 1], [wide, high, 1], [0, high, 1]]) @ turn.T
    reach = _PAGE_MM * _PIXELS_PER_MM
    least, most = np.maximum(corners.min(axis=0), middle - reach), np.minimum(corners.max(axis=0), middle + reach)
    turn[:, 2] -= least
    size = (int(most[0] - least[0]), int(most[1] - least[1]))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.warpAffine(picture, turn, size, flags=way, borderValue=(255, 255, 255)).astype(np.uint8)


def read_lines(page: Picture) -> list[Line]:
    """Every line of black text on an upright page, from the top down.

    The red channel is read: on it red ink is white, so the text under the stamp stays legible.
    """
    ink = cv2.cvtColor(np.ascontiguousarray(page[:, :, 2]), cv2.COLOR_GRAY2BGR).astype(np.uint8)
    quads = _lines_in(cv2.resize(ink, None, fx=_DETECTION, fy=_DETECTION, interpolation=cv2.INTER_AREA)) / _DETECTION
    if not len(quads):
        return []
    level = _levelling(quads)
    lines = []
    for quad in quads:
        crop = _cut_out(ink, quad)
        text, _ = _recognise(crop)
        if text:
            (x0, y0), (x1, y1) = quad[[0, 3]].mean(axis=0), quad[[1, 2]].mean(axis=0)
            lines.append(Line(text, x0, x1, level((x0 + x1) / 2, (y0 + y1) / 2), float(crop.shape[0]), crop))
    return sorted(lines, key=lambda line: line.middle)


def _lines_in(picture: cv2.typing.MatLike) -> NDArray[np.float64]:
    """The four corners of every line of text, from the upper left one on."""
    boxes = getattr(_engine()(picture, use_det=True, use_cls=False, use_rec=False), "boxes", None)
    return np.zeros((0, 4, 2)) if boxes is None else np.asarray(boxes, np.float64).reshape(-1, 4, 2)


def _recognise(crop: Picture) -> tuple[str, float]:
    """The text of one line, and how sure that is, 0 to 1."""
    read = _engine()(crop, use_det=False, use_cls=False, use_rec=True)
    texts, scores = getattr(read, "txts", None), getattr(read, "scores", None)
    return (str(texts[0]), float(scores[0])) if texts and scores else ("", 0.0)


def _levelling(quads: NDArray[np.float64]) -> Callable[[float, float], float]:
    """Where a point would lie if every row were level.

    The slope of the long lines is taken to change evenly over the page, as it does when seen a little from the side.
    """
    ends = quads[:, [1, 2]].mean(axis=1) - quads[:, [0, 3]].mean(axis=1)
    heights = np.hypot(*(quads[:, 3] - quads[:, 0]).T)
    long = ends[:, 0] > 5 * heights
    if long.sum() < 6:
        return lambda x, y: y
    middles = quads[long].mean(axis=1)
    about = np.column_stack([np.ones(long.sum()), middles])
    weight = np.sqrt(ends[long, 0])
    (a, b, c), *_ = np.linalg.lstsq(about * weight[:, None], ends[long, 1] / ends[long, 0] * weight, rcond=None)
    return lambda x, y: float(y - x * (a + b * x / 2 + c * y))


def _cut_out(page: Picture, quad: NDArray[np.float64]) -> Picture:
    """What the four corners enclose, as an upright rectangle."""
    wide = int(max(hypot(*(quad[1] - quad[0])), hypot(*(quad[2] - quad[3])), 4))
    high = int(max(hypot(*(quad[3] - quad[0])), hypot(*(quad[2] - quad[1])), 4))
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), corners)
    cut = cv2.warpPerspective(page, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cut.astype(np.uint8)


@cache
def _engine() -> RapidOCR:
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
