"""The list of marks: who drew what on which page; a click goes there, a button makes a correction of it.

The canvas is silent to screen readers, so the marks must also be a list.
"""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from reviewer.papers import MarkRow
from reviewer.qt.labels import ElidedLabel, button, label, let_through
from reviewer.qt.sentences import MARK_KIND
from reviewer.session import DeskSession


class MarksPanel(QScrollArea):
    """One line per visible mark of the papers that count."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[MarkRow, ...] = ()
        self.lines: list[MarkLine] = []
        self.empty = label("还没有批注。\n接听后可用红笔、云线等工具在材料上标出问题。", "muted", wraps=True)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(4)
        self._column.addWidget(self.empty)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        let_through(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the marks, and which of them are corrections already."""
        rows = self._session.papers.mark_rows()
        if rows != self._shown:
            self._shown = rows
            for line in self.lines:
                self._column.removeWidget(line)
                line.deleteLater()
            self.lines = [MarkLine(self._session, row) for row in rows]
            for place, line in enumerate(self.lines):
                self._column.insertWidget(place, line)
        self.empty.setVisible(not rows)
        drafted = {draft.mark_id for draft in self._session.drafts}
        can_draft = self._session.can_correct
        for line in self.lines:
            line.show_state(line.row.mark_id in drafted, can_draft)


class MarkLine(QWidget):
    """One mark."""

    def __init__(self, session: DeskSession, row: MarkRow) -> None:
        super().__init__()
        self.row = row
        kind = MARK_KIND.get(row.kind, row.kind)
        text = f"「{row.text.splitlines()[0]}」" if row.text.strip() else ""
        self.number = label(f"{row.number}", "heading")
        self.what = ElidedLabel(f"{kind}{text} · 第 {row.page + 1} 页")
        self.where = ElidedLabel(f"{row.slot_name} · {row.author}", "muted")
        self.go = button("查看", "quiet", "翻到这处批注")
        self.draft = button("补正", "quiet", "把这处批注列为补正事项")
        self.go.clicked.connect(lambda: session.show_material(row.digest, row.page))
        self.draft.clicked.connect(lambda: session.add_correction(row.slot, row.page, row.mark_id))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.what)
        words.addWidget(self.where)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(6)
        line.addWidget(self.number, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        line.addWidget(self.go)
        line.addWidget(self.draft)

    def show_state(self, is_drafted: bool, can_draft: bool) -> None:
        """Say whether the mark is in the draft."""
        self.draft.setText("已列入" if is_drafted else "补正")
        self.draft.setEnabled(can_draft and not is_drafted)
