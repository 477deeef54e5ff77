"""The tool bar shows the canvas's tool and reports clicks."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from annotate.marks import MarkStyle, Rectangle
from annotate.markup import Markup
from annotate.operations import AddMark, Operation, Undo
from annotate.qt.canvas import TOOLS, Canvas
from annotate.qt.tools import ToolBar, tool_icon


@pytest.fixture
def bar(qtbot: QtBot) -> tuple[ToolBar, Canvas]:
    canvas = Canvas()
    tools = ToolBar(canvas)
    qtbot.addWidget(canvas)
    qtbot.addWidget(tools)
    tools.show()
    return tools, canvas


def test_clicks_choose_and_keys_are_shown(qtbot: QtBot, bar: tuple[ToolBar, Canvas]) -> None:
    tools, canvas = bar
    for tool in TOOLS:
        qtbot.mouseClick(tools.button(tool), Qt.MouseButton.LeftButton)
        assert canvas.tool == tool
    canvas.set_tool("cloud")
    assert [tool for tool in TOOLS if tools.button(tool).isChecked()] == ["cloud"]


def test_undo_and_redo_follow_the_markup(qtbot: QtBot, bar: tuple[ToolBar, Canvas]) -> None:
    tools, canvas = bar
    assert not tools.button("undo").isEnabled()
    markup, sent = Markup(), list[Operation]()
    canvas.operation_drawn.connect(sent.append)
    markup.add_pending("o1", "li", 0.0, AddMark("m", 0, Rectangle(MarkStyle(), 0, 0, 9, 9)))
    canvas.set_markup(markup, "li")
    qtbot.mouseClick(tools.button("undo"), Qt.MouseButton.LeftButton)
    assert sent == [Undo("o1")]
    markup.add_pending("o2", "li", 0.0, sent[0])
    canvas.markup_changed()
    assert not tools.button("undo").isEnabled()
    assert tools.button("redo").isEnabled()
    canvas.set_writable(False)
    assert not tools.isEnabled()


def test_buttons_are_large_named_and_tell_their_key(bar: tuple[ToolBar, Canvas]) -> None:
    tools, _ = bar
    names = set()
    for name in (*TOOLS, "undo", "redo"):
        button = tools.button(name)
        assert min(button.width(), button.height()) >= 36
        assert button.accessibleName() in button.toolTip()
        names.add(button.accessibleName())
    assert len(names) == len(TOOLS) + 2


def test_icons_are_drawn_and_differ(qtbot: QtBot) -> None:
    drawn = [tool_icon(name).pixmap(22, 22).toImage() for name in (*TOOLS, "undo", "redo")]
    for place, image in enumerate(drawn):
        inked = sum(image.pixelColor(x, y).alpha() > 128 for x in range(22) for y in range(22))
        assert 20 < inked < 300
        assert all(image != other for other in drawn[:place])
    pale = tool_icon("pen").pixmap(22, 22, QIcon.Mode.Disabled).toImage()
    assert pale != drawn[1]
