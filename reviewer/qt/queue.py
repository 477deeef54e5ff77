"""The left panel: who waits for this desk, which cases wait for an act, and what this desk has had."""

from datetime import UTC, datetime

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from reviewer.qt.casewords import (
    CASE_STATE,
    NOTICE_STATE,
    PRESSURE,
    TICKET_STATE,
    WORK_KIND,
    case_chip,
    case_word,
    day_text,
    place_words,
)
from reviewer.qt.labels import ElidedLabel, button, chip, label, let_through, set_chip
from reviewer.qt.sentences import duration_text
from reviewer.qt.tabs import Tabs
from reviewer.session import DeskSession
from reviewer.worklist import HandledRow, QueueRow, WorkRow, handled_rows, queue_rows, work_rows

SHOWN_ROWS = 12
"""Lines shown of each list; the rest is a number."""
_CALLABLE = ("callback", "review")
"""Work that can be done by calling the applicant."""

_NO_WORK = "没有待办。\n留件、回叫和待审批的办件会列在这里，打开后无需通话即可办理。"


class QueuePanel(QFrame):
    """排队: nothing in it can be clicked, the hall hands out the cases. 待办: cases that can be opened."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: set[str] = set()
        """Cases of the work list that were there when it was last shown."""
        self.setFixedWidth(256)
        self.empty = label("暂无等待的办件", "muted")
        self.more = label(role="muted")
        self.handled_title = label("本次办理", "heading")
        self.idle = label(_NO_WORK, "muted", wraps=True)
        self.more_work = label(role="muted")
        self.lines = [_Line() for _ in range(SHOWN_ROWS)]
        self.handled = [_Line() for _ in range(SHOWN_ROWS)]
        self.tasks = [_Task(session) for _ in range(SHOWN_ROWS)]
        self.waiting_page = _page(self.empty, *self.lines, self.more, self.handled_title, *self.handled)
        self.work_page = _page(self.idle, *self.tasks, self.more_work)
        self.tabs = Tabs()
        self.tabs.add(self.waiting_page, "排队")
        self.tabs.add(self.work_page, "待办")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.refresh)
        self._tick.start()
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the lists as they are."""
        session, now = self._session, self._session.hall_time(datetime.now(UTC))
        rows = queue_rows(session.waiting, now)
        self.empty.setVisible(not rows)
        for place, line in enumerate(self.lines):
            line.setVisible(place < len(rows))
            if place < len(rows):
                line.show_waiting(rows[place])
        _show_rest(self.more, len(rows))
        handled = handled_rows(session.handled.values())
        self.handled_title.setVisible(bool(handled))
        for place, line in enumerate(self.handled):
            line.setVisible(place < len(handled))
            if place < len(handled):
                line.show_handled(handled[place])
        work = work_rows(session.work, now)
        self.idle.setVisible(not work)
        for place, task in enumerate(self.tasks):
            task.setVisible(place < len(work))
            if place < len(work):
                task.show_work(work[place])
        _show_rest(self.more_work, len(work))
        known, self._known = self._known, {row.case_id for row in work}
        if not self._known <= known and not rows:
            self.tabs.show_page(self.work_page)  # new work shows itself where nobody waits in line
        elif known and not work:
            self.tabs.show_page(self.waiting_page)
        self.tabs.set_title(self.waiting_page, f"排队 {len(rows)}" if rows else "排队")
        self.tabs.set_title(self.work_page, f"待办 {len(work)}" if work else "待办")


class _Line(QWidget):
    """Lines of text and a chip."""

    def __init__(self) -> None:
        super().__init__()
        self.number = label(role="heading")
        self.right = chip()
        self.item = ElidedLabel()
        self.detail = ElidedLabel(role="muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 6)
        self._column.setSpacing(1)
        top = QHBoxLayout()
        top.addWidget(self.number)
        top.addStretch(1)
        top.addWidget(self.right)
        self._column.addLayout(top)
        self._column.addWidget(self.item)
        self._column.addWidget(self.detail)

    def show_waiting(self, row: QueueRow) -> None:
        """A ticket in line: its wait, and why it stands where it does when that is not simply its turn."""
        self.number.setText(row.ticket_number)
        is_in_line = row.state == "waiting"
        set_chip(
            self.right,
            duration_text(row.waited_s) if is_in_line else TICKET_STATE[row.state],
            "idle" if is_in_line else "ring" if row.state == "offered" else "warn",
        )
        self.item.setText(row.item_name)
        self.detail.setText(" · ".join([*place_words(row.kind, row.priority, row.rule), row.terminal_name]))

    def show_handled(self, row: HandledRow) -> None:
        """A case this desk has had."""
        self.number.setText(row.ticket_number)
        set_chip(self.right, case_word(row.state, row.acceptance), case_chip(row.state, row.acceptance))
        self.item.setText(row.item_name)
        self.detail.setText(f"通知书{NOTICE_STATE[row.notice_state]}" if row.notice_state else "未作决定")


class _Task(_Line):
    """A case that waits for an act, with the buttons that begin it."""

    def __init__(self, session: DeskSession) -> None:
        super().__init__()
        self._session = session
        self._row: WorkRow | None = None
        self.open = button("打开", "quiet", "打开办件，无需通话")
        self.call = button("请到终端", "quiet", "通知申请人到任一终端，到达后由您接听")
        self.open.clicked.connect(self._open)
        self.call.clicked.connect(self._call)
        acts = QHBoxLayout()
        acts.addStretch(1)
        acts.addWidget(self.call)
        acts.addWidget(self.open)
        self._column.addLayout(acts)

    def show_work(self, row: WorkRow) -> None:
        """Show this case."""
        self._row, session = row, self._session
        self.number.setText(WORK_KIND[row.kind])
        state, word = PRESSURE[row.pressure]
        waited = f"已等 {duration_text(row.waited_s)}"
        set_chip(self.right, f"{day_text(row.due)} {word}" if row.due else waited, state)
        self.item.setText(row.item_name)
        self.detail.setText(f"{row.holder} 正在办理" if row.holder else f"{CASE_STATE[row.state]} · {row.case_id}")
        self.open.setVisible(row.can_open and row.kind != "parked")  # of what is parked the applicant comes back first
        self.open.setEnabled(session.can_open)
        self.call.setVisible(row.can_open and row.kind in _CALLABLE)
        self.call.setEnabled(session.can_open)

    def _open(self) -> None:
        if self._row:
            self._session.open_case(self._row.case_id)

    def _call(self) -> None:
        if self._row:
            self._session.call_back(self._row.case_id)


def _page(*widgets: QWidget) -> QScrollArea:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(14, 10, 12, 10)
    column.setSpacing(6)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    page = QScrollArea()
    page.setWidget(inside)
    page.setWidgetResizable(True)
    page.setFrameShape(QFrame.Shape.NoFrame)
    let_through(page)
    page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return page


def _show_rest(words: QLabel, count: int) -> None:
    words.setVisible(count > SHOWN_ROWS)
    words.setText(f"还有 {count - SHOWN_ROWS} 件")
