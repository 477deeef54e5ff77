"""Qt, loop and booth together: jobs arrive in the window's thread, the window never waits, all ends cleanly."""

import threading
from pathlib import Path
from typing import Any

from PyQt6.QtWidgets import QApplication, QLabel, QPushButton

from signaling.protocol.enrolment import DeviceFile
from terminal.qt.program import Mailbox, Program, application, sentence_window
from terminal.settings import Settings


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


def test_a_sentence_in_a_window(show: Any, clipped: Any, qapp: QApplication) -> None:
    window = show(sentence_window("没有找到设备文件"), 720, 300)
    assert "没有找到设备文件" in [label.text() for label in window.findChildren(QLabel)]
    assert clipped(window) == []
    window.findChild(QPushButton).click()
    assert not window.isVisible()
    assert application(20) is qapp
