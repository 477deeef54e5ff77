"""The pane beside the confirmation says how far the draft is, shows its pages, and lets go of it in the end."""

import pytest
from PyQt6.QtWidgets import QWidget

from annotate.pages import PageSource
from reviewer.qt.outcome import ask_outcome
from signaling.protocol.acts import NoticePreviewed, PreviewNotice
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Error


@pytest.fixture
def dialog(stage, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = ask_outcome(stage.looked().session, "accept", parent)
    made.open()
    yield made
    parent.close()


def test_it_is_asked_for_at_once_and_its_pages_can_be_turned(stage, build, dialog, make_pdf, qtbot):
    pane = dialog.beside
    assert pane.sentence.text() == "正在生成文书…"
    assert pane.sentence.isVisible()
    (asked,) = stage.said(PreviewNotice)
    stage.hear(NoticePreviewed(asked.request_id, "C-1", "京通政务受〔2026〕000123号", build.draft))
    assert pane.title.text() == "《受理通知书》 京通政务受〔2026〕000123号"
    with PageSource.open(make_pdf(pages=2)) as source:
        stage.session.material_opened(build.draft, build.opened(build.material("d"), pages=source, page_count=2))
        assert pane.canvas.isVisible()
        assert not dialog.confirm.isEnabled(), "nobody has seen a page yet"
        qtbot.waitUntil(dialog.confirm.isEnabled)
        assert (pane.pages.text(), pane.previous.isEnabled(), pane.next.isEnabled()) == ("1 / 2 页", False, True)
        pane.next.click()
        assert (pane.pages.text(), pane.previous.isEnabled(), pane.next.isEnabled()) == ("2 / 2 页", True, False)
        dialog.reject()
    assert stage.session.preview.draft is None


def test_a_failure_is_a_sentence_and_can_be_tried_again(stage, dialog, clipped):
    pane = dialog.beside
    stage.hear(Error(ErrorCode.MISSING_GLYPH, "申请人姓名中的“𱁬”没有字形", stage.said(PreviewNotice)[0].request_id))
    assert pane.sentence.text() == "申请人姓名中的“𱁬”没有字形"
    assert dialog.hint.text() == "文书未能生成，不能盖章"
    assert clipped(dialog) == []
    pane.again.click()
    assert len(stage.said(PreviewNotice)) == 2
    assert pane.sentence.text() == "正在生成文书…"


def test_what_is_typed_is_written_when_the_hand_rests(stage, build, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    stage.roles = ("reviewer", "decider")
    made = ask_outcome(stage.opened(build.case("accepted")).session, "refuse", parent)
    made.open()
    assert made.beside.sentence.text() == "填写完整后，在此预览将要盖章的文书。"
    made.form.reason.setPlainText("不符合")
    made.form.reason.setPlainText("不符合规划条件")
    qtbot.waitUntil(lambda: bool(stage.said(PreviewNotice)))
    assert [message.particulars.reason for message in stage.said(PreviewNotice)] == ["不符合规划条件"]


def test_a_closed_dialog_hears_nothing_more(stage, dialog, build):
    dialog.reject()
    stage.hear(NoticePreviewed(stage.said(PreviewNotice)[0].request_id, "C-1", "1号", build.draft))
    assert stage.session.preview.draft is None
