"""The call panel: every switch reports, and says what there is instead of a picture."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from reviewer.effects import MuteLeg
from reviewer.qt.video import VideoPanel
from signaling.peer.picture import Picture
from signaling.peer.synthetic import STRIP
from signaling.peer.tracks import HEIGHT
from signaling.protocol.messages import CallHeld, CallStarted, CaseChanged, DeskChanged, HoldCall


@pytest.fixture
def panel(stage, qtbot):
    made = VideoPanel(stage.session)
    qtbot.addWidget(made)
    made.resize(300, 330)
    made.show()
    return made


def test_nothing_can_be_pressed_without_a_call(stage, panel):
    stage.ready()
    assert not any(tool.isEnabled() for tool in (panel.microphone, panel.camera, panel.hold, panel.hang_up))
    assert not panel.own.isVisible()


def test_switches_report_and_change_with_the_session(stage, panel, clipped):
    stage.in_call()
    assert panel.peer.text() == "新华东街自助点 3 号小屋"
    panel.microphone.click()
    assert stage.done(MuteLeg)[-1] == MuteLeg(True, False)
    assert panel.microphone.accessibleName() == "打开麦克风"
    panel.camera.click()
    assert stage.done(MuteLeg)[-1] == MuteLeg(True, True)
    assert not panel.own.isVisible()
    assert clipped(panel) == []


def test_hold_is_asked_and_shown_only_when_the_hall_says_so(stage, panel):
    stage.in_call()
    panel.hold.click()
    assert stage.said(HoldCall) == [HoldCall("call-1", True)]
    assert panel.hold.accessibleName() == "保持通话"
    stage.hear(CallHeld("call-1", True))
    assert panel.hold.accessibleName() == "继续通话"
    assert "保持" in panel.remote.accessibleDescription()


WAITING = "等待对方接通视频…"


def picture() -> Picture:
    return Picture(64, 48, memoryview(np.full((48, 64, 4), 200, np.uint8).tobytes()))


def test_words_stand_there_until_the_other_side_has_video(stage, panel, qtbot):
    stage.in_call()
    assert panel.remote.accessibleDescription() == WAITING
    stage.session.link_changed("call-1", 1, "connected")
    panel.remote.show_picture(picture())
    qtbot.waitUntil(lambda: panel.remote.painted > 0)
    shown = panel.remote.grab().toImage()
    stage.session.link_changed("call-1", 1, "unstable")
    assert panel.remote.grab().toImage() == shown, "a short hiccup keeps the picture"
    stage.session.link_changed("call-1", 1, "failed")
    assert panel.remote.grab().toImage() != shown, "no frozen picture"
    assert panel.remote.accessibleDescription() == WAITING


def test_a_picture_of_the_older_leg_does_not_freeze_when_the_new_one_fails(stage, panel, qtbot, build):
    stage.in_call().hear(CallStarted("call-1", build.case(), 2, True, "T"))
    words = panel.remote.grab().toImage()
    panel.remote.show_picture(picture())
    qtbot.waitUntil(lambda: panel.remote.painted > 0)
    stage.session.link_changed("call-1", 2, "failed")
    assert panel.remote.grab().toImage() == words


def test_the_clock_counts_from_the_hall_s_time_also_after_a_reconnect(stage, panel):
    stage.live().in_call().hear(DeskChanged("in_call", "", datetime.now(UTC) - timedelta(seconds=75)))
    assert panel.clock.text() == "1:15"
    stage.session.connection_changed("waiting", None, 1.0)
    stage.session.connection_changed("online")
    assert panel.clock.text() == "1:15"
    stage.desk("wrap_up")
    assert panel.clock.text() == ""


def test_only_the_tab_key_brings_the_keyboard_to_the_call(stage, panel, qtbot):
    stage.in_call()
    panel.activateWindow()
    panel.hold.click()
    qtbot.mouseClick(panel.microphone, Qt.MouseButton.LeftButton)
    assert not panel.microphone.hasFocus()
    tools = (panel.microphone, panel.camera, panel.hold, panel.hang_up)
    assert {tool.focusPolicy() for tool in tools} == {Qt.FocusPolicy.TabFocus}


def test_hanging_up_only_asks(stage, panel, qtbot):
    stage.in_call()
    with qtbot.waitSignal(panel.hang_up_asked):
        panel.hang_up.click()
    assert stage.session.call is not None


def test_pictures_are_painted(stage, panel, qtbot):
    stage.in_call()
    panel.remote.show_picture(picture())
    panel.own.show_picture(picture())
    qtbot.waitUntil(lambda: panel.remote.painted > 0 and panel.own.painted > 0)
    assert panel.remote.geometry().contains(panel.own.geometry().translated(panel.remote.pos()))
    assert panel.own.geometry().bottom() < panel.remote.height() * (HEIGHT - STRIP) / HEIGHT, "the caption is free"


def test_a_cut_off_terminal_is_said_instead_of_a_frozen_picture(stage, panel, build):
    stage.in_call().session.link_changed("call-1", 1, "connected")
    stage.hear(CaseChanged(build.case(ticket_state="interrupted")))
    assert panel.remote.accessibleDescription().startswith("终端断线")
