"""Drawing with mouse and pen: which operations come out, and what is seen meanwhile."""

from __future__ import annotations

from typing import Protocol

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QImage, QInputDevice, QPointingDevice, QTabletEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotate.marks import Arrow, Cloud, Highlighter, Rectangle, Stroke, Text
from annotate.markup import Markup
from annotate.operations import AddMark, EraseMark, NumberedOperation, Operation, Redo, Undo, WetInk
from annotate.qt.canvas import Canvas

pytestmark = pytest.mark.slow


class Owner(Protocol):
    canvas: Canvas
    markup: Markup
    operations: list[Operation]
    wet: list[WetInk]

    def at(self, x: float, y: float) -> QPoint: ...
    def colour(self, x: float, y: float) -> QColor: ...
    def picture(self) -> QImage: ...
    def drag(self, qtbot: QtBot, *places: tuple[float, float]) -> None: ...


LINE = tuple((50.0 + 10 * step, 100.0 + (step % 2)) for step in range(12))


def test_a_stroke_is_sent_wet_and_then_as_a_mark(owner: Owner, qtbot: QtBot) -> None:
    owner.canvas.set_tool("pen")
    spots = [owner.at(*place) for place in LINE]
    qtbot.mousePress(owner.canvas, Qt.MouseButton.LeftButton, pos=spots[0])
    for spot in spots[1:]:
        qtbot.mouseMove(owner.canvas, spot)
    assert owner.operations == []
    assert owner.colour(100, 100.5).blue() < 60  # seen while the button is down
    qtbot.mouseRelease(owner.canvas, Qt.MouseButton.LeftButton, pos=spots[-1])
    (operation,) = owner.operations
    assert isinstance(operation, AddMark)
    assert isinstance(operation.mark, Stroke)
    assert operation.page == 0
    assert operation.mark.points[0][:2] == pytest.approx(LINE[0], abs=0.5)
    assert operation.mark.points[-1][:2] == pytest.approx(LINE[-1], abs=0.5)
    assert {wet.stroke_no for wet in owner.wet} == {operation.stroke_no}
    indices = [wet.from_index + place for wet in owner.wet for place in range(len(wet.points))]
    assert indices == list(range(len(LINE)))
    assert all(len(wet.points) <= 8 for wet in owner.wet)
    assert owner.colour(100, 100.5).blue() < 60  # and after


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (Qt.Key.Key_1, Stroke),
        (Qt.Key.Key_2, Highlighter),
        (Qt.Key.Key_3, Arrow),
        (Qt.Key.Key_4, Rectangle),
        (Qt.Key.Key_5, Cloud),
    ],
)
def test_each_tool_by_its_key_draws_its_mark(owner: Owner, qtbot: QtBot, key: Qt.Key, kind: type) -> None:
    before = owner.picture()
    qtbot.keyClick(owner.canvas, key)
    owner.drag(qtbot, (50, 50), (100, 80), (150, 120))
    (operation,) = owner.operations
    assert isinstance(operation, AddMark)
    assert isinstance(operation.mark, kind)
    assert owner.picture() != before
    qtbot.keyClick(owner.canvas, Qt.Key.Key_Escape)
    assert owner.canvas.tool == "select"


def test_a_pen_draws_with_pressure(owner: Owner, qtbot: QtBot) -> None:
    owner.canvas.set_tool("pen")
    pen = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
    )

    def send(kind: QEvent.Type, x: float, y: float, pressure: float) -> None:
        at = QPointF(owner.at(x, y))
        is_up = kind == QEvent.Type.TabletRelease
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if is_up else Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        event = QTabletEvent(kind, pen, at, at, pressure, 0.0, 0.0, 0.0, 0.0, 0.0, none, button, held)
        QApplication.sendEvent(owner.canvas, event)
        assert event.isAccepted()

    send(QEvent.Type.TabletPress, 50, 100, 0.2)
    for step in range(1, 20):
        send(QEvent.Type.TabletMove, 50 + 8 * step, 100 + 10 * (step % 2), 0.2 + step * 0.04)
    send(QEvent.Type.TabletMove, 280, 20, 0.0)  # lifting: a jump without pressure
    send(QEvent.Type.TabletRelease, 280, 20, 0.0)
    (operation,) = owner.operations
    assert isinstance(operation, AddMark)
    assert isinstance(operation.mark, Stroke)
    pressures = [point.pressure for point in operation.mark.points]
    assert pressures[0] == pytest.approx(0.2, abs=0.01)
    assert max(pressures) == pytest.approx(0.96, abs=0.01)
    assert max(point.x for point in operation.mark.points) < 210


