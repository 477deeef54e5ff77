"""The call's column: consent first, then switches, link and hold in words."""

from typing import Any

from PyQt6.QtCore import Qt

from signaling.peer.picture import Picture
from signaling.protocol.messages import CallEnded, CallHeld, EndCall
from terminal.effects import MuteLeg, StartLeg
from terminal.qt.video import VideoColumn


def test_with_consent(play: Any, show: Any, clipped: Any) -> None:
    column = show(VideoColumn(play.in_call().session), 330, 700)
    assert column.name.text() == "审核员 张敏"
    assert not column.join.isVisible()
    play.session.talk.leg_changed("k1", 1, "connected")
    assert column.state.text() == "通话中"
    column.microphone.click()
    column.camera.click()
    assert play.of(MuteLeg)[-1] == MuteLeg(True, True)
    assert column.microphone.text() == "打开麦克风"
    assert clipped(column) == []
    play.session.receive(CallHeld("k1", True))
    assert "暂停" in column.state.text()
    column.hang_up.click()
    assert play.said(EndCall) == [EndCall("k1")]
    play.session.receive(CallEnded("k1", "hung_up"))


def test_without_consent(play: Any, show: Any, clipped: Any) -> None:
    column = show(VideoColumn(play.in_call(consents=False).session), 330, 700)
    assert column.consent.isVisible()
    assert not column.own.isVisible()
    assert not play.of(StartLeg)
    assert clipped(column) == []
    column.join.click()
    assert play.of(StartLeg)
    assert column.microphone.isVisible()


def test_a_broken_link_leaves_no_frozen_picture(play: Any, show: Any, qtbot: Any) -> None:
    column = show(VideoColumn(play.in_call().session), 330, 700)
    column.reviewer.show_picture(Picture(2, 2, bytes(16)))
    qtbot.waitUntil(lambda: column.reviewer.accessibleDescription() == "")
    for link in ("failed", "closed"):
        play.session.talk.leg_changed("k1", 1, link)
        assert "视频中断" in column.reviewer.accessibleDescription()
        assert column.state.text() == "重新接通中"


def test_after_a_restart_one_is_asked_again_for_video(play: Any, show: Any, clipped: Any) -> None:
    play.waiting(consents=False)
    column = show(VideoColumn(play.session), 330, 700)
    play.start_call(2, is_resumed=True)
    assert column.consent.text() == "终端刚重新启动，请再点一次“打开视频”"
    assert clipped(column) == []


def test_the_switches_are_no_place_for_the_focus(play: Any, show: Any) -> None:
    column = show(VideoColumn(play.in_call().session), 330, 700)
    column.microphone.click()
    assert {switch.focusPolicy() for switch in (column.microphone, column.camera, column.hang_up)} == {
        Qt.FocusPolicy.TabFocus
    }
