"""The bar at the bottom: what still stands in the way, the decisions that are possible, how far the notice has come."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QWidget

from reviewer.outcomes import FORMS
from reviewer.qt.casewords import CASE_STATE, CONVERSION, NOTICE_KIND, OUTCOME, case_word, reason_sentence
from reviewer.qt.labels import ElidedLabel, button
from reviewer.qt.sentences import appointment_text
from reviewer.qt.steps import NoticeSteps
from reviewer.session import DeskSession
from signaling.protocol.values import CaseView, Conversion, NoticeView, Outcome

_KEYS: dict[Outcome, str] = {"accept": "Ctrl+Enter", "request_corrections": "Ctrl+Shift+Enter"}
_ON_BAR = 2
"""Outcomes with a button of their own; the others are in the menu."""
_CONVERSIONS: tuple[Conversion, ...] = ("window", "callback", "asynchronous")


class DecisionBar(QFrame):
    """Every button asks for a confirmation (``asked`` says for which outcome); no key decides alone."""

    asked = pyqtSignal(str)
    missed_asked = pyqtSignal()
    park_asked = pyqtSignal()
    conversion_asked = pyqtSignal(str, object)  # a Conversion, and the start of an appointment or None

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setProperty("card", "true")
        self.status = ElidedLabel()
        self.steps = NoticeSteps()
        self.buttons = {outcome: self._button(outcome) for outcome in FORMS}
        self.accept, self.corrections = self.buttons["accept"], self.buttons["request_corrections"]
        self.put_back = button("放回待办", "", "不再查看，放回待办列表")
        self.put_back.clicked.connect(session.return_case)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.appointments = QMenu(CONVERSION["appointment"], self.menu)
        self.appointments.aboutToShow.connect(session.ask_slots)
        self.more = button("更多", "", "其他决定和通话处理")
        self.more.setMenu(self.menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self.status, 1)
        row.addWidget(self.steps)
        row.addWidget(self.put_back)
        row.addWidget(self.more)
        for made in reversed(self.buttons.values()):  # the usual outcome of a state stands rightmost
            row.addWidget(made)
        session.subscribe(self.refresh)
        self.refresh()

    def _button(self, outcome: Outcome) -> QPushButton:
        is_usual = outcome in ("advise", "accept", "grant", "resume", "issue", "close")
        made = button(OUTCOME[outcome], "primary" if is_usual else "danger" if outcome == "refuse" else "")
        made.setMinimumWidth(150 if is_usual else 100)
        made.clicked.connect(lambda: self.asked.emit(outcome))
        return made

    def focus_first(self) -> None:
        """Put the keyboard on the usual outcome, or on what else there is."""
        made = (*self.buttons.values(), self.more, self.put_back)
        first = next((which for which in made if which.isVisible() and which.isEnabled()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """Show what is possible and what has been done."""
        session, case = self._session, self._session.case
        times = session.notice_times()
        shown = session.offered
        self.steps.show_steps(times)
        is_open = case is not None and case.state in ("pre_review", "reviewing")
        self.steps.setVisible(bool(times) and not is_open)
        for outcome, made in self.buttons.items():
            made.setVisible(outcome in shown[:_ON_BAR])
            if outcome in shown[:_ON_BAR]:
                reasons = session.undecided_reasons(outcome)
                made.setEnabled(not reasons)
                key = f"（{_KEYS[outcome]}）" if outcome in _KEYS else ""
                made.setToolTip("\n".join(map(reason_sentence, reasons)) or f"{OUTCOME[outcome]}{key}")
        drafted = f" {len(session.drafts)} 项" if session.drafts else ""
        self.corrections.setText(f"补正{drafted}…")
        self.put_back.setVisible(session.is_opened)
        self.put_back.setEnabled(session.is_online)
        self._fill_menu(shown[_ON_BAR:])
        self.more.setVisible(not self.menu.isEmpty())
        self.status.setText(self._sentence(case, shown))

    def _fill_menu(self, outcomes: tuple[Outcome, ...]) -> None:
        """Further outcomes, each with the first reason why not; then the other ways a call can end."""
        session = self._session
        if self.menu.isVisible():
            self._fill_appointments()
            return
        self.menu.clear()
        for outcome in outcomes:
            reasons = session.undecided_reasons(outcome)
            why = f"（{reason_sentence(reasons[0])}）" if reasons else "…"
            self._add(self.menu, OUTCOME[outcome] + why, partial(self.asked.emit, outcome), not reasons)
        if session.call is not None:
            self.menu.addSeparator()
            can = session.can_end
            self._add(self.menu, "终端前无人应答…", self.missed_asked.emit, can)
            self._add(self.menu, "暂存等待…", self.park_asked.emit, can)
            for to in _CONVERSIONS:
                self._add(self.menu, f"{CONVERSION[to]}…", partial(self.conversion_asked.emit, to, None), can)
            self.menu.addMenu(self.appointments)
            self.appointments.setEnabled(can)
            self._fill_appointments()
        if session.is_opened and session.case is not None and session.case.state in ("received", "reviewing"):
            case_id = session.case.case_id
            self.menu.addSeparator()
            self._add(self.menu, "请申请人到终端", partial(session.call_back, case_id), session.is_online)

    def _fill_appointments(self) -> None:
        self.appointments.clear()
        slots = self._session.slots
        for slot in slots or ():
            words = f"{appointment_text(slot.start)}（余 {slot.free}）"
            ask = partial(self.conversion_asked.emit, "appointment", slot.start)
            self._add(self.appointments, f"{words}…", ask, slot.free > 0)
        if not slots:
            words = "正在查询可约时段" if slots is None else "近期没有可约时段"
            self._add(self.appointments, words, lambda: None, False)

    @staticmethod
    def _add(menu: QMenu, words: str, act: Callable[[], None], can: bool) -> None:
        action = menu.addAction(words)
        if action is not None:
            action.setEnabled(can)
            action.triggered.connect(lambda _=False: act())

    def _sentence(self, case: CaseView | None, shown: tuple[Outcome, ...]) -> str:
        session = self._session
        if case is None:
            return ""
        if session.decision is not None:
            return "正在记录决定…"
        notice = _newest(case)
        words = f" · 《{NOTICE_KIND[notice.kind]}》{notice.number}" if notice else ""
        if not shown:
            return self._state_sentence(case) + words
        wanted: Outcome = "request_corrections" if case.state == "reviewing" and session.drafts else shown[0]
        reasons = session.undecided_reasons(wanted)
        if reasons:
            return "未决：" + "；".join(map(reason_sentence, reasons))
        if case.state == "reviewing":
            return "补正事项已写完整，可以发出" if session.drafts else "全部材料已查看，可以受理"
        return f"{CASE_STATE[case.state]}，可以{OUTCOME[wanted]}{words}"

    def _state_sentence(self, case: CaseView) -> str:
        if self._session.offer is not None or case.state in ("received", "reviewing"):
            return "接听后开始审查" if self._session.offer else "通话已结束，办件未决"
        if case.state == "correction_requested":
            return "已要求补正，等待新版本"
        if case.state == "withdrawn":
            return "办件已终止，不再审查"
        return case_word(case.state, case.acceptance)


def _newest(case: CaseView) -> NoticeView | None:
    return case.notices[-1] if case.notices else None
