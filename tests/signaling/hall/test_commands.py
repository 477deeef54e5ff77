"""Commands are plain values: frozen, comparable, and complete in the union the runner matches."""

from typing import get_args

import pytest

from signaling.hall import commands
from signaling.hall.commands import Command, Send, SetTimer
from signaling.protocol.messages import Done


def test_the_union_holds_every_command():
    defined = {value for value in vars(commands).values() if getattr(value, "__module__", "") == commands.__name__}
    assert set(get_args(Command)) == {value for value in defined if isinstance(value, type)}


def test_commands_are_values():
    assert SetTimer("ring:1", 2) == SetTimer("ring:1", 2)
    assert Send("s", Done("r")).is_droppable is False
    with pytest.raises(AttributeError):
        SetTimer("ring:1", 2).delay_s = 3


def test_nothing_but_wet_ink_may_be_dropped(play):
    play.ringing()
    assert [command for command in play.last if getattr(command, "is_droppable", False)] == []
