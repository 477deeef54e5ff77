"""The ticket: its number large, the place in line, and what happens next."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from terminal.qt.elements import GAP, card, centred, chip, label, set_chip
from terminal.qt.withdraw import WithdrawButton
from terminal.session import TerminalSession


class WaitingPanel(QWidget):
    """Waiting for a reviewer, or for the hall to ring one."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.state = chip()
        self.number = label("", "big", is_centred=True)
        self.item = label("", "heading", is_wrapped=True, is_centred=True)
        self.line = label("", "heading", is_wrapped=True, is_centred=True)
        self.words = label("", "muted", is_wrapped=True, is_centred=True)
        self.withdraw = WithdrawButton(session)
        frame = card()
        frame.setFixedWidth(700)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(40, 28, 40, 28)
        inside.setSpacing(12)
        inside.addWidget(label("您的排队号", "muted", is_centred=True))
        inside.addWidget(self.number)
        inside.addWidget(self.item)
        inside.addSpacing(GAP)
        inside.addWidget(self.state, alignment=Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(self.line)
        inside.addWidget(self.words)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(centred(frame))
        layout.addSpacing(GAP)
        layout.addWidget(self.withdraw, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(2)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        session, case = self._session, self._session.case
        if case is None or session.step != "waiting":
            self.withdraw.forget()
            return
        self.number.setText(case.ticket_number)
        self.item.setText(case.item.name)
        if session.ringing:
            set_chip(self.state, "正在呼叫审核人员", "ring")
            self.line.setText("马上接通，请面向屏幕坐好")
        elif session.ahead:
            set_chip(self.state, "排队中", "idle")
            self.line.setText(f"前面还有 {session.ahead} 位")
        else:
            set_chip(self.state, "排队中", "idle")
            self.line.setText("正在等待审核人员，请稍候")
        self.words.setText("材料已安全送达大厅。请不要离开，接通后屏幕会自动切换到视频。")
        self.withdraw.refresh()
