"""The small widgets: hostile text stays text, pictures keep their proportions, stacks ask for what is on top."""

from pathlib import Path
from typing import Any

from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from terminal.qt.elements import (
    TOUCH_PX,
    Instead,
    Stack,
    Thumbnail,
    button,
    card,
    chip,
    clear_layout,
    label,
    scroller,
    set_chip,
)


def test_labels_never_read_html(show: Any) -> None:
    assert show(label("<b>甲</b><img src=x>")).textFormat() == Qt.TextFormat.PlainText


def test_buttons_are_large_enough_for_fingers(show: Any) -> None:
    assert show(button("打印", "primary")).height() >= TOUCH_PX


def test_enter_presses_and_a_disabled_button_gives_the_focus_up(show: Any, qtbot: Any) -> None:
    frame = card()
    layout = QVBoxLayout(frame)
    first, second = button("甲"), button("乙")
    layout.addWidget(first)
    layout.addWidget(second)
    pressed: list[str] = []
    first.clicked.connect(lambda: pressed.append("甲"))
    show(frame)
    first.setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        qtbot.keyClick(first, key)
    assert pressed == ["甲"] * 3
    first.setEnabled(False)
    assert not second.hasFocus()
    second.setFocus()
    second.hide()
    assert frame.focusWidget() is None


def test_a_chip_changes_word_and_colour(show: Any) -> None:
    made = show(chip("甲"))
    set_chip(made, "乙", "good")
    assert (made.text(), made.property("state")) == ("乙", "good")


def test_a_layout_is_emptied(show: Any) -> None:
    frame = card()
    layout = QVBoxLayout(frame)
    layout.addWidget(label("甲"))
    layout.addStretch(1)
    clear_layout(layout)
    assert layout.count() == 0
    assert show(scroller(frame)).widget() is frame


def test_a_thumbnail_keeps_the_proportions(show: Any, tmp_path: Path) -> None:
    Image.new("RGB", (40, 80), "#ff0000").save(tmp_path / "p.png")
    thumb = Thumbnail("没有")
    thumb.setFixedSize(100, 100)
    show(thumb, 100, 100)
    thumb.show_file(str(tmp_path / "p.png"))
    seen = thumb.grab().toImage()
    assert seen.pixelColor(50, 50).red() == 255
    assert seen.pixelColor(50, 50).green() == 0
    assert seen.pixelColor(8, 50).green() > 0
    thumb.show_file("")
    assert thumb.grab().toImage().pixelColor(50, 20).green() > 0


def test_a_stack_needs_room_for_its_top_only(show: Any) -> None:
    stack, small, large = Stack(), QWidget(), QWidget()
    assert stack.minimumSizeHint().isEmpty()
    QVBoxLayout(large).addWidget(button("甲"))
    stack.addWidget(small)
    stack.addWidget(large)
    assert stack.minimumSizeHint().height() < TOUCH_PX
    stack.setCurrentWidget(large)
    assert stack.minimumSizeHint().height() >= TOUCH_PX


def test_words_stand_in_for_a_widget(show: Any) -> None:
    inside = label("内容")
    instead = show(Instead(inside, "还没有", "马上来"))
    assert not inside.isVisible()
    instead.show_widget(True)
    assert inside.isVisible()
