"""Who is applying: resident card or business licence card, then a telephone number on a number pad."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from signaling.protocol.identity import mask_number
from terminal.qt.choices import KeyPad
from terminal.qt.elements import GAP, button, card, chip, label, scroller, set_chip
from terminal.session import TerminalSession

_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "清空", "0", "退格")


class IdentifyPanel(QWidget):
    """Left the card, right the telephone number."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.person = button("刷居民身份证（个人）")
        self.organisation = button("刷电子营业执照（企业）")
        self.person.clicked.connect(lambda: session.read_card("person"))
        self.organisation.clicked.connect(lambda: session.read_card("organisation"))
        self.state = chip("请选择一种证件")
        self.name, self.number, self.more = (
            label("", "heading", is_wrapped=True),
            label("", is_wrapped=True),
            label("", "muted", is_wrapped=True),
        )
        self.phone = QLineEdit()
        self.phone.setPlaceholderText("手机或座机号码")
        self.phone.setAccessibleName("联系电话")
        self.phone.setMaxLength(12)
        self.phone.setMinimumHeight(60)
        self.phone.textEdited.connect(session.set_phone)
        self.phone_hint = label("", "muted")
        self.next = button("下一步", "primary")
        self.next.setMinimumWidth(220)
        self.next.clicked.connect(session.confirm_identity)
        self.phone.returnPressed.connect(self.next.click)

        columns = QHBoxLayout()
        columns.setSpacing(GAP)
        columns.addWidget(scroller(self._card_side()), 1)
        columns.addWidget(scroller(self._phone_side()), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label("请核验身份", "title"))
        layout.addLayout(columns, 1)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self.phone_hint, 1, alignment=Qt.AlignmentFlag.AlignRight)
        foot.addWidget(self.next)
        layout.addLayout(foot)
        session.subscribe(self._refresh)
        self._refresh()

    def _card_side(self) -> QWidget:
        made = card()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(20, 14, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label("一、刷证件", "heading"))
        layout.addWidget(label("把证件平放在读卡区，再点对应的按钮。", "muted", is_wrapped=True))
        layout.addWidget(self.person)
        layout.addWidget(self.organisation)
        layout.addWidget(self.state)
        for line in (self.name, self.number, self.more):
            layout.addWidget(line)
        layout.addStretch(1)
        return made

    def _phone_side(self) -> QWidget:
        made = card()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(20, 14, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label("二、留联系电话", "heading"))
        layout.addWidget(self.phone)
        pad = KeyPad(_KEYS, 3, self._press)
        self.keys = pad.keys
        layout.addWidget(pad, 1)
        layout.addStretch()
        return made

    def _press(self, key: str) -> None:
        phone = self._session.phone
        self._session.set_phone({"清空": "", "退格": phone[:-1]}.get(key, (phone + key)[:12]))

    def _refresh(self) -> None:
        session = self._session
        held = session.card
        if session.is_reading_card:
            set_chip(self.state, "正在读证件…", "warn")
        elif held is not None:
            set_chip(self.state, "已读取（模拟读卡器）" if held.is_simulated else "已核验", "good")
        else:
            set_chip(self.state, "请选择一种证件", "idle")
        self.person.setEnabled(not session.is_reading_card)
        self.organisation.setEnabled(not session.is_reading_card)
        kind = "统一社会信用代码" if held is not None and held.kind == "organisation" else "身份证号"
        self.name.setText(held.name if held else "")
        self.number.setText(f"{kind}  {mask_number(held.id_number)}" if held else "")
        is_company = held is not None and bool(held.legal_representative)
        self.more.setText(f"法定代表人  {held.legal_representative}" if held is not None and is_company else "")
        if self.phone.text() != session.phone:
            self.phone.setText(session.phone)
        self.phone_hint.setText("" if session.is_phone_valid else _hint(session.phone))
        self.next.setEnabled(held is not None and session.is_phone_valid)


def _hint(phone: str) -> str:
    """What a number that is not whole yet lacks."""
    if phone.startswith("1"):
        return "手机号应为 11 位"
    return "座机号应为区号加 7 至 8 位号码" if phone.startswith("0") else ""
