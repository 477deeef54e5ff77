"""Buttons of which one (or none) is chosen, and a key pad: for fingers, on every panel that asks something."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from signaling.qt.look import restyle
from terminal.qt.elements import button

K = TypeVar("K", bound=str)


def set_role(made: QPushButton, role: str) -> None:
    """Change a button's role, and its look with it."""
    if made.property("role") != role:
        made.setProperty("role", role)
        restyle(made)


class Choices(QWidget, Generic[K]):
    """A grid of buttons; the chosen ones are filled and carry a tick, so that colour says nothing alone."""

    def __init__(self, words: Mapping[K, str], columns: int, picked: Callable[[K], None]) -> None:
        super().__init__()
        self._words = dict(words)
        self.buttons: dict[K, QPushButton] = {key: button(text) for key, text in words.items()}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for place, (key, made) in enumerate(self.buttons.items()):
            made.clicked.connect(lambda _, key=key: picked(key))
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            layout.addWidget(made, place // columns, place % columns)
        for column in range(columns):
            layout.setColumnStretch(column, 1)

    def show_chosen(self, *chosen: K) -> None:
        """Mark these, and only these."""
        for key, made in self.buttons.items():
            is_on = key in chosen
            made.setText(f"✓ {self._words[key]}" if is_on else self._words[key])
            set_role(made, "primary" if is_on else "")


class KeyPad(QWidget):
    """Keys of one character, and words as keys (退格, 清空)."""

    def __init__(self, keys: Sequence[str], columns: int, pressed: Callable[[str], None]) -> None:
        super().__init__()
        self.keys: dict[str, QPushButton] = {key: button(key) for key in keys}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for place, (key, made) in enumerate(self.keys.items()):
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            made.setStyleSheet("QPushButton { min-height: 56px; padding: 0; }")  # big type must fit a wide screen
            made.setMaximumHeight(100)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            made.clicked.connect(lambda _, key=key: pressed(key))
            layout.addWidget(made, place // columns, place % columns)
