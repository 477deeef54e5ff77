"""Chosen buttons carry a tick, not only a colour; keys report themselves."""

from typing import Any

from terminal.qt.choices import Choices, KeyPad


def test_choices(show: Any, clipped: Any) -> None:
    picked: list[str] = []
    made: Choices[str] = show(Choices({"a": "甲", "b": "乙"}, 2, picked.append), 400, 80)
    made.buttons["b"].click()
    assert picked == ["b"]
    made.show_chosen("b")
    assert [button.text() for button in made.buttons.values()] == ["甲", "✓ 乙"]
    assert made.buttons["b"].property("role") == "primary"
    made.show_chosen()
    assert made.buttons["b"].text() == "乙"
    assert clipped(made) == []


def test_keys(show: Any) -> None:
    pressed: list[str] = []
    pad = show(KeyPad(("1", "退格"), 2, pressed.append), 300, 120)
    pad.keys["退格"].click()
    pad.keys["1"].click()
    assert pressed == ["退格", "1"]
