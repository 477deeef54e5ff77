"""The call panel: every switch reports, and says what there is instead of a picture."""

import numpy as np
import pytest

from reviewer.effects import MuteLeg
from reviewer.qt.video import VideoPanel
from signaling.peer.picture import Picture
from signaling.protocol.messages import CallHeld, HoldCall


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


def test_a_broken_link_is_said(stage, panel):
    stage.in_call().session.link_changed("call-1", 1, "failed")
    assert "中断" in panel.remote.accessibleDescription()


def test_hanging_up_only_asks(stage, panel, qtbot):
    stage.in_call()
    with qtbot.waitSignal(panel.hang_up_asked):
        panel.hang_up.click()
    assert stage.session.call is not None


def test_pictures_are_painted(stage, panel, qtbot):
    stage.in_call()
    picture = Picture(64, 48, memoryview(np.full((48, 64, 4), 200, np.uint8).tobytes()))
    panel.remote.show_picture(picture)
    panel.own.show_picture(picture)
    qtbot.waitUntil(lambda: panel.remote.painted > 0 and panel.own.painted > 0)
    assert panel.remote.geometry().contains(panel.own.geometry().translated(panel.remote.pos()))
