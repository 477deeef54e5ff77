"""The facts of the case above its papers: item, ticket, applicant, place. The document number stays masked."""

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from reviewer.outcomes import pressing_clock
from reviewer.qt.casewords import CLOCK, PRESSURE, case_chip, case_word, day_text, place_words
from reviewer.qt.labels import ElidedLabel, button, chip, label, set_chip
from reviewer.qt.sentences import NUMBER_KIND
from reviewer.session import DeskSession
from reviewer.worklist import pressure
from signaling.protocol.identity import mask_number
from signaling.protocol.values import CaseView

_WIDE_PX, _CLOCK_PX = 760, 560
"""Narrower than this the header leaves out why the ticket rang, and the clock: both stand in the case's own tab."""


class CaseHeader(QFrame):
    """Two lines; the button shows the whole number until the case changes."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._case_id = ""
        self.setProperty("card", "true")
        self.item = ElidedLabel(role="heading")
        self.state = chip()
        self.clock = chip()
        self.ticket = chip()
        self.applicant = ElidedLabel()
        self.number = label()
        self.reveal = button("显示", "quiet", "显示或隐藏完整证件号码")
        self.reveal.setCheckable(True)
        self.reveal.toggled.connect(self.refresh)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.item, 1)
        for word in (self.ticket, self.clock, self.state):
            top.addWidget(word)
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

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
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
        set_chip(self.state, case_word(case.state, case.acceptance), case_chip(case.state, case.acceptance))
        self._show_clock(case)
        self._show_ticket(case)
        applicant = case.applicant
        agent = f"（法定代表人 {applicant.legal_representative}）" if applicant.legal_representative else ""
        self.applicant.setText(f"{applicant.name}{agent} · 电话 {applicant.phone}")
        is_shown = self.reveal.isChecked()
        number = applicant.id_number if is_shown else mask_number(applicant.id_number)
        self.number.setText(f"{NUMBER_KIND[applicant.id_kind]} {number}")
        self.reveal.setText("隐藏" if is_shown else "显示")

    def _show_clock(self, case: CaseView) -> None:
        clock = pressing_clock(case)
        self.clock.setVisible(clock is not None and self.width() >= _CLOCK_PX)
        if clock is not None:
            state, word = PRESSURE[pressure(clock.used / clock.days if clock.days else 1.0)]
            due = f"{day_text(clock.due)}{'（暂定）' if clock.is_provisional else ''}"
            set_chip(self.clock, f"{CLOCK[clock.kind]} {due} {word}", state)

    def _show_ticket(self, case: CaseView) -> None:
        """What is out of the ordinary with the ticket: cut off, pre-review, priority, why it rang here."""
        words, state = "", "idle"
        if case.ticket_state == "interrupted":
            words, state = "终端断线，位置保留", "bad"
        elif case.is_pre_review:
            words = "预审"
        elif not self._session.is_opened:
            place = case.place
            words = " · ".join(place_words(place.kind, place.priority, place.rule, place.misses)[:2])
        self.ticket.setVisible(bool(words) and (self.width() >= _WIDE_PX or state == "bad"))
        set_chip(self.ticket, words, state)
