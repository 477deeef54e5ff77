"""The common look for every view test, and the check that no text is cut."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from signaling.qt.look import apply_look, style_sheet


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hundreds of windows are opened here: left out of the fast part."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    """Fonts and style as at the desk; set once, since every living widget is polished again."""
    if qapp.styleSheet() != style_sheet(14):
        apply_look(qapp)


@pytest.fixture
def clipped() -> Callable[[QWidget], list[str]]:
    """The visible texts below a widget that do not fit their place."""

    def find(root: QWidget) -> list[str]:
        QApplication.processEvents()  # lets the layouts settle
        found = []
        for shown in root.findChildren((QLabel, QPushButton)):
            if not shown.isVisible() or not shown.text():
                continue
            hint = shown.sizeHint()
            wraps = isinstance(shown, QLabel) and shown.wordWrap()
            height = shown.heightForWidth(shown.width()) if wraps else hint.height()
            if (not wraps and hint.width() > shown.width() + 1) or height > shown.height() + 2:
                found.append(f"{shown.text()!r}: {hint.width()}x{height} in {shown.width()}x{shown.height()}")
        return found

    return find
