"""The paper on the screen: annotate's canvas with its tools, page navigation, zoom, and export of the marks."""

from pathlib import Path
from typing import cast, get_args

from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from annotate.errors import PageErrorCode
from annotate.pages import PageSource
from annotate.qt.canvas import Canvas
from annotate.qt.tools import ToolBar
from reviewer.papers import Paper
from reviewer.qt.icons import icon
from reviewer.qt.labels import ElidedLabel, button, label
from reviewer.session import DeskSession
from signaling.qt.look import TEXT


class Viewer(QWidget):
    """Follows ``session.shown``; drawing goes to the session and comes back as its markup."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown_digest = ""
        self._shown_state = ""
        self._is_following = False
        self._seen_marks: tuple[int, tuple[str, ...]] = (0, ())
        self.canvas = Canvas()
        self.tools = ToolBar(self.canvas)
        self.title = ElidedLabel(role="heading")
        self.previous = button("", "quiet", "上一页（PgUp）", icon("left", TEXT))
        self.next = button("", "quiet", "下一页（PgDn）", icon("right", TEXT))
        self.previous.setAccessibleName("上一页")
        self.next.setAccessibleName("下一页")
        self.pages = label()
        self.zoom = button("", "quiet", "整页显示（Ctrl+1）")
        self.export = button("", "quiet", "导出带批注的 PDF", icon("export", TEXT))
        self.export.setAccessibleName("导出带批注的 PDF")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.title, 1)
        for widget in (self.previous, self.pages, self.next, self.zoom, self.export):
            top.addWidget(widget)
        column.addLayout(top)
        column.addWidget(self.tools)
        column.addWidget(self.canvas, 1)
        self.canvas.operation_drawn.connect(session.operate)
        self.canvas.wet_ink_drawn.connect(session.wet)
        self.canvas.page_shown.connect(self._page_turned)
        self.canvas.zoomed.connect(self._zoomed)
        self.previous.clicked.connect(lambda: self.canvas.show_page(self.canvas.page - 1))
        self.next.clicked.connect(lambda: self.canvas.show_page(self.canvas.page + 1))
        self.zoom.clicked.connect(self.canvas.fit_page)
        self.export.clicked.connect(self._choose_target)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's paper, page and marks."""
        session = self._session
        paper = session.shown_paper
        self._is_following = True
        if paper is None:
            self._show_nothing()
        else:
            self._show_paper(paper, session.shown[1] if session.shown else 0)
        self._is_following = False
        if self.canvas.is_writable != session.can_mark:
            self.canvas.set_writable(session.can_mark)
        self._show_navigation(paper)

    def _show_nothing(self) -> None:
        if self._shown_digest:
            self._shown_digest = self._shown_state = ""
            self.canvas.set_page_source(None)

    def _show_paper(self, paper: Paper, page: int) -> None:
        digest = paper.material.digest
        if (digest, paper.state) != (self._shown_digest, self._shown_state):
            is_other = digest != self._shown_digest
            self._shown_digest, self._shown_state = digest, paper.state
            if paper.opened and isinstance(paper.opened.pages, PageSource):
                self.canvas.set_page_source(paper.opened.pages)
            elif paper.state == "failed":
                known = paper.problem in get_args(PageErrorCode)
                self.canvas.show_error(cast("PageErrorCode", paper.problem if known else "unreadable"))
            else:
                self.canvas.show_opening()
            if is_other:
                self.canvas.set_markup(self._session.papers.markup(digest), self._session.name)
                self._seen_marks = self._marks_now()
        if self.canvas.page_count and self.canvas.page != page:
            self.canvas.show_page(page)
        if self._marks_now() != self._seen_marks:
            self._seen_marks = self._marks_now()
            self.canvas.markup_changed()

    def _marks_now(self) -> tuple[int, tuple[str, ...]]:
        markup = self._session.shown_markup()
        return markup.last_seq, tuple(operation.operation_id for operation in markup.pending)

    def _show_navigation(self, paper: Paper | None) -> None:
        count = self.canvas.page_count
        self.title.setText(f"{paper.slot_name} · {paper.material.name}" if paper else "")
        self.pages.setText(f"{self.canvas.page + 1} / {count} 页" if count else "")
        self.previous.setEnabled(count > 0 and self.canvas.page > 0)
        self.next.setEnabled(self.canvas.page + 1 < count)
        for widget in (self.previous, self.pages, self.next, self.zoom, self.export):
            widget.setVisible(count > 0)

    def _page_turned(self, page: int) -> None:
        if not self._is_following and self._shown_digest:
            self._session.show_material(self._shown_digest, page)

    def _zoomed(self, scale: float) -> None:
        self.zoom.setText(f"{100 * scale * 72 / self.canvas.logicalDpiX():.0f}%")

    def _choose_target(self) -> None:
        paper = self._session.papers.get(self._shown_digest)
        if paper is None:
            return
        dialog = QFileDialog(self, "导出带批注的 PDF", f"{Path(paper.material.name).stem}-批注.pdf", "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(f"{Path(paper.material.name).stem}-批注.pdf")
        digest = paper.material.digest
        dialog.fileSelected.connect(lambda target: self._session.export_marked(digest, target))
        dialog.open()
