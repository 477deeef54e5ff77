"""Which of two texts does this picture of a line show? Each is drawn in the notices' own font and laid over it.

Recognition misreads what it has never seen: a rare name character, a row of zeros. The notice was printed from known
fonts, so the picture itself can decide. Only the difference of two likenesses says something; alone one says little.
"""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from esign.fonts import font_folders, missing_characters

__all__ = ["likeness"]

_SIZE = 48  # pixels of an em
_FAINT = 30  # levels of grey: less is a stain
_SLACK = 4  # pixels by which drawing and picture may be apart
_FONT_FILES = (("NotoSerifSC-Regular.otf", 0), ("NotoSansCJK-Regular.ttc", 2))


def likeness(crop: NDArray[np.uint8], text: str, about: slice | None = None) -> float:
    """Correlation (-1 to 1) of a picture of one line, dark on light, with `text` as it would be printed.

    With `about` only those characters and one on each side count: in a long line a small change would drown.
    """
    drawn = _drawn(text)
    seen = _ink_of(crop)
    if drawn is None or seen is None:
        return -1.0
    ink, starts = drawn
    high, wide = ink.shape
    seen = cv2.resize(seen, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32)
    slack = _SLACK if about is None else 3 * _SLACK
    around = cv2.copyMakeBorder(seen, _SLACK, _SLACK, slack, slack, cv2.BORDER_CONSTANT, value=0.0)
    if about is not None:
        left = starts[max(about.start - 1, 0)]
        right = starts[min(about.stop + 1, len(text))]
        ink, around = ink[:, left:right], around[:, left : right + 2 * slack]
    if not ink.any():
        return -1.0
    return float(cv2.matchTemplate(around, ink, cv2.TM_CCOEFF_NORMED).max())


@lru_cache(maxsize=256)
def _drawn(text: str) -> tuple[NDArray[np.float32], list[int]] | None:
    """The text in one line, ink 1 on 0, cut to its ink, and where each character begins, then the end.

    None when nothing is to be seen of it.
    """
    if not text.strip() or missing_characters(text):
        return None
    pieces = [(character, _font(character)) for character in text]
    wide = sum(font.getlength(character) for character, font in pieces)
    canvas = Image.new("L", (int(wide) + 2 * _SIZE, 2 * _SIZE), 0)
    draw = ImageDraw.Draw(canvas)
    x = float(_SIZE)
    starts = []
    for character, font in pieces:
        starts.append(x)
        draw.text((x, 1.4 * _SIZE), character, fill=255, font=font, anchor="ls")
        x += font.getlength(character)
    box = canvas.getbbox()
    if box is None:
        return None
    ink = cv2.GaussianBlur(np.asarray(canvas.crop(box), np.float32) / 255, (0, 0), 1.5)
    return np.asarray(ink, np.float32), [min(max(round(at - box[0]), 0), ink.shape[1]) for at in (*starts, x)]


def _ink_of(crop: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Ink 1 on paper 0, cut to the line's ink; rules of the table along its rim are left out."""
    depth = np.percentile(crop, 80) - crop[:, :, 0].astype(np.float32)
    high, wide = depth.shape
    _, pieces, boxes, _ = cv2.connectedComponentsWithStats((depth > _FAINT).astype(np.uint8))
    for number, (_, top, across, down, _) in enumerate(boxes.tolist()[1:], 1):
        is_low = down < 0.25 * high and (top < 0.2 * high or top + down > 0.8 * high)
        if (is_low and across > 0.5 * wide) or (down > 0.95 * high and across < 0.2 * high):
            depth[pieces == number] = 0
    dark = np.percentile(depth, 98)
    if dark < _FAINT:
        return None
    ink = np.clip(depth / dark, 0, 1)
    ink[ink < 0.2] = 0
    rows, columns = ink.max(axis=1) > 0.5, ink.max(axis=0) > 0.5
    if not rows.any() or not columns.any():
        return None
    top, bottom = np.flatnonzero(rows)[[0, -1]]
    left, right = np.flatnonzero(columns)[[0, -1]]
    return np.asarray(ink[top : bottom + 1, left : right + 1], np.float32)


@lru_cache(maxsize=2)
def _face(index: int) -> ImageFont.FreeTypeFont:
    name, number = _FONT_FILES[index]
    return ImageFont.truetype(Path(font_folders()[index]) / name, _SIZE, index=number)


@lru_cache(maxsize=4096)
def _font(character: str) -> ImageFont.FreeTypeFont:
    """The face that has the character, the first one before the fallback: as typst chooses."""
    serif = _face(0)
    return serif if serif.getmask(character).getbbox() != serif.getmask("\U0010fffe").getbbox() else _face(1)
