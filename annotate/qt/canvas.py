"""The canvas: a page view on which this user draws. Turns gestures into operations.

It never changes the marks: it emits operations; the owner adds them to the Markup (`add_pending`, in the same
slot), sends them, and calls `markup_changed` after that and after each applied operation.
"""

from __future__ import annotations

import secrets
from typing import Final

from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QTabletEvent
from PyQt6.QtWidgets import QApplication, QWidget

from annotate.codec import on_grid
from annotate.errors import PageErrorCode
from annotate.geometry import hit, page_factor
from annotate.marks import (
    MOUSE_PRESSURE,
    RED_PEN,
    YELLOW_HIGHLIGHTER,
    Arrow,
    Cloud,
    InkPoint,
    Mark,
    MarkStyle,
    Rectangle,
    Text,
)
from annotate.markup import PlacedMark
from annotate.operations import AddMark, EraseMark, Operation, Redo, Undo
from annotate.qt.gestures import WET_POINTS, DragGesture, InkGesture
from annotate.qt.layers import WetPath, paint_path, path_of
from annotate.qt.page_view import PageView
from annotate.qt.textbox import TextBox
from annotate.shapes import load_font

TOOLS: Final = ("select", "pen", "highlighter", "arrow", "rectangle", "cloud", "text", "eraser")
_KEYS: Final = {Qt.Key.Key_1 + place: tool for place, tool in enumerate(TOOLS[1:])}

_FRAME_MS: Final = 16
_PEN_PT: Final = 2.4
_HIGHLIGHTER_PT: Final = 12.0
_TEXT_PT: Final = 14.0
_GRAB_PX: Final = 6
_LEAST_DRAG_PX: Final = 4
_DRAG_TOOLS: Final[dict[str, type[Arrow | Rectangle | Cloud]]] = {
    "arrow": Arrow,
    "rectangle": Rectangle,
    "cloud": Cloud,
}


