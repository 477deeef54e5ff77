"""What to apply for: categories first, then the items of one, or whatever the words in the search field find.

The catalogue has hundreds of items: cards are made for one page of them at a time.
"""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.values import ServiceItem
from terminal.qt.elements import GAP, Stack, button, card, chip, clear_layout, label, scroller, tall
from terminal.session import TerminalSession

PAGE = 8
_COLUMNS = 3


class ItemsPanel(QWidget):
    """The search field above; below the categories, or one page of items."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._shown: object = None
        self._category = ""
        self._page = 0
        self.categories: dict[str, QPushButton] = {}
        self.choices: dict[str, QPushButton] = {}
        self.title = label("", "title", is_wrapped=True)
        self.search = QLineEdit()
        self.search.setPlaceholderText("输入事项名称、部门或编码查找")
        self.search.setAccessibleName("查找事项")
        self.search.setMinimumHeight(60)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._turn(0))
        self.all = button("‹ 全部类别")
        self.all.clicked.connect(self._to_categories)

        tiles = QWidget()
        self._tiles = QGridLayout(tiles)
        self._tiles.setContentsMargins(0, 0, 8, 0)
        self._tiles.setSpacing(12)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(12)
        self._scroll = scroller(inside)
        self.before, self.after = button("‹ 上一页"), button("下一页 ›")
        self.place = label("", "muted", is_centred=True)
        self.before.clicked.connect(lambda: self._turn(self._page - 1))
        self.after.clicked.connect(lambda: self._turn(self._page + 1))
        foot = QHBoxLayout()
        foot.addWidget(self.before)
        foot.addWidget(self.place, 1)
        foot.addWidget(self.after)
        listing = QWidget()
        around = QVBoxLayout(listing)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._scroll, 1)
        around.addLayout(foot)
        self._stack = Stack()
        self._tiles_view, self._listing = scroller(tiles), listing
        self._stack.addWidget(self._tiles_view)
        self._stack.addWidget(self._listing)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(self.search, 1)
        head.addWidget(self.all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        if self._session.step in ("welcome", "identify") and (self._category or self.search.text()):
            self._to_categories()  # the next applicant does not see what the last one looked for
        catalogue = self._session.catalogue
        shown = (catalogue.held, catalogue.closed)
        if shown == self._shown:
            return
        self._shown = shown
        for old in self.categories.values():
            self._tiles.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.categories = {}
        for place, (name, count) in enumerate(catalogue.categories.items()):
            tile = tall(button(f"{name}\n{count} 项"), 84)
            tile.setAccessibleName(f"{name}，{count} 项")
            tile.clicked.connect(lambda _, name=name: self._choose_category(name))
            self.categories[name] = tile
            self._tiles.addWidget(tile, place // _COLUMNS, place % _COLUMNS)
        self._tiles.setRowStretch(len(self.categories) // _COLUMNS + 1, 1)
        self._turn(0)

    def _choose_category(self, name: str) -> None:
        self._category = name
        self._turn(0)

    def _to_categories(self) -> None:
        self._category = ""
        self.search.clear()
        self._turn(0)

    def _turn(self, page: int) -> None:
        """Show this page of what is wanted, or the categories while nothing is."""
        catalogue, words = self._session.catalogue, self.search.text().strip()
        is_listing = bool(words or self._category) or not catalogue.items
        self.all.setVisible(is_listing and bool(catalogue.items))
        self._stack.setCurrentWidget(self._listing if is_listing else self._tiles_view)
        clear_layout(self._list)
        self.choices = {}
        if not is_listing:
            self.title.setText("请选择要办理的事项")
            return
        found = catalogue.find(words, self._category)
        pages = max(1, -(-len(found) // PAGE))
        self._page = min(max(0, page), pages - 1)
        self.title.setText(f"{self._category or '全部类别'}：{len(found)} 项")
        for item in found[self._page * PAGE : (self._page + 1) * PAGE]:
            self._list.addWidget(self._item_card(item))
        if not found:
            nothing = "没有找到，请换个词，或到“全部类别”里找" if words else "暂时没有可以办理的事项"
            self._list.addWidget(label(nothing, "muted", is_wrapped=True, is_centred=True))
        self._list.addStretch(1)
        self.before.setVisible(pages > 1)
        self.after.setVisible(pages > 1)
        self.before.setEnabled(self._page > 0)
        self.after.setEnabled(self._page < pages - 1)
        self.place.setText(f"第 {self._page + 1} 页，共 {pages} 页" if pages > 1 else "")
        bar = self._scroll.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def _item_card(self, item: ServiceItem) -> QFrame:
        is_open = self._session.catalogue.is_open(item.code)
        made = card()
        layout = QHBoxLayout(made)
        layout.setContentsMargins(24, 16, 16, 16)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(label(item.name, "heading" if is_open else "muted", is_wrapped=True))
        fee = "收费" if item.has_fee else "不收费"
        line = f"{item.department} · {item.business_kind} · 承诺 {item.promised_days} 个工作日 · {fee}"
        words.addWidget(label(line, "muted", is_wrapped=True))
        names = "、".join(slot.name for slot in item.slots)
        words.addWidget(label(f"{_amounts(item)}：{names}", "muted", is_wrapped=True))
        if not is_open:
            words.addWidget(label(SENTENCES[ErrorCode.ITEM_CLOSED], is_wrapped=True))
        layout.addLayout(words, 1)
        if item.is_on_commitment or item.is_private:
            mark = chip("告知承诺" if item.is_on_commitment else "小屋办理", "idle")
            layout.addWidget(mark, alignment=Qt.AlignmentFlag.AlignVCenter)
        choose = button("办理" if is_open else "暂停受理", "primary" if is_open else "")
        choose.setMinimumWidth(130)
        choose.setAccessibleName(f"办理 {item.name}")
        choose.setEnabled(is_open)
        choose.clicked.connect(lambda _, code=item.code: self._session.choose_item(code))
        self.choices[item.code] = choose
        layout.addWidget(choose, alignment=Qt.AlignmentFlag.AlignVCenter)
        return made


def _amounts(item: ServiceItem) -> str:
    required = sum(slot.is_required for slot in item.slots)
    optional = len(item.slots) - required
    return f"必交 {required} 份" + (f"，可选 {optional} 份" if optional else "")
