"""The one confirmation before a decision or a hang-up: what will happen, to which papers, in one look."""

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from reviewer.qt.labels import button, card, label
from reviewer.session import DeskSession


class Confirmation(QDialog):
    """Modal to the window, never blocking the program: ``act`` runs when it is confirmed."""

    def __init__(
        self, title: str, lines: list[str], note: str, verb: str, act: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self._act = act
        frame = card()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(16, 12, 16, 12)
        for line in lines:
            inside.addWidget(label(line, wraps=True))
        self.confirm = button(verb, "primary")
        self.cancel = button("返回", "", "不作决定（Esc）")
        self.confirm.clicked.connect(self._confirmed)
        self.cancel.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._confirmed)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.confirm)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(label(title, "title"))
        column.addWidget(frame)
        column.addWidget(label(note, "muted", wraps=True))
        column.addLayout(row)
        self.confirm.setDefault(True)
        self.confirm.setFocus()

    def _confirmed(self) -> None:
        self.accept()
        self._act()


def confirm_acceptance(session: DeskSession, parent: QWidget) -> Confirmation | None:
    """Ask before accepting; None when nothing can be accepted now."""
    case = session.case
    if case is None or session.undecided_reasons("accept"):
        return None
    lines = [f"事项：{case.item.name}", f"申请人：{case.applicant.name}", f"受理机关：{case.item.authority}"]
    lines += [
        f"　{paper.slot_name} 第 {paper.material.version} 版 · {paper.page_count} 页"
        f" · 摘要 {paper.material.digest[:12]}"
        for paper in session.papers.current()
    ]
    note = "确认后将生成《受理通知书》，加盖电子印章并送达终端；盖章后不能撤回。"
    return Confirmation("受理并盖章", lines, note, "确认受理并盖章", session.accept, parent)


def confirm_corrections(session: DeskSession, parent: QWidget) -> Confirmation | None:
    """Ask before sending the draft; None when it cannot be sent now."""
    case = session.case
    if case is None or session.undecided_reasons("request_corrections"):
        return None
    names = {slot.code: slot.name for slot in case.item.slots}
    lines = [
        f"{number}. {names.get(draft.slot, draft.slot)} 第 {draft.page + 1} 页：{draft.problem}"
        f"\n　要求：{draft.requirement}"
        for number, draft in enumerate(session.drafts, 1)
    ]
    note = "确认后将生成《补正告知书》，加盖电子印章并送达终端。补正内容须一次告知，请确认没有遗漏。"
    return Confirmation(
        f"要求补正 {len(lines)} 项", lines, note, "确认发出补正告知书", session.request_corrections, parent
    )


def confirm_hang_up(session: DeskSession, parent: QWidget) -> Confirmation | None:
    """Ask before leaving an undecided case; None when there is no call or nothing to ask: then it hangs up."""
    case = session.case
    if session.call is None:
        return None
    if case is None or case.state != "reviewing":
        session.end()
        return None
    lines = [f"{case.ticket_number} {case.item.name}", f"申请人：{case.applicant.name}"]
    note = "此办件尚未作出决定。挂断后办件回到队首，补正草稿不保留。"
    return Confirmation("挂断通话？", lines, note, "挂断", session.end, parent)
