"""The program: session, loop thread, call and window together, against a hall in memory."""

import asyncio
from datetime import UTC, datetime

import pytest

from reviewer.effects import StartLeg
from reviewer.qt.program import DeskProgram
from reviewer.settings import Settings
from signaling.peer.connection import CallLeg
from signaling.peer.synthetic import SyntheticSources
from signaling.protocol.enrolment import LoginFile
from signaling.protocol.messages import CallStarted, DeskChanged, Rejoin


class MemoryHall:
    """Admits everybody; speaks from the loop's thread as the real client does."""

    name = "张敏"
    started: "MemoryHall | None" = None

    def __init__(self, login, on_message, on_state) -> None:
        self.login, self.hear, self.on_state = login, on_message, on_state
        self.said = []
        MemoryHall.started = self

    async def run(self) -> None:
        self.on_state("online", None, 0.0)
        self.hear(DeskChanged("away", "", datetime.now(UTC)))
        await asyncio.Event().wait()

    def say(self, message) -> None:
        self.said.append(message)

    async def fetch(self, digest, target, on_progress) -> None:
        raise ConnectionError("no files here")


@pytest.fixture
def program(qtbot):
    login = LoginFile("r-01", "pw", "D-07", "ws://h/hall")
    made = DeskProgram(Settings("ws://h/hall", login, False), MemoryHall, SyntheticSources("张敏"))
    qtbot.addWidget(made.window)
    made.start()
    yield made
    made.stop()


def test_it_logs_in_by_itself_when_a_login_is_known(program, qtbot):
    qtbot.waitUntil(lambda: program.desk.session.is_online)
    assert MemoryHall.started.login.desk_id == "D-07"
    qtbot.waitUntil(lambda: program.window.idle.isVisible())
    assert program.window.login.desk.text() == "D-07"


def test_a_gesture_in_the_window_reaches_the_hall(program, qtbot, build):
    qtbot.waitUntil(lambda: program.desk.session.is_online)
    MemoryHall.started.hear(CallStarted("call-1", build.case(), 2, True, "T", is_resumed=True))
    qtbot.waitUntil(lambda: MemoryHall.started.said == [Rejoin("call-1", 2)])
    qtbot.waitUntil(lambda: program.window.video.isVisible())


def test_the_own_picture_is_painted_in_a_call(program, qtbot, build):
    qtbot.waitUntil(lambda: program.desk.session.is_online)
    MemoryHall.started.hear(CallStarted("call-1", build.case(), 1, True, "T"))
    qtbot.waitUntil(lambda: program.window.video.own.painted > 0)
    program.desk.session.set_sources(has_microphone=True, has_camera=False)
    assert not program.window.video.own.isVisible()


def test_the_leg_is_a_real_one(program):
    leg = program._open_leg(StartLeg("call-1", 1, True), lambda message: None, lambda link: None)
    assert isinstance(leg, CallLeg)


def test_a_crash_of_the_loop_is_seen(program, qtbot):
    program._crashed(RuntimeError("boom"))
    qtbot.waitUntil(lambda: program.desk.session.problem == "internal_runtimeerror")
