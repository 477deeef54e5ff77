"""Typing words on the page: kept by Enter or leaving, dropped by Esc."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from annotate.qt.textbox import TextBox

Written = list[tuple[str, float, float]]


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[tuple[TextBox, Written]]:
    parent = QWidget()
    parent.resize(400, 300)
    qtbot.addWidget(parent)
    made = TextBox(parent)
    written: Written = []
    made.written.connect(lambda words, x, y: written.append((words, x, y)))
    parent.show()
    made.begin(QPoint(50, 60), 18)
    yield made, written
    parent.close()


def test_enter_keeps_the_words_at_their_place(qtbot: QtBot, box: tuple[TextBox, Written]) -> None:
    field, written = box
    width = field.width()
    field.insert("此处缺少签章，请补齐后重新提交")
    assert field.width() > width
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert written == [("此处缺少签章，请补齐后重新提交", 50.0, 60.0)]
    assert field.isHidden()


def test_escape_and_emptiness_keep_nothing(qtbot: QtBot, box: tuple[TextBox, Written]) -> None:
    field, written = box
    field.insert("x")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    field.begin(QPoint(1, 1), 18)
    field.insert("   ")
    field.finish()
    assert written == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_the_keyboard_goes_back_to_the_page(qtbot: QtBot, key: Qt.Key) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    page = QWidget(window)
    page.resize(400, 300)
    after = QPushButton("静音", window)
    field = TextBox(page)
    written: Written = []
    field.written.connect(lambda words, x, y: written.append((words, x, y)))
    window.show()
    window.activateWindow()
    QWidget.setTabOrder(field, after)
    field.begin(QPoint(50, 60), 18)
    qtbot.waitUntil(field.hasFocus)
    field.insert("缺章")
    qtbot.keyClick(field, key)
    assert page.hasFocus()
    assert written == ([("缺章", 50.0, 60.0)] if key == Qt.Key.Key_Return else [])


def test_beginning_elsewhere_keeps_what_was_typed(box: tuple[TextBox, Written]) -> None:
    field, written = box
    field.insert("一")
    field.begin(QPoint(200, 200), 18)
    assert written == [("一", 50.0, 60.0)]
    assert field.text() == ""
    assert not field.isHidden()
