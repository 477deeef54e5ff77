"""A real camera and a real microphone, each read by its own thread that keeps only the newest.

A camera that is missing, vanishes or hangs is replaced by a still saying so, is tried again every
few seconds, and is reported through ``on_camera``. Without a microphone there is silence, and
``has_microphone`` is False. The camera may also be a video file or a numbered series of pictures
("shot_%03d.png"), which then plays at its real speed; the microphone may be a sound file.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from signaling.peer.tracks import FRAME_RATE, HEIGHT, I420, SAMPLE_RATE, SAMPLES, SILENCE, WIDTH, Listener, still

logger = logging.getLogger(__name__)

LOST_S = 2.0
RETRY_S = 2.0
CAMERA_LOST = "摄像头已断开"
CAMERA_STARTING = "摄像头启动中…"
_RING = SAMPLE_RATE // 5


class DeviceSources:
    """``camera``: index, device path or file; ``microphone``: ALSA device name or sound file, None for none.

    ``on_camera(is_there)`` is called from the capture thread whenever that changes.
    """

    def __init__(
        self,
        camera: int | str = 0,
        microphone: str | None = "default",
        on_camera: Callable[[bool], None] = lambda is_there: None,
    ) -> None:
        self._camera = _Camera(camera, on_camera)
        self._microphone = _Microphone(microphone) if microphone is not None else None
        self._users = 0
        self._lock = threading.Lock()

    @property
    def has_microphone(self) -> bool:
        """Whether sound is arriving now."""
        return self._microphone is not None and self._microphone.is_there

    def open(self) -> None:
        """Start capturing for one more leg."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._camera.start()
                if self._microphone is not None:
                    self._microphone.start()

    def picture(self) -> I420:
        """The newest picture, or a still that says why there is none."""
        return self._camera.picture()

    def listener(self) -> Listener:
        """The microphone from now on, or silence."""
        return self._microphone.listener() if self._microphone is not None else lambda: SILENCE

    def close(self) -> None:
        """One leg less; the last one closes the devices."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._camera.stop()
                if self._microphone is not None:
                    self._microphone.stop()


def has_camera(camera: int | str = 0) -> bool:
    """Whether this camera gives a picture now. Blocks for as long as its driver takes (up to seconds)."""
    capture = _open_camera(camera)
    try:
        return bool(capture.isOpened() and capture.read()[0])
    finally:
        capture.release()


def _open_camera(camera: int | str) -> cv2.VideoCapture:
    # A missing camera is our own log line, not OpenCV's on stderr every few seconds.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2.VideoCapture(camera)


class _Capture(ABC):
    """A thread that can be started and stopped again; ``_read`` runs in it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stopping,), name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """A driver that hangs keeps its (daemon) thread; it ends when the driver returns."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=1)
            if self._thread.is_alive():
                logger.warning("%s does not answer, left behind", self._name)
            self._thread = None

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            self._read(stopping)
            stopping.wait(RETRY_S)

    @abstractmethod
    def _read(self, stopping: threading.Event) -> None:
        """Read until told to stop or the device gives nothing more; it is opened again after a while."""


class _Camera(_Capture):
    def __init__(self, camera: int | str, on_camera: Callable[[bool], None]) -> None:
        super().__init__("camera")
        self._source = camera
        self._is_live = isinstance(camera, int) or camera.startswith("/dev/")
        self._on_camera = on_camera
        self._newest: tuple[I420, float] | None = None
        self._is_there: bool | None = None
        self._lost, self._starting = still(CAMERA_LOST), still(CAMERA_STARTING)

    def picture(self) -> I420:
        newest = self._newest
        if newest is None:
            return self._lost if self._is_there is False else self._starting
        picture, at = newest
        return picture if time.monotonic() - at < LOST_S else self._lost

    def _read(self, stopping: threading.Event) -> None:
        capture = _open_camera(self._source)
        try:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
            due = time.monotonic()
            while not stopping.is_set():
                is_read, pixels = capture.read()
                if not is_read:
                    break
                self._newest = (_fitted(np.asarray(pixels, dtype=np.uint8)), time.monotonic())
                self._report(True)
                if not self._is_live:
                    due += 1 / FRAME_RATE
                    stopping.wait(max(0, due - time.monotonic()))
        except cv2.error:
            logger.warning("the camera's driver failed", exc_info=True)
        finally:
            capture.release()
        if not stopping.is_set():
            self._newest = None
            self._report(False)

    def _report(self, is_there: bool) -> None:
        if is_there != self._is_there:
            self._is_there = is_there
            logger.info("camera there: %s", is_there)
            self._on_camera(is_there)


class _Microphone(_Capture):
    """Keeps the newest 200 ms; each listener has its own place in them."""

    def __init__(self, device: str) -> None:
        super().__init__("microphone")
        self._device = device
        self._format = None if "." in device else "alsa"
        self._ring: NDArray[np.int16] = np.zeros(_RING, dtype=np.int16)
        self._written = 0
        self._lock = threading.Lock()
        self.is_there = False

    def listener(self) -> Listener:
        place = self._written

        def listen() -> bytes:
            nonlocal place
            with self._lock:
                waiting = self._written - place
                if waiting < SAMPLES:
                    return SILENCE
                if waiting > _RING // 2:
                    place = self._written - 2 * SAMPLES  # fell behind: go on near the newest
                block = self._ring.take(range(place, place + SAMPLES), mode="wrap")
            place += SAMPLES
            return block.tobytes()

        return listen

    def _read(self, stopping: threading.Event) -> None:
        try:
            with av.open(self._device, format=self._format) as container:
                self.is_there = True
                resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
                due = time.monotonic()
                for frame in container.decode(audio=0):
                    for block in resampler.resample(frame):
                        self._write(block.to_ndarray().reshape(-1).astype(np.int16, copy=False))
                        due += block.samples / SAMPLE_RATE
                    if self._format is None:
                        stopping.wait(max(0, due - time.monotonic()))
                    if stopping.is_set():
                        break
        except (av.FFmpegError, OSError, IndexError, ValueError) as problem:
            logger.warning("no sound from the microphone: %s", type(problem).__name__)
        finally:
            self.is_there = False

    def _write(self, samples: NDArray[np.int16]) -> None:
        newest = samples[-_RING:]
        with self._lock:
            self._ring.put(range(self._written, self._written + len(newest)), newest, mode="wrap")
            self._written += len(newest)


def _fitted(pixels: NDArray[np.uint8]) -> I420:
    """A camera picture (BGR, any size) as I420 with even sides, at most 1280 wide."""
    height, width = pixels.shape[:2]
    scale = min(1.0, 1280 / width)
    even = (max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2))
    if even != (width, height):
        pixels = np.asarray(cv2.resize(pixels, even, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
