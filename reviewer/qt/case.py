"""The facts of the case above its papers: item, ticket, applicant, place. The document number stays masked."""

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from reviewer.qt.labels import ElidedLabel, button, chip, label, set_chip
from reviewer.qt.sentences import CASE_CHIP, NUMBER_KIND, case_word
from reviewer.session import DeskSession
from reviewer.worklist import is_accepted
from signaling.protocol.identity import mask_number


class CaseHeader(QFrame):
    """Two lines; the button shows the whole number until the case changes."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._case_id = ""
        self.setProperty("card", "true")
        self.item = ElidedLabel(role="heading")
        self.state = chip()
        self.applicant = ElidedLabel()
        self.number = label()
        self.reveal = button("显示", "quiet", "显示或隐藏完整证件号码")
        self.reveal.setCheckable(True)
        self.reveal.toggled.connect(self.refresh)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.item, 1)
        top.addWidget(self.state)
        bottom.addWidget(self.applicant, 1)
        bottom.addSpacing(14)
        bottom.addWidget(self.number)
        bottom.addWidget(self.reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 4)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(bottom)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the open case."""
        case = self._session.case
        if case is None:
            return
        if self._case_id != case.case_id:
            self._case_id = case.case_id
            self.reveal.setChecked(False)
        self.item.setText(f"{case.ticket_number} · {case.item.name} · {case.terminal_name}")
        set_chip(self.state, case_word(case.state, is_accepted(case)), CASE_CHIP[case.state])
        applicant = case.applicant
        agent = f"（法定代表人 {applicant.legal_representative}）" if applicant.legal_representative else ""
        self.applicant.setText(f"{applicant.name}{agent} · 电话 {applicant.phone}")
        is_shown = self.reveal.isChecked()
        number = applicant.id_number if is_shown else mask_number(applicant.id_number)
        self.number.setText(f"{NUMBER_KIND[applicant.id_kind]} {number}")
        self.reveal.setText("隐藏" if is_shown else "显示")
