"""The booth's window: steps on top, the panel of the present step, 返回 and 求助 always at the same place.

Lays out panels and nothing else.
"""

from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from terminal.qt.banner import Banner
from terminal.qt.cabinet import CabinetPanel
from terminal.qt.call import CallPanel
from terminal.qt.corrections import CorrectionPanel
from terminal.qt.elements import Stack, button, label
from terminal.qt.entry import EntryPanel
from terminal.qt.fix import FixCard
from terminal.qt.help import HelpPanel
from terminal.qt.identify import IdentifyPanel
from terminal.qt.items import ItemsPanel
from terminal.qt.materials import MaterialsPanel
from terminal.qt.opinion import OpinionPanel
from terminal.qt.result import ResultPanel
from terminal.qt.slip import SlipPanel
from terminal.qt.steps import StepBar
from terminal.qt.submit import SubmitPanel
from terminal.qt.trouble import TroublePanel
from terminal.qt.waiting import WaitingPanel
from terminal.qt.welcome import WelcomePanel
from terminal.session import Step, TerminalSession


class BoothWindow(QWidget):
    """Shows the session's step."""

    def __init__(self, session: TerminalSession, terminal_name: str) -> None:
        super().__init__()
        self.setWindowTitle("云窗口 · 自助终端")
        self._session = session
        self.call = CallPanel(session)
        self.panels: dict[Step, QWidget] = {
            "welcome": WelcomePanel(session),
            "claim": EntryPanel(session, "token"),
            "pickup": EntryPanel(session, "code"),
            "identify": IdentifyPanel(session),
            "items": ItemsPanel(session),
            "materials": MaterialsPanel(session),
            "submit": SubmitPanel(session),
            "waiting": WaitingPanel(session),
            "call": self.call,
            "correction": CorrectionPanel(session),
            "result": ResultPanel(session),
            "cabinet": CabinetPanel(session),
            "opinion": OpinionPanel(session),
            "trouble": TroublePanel(session),
            "slip": SlipPanel(session),
        }
        self.help = HelpPanel(session)
        self.help.close_it.clicked.connect(self._close_help)
        self.stack = Stack()
        for panel in (*self.panels.values(), self.help):
            self.stack.addWidget(panel)
        self.banner = Banner(session)
        self._steps, self.fix = StepBar(session), FixCard(session)
        self._top = Stack()  # a small screen has no room for both
        self._top.addWidget(self._steps)
        self._top.addWidget(self.fix)
        self._top.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.back = button("返回")
        self.back.setMinimumWidth(140)
        self.back.clicked.connect(session.back)
        self.ask_help = button("求助", "danger")
        self.ask_help.setMinimumWidth(140)
        self.ask_help.clicked.connect(self._toggle_help)
        self.idle = label("", is_wrapped=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 14, 24, 14)
        layout.setSpacing(12)
        layout.addWidget(self._top)
        layout.addWidget(self.banner)
        layout.addWidget(self.stack, 1)
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.back)
        foot.addWidget(self.ask_help)
        foot.addWidget(self.idle, 1)
        foot.addWidget(label(terminal_name, "muted"))
        layout.addLayout(foot)
        self._step: Step = session.step
        session.subscribe(self._refresh)
        self._refresh()

    def show_idle(self, left_s: int) -> None:
        """Warn during the last seconds before the applicant's data is wiped."""
        self.idle.setText(f"{left_s} 秒后清除您的信息，点屏幕继续办理" if left_s else "")

    def _toggle_help(self) -> None:
        if self.stack.currentWidget() is self.help:
            self._close_help()
        else:
            self.stack.setCurrentWidget(self.help)

    def _close_help(self) -> None:
        self.stack.setCurrentWidget(self.panels[self._session.step])

    def _refresh(self) -> None:
        step = self._session.step
        self._top.setCurrentWidget(self._steps if self._session.fix is None else self.fix)
        self.back.setEnabled(self._session.can_go_back)
        if step != self._step or self.stack.currentWidget() is not self.help:
            is_new, self._step = step != self._step, step
            self.stack.setCurrentWidget(self.panels[step])
            focused = self.focusWidget()
            if is_new and focused is not None:
                focused.clearFocus()  # a stack hands the focus on: the next key would press what nobody chose
