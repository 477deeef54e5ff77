"""Small text widgets of the desk: plain-text labels, labels that shorten themselves, chips, buttons.

Text from outside (names, file names) is never taken for rich text.
"""

from PyQt6.QtCore import QRect, QSize, Qt
from PyQt6.QtGui import QIcon, QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QWidget

from signaling.qt.look import restyle


def label(text: str = "", role: str = "", wraps: bool = False) -> QLabel:
    """A plain-text label with a role of the common look."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if role:
        made.setProperty("role", role)
    return made


def chip(text: str = "", state: str = "idle") -> QLabel:
    """A coloured word."""
    made = label(text)
    made.setProperty("state", state)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return made


def set_chip(which: QLabel, text: str, state: str) -> None:
    """Change word and colour of a chip."""
    which.setText(text)
    if which.property("state") != state:
        which.setProperty("state", state)
        restyle(which)


def button(text: str, role: str = "", tip: str = "", icon: QIcon | None = None) -> QPushButton:
    """A push button; the tip is also its accessible description."""
    made = QPushButton(text)
    if role:
        made.setProperty("role", role)
    if tip:
        made.setToolTip(tip)
        made.setAccessibleDescription(tip)
    if icon is not None:
        made.setIcon(icon)
        made.setIconSize(QSize(22, 22))
    made.setAutoDefault(False)
    return made


def card() -> QFrame:
    """A white panel with a hairline border."""
    made = QFrame()
    made.setProperty("card", "true")
    return made


def let_through(area: QScrollArea) -> None:
    """Show what lies below a scroll area instead of the window's grey."""
    for inner in (area.viewport(), area.widget()):
        if inner is not None:
            inner.setAutoFillBackground(False)


class ElidedLabel(QWidget):
    """One line of plain text, shortened with … when there is no room; the whole text is the tooltip."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._label = label(role=role)  # only lends its font and colour
        self._label.setParent(self)
        self._label.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def text(self) -> str:
        """The whole text."""
        return self._text

    def setText(self, text: str) -> None:
        """Show this text."""
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        self._label.ensurePolished()
        metrics = self._label.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        self._label.ensurePolished()
        painter = QPainter(self)
        painter.setFont(self._label.font())
        painter.setPen(self._label.palette().color(self._label.foregroundRole()))
        shown = self._label.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(0, 0, self.width(), self.height()), flags, shown)
