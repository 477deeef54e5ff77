"""The widget that shows a page with its marks and the strokes others are drawing; it can be moved and zoomed.

Owns what is on screen: view, cached layers, wet ink, sentences when there is nothing to see. Draws no mark of its
own: that is canvas.py. Pages come from a thread, ink is filled outside paintEvent, painting only copies.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import QWidget

from annotate.errors import PageError, PageErrorCode
from annotate.geometry import bounds
from annotate.markup import Markup, WetBoard
from annotate.operations import WetInk
from annotate.pages import PageSource, scaled_size
from annotate.qt.layers import InkLayer, Patch, Region, WetPath
from annotate.qt.loader import Loader
from annotate.qt.view import View

SENTENCES: Final[dict[PageErrorCode, tuple[str, str]]] = {
    "unreadable": ("这份材料打不开", "文件已损坏，或者内容与格式不符。请重新提交一份。"),
    "encrypted": ("这份材料设有密码", "请去掉密码后重新提交。"),
    "empty": ("这份材料是空的", "文件里没有任何页面。请重新提交一份。"),
    "too_large": ("这份材料太大", "超出了可以显示的范围。请降低分辨率后重新提交。"),
    "unsupported": ("不支持这种文件", "可以提交 PDF、JPG、PNG、TIFF 或 BMP。"),
    "timed_out": ("这一页太复杂", "没有在限定时间内画完。请翻到其他页，或重新提交一份。"),
    "crashed": ("这一页显示不了", "显示程序意外停止，已自动恢复。请翻到其他页，或重新打开。"),
}
_OPENING: Final = ("正在打开…", "")
_NOTHING: Final = ("请选择材料", "选中的材料会显示在这里")

_REST_MS: Final = 80
_COARSE_PX: Final = 1600
_AHEAD_PX: Final = 200  # rendered beyond the window, so that a short pan shows no coarse edge

_TEXT_COLOUR: Final = QColor("#1f2328")
_MUTED: Final = QColor("#57606a")
_GROUND: Final = QColor("#eef1f4")
_EDGE: Final = QColor("#d0d7de")
_PRIMARY: Final = QColor("#1456b8")


class PageView(QWidget):
    """One page at a time of one document. Give it a source (or a path) and a markup."""

    page_shown = pyqtSignal(int)
    picture_shown = pyqtSignal(int)  # the page on screen has its picture, at whatever resolution
    zoomed = pyqtSignal(float)  # widget px per pt
    marks_changed = pyqtSignal()  # also: what can be undone or redone may have changed
    document_opened = pyqtSignal(object)  # DocumentInfo, after open_document
    document_failed = pyqtSignal(str)  # PageError code: the document or the page on screen cannot be shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("材料页面")
        self.setMinimumSize(240, 180)
        self._view = View()
        self._source: PageSource | None = None
        self._is_source_ours = False
        self._message: tuple[str, str] | None = _NOTHING
        self._page = 0
        self._coarse: Patch | None = None
        self._exact: Patch | None = None
        self._ink = InkLayer()
        self._markup = Markup()
        self._author = ""
        self._selected = ""
        self._pan_from: QPointF | None = None
        self._is_space_down = False
        self._wet = WetBoard()
        self._wet_paths: dict[tuple[str, int], WetPath] = {}
        self._loader = Loader()
        self._loader.done.connect(self._loaded)
        self.destroyed.connect(self._loader.stop)
        self._tickets: dict[str, int] = {}
        self._rest = self._timer(_REST_MS)
        self._rest.timeout.connect(self._refresh)
        self._expiry = QTimer(self)
        self._expiry.setInterval(1000)
        self._expiry.timeout.connect(self._expire_wet)

    # What is shown

    def open_document(self, path: Path | str) -> None:
        """Open a file in the canvas's own thread and show it; the canvas closes it again."""
        self.show_opening()
        self._tickets["open"] = self._loader.ask("open", lambda: PageSource.open(path))

    def set_page_source(self, source: PageSource | None) -> None:
        """Show the first page of an open document of the owner's, or none. The owner closes it."""
        self._drop_document()
        self._source = source
        self._message = _NOTHING if source is None else None
        if source is not None:
            self._view.fit_page()
            self.show_page(0)
        self.update()

    def show_opening(self) -> None:
        """Say that a document is on its way."""
        self._drop_document()
        self._message = _OPENING
        self.update()

    def show_error(self, code: PageErrorCode) -> None:
        """Say in plain words why there is nothing to see."""
        self._message = SENTENCES[code]
        self.update()

    def close_document(self) -> None:
        """Show nothing any more and close what `open_document` opened."""
        self.set_page_source(None)

    def set_markup(self, markup: Markup, author: str = "") -> None:
        """The marks to show, and who draws here: undo and erase reach this author's work only."""
        self._markup = markup
        self._author = author
        self._wet = WetBoard()
        self._wet_paths.clear()
        self._ink.clear()
        self.markup_changed()

    def markup_changed(self) -> None:
        """Show the markup as it is now: call it after each applied, added or dropped operation."""
        now_s = time.monotonic()
        marks = self._markup.marks(self._page)
        for placed in marks:
            if placed.stroke_no and self._wet.end(placed.author, placed.stroke_no, now_s):
                self._wet_paths.pop((placed.author, placed.stroke_no), None)
        if self._selected not in {placed.mark_id for placed in marks}:
            self._selected = ""
        self.setAccessibleDescription(f"第 {self._page + 1} 页，{len(marks)} 处批注")
        self._fill_ink()
        self.marks_changed.emit()
        self.update()

    def show_wet(self, author: str, wet: WetInk) -> None:
        """Show what somebody else is drawing this moment."""
        fresh = self._wet.receive(author, wet, time.monotonic())
        if not fresh:
            return
        if not self._expiry.isActive():
            self._expiry.start()
        key = (author, wet.stroke_no)
        path = self._wet_paths.get(key)
        if path is None:
            path = self._wet_paths[key] = WetPath(wet.colour, wet.width_pt, wet.is_highlighter)
        for point in fresh:
            changed = path.add(point)
            if wet.page == self._page:
                self._update_page_rect(changed)

    # Pages and view

    @property
    def page(self) -> int:
        """Number of the page on screen, from 0."""
        return self._page

    @property
    def page_count(self) -> int:
        """Pages of the document, 0 when there is none."""
        return self._source.info.page_count if self._source is not None else 0

    @property
    def scale(self) -> float:
        """Widget px per pt."""
        return self._view.scale

    @property
    def is_settled(self) -> bool:
        """Whether what is on screen is the final picture: no page is being opened or rendered."""
        if self._message is not None:
            return self._message != _OPENING
        return self._exact is not None and self._exact.covers(*self._seen())

    def show_page(self, number: int) -> None:
        """Turn to a page; numbers beyond the document are cut to it."""
        if self._source is None:
            return
        self._page = min(max(0, number), self._source.info.page_count - 1)
        self._message = None
        self._coarse = self._exact = None
        self._loader.forget()
        self._ink.clear()
        self._view.show(self._source.info.sizes_pt[self._page])
        self._ask_coarse()
        self._refresh()
        self.markup_changed()
        self.page_shown.emit(self._page)
        self.zoomed.emit(self._view.scale)

    def fit_page(self) -> None:
        """Show the whole page."""
        self._view.fit_page()
        self._view_changed()

    def fit_width(self) -> None:
        """Show the page as wide as the window."""
        self._view.fit_width()
        self._view_changed()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the widget, its middle when none is given."""
        centre = at or QPointF(self.width() / 2, self.height() / 2)
        self._view.zoom_to(self._view.scale * factor, (centre.x(), centre.y()))
        self._view_changed()

    def actual_size(self) -> None:
        """100 %: as large as on paper."""
        self.zoom_by(self.logicalDpiX() / 72 / self._view.scale)

    def sizeHint(self) -> QSize:
        return QSize(900, 640)

    # Painting

    def paintEvent(self, event: QPaintEvent | None) -> None:
        dirty = QRectF(event.rect() if event is not None else self.rect())
        painter = QPainter(self)
        painter.fillRect(dirty, _GROUND)
        if self._message is not None or self._source is None:
            self._paint_message(painter, *(self._message or _NOTHING))
            return
        view = self._view
        page = QRect(view.left, view.top, *view.page_px())
        painter.setPen(_EDGE)
        painter.drawRect(page.adjusted(-1, -1, 0, 0))
        painter.fillRect(page, Qt.GlobalColor.white)
        at_rest = not self._rest.isActive()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, at_rest)
        is_exact = self._exact is not None and self._exact.covers(*self._seen())
        if self._coarse is not None and not is_exact:
            self._coarse.draw(painter, view.left, view.top, view.scale)
        painter.setClipRect(page)
        for layer in (self._exact, self._ink):
            if layer is not None:
                layer.draw(painter, view.left, view.top, view.scale)
        if self._coarse is None and self._exact is None:
            painter.setPen(_MUTED)
            painter.drawText(page, Qt.AlignmentFlag.AlignCenter, _OPENING[0])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(view.left, view.top)
        painter.scale(view.scale, view.scale)
        corner = view.to_page(dirty.left(), dirty.top())
        self._paint_live(painter, QRectF(*corner, dirty.width() / view.scale, dirty.height() / view.scale))

    def _paint_live(self, painter: QPainter, seen: QRectF) -> None:
        """Everything that moves, in page space: wet ink and the frame around the selected mark."""
        for stroke in self._wet.strokes(self._page):
            self._wet_paths[stroke.author, stroke.first.stroke_no].draw(painter, seen)
        for placed in self._markup.marks(self._page):
            if placed.mark_id == self._selected:
                left, top, right, bottom = bounds(placed.mark)
                pen = QPen(_PRIMARY, 1.5, Qt.PenStyle.DashLine)
                pen.setCosmetic(True)
                gap = 4 / self._view.scale
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(left - gap, top - gap, right - left + 2 * gap, bottom - top + 2 * gap))

    def _paint_message(self, painter: QPainter, title: str, hint: str) -> None:
        font = QFont(self.font())
        font.setPixelSize(20)
        painter.setFont(font)
        painter.setPen(_TEXT_COLOUR)
        middle = self.rect().center().y()
        painter.drawText(QRect(0, middle - 40, self.width(), 32), Qt.AlignmentFlag.AlignCenter, title)
        font.setPixelSize(14)
        painter.setFont(font)
        painter.setPen(_MUTED)
        below = QRect(16, middle, self.width() - 32, 48)
        top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(below, int(top | Qt.TextFlag.TextWordWrap), hint)

    # Moving

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        if event is None or self._source is None:
            return
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.25 ** (turn.y() / 120), event.position())
            return
        step = event.pixelDelta() if not event.pixelDelta().isNull() else turn * 0.6
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(step.y(), step.x())
        elif not self._pan(step.x(), step.y()) and abs(turn.y()) >= 120:
            self._turn_page(-1 if turn.y() > 0 else 1)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and (event.button() == Qt.MouseButton.MiddleButton or self._pans_with_left()):
            self._pan_from = event.position()
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and self._pan_from is not None:
            by = event.position() - self._pan_from
            self._pan_from = event.position()
            self._pan(by.x(), by.y())

    def mouseReleaseEvent(self, _event: QMouseEvent | None) -> None:
        self._pan_from = None
        self._show_cursor()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        step = 80
        match event.key():
            case Qt.Key.Key_0 if is_control:
                self.actual_size()
            case Qt.Key.Key_1 if is_control:
                self.fit_page()
            case Qt.Key.Key_2 if is_control:
                self.fit_width()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal if is_control:
                self.zoom_by(1.25)
            case Qt.Key.Key_Minus if is_control:
                self.zoom_by(0.8)
            case Qt.Key.Key_PageUp:
                self.show_page(self._page - 1)
            case Qt.Key.Key_PageDown:
                self.show_page(self._page + 1)
            case Qt.Key.Key_Left:
                self._pan(step, 0)
            case Qt.Key.Key_Right:
                self._pan(-step, 0)
            case Qt.Key.Key_Up:
                self._pan(0, step)
            case Qt.Key.Key_Down:
                self._pan(0, -step)
            case Qt.Key.Key_Space if not event.isAutoRepeat():
                self._is_space_down = True
                self._show_cursor()
            case _:
                super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_down = False
            self._show_cursor()

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        self._view.resize(self.width(), self.height())
        self._view_changed()

    def _timer(self, interval_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        return timer

    def _pans_with_left(self) -> bool:
        """Whether a drag with the left button moves the page: here always."""
        return True

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.ClosedHandCursor if self._pan_from is not None else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape if self._source is not None else Qt.CursorShape.ArrowCursor)

    def _pan(self, dx: float, dy: float) -> bool:
        has_moved = self._view.pan(dx, dy)
        self._rest.start()
        self.update()
        return has_moved

    def _turn_page(self, step: int) -> None:
        before = self._page
        self.show_page(before + step)
        if step < 0 and self._page != before:  # coming from below, one goes on reading at the end
            self._pan(0, -(10.0**6))

    def _view_changed(self) -> None:
        self._rest.start()
        self.update()
        self.zoomed.emit(self._view.scale)

    # Pictures of the page

    def _seen(self, ahead_px: int = 0) -> tuple[Region, float]:
        """What is in the window, in device px of the page at the device's scale."""
        ratio = self.devicePixelRatioF()
        scale = self._view.scale * ratio
        full = scaled_size(self._view.size_pt, scale)
        left, top, width, height = self._view.visible_px(ahead_px)
        start = (int(left * ratio), int(top * ratio))
        end = (min(full[0], round((left + width) * ratio)), min(full[1], round((top + height) * ratio)))
        return (*start, max(1, end[0] - start[0]), max(1, end[1] - start[1])), scale

    def _refresh(self) -> None:
        """The view is at rest: get its exact picture if the one we have does not reach."""
        self._rest.stop()
        if self._source is None or self._message is not None:
            return
        if self._exact is None or not self._exact.covers(*self._seen()):
            self._ask_page("exact", *self._seen(_AHEAD_PX))
        self._fill_ink()
        self.update()

    def _ask_coarse(self) -> None:
        size_pt = self._view.size_pt
        scale = _COARSE_PX / max(size_pt)
        self._ask_page("coarse", (0, 0, *scaled_size(size_pt, scale)), scale)

    def _ask_page(self, slot: str, region: Region, scale: float) -> None:
        source, page = self._source, self._page

        def render() -> Patch | None:
            if source is None:
                return None
            image = source.render(page, scale, region)
            rows = QImage(image.rgb, image.width, image.height, image.width * 3, QImage.Format.Format_RGB888)
            return Patch(rows.convertToFormat(QImage.Format.Format_RGB32), region, scale)

        self._tickets[slot] = self._loader.ask(slot, render)

    def _loaded(self, slot: str, ticket: int, result: object) -> None:
        if ticket != self._tickets.get(slot):  # for a page or document that has gone
            if isinstance(result, PageSource):
                result.close()
            return
        if isinstance(result, PageError):
            self._loader.forget()
            self._tickets.clear()
            self.show_error(result.code)
            self.document_failed.emit(result.code)
        elif isinstance(result, PageSource):
            self.set_page_source(result)
            self._is_source_ours = True
            self.document_opened.emit(result.info)
        elif isinstance(result, Patch):
            if slot == "coarse":
                self._coarse = result
            else:
                self._exact = result
            self.picture_shown.emit(self._page)
            self.update()

    def _fill_ink(self) -> None:
        if self._source is None:
            return
        region, scale = self._seen()
        if self._ink.ink is None or not self._ink.ink.covers(region, scale):
            region, scale = self._seen(_AHEAD_PX)
        self._ink.fill(self._markup.marks(self._page), region, scale)

    def _drop_document(self) -> None:
        self._loader.forget()
        self._tickets.clear()
        self._coarse = self._exact = None
        self._ink.clear()
        if self._source is not None and self._is_source_ours:
            self._source.close()
        self._source = None
        self._is_source_ours = False

    def _expire_wet(self) -> None:
        if self._wet.expire(time.monotonic()):
            self._wet_paths = {key: path for key, path in self._wet_paths.items() if self._wet.has(*key)}
            self.update()

    def _update_page_rect(self, rect: QRectF) -> None:
        left, top = self._view.to_window(rect.left(), rect.top())
        scale = self._view.scale
        area = QRectF(left, top, rect.width() * scale, rect.height() * scale).toAlignedRect()
        self.update(area.adjusted(-3, -3, 3, 3))
