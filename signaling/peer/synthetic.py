"""A caller who does not exist: a moving picture and a soft tone where there is no camera.

Used by tests, by the demo and on machines without devices. The figure sways, a clock runs, and
the label says who it stands for and that it is synthetic.
"""

import math
import time
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from signaling.peer.tracks import HEIGHT, I420, SAMPLE_RATE, SAMPLES, WIDTH, Listener, font, i420
from signaling.protocol.values import OFFICIAL_TIME

TONE_HZ = 440
TONE_LEVEL = 0.05
STRIP = 56
FIGURE_W, FIGURE_H = 360, 372
SWAY = 36
_GLYPHS = "0123456789:. "
_GLYPH_W, _GLYPH_H = 12, 24


class SyntheticSources:
    """``label`` is drawn into the picture; ``hue`` 0..1 tells two callers apart by the background."""

    def __init__(self, label: str, hue: float = 0.58) -> None:
        self._background = i420(_background(label, hue))
        self._figure, self._alpha = _figure()
        self._alpha_c = self._alpha[::2, ::2]
        self._glyphs = _glyphs()
        self._chroma = HEIGHT * WIDTH // 4

    def open(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to stop."""

    def picture(self) -> I420:
        """The figure where it is now, and the time in tenths of a second."""
        now = time.time()
        out = self._background.copy()
        left = (WIDTH - FIGURE_W) // 2 + 2 * round(SWAY / 2 * math.sin(now * 1.1))
        top = HEIGHT - STRIP - FIGURE_H + 2 * round(2 * math.sin(now * 2.3)) + 6
        rows = HEIGHT - STRIP - top
        _blend(out[top : top + rows, left : left + FIGURE_W], 216, self._figure[:rows], self._alpha[:rows])
        for plane, value in enumerate((132, 124)):
            begin = HEIGHT * WIDTH + plane * self._chroma
            chroma = out.reshape(-1)[begin : begin + self._chroma].reshape(HEIGHT // 2, WIDTH // 2)
            area = chroma[top // 2 : (top + rows) // 2, left // 2 : (left + FIGURE_W) // 2]
            _blend(area, value, None, self._alpha_c[: rows // 2])
        self._write(out, f"{datetime.fromtimestamp(now, OFFICIAL_TIME):%H:%M:%S}" + f".{int(now * 10) % 10}")
        return out

    def listener(self) -> Listener:
        """A tone that goes on without a click from block to block."""
        position = 0

        def listen() -> bytes:
            nonlocal position
            phase = 2 * math.pi * TONE_HZ / SAMPLE_RATE * (position + np.arange(SAMPLES))
            position = (position + SAMPLES) % SAMPLE_RATE
            return bytes((np.sin(phase) * TONE_LEVEL * 32767).astype(np.int16))

        return listen

    def _write(self, out: I420, text: str) -> None:
        left = WIDTH - 20 - _GLYPH_W * len(text)
        top = HEIGHT - STRIP // 2 - _GLYPH_H // 2
        for place, glyph in enumerate(text):
            x = left + place * _GLYPH_W
            out[top : top + _GLYPH_H, x : x + _GLYPH_W] = self._glyphs[glyph]


def _blend(area: I420, value: int, shade: NDArray[np.int16] | None, alpha: NDArray[np.uint8]) -> None:
    """Lay a flat colour (plus ``shade``) over a part of a plane, in place."""
    over = value - area.astype(np.int16)
    if shade is not None:
        over += shade
    over *= alpha
    over >>= 6
    area += over.astype(np.uint8)


def _background(label: str, hue: float) -> Image.Image:
    top, bottom = _rgb(hue, 0.42, 0.46), _rgb(hue, 0.26, 0.80)
    column = np.linspace(0, 1, HEIGHT)[:, None, None]
    pixels = (np.array(top) * (1 - column) + np.array(bottom) * column).repeat(WIDTH, axis=1)
    image = Image.fromarray(pixels.astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - STRIP, WIDTH, HEIGHT), fill="#1d2530")
    size = next((size for size in range(22, 12, -1) if font(size).getlength(label) < WIDTH - 190), 12)
    draw.text((20, HEIGHT - STRIP // 2), label, font=font(size), fill="#ffffff", anchor="lm")
    draw.text((WIDTH - 20, 26), "模拟画面", font=font(18), fill="#ffffff", anchor="rm")
    return image


def _rgb(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    def channel(shift: float) -> float:
        k = (shift + hue * 6) % 6
        return 255 * value * (1 - saturation * max(0.0, min(k, 4 - k, 1.0)))

    return channel(5), channel(3), channel(1)


def _figure() -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Head and shoulders: (luma shading, coverage 0..64)."""
    scale = 2
    mask = Image.new("L", (FIGURE_W * scale, FIGURE_H * scale), 0)
    draw = ImageDraw.Draw(mask)
    centre = FIGURE_W * scale / 2
    draw.ellipse((centre - 150, 24, centre + 150, 372), fill=255)
    draw.rounded_rectangle((20, 430, FIGURE_W * scale - 20, FIGURE_H * scale + 320), radius=280, fill=255)
    coverage = mask.filter(ImageFilter.GaussianBlur(1.2)).resize((FIGURE_W, FIGURE_H), Image.Resampling.LANCZOS)
    rows = np.linspace(14, -26, FIGURE_H)[:, None].repeat(FIGURE_W, axis=1)
    return rows.astype(np.int16), (np.asarray(coverage, dtype=np.uint16) * 64 // 255).astype(np.uint8)


def _glyphs() -> dict[str, NDArray[np.uint8]]:
    """Luma cells of the clock's characters on the strip's ground."""
    cells = {}
    for glyph in _GLYPHS:
        cell = Image.new("RGB", (_GLYPH_W, _GLYPH_H), "#1d2530")
        ImageDraw.Draw(cell).text((_GLYPH_W // 2, _GLYPH_H // 2), glyph, font=font(18), fill="#cfd8e3", anchor="mm")
        cells[glyph] = i420(cell)[:_GLYPH_H].copy()
    return cells
