"""The demo's stage: the real desk and the real booth in one Qt program, and the hands that work them.

Owns windows, pointer, screenshots and the clock that drives a story; the story itself is ``story.py``.
"""

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import QApplication, QWidget

from annotate.operations import WetInk
from annotate.pages import PageSource
from reviewer.__main__ import connect_to_hall
from reviewer.demo.acceptance import whole_case
from reviewer.demo.evidence import Evidence
from reviewer.demo.hall_process import DemoHall
from reviewer.demo.missed_call import missed_call
from reviewer.demo.night_deposit import night_deposit
from reviewer.demo.papers import KnownReader, Papers
from reviewer.demo.programme import Programme, Story, Until
from reviewer.demo.story import Button, Point
from reviewer.desk import ConnectTo
from reviewer.qt.confirm import Confirmation
from reviewer.qt.program import DeskProgram
from reviewer.settings import Settings as DeskSettings
from signaling.peer.synthetic import SyntheticSources
from signaling.peer.tracks import Sources
from signaling.qt.language import speak_chinese
from signaling.qt.look import apply_look, style_sheet
from signaling.qt.messages import log_qt_messages
from terminal.qt.program import Program as BoothProgram
from terminal.settings import Settings as BoothSettings

TICK_MS = 16
"""How often the story looks whether it can go on, and how often the hand moves: a screen's frame."""
DESK_SIZE, BOOTH_SIZE = (1600, 1000), (1000, 1000)
BOOTH_LEAST_PX = 960
"""Half of a common screen; below it the booth's widest panel would grow over the edge."""
HAND_PT_PER_TICK = 26.0


class StoryStuck(RuntimeError):
    """A step did not come within its deadline; the message names it."""


