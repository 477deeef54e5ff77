"""The shared page follows the reviewer, with marks and growing strokes; corrections take its place when asked."""

from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from annotate.codec import encode_wet
from annotate.marks import InkPoint
from annotate.operations import WetInk as WetPiece
from signaling.protocol.messages import CallEnded, WetInk
from terminal.qt.call import CallPanel

pytestmark = pytest.mark.slow


RED = 0xE0


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(300, 300)
    writer.write(tmp_path / "plan.pdf")
    return tmp_path / "plan.pdf"


def red_points(panel: Any) -> int:
    seen = panel.page.grab().toImage()
    colours = (seen.pixelColor(x, y) for x in range(0, seen.width(), 2) for y in range(0, seen.height(), 2))
    return sum(1 for colour in colours if colour.red() > 180 and colour.green() < 110)


def test_page_marks_and_wet_ink(play: Any, show: Any, qtbot: Any, drawing: Path, clipped: Any) -> None:
    session = play.in_call().session
    panel = show(CallPanel(session))
    assert not panel.page.isVisible()
    session.tray.files["b" * 64] = str(drawing)
    play.show("b", 0)
    assert panel.shown.text() == "审核人员正在看：生产厂区总平面图　第 1 页"
    qtbot.waitUntil(lambda: panel.page.is_settled and panel.page.page_count == 3, timeout=20_000)
    assert red_points(panel) == 0
    play.mark(1)
    qtbot.waitUntil(lambda: red_points(panel) > 0, timeout=20_000)
    before = red_points(panel)
    points = tuple(InkPoint(20.0 + 5 * x, 150.0, 1.0) for x in range(40))
    piece = WetPiece(7, 0, 0, (224, 32, 32), 6.0, False, points)
    session.receive(WetInk("c1", "b" * 64, 0, encode_wet(piece), "张敏"))
    assert red_points(panel) > before
    play.show("b", 2)
    assert panel.page.page == 2
    assert clipped(panel) == []
    panel.page.close_document()


def test_a_page_that_is_still_coming(play: Any, show: Any) -> None:
    panel = show(CallPanel(play.in_call().session))
    play.show("e", 0)
    assert panel.page.isVisible()
    assert panel.page.page_count == 0


def test_corrections_come_to_the_front_and_the_page_stays_reachable(play: Any, show: Any, clipped: Any) -> None:
    panel = show(CallPanel(play.in_call().session))
    assert not panel.to_corrections.isVisible()
    play.corrections()
    assert panel.corrections.isVisible()
    assert clipped(panel) == []
    panel.to_page.click()
    assert panel.place.isVisible()
    play.changed("reviewing", corrections=())
    assert not panel.to_page.isVisible()
    play.session.receive(CallEnded("k1", "hung_up"))
