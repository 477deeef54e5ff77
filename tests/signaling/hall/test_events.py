"""Events are plain values, and the hall answers each of them."""

from typing import get_args

import pytest

from signaling.hall import events
from signaling.hall.events import (
    CatalogueChanged,
    Connected,
    Desk,
    Disconnected,
    Event,
    MessageReceived,
    NoticeSealed,
    Notified,
    Restarted,
    SealingFailed,
    Staff,
    Terminal,
    TimerFired,
)
from signaling.protocol.messages import SetAvailability


def test_the_union_holds_every_event():
    defined = {value for value in vars(events).values() if getattr(value, "__module__", "") == events.__name__}
    assert set(get_args(Event)) == {value for value in defined if isinstance(value, type)} - {Terminal, Desk, Staff}


@pytest.mark.parametrize(
    "event",
    [
        Connected("s1", Terminal("T-01", "终端")),
        Connected("s1", Desk("D-01", "r1", "审核员", ())),
        Connected("s1", Staff("m1", "经理", ("manager",))),
        CatalogueChanged((), "0" * 64),
        Notified("none", is_sent=True),
        Disconnected("s1"),
        MessageReceived("s1", SetAvailability(True)),
        TimerFired("ring:none"),
        NoticeSealed("none", "d", None),
        SealingFailed("none", "why"),
        Restarted(),
    ],
)
def test_the_empty_hall_takes_every_event(play, event):
    assert isinstance(play.event(event), list)


def test_events_are_values():
    assert Disconnected("s1") == Disconnected("s1")
    with pytest.raises(AttributeError):
        Disconnected("s1").session_id = "s2"