class Stage:
    """Both programs, side by side where there is a display. See ``story.Stage`` for what a story may do."""

    def __init__(
        self,
        desk: DeskSettings,
        connect: ConnectTo,
        desk_sources: Sources,
        booth: BoothSettings,
        hall: DemoHall,
        shots: Path,
    ) -> None:
        self._app = QApplication.instance() or QApplication(["cloud-window-demo"])
        assert isinstance(self._app, QApplication)  # noqa: S101 - one Qt application, made here or by a test
        apply_look(self._app)
        speak_chinese(self._app)
        self._desk = DeskProgram(desk, connect, desk_sources)
        self._booth = BoothProgram(self._app, booth, KnownReader())
        self.hall = hall
        self._shots = shots
        self._wet = 0
        self._began = time.monotonic()
        self.desk, self.desk_session = self._desk.window, self._desk.desk.session
        self.booth, self.booth_session = self._booth.window, self._booth.session
        self._dress_booth(booth.base_px)
        self.booth_session.viewing.subscribe_wet(self._wet_arrived)

    def _dress_booth(self, base_px: int) -> None:
        """The booth's larger type beside the desk's: the application's sheet is the desk's."""
        # in so many words: the application's font, the desk's, would win over the window's
        self.booth.setStyleSheet(f"QWidget {{ font-size: {base_px}px; }}\n{style_sheet(base_px)}")

    def open(self) -> None:
        """Show both windows and connect both programs."""
        screen = self._app.primaryScreen() if isinstance(self._app, QApplication) else None
        area = screen.availableGeometry() if screen is not None else None
        is_real = QApplication.platformName() != "offscreen"
        if is_real and area is not None and area.width() >= 1600:
            split = max(self.desk.minimumWidth(), min(round(area.width() * 0.56), area.width() - BOOTH_LEAST_PX))
            self.desk.setGeometry(area.left(), area.top(), split, area.height())
            self.booth.setGeometry(area.left() + split, area.top(), area.width() - split, area.height())
        else:
            self.desk.resize(*DESK_SIZE)
            self.booth.resize(*BOOTH_SIZE)
        self.booth.show()
        self._booth.start()
        self._desk.start()

    def close(self) -> None:
        """Stop both programs."""
        self._desk.stop()
        self._booth.stop()

    def stay(self) -> None:
        """Leave both windows to the person until both are closed."""
        self._app.exec()

    # --- the hands ------------------------------------------------------------------------------------

    def draw(self, tool: str, path: Sequence[Point]) -> Story:
        """Press, move along the path a little with every frame, let go; the time depends on the length."""
        canvas = self.desk.viewer.canvas
        canvas.fit_page()
        yield Until("画布就绪", lambda: canvas.is_settled and canvas.is_writable)
        canvas.set_tool(tool)
        points = self._along([self._on_canvas(point) for point in path])
        _send(canvas, QEvent.Type.MouseButtonPress, points[0])
        for point in points[1:]:
            yield Until("下一帧", lambda: True)
            _send(canvas, QEvent.Type.MouseMove, point)
        yield Until("下一帧", lambda: True)
        _send(canvas, QEvent.Type.MouseButtonRelease, points[-1])
        canvas.set_tool("select")

    def write(self, at: Point, words: str) -> Story:
        """Click with the text tool, type, Enter."""
        canvas = self.desk.viewer.canvas
        canvas.set_tool("text")
        yield Until("文字工具", lambda: canvas.is_settled)
        _send(canvas, QEvent.Type.MouseButtonPress, self._on_canvas(at))
        _send(canvas, QEvent.Type.MouseButtonRelease, self._on_canvas(at))
        for character in words:
            yield Until("下一帧", lambda: True)
            _type(_focus(canvas), Qt.Key.Key_unknown, character)
        _type(_focus(canvas), Qt.Key.Key_Return, "\r")
        canvas.set_tool("select")

    def _on_canvas(self, point: Point) -> QPointF:
        """A point in parts of the page, in pixels of the canvas that shows the whole page."""
        canvas = self.desk.viewer.canvas
        shown = self.desk_session.shown
        paper = self.desk_session.papers.get(shown[0]) if shown else None
        pages = paper.opened.pages if paper is not None and paper.opened is not None else None
        if shown is None or not isinstance(pages, PageSource):
            raise StoryStuck("席位没有打开材料")
        width_pt, height_pt = pages.info.sizes_pt[shown[1]]
        width, height = width_pt * canvas.scale, height_pt * canvas.scale
        left, top = (canvas.width() - width) / 2, (canvas.height() - height) / 2
        return QPointF(left + point[0] * width, top + point[1] * height)

    def _along(self, corners: Sequence[QPointF]) -> list[QPointF]:
        """Points of the path, one a frame."""
        points = [corners[0]]
        for start, end in pairwise(corners):
            way = end - start
            steps = max(2, round((way.x() ** 2 + way.y() ** 2) ** 0.5 / HAND_PT_PER_TICK * 4))
            points += [start + way * (step / steps) for step in range(1, steps + 1)]
        return points

    def dialog(self) -> Button | None:
        """The confirming button of the desk's open dialog."""
        found = self._confirmation()
        return found.confirm if found is not None else None

    def form(self) -> object:
        """The form in the desk's open dialog."""
        found = self._confirmation()
        return found.form if found is not None else None

    def _confirmation(self) -> Confirmation | None:
        return next((child for child in self.desk.findChildren(Confirmation) if child.isVisible()), None)

    # --- the eyes ---------------------------------------------------------------------------------------

    def pictures(self) -> tuple[int, int]:
        """Video pictures painted at the desk and in the booth."""
        return self.desk.video.remote.painted, self.booth.call.video.reviewer.painted

    def sounds(self) -> tuple[int, int]:
        """Blocks of sound that arrived at the desk and in the booth."""
        return self._desk.sounds_heard, self._booth.sounds_heard

    def wet_seen(self) -> int:
        """Pieces of wet ink that reached the booth."""
        return self._wet

    def screenshot(self, name: str) -> None:
        """Pictures of both windows, and of the desk's dialog when one is open."""
        windows: list[tuple[QWidget | None, str]] = [(self.desk, "desk"), (self.booth, "terminal")]
        for window, who in (*windows, (self._confirmation(), "dialog")):
            if window is not None:
                window.grab().save(str(self._shots / f"{name}-{who}.png"))

    def elapsed_s(self) -> float:
        """Since ``play`` began."""
        return time.monotonic() - self._began

    def _wet_arrived(self, digest: str, author: str, piece: WetInk) -> None:
        self._wet += 1

    # --- the play ---------------------------------------------------------------------------------------

    def play(self, tell: Callable[[str], None], write: Callable[[Programme], Story]) -> Programme:
        """Open the windows and play the story to its end. Raises StoryStuck, RuntimeError (a button was not there)."""
        self._began = time.monotonic()
        programme = Programme(tell, self.elapsed_s)
        player = _Player(write(programme), lambda: self._app.exit())  # quit() would ask each window to close first
        self.open()
        player.start()
        self._app.exec()
        player.stop()
        if player.problem is not None:
            self.screenshot("stuck")
            raise player.problem
        if not player.is_over:
            raise StoryStuck("窗口在演示结束前被关闭")
        return programme


