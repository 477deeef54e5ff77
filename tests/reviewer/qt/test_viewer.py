"""The viewer follows the session: paper, page, marks; turning pages and drawing report."""

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QFileDialog

from annotate.pages import PageSource
from reviewer.effects import ExportMarked
from reviewer.qt.viewer import Viewer
from signaling.protocol.messages import OperateMark, ShowPage, WetInk

pytestmark = pytest.mark.slow


@pytest.fixture
def viewer(stage, qtbot):
    made = Viewer(stage.session)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


@pytest.fixture
def real(stage, build, make_pdf):
    """In a call with a real three-page paper in the slot of the licence."""
    stage.in_call()
    which = build.material("licence", pages=3)
    with PageSource.open(make_pdf(pages=3)) as pages:
        stage.session.material_opened(which.digest, build.opened(which, pages=pages))
        yield which
        stage.desk("ready")  # lets go of the pages before they close


def test_without_a_paper_there_is_nothing_to_turn(stage, viewer):
    stage.ringing()
    assert viewer.pages.isHidden()
    assert viewer.canvas.page_count == 0


def test_paper_and_page_follow_the_session(stage, viewer, real):
    stage.session.show_material(real.digest, 1)
    assert (viewer.canvas.page, viewer.pages.text()) == (1, "2 / 3 页")
    assert viewer.title.text() == "营业执照及环评批复扫描件 · licence.pdf"
    assert viewer.zoom.text().endswith("%")


def test_turning_the_page_leads_the_terminal_along(stage, viewer, real):
    stage.session.show_material(real.digest)
    viewer.next.click()
    viewer.next.click()
    assert stage.session.shown == (real.digest, 2)
    assert [message.page for message in stage.said(ShowPage)[-2:]] == [1, 2]
    assert not viewer.next.isEnabled()
    viewer.previous.click()
    assert stage.session.shown == (real.digest, 1)


def test_a_stroke_of_the_mouse_becomes_an_operation(stage, viewer, real, qtbot):
    stage.session.show_material(real.digest)
    qtbot.waitUntil(lambda: viewer.canvas.is_settled)
    viewer.canvas.set_tool("pen")
    middle = QPoint(viewer.canvas.width() // 2, viewer.canvas.height() // 2)
    qtbot.mousePress(viewer.canvas, Qt.MouseButton.LeftButton, pos=middle)
    for step in range(1, 12):
        qtbot.mouseMove(viewer.canvas, middle + QPoint(6 * step, 2 * step))
    qtbot.mouseRelease(viewer.canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(66, 22))
    (said,) = stage.said(OperateMark)
    assert said.digest == real.digest
    assert stage.said(WetInk)
    assert len(stage.session.shown_markup().pending) == 1
    stage.number_all()
    assert "1 处批注" in viewer.canvas.accessibleDescription()
    assert viewer.canvas.can_undo
    viewer.tools.button("undo").click()
    assert stage.session.shown_markup().marks() == ()


def test_nobody_draws_outside_of_a_call(stage, viewer, build):
    stage.ringing().open_all()
    stage.session.show_material(build.material("form").digest)
    assert not viewer.canvas.is_writable
    stage.in_call()
    assert viewer.canvas.is_writable


@pytest.mark.parametrize("code", ["encrypted", "unreachable", "not_found"])
def test_a_paper_that_cannot_be_shown_is_said(stage, viewer, build, code):
    stage.ringing()
    digest = build.material("form").digest
    stage.session.show_material(digest)
    opening = viewer.canvas.grab().toImage()
    stage.session.material_failed(digest, code)
    assert viewer.canvas.grab().toImage() != opening


def test_the_export_asks_for_a_place(stage, viewer, real, qtbot, tmp_path):
    stage.session.show_material(real.digest)
    viewer.export.click()
    dialog = viewer.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "x.pdf"))
    assert [effect.target for effect in stage.done(ExportMarked)] == [str(tmp_path / "x.pdf")]
    dialog.reject()
