"""The ticket: number, place in line, ringing, other ways than waiting, and two touches to withdraw."""

from datetime import timedelta
from typing import Any

from signaling.protocol.acts import AskSlots, ConvertTicket, LeaveTerminal, RejoinLine, ResumeTicket, SlotsOffered
from signaling.protocol.messages import CallRinging, WithdrawCase
from signaling.protocol.values import AppointmentSlot
from terminal.qt.waiting import WaitingPanel

WAYS = ("appointment", "callback", "asynchronous", "window")


def test_waiting(play: Any, show: Any, clipped: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    assert (panel.number.text(), panel.line.text()) == ("A001", "前面还有 2 位，大约 5–8 分钟")
    assert not panel.ways.isVisible()
    play.ticket("waiting", ahead=0, expected_s=(0, 60))
    assert panel.line.text() == "下一位就是您，大约 1 分钟以内"
    assert panel.state.property("state") == "idle", "nobody ahead is no promise"
    play.session.receive(CallRinging("k1", "c1"))
    assert panel.state.property("state") == "ring"
    assert not panel.leave.isVisible()
    assert clipped(panel) == []


def test_one_touch_does_not_withdraw(play: Any, show: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    panel.withdraw.click()
    assert not play.said(WithdrawCase)
    panel.withdraw.click()
    assert len(play.said(WithdrawCase)) == 1


def test_other_ways_are_offered_only_when_proposed(play: Any, show: Any, clipped: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    play.ticket("waiting", ahead=9, proposals=("callback", "window"))
    assert [key for key, made in panel.proposals.items() if made.isVisible()] == ["callback", "window"]
    assert clipped(panel) == []
    panel.proposals["window"].click()
    assert play.said(ConvertTicket)[0].to == "window"
    assert not panel.proposals["callback"].isEnabled(), "one exchange at a time"


def test_an_appointment_is_chosen(play: Any, show: Any, play_time: Any, clipped: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    play.ticket("waiting", proposals=WAYS)
    panel.proposals["appointment"].click()
    assert play.said(AskSlots)
    assert panel.slots.isVisible()
    quarter = timedelta(minutes=15)
    slots = tuple(
        AppointmentSlot(play_time + place * quarter, play_time + (place + 1) * quarter, place) for place in range(3)
    )
    play.session.receive(SlotsOffered("c1", slots))
    assert [made.isEnabled() for made in panel.slots.buttons] == [False, True, True]
    assert panel.slots.buttons[1].text() == "18:15–18:30  余 1", "the hall's time"
    assert clipped(panel) == []
    panel.slots.buttons[1].click()
    assert play.said(ConvertTicket)[0].start == slots[1].start
    panel.slots.cancel.click()
    assert not panel.slots.isVisible()


def test_no_appointment_is_free(play: Any, show: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    play.ticket("waiting", proposals=WAYS)
    panel.proposals["appointment"].click()
    play.session.receive(SlotsOffered("c1", ()))
    assert panel.slots.buttons == []
    assert panel.slots.cancel.isVisible()


def test_missed_parked_and_away(play: Any, show: Any, clipped: Any) -> None:
    panel = show(WaitingPanel(play.waiting().session))
    play.ticket("missed", misses=1)
    assert clipped(panel) == []
    panel.rejoin.click()
    assert play.said(RejoinLine)
    play.ticket("parked")
    assert (panel.rejoin.isVisible(), panel.resume.isVisible()) == (False, True)
    panel.resume.click()
    assert play.said(ResumeTicket)
    panel.leave.click()
    assert play.said(LeaveTerminal)
    assert not panel.leave.isEnabled()
