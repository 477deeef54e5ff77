"""How far a notice has come: sealed, delivered, printed, each with its time; drawn."""

from datetime import datetime

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from reviewer.progress import NoticeStep
from reviewer.qt.icons import paint
from reviewer.qt.sentences import clock_text
from signaling.qt.look import GOOD, LINE, MUTED, PAPER, PRIMARY, TEXT

_STEP: dict[NoticeStep, str] = {"sealed": "盖章", "delivered": "送达", "printed": "打印"}
_UNDER_WAY: dict[NoticeStep, str] = {"sealed": "盖章中", "delivered": "送达中", "printed": "待打印"}
"""Nobody reports that a print has begun: until it is done, it is waited for."""
_STEP_PX = 104


class NoticeSteps(QWidget):
    """盖章 → 送达 → 打印, each with the time it was reached; drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[tuple[NoticeStep, datetime | None], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_steps(self, steps: tuple[tuple[NoticeStep, datetime | None], ...]) -> None:
        """Show these steps; the first without a time is under way."""
        if steps != self._steps:
            self._steps = steps
            self.setAccessibleName("，".join(self.words()))
            self.updateGeometry()
            self.update()

    def words(self) -> list[str]:
        """The steps as text."""
        return [f"{_STEP[step]} {clock_text(time)}" if time else _UNDER_WAY[step] for step, time in self._reached()]

    def _reached(self) -> list[tuple[NoticeStep, datetime | None]]:
        """Steps up to the one under way."""
        shown = []
        for step, time in self._steps:
            shown.append((step, time))
            if time is None:
                break
        return shown

    def sizeHint(self) -> QSize:
        return QSize(_STEP_PX * len(self._steps), 44)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under_way = len(self._reached()) - 1
        for place, (step, time) in enumerate(self._steps):
            left = place * _STEP_PX
            is_active = time is None and place == under_way
            colour = QColor(GOOD if time else PRIMARY if is_active else LINE)
            if place:
                painter.setPen(QPen(QColor(GOOD if time else LINE), 2))
                painter.drawLine(left - 22, 22, left - 6, 22)
            painter.setPen(QPen(colour, 2))
            painter.setBrush(colour if time else QColor(PAPER))
            painter.drawEllipse(QRectF(left + 2, 12, 20, 20))
            if time:
                paint(painter, "tick", PAPER, QRectF(left + 4, 14, 16, 16))
            elif is_active and step != "printed":  # hollow: waited for, not under way
                painter.setBrush(colour)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawEllipse(QRectF(left + 8, 18, 8, 8))
            painter.setPen(QColor(TEXT if time or is_active else MUTED))
            words = _UNDER_WAY[step] if is_active else f"已{_STEP[step]}" if time else _STEP[step]
            below = clock_text(time) if time else ""
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(left + 28, 2 if below else 0, 76, 20 if below else 44), flags, words)
            if below:
                small = painter.font()
                normal = painter.font()
                small.setPixelSize(12)
                painter.setFont(small)
                painter.setPen(QColor(MUTED))
                painter.drawText(QRectF(left + 28, 22, 76, 18), flags, below)
                painter.setFont(normal)
