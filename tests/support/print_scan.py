"""Print and scan, simulated: a page of a PDF as a scanner or a hand-held camera would see the paper.

Turned, seen a little from the side, blurred, unevenly lit, noisy and saved as a strong JPEG. What print does to paper
and glass beyond that (creases, a stamp of real ink, a finger) is not simulated.
"""

import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["paper_of", "scan_of"]


def paper_of(pdf: bytes, dpi: int, page: int = 1) -> NDArray[np.uint8]:
    """One page (from 1) as printed on white paper, BGR, drawn by poppler."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "notice.pdf", Path(folder) / "page"
        source.write_bytes(pdf)
        which = ["-f", str(page), "-l", str(page), "-singlefile"]
        subprocess.run(["pdftoppm", "-r", str(dpi), *which, str(source), str(target)], check=True, timeout=60)
        picture = cv2.imread(f"{target}.ppm")
    assert picture is not None
    return picture.astype(np.uint8)


def scan_of(
    paper: NDArray[np.uint8],
    chance: Generator,
    *,
    turn: float = 8.0,
    tilt: float = 0.0,
    blur: float = 1.0,
    noise: float = 8.0,
    quality: int = 60,
) -> bytes:
    """The paper as a JPEG, turned by up to `turn` degrees, each corner moved by up to `tilt` of its width."""
    high, wide = paper.shape[:2]
    angle = chance.uniform(-turn, turn)
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (round(high * sin + wide * cos), round(high * cos + wide * sin))
    matrix[:, 2] += (size[0] / 2 - wide / 2, size[1] / 2 - high / 2)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    moved = cv2.transform(corners[None], matrix)[0] + chance.uniform(-tilt, tilt, (4, 2)) * wide
    seen = cv2.warpPerspective(
        paper,
        cv2.getPerspectiveTransform(corners, moved.astype(np.float32)),
        size,
        flags=cv2.INTER_AREA,
        borderValue=(205, 210, 208),
    ).astype(np.float32)
    if blur:
        seen = cv2.GaussianBlur(seen, (0, 0), blur)
    slope = chance.uniform(-0.08, 0.08, 2)
    light = 0.94 + slope[0] * np.linspace(-1, 1, size[0])[None, :] + slope[1] * np.linspace(-1, 1, size[1])[:, None]
    seen *= light[:, :, None].astype(np.float32)
    seen += noise * chance.standard_normal(seen.shape, np.float32)
    good, coded = cv2.imencode(".jpg", np.clip(seen, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert good
    return coded.tobytes()
