"""Tabs: click, arrow keys, titles."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from reviewer.qt.tabs import Tab, Tabs


@pytest.fixture
def tabs(qtbot):
    made = Tabs()
    qtbot.addWidget(made)
    made.resize(320, 200)
    for word in ("核验", "批注", "补正"):
        made.add(QLabel(word), word)
    made.show()
    return made


def test_the_first_page_shows(tabs):
    assert tabs.shown_page.text() == "核验"


def test_a_click_shows_its_page(tabs, qtbot):
    qtbot.mouseClick(tabs.findChildren(Tab)[2], Qt.MouseButton.LeftButton)
    assert tabs.shown_page.text() == "补正"


def test_arrow_keys_move_between_the_tabs(tabs, qtbot):
    tabs.focus_tab()
    first = next(tab for tab in tabs.findChildren(Tab) if tab.isChecked())
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert [tab.text() for tab in tabs.findChildren(Tab) if tab.isChecked()] == ["批注"]
    assert tabs.shown_page.text() == "批注"


def test_the_tab_key_goes_from_the_word_into_its_page(tabs, qtbot):
    page = QWidget()
    inside = QLineEdit(page)
    tabs.add(page, "更多")
    tabs.show_page(page)
    tabs.activateWindow()
    tabs.focus_tab()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is inside


def test_titles_change_and_pages_come_forward(tabs):
    last = tabs.findChildren(QLabel)[-1]
    tabs.set_title(last, "补正 2")
    tabs.show_page(last)
    assert [tab.text() for tab in tabs.findChildren(Tab) if tab.isChecked()] == ["补正 2"]
    assert tabs.shown_page is last
