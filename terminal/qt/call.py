"""The call: the shared page with the reviewer's red marks, or the correction list, beside the video."""

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from annotate.operations import WetInk
from annotate.qt.page_view import PageView
from terminal.qt.corrections import CorrectionPanel
from terminal.qt.elements import Instead, Stack, button, label
from terminal.qt.video import VideoColumn
from terminal.session import TerminalSession

_COLUMN_PX = 330


class CallPanel(QWidget):
    """Left what is talked about, right who is talking. The reviewer leads the pages."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._open_path = ""
        self._open_digest = ""
        self.shown = label("", "heading", is_wrapped=True)
        self.page = PageView()
        self.page.document_opened.connect(lambda _: self._turn())
        self.corrections = CorrectionPanel(session)
        self.video = VideoColumn(session)
        self.to_page, self.to_corrections = button("共同看图"), button("补正材料")
        self.to_page.clicked.connect(lambda: self._switch(is_correcting=False))
        self.to_corrections.clicked.connect(lambda: self._switch(is_correcting=True))
        self._is_correcting = False
        self._had_corrections = False
        viewer = QWidget()
        inside = QVBoxLayout(viewer)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.shown)
        self.place = Instead(
            self.page, "还没有打开材料", "审核人员打开的页面会显示在这里，他画的红色笔迹您能同时看到。"
        )
        inside.addWidget(self.place, 1)
        self._viewer = viewer
        self._stack = Stack()
        self._stack.addWidget(viewer)
        self._stack.addWidget(self.corrections)
        switches = QHBoxLayout()
        switches.setSpacing(12)
        switches.addWidget(self.to_page)
        switches.addWidget(self.to_corrections)
        switches.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addLayout(switches)
        left.addWidget(self._stack, 1)
        self.video.setFixedWidth(_COLUMN_PX)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(20)
        layout.addLayout(left, 1)
        layout.addWidget(self.video)
        session.subscribe(self._refresh)
        session.viewing.subscribe_wet(self._wet)
        self._refresh()

    def _refresh(self) -> None:
        session = self._session
        has_corrections = bool(session.corrections)
        if has_corrections != self._had_corrections:
            self._had_corrections = self._is_correcting = has_corrections
        self.to_page.setVisible(has_corrections)
        self.to_corrections.setVisible(has_corrections)
        self._mark_switch()
        self._stack.setCurrentWidget(self.corrections if self._is_correcting else self._viewer)
        self._show_page()

    def _switch(self, *, is_correcting: bool) -> None:
        self._is_correcting = is_correcting
        self._refresh()

    def _mark_switch(self) -> None:
        for made, is_on in ((self.to_page, not self._is_correcting), (self.to_corrections, self._is_correcting)):
            role = "primary" if is_on else ""
            if made.property("role") != role:
                made.setProperty("role", role)
                made.style().polish(made)  # type: ignore[union-attr]

    def _show_page(self) -> None:
        session = self._session
        self.place.show_widget(session.viewing.page is not None)
        if session.viewing.page is None:
            if self._open_digest:
                self._open_path = self._open_digest = ""
                self.page.close_document()
            self.shown.setText("审核人员正在查看您的材料")
            return
        digest, number = session.viewing.page
        material = session.material(digest)
        names = {slot.code: slot.name for slot in session.case.item.slots} if session.case is not None else {}
        name = names.get(material.slot, material.name) if material is not None else "材料"
        self.shown.setText(f"审核人员正在看：{name}　第 {number + 1} 页")
        path = session.tray.files.get(digest, "")
        if digest != self._open_digest or path != self._open_path:
            self._open_digest, self._open_path = digest, path
            if path:
                self.page.open_document(path)
                self.page.set_markup(session.viewing.markup(digest))
            else:
                self.page.show_opening()
        elif self.page.page_count:
            self._turn()
            self.page.markup_changed()

    def _turn(self) -> None:
        page = self._session.viewing.page
        if page is not None and page[1] != self.page.page:
            self.page.show_page(page[1])

    def _wet(self, digest: str, author: str, piece: WetInk) -> None:
        if digest == self._open_digest:
            self.page.show_wet(author, piece)
