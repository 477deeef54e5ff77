"""Starts the booth's window: Qt in the main thread, the booth in a thread with its own loop, wires between them.

The session lives in the GUI thread; the booth posts into it through a queued signal. The window never waits for the
loop.
"""

import logging
import signal
import sys
from collections.abc import Callable

from PyQt6 import sip
from PyQt6.QtCore import QObject, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QVBoxLayout, QWidget

from signaling.peer.picture import preview_of
from signaling.peer.tracks import CAMERA_OFF, Sources
from signaling.qt.language import speak_chinese
from signaling.qt.look import apply_look
from signaling.qt.loop import LoopThread
from signaling.qt.messages import log_qt_messages
from signaling.qt.sound import Speaker
from terminal.booth import Booth
from terminal.devices import CardReader
from terminal.machine import build_booth, call_sources
from terminal.qt.elements import GAP, button, label
from terminal.qt.idle import IdleWatch
from terminal.qt.window import BoothWindow
from terminal.settings import BASE_PX, Settings

logger = logging.getLogger(__name__)

OWN_PICTURE_MS = 125


class Mailbox(QObject):
    """Runs functions of other threads in the thread it was made in, in order."""

    _arrived = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._arrived.connect(self._run, type=Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg]

    def post(self, job: Callable[[], None]) -> None:
        """Run this soon; any thread."""
        self._arrived.emit(job)

    def _run(self, job: Callable[[], None]) -> None:
        job()


class Program:
    """A booth with its window and its loop. ``stop`` closes all of it."""

    def __init__(self, app: QApplication, settings: Settings, reader: CardReader | None = None) -> None:
        self._mailbox = Mailbox()
        self._sources: Sources = call_sources(settings)
        self._loop = LoopThread("booth", on_crash=lambda problem: self._mailbox.post(self._crashed))
        self._speaker = Speaker()
        self.booth: Booth = build_booth(
            settings, self._sources, self._mailbox.post, self._loop.call, self._speaker.play, reader
        )
        self.session = self.booth.session
        self.window = BoothWindow(self.session, f"{settings.device.name} · {settings.device.terminal_id}")
        self.booth.on_picture = self.window.call.video.reviewer.show_picture
        self._idle = IdleWatch(self.session)
        self._idle.left_changed.connect(self.window.show_idle)
        app.installEventFilter(self._idle)
        self._own = QTimer()
        self._own.setInterval(OWN_PICTURE_MS)
        self._own.timeout.connect(self._show_own)
        self._own.start()

    def start(self) -> None:
        """Connect."""
        self._loop.start()
        self._loop.run(self.booth.run())

    @property
    def sounds_heard(self) -> int:
        """Blocks of the other side's sound that arrived, audible or not."""
        return self._speaker.blocks

    def stop(self) -> None:
        """End the call and the connection, delete the applicant's files."""
        self._own.stop()
        self._loop.stop()
        self._speaker.stop()

    def _crashed(self) -> None:
        self.session.connection_changed("refused", "internal")

    def _show_own(self) -> None:
        """One's own small picture, a few times a second while the camera is on."""
        talk, view = self.session.talk, self.window.call.video.own
        if talk.call is None or not talk.call.leg_generation or not view.isVisible():
            return
        if talk.is_camera_off:
            view.clear(CAMERA_OFF)
            return
        view.show_picture(preview_of(self._sources.picture()))


def run_window(settings: Settings) -> int:
    """Show the booth until its window is closed, or SIGINT or SIGTERM ends it."""
    app = application(settings.base_px)
    # Qt's loop does not let Python handle signals; the own-picture timer gives it the moment to.
    for ending in (signal.SIGINT, signal.SIGTERM):
        # By a timer: a signal that comes before the loop runs must not be lost.
        signal.signal(ending, lambda _signal, _frame: QTimer.singleShot(0, app.exit))
    program = Program(app, settings)
    program.window.resize(1080, 960)
    if settings.is_fullscreen:
        program.window.showFullScreen()
    else:
        program.window.show()
    program.start()
    try:
        return app.exec()
    finally:
        program.stop()
        # Now, while the application lives: left to the interpreter's end, the order is by chance and may crash.
        sip.delete(program.window)


def show_sentence(sentence: str) -> int:
    """Show a terminal that cannot start with its reason; 1 when the window is closed."""
    app = application(BASE_PX)
    window = sentence_window(sentence)
    window.show()
    app.exec()
    return 1


def sentence_window(sentence: str) -> QWidget:
    """A window with one sentence and a button that closes it."""
    window = QWidget()
    window.setWindowTitle("云窗口 · 自助终端")
    layout = QVBoxLayout(window)
    layout.setContentsMargins(48, 48, 48, 48)
    layout.setSpacing(GAP)
    layout.addWidget(label("自助终端暂时无法启动", "title"))
    layout.addWidget(label(sentence, is_wrapped=True))
    leave = button("关闭", "primary")
    leave.clicked.connect(window.close)
    layout.addWidget(leave, alignment=Qt.AlignmentFlag.AlignRight)
    window.setMinimumWidth(720)
    return window


def application(base_px: int) -> QApplication:
    """The one QApplication with our look."""
    log_qt_messages()
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    apply_look(app, base_px)
    speak_chinese(app)
    return app
