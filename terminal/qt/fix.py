"""A correction on the spot (行政许可法 art. 32(3)): what stands there, what it becomes, and the applicant's yes or no.

Stands above whatever panel is in front, in the place of the steps: the reviewer waits for the answer.
"""

from typing import Literal

from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout

from signaling.protocol.acts import ConfirmFix
from terminal.qt.elements import button, label
from terminal.session import TerminalSession

_FIELDS: dict[Literal["name", "phone", "legal_representative"], str] = {
    "name": "申请人名称",
    "phone": "联系电话",
    "legal_representative": "法定代表人",
}


class FixCard(QFrame):
    """Put in front by the window while something is asked."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._session = session
        self.title = label("", "heading", is_wrapped=True)
        self.old, self.new = label("", is_wrapped=True), label("", "heading", is_wrapped=True)
        self.refuse, self.confirm = button("不同意"), button("确认更正", "primary")
        self.refuse.clicked.connect(lambda: session.confirm_fix(is_confirmed=False))
        self.confirm.clicked.connect(lambda: session.confirm_fix(is_confirmed=True))
        lines = QGridLayout()
        lines.setHorizontalSpacing(16)
        lines.addWidget(label("原来是", "muted"), 0, 0)
        lines.addWidget(self.old, 0, 1)
        lines.addWidget(label("改为", "muted"), 1, 0)
        lines.addWidget(self.new, 1, 1)
        lines.setColumnStretch(1, 1)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(self.title)
        words.addLayout(lines)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 12, 20, 12)
        layout.setSpacing(16)
        layout.addLayout(words, 1)
        for press in (self.refuse, self.confirm):
            press.setMinimumSize(150, 72)
            layout.addWidget(press)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        fix = self._session.fix
        if fix is None:
            return
        self.title.setText(f"审核人员请您当场更正：{_FIELDS[fix.field]}")
        self.old.setText(fix.old or "（空）")
        self.new.setText(fix.new)
        is_asking = self._session.asking.is_asking(ConfirmFix)
        self.refuse.setEnabled(not is_asking)
        self.confirm.setEnabled(not is_asking)
