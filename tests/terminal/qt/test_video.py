"""The call's column: consent first, then switches, link and hold in words."""

from typing import Any

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
