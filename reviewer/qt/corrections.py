"""The correction draft: one card per item with what is wrong and what it must meet; and what was sent."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from reviewer.draft import DraftCorrection
from reviewer.qt.icons import icon
from reviewer.qt.labels import ElidedLabel, button, card, chip, label, let_through
from reviewer.session import DeskSession
from signaling.protocol.values import CaseView, Correction
from signaling.qt.look import MUTED, PRIMARY

PHRASES: tuple[tuple[str, str], ...] = (
    ("页面不清晰，文字无法辨认", "重新扫描，分辨率不低于 300 dpi，页面四边完整"),
    ("缺少签名或盖章", "由法定代表人签名并加盖公章后重新提交"),
    ("填写内容与证照记载不一致", "按证照记载的内容更正后重新提交"),
    ("缺页", "补齐全部页后整份重新提交"),
    ("图纸未注明比例、指北针或图例", "按制图标准补注后重新出图"),
    ("材料已过有效期", "提交有效期内的材料"),
)
"""Phrases reviewers use again and again: what is wrong, what it must meet."""

_EMPTY = "还没有补正事项。\n在“批注”里把一处批注列为补正，或在这里手工添加。\n补正须一次性告知全部内容。"


class CorrectionsPanel(QScrollArea):
    """Cards follow the session's drafts; text goes to the session with each keystroke."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.cards: dict[str, DraftCard] = {}
        self._sent: tuple[tuple[Correction, ...], bool] = ((), False)
        self.empty = label(_EMPTY, "muted", wraps=True)
        self.add = button("手工添加（当前材料、当前页）", "quiet", icon=icon("plus", PRIMARY))
        self.add.clicked.connect(self._add_here)
        self.missing = button("", "quiet", "缺少的必交材料各列一项：补正须一次告知", icon("plus", PRIMARY))
        self.missing.clicked.connect(session.add_missing)
        self.sent = QVBoxLayout()
        self.sent.setSpacing(8)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(8)
        self._column.addLayout(self.sent)
        self._column.addWidget(self.empty)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(self.missing, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        let_through(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Add and remove cards as the drafts say; a card being typed in keeps its text and cursor."""
        session = self._session
        known = {draft.draft_id for draft in session.drafts}
        for draft_id in [draft_id for draft_id in self.cards if draft_id not in known]:
            gone = self.cards.pop(draft_id)
            self._column.removeWidget(gone)
            gone.deleteLater()
        case = session.case
        for place, draft in enumerate(session.drafts):
            if draft.draft_id not in self.cards:
                name = _slot_name(case, draft.slot)
                self.cards[draft.draft_id] = DraftCard(session, draft, name)
                self._column.insertWidget(1 + place, self.cards[draft.draft_id])
                self.cards[draft.draft_id].problem.setFocus()
            self.cards[draft.draft_id].show_draft(place + 1, draft)
        is_reviewing = session.can_correct
        waits = case is not None and case.state == "correction_requested"
        self.empty.setText(_EMPTY if is_reviewing else "没有补正事项。")
        self.empty.setVisible(not session.drafts and (is_reviewing or case is None or not case.corrections))
        self.add.setVisible(is_reviewing)
        self.add.setEnabled(session.shown is not None)
        unasked = session.unasked_slots() if is_reviewing else ()
        self.missing.setVisible(bool(unasked))
        self.missing.setText(f"列入缺少的材料 {len(unasked)} 项")
        self._show_sent(case, case.corrections if case else (), waits)

    def _add_here(self) -> None:
        shown, paper = self._session.shown, self._session.shown_paper
        if shown and paper:
            self._session.add_correction(paper.material.slot, shown[1])

    def _show_sent(self, case: CaseView | None, corrections: tuple[Correction, ...], waits: bool) -> None:
        if (corrections, waits) == self._sent:
            return
        self._sent = (corrections, waits)
        while self.sent.count():
            item = self.sent.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.deleteLater()
        if corrections:
            title = "已告知申请人，等待提交新版本" if waits else "上次告知的补正事项"
            self.sent.addWidget(label(title, "heading", wraps=True))
        for number, correction in enumerate(corrections, 1):
            place = f"{number}. {_slot_name(case, correction.slot)} 第 {correction.page + 1} 页"
            self.sent.addWidget(label(f"{place}\n{correction.problem}\n→ {correction.requirement}", wraps=True))


class DraftCard(QFrame):
    """One correction being written."""

    def __init__(self, session: DeskSession, draft: DraftCorrection, slot_name: str) -> None:
        super().__init__()
        self._session = session
        self._draft_id = draft.draft_id
        self._slot_name = slot_name
        frame = card()
        self.title = ElidedLabel(role="heading")
        self.place = label(role="muted")
        self.state = chip("待填写", "warn")
        self.phrases = button("常用语", "quiet")
        menu = QMenu(self)
        for problem, requirement in PHRASES:
            action = menu.addAction(problem)
            if action is not None:
                action.triggered.connect(lambda _=False, p=problem, r=requirement: self._fill(p, r))
        self.phrases.setMenu(menu)
        self.remove = button("", "quiet", "删除这一项", icon("close", MUTED))
        self.remove.setAccessibleName("删除这一项")
        self.remove.clicked.connect(lambda: session.remove_correction(draft.draft_id))
        self.problem = _editor("存在的问题", draft.problem)
        self.requirement = _editor("补正要求（须达到的标准）", draft.requirement)
        for editor in (self.problem, self.requirement):
            editor.textChanged.connect(self._typed)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.title, 1)
        top.addWidget(self.remove)
        bottom = QHBoxLayout()
        bottom.addWidget(self.phrases)
        bottom.addStretch(1)
        bottom.addWidget(self.state)
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 4, 8, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.place)
        column.addWidget(self.problem)
        column.addWidget(self.requirement)
        column.addLayout(bottom)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def show_draft(self, number: int, draft: DraftCorrection) -> None:
        """Number, place and whether it is complete; the texts are the person's own."""
        self.title.setText(f"{number}. {self._slot_name}")
        self.place.setText(f"第 {draft.page + 1} 页 · {'来自批注' if draft.mark_id else '手工添加'}")
        self.state.setVisible(not draft.is_complete)

    def _fill(self, problem: str, requirement: str) -> None:
        self.problem.setPlainText(problem)
        self.requirement.setPlainText(requirement)

    def _typed(self) -> None:
        self._session.edit_correction(self._draft_id, self.problem.toPlainText(), self.requirement.toPlainText())


def _editor(hint: str, text: str) -> QPlainTextEdit:
    made = QPlainTextEdit(text)
    made.setPlaceholderText(hint)
    made.setAccessibleName(hint)
    made.setTabChangesFocus(True)
    made.setFixedHeight(66)
    return made


def _slot_name(case: CaseView | None, code: str) -> str:
    names = {slot.code: slot.name for slot in case.item.slots} if case else {}
    return names.get(code, code)
