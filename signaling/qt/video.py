"""Paints the newest picture of a peer, or a line of text where there is none.

``show_picture`` may be called from any thread: it keeps the picture and wakes the window once;
pictures that come before the window has painted replace each other. The pixels are painted where
they lie, without a copy.
"""

import threading
from typing import cast

from PyQt6.QtCore import QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QTransform
from PyQt6.QtWidgets import QSizePolicy, QWidget

from signaling.peer.picture import Picture

GROUND = QColor("#1b222b")
TEXT = QColor("#aab4c0")
RADIUS_PX = 8.0
RESTING_MS = 400
"""Without a new picture for so long, the last one is painted once more with smooth scaling."""


class VideoView(QWidget):
    """A letterboxed picture with rounded corners. ``clear`` and the constructor take the text to show instead."""

    _arrived = pyqtSignal()

    def __init__(self, text: str = "等待接通…", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._newest: Picture | None = None
        self._is_announced = False
        self._picture: Picture | None = None
        self._text = text
        self._is_resting = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(RESTING_MS)
        self._rest.timeout.connect(self._come_to_rest)
        self._arrived.connect(self._take_newest, type=Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(96, 72)
        self.setAccessibleName("视频画面")
        self.setAccessibleDescription(text)
        self.painted = 0
        """Pictures painted so far."""

    def show_picture(self, picture: Picture) -> None:
        """Show this picture from now on. Any thread; never waits for the window."""
        with self._lock:
            self._newest = picture
            is_announced, self._is_announced = self._is_announced, True
        if not is_announced:
            self._arrived.emit()

    def clear(self, text: str) -> None:
        """Forget the picture and show this text. GUI thread."""
        with self._lock:
            self._newest = None
        self._rest.stop()
        self._picture, self._text = None, text
        self.setAccessibleDescription(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Four to three, as cameras give it."""
        return QSize(480, 360)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Ground, then picture or text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(GROUND)
        painter.drawRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        if self._picture is None:
            painter.setPen(TEXT)
            painter.drawText(whole, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), self._text)
            return
        self._paint(painter, whole, self._picture)
        self.painted += 1

    def _paint(self, painter: QPainter, whole: QRectF, picture: Picture) -> None:
        scale = min(whole.width() / picture.width, whole.height() / picture.height)
        width, height = picture.width * scale, picture.height * scale
        left, top = (whole.width() - width) / 2, (whole.height() - height) / 2
        # BGRA bytes are RGB32 words on a little-endian machine; the picture outlives the image on the stack.
        # PyQt takes any buffer here, its types say bytes.
        pixels = cast(bytes, picture.bgra)
        image = QImage(pixels, picture.width, picture.height, 4 * picture.width, QImage.Format.Format_RGB32)
        brush = QBrush(image)
        brush.setTransform(QTransform(scale, 0, 0, scale, left, top))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._is_resting)
        painter.setBrush(brush)
        # Half a pixel in: at the very edge the brush would repeat the opposite side.
        inner = QRectF(left, top, width, height).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(inner, RADIUS_PX, RADIUS_PX)

    def _take_newest(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
            self._is_announced = False
        if newest is None:
            return
        self._picture = newest
        self.setAccessibleDescription("")
        self._is_resting = False
        self._rest.start()
        self.update()

    def _come_to_rest(self) -> None:
        self._is_resting = True
        self.update()
