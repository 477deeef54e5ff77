"""The slip on the screen, for who leaves with the place kept: number, token, QR code. Then all is wiped."""

import segno
from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from signaling.qt.look import PAPER
from terminal.entry import grouped
from terminal.qt.choices import set_role
from terminal.qt.elements import GAP, button, card, centred, label
from terminal.qt.sentences import sentence
from terminal.session import TerminalSession

_CODE_PX = 260
_QUIET = 4
"""Empty modules around the code (ISO/IEC 18004, 6.3.8)."""


class QrCode(QWidget):
    """A text as QR code, black on white whatever the palette."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._modules: list[list[int]] = []
        self.setFixedSize(QSize(_CODE_PX, _CODE_PX))

    def show_text(self, text: str) -> None:
        """Draw this text; nothing when it is empty."""
        if text != self.text:
            self.text = text
            self._modules = [list(row) for row in segno.make_qr(text, error="q").matrix] if text else []
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Whole pixels per module, or scanners stumble."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(PAPER))
        if not self._modules:
            return
        count = len(self._modules) + 2 * _QUIET
        side = min(self.width(), self.height()) // count
        left = (self.width() - side * count) / 2 + side * _QUIET
        top = (self.height() - side * count) / 2 + side * _QUIET
        for y, row in enumerate(self._modules):
            for x, is_dark in enumerate(row):
                if is_dark:
                    painter.fillRect(QRectF(left + x * side, top + y * side, side, side), QColor("black"))


class SlipPanel(QWidget):
    """What to keep, and two buttons."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.number = label("", "big", is_centred=True)
        self.item = label("", "heading", is_wrapped=True, is_centred=True)
        self.token = label("", "title", is_centred=True)
        self.code = QrCode()
        self.words = label("", "muted", is_wrapped=True)
        self.print_state = label("", is_wrapped=True, is_centred=True)
        self.print, self.finish = button("打印凭条", "primary"), button("已记下，清除屏幕")
        self.print.clicked.connect(session.line.print_slip)
        self.finish.clicked.connect(session.finish)
        frame = card()
        frame.setFixedWidth(820)
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(32, 24, 32, 24)
        inside.setSpacing(28)
        inside.addWidget(self.code, alignment=Qt.AlignmentFlag.AlignVCenter)
        right = QVBoxLayout()
        right.setSpacing(8)
        for made in (label("您的排队号", "muted", is_centred=True), self.number, self.item):
            right.addWidget(made)
        right.addSpacing(GAP)
        right.addWidget(label("凭证码", "muted", is_centred=True))
        right.addWidget(self.token)
        inside.addLayout(right, 1)
        words = card()
        words.setFixedWidth(820)
        around = QVBoxLayout(words)
        around.setContentsMargins(32, 16, 32, 16)
        around.addWidget(self.words)
        presses = QHBoxLayout()
        presses.setSpacing(GAP)
        presses.addStretch(1)
        for press in (self.print, self.finish):
            press.setMinimumWidth(260)
            presses.addWidget(press)
        presses.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addStretch(1)
        layout.addWidget(label("请收好凭条，您可以离开了", "title", is_centred=True))
        layout.addSpacing(8)
        layout.addLayout(centred(frame))
        layout.addSpacing(8)
        layout.addLayout(centred(words))
        layout.addSpacing(8)
        layout.addWidget(self.print_state)
        layout.addLayout(presses)
        layout.addStretch(2)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        case, line = self._session.slip, self._session.line
        self.code.show_text(case.token if case is not None else "")
        if case is None or self._session.step != "slip":
            for made in (self.number, self.item, self.token):
                made.setText("")
            return
        self.number.setText(case.ticket_number or case.case_id)
        self.item.setText(case.item.name)
        self.token.setText(grouped(case.token))
        self.words.setText(
            "叫号看大厅屏幕和短信，不用语音。叫到时到任一自助终端，在首页点“我有凭条”，扫码或输入凭证码。"
            "请勿把凭证码告诉他人。"
        )
        self.print.setEnabled(line.slip_state != "printing")
        self.print.setText({"printing": "正在打印…", "printed": "再打印一张"}.get(line.slip_state, "打印凭条"))
        set_role(self.print, "" if line.slip_state == "printed" else "primary")
        set_role(self.finish, "primary" if line.slip_state == "printed" else "")
        saved = f"没有打印机，已存为 PDF：{line.slip_detail}"
        said = {
            "printed": "凭条已打印，请取走。" if line.is_slip_on_paper else saved,
            "failed": sentence(line.slip_detail),
        }
        self.print_state.setText(said.get(line.slip_state, ""))
        self.print_state.setVisible(bool(self.print_state.text()))
