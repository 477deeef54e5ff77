"""The way of fetching the result: closed until wanted, saved only when it is another, gone when it is sent."""

from typing import Any

from signaling.protocol.acts import ChooseDelivery
from signaling.protocol.values import Result
from terminal.qt.delivery import DeliveryCard


def test_another_way(play: Any, show: Any, clipped: Any) -> None:
    play.waiting().changed("accepted")
    panel = show(DeliveryCard(play.session), 420, 600)
    assert not panel.ways.isVisible()
    panel.change.click()
    assert not panel.save.isEnabled(), "nothing has changed"
    panel.ways.buttons["courier"].click()
    assert panel.address.isVisible()
    assert not panel.save.isEnabled(), "where to?"
    panel.address.textEdited.emit("北京市通州区新华东街 48 号")
    assert clipped(panel) == []
    panel.save.click()
    (asked,) = play.said(ChooseDelivery)
    assert (asked.way, asked.address) == ("courier", "北京市通州区新华东街 48 号")


def test_what_is_sent_cannot_be_changed(play: Any, show: Any) -> None:
    play.waiting().changed("issued", result=Result("dispatched", "courier"))
    panel = show(DeliveryCard(play.session), 420, 600)
    play.changed("issued", result=Result("dispatched", "courier"))
    assert not panel.isVisible()
