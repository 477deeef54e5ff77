"""What one side sends: a source of pictures and sound, and the two tracks that aiortc reads.

A source holds only the newest picture; a track waits for its next tick and takes it, so nothing
ever queues. Two legs may read one source at the same time (the old and the new generation).
Muting replaces picture and sound before they are encoded: nothing of the room leaves the machine.
"""

import asyncio
import time
from collections.abc import Callable
from fractions import Fraction
from importlib.resources import as_file, files
from typing import Protocol

import numpy as np
from aiortc.mediastreams import VIDEO_CLOCK_RATE, VIDEO_TIME_BASE, MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

I420 = NDArray[np.uint8]
"""One picture in planar YUV 4:2:0: shape (height * 3 / 2, width), even sides."""
Listener = Callable[[], bytes]
"""Each call gives the next 20 ms: 960 samples, 16 bit, mono, 48 kHz, native order; silence where there is none."""

WIDTH, HEIGHT, FRAME_RATE = 640, 480, 25
STILL_RATE = 5
SAMPLE_RATE = 48_000
SAMPLES = SAMPLE_RATE // 50
SILENCE = bytes(2 * SAMPLES)
CAMERA_OFF = "摄像头已关闭"


class Sources(Protocol):
    """Camera and microphone of one side, real or synthetic."""

    def open(self) -> None:
        """Start capturing; called once per leg, before it reads."""

    def picture(self) -> I420:
        """The newest picture, at once (< 2 ms); never blocks."""

    def listener(self) -> Listener:
        """A reader of the sound from now on; each track has its own."""

    def close(self) -> None:
        """Undo one ``open``; the last one stops capturing. May take a second: not on an event loop."""


class PictureTrack(MediaStreamTrack):
    """Video at FRAME_RATE; a still at STILL_RATE while muted."""

    kind = "video"

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self.is_muted = False
        self._sources = sources
        self._off: I420 | None = None
        self._start = time.monotonic()
        self._due = self._start

    async def recv(self) -> VideoFrame:
        """The newest picture at the next tick. Ticks that were missed are skipped."""
        if self.readyState != "live":
            raise MediaStreamError
        now = time.monotonic()
        self._due = max(self._due + 1 / (STILL_RATE if self.is_muted else FRAME_RATE), now)
        await asyncio.sleep(self._due - now)
        frame = VideoFrame.from_ndarray(self._picture(), format="yuv420p")
        frame.pts = int((time.monotonic() - self._start) * VIDEO_CLOCK_RATE)
        frame.time_base = VIDEO_TIME_BASE
        return frame

    def _picture(self) -> I420:
        if not self.is_muted:
            return self._sources.picture()
        if self._off is None:
            self._off = still(CAMERA_OFF)
        return self._off


class SoundTrack(MediaStreamTrack):
    """Sound in blocks of 20 ms."""

    kind = "audio"

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self.is_muted = False
        self._listen = sources.listener()
        self._start = time.monotonic()
        self._sent = 0

    async def recv(self) -> AudioFrame:
        """The next block, in real time. After a stall of the machine the lost time is skipped."""
        if self.readyState != "live":
            raise MediaStreamError
        wait = self._start + self._sent / SAMPLE_RATE - time.monotonic()
        if wait < -0.2:
            self._sent += round(-wait * SAMPLE_RATE / SAMPLES) * SAMPLES
        await asyncio.sleep(max(wait, 0))
        block = self._listen()
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(SILENCE if self.is_muted else block)
        frame.pts = self._sent
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        self._sent += SAMPLES
        return frame


def still(text: str) -> I420:
    """A dark picture with one line of text, for when there is nothing to see."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#1b222b")
    draw = ImageDraw.Draw(image)
    draw.text((WIDTH // 2, HEIGHT // 2), text, font=font(30), fill="#aab4c0", anchor="mm")
    return i420(image)


def i420(image: Image.Image) -> I420:
    """A picture with even sides as planar YUV."""
    frame = VideoFrame.from_ndarray(np.asarray(image.convert("RGB")), format="rgb24")
    return frame.reformat(format="yuv420p").to_ndarray().astype(np.uint8, copy=False)


def font(size: int) -> ImageFont.FreeTypeFont:
    """The packaged Chinese sans serif."""
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as path:
        return ImageFont.truetype(str(path), size)
