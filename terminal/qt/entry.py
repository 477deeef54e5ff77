"""Typing or scanning what one brings back: the slip's token (我有凭条), or a cabinet's six digits (存件 / 取件)."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from signaling.protocol.acts import ClaimCase, OpenCell
from terminal.entry import ALPHABET, CODE_LENGTH, TOKEN_LENGTH, Kind, grouped
from terminal.qt.choices import KeyPad
from terminal.qt.elements import GAP, button, card, label
from terminal.qt.sentences import sentence
from terminal.session import TerminalSession

_ERASE, _CLEAR = "退格", "清空"


class EntryPanel(QWidget):
    """One field, a key pad, the scanner, and the button that goes on."""

    def __init__(self, session: TerminalSession, kind: Kind) -> None:
        super().__init__()
        self._session = session
        self._kind: Kind = kind
        is_token = kind == "token"
        self.field = QLineEdit()
        self.field.setAccessibleName("凭证码" if is_token else "开柜码")
        self.field.setPlaceholderText("凭条上的 10 位凭证码" if is_token else "短信或凭条上的 6 位数字")
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setMinimumHeight(72)
        font = QFont(self.font())
        font.setPixelSize(round(font.pixelSize() * 1.6) if font.pixelSize() > 0 else 32)
        self.field.setFont(font)
        self.field.textEdited.connect(session.entry.type)
        self.scan = button("扫描二维码")
        self.scan.clicked.connect(session.entry.scan)
        self.scan.setVisible(is_token)
        keys = (*(ALPHABET if is_token else "1234567890"), _ERASE, _CLEAR)
        self.pad = KeyPad(keys, 9 if is_token else 3, self._press)
        self.words = label("", is_wrapped=True)
        self.next = button("查找我的办件" if is_token else "打开柜门", "primary")
        self.next.setMinimumWidth(260)
        go = session.claim if is_token else session.open_cell
        self.next.clicked.connect(lambda: go())
        self.field.returnPressed.connect(self.next.click)
        frame = card()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(24, 20, 24, 20)
        inside.setSpacing(12)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.field, 1)
        row.addWidget(self.scan)
        inside.addLayout(row)
        inside.addWidget(self.pad, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(label("我有凭条" if is_token else "存件 / 取件", "title"))
        more = (
            "叫到号、补号、补交材料或查看结果：把凭条上的二维码对准高拍仪，或输入凭证码。"
            if is_token
            else "存入原件或取出结果：输入开柜码，柜门会自动打开。"
        )
        layout.addWidget(label(more, "muted", is_wrapped=True))
        layout.addWidget(frame, 1)
        layout.addLayout(foot)
        session.subscribe(self._refresh)
        self._refresh()

    def _press(self, key: str) -> None:
        entry = self._session.entry
        entry.type({_CLEAR: "", _ERASE: entry.text[:-1]}.get(key, entry.text + key))

    def _refresh(self) -> None:
        session, entry = self._session, self._session.entry
        if entry.kind != self._kind:
            return
        if self.field.text().replace(" ", "") != entry.text or len(entry.text) == TOKEN_LENGTH:
            self.field.setText(grouped(entry.text))
        is_asking = session.asking.is_asking(ClaimCase, OpenCell)
        self.scan.setText("请出示二维码…" if entry.is_reading else "扫描二维码")
        self.scan.setEnabled(not entry.is_reading and not is_asking)
        self.next.setEnabled(entry.is_whole and not is_asking)
        left = (TOKEN_LENGTH if self._kind == "token" else CODE_LENGTH) - len(entry.text)
        waiting = "正在查找…" if is_asking else f"还差 {left} 位" if entry.text and left else ""
        self.words.setText(sentence(entry.problem) if entry.problem else waiting)
