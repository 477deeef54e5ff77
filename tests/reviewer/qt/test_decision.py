"""The decision bar: why not yet, the two questions, the way of the notice."""

import pytest

from reviewer.qt.decision import DecisionBar
from signaling.protocol.messages import CaseChanged, Decide


@pytest.fixture
def bar(stage, qtbot):
    made = DecisionBar(stage.session)
    qtbot.addWidget(made)
    made.resize(940, 64)
    made.show()
    return made


def test_it_names_what_was_not_looked_at(stage, bar):
    stage.in_call()
    assert bar.status.text() == "未决：未查看：营业执照及环评批复扫描件；未查看：厂区总平面布置图"
    assert not bar.accept.isEnabled()
    assert "未查看：厂区总平面布置图" in bar.accept.toolTip()


def test_buttons_only_ask(stage, bar, qtbot):
    stage.looked()
    with qtbot.waitSignal(bar.asked) as asked:
        bar.accept.click()
    assert asked.args == ["accept"]
    assert stage.said(Decide) == []
    assert not bar.corrections.isEnabled()


def test_a_complete_draft_turns_the_buttons_around(stage, bar, qtbot, clipped):
    stage.drafted()
    assert (bar.corrections.isEnabled(), bar.accept.isEnabled()) == (True, False)
    assert bar.corrections.text() == "补正 1 项…"
    with qtbot.waitSignal(bar.asked) as asked:
        bar.corrections.click()
    assert asked.args == ["request_corrections"]
    assert clipped(bar) == []


def test_the_decision_under_way_is_said(stage, bar):
    stage.looked().session.accept()
    assert bar.status.text() == "正在记录决定…"
    assert not bar.accept.isEnabled()


def test_progress_goes_from_seal_to_print(stage, bar, build):
    stage.accepted()
    assert "《受理通知书》京通政务受〔2026〕000123号" in bar.status.text()
    assert not bar.accept.isVisible()
    assert [word.split()[0] for word in bar.steps.words()] == ["盖章", "送达中"]
    stage.hear(CaseChanged(build.case("accepted", notices=(build.notice(state="received"),))))
    assert [word.split()[0] for word in bar.steps.words()] == ["盖章", "送达", "待打印"]
    half = bar.steps.grab().toImage()
    stage.hear(CaseChanged(build.case("closed", notices=(build.notice(state="printed"),))))
    assert [word.split()[0] for word in bar.steps.words()] == ["盖章", "送达", "打印"]
    assert bar.steps.grab().toImage() != half
    assert bar.status.text().startswith("已受理·已取件 · 《受理通知书》")
    stage.hear(CaseChanged(build.case("closed")))
    assert bar.status.text().startswith("已结束")


def test_a_notice_not_sealed_yet_is_being_sealed(stage, bar, build):
    stage.looked().hear(CaseChanged(build.case("accepted", notices=(build.notice(state="sealing"),))))
    assert bar.steps.words() == ["盖章中"]


def test_waiting_and_withdrawn(stage, bar, build):
    stage.waiting_for_correction()
    assert bar.status.text().startswith("已要求补正，等待新版本 · 《补正告知书》")
    stage.hear(CaseChanged(build.case("withdrawn")))
    assert bar.status.text() == "申请人已撤回申请"
