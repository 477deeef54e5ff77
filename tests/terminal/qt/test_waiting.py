"""The ticket: number, place in line, ringing, and two touches to withdraw."""

from typing import Any

from signaling.protocol.messages import CallRinging, TicketChanged, WithdrawCase
from terminal.qt.waiting import WaitingPanel


def test_waiting(play: Any, show: Any, clipped: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    assert (panel.number.text(), panel.line.text()) == ("A001", "前面还有 2 位")
    play.session.receive(TicketChanged("c1", "waiting", 0))
    assert panel.line.text() == "正在等待审核人员，请稍候"
    assert panel.state.property("state") == "idle", "nobody ahead is no promise"
    play.session.receive(CallRinging("k1", "c1"))
    assert panel.state.property("state") == "ring"
    assert clipped(panel) == []


def test_one_touch_does_not_withdraw(play: Any, show: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    panel.withdraw.click()
    assert not play.said(WithdrawCase)
    panel.withdraw.click()
    assert len(play.said(WithdrawCase)) == 1
