"""The list of marks: go there, make a correction of it."""

import pytest

from reviewer.qt.marks import MarksPanel


@pytest.fixture
def panel(stage, qtbot):
    made = MarksPanel(stage.session)
    qtbot.addWidget(made)
    made.resize(300, 400)
    made.show()
    return made


def test_without_marks_it_says_how_to_make_them(stage, panel):
    stage.looked()
    assert panel.empty.isVisible()


def test_a_mark_is_listed_and_goes_to_its_page(stage, panel, build):
    stage.looked().session.operate(build.stroke())
    stage.session.show_material(build.material("form").digest)
    (line,) = panel.lines
    assert (line.what.text(), line.where.text()) == ("红笔 · 第 1 页", "厂区总平面布置图 · 张敏")
    line.go.click()
    assert stage.session.shown == (build.material("plan").digest, 0)


def test_a_mark_becomes_one_correction(stage, panel, build):
    stage.looked().session.operate(build.stroke())
    panel.lines[0].draft.click()
    assert [(draft.slot, draft.mark_id) for draft in stage.session.drafts] == [("plan", "m1")]
    assert panel.lines[0].draft.text() == "已列入"
    assert not panel.lines[0].draft.isEnabled()


def test_after_the_decision_nothing_can_be_drafted(stage, panel):
    stage.waiting_for_correction()
    assert [line.draft.isEnabled() for line in panel.lines] == [False]
