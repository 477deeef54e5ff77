"""The small field in which words are typed on the page. Knows a place in the widget and nothing of marks."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QFont, QKeyEvent
from PyQt6.QtWidgets import QLineEdit, QWidget

from annotate.codec import MAX_TEXT

_PADDING_PX = 4


class TextBox(QLineEdit):
    """Appears at a place; Enter or a click elsewhere keeps the words, Esc drops them."""

    written = pyqtSignal(str, float, float)  # words, left and top of their first letter in widget px

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaxLength(MAX_TEXT)
        self.setAccessibleName("批注文字")
        self.setPlaceholderText("输入文字")
        self.setStyleSheet(
            "QLineEdit { color: #e02020; background: rgba(255, 255, 255, 230); border: 1px dashed #e02020;"
            f" border-radius: 3px; padding: 0 {_PADDING_PX - 1}px; }}"
        )
        self.textChanged.connect(self._grow)
        self.hide()

    def begin(self, at: QPoint, size_px: float) -> None:
        """Show the empty field with its words starting at `at`; words typed before are kept first."""
        self.finish()
        font = QFont("Noto Sans CJK SC")
        font.setPixelSize(max(8, round(size_px)))
        self.setFont(font)
        self._grow()
        self.move(at.x() - _PADDING_PX, at.y())
        self.show()
        self.setFocus()

    def finish(self) -> None:
        """Keep the words."""
        if self.isHidden():
            return
        words = self.text().strip()
        place = self.pos()
        self.discard()
        if words:
            self.written.emit(words, float(place.x() + _PADDING_PX), float(place.y()))

    def discard(self) -> None:
        """Drop the words; the keyboard goes back to the page."""
        self.clear()
        page = self.parentWidget()
        if self.hasFocus() and page is not None:
            page.setFocus()  # before hiding, which would hand it to whatever comes next in the tab order
        self.hide()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.discard()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        super().focusOutEvent(event)
        if event is not None and event.reason() != Qt.FocusReason.PopupFocusReason:  # not for the context menu
            self.finish()

    def _grow(self) -> None:
        metrics = self.fontMetrics()
        words = self.text() or self.placeholderText()
        self.resize(metrics.horizontalAdvance(words + "字") + 4 * _PADDING_PX, round(self.font().pixelSize() * 1.35))
