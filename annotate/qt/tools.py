"""The row of drawing tools beside a canvas. Shows the canvas's tool and what can be undone, reports clicks to it.

The icons are drawn here as strokes on a 24 x 24 grid, so they are sharp at every resolution and need no files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PyQt6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from annotate.qt.canvas import TOOLS, Canvas

BUTTON_PX: Final = 40
_ICON_PX: Final = 22
_INK: Final = "#1f2328"
_PEN: Final = "#e02020"
_PRIMARY: Final = "#1456b8"
_FAINT: Final = "#b4bcc5"

# name: words, key
_WORDS: Final = {
    "select": ("选择", "Esc"),
    "pen": ("红笔", "1"),
    "highlighter": ("荧光笔", "2"),
    "arrow": ("箭头", "3"),
    "rectangle": ("矩形", "4"),
    "cloud": ("云线", "5"),
    "text": ("文字", "6"),
    "eraser": ("橡皮", "7"),
    "undo": ("撤销", "Ctrl+Z"),
    "redo": ("重做", "Ctrl+Y"),
}

_STYLE: Final = """
ToolBar { background: #ffffff; border: 1px solid #d0d7de; border-radius: 8px; }
QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; }
QToolButton:hover { background: #f0f3f6; }
QToolButton:pressed { background: #e4e9ee; }
QToolButton:checked { background: #e3edfb; border-color: #1456b8; }
QToolButton:focus { border-color: #1456b8; }
QFrame#divider { background: #d0d7de; border: none; }
"""


class ToolBar(QWidget):
    """Tools, undo and redo for one canvas, in a row or a column; disabled while the canvas is read-only."""

    def __init__(
        self,
        canvas: Canvas,
        parent: QWidget | None = None,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(_STYLE)
        self.setAccessibleName("批注工具")
        is_row = orientation == Qt.Orientation.Horizontal
        self._layout = QHBoxLayout(self) if is_row else QVBoxLayout(self)
        self._layout.setContentsMargins(4, 4, 4, 4)
        self._layout.setSpacing(2)
        self._tools = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for tool in TOOLS:
            button = self._button(tool)
            button.setCheckable(True)
            self._tools.addButton(button)
            button.clicked.connect(lambda _checked, chosen=tool: self._choose(chosen))
            if tool in ("select", "text"):
                self._divide(is_row)
        self._button("undo").clicked.connect(canvas.undo)
        self._button("redo").clicked.connect(canvas.redo)
        fixed = QSizePolicy.Policy.Fixed
        self.setSizePolicy(fixed, fixed)
        canvas.tool_changed.connect(self._show_tool)
        canvas.marks_changed.connect(self._show_undo)
        self._show_tool(canvas.tool)
        self._show_undo()

    def button(self, name: str) -> QToolButton:
        """The button of a tool of `TOOLS`, of "undo" or of "redo"."""
        return self._buttons[name]

    def _button(self, name: str) -> QToolButton:
        words, key = _WORDS[name]
        button = QToolButton(self)
        button.setIcon(tool_icon(name))
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setToolTip(f"{words}（{key}）")
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the canvas
        self._buttons[name] = button
        self._layout.addWidget(button)
        return button

    def _divide(self, is_row: bool) -> None:
        line = QFrame(self)
        line.setObjectName("divider")
        line.setFixedSize(*((1, 24) if is_row else (24, 1)))
        self._layout.addSpacing(4)
        self._layout.addWidget(line, 0, Qt.AlignmentFlag.AlignCenter)
        self._layout.addSpacing(4)

    def _choose(self, tool: str) -> None:
        self._canvas.set_tool(tool)
        self._canvas.setFocus()

    def _show_tool(self, tool: str) -> None:
        self._buttons[tool].setChecked(True)

    def _show_undo(self) -> None:
        self.setEnabled(self._canvas.is_writable)
        self._buttons["undo"].setEnabled(self._canvas.can_undo)
        self._buttons["redo"].setEnabled(self._canvas.can_redo)


def tool_icon(name: str) -> QIcon:
    """The icon of a tool: dark lines with red where the tool leaves ink, pale when disabled."""
    icon = QIcon()
    for mode, ink, accent in ((QIcon.Mode.Normal, _INK, _PEN), (QIcon.Mode.Disabled, _FAINT, _FAINT)):
        for size in (_ICON_PX, 2 * _ICON_PX):
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(size / 24, size / 24)
            _DRAWINGS[name](painter, QColor(ink), QColor(accent))
            painter.end()
            icon.addPixmap(pixmap, mode)
    return icon


def _pen(colour: QColor, width: float = 1.7) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _lines(painter: QPainter, colour: QColor, *lines: tuple[tuple[float, float], ...], width: float = 1.7) -> None:
    painter.setPen(_pen(colour, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line]))


def _select(painter: QPainter, ink: QColor, _accent: QColor) -> None:
    _lines(
        painter, ink, ((6, 3.5), (6, 18), (9.8, 14.6), (12.6, 20.5), (15, 19.4), (12.3, 13.7), (17.4, 13.3), (6, 3.5))
    )


def _draw_pen(painter: QPainter, ink: QColor, accent: QColor) -> None:
    _lines(
        painter,
        ink,
        ((4.5, 15.5), (15.5, 4.5), (19.5, 8.5), (8.5, 19.5), (3.8, 20.2), (4.5, 15.5)),
        ((13, 7), (17, 11)),
    )
    _lines(painter, accent, ((13, 20.2), (20.5, 20.2)), width=2.2)


def _highlighter(painter: QPainter, ink: QColor, accent: QColor) -> None:
    painter.fillRect(QRectF(3, 18.6, 18, 3.6), QColor("#ffd83d") if accent != ink else ink)
    _lines(painter, ink, ((8.5, 12), (15.5, 3.5), (20, 7.2), (13, 15.7), (8.5, 12)))
    _lines(painter, ink, ((8.5, 12), (7.4, 15.6), (9.6, 17.4), (13, 15.7)))


def _arrow(painter: QPainter, _ink: QColor, accent: QColor) -> None:
    _lines(painter, accent, ((4.5, 19.5), (19, 5)), ((10.5, 5), (19, 5), (19, 13.5)), width=2.0)


def _rectangle(painter: QPainter, _ink: QColor, accent: QColor) -> None:
    painter.setPen(_pen(accent, 2.0))
    painter.drawRoundedRect(QRectF(3.5, 6, 17, 12.5), 1, 1)


def _cloud(painter: QPainter, _ink: QColor, accent: QColor) -> None:
    path = QPainterPath(QPointF(6, 8))
    for corner in ((12, 7), (18, 8), (18.5, 12.5), (18, 17), (12, 17.5), (6, 17), (5.5, 12.5), (6, 8)):
        start, end = path.currentPosition(), QPointF(*corner)
        middle, along = (start + end) / 2, end - start
        path.quadTo(middle + QPointF(along.y(), -along.x()) * 0.9, end)
    painter.setPen(_pen(accent, 1.9))
    painter.drawPath(path)


def _text(painter: QPainter, _ink: QColor, accent: QColor) -> None:
    _lines(
        painter,
        accent,
        ((5, 7.5), (5, 5), (19, 5), (19, 7.5)),
        ((12, 5), (12, 19.5)),
        ((9, 19.5), (15, 19.5)),
        width=2.0,
    )


def _eraser(painter: QPainter, ink: QColor, _accent: QColor) -> None:
    _lines(
        painter,
        ink,
        ((9.2, 19.5), (4.2, 14.5), (14.2, 4.5), (20.2, 10.5), (11.2, 19.5), (9.2, 19.5)),
        ((8.9, 9.8), (14.9, 15.8)),
        ((9.2, 19.9), (20.2, 19.9)),
    )


def _undo(painter: QPainter, ink: QColor, _accent: QColor) -> None:
    path = QPainterPath(QPointF(4.5, 9))
    path.lineTo(14, 9)
    path.arcTo(QRectF(8.5, 9, 11, 10), 90, -180)
    path.lineTo(9, 19)
    painter.setPen(_pen(ink, 1.8))
    painter.drawPath(path)
    _lines(painter, ink, ((8.5, 5), (4.5, 9), (8.5, 13)), width=1.8)


def _redo(painter: QPainter, ink: QColor, accent: QColor) -> None:
    painter.translate(24, 0)
    painter.scale(-1, 1)
    _undo(painter, ink, accent)


_DRAWINGS: Final[dict[str, Callable[[QPainter, QColor, QColor], None]]] = {
    "select": _select,
    "pen": _draw_pen,
    "highlighter": _highlighter,
    "arrow": _arrow,
    "rectangle": _rectangle,
    "cloud": _cloud,
    "text": _text,
    "eraser": _eraser,
    "undo": _undo,
    "redo": _redo,
}
