"""The one confirmation before anything that cannot be taken back: what will happen, to what, in one look.

``Confirmation`` may carry a ``Form`` below its lines and another beside them; it can be confirmed once neither has
anything to complain about.
"""

from collections.abc import Callable
from datetime import datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut, QShowEvent
from PyQt6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from reviewer.qt.casewords import CONVERSION
from reviewer.qt.labels import button, card, label
from reviewer.qt.sentences import appointment_text
from reviewer.session import DeskSession
from signaling.protocol.values import Conversion

_WIDTH_PX = 560
_LEFT_PX = 480


class Form(QWidget):
    """Fields of a confirmation. Emits ``changed`` after each change."""

    changed = pyqtSignal()

    def problem(self) -> str:
        """What is still missing, as a sentence; empty when it can be sent."""
        return ""


class Confirmation(QDialog):
    """Modal to the window, never blocking the program: ``act`` runs when it is confirmed.

    ``role`` is the look of the confirming button: danger for what goes against the applicant.
    """

    def __init__(
        self,
        title: str,
        lines: list[str],
        note: str,
        verb: str,
        act: Callable[[], None],
        parent: QWidget,
        form: Form | None = None,
        role: str = "primary",
        beside: Form | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH_PX)
        self._act = act
        self.form = form
        self.beside = beside
        self.hint = label(role="muted", wraps=True)
        self.confirm = button(verb, role)
        self.cancel = button("返回", "", "不作决定（Esc）")
        self.confirm.clicked.connect(self._confirmed)
        self.cancel.clicked.connect(self.reject)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._confirmed)
        row = QHBoxLayout()
        row.addWidget(self.hint, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.confirm)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(24)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        outer.addWidget(left)
        column.addWidget(label(title, "title"))
        if lines:
            column.addWidget(_summary(lines))
        if form is not None:
            column.addWidget(form)
            form.changed.connect(self._check)
        column.addWidget(label(note, "muted", wraps=True))
        if beside is not None:
            left.setFixedWidth(_LEFT_PX)
            column.addStretch(1)
            outer.addWidget(beside, 1)
            beside.changed.connect(self._check)
        column.addLayout(row)
        self.confirm.setDefault(True)
        (form or self.confirm).setFocus()
        self._check()

    def _check(self) -> None:
        problem = next((words for form in (self.form, self.beside) if form and (words := form.problem())), "")
        self.hint.setText(problem)
        is_waiting = self.cancel.hasFocus() and not self.confirm.isEnabled()
        self.confirm.setEnabled(not problem)
        if is_waiting and not problem:  # the keyboard was only here because there was nothing to confirm yet
            self.confirm.setFocus()
        self._fit()

    def _fit(self) -> None:
        """Grow when a field or a sentence has come in; never shrink under the pointer."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            width = max(self.width(), self.minimumWidth(), layout.minimumSize().width())
            self.resize(width, max(self.height(), layout.totalHeightForWidth(width)))

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._fit()

    def _confirmed(self) -> None:
        if self.confirm.isEnabled():
            self._act()
            self.accept()


def confirm_hang_up(session: DeskSession, parent: QWidget) -> Confirmation | None:
    """Ask before leaving an undecided case; None when there is no call or nothing to ask: then it hangs up."""
    case = session.case
    if session.call is None:
        return None
    if case is None or case.state != "reviewing":
        session.end()
        return None
    note = "此办件尚未作出决定。挂断后办件回到队首，补正草稿不保留。"
    return Confirmation("挂断通话？", _whose(session), note, "挂断", session.end, parent, role="danger")


def confirm_missed(session: DeskSession, parent: QWidget) -> Confirmation | None:
    """Ask before a ticket is marked as missed; None without a call."""
    if not session.can_end:
        return None
    note = "通话结束，此号按过号处理：位置保留一段时间，申请人可在任一终端补号，补号后按原等候时间排队。"
    return Confirmation("终端前无人应答？", _whose(session), note, "按过号处理", session.mark_missed, parent)


def confirm_park(session: DeskSession, parent: QWidget) -> Confirmation | None:
    """Ask before the call ends and the case waits for the applicant; None without a call."""
    if not session.can_end:
        return None
    note = "通话结束，办件暂存在您名下；申请人准备好后在终端按“继续办理”，仍由您接听。"
    return Confirmation("暂存等待？", _whose(session), note, "暂存", session.park, parent)


def confirm_conversion(
    session: DeskSession, to: Conversion, start: datetime | None, parent: QWidget
) -> Confirmation | None:
    """Ask before the place in line is exchanged; None without a call."""
    if not session.can_end:
        return None
    when = f"：{appointment_text(start)}" if start else ""
    note = "请先与申请人说明并取得同意。确认后通话结束，终端会显示新的办理方式。"
    return Confirmation(
        f"{CONVERSION[to]}{when}", _whose(session), note, "确认", lambda: session.convert(to, start), parent
    )


def _whose(session: DeskSession) -> list[str]:
    case = session.case
    return [f"{case.ticket_number} {case.item.name}", f"申请人：{case.applicant.name}"] if case else []


def _summary(lines: list[str]) -> QWidget:
    frame = card()
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(16, 12, 16, 12)
    for line in lines:
        inside.addWidget(label(line, wraps=True))
    return frame
