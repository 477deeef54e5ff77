"""The call's side column: the reviewer large, oneself small, microphone, camera, hang up.

Pictures do not pass through the session: ``reviewer`` and ``own`` are given them by whoever puts the window together.
"""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from signaling.qt.video import VideoView
from terminal.qt.elements import button, chip, label, set_chip
from terminal.session import TerminalSession

_LINKS = {
    "new": ("正在接通…", "warn"),
    "connecting": ("正在接通…", "warn"),
    "connected": ("通话中", "good"),
    "unstable": ("网络不稳", "warn"),
    "failed": ("重新接通中", "warn"),
    "closed": ("重新接通中", "warn"),
}
_CONSENT = "您还没有同意视频。点“打开视频”后，本机摄像头和麦克风才会打开。"
_RESTARTED = "终端刚重新启动，请再点一次“打开视频”"

_PICTURE_PX = 248
"""Four to three in the column's width."""


class VideoColumn(QWidget):
    """Everything of the call that is not paper."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        self.reviewer = VideoView("正在接通审核人员…")
        self.reviewer.setFixedHeight(_PICTURE_PX)
        self.own = VideoView("我的画面")
        self.own.setFixedSize(120, 90)
        self.own.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.name = label("", "heading", is_wrapped=True)
        self.state = chip()
        self.join = button("打开视频", "primary")
        self.consent = label("", "muted", is_wrapped=True)
        self.microphone, self.camera, self.hang_up = button("静音"), button("关摄像头"), button("挂断", "danger")
        for switch in (self.microphone, self.camera, self.hang_up):
            switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.join.clicked.connect(session.talk.join)
        self.microphone.clicked.connect(lambda: session.talk.mute(microphone=not session.talk.is_microphone_off))
        self.camera.clicked.connect(lambda: session.talk.mute(camera=not session.talk.is_camera_off))
        self.hang_up.clicked.connect(session.hang_up)
        about = QVBoxLayout()
        about.addWidget(self.state, alignment=Qt.AlignmentFlag.AlignLeft)
        about.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.own, alignment=Qt.AlignmentFlag.AlignLeft)
        below.addLayout(about, 1)
        switches = QHBoxLayout()
        switches.setSpacing(12)
        switches.addWidget(self.microphone)
        switches.addWidget(self.camera)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.reviewer)
        layout.addWidget(self.name)
        layout.addLayout(below)
        layout.addStretch(1)
        layout.addWidget(self.consent)
        layout.addWidget(self.join)
        layout.addLayout(switches)
        layout.addWidget(self.hang_up)
        session.subscribe(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        talk, call = self._session.talk, self._session.talk.call
        if call is None:
            self.reviewer.clear("正在接通审核人员…")
            self.own.clear("我的画面")
            return
        self.name.setText(call.peer_name)
        if call.is_held:
            set_chip(self.state, "已暂停，请稍候", "warn")
        elif not call.is_joined:
            set_chip(self.state, "等您打开视频", "ring")
        else:
            set_chip(self.state, *_LINKS.get(call.link, _LINKS["new"]))
        self.consent.setText(_RESTARTED if call.is_restarted else _CONSENT)
        if call.link in ("failed", "closed"):
            self.reviewer.clear("视频中断，正在重新接通…")  # a frozen picture would look like a person
        self.microphone.setVisible(call.is_joined)
        self.camera.setVisible(call.is_joined)
        self.own.setVisible(call.is_joined)
        self.join.setVisible(not call.is_joined)
        self.consent.setVisible(not call.is_joined)
        self.microphone.setText("打开麦克风" if talk.is_microphone_off else "静音")
        self.camera.setText("打开摄像头" if talk.is_camera_off else "关摄像头")
