"""Effects and cards are values: equal by content, unchangeable, and each effect is one of the union."""

from typing import get_args

import pytest

from terminal.effects import Card, Effect, Print, StartLeg


def test_effects_are_values() -> None:
    assert StartLeg("k", 1, False) == StartLeg("k", 1, False)
    with pytest.raises(AttributeError):
        Print("n", "p", "t").path = "q"  # type: ignore[misc]
    assert len(get_args(Effect)) == 18


def test_a_person_has_no_legal_representative() -> None:
    assert Card("person", "李四", "1").legal_representative == ""
