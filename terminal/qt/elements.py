"""The few widgets every panel is made of: plain-text labels, booth buttons, cards, chips, a page scroller.

Colours and sizes come from ``signaling/qt/look.py`` through roles. Labels never read their text as HTML: names
and sentences come from outside.
"""

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from signaling.qt.look import LINE, MUTED, restyle

TOUCH_PX = 60
GAP = 16


def label(text: str = "", role: str = "", *, is_wrapped: bool = False, is_centred: bool = False) -> QLabel:
    """A label of plain text."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(is_wrapped)
    if is_centred:
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def chip(text: str = "", state: str = "idle") -> QLabel:
    """A small coloured word; the colour never says anything the word does not."""
    made = label(text)
    made.setProperty("state", state)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def set_chip(made: QLabel, text: str, state: str) -> None:
    """Change a chip's word and colour."""
    made.setText(text)
    if made.property("state") != state:
        made.setProperty("state", state)
        restyle(made)


class Press(QPushButton):
    """A button that Enter presses like the space bar (Qt does so in dialogs only).

    Disabled or hidden while it has the focus, it gives the focus up: Qt would hand it to the next button, and the
    next key would press what nobody chose.
    """

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter clicks."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def setEnabled(self, is_enabled: bool) -> None:
        """Enable or disable."""
        if not is_enabled:
            self.clearFocus()
        super().setEnabled(is_enabled)

    def setVisible(self, is_visible: bool) -> None:
        """Show or hide."""
        if not is_visible:
            self.clearFocus()
        super().setVisible(is_visible)


def button(text: str, role: str = "") -> QPushButton:
    """A button for fingers."""
    made = Press(text)
    if role:
        made.setProperty("role", role)
    made.setMinimumHeight(TOUCH_PX)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def tall(made: QPushButton, height_px: int) -> QPushButton:
    """Make a button that matters taller; the common style sheet has the last word on plain minimum heights."""
    made.setStyleSheet(f"QPushButton {{ min-height: {height_px}px; }}")
    return made


def card() -> QFrame:
    """A white panel with a hairline border."""
    made = QFrame()
    made.setProperty("card", "true")
    return made


def scroller(inside: QWidget) -> QScrollArea:
    """Scrolls up and down only; a finger can drag the content."""
    made = QScrollArea()
    made.setWidget(inside)
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.viewport().setAutoFillBackground(False)  # type: ignore[union-attr]
    inside.setAutoFillBackground(False)
    return made


def clear_layout(layout: QVBoxLayout) -> None:
    """Take every widget out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def centred(widget: QWidget) -> QHBoxLayout:
    """A row with the widget in its middle. Unlike an alignment it leaves wrapped lines the height they need."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget)
    row.addStretch(1)
    return row


class Thumbnail(QWidget):
    """A picture of a page in its own proportions, as large as there is room; the file is read once."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._path = ""
        self._text = text
        self._picture = QPixmap()

    def show_file(self, path: str) -> None:
        """Show the picture in this file; an empty path shows the text instead."""
        if path != self._path:
            self._path = path
            self._picture = QPixmap(path) if path else QPixmap()
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """The picture in the middle with a hairline around it."""
        painter = QPainter(self)
        if self._picture.isNull():
            painter.setPen(QColor(MUTED))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(24, 0, -24, 0), flags, self._text)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self.size() - QSize(4, 4)
        place = QRect(QPoint(0, 0), self._picture.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(self.rect().center())
        painter.drawPixmap(place, self._picture)
        painter.setPen(QColor(LINE))
        painter.drawRect(place.adjusted(-1, -1, 0, 0))


class Stack(QStackedWidget):
    """Widgets behind each other; only the one on top says how much room is needed (Qt asks all of them)."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def hasHeightForWidth(self) -> bool:
        """The widgets lay out their own lines."""
        return False

    def sizeHint(self) -> QSize:
        """That of the widget on top."""
        current = self.currentWidget()
        return current.sizeHint() if current is not None else QSize()

    def minimumSizeHint(self) -> QSize:
        """That of the widget on top."""
        current = self.currentWidget()
        return current.minimumSizeHint() if current is not None else QSize()


class Instead(Stack):
    """A widget, or a few words in its place while it has nothing to show."""

    def __init__(self, widget: QWidget, title: str, more: str) -> None:
        super().__init__()
        self._widget = widget
        self.words = card()
        inside = QVBoxLayout(self.words)
        self._title = label(title, "heading", is_wrapped=True, is_centred=True)
        self._more = label(more, "muted", is_wrapped=True, is_centred=True)
        inside.addStretch(1)
        inside.addWidget(self._title)
        inside.addWidget(self._more)
        inside.addStretch(1)
        self.addWidget(self.words)
        self.addWidget(widget)

    def say(self, title: str, more: str) -> None:
        """Other words in its place."""
        self._title.setText(title)
        self._more.setText(more)

    def show_widget(self, is_shown: bool) -> None:
        """The widget, or the words."""
        self.setCurrentWidget(self._widget if is_shown else self.words)
