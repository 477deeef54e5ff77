"""The list of keys says what the window binds."""

from PyQt6.QtGui import QShortcut
from PyQt6.QtWidgets import QWidget

from reviewer.qt.cheatsheet import KEYS, CheatSheet
from reviewer.qt.window import DeskWindow


def test_every_key_the_window_binds_is_listed(stage, qtbot):
    window = DeskWindow(stage.session)
    qtbot.addWidget(window)
    listed = " ".join(keys for keys, _ in KEYS).replace("PgDn", "PgDown")
    bound = {shortcut.key().toString().replace("Return", "Enter") for shortcut in window.findChildren(QShortcut)}
    assert len(bound) > 10
    assert [keys for keys in bound if keys not in listed] == []


def test_nothing_is_cut(qtbot, clipped):
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = CheatSheet(parent)
    sheet.open()
    assert clipped(sheet) == []
