"""The desk's window: lays out the panels and binds the keys, nothing else."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from reviewer.qt.banner import Banner
from reviewer.qt.case import CaseHeader
from reviewer.qt.cheatsheet import CheatSheet
from reviewer.qt.checks import ChecksPanel
from reviewer.qt.confirm import Confirmation, confirm_conversion, confirm_hang_up, confirm_missed, confirm_park
from reviewer.qt.corrections import CorrectionsPanel
from reviewer.qt.decision import DecisionBar
from reviewer.qt.facts import FactsPanel
from reviewer.qt.idle import IdlePage
from reviewer.qt.login import LoginPage
from reviewer.qt.marks import MarksPanel
from reviewer.qt.materials import MaterialStrip
from reviewer.qt.outcome import ask_outcome
from reviewer.qt.queue import QueuePanel
from reviewer.qt.repairs import ask_fix, ask_void
from reviewer.qt.ring import RingCard
from reviewer.qt.tabs import Tabs
from reviewer.qt.topbar import TopBar
from reviewer.qt.video import VideoPanel
from reviewer.qt.viewer import Viewer
from reviewer.session import DeskSession
from signaling.protocol.values import CaseState, Outcome

_WIDE_PX = 1500
_RIGHT_WIDE_PX, _RIGHT_NARROW_PX = 380, 300


class DeskWindow(QMainWindow):
    """Login page, or the desk. Built with the session; ``url`` and ``desk_id`` only fill the login form."""

    def __init__(self, session: DeskSession, url: str = "", desk_id: str = "") -> None:
        super().__init__()
        self._session = session
        self._is_queue_wanted: bool | None = None
        self._last_state: tuple[CaseState | None, int] = (None, 0)
        self._was_in_charge = False
        self.setWindowTitle("云窗口 · 审核席位")
        self.setMinimumSize(940, 700)
        self.login = LoginPage(session, url, desk_id)
        self.topbar, self.banner, self.queue = TopBar(session), Banner(session), QueuePanel(session)
        self.ring, self.idle, self.header = RingCard(session), IdlePage(session), CaseHeader(session)
        self.materials, self.viewer, self.video = MaterialStrip(session), Viewer(session), VideoPanel(session)
        self.checks, self.facts, self.marks = ChecksPanel(session), FactsPanel(session), MarksPanel(session)
        self.corrections, self.decision = CorrectionsPanel(session), DecisionBar(session)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.login)
        self._pages.addWidget(self._desk())
        self.setCentralWidget(self._pages)
        self.topbar.queue_toggled.connect(self._toggle_queue)
        self.topbar.ticked.connect(self.video.show_clock)
        self._connect_questions()
        self.video.hang_up_asked.connect(self.hang_up)
        self._bind_keys()
        session.subscribe(self.refresh)
        self.refresh()

    def _desk(self) -> QWidget:
        desk = QWidget()
        papers = QHBoxLayout()
        papers.addWidget(self.materials)
        papers.addWidget(self.viewer, 1)
        work = QWidget()
        centre = QVBoxLayout(work)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.addWidget(self.header)
        centre.addLayout(papers, 1)
        self._centre = QStackedWidget()
        self._centre.addWidget(self.idle)
        self._centre.addWidget(work)
        self.tabs = Tabs()
        self.tabs.add(self.checks, "核验")
        self.tabs.add(self.facts, "办件")
        self.tabs.add(self.marks, "批注")
        self.tabs.add(self.corrections, "补正")
        self.right = QWidget()
        side = QVBoxLayout(self.right)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.video)
        side.addWidget(self.tabs, 1)
        middle = QHBoxLayout()
        middle.addWidget(self.queue)
        middle.addWidget(self._centre, 1)
        middle.addWidget(self.right)
        column = QVBoxLayout(desk)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        for widget in (self.topbar, self.banner, self.ring):
            column.addWidget(widget)
        column.addLayout(middle, 1)
        column.addWidget(self.decision)
        return desk

    def _connect_questions(self) -> None:
        """Everything that cannot be taken back is asked about first."""
        session, decision = self._session, self.decision
        decision.asked.connect(self._ask)
        decision.missed_asked.connect(lambda: _open(confirm_missed(session, self)))
        decision.park_asked.connect(lambda: _open(confirm_park(session, self)))
        decision.conversion_asked.connect(lambda to, start: _open(confirm_conversion(session, to, start, self)))
        self.facts.fix_asked.connect(lambda: _open(ask_fix(session, self)))
        self.facts.void_asked.connect(self._ask_void)

    def _bind_keys(self) -> None:
        session = self._session
        for keys, act in (
            ("F1", lambda: CheatSheet(self).open()),
            ("F2", session.answer),
            ("F4", self.hang_up),
            ("F8", self.video.toggle_hold),
            ("F9", self.topbar.toggle),
            ("Alt+A", self.video.toggle_microphone),
            ("Alt+V", self.video.toggle_camera),
            ("Ctrl+Return", lambda: self._ask("accept")),
            ("Ctrl+Enter", lambda: self._ask("accept")),
            ("Ctrl+Shift+Return", lambda: self._ask("request_corrections")),
            ("Ctrl+Shift+Enter", lambda: self._ask("request_corrections")),
            ("Ctrl+PgDown", lambda: self._step_material(1)),
            ("Ctrl+PgUp", lambda: self._step_material(-1)),
            ("F6", lambda: self._step_panel(1)),
            ("Shift+F6", lambda: self._step_panel(-1)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def refresh(self) -> None:
        """Show the page and the panels this moment needs."""
        session = self._session
        is_in = bool(session.name) and session.connection != "refused"
        self._pages.setCurrentIndex(1 if is_in else 0)
        has_case = session.case is not None
        self._centre.setCurrentIndex(1 if has_case else 0)
        self._show_queue()
        self.right.setVisible(has_case)
        self.video.setVisible(session.offer is None and not session.is_opened)
        self.decision.setVisible(has_case)
        if session.is_in_charge and not self._was_in_charge:
            self.viewer.canvas.setFocus(Qt.FocusReason.OtherFocusReason)  # where the answer's button was is nothing now
        self._was_in_charge = session.is_in_charge
        marks = len(session.papers.mark_rows())
        self.tabs.set_title(self.marks, f"批注 {marks}" if marks else "批注")
        self.tabs.set_title(self.corrections, f"补正 {len(session.drafts)}" if session.drafts else "补正")
        state = (session.case.state if session.case else None, len(session.drafts))
        if state[1] > self._last_state[1] or (state[0] == "correction_requested" != self._last_state[0]):
            self.tabs.show_page(self.corrections)
        elif session.offer is not None or state[0] is None:
            self.tabs.show_page(self.checks)
        elif state[0] != self._last_state[0] and state[0] not in ("received", "reviewing"):
            self.tabs.show_page(self.facts)
        self._last_state = state

    def hang_up(self) -> None:
        """Hang up, asking first when the case is undecided."""
        _open(confirm_hang_up(self._session, self))

    def _ask(self, outcome: Outcome) -> None:
        _open(ask_outcome(self._session, outcome, self))

    def _ask_void(self, notice_id: str) -> None:
        case = self._session.case
        notice = next((notice for notice in case.notices if notice.notice_id == notice_id), None) if case else None
        if notice is not None:
            _open(ask_void(self._session, notice, self))

    def _step_material(self, step: int) -> None:
        papers = self._session.papers.current()
        if papers:
            shown = self._session.shown_paper
            place = papers.index(shown) + step if shown in papers else 0
            next_one = papers[place % len(papers)].material
            self._session.show_material(next_one.digest, slot=next_one.slot)

    def _step_panel(self, step: int) -> None:
        """Papers, page, side panel, decision: put the keyboard on the next one."""
        panels: list[QWidget] = [self.materials, self.viewer, self.tabs, self.decision]
        focus = self.focusWidget()
        here = next((n for n, panel in enumerate(panels) if focus is not None and panel.isAncestorOf(focus)), -1)
        panel = panels[(here + step) % len(panels)]
        if panel is self.tabs:
            self.tabs.focus_tab()
        elif panel is self.viewer:
            self.viewer.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif panel is self.materials:
            self.materials.focus_shown()
        else:
            self.decision.focus_first()

    def _show_queue(self) -> None:
        """As the reviewer wants it; until they say so, where there is room: always between two cases."""
        has_room = self.width() >= _WIDE_PX or self._session.case is None
        self.queue.setVisible(has_room if self._is_queue_wanted is None else self._is_queue_wanted)

    def _toggle_queue(self) -> None:
        self._is_queue_wanted = not self.queue.isVisible()
        self.queue.setVisible(self._is_queue_wanted)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        is_wide = self.width() >= _WIDE_PX
        self.right.setFixedWidth(_RIGHT_WIDE_PX if is_wide else _RIGHT_NARROW_PX)
        self._show_queue()
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Closing in a call would cut off the applicant: hang up first."""
        if event is not None and self._session.call is not None and self._session.is_online:
            event.ignore()
            self.hang_up()


def _open(dialog: Confirmation | None) -> None:
    if dialog is not None:
        dialog.open()
