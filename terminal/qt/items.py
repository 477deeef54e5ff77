"""What to apply for: the hall's catalogue by category, one card for each item."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from signaling.protocol.values import ServiceItem
from terminal.qt.elements import GAP, button, card, clear_layout, label, scroller
from terminal.session import TerminalSession

_ALL = "全部"
_COLUMNS = 4


class ItemsPanel(QWidget):
    """Category buttons above, item cards below."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._shown: tuple[ServiceItem, ...] = ()
        self._category = _ALL
        self.categories: dict[str, QPushButton] = {}
        self.choices: dict[str, QPushButton] = {}
        self._filter = QGridLayout()
        self._filter.setSpacing(10)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(label("请选择要办理的事项", "title"))
        layout.addLayout(self._filter)
        layout.addWidget(scroller(inside), 1)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        if self._session.items == self._shown:
            return
        self._shown = self._session.items
        for old in self.categories.values():
            old.hide()
            old.deleteLater()
        names = [_ALL, *dict.fromkeys(item.category for item in self._shown)]
        self.categories = {name: button(name) for name in names}
        for place, (name, made) in enumerate(self.categories.items()):
            made.setCheckable(True)
            made.clicked.connect(lambda _, name=name: self._choose_category(name))
            self._filter.addWidget(made, place // _COLUMNS, place % _COLUMNS)
        self._choose_category(_ALL)

    def _choose_category(self, name: str) -> None:
        self._category = name
        for known, made in self.categories.items():
            made.setChecked(known == name)
            made.setProperty("role", "primary" if known == name else "")
            made.style().polish(made)  # type: ignore[union-attr]
        clear_layout(self._list)
        self.choices = {}
        for item in self._shown:
            if name in (_ALL, item.category):
                self._list.addWidget(self._item_card(item))
        if not self.choices:
            self._list.addWidget(label("暂时没有可以办理的事项", "muted", is_centred=True))
        self._list.addStretch(1)

    def _item_card(self, item: ServiceItem) -> QFrame:
        made = card()
        layout = QHBoxLayout(made)
        layout.setContentsMargins(24, 16, 16, 16)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(label(item.name, "heading", is_wrapped=True))
        fee = "收费" if item.has_fee else "不收费"
        line = f"{item.department} · {item.business_kind} · 承诺 {item.promised_days} 个工作日 · {fee}"
        words.addWidget(label(line, "muted", is_wrapped=True))
        names = "、".join(slot.name for slot in item.slots)
        words.addWidget(label(f"{_amounts(item)}：{names}", "muted", is_wrapped=True))
        layout.addLayout(words, 1)
        choose = button("办理", "primary")
        choose.setMinimumWidth(130)
        choose.setAccessibleName(f"办理 {item.name}")
        choose.clicked.connect(lambda _, code=item.code: self._session.choose_item(code))
        self.choices[item.code] = choose
        layout.addWidget(choose, alignment=Qt.AlignmentFlag.AlignVCenter)
        return made


def _amounts(item: ServiceItem) -> str:
    required = sum(slot.is_required for slot in item.slots)
    optional = len(item.slots) - required
    return f"必交 {required} 份" + (f"，可选 {optional} 份" if optional else "")
