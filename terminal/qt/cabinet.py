"""The cabinet: which originals go in, the cell's number large, the door, and what lies in it already."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from signaling.protocol.acts import DepositPapers, OpenCell
from signaling.protocol.values import CaseView
from terminal.qt.elements import GAP, Stack, button, card, centred, chip, clear_layout, label, scroller, set_chip
from terminal.qt.sentences import sentence
from terminal.qt.words import DEPOSITS
from terminal.session import TerminalSession

_CARD_PX = 760


class CabinetPanel(QWidget):
    """First what is put in, then the cell. Results are taken out through the same door."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.choose, self.cell = ChooseView(session), CellView(session)
        self._stack = Stack()
        self._stack.addWidget(self.choose)
        self._stack.addWidget(self.cell)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        cabinet = self._session.cabinet
        has_cell = cabinet.door is not None or cabinet.waiting is not None
        self._stack.setCurrentWidget(self.cell if has_cell else self.choose)


class ChooseView(QWidget):
    """A tick for each original, the number of sheets, and a button that asks for a cell."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._shown: object = None
        self.ticks: dict[str, QCheckBox] = {}
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(24, 16, 24, 16)
        self._list.setSpacing(12)
        frame = card()
        around = QVBoxLayout(frame)
        around.setContentsMargins(2, 2, 2, 2)
        around.addWidget(scroller(inside))
        self.fewer, self.more = button("－"), button("＋")
        self.pages = label("", "title", is_centred=True)
        self.fewer.clicked.connect(lambda: session.cabinet.set_pages(session.cabinet.pages - 1))
        self.more.clicked.connect(lambda: session.cabinet.set_pages(session.cabinet.pages + 1))
        count = QHBoxLayout()
        count.setSpacing(12)
        count.addWidget(label("一共多少页（请数清楚，工作人员会按此清点）", is_wrapped=True), 1)
        for made in (self.fewer, self.more):
            made.setFixedWidth(96)
            made.setAutoRepeat(True)
        self.pages.setFixedWidth(110)
        count.addWidget(self.fewer)
        count.addWidget(self.pages)
        count.addWidget(self.more)
        self.words = label("", "muted", is_wrapped=True)
        self.next = button("分配柜格", "primary")
        self.next.setMinimumWidth(240)
        self.next.clicked.connect(session.cabinet.deposit)
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(label("请选择要存入材料柜的原件", "title"))
        layout.addWidget(frame, 1)
        layout.addLayout(count)
        layout.addLayout(foot)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        cabinet, case = self._session.cabinet, self._session.case
        shown = (cabinet.slots, case.deposits if case is not None else ())
        if shown != self._shown:
            self._shown = shown
            self._show_slots(case)
        for code, tick in self.ticks.items():
            tick.setChecked(code in cabinet.chosen)
        self.pages.setText(f"{cabinet.pages} 页")
        self.fewer.setEnabled(cabinet.pages > 1)
        is_asking = self._session.asking.is_asking(DepositPapers)
        chosen = [slot for slot in cabinet.slots if slot.code in cabinet.chosen]
        self.next.setEnabled(bool(chosen) and not is_asking)
        self.next.setText("正在分配…" if is_asking else "分配柜格")
        self.words.setText(f"已选 {len(chosen)} 份" if chosen else "请至少选一份")

    def _show_slots(self, case: CaseView | None) -> None:
        clear_layout(self._list)
        self.ticks = {}
        for slot in self._session.cabinet.slots:
            tick = QCheckBox(f"{slot.name}（{slot.form}）")
            tick.setStyleSheet("QCheckBox { min-height: 56px; } QCheckBox::indicator { width: 34px; height: 34px; }")
            tick.clicked.connect(
                lambda is_on, code=slot.code: self._session.cabinet.choose(code, is_chosen=bool(is_on))
            )
            self.ticks[slot.code] = tick
            self._list.addWidget(tick)
        if not self.ticks:
            self._list.addWidget(label("没有需要存入的原件了。", "muted"))
        names = {slot.code: slot.name for slot in case.item.slots} if case is not None else {}
        for deposit in case.deposits if case is not None else ():
            held = "、".join(names.get(slot, slot) for slot in deposit.slots)
            line = f"{deposit.cell} 号柜：{held}，{deposit.pages} 页，{DEPOSITS[deposit.state]}"
            self._list.addWidget(label(line, "muted", is_wrapped=True))
        self._list.addStretch(1)


class CellView(QWidget):
    """One cell: its number, the code that opens it, and what the door does."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.number = label("", "big", is_centred=True)
        self.code = label("", "title", is_centred=True)
        self.state = chip()
        self.words = label("", "heading", is_wrapped=True, is_centred=True)
        self.open, self.shut, self.done = (
            button("打开柜门", "primary"),
            button("柜门已关好"),
            button("完成", "primary"),
        )
        self.open.clicked.connect(self._open)
        self.shut.clicked.connect(session.cabinet.confirm_closed)
        self.done.clicked.connect(self._done)
        frame = card()
        frame.setFixedWidth(_CARD_PX)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(40, 28, 40, 28)
        inside.setSpacing(12)
        inside.addWidget(label("材料柜", "muted", is_centred=True))
        inside.addWidget(self.number)
        inside.addWidget(self.code)
        inside.addWidget(self.state, alignment=Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(self.words)
        for press in (self.open, self.shut, self.done):
            press.setMinimumHeight(72)
            inside.addWidget(press)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(centred(frame))
        layout.addStretch(2)
        session.subscribe(self._refresh)
        self._refresh()

    def _open(self) -> None:
        cabinet = self._session.cabinet
        if cabinet.door is not None and cabinet.door.state == "stuck":
            cabinet.unlock_again()
        else:
            cabinet.open_cell()

    def _done(self) -> None:
        if self._session.case is None:
            self._session.finish()
        else:
            self._session.cabinet.leave()

    def _refresh(self) -> None:
        cabinet, deposit = self._session.cabinet, self._session.cabinet.waiting
        door = cabinet.door
        if door is None and deposit is None:
            return
        self.number.setText(f"{door.cell if door is not None else deposit.cell if deposit is not None else 0} 号柜")
        is_code_open = door is None and deposit is not None and deposit.state == "allocated"
        self.code.setText(f"开柜码 {deposit.code}" if is_code_open and deposit is not None else "")
        self.code.setVisible(is_code_open)
        is_asking = self._session.asking.is_asking(OpenCell)
        has_stuck = door is not None and door.state == "stuck"
        self.open.setVisible(is_code_open or has_stuck)
        self.open.setEnabled(not is_asking)
        self.open.setText("再开一次" if has_stuck else "打开柜门")
        is_left_open = door is None and deposit is not None and deposit.state == "opened"
        self.shut.setVisible(is_left_open)
        self.done.setVisible(door is not None and door.state == "shut")
        if door is None:
            set_chip(self.state, *(("柜门已打开", "warn") if is_left_open else ("等待存入", "idle")))
            now = (
                "请放好材料，关上柜门，再点下面的按钮。" if is_left_open else "可以现在存，也可以凭开柜码在关门前来存。"
            )
            self.words.setText(now)
        elif door.state == "open":
            set_chip(self.state, "柜门已打开", "ring")
            is_putting = door.case_id == (self._session.case.case_id if self._session.case is not None else "")
            self.words.setText("请放入材料袋，然后关上柜门。" if is_putting else "请取放材料，然后关上柜门。")
        elif door.state == "stuck":
            set_chip(self.state, "柜门没有打开", "bad")
            self.words.setText(sentence(door.problem))
        else:
            set_chip(self.state, "柜门已关好", "good")
            self.words.setText("已登记。交接全程留有记录。")