def play_windows(
    desk: DeskSettings,
    booth: BoothSettings,
    hall: DemoHall,
    papers: Papers,
    evidence: Evidence,
    tell: Callable[[str], None],
    stories: Sequence[int],
    stays: bool,
) -> dict[str, float]:
    """The stories of these numbers in both windows; figures by name in seconds. With ``stays`` the windows stay open.

    Raises StoryStuck, RuntimeError.
    """
    log_qt_messages()
    stage = Stage(desk, connect_to_hall, SyntheticSources("审核人员（模拟画面）"), booth, hall, evidence.out)
    try:
        programme = stage.play(tell, lambda programme: _stories(stage, programme, papers, evidence, stories))
        if stays:
            tell("窗口保持打开，可以继续点击；关闭两个窗口即结束演示。")
            stage.stay()
    finally:
        stage.close()
    return programme.figures


def _stories(stage: Stage, programme: Programme, papers: Papers, evidence: Evidence, numbers: Sequence[int]) -> Story:
    booth, desk = stage.booth_session, stage.desk_session
    yield Until("终端连接大厅", lambda: booth.connection.state == "online" and bool(booth.items))
    yield Until("审核席登录", lambda: desk.connection == "online" and bool(desk.name))
    programme.line(f"终端以设备密钥（Ed25519）连接大厅，取得 {len(booth.items)} 个事项；审核人员 {desk.name} 登录席位")
    for number in numbers:
        programme.headline(number)
        match number:
            case 1:
                yield from whole_case(stage, programme, papers, evidence.marked_drawing)
            case 2:
                yield from missed_call(stage, programme, papers)
            case _:
                yield from night_deposit(stage, programme, papers)


class _Player(QObject):
    """Resumes the story whenever what it waits for has come."""

    def __init__(self, story: Story, quit_loop: Callable[[], None]) -> None:
        super().__init__()
        self._story = story
        self._quit = quit_loop
        self._wait = Until("开始", lambda: True)
        self._since = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.problem: Exception | None = None
        self.is_over = False

    def start(self) -> None:
        self._since = time.monotonic()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._story.close()  # a story that was broken off lets its colleagues go

    def _tick(self) -> None:
        try:
            if self._wait.is_so():
                self._wait, self._since = next(self._story), time.monotonic()
            elif time.monotonic() - self._since > self._wait.deadline_s:
                raise StoryStuck(f"“{self._wait.what}”超过 {self._wait.deadline_s:.0f} 秒没有发生")
        except StopIteration:
            self.is_over = True
            self._quit()
        except Exception as problem:  # noqa: BLE001 - outermost edge of the play: handed to whoever called play
            self.problem = problem
            self._quit()


def _send(target: QWidget, kind: QEvent.Type, at: QPointF) -> None:
    is_move = kind == QEvent.Type.MouseMove
    button = Qt.MouseButton.NoButton if is_move else Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    where = target.mapToGlobal(at)
    QApplication.sendEvent(target, QMouseEvent(kind, at, where, button, held, Qt.KeyboardModifier.NoModifier))


def _type(target: QWidget, key: Qt.Key, text: str) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


def _focus(canvas: QWidget) -> QWidget:
    """The field that takes the typing: the canvas's focused child, else the canvas."""
    return canvas.window().focusWidget() or canvas  # type: ignore[union-attr]
