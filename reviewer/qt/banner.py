"""The strip below the top bar: lost connection, why it was refused, or what just went wrong."""

from PyQt6.QtCore import QRectF, Qt, QTimer
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QWidget

from reviewer.qt.icons import icon
from reviewer.qt.labels import button, label
from reviewer.qt.sentences import END_REASON, problem_sentence
from reviewer.session import DeskSession
from signaling.protocol.values import EndReason
from signaling.qt.look import MUTED

_GROUND = {"bad": "#ffe3e1", "warn": "#fff1c2", "info": "#eaf1fb"}

_TOLD: frozenset[EndReason] = frozenset({"lost", "no_answer", "withdrawn", "no_show", "parked", "converted"})
"""Ends of a call that say what became of the case; hanging up and declining were one's own act."""


class Banner(QFrame):
    """Visible only when there is something to say; the connection goes before everything else."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._level = "info"
        self._retry_s = 0
        self.text = label(wraps=True)
        self.close_button = button("", "quiet", "知道了", icon("close", MUTED))
        self.close_button.setAccessibleName("知道了")
        self.close_button.clicked.connect(session.dismiss_problem)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        self.setMinimumHeight(44)
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._count_down)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the most urgent sentence, or nothing."""
        session = self._session
        is_away = session.connection in ("waiting", "connecting") and bool(session.name)
        if is_away:
            self._retry_s = round(session.retry_s)
            self._show("bad", "", can_close=False)
            self._show_retry()
            if not self._tick.isActive():
                self._tick.start()
            return
        self._tick.stop()
        if session.problem:
            self._show("warn", problem_sentence(session.problem), can_close=True)
        elif session.exported:
            self._show("info", f"已导出带批注的 PDF：{session.exported}", can_close=True)
        elif session.last_end and session.last_end in _TOLD and session.call is None and session.offer is None:
            self._show("info", END_REASON[session.last_end], can_close=True)
        else:
            self.hide()

    def _show(self, level: str, text: str, can_close: bool) -> None:
        self._level = level
        self.text.setText(text)
        self.close_button.setVisible(can_close)
        self.show()
        self.update()

    def _show_retry(self) -> None:
        when = f"{self._retry_s} 秒后重试" if self._retry_s > 0 else "正在重连"
        self.text.setText(f"与大厅的连接已断开，{when}。通话、办件和未送出的批注都会保留。")

    def _count_down(self) -> None:
        self._retry_s = max(0, self._retry_s - 1)
        self._show_retry()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_GROUND[self._level]))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
