"""Marks painted onto page images: thumbnails and flattened copies.

Pillow only, no window. Ink is painted at four times the scale and reduced, which is its antialiasing;
red gets a white halo of 1 px so that it is seen on grey scans.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from annotate.geometry import Polygon, signed_area
from annotate.marks import Highlighter, Mark
from annotate.pages import RenderedImage
from annotate.shapes import polygons

_FINER: Final = 4


def paint(
    page: RenderedImage, marks: Iterable[Mark], scale_px_per_pt: float, origin_px: tuple[int, int] = (0, 0)
) -> RenderedImage:
    """The image of a page, or of its region from `origin_px` on, with the marks; scale as for `PageSource.render`."""
    image = Image.frombytes("RGB", (page.width, page.height), page.rgb)
    for mark in marks:
        shape = [polygon * scale_px_per_pt - origin_px for polygon in polygons(mark)]
        if shape:
            _paint_one(image, shape, mark)
    return RenderedImage(page.width, page.height, image.tobytes())


def _paint_one(image: Image.Image, shape: list[Polygon], mark: Mark) -> None:
    corners = np.vstack(shape)
    left, top = (max(0, math.floor(value) - 2) for value in corners.min(axis=0))
    right, bottom = corners.max(axis=0)
    box = (left, top, min(image.width, math.ceil(right) + 2), min(image.height, math.ceil(bottom) + 2))
    if box[2] <= box[0] or box[3] <= box[1]:
        return
    ink = _coverage(shape, box)
    part = image.crop(box)
    if isinstance(mark, Highlighter):
        # A multiplied page: the words below stay as dark as they were.
        tinted = ImageChops.multiply(part, Image.new("RGB", part.size, mark.style.colour))
        part.paste(tinted, mask=ink)
    else:
        part.paste((255, 255, 255), mask=ink.filter(ImageFilter.MaxFilter(3)))
        part.paste(mark.style.colour, mask=ink)
    image.paste(part, box)


def _coverage(shape: list[Polygon], box: tuple[int, int, int, int]) -> Image.Image:
    """Mask 0..255 of the box: what the polygons cover of each pixel."""
    left, top, right, bottom = box
    fine = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER))
    draw = ImageDraw.Draw(fine)
    for polygon in shape:
        at = (polygon - (left, top)) * _FINER - 0.5
        draw.polygon([(x, y) for x, y in at.tolist()], fill=255 if signed_area(polygon) > 0 else 0)
    return fine.reduce(_FINER)
