"""The program: session, loop thread, call and window together, against a hall in memory."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import msgspec
import pytest

from reviewer.effects import StartLeg
from reviewer.qt.program import DeskProgram
from reviewer.settings import Settings
from signaling.peer.connection import CallLeg
from signaling.peer.synthetic import SyntheticSources
from signaling.protocol.enrolment import LoginFile
from signaling.protocol.messages import CallStarted, DeskChanged, Rejoin, Welcome

LEAVE_S = 1.0


class MemoryHall:
    """Admits everybody; speaks from the loop's thread as the real client does."""

    welcome = Welcome(1, "s", "张敏", "t", datetime.now(UTC), ("reviewer",))
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


PROGRAM = """
import asyncio, sys
from datetime import UTC, datetime
import msgspec
from reviewer.qt.program import run_program
from reviewer.settings import Settings
from signaling.peer.synthetic import SyntheticSources
from signaling.protocol.enrolment import LoginFile
from signaling.protocol.messages import CallStarted, Description, DeskChanged, Welcome

class Hall:
    welcome = Welcome(1, "s", "r-01", "t", datetime.now(UTC))

    def __init__(self, login, on_message, on_state):
        self.hear, self.on_state = on_message, on_state

    async def run(self):
        self.on_state("online", None, 0.0)
        self.hear(DeskChanged("in_call", "", datetime.now(UTC)))
        self.hear(msgspec.json.decode(sys.stdin.buffer.read(), type=CallStarted))
        await asyncio.Event().wait()

    def say(self, message):
        if isinstance(message, Description):
            print("offering", flush=True)

    async def fetch(self, digest, target, on_progress):
        raise ConnectionError("no files here")

login = LoginFile("r-01", "pw", "D-07", "ws://h/hall")
sys.exit(run_program(Settings("ws://h/hall", login, False), Hall, SyntheticSources("x"), ["desk"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_in_the_middle_of_a_call(build, ending):
    start = CallStarted("call-1", build.case(), 1, True, "T")
    command = [sys.executable, "-c", PROGRAM]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as desk:
        desk.stdin.write(msgspec.json.encode(start))
        desk.stdin.close()
        assert desk.stdout.readline() == b"offering\n"
        began = time.monotonic()
        desk.send_signal(ending)
        try:
            assert desk.wait(timeout=10) == 0
        finally:
            desk.kill()
        assert time.monotonic() - began < LEAVE_S


def test_a_crash_of_the_loop_is_seen(program, qtbot):
    program._crashed(RuntimeError("boom"))
    qtbot.waitUntil(lambda: program.desk.session.problem == "internal_runtimeerror")
