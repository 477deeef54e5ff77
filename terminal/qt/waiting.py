"""The ticket: its number large, the place in line, and what can be done instead of waiting."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from signaling.protocol.acts import AskSlots, ConvertTicket, LeaveTerminal, RejoinLine, ResumeTicket
from signaling.protocol.values import OFFICIAL_TIME, AppointmentSlot, CaseView, Conversion
from terminal.qt.choices import set_role
from terminal.qt.elements import GAP, Stack, button, card, centred, chip, clear_layout, label, scroller, set_chip
from terminal.qt.standing import standing
from terminal.qt.withdraw import WithdrawButton
from terminal.qt.words import CASES, CONVERSIONS, CONVERTED, TICKETS, clock_time, day
from terminal.session import TerminalSession

_CARD_PX = 760


class WaitingPanel(QWidget):
    """Waiting for a reviewer, for an appointment, for a review without a call; or choosing an appointment."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        line = session.line
        self.state = chip()
        self.head = label("您的排队号", "muted", is_centred=True)
        self.number = label("", "big", is_centred=True)
        self.item = label("", "heading", is_wrapped=True, is_centred=True)
        self.line = label("", "heading", is_wrapped=True, is_centred=True)
        self.words = label("", "muted", is_wrapped=True, is_centred=True)
        self.rejoin = button("我来了，补号继续排队", "primary")
        self.resume = button("我准备好了，继续排队", "primary")
        self.rejoin.clicked.connect(line.rejoin)
        self.resume.clicked.connect(line.resume)
        self.ways = QFrame()
        self.proposals: dict[Conversion, QPushButton] = {}
        grid = QGridLayout(self.ways)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(10)
        self._ways_head = label("", "muted")
        grid.addWidget(self._ways_head, 0, 0, 1, 2)
        for place, (key, words) in enumerate(CONVERSIONS.items()):
            self.proposals[key] = made = button(words)
            made.clicked.connect(lambda _, key=key: line.convert(key))
            grid.addWidget(made, 1 + place // 2, place % 2)
        self.leave, self.slip = button("先离开，保留位置"), button("打印凭条")
        self.cabinet, self.trouble = button("存放原件"), button("反映办不成事")
        self.withdraw = WithdrawButton(session)
        self.leave.clicked.connect(session.leave)
        self.slip.clicked.connect(line.print_slip)
        self.cabinet.clicked.connect(session.cabinet.begin)
        self.trouble.clicked.connect(session.opinion.begin_report)

        frame = card()
        frame.setFixedWidth(_CARD_PX)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(40, 20, 40, 20)
        inside.setSpacing(8)
        for line_above in (self.head, self.number, self.item):
            inside.addWidget(line_above)
        inside.addWidget(self.state, alignment=Qt.AlignmentFlag.AlignHCenter)
        for line_below in (self.line, self.words):
            inside.addWidget(line_below)
        for press in (self.rejoin, self.resume, self.ways):
            inside.addWidget(press)
        actions = QWidget()
        actions.setFixedWidth(_CARD_PX)
        rows = QVBoxLayout(actions)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(10)
        for row in ((self.leave, self.slip, self.cabinet), (self.trouble, self.withdraw)):
            side_by_side = QHBoxLayout()
            side_by_side.setSpacing(10)
            for press in row:
                side_by_side.addWidget(press, 1)
            rows.addLayout(side_by_side)
        ticket = QWidget()
        middle = QVBoxLayout(ticket)
        middle.setContentsMargins(0, 0, 8, 0)
        middle.addStretch(1)
        middle.addLayout(centred(frame))
        middle.addSpacing(6)
        middle.addLayout(centred(actions))
        middle.addStretch(1)
        self._ticket = scroller(ticket)
        self.slots = SlotsView(session)
        self._stack = Stack()
        self._stack.addWidget(self._ticket)
        self._stack.addWidget(self.slots)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        session, case, line = self._session, self._session.case, self._session.line
        if case is None or session.step != "waiting":
            self.withdraw.forget()
            return
        self._stack.setCurrentWidget(self.slots if line.is_choosing else self._ticket)
        has_number = bool(case.ticket_number)
        self.head.setText("您的排队号" if has_number else "办件编号")
        self.number.setText(case.ticket_number if has_number else case.case_id)
        self.item.setText(case.item.name)
        set_chip(self.state, *self._chip(case))
        said = standing(case, is_ringing=bool(line.ringing))
        self.line.setText(said[0])
        self.words.setText("\n".join(said[1:]))
        self.words.setVisible(len(said) > 1)
        asking = session.asking
        self.rejoin.setVisible(line.can_rejoin)
        self.rejoin.setEnabled(not asking.is_asking(RejoinLine))
        self.resume.setVisible(line.can_resume)
        self.resume.setEnabled(not asking.is_asking(ResumeTicket))
        set_role(self.resume, "primary" if line.state == "parked" else "")
        self.resume.setText("我准备好了，继续排队" if line.state == "parked" else "改为现在排队")
        self.ways.setVisible(bool(line.place.proposals))
        self._ways_head.setText("不想等，也可以：" if line.state == "waiting" else "现在可以：")
        for key, made in self.proposals.items():
            made.setVisible(key in line.place.proposals)
            made.setEnabled(not asking.is_asking(ConvertTicket, AskSlots))
        is_staying = line.state in ("waiting", "parked", "missed", "summoned")
        self.leave.setText("先离开，保留位置" if is_staying else "办完了，离开")
        self.leave.setEnabled(not asking.is_asking(LeaveTerminal))
        self.leave.setVisible(not line.ringing)
        self.slip.setVisible(bool(case.token))
        self.slip.setText({"printing": "正在打印…", "printed": "凭条已打印"}.get(line.slip_state, "打印凭条"))
        self.slip.setEnabled(line.slip_state != "printing")
        self.cabinet.setVisible(session.cabinet.can_begin)
        self.withdraw.refresh()

    def _chip(self, case: CaseView) -> tuple[str, str]:
        if self._session.line.ringing:
            return TICKETS["offered"]
        if case.state == "pre_review" or case.ticket_state == "done":
            return CASES[case.state], "good"
        if case.ticket_state == "converted" and case.place.conversion is not None:
            return CONVERTED[case.place.conversion], "good"
        return TICKETS[case.ticket_state]


class SlotsView(QWidget):
    """The free appointments, one button each, grouped by day."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._shown: object = None
        self.buttons: list[QPushButton] = []
        inside = QWidget()
        self._days = QVBoxLayout(inside)
        self._days.setContentsMargins(0, 0, 8, 0)
        self._days.setSpacing(12)
        self.cancel = button("不预约了，回到排队")
        self.cancel.clicked.connect(session.line.stop_choosing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(label("请选择预约时间", "title"))
        layout.addWidget(label("预约后可以离开，届时到任一自助终端用凭证码报到，优先接通。", "muted", is_wrapped=True))
        layout.addWidget(scroller(inside), 1)
        layout.addWidget(self.cancel, alignment=Qt.AlignmentFlag.AlignLeft)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        line = self._session.line
        is_busy = self._session.asking.is_asking(ConvertTicket)
        for made in self.buttons:
            made.setEnabled(not is_busy)
        if not line.is_choosing or line.slots == self._shown:
            return
        self._shown = line.slots
        clear_layout(self._days)
        self.buttons = []
        if not line.slots:
            words = "正在查询可以预约的时间…" if line.slots is None else "近几天都已约满，请选其他方式或继续排队。"
            self._days.addWidget(label(words, "muted", is_wrapped=True))
        for name in dict.fromkeys(_day(slot) for slot in line.slots or ()):
            self._days.addWidget(label(name, "heading"))
            grid_of_day = QWidget()
            grid = QGridLayout(grid_of_day)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setSpacing(10)
            of_day = [slot for slot in line.slots or () if _day(slot) == name]
            for place, slot in enumerate(of_day):
                made = button(f"{clock_time(slot.start)}–{clock_time(slot.end)}  余 {slot.free}")
                made.setEnabled(slot.free > 0)
                made.clicked.connect(lambda _, start=slot.start: line.book(start))
                self.buttons.append(made)
                grid.addWidget(made, place // 3, place % 3)
            self._days.addWidget(grid_of_day)
        self._days.addStretch(1)


def _day(slot: AppointmentSlot) -> str:
    return day(slot.start.astimezone(OFFICIAL_TIME).date())
