"""The story's own small parts; the whole of it is played in tests/flows/test_demo.py."""

import pytest

from reviewer.demo.story import Programme, Until, press


class Key:
    """A button in memory."""

    def __init__(self, is_enabled: bool, is_visible: bool) -> None:
        self._is_enabled, self._is_visible = is_enabled, is_visible
        self.pressed = 0

    def click(self) -> None:
        self.pressed += 1

    def isEnabled(self) -> bool:
        return self._is_enabled

    def isVisible(self) -> bool:
        return self._is_visible


@pytest.mark.parametrize(("is_enabled", "is_visible"), [(False, True), (True, False), (False, False)])
def test_only_a_button_that_a_person_could_press_is_pressed(is_enabled: bool, is_visible: bool) -> None:
    key = Key(is_enabled, is_visible)
    with pytest.raises(RuntimeError, match="cannot be pressed"):
        press(key)
    assert key.pressed == 0


def test_a_visible_enabled_button_is_pressed_once() -> None:
    key = Key(True, True)
    press(key)
    assert key.pressed == 1


def test_lines_are_numbered_and_timed() -> None:
    told: list[str] = []
    times = iter((0.5, 12.25))
    programme = Programme(told.append, lambda: next(times))
    programme.line("提交")
    programme.line("办结")
    assert told == ["  1    0.50 s  提交", "  2   12.25 s  办结"]


def test_a_wait_has_a_deadline_unless_told_otherwise() -> None:
    assert 0 < Until("x", lambda: True).deadline_s <= 60