def test_words_are_typed_on_the_page(owner: Owner, qtbot: QtBot) -> None:
    qtbot.keyClick(owner.canvas, Qt.Key.Key_6)
    qtbot.mouseClick(owner.canvas, Qt.MouseButton.LeftButton, pos=owner.at(60, 70))
    owner.canvas._text_box.insert("缺少公章")
    qtbot.keyClick(owner.canvas._text_box, Qt.Key.Key_Return)
    (operation,) = owner.operations
    assert isinstance(operation, AddMark)
    assert isinstance(operation.mark, Text)
    assert operation.mark.text == "缺少公章"
    assert (operation.mark.x, operation.mark.y) == pytest.approx((60, 70), abs=0.5)
    picture, corner = owner.picture(), owner.at(60, 70)
    reds = [picture.pixelColor(corner.x() + x, corner.y() + y).blue() < 90 for x in range(100) for y in range(30)]
    assert sum(reds) > 100


def test_turning_the_page_keeps_typed_words_on_their_page(owner: Owner, qtbot: QtBot) -> None:
    owner.canvas.set_tool("text")
    qtbot.mouseClick(owner.canvas, Qt.MouseButton.LeftButton, pos=owner.at(60, 70))
    owner.canvas._text_box.insert("第一页")
    owner.canvas.show_page(1)
    (operation,) = owner.operations
    assert isinstance(operation, AddMark)
    assert operation.page == 0


def test_undo_and_redo_are_of_ones_own_work(owner: Owner, qtbot: QtBot) -> None:
    canvas = owner.canvas
    canvas.set_tool("rectangle")
    owner.drag(qtbot, (50, 50), (100, 100))
    others = AddMark("theirs", 0, Rectangle(owner.markup.marks()[0].mark.style, 150, 50, 200, 100))
    owner.markup.apply(NumberedOperation(1, "x1", "wang", 0.0, others))
    canvas.markup_changed()
    assert canvas.can_undo
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert owner.operations[-1] == Undo("o1")
    assert [placed.mark_id for placed in owner.markup.marks()] == ["theirs"]
    assert owner.colour(75, 50) == QColor("white")
    assert not canvas.can_undo
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(owner.operations) == 2
    qtbot.keyClick(canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert owner.operations[-1] == Redo("o1")
    assert len(owner.markup.marks()) == 2


def test_erasing_reaches_ones_own_marks_by_rubber_and_by_key(owner: Owner, qtbot: QtBot) -> None:
    canvas = owner.canvas
    canvas.set_tool("arrow")
    owner.drag(qtbot, (50, 50), (150, 50))
    owner.drag(qtbot, (50, 100), (150, 100))
    first, second = (placed.mark_id for placed in owner.markup.marks())
    style = owner.markup.marks()[0].mark.style
    theirs = AddMark("theirs", 0, Arrow(style, 50, 150, 150, 150))
    owner.markup.apply(NumberedOperation(1, "x1", "wang", 0.0, theirs))
    canvas.markup_changed()
    canvas.set_tool("eraser")
    owner.drag(qtbot, (100, 30), (100, 50), (100, 60))
    assert owner.operations[-1] == EraseMark(first)
    owner.drag(qtbot, (100, 140), (100, 150))
    canvas.set_tool("select")
    for y in (150, 100):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=owner.at(100, y))
        qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert owner.operations[-1] == EraseMark(second)
    assert [placed.mark_id for placed in owner.markup.marks()] == ["theirs"]
    assert len(owner.operations) == 4


def test_a_read_only_canvas_never_draws(owner: Owner, qtbot: QtBot) -> None:
    canvas = owner.canvas
    canvas.set_tool("pen")
    owner.drag(qtbot, *LINE)
    sent = len(owner.wet)
    canvas.set_writable(False)
    qtbot.keyClick(canvas, Qt.Key.Key_1)
    assert canvas.tool == "select"
    owner.drag(qtbot, *LINE)
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (len(owner.operations), len(owner.wet)) == (1, sent)
    assert not canvas.can_undo


def test_nothing_is_drawn_without_a_page(owner: Owner, qtbot: QtBot) -> None:
    owner.canvas.set_tool("pen")
    owner.canvas.show_error("crashed")
    owner.drag(qtbot, *LINE)
    owner.canvas.set_page_source(None)
    owner.drag(qtbot, *LINE)
    assert owner.operations == []
    assert owner.wet == []
    with pytest.raises(ValueError, match="unknown tool"):
        owner.canvas.set_tool("chainsaw")
