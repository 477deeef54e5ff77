"""What is on the desk between two cases: what to do now, and the figures of the moment."""

from datetime import UTC, datetime

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from reviewer.qt.labels import button, card, label
from reviewer.qt.sentences import duration_text
from reviewer.session import DeskSession
from reviewer.worklist import accepted_count, queue_figures


class IdlePage(QWidget):
    """A sentence, one button when there is something to do, four figures."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        centre = Qt.AlignmentFlag.AlignHCenter
        self.title = label(role="title")
        self.hint = label(role="muted")
        self.hint.setAlignment(centre)
        self.ready = button("开始接件  F9", "primary")
        self.ready.setMinimumSize(200, 52)
        self.ready.clicked.connect(session.set_ready)
        self.figures = {words: label("0", "big") for words in ("等待办件", "最久等待", "待办", "本次已受理")}
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        for words, figure in self.figures.items():
            frame = card()
            frame.setFixedSize(168, 124)
            inside = QVBoxLayout(frame)
            inside.addWidget(figure, 0, centre)
            inside.addWidget(label(words, "muted"), 0, centre)
            row.addWidget(frame)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addStretch(2)
        column.addWidget(self.title, 0, centre)
        column.addWidget(self.hint, 0, centre)
        column.addWidget(self.ready, 0, centre)
        column.addSpacing(20)
        column.addLayout(row)
        column.addStretch(3)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.refresh)
        self._tick.start()
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the moment."""
        session = self._session
        is_ready = session.availability == "ready"
        self.title.setText("等待来件" if is_ready else "席位暂离中")
        hint = (
            "大厅会自动把办件转给您；来电时窗口顶部会出现橙色来电条。"
            if is_ready
            else "暂离时不会有来电。准备好后开始接件。"
        )
        work = f"有 {len(session.work)} 件待办，可在左侧“待办”中打开，无需通话。"
        self.hint.setText(f"{hint}\n{work}" if session.work else hint)
        self.ready.setVisible(not is_ready)
        self.ready.setEnabled(session.can_change_availability)
        figures = queue_figures(session.waiting, session.hall_time(datetime.now(UTC)))
        self.figures["等待办件"].setText(str(figures.waiting))
        self.figures["最久等待"].setText(duration_text(figures.longest_s) if figures.waiting else "—")
        self.figures["待办"].setText(str(len(session.work)))
        self.figures["本次已受理"].setText(str(accepted_count(session.handled.values(), session.login)))
