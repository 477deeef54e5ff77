"""The document camera at work: the last page large, all pages as a strip, retake with the reason.

Shown while the session has a capture open, in place of the slot list.
"""

from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from terminal.papers import Capture
from terminal.qt.elements import GAP, Thumbnail, button, card, chip, label, set_chip
from terminal.qt.sentences import sentence
from terminal.session import TerminalSession

_STRIP = 6
_LEAVE, _SURELY = "不拍了", "再点一次，不保留"


class CapturePanel(QWidget):
    """Shoot, look, shoot again, done."""

    def __init__(self, session: TerminalSession) -> None:
        super().__init__()
        self._session = session
        tray = session.tray
        self.title = label("", "title", is_wrapped=True)
        self.page = Thumbnail("把纸平放在高拍仪下，点“拍照”")
        self.verdict = chip()
        self.words = label("", is_wrapped=True)
        self.shoot, self.done = button("拍照", "primary"), button("拍完了，交这份", "primary")
        self.remove, self.cancel = button("删掉这页"), button(_LEAVE, "quiet")
        self.shoot.clicked.connect(tray.shoot)
        self.done.clicked.connect(tray.finish_capture)
        self.remove.clicked.connect(self._remove_last)
        self.cancel.clicked.connect(self._press_cancel)
        self._open = ""
        self._is_asked = False
        self.strip = [Thumbnail() for _ in range(_STRIP)]
        for thumb in self.strip:
            thumb.setFixedSize(72, 96)

        frame = card()
        inside = QVBoxLayout(frame)
        inside.addWidget(self.page)
        self.page.setMinimumSize(220, 240)
        side = QVBoxLayout()
        side.setSpacing(12)
        side.addWidget(self.verdict)
        side.addWidget(self.words)
        side.addStretch(1)
        side.addWidget(self.shoot)
        side.addWidget(self.done)
        others = QHBoxLayout()
        others.addWidget(self.remove, 1)
        others.addWidget(self.cancel, 1)
        side.addLayout(others)
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addWidget(frame, 3)
        middle.addLayout(side, 2)
        strip = QHBoxLayout()
        for thumb in self.strip:
            strip.addWidget(thumb)
        strip.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.title)
        layout.addLayout(middle, 1)
        layout.addLayout(strip)
        session.subscribe(self._refresh)
        self._refresh()

    def showEvent(self, event: QShowEvent | None) -> None:
        """The camera's button comes first, also for the keyboard."""
        super().showEvent(event)
        self.shoot.setFocus()

    def _remove_last(self) -> None:
        capture = self._session.tray.capture
        if capture is not None:
            self._session.tray.remove_shot(len(capture.shots) - 1)

    def _press_cancel(self) -> None:
        capture = self._session.tray.capture
        if capture is not None and capture.shots and not self._is_asked:
            self._is_asked = True
            self.cancel.setText(_SURELY)
        else:
            self._session.tray.cancel_capture()

    def _refresh(self) -> None:
        capture = self._session.tray.capture
        if capture is None:
            self._open = ""
            return
        state = f"{capture.capture_id} {len(capture.shots)} {capture.is_shooting}"
        if state != self._open:
            if self.remove.hasFocus():
                self.shoot.setFocus()
            self._open, self._is_asked = state, False
            self.cancel.setText(_LEAVE)
        name = next((slot.name for slot in self._session.tray.slots if slot.code == capture.slot), "")
        self.title.setText(f"拍摄：{name}")
        shots = capture.shots
        self.page.show_file(shots[-1].path if shots else "")
        set_chip(self.verdict, *_verdict(capture))
        self.words.setText(_words(capture))
        is_refused = bool(shots) and bool(shots[-1].problem)
        # Never disabled, so that the focus stays here; a press while it is shooting does nothing.
        ready = "拍照" if not shots else "重拍这一页" if is_refused else "拍下一页"
        self.shoot.setText("正在拍摄…" if capture.is_shooting else ready)
        self.remove.setVisible(bool(shots))
        self.remove.setEnabled(not capture.is_shooting)
        self.done.setEnabled(capture.can_finish)
        shown = shots[-_STRIP:]
        for thumb, shot in zip(self.strip, [*shown, *[None] * (_STRIP - len(shown))], strict=True):
            thumb.show_file(shot.path if shot is not None else "")
            thumb.setVisible(shot is not None and len(shots) > 1)


def _verdict(capture: Capture) -> tuple[str, str]:
    if capture.is_shooting:
        return "正在拍摄…", "warn"
    if capture.problem:
        return "没有拍成", "bad"
    if not capture.shots:
        return "准备好了", "idle"
    last = capture.shots[-1]
    if last.problem:
        return "请重拍", "bad"
    return ("可以使用", "warn") if last.hint else ("清晰", "good")


def _words(capture: Capture) -> str:
    if capture.problem:
        return sentence(capture.problem)
    if not capture.shots:
        return "每次拍一页。系统会自动找出纸张、摆正并检查是否清晰。"
    last = capture.shots[-1]
    if last.problem:
        return sentence(last.problem)
    taken = f"已拍 {len(capture.shots)} 页。"
    return taken + (sentence(last.hint) if last.hint else "已自动裁边、摆正。还有下一页就接着拍。")
