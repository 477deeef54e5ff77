"""Check everything once more, commit, agree to video, submit."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from signaling.protocol.identity import mask_number
from terminal.qt.elements import GAP, button, card, clear_layout, label, scroller
from terminal.qt.sentences import size_text
from terminal.session import TerminalSession

COMMITMENT = "我承诺所交材料真实、准确、完整，与原件一致，并对其真实性承担法律责任。"
CONSENT = "同意使用本机摄像头和麦克风，与审核人员视频通话。"


class SubmitPanel(QWidget):
    """A summary in plain lines, two ticks, one button."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        inside = QWidget()
        self._facts = QVBoxLayout(inside)
        self._facts.setContentsMargins(24, 20, 24, 20)
        self._facts.setSpacing(10)
        frame = card()
        around = QVBoxLayout(frame)
        around.setContentsMargins(2, 2, 2, 2)
        around.addWidget(scroller(inside))
        commitment, consent = _Tick(COMMITMENT), _Tick(CONSENT)
        self.commitment, self.consent = commitment.box, consent.box
        self.commitment.clicked.connect(session.set_commitment)
        self.consent.clicked.connect(session.set_video_consent)
        self.words = label("", "muted", is_wrapped=True)
        self.submit = button("确认提交", "primary")
        self.submit.setMinimumWidth(240)
        self.submit.clicked.connect(session.submit)
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.submit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(label("请核对后提交", "title"))
        layout.addWidget(frame, 1)
        layout.addWidget(commitment)
        layout.addWidget(consent)
        layout.addLayout(foot)
        self._shown: object = None
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        session = self._session
        if session.step != "submit":
            return
        shown = (session.applicant(), session.item, session.tray.materials)
        if shown != self._shown:
            self._shown = shown
            self._show_facts()
        self.commitment.setChecked(session.has_committed)
        self.consent.setChecked(session.consents_to_video)
        self.commitment.setEnabled(not session.is_sending)
        self.consent.setEnabled(not session.is_sending)
        self.submit.setEnabled(session.has_committed and not session.is_sending)
        self.submit.setText("正在提交…" if session.is_sending else "确认提交")
        if session.is_sending:
            self.words.setText("正在送往大厅，网络恢复后会自动继续。")
        elif not session.has_committed:
            self.words.setText("请先勾选承诺")
        else:
            self.words.setText("" if session.consents_to_video else "未同意视频也可以提交，接通后可再打开。")

    def _show_facts(self) -> None:
        clear_layout(self._facts)
        applicant, item = self._session.applicant(), self._session.item
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
        for place, material in enumerate(self._session.tray.materials, 1):
            words = f"{names[material.slot]}　{material.pages} 页，{size_text(material.size)}"
            self._facts.addWidget(_fact(f"材料 {place}", words))
        self._facts.addStretch(1)


def _fact(name: str, value: str) -> QWidget:
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    left = label(name, "muted")
    left.setMinimumWidth(130)
    layout.addWidget(left, alignment=Qt.AlignmentFlag.AlignTop)
    layout.addWidget(label(value, is_wrapped=True), 1)
    return made


class _Tick(QFrame):
    """A large tick box with a sentence that wraps; a touch on the sentence ticks too."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.box = QCheckBox()
        self.box.setAccessibleName(words)
        self.box.setStyleSheet("QCheckBox::indicator { width: 34px; height: 34px; }")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(14)
        layout.addWidget(self.box, alignment=Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(label(words, is_wrapped=True), 1)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """A touch anywhere on the card."""
        self.box.click()
