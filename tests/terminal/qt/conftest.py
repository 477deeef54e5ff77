"""Shows panels offscreen with the booth's look, and finds text that has no room."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QSize
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from signaling.qt.look import apply_look

Clipped = Callable[[QWidget], list[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hundreds of windows are opened here: left out of the fast part."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def show(qtbot: Any, qapp: QApplication) -> Iterator[Callable[..., QWidget]]:
    """Show a widget at a size, as in the booth; waits until it is there."""
    apply_look(qapp, 20)

    def shown(widget: QWidget, width: int = 912, height: int = 800) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    yield shown
    qapp.setStyleSheet("")


@pytest.fixture
def clipped(qapp: QApplication) -> Clipped:
    """Texts of visible labels and buttons that are larger than their widget."""

    def find(widget: QWidget) -> list[str]:
        for _ in range(3):  # a layout inside a layout asks for its new height in the next round
            qapp.processEvents()
        labels = [label for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]
        buttons = [button for button in widget.findChildren(QPushButton) if button.isVisible()]
        return [label.text() for label in labels if not _fits(label)] + [
            button.text() for button in buttons if not _holds(button.size(), button.sizeHint())
        ]

    return find


def _fits(label: QLabel) -> bool:
    if label.wordWrap():
        return label.height() >= label.heightForWidth(label.width())
    return _holds(label.size(), label.sizeHint())


def _holds(size: QSize, wanted: QSize) -> bool:
    return size.width() >= wanted.width() and size.height() >= wanted.height()
