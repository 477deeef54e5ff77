"""Tabs of the side panel in the desk's own look: words with an underline instead of raised cardboard."""

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from signaling.qt.look import LINE, MUTED, PRIMARY, TEXT

_HEIGHT_PX = 42


class Tabs(QFrame):
    """A row of tabs over a stack of pages; arrow keys move between the tabs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(10, 0, 10, 0)
        self._row.setSpacing(4)
        self._row.addStretch(1)
        self._pages = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 6)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addWidget(self._pages, 1)
        self._group.idClicked.connect(self._pages.setCurrentIndex)

    def add(self, page: QWidget, title: str) -> None:
        """Put a page behind the others; the first added shows."""
        place = self._pages.count()
        tab = Tab(title)
        tab.setChecked(place == 0)
        self._group.addButton(tab, place)
        self._row.insertWidget(place, tab)
        self._pages.addWidget(page)
        before: QWidget = tab
        for inner in (page, *page.findChildren(QWidget)):  # the Tab key goes from the word into its page
            if inner.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(before, inner)
                before = inner

    def set_title(self, page: QWidget, title: str) -> None:
        """Rename the tab of a page."""
        tab = self._group.button(self._pages.indexOf(page))
        if tab is not None and tab.text() != title:
            tab.setText(title)
            tab.updateGeometry()

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        self._pages.setCurrentWidget(page)
        tab = self._group.button(self._pages.indexOf(page))
        if tab is not None:
            tab.setChecked(True)

    @property
    def shown_page(self) -> QWidget | None:
        """The page in front."""
        return self._pages.currentWidget()

    def focus_tab(self) -> None:
        """Put the keyboard on the current tab."""
        tab = self._group.checkedButton()
        if tab is not None:
            tab.setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QColor(LINE))
        painter.drawLine(1, _HEIGHT_PX, self.width() - 2, _HEIGHT_PX)


class Tab(QAbstractButton):
    """One word of the row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self._bold()).horizontalAdvance(self.text()) + 24, _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = self.isChecked()
        painter.setFont(self._bold() if is_current else self.font())
        painter.setPen(QColor(PRIMARY if is_current else TEXT if self.underMouse() else MUTED))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if is_current:
            painter.setPen(QPen(QColor(PRIMARY), 3, cap=Qt.PenCapStyle.RoundCap))
            painter.drawLine(10, _HEIGHT_PX - 2, self.width() - 10, _HEIGHT_PX - 2)
        if self.hasFocus():
            painter.setPen(QPen(QColor(PRIMARY), 1.5))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 6, -3, -7), 5, 5)

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font
