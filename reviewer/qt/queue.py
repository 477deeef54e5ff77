"""The left panel: who waits for this desk, and the cases this desk has had since it logged in."""

from datetime import UTC, datetime

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from reviewer.qt.labels import ElidedLabel, chip, label, set_chip
from reviewer.qt.sentences import CASE_CHIP, NOTICE_STATE, TICKET_STATE, case_word, duration_text
from reviewer.session import DeskSession
from reviewer.worklist import HandledRow, QueueRow, handled_rows, queue_rows

SHOWN_ROWS = 12
"""Lines shown of each list; the rest is a number."""


class QueuePanel(QFrame):
    """Two short lists; nothing in them can be clicked: the hall hands out the cases."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setProperty("card", "true")
        self.setFixedWidth(232)
        self._lines: list[_Line] = []
        self._handled: list[_Line] = []
        self.empty = label("暂无等待的办件", "muted")
        self.more = label(role="muted")
        self.handled_title = label("本次办理", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 12, 12)
        column.setSpacing(6)
        column.addWidget(label("等待队列", "heading"))
        column.addWidget(self.empty)
        self._lines = [self._add(column) for _ in range(SHOWN_ROWS)]
        column.addWidget(self.more)
        column.addSpacing(14)
        column.addWidget(self.handled_title)
        self._handled = [self._add(column) for _ in range(SHOWN_ROWS)]
        column.addStretch(1)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.refresh)
        self._tick.start()
        session.subscribe(self.refresh)
        self.refresh()

    def _add(self, column: QVBoxLayout) -> "_Line":
        line = _Line()
        column.addWidget(line)
        return line

    def refresh(self) -> None:
        """Show both lists as they are."""
        rows = queue_rows(self._session.waiting, datetime.now(UTC))
        self.empty.setVisible(not rows)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(rows))
            if place < len(rows):
                line.show_waiting(rows[place])
        rest = len(rows) - SHOWN_ROWS
        self.more.setVisible(rest > 0)
        self.more.setText(f"还有 {rest} 件")
        handled = handled_rows(self._session.handled.values())
        self.handled_title.setVisible(bool(handled))
        for place, line in enumerate(self._handled):
            line.setVisible(place < len(handled))
            if place < len(handled):
                line.show_handled(handled[place])


class _Line(QWidget):
    """Two lines of text and a chip."""

    def __init__(self) -> None:
        super().__init__()
        self.number = label(role="heading")
        self.right = chip()
        self.item = ElidedLabel()
        self.detail = ElidedLabel(role="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 6)
        column.setSpacing(1)
        top = QHBoxLayout()
        top.addWidget(self.number)
        top.addStretch(1)
        top.addWidget(self.right)
        column.addLayout(top)
        column.addWidget(self.item)
        column.addWidget(self.detail)

    def show_waiting(self, row: QueueRow) -> None:
        """A ticket in line."""
        self.number.setText(row.ticket_number)
        is_ringing = row.state == "offered"
        set_chip(
            self.right,
            TICKET_STATE[row.state] if is_ringing else duration_text(row.waited_s),
            "ring" if is_ringing else "idle",
        )
        self.item.setText(row.item_name)
        self.detail.setText(row.terminal_name)

    def show_handled(self, row: HandledRow) -> None:
        """A case this desk has had."""
        self.number.setText(row.ticket_number)
        set_chip(self.right, case_word(row.state, row.is_accepted), CASE_CHIP[row.state])
        self.item.setText(row.item_name)
        self.detail.setText(f"通知书{NOTICE_STATE[row.notice_state]}" if row.notice_state else "未作决定")
