"""Putting right what is wrong: a field of the application on the spot, or a notice by declaring it void."""

from PyQt6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QPlainTextEdit, QRadioButton, QVBoxLayout, QWidget

from reviewer.qt.casewords import FIX_FIELD, NOTICE_KIND
from reviewer.qt.confirm import Confirmation, Form
from reviewer.qt.labels import label
from reviewer.session import DeskSession
from signaling.protocol.values import Applicant, NoticeView


class FixForm(Form):
    """Which field, how it reads, how it should read."""

    def __init__(self, applicant: Applicant) -> None:
        super().__init__()
        self._applicant = applicant
        self.field = QComboBox()
        for field, words in FIX_FIELD.items():
            if field != "legal_representative" or applicant.kind == "organisation":
                self.field.addItem(words, field)
        self.old = label()
        self.new = QLineEdit()
        self.new.setMaxLength(200)
        grid = QFormLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(10)
        for words, widget in (("更正项目", self.field), ("现填写为", self.old), ("更正为", self.new)):
            widget.setAccessibleName(words)
            grid.addRow(label(words), widget)
        self.field.currentIndexChanged.connect(self._changed)
        self.new.textChanged.connect(self._changed)
        self.setFocusProxy(self.new)
        self._changed()

    def problem(self) -> str:
        """Empty or unchanged is no correction."""
        new = self.new.text().strip()
        if not new:
            return "请填写更正后的内容"
        return "与现填写内容相同" if new == self._old() else ""

    def _old(self) -> str:
        return str(getattr(self._applicant, self.field.currentData()))

    def _changed(self) -> None:
        self.old.setText(self._old() or "（空）")
        self.changed.emit()


class VoidForm(Form):
    """Why, and what comes instead."""

    def __init__(self) -> None:
        super().__init__()
        self.reason = QPlainTextEdit()
        self.reason.setPlaceholderText("作废理由，将记入办件档案并告知申请人")
        self.reason.setAccessibleName("作废理由")
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(84)
        self.reissue = QRadioButton("文书有误：作废后重新出具同类文书")
        self.back = QRadioButton("决定有误：退回上一步重新办理，并出具作废通知书")
        self.reissue.setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.reason, self.reissue, self.back):
            column.addWidget(widget)
        self.reason.textChanged.connect(self.changed)
        self.setFocusProxy(self.reason)

    def problem(self) -> str:
        """A notice is never void without a reason."""
        return "" if self.reason.toPlainText().strip() else "请写明作废理由"


def ask_fix(session: DeskSession, parent: QWidget) -> Confirmation | None:
    """Ask the applicant to confirm a change; None when it cannot be done now."""
    case = session.case
    if case is None or not session.can_ask_fix:
        return None
    form = FixForm(case.applicant)
    note = "可以当场更正的错误，由申请人在终端确认后生效；原内容、新内容和确认时间记入办件。"

    def ask() -> None:
        session.ask_fix(form.field.currentData(), form.new.text())

    return Confirmation("当场更正", [], note, "请申请人确认", ask, parent, form)


def ask_void(session: DeskSession, notice: NoticeView, parent: QWidget) -> Confirmation | None:
    """Ask before a notice is declared void; None for who may not."""
    if not session.can_void or notice.state in ("sealing", "voided"):
        return None
    form = VoidForm()
    lines = [f"《{NOTICE_KIND[notice.kind]}》", notice.number]

    def void() -> None:
        session.void_notice(notice.notice_id, form.reason.toPlainText(), form.back.isChecked())

    note = "作废的文书编号不再使用，已送达的文书以后核验时显示“已作废”。"
    return Confirmation("作废文书", lines, note, "确认作废", void, parent, form)