class Canvas(PageView):
    """A page one can draw on, and write on, with mouse or pen; read-only after `set_writable(False)`."""

    operation_drawn = pyqtSignal(object)  # Operation of this user: add it as pending and send it
    wet_ink_drawn = pyqtSignal(object)  # WetInk of this user: send it if you can
    tool_changed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool = "select"
        self._is_writable = True
        self._gesture: InkGesture | DragGesture | None = None
        self._own_wet: WetPath | None = None
        self._is_erasing = False
        # A random start: after a restart our numbers must not meet strokes of the program before.
        self._stroke_no = secrets.randbits(28)
        self._text_box = TextBox(self)
        self._text_box.written.connect(self._text_written)
        self._frame = self._timer(_FRAME_MS)
        self._frame.timeout.connect(self._send_wet)
        app = QApplication.instance()
        if app is not None:  # every sample of pen and mouse counts; we paint once a frame ourselves
            app.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
            app.setAttribute(Qt.ApplicationAttribute.AA_CompressTabletEvents, False)
        self._show_cursor()

    @property
    def tool(self) -> str:
        """One of TOOLS."""
        return self._tool

    @property
    def is_writable(self) -> bool:
        """Whether gestures draw."""
        return self._is_writable

    @property
    def can_undo(self) -> bool:
        """Whether there is own work to take back."""
        return self._is_writable and self._markup.next_undo(self._author) is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is own work to bring back."""
        return self._is_writable and self._markup.next_redo(self._author) is not None

    def set_writable(self, is_writable: bool) -> None:
        """Read-only canvases pan and zoom, and never emit an operation."""
        self._is_writable = is_writable
        if not is_writable:
            self.set_tool("select")
        self.marks_changed.emit()

    def set_tool(self, tool: str) -> None:
        """Choose one of TOOLS."""
        if tool not in TOOLS:
            raise ValueError(f"unknown tool {tool}")
        self._abandon()
        self._tool = tool if self._is_writable else "select"
        self._selected = ""
        if self._tool == "text":
            self._loader.ask("font", load_font)
        self._show_cursor()
        self.tool_changed.emit(self._tool)
        self.update()

    def undo(self) -> None:
        """Take back one's own last operation."""
        operation_id = self._markup.next_undo(self._author)
        if operation_id is not None:
            self._emit(Undo(operation_id))

    def redo(self) -> None:
        """Bring back what one took back last."""
        operation_id = self._markup.next_redo(self._author)
        if operation_id is not None:
            self._emit(Redo(operation_id))

    def erase_selected(self) -> None:
        """Erase the selected mark if it is one's own."""
        for placed in self._markup.marks(self._page):
            if placed.mark_id == self._selected and placed.author == self._author:
                self._emit(EraseMark(placed.mark_id))

    def show_page(self, number: int) -> None:
        self._abandon()
        super().show_page(number)

    def show_error(self, code: PageErrorCode) -> None:
        self._abandon()
        super().show_error(code)

    # Gestures

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None:
            return
        is_drawing = event.button() == Qt.MouseButton.LeftButton and not self._is_space_down and self._can_gesture()
        if is_drawing and self._begin(event.position(), MOUSE_PRESSURE):
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and not self._continue(event.position(), MOUSE_PRESSURE):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._finish()
        super().mouseReleaseEvent(event)

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        """Pen: as the mouse, with pressure. Accepted, so that Qt makes no mouse event of it."""
        if event is None or not self._can_gesture() or self._is_space_down:
            return
        match event.type():
            case QEvent.Type.TabletPress if event.button() == Qt.MouseButton.LeftButton:
                is_ours = self._begin(event.position(), event.pressure())
            case QEvent.Type.TabletMove:
                is_ours = self._continue(event.position(), event.pressure())
            case QEvent.Type.TabletRelease:
                is_ours = self._finish()
            case _:
                is_ours = False
        event.setAccepted(is_ours)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case Qt.Key.Key_Escape:
                self.set_tool("select")
            case Qt.Key.Key_Z if is_control and not is_shift:
                self.undo()
            case Qt.Key.Key_Y | Qt.Key.Key_Z if is_control:
                self.redo()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.erase_selected()
            case key if key in _KEYS and not is_control and self._is_writable:
                self.set_tool(_KEYS[key])
            case _:
                super().keyPressEvent(event)

    def _can_gesture(self) -> bool:
        return self._source is not None and self._message is None

    def _pans_with_left(self) -> bool:
        return self._tool == "select" or self._is_space_down

    def _begin(self, at: QPointF, pressure: float) -> bool:
        """Pen or button down. True when it is the start of something, False when the page is to be moved."""
        x, y = self._view.to_page(at.x(), at.y())
        factor = page_factor(self._view.size_pt)
        if self._tool in ("pen", "highlighter"):
            is_highlighter = self._tool == "highlighter"
            colour, width = (YELLOW_HIGHLIGHTER, _HIGHLIGHTER_PT) if is_highlighter else (RED_PEN, _PEN_PT)
            style = MarkStyle(colour, round(width * factor * 64) / 64)
            self._stroke_no += 1
            self._gesture = InkGesture(
                self._page, self._stroke_no, style, is_highlighter=is_highlighter, grain_pt=1 / self._view.scale
            )
            self._own_wet = WetPath(style.colour, style.width_pt, is_highlighter)
            return self._continue(at, pressure)
        if self._tool in _DRAG_TOOLS:
            style = MarkStyle(RED_PEN, round(_PEN_PT * factor * 64) / 64)
            self._gesture = DragGesture(_DRAG_TOOLS[self._tool], style, x, y)
            return True
        if self._tool == "text":
            self._text_box.begin(at.toPoint(), _TEXT_PT * factor * self._view.scale)
            return True
        if self._tool == "eraser":
            self._is_erasing = True
            return self._continue(at, pressure)
        return self._select(x, y)

    def _continue(self, at: QPointF, pressure: float) -> bool:
        """The pointer moves. True when a gesture is under way."""
        x, y = self._view.to_page(at.x(), at.y())
        if isinstance(self._gesture, InkGesture) and self._own_wet is not None:
            point = self._gesture.add(x, y, pressure)
            if point is not None:
                self._update_page_rect(self._own_wet.add(point))
                if self._gesture.unsent >= WET_POINTS:
                    self._send_wet()
                elif not self._frame.isActive():
                    self._frame.start()
            return True
        if isinstance(self._gesture, DragGesture):
            self._gesture.move(x, y)
            self.update()
            return True
        if self._is_erasing:
            placed = self._mark_at(x, y, is_own=True)
            if placed is not None:
                self._emit(EraseMark(placed.mark_id))
            return True
        return False

    def _finish(self) -> bool:
        """Pen or button up: what was drawn becomes an operation."""
        gesture, self._gesture = self._gesture, None
        was_busy = gesture is not None or self._is_erasing
        self._is_erasing = False
        if isinstance(gesture, InkGesture):
            self._frame.stop()
            for wet in gesture.take_wet():
                self.wet_ink_drawn.emit(wet)
            self._add(gesture.mark(), gesture.stroke_no)
        elif isinstance(gesture, DragGesture):
            self._add(gesture.mark(_LEAST_DRAG_PX / self._view.scale))
        self._own_wet = None  # only now: the owner has added the mark, so nothing flickers
        self.update()
        return was_busy

    def _abandon(self) -> None:
        """Give up what is being drawn; words already typed are kept."""
        self._text_box.finish()
        self._gesture = self._own_wet = None
        self._is_erasing = False
        self._frame.stop()

    def _select(self, x: float, y: float) -> bool:
        placed = self._mark_at(x, y, is_own=False)
        self._selected = placed.mark_id if placed is not None else ""
        self.update()
        return placed is not None

    def _mark_at(self, x: float, y: float, *, is_own: bool) -> PlacedMark | None:
        """Topmost mark under a point of the page."""
        reach = _GRAB_PX / self._view.scale
        for placed in reversed(self._markup.marks(self._page)):
            if hit(placed.mark, x, y, reach) and (placed.author == self._author or not is_own):
                return placed
        return None

    def _send_wet(self) -> None:
        if isinstance(self._gesture, InkGesture):
            for wet in self._gesture.take_wet():
                self.wet_ink_drawn.emit(wet)

    def _text_written(self, text: str, left_px: float, top_px: float) -> None:
        x, y = self._view.to_page(left_px, top_px)
        factor = page_factor(self._view.size_pt)
        point = on_grid(InkPoint(x, y))
        self._add(Text(MarkStyle(RED_PEN, 1.0), point.x, point.y, round(_TEXT_PT * factor * 64) / 64, text))

    def _add(self, mark: Mark | None, stroke_no: int = 0) -> None:
        if mark is not None:
            self._emit(AddMark(secrets.token_hex(8), self._page, mark, stroke_no))

    def _emit(self, operation: Operation) -> None:
        if self._is_writable:
            self.operation_drawn.emit(operation)

    # Painting

    def _paint_live(self, painter: QPainter, seen: QRectF) -> None:
        if self._own_wet is not None:
            self._own_wet.draw(painter, seen)
        if isinstance(self._gesture, DragGesture) and (mark := self._gesture.mark()) is not None:
            paint_path(painter, path_of(mark), mark.style.colour, has_halo=True)
        super()._paint_live(painter, seen)

    def _show_cursor(self) -> None:
        if self._pan_from is not None or self._is_space_down or (self._tool == "select" and not self._is_writable):
            super()._show_cursor()
        elif self._tool == "text":
            self.setCursor(Qt.CursorShape.IBeamCursor)
        else:
            is_selecting = self._tool == "select"
            self.setCursor(Qt.CursorShape.ArrowCursor if is_selecting else Qt.CursorShape.CrossCursor)
