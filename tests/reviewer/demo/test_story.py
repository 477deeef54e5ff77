"""The story's own small parts; the whole of it is played in tests/flows/test_demo.py."""

import pytest

from reviewer.demo.story import pick, press


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


class Entry:
    """An entry of a menu in memory."""

    def __init__(self, words: str, is_enabled: bool) -> None:
        self._words, self._is_enabled = words, is_enabled
        self.chosen = 0

    def text(self) -> str:
        return self._words

    def isEnabled(self) -> bool:
        return self._is_enabled

    def trigger(self) -> None:
        self.chosen += 1


class Menu:
    def __init__(self, *entries: Entry) -> None:
        self._entries = entries

    def actions(self) -> tuple[Entry, ...]:
        return self._entries


def test_a_menu_is_read_as_a_person_reads_it() -> None:
    barred, possible = Entry("不予受理（缺理由）", False), Entry("不予受理…", True)
    pick(Menu(barred, possible), "不予受理")
    assert (barred.chosen, possible.chosen) == (0, 1)
    with pytest.raises(RuntimeError, match="does not offer"):
        pick(Menu(barred), "不予受理")
