"""The call: the applicant large, oneself small, and the bar to mute, hold and hang up.

Pictures do not pass through the session: the joiner hands them to ``remote`` and ``own`` directly.
"""

from datetime import UTC, datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from reviewer.qt.icons import IconName, icon
from reviewer.qt.labels import ElidedLabel, button, label
from reviewer.qt.sentences import duration_text
from reviewer.session import DeskSession
from signaling.qt.look import DANGER, TEXT
from signaling.qt.video import VideoView

_OWN_PART = 0.27
_CAPTION_PART = 56 / 480
"""The strip at the foot of a terminal's picture with its name and clock: the own picture stays above it."""


class VideoPanel(QFrame):
    """Visible through ring and call; says what there is instead of a picture."""

    hang_up_asked = pyqtSignal()

    def __init__(self, session: DeskSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._said: tuple[str, int, str] = ("", 0, "")
        self.setProperty("card", "true")
        self.remote = VideoView("等待接通…")
        self.remote.setAccessibleName("申请人画面")
        self.own = VideoView("", self.remote)
        self.own.setMinimumSize(64, 48)
        self.own.setAccessibleName("本人画面")
        self.peer = ElidedLabel(role="heading")
        self.clock = label(role="muted")
        self.microphone = self._tool("关闭麦克风（Alt+A）")
        self.camera = self._tool("关闭摄像头（Alt+V）")
        self.hold = self._tool("保持通话（F8）")
        self.hang_up = button("挂断", "danger", "挂断（F4）", icon("hang_up", DANGER))
        for tool in (self.microphone, self.camera, self.hold, self.hang_up):
            tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard where it was: Space never mutes
        self.microphone.clicked.connect(self.toggle_microphone)
        self.camera.clicked.connect(self.toggle_camera)
        self.hold.clicked.connect(self.toggle_hold)
        self.hang_up.clicked.connect(self.hang_up_asked)
        top, bar = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.peer, 1)
        top.addWidget(self.clock)
        bar.setSpacing(6)
        for widget in (self.microphone, self.camera, self.hold):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.hang_up)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.remote)
        column.addLayout(bar)
        session.subscribe(self.refresh)
        self.refresh()

    def toggle_microphone(self) -> None:
        """Mute oneself, or speak again."""
        call = self._session.call
        if call:
            self._session.set_sources(not call.has_microphone, call.has_camera)

    def toggle_camera(self) -> None:
        """Stop showing oneself, or show again."""
        call = self._session.call
        if call:
            self._session.set_sources(call.has_microphone, not call.has_camera)

    def toggle_hold(self) -> None:
        """Hold, or go on."""
        call = self._session.call
        if call:
            self._session.hold(not call.is_held)

    def refresh(self) -> None:
        """Show the call."""
        session, call = self._session, self._session.call
        for tool in (self.microphone, self.camera, self.hold, self.hang_up):
            tool.setEnabled(call is not None and session.is_online)
        self.own.setVisible(call is not None and call.has_camera and not call.is_held)
        if call is None:
            self.peer.setText("视频通话")
            self._say("接听后开始视频" if session.offer else "通话已结束")
        else:
            self.peer.setText(call.peer_name)
            if session.case is not None and session.case.ticket_state == "interrupted":
                self._say("终端断线，正在等它恢复\n位置和通话暂时保留，可以暂存或挂断")
            elif call.is_held:
                self._say("通话保持中\n双方静音，画面暂停")
            elif call.link in ("connected", "unstable"):
                self._said = ("", 0, "")
            else:
                self._say("等待对方接通视频…", call.leg, call.link)
        self.show_clock()
        has_microphone = call is None or call.has_microphone
        has_camera = call is None or call.has_camera
        is_held = call is not None and call.is_held
        self._set(self.microphone, "microphone", "microphone_off", has_microphone, "关闭麦克风", "打开麦克风", "Alt+A")
        self._set(self.camera, "camera", "camera_off", has_camera, "关闭摄像头", "打开摄像头", "Alt+V")
        self._set(self.hold, "hold", "resume", not is_held, "保持通话", "继续通话", "F8")

    def show_clock(self) -> None:
        """How long the hall has this desk in the call: the same time as in the top bar. Call it each second."""
        session = self._session
        if session.call is None or session.availability != "in_call" or session.since is None:
            self.clock.setText("")
        else:
            self.clock.setText(duration_text((session.hall_time(datetime.now(UTC)) - session.since).total_seconds()))

    def _say(self, text: str, leg: int = 0, link: str = "") -> None:
        """Words instead of the picture, once for each state: an older leg may still bring pictures meanwhile."""
        if (text, leg, link) != self._said:
            self._said = (text, leg, link)
            self.remote.clear(text)

    def _tool(self, tip: str) -> QPushButton:
        return button("", "", tip)

    def _set(
        self, tool: QPushButton, on: IconName, off: IconName, is_on: bool, words_on: str, words_off: str, key: str
    ) -> None:
        words = words_on if is_on else words_off
        if tool.accessibleName() != words:
            tool.setIcon(icon(on if is_on else off, TEXT if is_on else DANGER))
            tool.setToolTip(f"{words}（{key}）")
            tool.setAccessibleName(words)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        width = self.width() - 20
        self.remote.setFixedHeight(min(round(width * 3 / 4), 340))
        own = round(width * _OWN_PART)
        bottom = round(self.remote.height() * (1 - _CAPTION_PART)) - 4
        self.own.setGeometry(width - own - 8, bottom - round(own * 3 / 4), own, round(own * 3 / 4))
