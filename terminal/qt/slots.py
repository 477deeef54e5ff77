"""One card for each open slot: what is asked, what lies in it, and the ways to hand a paper in.

Used by the materials panel and by the correction list. Progress is shown with amounts and can be cancelled.
"""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from signaling.protocol.values import MaterialSlot
from terminal.papers import Paper
from terminal.qt.elements import Thumbnail, button, chip, label, set_chip
from terminal.qt.sentences import sentence, size_text
from terminal.session import TerminalSession

_SOURCES = {"camera": "高拍", "usb": "U 盘", "file": "文件", "reuse": "证照复用"}


class SlotCard(QFrame):
    """A slot with its paper. ``note`` is a line above it (what is to be corrected)."""

    def __init__(self, session: TerminalSession, slot: MaterialSlot, note: QWidget | None = None) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._session = session
        self.slot = slot
        self._wanted = ("待补正", "warn") if note is not None else ("待补交", "warn")
        tray = session.tray
        self.state = chip()
        self.preview = Thumbnail()
        self.preview.setFixedSize(88, 116)
        self.words = label("", is_wrapped=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.camera, self.file = button("高拍仪拍照"), button("U 盘 / 文件")
        self.again, self.remove = button("再试一次", "primary"), button("取消", "quiet")
        self.camera.clicked.connect(lambda: tray.start_capture(slot.code))
        self.file.clicked.connect(lambda: tray.start_choosing(slot.code))
        self.later = button("以后补交" if slot.is_gap_able else "原件存柜", "quiet")
        self.later.clicked.connect(self._toggle_later)
        self.again.clicked.connect(lambda: tray.try_again(slot.code))
        self.remove.clicked.connect(lambda: tray.remove_paper(slot.code))

        head = QHBoxLayout()
        title = label(slot.name, "heading", is_wrapped=True)
        head.addWidget(title, 1)
        head.addWidget(self.state, alignment=Qt.AlignmentFlag.AlignTop)
        middle = QVBoxLayout()
        middle.addLayout(head)
        if note is not None:
            middle.addWidget(note)
        hint = " · ".join(
            part for part in (_need(slot) if session.case is None else "", slot.form, slot.condition, slot.hint) if part
        )
        self.hint = label(hint, "muted", is_wrapped=True)
        middle.addWidget(self.hint)
        middle.addWidget(self.words)
        middle.addWidget(self.bar)
        actions = QHBoxLayout()
        actions.setSpacing(12)
        for made in (self.camera, self.file, self.again, self.remove, self.later):
            actions.addWidget(made)
        actions.addStretch(1)
        middle.addLayout(actions)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(16)
        layout.addWidget(self.preview, alignment=Qt.AlignmentFlag.AlignTop)
        layout.addLayout(middle, 1)
        self.refresh()

    def _toggle_later(self) -> None:
        tray = self._session.tray
        tray.follow_later(self.slot.code, is_later=self.slot.code not in tray.to_follow)

    def refresh(self) -> None:
        """Show the session's paper of this slot."""
        session, slot = self._session, self.slot
        paper = session.tray.papers.get(slot.code)
        is_following = slot.code in session.tray.to_follow
        may_follow = session.case is None and (slot.is_gap_able or slot.is_original_kept)
        self.later.setVisible(may_follow and paper is None)
        later = "以后补交" if slot.is_gap_able else "原件存柜"
        self.later.setText("还是现在交" if is_following else later)
        is_busy = paper is not None and paper.state in ("checking", "uploading")
        self.preview.show_file(paper.preview if paper is not None else "")
        self.preview.setVisible(paper is not None and bool(paper.preview))
        self.bar.setVisible(is_busy)
        self.again.setVisible(paper is not None and paper.can_try_again)
        self.remove.setVisible(paper is not None)
        self.remove.setText("取消上传" if is_busy else "移除")
        self.camera.setVisible(not is_busy and not is_following)
        self.file.setVisible(not is_busy and not is_following)
        self.camera.setText("高拍仪拍照" if paper is None else "重新拍照")
        self.file.setText("U 盘 / 文件" if paper is None else "换个文件")
        self.words.setVisible(paper is not None)
        self.hint.setVisible(paper is None)
        if is_following:
            set_chip(self.state, "以后补交" if slot.is_gap_able else "存入材料柜", "warn")
        elif paper is None:
            set_chip(self.state, *(("未交", "idle") if session.case is None else self._wanted))
        if paper is None:
            return
        set_chip(self.state, *_chip_of(paper))
        self.words.setText(_words_of(paper))
        self.words.setProperty("role", "" if paper.state == "failed" else "muted")
        self.bar.setRange(0, paper.total if paper.state == "uploading" else 0)
        self.bar.setValue(paper.done)


def _need(slot: MaterialSlot) -> str:
    if slot.is_gap_able:
        return "次要材料，可以以后补交（容缺）"
    need = "必要材料" if slot.is_required else "没有的可以不交"
    return f"{need}，原件要存入材料柜" if slot.is_original_kept else need


def _chip_of(paper: Paper) -> tuple[str, str]:
    return {
        "checking": ("正在检查", "warn"),
        "uploading": ("正在上传", "warn"),
        "ready": ("已交", "good"),
        "failed": ("没有交成", "bad"),
    }[paper.state]


def _words_of(paper: Paper) -> str:
    match paper.state:
        case "checking":
            return f"{paper.name}　正在检查文件能否打开…"
        case "uploading":
            return f"{paper.name}　已上传 {size_text(paper.done)}，共 {size_text(paper.total)}"
        case "failed":
            return sentence(paper.problem)
        case "ready":
            pages = paper.material.pages if paper.material is not None else 1
            return f"{paper.name}　{pages} 页，{size_text(paper.total)}，{_SOURCES[paper.source]}"
