"""Watches whether anybody still touches the terminal, and tells the session when nobody does.

The session decides what that means (forget a draft, print and forget) and how patient to be. While an applicant
waits or talks there is no limit. ``left_s`` is shown during the last seconds, so that a touch can stop it.
"""

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal

from terminal.session import TerminalSession

DRAFT_S = 180
DONE_S = 30
WARN_S = 20
_TOUCHES = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.KeyPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
)


class IdleWatch(QObject):
    """Install it as an event filter of the application. Counts whole seconds."""

    left_changed = pyqtSignal(int)  # seconds until the session is told, 0 when there is nothing to warn of

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self._idle_s = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        self._step = session.step
        session.subscribe(self._changed)

    def limit_s(self) -> int:
        """Seconds without a touch that are allowed now; 0 for no limit."""
        return {"endless": 0, "draft": DRAFT_S, "done": DONE_S}[self._session.patience]

    def tick(self) -> None:
        """One second has passed."""
        limit = self.limit_s()
        self._idle_s = self._idle_s + 1 if limit else 0
        left = max(0, limit - self._idle_s)
        if limit and not left:
            self._idle_s = 0
            self.left_changed.emit(0)
            self._session.idle_expired()
        else:
            self.left_changed.emit(left if limit and left <= WARN_S else 0)

    def _changed(self) -> None:
        if self._session.step != self._step:
            self._step = self._session.step
            self._idle_s = 0

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Every touch counts; nothing is kept from its receiver."""
        if event is not None and event.type() in _TOUCHES:
            self._idle_s = 0
        return False
