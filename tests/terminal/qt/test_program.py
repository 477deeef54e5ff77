"""Qt, loop and booth together: jobs arrive in the window's thread, the window never waits, all ends cleanly."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton

from signaling.protocol.enrolment import DeviceFile
from terminal.qt.program import Mailbox, Program, application, sentence_window
from terminal.settings import Settings
from terminal.workfolder import PREFIX

_PROGRAM = """
import sys
from terminal.__main__ import main
from terminal.qt import program
from terminal.papers import Capture

class Shooting(program.Program):
    def start(self):
        super().start()
        tray = self.session.tray
        tray.capture = Capture("k", "form")
        self.session.subscribe(lambda: print("shot", flush=True) if tray.capture and tray.capture.shots else None)
        tray.shoot()

program.Program = Shooting
sys.exit(main(sys.argv[1:]))
"""
"""The real program, in which somebody has photographed a page."""


def test_jobs_run_in_the_window_thread_in_order(qtbot: Any) -> None:
    mailbox = Mailbox()
    seen: list[tuple[int, int]] = []

    def post_all() -> None:
        for number in range(50):
            mailbox.post(lambda n=number: seen.append((n, threading.get_ident())))

    thread = threading.Thread(target=post_all)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(seen) == 50)
    assert seen == [(number, threading.get_ident()) for number in range(50)]


def test_a_hall_that_is_not_there_is_said_and_the_end_is_clean(qtbot: Any, qapp: QApplication, tmp_path: Path) -> None:
    device = DeviceFile("T-01", "新华东街", "ws://127.0.0.1:9/hall", bytes(range(32)), "PEM")
    program = Program(qapp, Settings(device=device, url=device.url, out=tmp_path))
    qtbot.addWidget(program.window)
    before = threading.active_count()
    program.start()
    qtbot.waitUntil(lambda: program.session.connection.state == "waiting", timeout=10_000)
    assert "网络中断" in program.window.banner.words.text()
    program.stop()
    qtbot.waitUntil(lambda: threading.active_count() <= before, timeout=10_000)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_program_and_the_papers_are_gone(tmp_path: Path, ending: signal.Signals) -> None:
    device = DeviceFile("T-01", "新华东街", "ws://127.0.0.1:9/hall", bytes(range(32)), "PEM")
    (tmp_path / "d.json").write_bytes(msgspec.json.encode(device))
    command = [sys.executable, "-c", _PROGRAM, "--device", str(tmp_path / "d.json")]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONFAULTHANDLER": "1", "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"shot\n"
        assert list(tmp_path.glob(f"{PREFIX}*/*.jpg"))
        process.send_signal(ending)
        began = time.monotonic()
        assert process.wait(20) == 0, process.stderr.read() if process.stderr else b""
        assert time.monotonic() - began < 3.0 * float(os.environ.get("TEST_SLOWNESS", "1"))
    assert not list(tmp_path.glob(f"{PREFIX}*"))


def test_a_sentence_in_a_window(show: Any, clipped: Any, qapp: QApplication) -> None:
    window = show(sentence_window("没有找到设备文件"), 720, 300)
    assert "没有找到设备文件" in [label.text() for label in window.findChildren(QLabel)]
    assert clipped(window) == []
    window.findChild(QPushButton).click()
    assert not window.isVisible()
    assert application(20) is qapp
