"""Two touches withdraw, one does not; leaving the panel forgets the first."""

from typing import Any

from signaling.protocol.messages import WithdrawCase
from terminal.qt.withdraw import WithdrawButton


def test_the_second_touch_withdraws(play: Any, show: Any) -> None:
    button = show(WithdrawButton(play.waiting().session))
    first = button.text()
    button.click()
    assert not play.said(WithdrawCase)
    assert button.text() != first
    button.click()
    assert len(play.said(WithdrawCase)) == 1


def test_a_first_touch_is_forgotten_when_the_panel_is_left(play: Any, show: Any) -> None:
    button = show(WithdrawButton(play.waiting().session))
    button.click()
    button.forget()
    button.click()
    assert not play.said(WithdrawCase)
