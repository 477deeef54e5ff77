"""The bar on top: availability with a running timer, the queue in figures, the link, who sits here."""

from datetime import UTC, datetime

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QWidget

from reviewer.qt.icons import icon
from reviewer.qt.labels import button, chip, label, set_chip
from reviewer.qt.sentences import (
    AVAILABILITY,
    AVAILABILITY_CHIP,
    AWAY_REASONS,
    CONNECTION,
    LINK,
    away_text,
    duration_text,
)
from reviewer.session import DeskSession
from reviewer.worklist import accepted_count, queue_figures
from signaling.qt.look import MUTED


class TopBar(QFrame):
    """Shows the desk's state; the button beside the chip changes it."""

    queue_toggled = pyqtSignal()
    ticked = pyqtSignal()  # each second, with the timer shown: other clocks go with it

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setProperty("card", "true")
        self.state = chip()
        self.state.setAccessibleName("席位状态")
        self.switch: QPushButton = button("", "quiet")
        self.switch.clicked.connect(self.toggle)
        self.reasons: QPushButton = button("暂离 F9", "quiet", "选择暂离原因")
        menu = QMenu(self)
        for reason in AWAY_REASONS:
            action = menu.addAction(reason)
            if action is not None:
                action.triggered.connect(lambda _=False, reason=reason: session.set_away(reason))
        self.reasons.setMenu(menu)
        self.extend: QPushButton = button("延长整理", "quiet", "再给一段整理时间")
        self.extend.clicked.connect(session.extend_wrap_up)
        self.queue: QPushButton = button("", "quiet", "显示或收起队列", icon("queue", MUTED))
        self.queue.clicked.connect(self.queue_toggled)
        self.handled = label(role="muted")
        self.link = chip()
        self.name = label(role="heading")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 14, 6)
        row.setSpacing(10)
        for widget in (self.state, self.switch, self.extend, self.reasons, self.queue, self.handled):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.link, self.name):
            row.addWidget(widget)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.refresh)
        self._tick.timeout.connect(self.ticked)
        self._tick.start()
        session.subscribe(self.refresh)
        self.refresh()

    def toggle(self) -> None:
        """Ready becomes away, everything else becomes ready."""
        if self._session.availability == "ready":
            self._session.set_away(AWAY_REASONS[0])
        else:
            self._session.set_ready()

    def refresh(self) -> None:
        """Show the session as it is."""
        session, now = self._session, self._session.hall_time(datetime.now(UTC))
        availability = session.availability
        word = AVAILABILITY[availability]
        if availability == "away" and session.away_reason:
            word += f"（{away_text(session.away_reason)}）"
        if session.until is not None and availability == "wrap_up":
            time = f" 剩 {duration_text((session.until - now).total_seconds())}"
        else:
            time = f" {duration_text((now - session.since).total_seconds())}" if session.since else ""
        set_chip(self.state, f"● {word}{time}", AVAILABILITY_CHIP[availability])
        self.extend.setVisible(availability == "wrap_up")
        self.extend.setEnabled(session.is_online)
        is_ready = availability == "ready"
        self.switch.setText("提前就绪 F9" if availability == "wrap_up" else "就绪 F9")
        self.switch.setVisible(not is_ready and session.call is None and session.offer is None)
        self.reasons.setVisible(is_ready)
        self.switch.setEnabled(session.can_change_availability)
        self.reasons.setEnabled(session.can_change_availability)
        figures = queue_figures(session.waiting, now)
        longest = f" · 最久 {duration_text(figures.longest_s)}" if figures.waiting else ""
        self.queue.setText(f"等待 {figures.waiting}{longest}")
        self.handled.setText(f"本次已受理 {accepted_count(session.handled.values(), session.login)} 件")
        if session.connection == "online" and session.call is not None:
            state, text = LINK[session.call.link]
        else:
            state, text = CONNECTION[session.connection]
        set_chip(self.link, text, state)
        self.name.setText(session.name)
