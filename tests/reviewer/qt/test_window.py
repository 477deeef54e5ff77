"""The window: the right panels for the moment, nothing cut at any size, a case decided without a mouse."""

from datetime import UTC, datetime, timedelta

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QPlainTextEdit

from reviewer.qt.cheatsheet import CheatSheet
from reviewer.qt.confirm import Confirmation
from reviewer.qt.window import DeskWindow
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import AnswerCall, CallStarted, Decide, DeskChanged, EndCall, HoldCall, SetAvailability

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
STATES = (
    "online", "ready", "ringing", "in_call", "looked", "drafted", "waiting_for_correction", "accepted", "wrapping_up",
    "opened",
)  # fmt: skip


@pytest.fixture
def window(stage, qtbot):
    made = DeskWindow(stage.session, "ws://h/hall", "D-01")
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    made.activateWindow()
    return made


def test_the_login_page_gives_way_to_the_desk_and_comes_back_when_refused(stage, window):
    assert window.login.isVisible()
    stage.online()
    assert not window.login.isVisible()
    assert window.idle.isVisible()
    stage.session.connection_changed("waiting", None, 2.0)
    assert window.banner.isVisible()
    assert not window.login.isVisible()
    stage.session.connection_changed("refused", ErrorCode.TAKEN_OVER)
    assert window.login.isVisible()


@pytest.mark.parametrize("size", [(960, 1080), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("state", STATES)
def test_no_text_is_cut(stage, window, qtbot, clipped, state, size):
    window.resize(*size)
    getattr(stage, state)()
    qtbot.waitUntil(lambda: clipped(window) == [], timeout=2000)
    assert window.width() == size[0]  # nothing pushed the window wider


def test_a_narrow_window_folds_the_queue_away_beside_a_case_until_asked(stage, window):
    stage.ready()
    assert window.queue.isVisible(), "between two cases there is room"
    stage.in_call()
    assert not window.queue.isVisible()
    window.topbar.queue.click()
    assert window.queue.isVisible()
    window.resize(1920, 1080)
    assert window.queue.isVisible()


def test_panels_come_with_the_case(stage, window):
    stage.ready()
    assert not window.right.isVisible()
    assert not window.decision.isVisible()
    stage.ringing()
    assert window.ring.isVisible()
    assert window.checks.isVisible()
    assert not window.video.isVisible()
    stage.in_call()
    assert window.video.isVisible()
    assert not window.ring.isVisible()


def test_the_clocks_of_the_call_agree(stage, window):
    stage.live().in_call().hear(DeskChanged("in_call", "", datetime.now(UTC) - timedelta(minutes=2)))
    assert window.topbar.state.text().endswith(" 2:00")
    assert window.video.clock.text() == "2:00"
    window.video.clock.setText("")
    window.topbar.ticked.emit()
    assert window.video.clock.text() == "2:00", "one clock moves both"


def test_a_new_correction_brings_its_tab_forward(stage, window):
    stage.looked()
    assert window.tabs.shown_page is window.checks
    stage.session.add_correction("plan", 0)
    assert window.tabs.shown_page is window.corrections


def press(qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    QApplication.processEvents()  # what the last change shows can be reached now
    qtbot.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key, modifier)


def test_a_whole_case_is_accepted_with_the_keyboard_only(stage, window, qtbot, build):
    stage.online()
    press(qtbot, Qt.Key.Key_F9)
    assert stage.said(SetAvailability) == [SetAvailability(True)]
    stage.ringing().open_all()
    press(qtbot, Qt.Key.Key_F2)
    assert stage.said(AnswerCall) == [AnswerCall("call-1")]
    stage.desk("in_call")
    stage.hear(CallStarted("call-1", build.case(), 1, True, "T"))
    for _ in range(3):
        press(qtbot, Qt.Key.Key_PageDown, CONTROL)
    press(qtbot, Qt.Key.Key_F8)
    assert stage.said(HoldCall) == [HoldCall("call-1", True)]
    press(qtbot, Qt.Key.Key_Return, CONTROL)
    assert stage.said(Decide) == []  # it only asks
    stage.written()
    qtbot.keyClick(window.findChild(Confirmation), Qt.Key.Key_Return)
    assert [message.outcome for message in stage.said(Decide)] == ["accept"]


def test_a_correction_is_written_and_sent_with_the_keyboard_only(stage, window, qtbot):
    stage.looked()
    window.viewer.canvas.setFocus()
    press(qtbot, Qt.Key.Key_F6)
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Right)
    assert window.tabs.shown_page is window.corrections
    for _ in range(6):
        if QApplication.focusWidget() is window.corrections.add:
            break
        press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Space)
    for text in ("no scale", "add a scale"):
        qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QPlainTextEdit))
        qtbot.keyClicks(QApplication.focusWidget(), text)
        press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Return, CONTROL | SHIFT)
    stage.written()
    qtbot.keyClick(window.findChild(Confirmation), Qt.Key.Key_Return)
    (sent,) = stage.said(Decide)
    assert [(c.problem, c.requirement) for c in sent.corrections] == [("no scale", "add a scale")]


def test_f4_asks_before_it_leaves_an_undecided_case(stage, window, qtbot):
    stage.looked()
    press(qtbot, Qt.Key.Key_F4)
    assert stage.said(EndCall) == []
    window.findChild(Confirmation).confirm.click()
    assert stage.said(EndCall) == [EndCall("call-1")]


def test_closing_the_window_in_a_call_hangs_up_first(stage, window):
    stage.accepted()
    assert not window.close()
    assert stage.said(EndCall) == [EndCall("call-1")]
    stage.desk("wrap_up")
    assert window.close()


def test_f1_shows_the_keys_and_f6_goes_round_the_panels(stage, window, qtbot):
    stage.looked()
    window.viewer.canvas.setFocus()
    seen = set()
    for _ in range(4):
        press(qtbot, Qt.Key.Key_F6)
        seen.add(QApplication.focusWidget())
    assert len(seen) == 4
    press(qtbot, Qt.Key.Key_F6, SHIFT)
    press(qtbot, Qt.Key.Key_F1)
    assert window.findChild(CheatSheet).isVisible()


def test_a_case_opened_without_a_call_needs_no_video(stage, window):
    stage.opened()
    assert not window.video.isVisible()
    assert window.right.isVisible()
    assert window.decision.put_back.isVisible()


@pytest.mark.parametrize("begin", ["in_call", "opened"])
def test_the_keyboard_goes_to_the_paper_when_the_work_begins(stage, window, begin):
    getattr(stage, begin)()
    assert QApplication.focusWidget() is window.viewer.canvas


def test_a_decided_case_shows_its_facts(stage, window, build):
    stage.accepted()
    assert window.tabs.shown_page is window.facts


def test_questions_of_the_panels_open_their_dialogs(stage, window, build):
    stage.roles = ("reviewer", "supervisor")
    stage.accepted()
    window.facts.void_asked.emit("N-acceptance")
    window.facts.void_asked.emit("another case's")
    window.decision.missed_asked.emit()
    window.decision.conversion_asked.emit("window", None)
    titles = [dialog.windowTitle() for dialog in window.findChildren(Confirmation)]
    assert titles == ["作废文书", "终端前无人应答？", "转人工窗口"]
