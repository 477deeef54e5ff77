"""Check everything once more, choose how the result comes, declare, agree to video, submit; or ask for advice first."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from signaling.protocol.identity import mask_number
from terminal.qt.choices import Choices
from terminal.qt.elements import GAP, button, card, clear_layout, label, scroller
from terminal.qt.sentences import size_text
from terminal.qt.words import GROUPS, WAYS
from terminal.session import TerminalSession

DECLARATION = "我承诺所交材料真实、准确、完整，与原件一致，并对其真实性承担法律责任。"
CONSENT = "同意使用本机摄像头和麦克风，与审核人员视频通话。"
LETTER = "承诺书：我已知晓本事项的条件和标准，承诺已经符合或按期补齐；不实或逾期，愿承担被撤销决定等后果。"


class SubmitPanel(QWidget):
    """A summary in plain lines with the choices below it, the ticks, two buttons."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        facts = QWidget()
        self._facts = QVBoxLayout(facts)
        self._facts.setContentsMargins(0, 0, 0, 0)
        self._facts.setSpacing(10)
        self.ways = Choices(WAYS, 1, session.options.set_delivery)
        self.address = AddressField(session)
        self.groups = Choices({key: words for key, words in GROUPS.items() if key}, 2, session.options.set_priority)
        self.big = label("看不清字？请按“求助”，工作人员可为您换成大字版并陪同办理。", "muted", is_wrapped=True)
        wishes = QWidget()
        form = QVBoxLayout(wishes)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(10)
        for way in (label("结果怎么领取", "heading"), self.ways, self.address):
            form.addWidget(way)
        for group in (label("需要优先照顾（没有可不选）", "heading"), self.groups, self.big):
            form.addWidget(group)
        form.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(GAP)
        columns.addWidget(_framed(facts), 5)
        columns.addWidget(_framed(wishes), 4)
        declaration, consent, self._letter = Tick(DECLARATION), Tick(CONSENT), Tick(LETTER)
        self.commitment, self.consent, self.letter = declaration.box, consent.box, self._letter.box
        self.commitment.clicked.connect(session.set_commitment)
        self.consent.clicked.connect(session.set_video_consent)
        self.letter.clicked.connect(session.options.set_signed)
        self.words = label("", "muted", is_wrapped=True)
        self.advise = button("先预审，不排队")
        self.submit = button("确认提交", "primary")
        self.submit.setMinimumWidth(240)
        self.submit.clicked.connect(lambda: session.submit())
        self.advise.clicked.connect(lambda: session.submit(is_pre_review=True))
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.advise)
        foot.addWidget(self.submit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label("请核对后提交", "title"))
        layout.addLayout(columns, 1)
        for tick in (declaration, self._letter, consent):
            layout.addWidget(tick)
        layout.addLayout(foot)
        self._shown: object = None
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        session, options = self._session, self._session.options
        if session.step != "submit":
            return
        shown = (session.applicant(), session.item, session.tray.materials, session.tray.to_follow)
        if shown != self._shown:
            self._shown = shown
            self._show_facts()
        self.ways.show_chosen(options.delivery)
        self.groups.show_chosen(*([options.priority] if options.priority else []))
        self.big.setVisible(options.priority in ("elderly", "disabled"))
        has_letter = bool(session.tray.to_follow) or (session.item is not None and session.item.is_on_commitment)
        self._letter.setVisible(has_letter)
        self.commitment.setChecked(session.has_committed)
        self.consent.setChecked(session.consents_to_video)
        self.letter.setChecked(options.has_signed)
        for part in (self.commitment, self.consent, self.letter, self.ways, self.groups):
            part.setEnabled(not session.is_sending)
        self.submit.setEnabled(session.can_submit)
        self.advise.setEnabled(session.can_submit)
        self.submit.setText("正在提交…" if session.is_sending else "确认提交")
        self.words.setText(self._lack())

    def _lack(self) -> str:
        session, options = self._session, self._session.options
        if session.is_sending:
            return "正在送往大厅，网络恢复后会自动继续。"
        if not session.has_committed:
            return "请先勾选承诺"
        if session.tray.to_follow and not options.has_signed:
            return "有材料以后补交，请先签署承诺书"
        if not options.is_delivery_known:
            return "请填写收件地址"
        return "" if session.consents_to_video else "未同意视频也可以提交，接通后可再打开。"

    def _show_facts(self) -> None:
        clear_layout(self._facts)
        session = self._session
        applicant, item = session.applicant(), session.item
        if applicant is None or item is None:
            return
        number = "身份证号" if applicant.id_kind == "resident_id" else "信用代码"
        self._facts.addWidget(_fact("申请人", applicant.name))
        self._facts.addWidget(_fact(number, mask_number(applicant.id_number)))
        if applicant.legal_representative:
            self._facts.addWidget(_fact("法定代表人", applicant.legal_representative))
        self._facts.addWidget(_fact("联系电话", applicant.phone))
        self._facts.addWidget(_fact("办理事项", f"{item.name}（{item.business_kind}）"))
        self._facts.addWidget(_fact("主管部门", item.department))
        self._facts.addWidget(_fact("受理机关", item.authority))
        names = {slot.code: slot.name for slot in item.slots}
        for place, material in enumerate(session.tray.materials, 1):
            words = f"{names[material.slot]}　{material.pages} 页，{size_text(material.size)}"
            self._facts.addWidget(_fact(f"材料 {place}", words))
        for code in session.tray.to_follow:
            self._facts.addWidget(_fact("以后交", names[code]))
        self._facts.addStretch(1)


class AddressField(QLineEdit):
    """Where the courier goes; shown only when there is one."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.setPlaceholderText("收件地址：区、街道、门牌号、收件人")
        self.setAccessibleName("收件地址")
        self.setMaxLength(200)
        self.setMinimumHeight(60)
        self.textEdited.connect(session.options.set_address)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        options = self._session.options
        self.setVisible(options.delivery == "courier")
        if self.text() != options.address:
            self.setText(options.address)


def _framed(inside: QWidget) -> QFrame:
    """A card whose content scrolls."""
    layout = inside.layout()
    if layout is not None:
        layout.setContentsMargins(20, 16, 20, 16)
    frame = card()
    around = QVBoxLayout(frame)
    around.setContentsMargins(2, 2, 2, 2)
    around.addWidget(scroller(inside))
    return frame


def _fact(name: str, value: str) -> QWidget:
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    left = label(name, "muted")
    left.setMinimumWidth(max(110, round(5.5 * left.fontInfo().pixelSize())))  # the longest name has five characters
    layout.addWidget(left, alignment=Qt.AlignmentFlag.AlignTop)
    layout.addWidget(label(value, is_wrapped=True), 1)
    return made


class Tick(QFrame):
    """A large tick box with a sentence that wraps; a touch on the sentence ticks too."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.box = QCheckBox()
        self.box.setAccessibleName(words)
        self.box.setStyleSheet("QCheckBox::indicator { width: 34px; height: 34px; }")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(14)
        layout.addWidget(self.box, alignment=Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(label(words, is_wrapped=True), 1)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A touch anywhere on the card."""
        self.box.click()
