"""The ring card: an unmistakable amber band with a bell, who calls with what, and a bar that runs down.

Seen, not only heard: a desk without a sound card must not miss a call.
"""

import math
from datetime import UTC, datetime

from PyQt6.QtCore import QRectF, Qt, QTimer
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from reviewer.qt.casewords import place_words
from reviewer.qt.icons import icon, paint
from reviewer.qt.labels import ElidedLabel, button, label
from reviewer.session import DeskSession
from signaling.protocol.values import OFFICIAL_TIME
from signaling.qt.look import MUTED, PAPER

_GROUND = "#fff1c2"
_BAND = "#bf5b00"
_BAR_PX = 6
_BELL_PX = 84


class RingCard(QFrame):
    """Visible while a call rings at this desk."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._call_id = ""
        self.setMinimumHeight(112)
        self.title = label("来电", "title")
        self.who = ElidedLabel()
        self.where = ElidedLabel(role="muted")
        self.left = label(role="title")
        self.left.setAccessibleName("剩余秒数")
        self.answer = button("接听  F2", "primary", "接听来电（F2）", icon("answer", PAPER))
        self.decline = button("拒接", "", "不接；席位转为暂离，办件转给下一席位", icon("hang_up", MUTED))
        self.answer.setMinimumSize(140, 52)
        self.decline.setMinimumSize(96, 52)
        self.answer.clicked.connect(session.answer)
        self.decline.clicked.connect(session.decline)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        for widget in (self.title, self.who, self.where):
            words.addWidget(widget)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(_BELL_PX + 20, 12, 20, 12 + _BAR_PX)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.left)
        row.addWidget(self.decline)
        row.addWidget(self.answer)
        self._tick = QTimer(self)
        self._tick.setInterval(50)
        self._tick.timeout.connect(self._move)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the offered call, or hide."""
        offer, case = self._session.offer, self._session.case
        self.setVisible(offer is not None)
        if offer is None or case is None:
            self._tick.stop()
            self._call_id = ""
            return
        self.title.setText(f"{case.ticket_number}  {case.item.name}")
        materials = f"{len(self._session.papers.current())} 份材料"
        self.who.setText(f"{case.applicant.name} · {case.item.category} · {materials}")
        place = case.place
        why = " · ".join(place_words(place.kind, place.priority, place.rule, place.misses))
        handed_in = f"{case.terminal_name} · 提交于 {case.submitted_at.astimezone(OFFICIAL_TIME):%H:%M}"
        self.where.setText(f"{handed_in} · {why}" if why else handed_in)
        self.answer.setText("正在接通…" if offer.is_answering else "接听  F2")
        self.answer.setEnabled(self._session.can_answer)
        self.decline.setEnabled(self._session.can_answer)
        if self._call_id != offer.call_id:
            self._call_id = offer.call_id
            self.answer.setFocus()
            QApplication.alert(self)
        self._tick.start()
        self._move()

    @property
    def seconds_left(self) -> float:
        """Until the offer goes away."""
        offer = self._session.offer
        return max(0.0, (offer.ends_at - datetime.now(UTC)).total_seconds()) if offer else 0.0

    def _move(self) -> None:
        text = f"{math.ceil(self.seconds_left)} 秒"
        if self.left.text() != text:
            self.left.setText(text)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_GROUND))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        painter.setBrush(QColor(_BAND))
        middle = (self.height() - _BAR_PX) / 2
        painter.drawEllipse(QRectF(20, middle - 30, 60, 60))
        swing = 12 * math.sin(self.seconds_left * 9) if self._session.offer else 0.0
        painter.save()
        painter.translate(50, middle)
        painter.rotate(swing)
        paint(painter, "bell", PAPER, QRectF(-18, -18, 36, 36))
        painter.restore()
        offer = self._session.offer
        if offer and offer.ring_s > 0:
            part = min(1.0, self.seconds_left / offer.ring_s)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(0, self.height() - _BAR_PX, self.width() * part, _BAR_PX), 3, 3)
