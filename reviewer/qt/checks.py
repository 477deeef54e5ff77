"""The list of pre-checks: one sentence each, worst first, with a sign beside the colour."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from reviewer.checks import Check, CheckLevel, run_checks
from reviewer.qt.labels import chip, label, let_through, set_chip
from reviewer.qt.sentences import check_sentence
from reviewer.session import DeskSession

_SIGN: dict[CheckLevel, tuple[str, str]] = {
    "good": ("good", "通过"),
    "wait": ("idle", "等待"),
    "warn": ("warn", "留意"),
    "bad": ("bad", "有误"),
}


class ChecksPanel(QScrollArea):
    """Advice for the reviewer; nothing here decides."""

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[Check, ...] = ()
        self.lines: list[CheckLine] = []
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 10, 12, 10)
        self._column.setSpacing(8)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        let_through(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        session.subscribe(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the findings for the open case."""
        case = self._session.case
        checks = run_checks(case, self._session.papers) if case else ()
        if checks == self._shown:
            return
        self._shown = checks
        while len(self.lines) < len(checks):
            line = CheckLine()
            self._column.insertWidget(len(self.lines), line)
            self.lines.append(line)
        for place, line in enumerate(self.lines):
            line.setVisible(place < len(checks))
            if place < len(checks):
                line.show_check(checks[place])


class CheckLine(QWidget):
    """A chip with a word and the sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.sign = chip()
        self.text = label(wraps=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)

    def show_check(self, check: Check) -> None:
        """Show this finding."""
        state, word = _SIGN[check.level]
        set_chip(self.sign, word, state)
        self.text.setText(check_sentence(check))
