"""The top bar: words beside every colour, and the switch."""

from datetime import UTC, datetime, timedelta

import pytest

from reviewer.qt.topbar import TopBar
from signaling.protocol.acts import ExtendWrapUp
from signaling.protocol.messages import DeskChanged, QueueChanged, SetAvailability
from signaling.protocol.values import WaitingEntry


@pytest.fixture
def bar(stage, qtbot):
    made = TopBar(stage.session)
    qtbot.addWidget(made)
    made.resize(1200, 56)
    made.show()
    return made


def test_the_chip_says_state_reason_and_time(stage, bar):
    stage.live().online()
    stage.hear(DeskChanged("away", "会商", datetime.now(UTC) - timedelta(seconds=65)))
    assert bar.state.text() == "● 暂离（会商） 1:05"
    assert bar.state.property("state") == "idle"
    stage.hear(DeskChanged("away", "no_answer", datetime.now(UTC)))
    assert bar.state.text() == "● 暂离（来电未接） 0:00"


@pytest.mark.parametrize(
    ("state", "word"), [("ready", "就绪"), ("ringing", "振铃"), ("in_call", "通话"), ("wrapping_up", "整理")]
)
def test_each_availability_has_its_word(stage, bar, state, word):
    getattr(stage, state)()
    assert word in bar.state.text()


def test_the_switch_changes_between_ready_and_away(stage, bar):
    stage.online()
    bar.switch.click()
    stage.desk("ready")
    assert not bar.switch.isVisible()
    bar.toggle()
    bar.reasons.menu().actions()[2].trigger()
    assert stage.said(SetAvailability) == [
        SetAvailability(True), SetAvailability(False, "小憩"), SetAvailability(False, "会商"),
    ]  # fmt: skip


def test_nothing_can_be_switched_in_a_call_or_offline(stage, bar):
    stage.in_call()
    assert not bar.switch.isVisible()
    assert not bar.reasons.isVisible()
    stage.desk("ready")
    stage.session.connection_changed("waiting", None, 1.0)
    assert not bar.reasons.isEnabled()


def test_queue_shift_link_and_name(stage, bar):
    stage.ready()
    waiting = WaitingEntry("A1", "排污", "永顺", datetime.now(UTC) - timedelta(seconds=130), "waiting")
    stage.hear(QueueChanged((waiting,)))
    assert bar.queue.text() == "等待 1 · 最久 2:10"
    assert (bar.link.text(), bar.name.text()) == ("在线", "张敏")
    stage.accepted()
    assert bar.handled.text() == "本次已受理 1 件"
    stage.session.link_changed("call-1", 1, "unstable")
    assert (bar.link.text(), bar.link.property("state")) == ("视频不稳定", "warn")


def test_the_wrap_up_counts_down_and_can_be_made_longer(stage, bar):
    stage.live().wrapping_up()
    stage.hear(DeskChanged("wrap_up", "", stage.now, datetime.now(UTC) + timedelta(seconds=38.9)))
    assert bar.state.text() == "● 整理 剩 0:38"
    bar.extend.click()
    assert len(stage.said(ExtendWrapUp)) == 1
    stage.desk("ready")
    assert not bar.extend.isVisible()
