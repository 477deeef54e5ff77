"""A canvas with a document and an owner that treats its operations as a client does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from annotate.markup import Markup
from annotate.operations import Operation, WetInk
from annotate.pages import PageSource
from annotate.qt.canvas import Canvas


class Owner:
    """What a desk does: pending at once, then sent. Keeps what came out of the canvas."""

    def __init__(self, canvas: Canvas, author: str) -> None:
        self.canvas = canvas
        self.author = author
        self.markup = Markup()
        self.operations: list[Operation] = []
        self.wet: list[WetInk] = []
        canvas.operation_drawn.connect(self._drawn)
        canvas.wet_ink_drawn.connect(self.wet.append)
        canvas.set_markup(self.markup, author)

    def _drawn(self, operation: Operation) -> None:
        self.operations.append(operation)
        self.markup.add_pending(f"o{len(self.operations)}", self.author, 0.0, operation)
        self.canvas.markup_changed()

    def at(self, x: float, y: float) -> QPoint:
        """Widget position of a place on the page."""
        return QPoint(*(round(value) for value in self.canvas._view.to_window(x, y)))

    def colour(self, x: float, y: float) -> QColor:
        """What is seen at a place on the page."""
        return self.picture().pixelColor(self.at(x, y))

    def picture(self) -> QImage:
        return self.canvas.grab().toImage()

    def drag(self, qtbot: QtBot, *places: tuple[float, float]) -> None:
        """Press, move and release the left button on the page."""
        spots = [self.at(*place) for place in places]
        qtbot.mousePress(self.canvas, Qt.MouseButton.LeftButton, pos=spots[0])
        for spot in spots[1:]:
            qtbot.mouseMove(self.canvas, spot)
        qtbot.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, pos=spots[-1])


@pytest.fixture
def owner(qtbot: QtBot, three_pages: PageSource) -> Iterator[Owner]:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(632, 432)
    canvas.show()
    made = Owner(canvas, "li")
    canvas.set_page_source(three_pages)
    qtbot.waitUntil(lambda: canvas.is_settled, timeout=20_000)
    yield made
    canvas.close_document()
