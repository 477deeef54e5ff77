"""The queue panel: who waits, what this shift handled, and no more lines than fit."""

from datetime import UTC, datetime, timedelta

import pytest

from reviewer.qt.queue import SHOWN_ROWS, QueuePanel
from signaling.protocol.messages import QueueChanged
from signaling.protocol.values import WaitingEntry


@pytest.fixture
def panel(stage, qtbot):
    made = QueuePanel(stage.session)
    qtbot.addWidget(made)
    made.resize(232, 1000)
    made.show()
    return made


def entries(count: int, state: str = "waiting") -> tuple[WaitingEntry, ...]:
    since = datetime.now(UTC) - timedelta(seconds=75)
    return tuple(WaitingEntry(f"A{n:03}", "排污许可证核发", "永顺镇", since, state) for n in range(count))


def test_an_empty_queue_says_so(stage, panel):
    stage.ready()
    assert panel.empty.isVisible()
    assert not panel.handled_title.isVisible()


def test_waiting_lines_show_number_item_place_and_wait(stage, panel, clipped):
    stage.ready().hear(QueueChanged(entries(2)))
    line = panel._lines[0]
    assert (line.number.text(), line.item.text(), line.detail.text(), line.right.text()) == (
        "A000", "排污许可证核发", "永顺镇", "1:15",
    )  # fmt: skip
    assert [line.isVisible() for line in panel._lines[:3]] == [True, True, False]
    assert clipped(panel) == []


def test_what_rings_elsewhere_is_marked(stage, panel):
    stage.ready().hear(QueueChanged(entries(1, "offered")))
    assert panel._lines[0].right.text() == "振铃中"


def test_a_long_queue_ends_with_a_number(stage, panel):
    stage.ready().hear(QueueChanged(entries(SHOWN_ROWS + 5)))
    assert panel.more.text() == "还有 5 件"


def test_the_shift_follows_its_cases_to_the_end(stage, panel):
    stage.in_call()
    assert panel._handled[0].detail.text() == "未作决定"
    stage.wrapping_up()
    assert (panel._handled[0].right.text(), panel._handled[0].detail.text()) == ("已受理·已取件", "通知书已打印")
