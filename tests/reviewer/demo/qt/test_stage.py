"""The player: a story goes on when what it waits for comes, and ends with a name when it does not."""

import pytest
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from reviewer.demo.programme import Story, Until
from reviewer.demo.qt.stage import StoryStuck, _Player, _send, _type


class Pad(QWidget):
    """Remembers where the pointer was."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[QEvent.Type, QPointF]] = []

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        self.events.append((event.type(), event.position()))

    mouseReleaseEvent = mouseMoveEvent = mousePressEvent


def played(qtbot: QtBot, story: Story) -> _Player:
    ended: list[bool] = []
    player = _Player(story, lambda: ended.append(True))
    player.start()
    qtbot.waitUntil(lambda: bool(ended), timeout=5000)
    player.stop()
    return player


def test_a_story_goes_on_when_the_condition_holds(qtbot: QtBot) -> None:
    happened: list[int] = []

    def story() -> Story:
        happened.append(1)
        counted = iter(range(100))
        yield Until("third look", lambda: next(counted) >= 2)
        happened.append(2)

    player = played(qtbot, story())
    assert player.is_over
    assert happened == [1, 2]


def test_a_step_that_does_not_come_is_named(qtbot: QtBot) -> None:
    def story() -> Story:
        yield Until("席位振铃", lambda: False, deadline_s=0.05)

    player = played(qtbot, story())
    assert isinstance(player.problem, StoryStuck)
    assert "席位振铃" in str(player.problem)


def test_an_error_in_the_story_ends_the_play(qtbot: QtBot) -> None:
    def story() -> Story:
        raise RuntimeError("no such button")
        yield

    player = played(qtbot, story())
    with pytest.raises(RuntimeError, match="no such button"):
        raise player.problem or AssertionError


def test_the_hand_presses_moves_and_types(qtbot: QtBot) -> None:
    pad, field = Pad(), QLineEdit()
    qtbot.addWidget(pad)
    qtbot.addWidget(field)
    press, move, release = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
    for kind, x in ((press, 1.0), (move, 5.0), (release, 9.0)):
        _send(pad, kind, QPointF(x, 2.0))
    assert pad.events == [(press, QPointF(1, 2)), (move, QPointF(5, 2)), (release, QPointF(9, 2))]
    for character in "补注𬬻":
        _type(field, Qt.Key.Key_unknown, character)
    assert field.text() == "补注𬬻"


def test_a_story_that_is_broken_off_lets_go_of_what_it_holds(qtbot: QtBot) -> None:
    left: list[str] = []

    def story() -> Story:
        try:
            yield Until("席位振铃", lambda: False, deadline_s=0.05)
        finally:
            left.append("released")

    played(qtbot, story())
    assert left == ["released"]
