"""Handing in materials: a card for each slot of the item, or the document camera or file list at work."""

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from terminal.qt.capture import CapturePanel
from terminal.qt.elements import GAP, Stack, button, clear_layout, label, scroller
from terminal.qt.files import FilesPanel
from terminal.qt.slots import SlotCard
from terminal.session import TerminalSession


class MaterialsPanel(QWidget):
    """Slot cards in the order of the item's list."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.cards: list[SlotCard] = []
        self.title = label("", "title", is_wrapped=True)
        self.left = label("", "muted")
        self.next = button("下一步：核对", "primary")
        self.next.setMinimumWidth(240)
        self.next.clicked.connect(session.to_submit)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(12)
        foot = QHBoxLayout()
        foot.addWidget(self.left, 1)
        foot.addWidget(self.next)
        lists = QWidget()
        layout = QVBoxLayout(lists)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
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

    def _refresh(self) -> None:
        session = self._session
        if session.step != "materials":
            return
        tray = session.tray
        if tuple(card.slot for card in self.cards) != tray.slots:
            clear_layout(self._list)
            self.cards = [SlotCard(session, slot) for slot in tray.slots]
            for made in self.cards:
                self._list.addWidget(made)
            self._list.addStretch(1)
            self.title.setText(f"请提交材料：{session.item.name if session.item is not None else ''}")
        for made in self.cards:
            made.refresh()
        missing = len(tray.missing)
        self.left.setText(f"还差 {missing} 份" if missing else "材料齐了，可以进入下一步")
        self.next.setEnabled(tray.is_complete)
        picking = self.capture if tray.capture is not None else self.files if tray.choosing is not None else None
        self._stack.setCurrentWidget(picking or self._lists)
