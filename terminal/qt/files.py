"""The files on a memory stick, to choose one for a slot. Shown in place of the slot list, like the document camera."""

from datetime import datetime

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from signaling.protocol.values import OFFICIAL_TIME
from terminal.papers import Choosing, FileRow
from terminal.qt.elements import GAP, button, card, clear_layout, label, scroller
from terminal.qt.sentences import sentence, size_text
from terminal.session import TerminalSession

_MAX_NAME = 44


class FilesPanel(QWidget):
    """One row for each file or folder; ``choices`` are their buttons, by path."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._shown: Choosing | None = None
        tray = session.tray
        self.choices: dict[str, QPushButton] = {}
        self.title = label("", "title", is_wrapped=True)
        self.words = label("", "muted", is_wrapped=True)
        self.again, self.leave = button("刷新"), button("返回")
        self.again.clicked.connect(tray.list_again)
        self.leave.clicked.connect(tray.cancel_choosing)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(12)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.again)
        foot.addWidget(self.leave)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
        layout.addWidget(scroller(inside), 1)
        layout.addLayout(foot)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        choosing = self._session.tray.choosing
        if choosing == self._shown:
            return
        self._shown = choosing
        clear_layout(self._list)
        self.choices = {}
        if choosing is None:
            return
        name = next((slot.name for slot in self._session.tray.slots if slot.code == choosing.slot), "")
        self.title.setText(f"选择文件：{name}")
        self.leave.setText("上一层" if choosing.folder else "返回")
        self.words.setText("可以交 PDF、JPG、PNG 和 TIFF 文件，最新的在最上面。")
        for row in choosing.rows:
            self._list.addWidget(self._row(row))
        if not choosing.rows:
            self._list.addStretch(1)
            self._list.addWidget(label(_nothing(choosing), "heading", is_wrapped=True, is_centred=True))
        self._list.addStretch(1)

    def _row(self, row: FileRow) -> QFrame:
        made = card()
        layout = QHBoxLayout(made)
        layout.setContentsMargins(24, 12, 16, 12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(_short(row.name), "heading", is_wrapped=True))
        words.addWidget(label(_about(row), "muted"))
        layout.addLayout(words, 1)
        choose = button("选这个", "primary") if row.kind else button("打开")
        choose.setMinimumWidth(130)
        choose.setAccessibleName(f"{choose.text()} {row.name}")
        choose.clicked.connect(lambda _, path=row.path: self._session.tray.choose(path))
        self.choices[row.path] = choose
        layout.addWidget(choose, alignment=Qt.AlignmentFlag.AlignVCenter)
        return made


def _nothing(choosing: Choosing) -> str:
    if choosing.is_listing:
        return "正在读取…"
    if choosing.problem:
        return sentence(choosing.problem)
    return "这个文件夹里没有可以交的文件" if choosing.folder else "没有找到 U 盘，请插入后再试"


def _about(row: FileRow) -> str:
    if not row.kind:
        return "文件夹"
    changed = datetime.fromtimestamp(row.changed_at, OFFICIAL_TIME)
    return f"{row.kind}，{size_text(row.size)}，{changed:%Y-%m-%d %H:%M}"


def _short(name: str) -> str:
    """A very long name in one or two lines: its beginning and its end."""
    return name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 17]}…{name[-16:]}"
