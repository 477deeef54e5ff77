"""The correction draft: cards come and go with the session, typing goes there, the cursor stays."""

import pytest
from PyQt6.QtWidgets import QApplication, QLabel

from reviewer.qt.corrections import PHRASES, CorrectionsPanel
from signaling.protocol.messages import CaseChanged


@pytest.fixture
def panel(stage, qtbot):
    made = CorrectionsPanel(stage.session)
    qtbot.addWidget(made)
    made.resize(300, 700)
    made.show()
    return made


def shown_texts(panel) -> list[str]:
    QApplication.processEvents()  # new widgets appear with the next layout
    return [found.text() for found in panel.findChildren(QLabel) if found.isVisible()]


def test_by_hand_takes_the_shown_paper_and_page(stage, panel, build, clipped):
    stage.looked().session.show_material(build.material("licence", pages=3).digest, 2)
    panel.add.click()
    (draft,) = stage.session.drafts
    assert (draft.slot, draft.page) == ("licence", 2)
    card = panel.cards[draft.draft_id]
    assert card.title.text() == "1. 营业执照及环评批复扫描件"
    assert card.place.text() == "第 3 页 · 手工添加"
    assert card.state.isVisibleTo(card)
    assert clipped(panel) == []


def test_typing_reaches_the_session_and_keeps_the_cursor(stage, panel, qtbot):
    stage.looked()
    panel.add.click()
    card = next(iter(panel.cards.values()))
    qtbot.keyClicks(card.problem, "missing scale")
    qtbot.keyClicks(card.requirement, "add it")
    assert (stage.session.drafts[0].problem, stage.session.drafts[0].requirement) == ("missing scale", "add it")
    assert card.problem.textCursor().position() == len("missing scale")
    assert not card.state.isVisibleTo(card)
    panel.add.click()
    assert card.title.text().startswith("1.")
    assert len(panel.cards) == 2


def test_a_phrase_fills_both_fields(stage, panel):
    stage.looked()
    panel.add.click()
    card = next(iter(panel.cards.values()))
    card.phrases.menu().actions()[1].trigger()
    assert (stage.session.drafts[0].problem, stage.session.drafts[0].requirement) == PHRASES[1]


def test_removing_takes_the_card_away(stage, panel):
    stage.drafted()
    next(iter(panel.cards.values())).remove.click()
    assert panel.cards == {}
    assert stage.session.drafts == ()
    assert panel.empty.isVisible()


def test_what_was_sent_stays_readable(stage, panel, build):
    stage.waiting_for_correction()
    texts = shown_texts(panel)
    assert "已告知申请人，等待提交新版本" in texts
    assert any("未标注排放口" in text and "在图上标明" in text for text in texts)
    assert not panel.add.isVisible()
    again = build.replace(stage.session.case, state="reviewing")
    stage.hear(CaseChanged(again))
    texts = shown_texts(panel)
    assert "上次告知的补正事项" in texts
    assert panel.add.isVisible()


def test_missing_materials_are_listed_with_one_click(stage, panel, build):
    stage.opened(build.case(materials=build.case().materials[:1]))
    assert panel.missing.text() == "列入缺少的材料 2 项"
    panel.missing.click()
    assert [draft.slot for draft in stage.session.drafts] == ["licence", "plan"]
    assert not panel.missing.isVisible()
