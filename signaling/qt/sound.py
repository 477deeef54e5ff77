"""Plays what the other side says. Without a sound card, or without Qt's multimedia library, it only counts.

Blocks are 16 bit mono 48 kHz, as CallLeg's ``on_sound`` gives them. At most BACKLOG_MS wait in front
of the card: after a stall old sound is dropped, since a conversation lives from its newest words.
"""

import logging
import threading

from PyQt6.QtCore import QIODevice, QObject, Qt, pyqtSignal

from signaling.peer.tracks import SAMPLE_RATE

try:
    from PyQt6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices
except ImportError as problem:  # its system libraries (libpulse) are not on every machine
    HAS_MULTIMEDIA = False
    logging.getLogger(__name__).warning("no sound: %s", problem)
else:
    HAS_MULTIMEDIA = True

logger = logging.getLogger(__name__)

BACKLOG_MS = 200
BACKLOG_BYTES = 2 * SAMPLE_RATE * BACKLOG_MS // 1000


class Speaker(QObject):
    """One per call. Created and stopped in the GUI thread; ``play`` may be called from any thread."""

    _arrived = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.blocks = 0
        """Blocks given to ``play`` so far."""
        self._lock = threading.Lock()
        self._waiting = bytearray()
        self._sink: QAudioSink | None = None
        self._device: QIODevice | None = None
        self._arrived.connect(self._feed, type=Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]
        self._open()

    @property
    def is_audible(self) -> bool:
        """Whether there is a card to play on."""
        return self._device is not None

    def play(self, block: bytes) -> None:
        """Play this after what was given before. Never waits."""
        with self._lock:
            self.blocks += 1
            if self._device is None:
                return
            self._waiting += block
            if len(self._waiting) > BACKLOG_BYTES:
                del self._waiting[: len(self._waiting) - BACKLOG_BYTES // 2]
        self._arrived.emit()

    def stop(self) -> None:
        """Be silent at once and let go of the card."""
        with self._lock:
            self._waiting.clear()
            self._device = None
        if self._sink is not None:
            self._sink.stop()
            self._sink = None

    def _open(self) -> None:
        if not HAS_MULTIMEDIA:
            return
        output = QMediaDevices.defaultAudioOutput()
        if output.isNull():
            logger.info("no sound card, what is heard is only counted")
            return
        form = QAudioFormat()
        form.setSampleRate(SAMPLE_RATE)
        form.setChannelCount(1)
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self._sink = QAudioSink(output, form, self)
        self._device = self._sink.start()

    def _feed(self) -> None:
        if self._sink is None or self._device is None:
            return
        with self._lock:
            room = self._sink.bytesFree() // 2 * 2
            ready = bytes(self._waiting[:room])
            del self._waiting[:room]
        self._device.write(ready)
