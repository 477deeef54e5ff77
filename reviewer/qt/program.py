"""The desk as a program with a window: puts session, loop thread, call and views together."""

import logging
import signal
from collections.abc import Callable, Sequence
from functools import partial
from uuid import uuid4

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication

from reviewer.calls import Link
from reviewer.desk import ConnectTo, Desk, LegMessage, LegPort
from reviewer.effects import StartLeg
from reviewer.qt.window import DeskWindow
from reviewer.settings import DEFAULT_DESK, Settings
from signaling.peer.connection import CallLeg
from signaling.peer.picture import preview_of
from signaling.peer.tracks import Sources
from signaling.qt.language import speak_chinese
from signaling.qt.look import apply_look
from signaling.qt.loop import LoopThread
from signaling.qt.messages import log_qt_messages
from signaling.qt.sound import Speaker

logger = logging.getLogger(__name__)

OWN_PICTURE_MS = 100
"""How often one's own small picture is painted."""


class DeskProgram(QObject):
    """One desk with its window. ``start`` once, ``stop`` once; in between Qt's event loop runs."""

    _posted = pyqtSignal(object)

    def __init__(self, settings: Settings, connect: ConnectTo, sources: Sources) -> None:
        super().__init__()
        self._settings = settings
        self._sources = sources
        self._posted.connect(self._take)
        self.desk = Desk(self._posted.emit, connect, self._open_leg, self._ring, lambda: uuid4().hex)
        login = settings.login
        self.window = DeskWindow(self.desk.session, settings.url, login.desk_id if login else DEFAULT_DESK)
        self._speaker = Speaker(self)
        self._loop = LoopThread("desk", self._crashed)
        self._own = QTimer(self)
        self._own.setInterval(OWN_PICTURE_MS)
        self._own.timeout.connect(self._show_own)

    def start(self) -> None:
        """Show the window, then connect when a login is known."""
        self.window.show()
        self._loop.start()
        self._loop.run(self.desk.run())
        self._own.start()
        login = self._settings.login
        if login:
            self.desk.session.log_in(self._settings.url, login.reviewer, login.password, login.desk_id)

    @property
    def sounds_heard(self) -> int:
        """Blocks of the other side's sound that arrived, audible or not."""
        return self._speaker.blocks

    def stop(self) -> None:
        """Leave the hall, close the call, wipe the materials."""
        self._own.stop()
        self._loop.stop()
        self._speaker.stop()

    def _take(self, act: Callable[[], None]) -> None:
        act()

    def _ring(self, is_on: bool) -> None:
        # A beep is all that works without a sound card's library; the ring card is what must not be missed.
        if is_on:
            QApplication.beep()
            QApplication.alert(self.window)

    def _open_leg(self, leg: StartLeg, say: Callable[[LegMessage], None], changed: Callable[[Link], None]) -> LegPort:
        show = self.window.video.remote.show_picture
        hear = self._speaker.play
        return CallLeg(leg.call_id, leg.generation, leg.is_offerer, self._sources, say, show, changed, on_sound=hear)

    def _show_own(self) -> None:
        call = self.desk.session.call
        if call is None or not call.leg or not self.window.video.own.isVisible():
            return
        self.window.video.own.show_picture(preview_of(self._sources.picture()))

    def _crashed(self, problem: BaseException) -> None:
        """In the loop's thread: leave a visible trace, the log has the traceback."""
        self._posted.emit(partial(self.desk.session.failed, f"internal_{type(problem).__name__.lower()}"))


def run_program(settings: Settings, connect: ConnectTo, sources: Sources, arguments: Sequence[str]) -> int:
    """Run the desk until its window is closed; the exit status."""
    log_qt_messages()
    app = QApplication(list(arguments))
    apply_look(app)
    speak_chinese(app)
    # Qt's loop does not let Python handle signals; the own-picture timer gives it the moment to.
    for ending in (signal.SIGINT, signal.SIGTERM):
        # exit() and not quit(): quit() asks every window, and the desk's answers in a call with a question.
        signal.signal(ending, lambda _signal, _frame: app.exit())
    program = DeskProgram(settings, connect, sources)
    program.window.resize(1600, 940)
    program.start()
    try:
        return app.exec()
    finally:
        program.stop()
