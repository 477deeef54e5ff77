"""What the reviewer asks to correct: a numbered list, a slot card for each material named, one submission for all.

Shown inside the call and, when the call has ended, as the screen of its own. The sealed correction notice can be
printed from here. The same list serves the advice of a pre-review, and papers that were to follow (容缺).
"""

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from signaling.protocol.acts import LeaveTerminal
from terminal.qt.capture import CapturePanel
from terminal.qt.elements import GAP, Stack, button, clear_layout, label, scroller
from terminal.qt.files import FilesPanel
from terminal.qt.outcome import next_steps
from terminal.qt.slots import SlotCard
from terminal.qt.withdraw import WithdrawButton
from terminal.session import TerminalSession


class CorrectionPanel(QWidget):
    """Cards in the order of the item's list; the numbers are those of the notice."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._shown: object = None
        self.cards: list[SlotCard] = []
        self.title = label("", "title", is_wrapped=True)
        self.next = label("", "muted", is_wrapped=True)
        self.left = label("", "muted", is_wrapped=True)
        self.leave = button("先离开，改好再来")
        self.leave.clicked.connect(session.leave)
        self.print = button("打印补正告知书")
        self.print.clicked.connect(self._print)
        self.submit = button("提交补正", "primary")
        self.submit.setMinimumWidth(170)
        self.submit.clicked.connect(session.submit_correction)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(12)
        self.withdraw = WithdrawButton(session)
        foot = QHBoxLayout()
        foot.addWidget(self.left, 1)
        foot.addWidget(self.leave)
        foot.addWidget(self.withdraw)
        foot.addWidget(self.print)
        foot.addWidget(self.submit)
        for press in (self.leave, self.withdraw, self.print):
            press.hide()  # in the narrow column of the call there is no room for what is not needed there
        lists = QWidget()
        layout = QVBoxLayout(lists)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
        layout.addWidget(self.next)
        layout.addWidget(scroller(inside), 1)
        layout.addLayout(foot)
        self._lists, self.capture = lists, CapturePanel(session)
        self._stack = Stack()
        self._stack.addWidget(lists)
        self._stack.addWidget(self.capture)
        self.files = FilesPanel(session)
        self._stack.addWidget(self.files)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._stack)
        session.subscribe(self._refresh)
        self._refresh()

    def _print(self) -> None:
        notice = self._session.delivery.newest("correction")
        if notice is not None:
            self._session.delivery.print(notice.view.notice_id)

    def _refresh(self) -> None:
        session, case = self._session, self._session.case
        is_asked = bool(session.corrections) or session.step == "correction"
        if case is None or not is_asked:
            self.withdraw.forget()
            return
        shown = (session.corrections, session.tray.slots, case.state)
        if shown != self._shown:
            self._shown = shown
            clear_layout(self._list)
            self.cards = [SlotCard(session, slot, self._note(slot.code)) for slot in session.tray.slots]
            for made in self.cards:
                self._list.addWidget(made)
            self._list.addStretch(1)
        is_own_screen = session.step == "correction"  # in the call one hangs up first
        self.title.setText(self._title())
        self.next.setText("\n".join(next_steps(case)))
        self.next.setVisible(is_own_screen and not session.is_filling)
        self.withdraw.refresh()
        self.withdraw.setVisible(is_own_screen and session.can_withdraw and not session.is_filling)
        self.leave.setVisible(is_own_screen and not session.is_filling)
        self.leave.setEnabled(not session.asking.is_asking(LeaveTerminal) and not session.is_sending)
        for made in self.cards:
            made.refresh()
        missing = len(session.tray.missing)
        is_empty = session.is_filling and not session.tray.materials
        here = "请至少交一份" if is_empty else "已交齐，请提交"
        self.left.setText(f"还差 {missing} 份新材料" if missing else here)
        self.submit.setEnabled(session.can_submit_correction)
        words = "正式提交" if case.state == "advised" else "提交材料" if session.is_filling else "提交补正"
        self.submit.setText("正在提交…" if session.is_sending else words)
        notice = session.delivery.newest("correction")
        self.print.setVisible(notice is not None and notice.is_genuine)
        is_printing = notice is not None and notice.print_state == "printing"
        is_printed = notice is not None and notice.print_state == "printed"
        self.print.setEnabled(not is_printing)
        self.print.setText("正在打印…" if is_printing else "告知书已打印" if is_printed else "打印补正告知书")
        tray = session.tray
        picking = self.capture if tray.capture is not None else self.files if tray.choosing is not None else None
        self._stack.setCurrentWidget(picking or self._lists)

    def _title(self) -> str:
        session, case = self._session, self._session.case
        if session.is_filling:
            return f"请补交 {len(session.gap_slots)} 份材料"
        if case is not None and case.state == "advised":
            return f"预审意见：{len(case.corrections)} 处" if case.corrections else "预审通过"
        return f"请补正 {len(session.corrections)} 处"

    def _note(self, slot: str) -> QWidget | None:
        """The numbered lines of one slot; None when it is only to follow."""
        if not any(correction.slot == slot for correction in self._session.corrections):
            return None
        made = QWidget()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for number, correction in enumerate(self._session.corrections, 1):
            if correction.slot == slot:
                layout.addWidget(label(f"{number}. 第 {correction.page + 1} 页：{correction.problem}", is_wrapped=True))
                layout.addWidget(label(f"要求：{correction.requirement}", "muted", is_wrapped=True))
        return made
