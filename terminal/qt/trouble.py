"""办不成事: what could not be done, in the applicant's words or by touching reasons, and a number to answer."""

from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from signaling.protocol.acts import ReportTrouble
from terminal.qt.choices import Choices, KeyPad
from terminal.qt.elements import GAP, Stack, button, card, centred, label
from terminal.session import TerminalSession

REASONS = (
    "不知道该找谁办",
    "材料被反复退回",
    "说好的时间没办完",
    "该受理的没有受理",
    "被推来推去",
    "设备或系统故障",
)
_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "清空", "0", "退格")


class TroublePanel(QWidget):
    """The form, and what happens with it."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        opinion = session.opinion
        self.reasons = Choices({reason: reason for reason in REASONS}, 2, opinion.toggle)
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText("也可以写下经过（可不填）")
        self.text.setAccessibleName("经过")
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(lambda: opinion.write(self.text.toPlainText()))
        self.phone = QLineEdit()
        self.phone.setPlaceholderText("联系电话，便于答复")
        self.phone.setAccessibleName("联系电话")
        self.phone.setMaxLength(12)
        self.phone.setMinimumHeight(60)
        self.phone.textEdited.connect(opinion.set_phone)
        self.pad = KeyPad(_KEYS, 3, self._press)
        self.words = label("", "muted", is_wrapped=True)
        self.send = button("提交", "primary")
        self.send.setMinimumWidth(240)
        self.send.clicked.connect(opinion.send_report)
        left, right = card(), card()
        told = QVBoxLayout(left)
        told.setContentsMargins(20, 16, 20, 16)
        told.setSpacing(12)
        told.addWidget(label("哪里办不成？可选多项", "heading"))
        told.addWidget(self.reasons)
        told.addWidget(self.text, 1)
        dial = QVBoxLayout(right)
        dial.setContentsMargins(20, 16, 20, 16)
        dial.setSpacing(12)
        dial.addWidget(label("怎么联系您", "heading"))
        dial.addWidget(self.phone)
        dial.addWidget(self.pad, 1)
        right.setFixedWidth(300)
        columns = QHBoxLayout()
        columns.setSpacing(GAP)
        columns.addWidget(left, 1)
        columns.addWidget(right)
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.send)
        form = QWidget()
        layout = QVBoxLayout(form)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(label("反映办不成事", "title"))
        layout.addWidget(label("由大厅负责人处理，不经过原经办人员，在规定时限内答复您。", "muted", is_wrapped=True))
        layout.addLayout(columns, 1)
        layout.addLayout(foot)
        self.close_it = button("返回", "primary")
        self.close_it.setMinimumWidth(260)
        self.close_it.clicked.connect(opinion.close)
        thanks = QWidget()
        around = QVBoxLayout(thanks)
        around.addStretch(1)
        around.addWidget(label("已登记", "title", is_centred=True))
        more = "大厅负责人会在规定时限内打电话答复您。您的办件照常进行。"
        around.addWidget(label(more, "muted", is_wrapped=True, is_centred=True))
        around.addSpacing(GAP)
        around.addLayout(centred(self.close_it))
        around.addStretch(2)
        self._form, self._thanks = form, thanks
        self._stack = Stack()
        self._stack.addWidget(form)
        self._stack.addWidget(thanks)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        session.subscribe(self._refresh)
        self._refresh()

    def _press(self, key: str) -> None:
        phone = self._session.opinion.phone
        self._session.opinion.set_phone({"清空": "", "退格": phone[:-1]}.get(key, (phone + key)[:12]))

    def _refresh(self) -> None:
        opinion = self._session.opinion
        if not opinion.is_reporting:
            if self.text.toPlainText():
                self.text.clear()
            return
        self._stack.setCurrentWidget(self._thanks if opinion.is_reported else self._form)
        self.reasons.show_chosen(*opinion.reasons)
        if self.phone.text() != opinion.phone:
            self.phone.setText(opinion.phone)
        is_asking = self._session.asking.is_asking(ReportTrouble)
        self.send.setEnabled(opinion.can_report and not is_asking)
        self.send.setText("正在提交…" if is_asking else "提交")
        lacks = "" if opinion.can_report else "请选一项或写几句，并留下联系电话"
        self.words.setText(lacks)
