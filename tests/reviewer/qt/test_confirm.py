"""The confirmations: nothing happens before, everything that will be sealed is named."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QWidget

from reviewer.qt.confirm import confirm_acceptance, confirm_corrections, confirm_hang_up
from signaling.protocol.messages import Decide, EndCall


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


def texts(dialog) -> str:
    return "\n".join(found.text() for found in dialog.findChildren(QLabel))


def test_acceptance_names_the_papers_with_version_pages_and_digest(stage, parent, qtbot, clipped):
    dialog = confirm_acceptance(stage.looked().session, parent)
    dialog.open()
    said = texts(dialog)
    for paper in stage.session.papers.current():
        assert f"{paper.slot_name} 第 1 版 · {paper.page_count} 页 · 摘要 {paper.material.digest[:12]}" in said
    assert clipped(dialog) == []
    assert stage.said(Decide) == []
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert [message.outcome for message in stage.said(Decide)] == ["accept"]


def test_escape_decides_nothing(stage, parent, qtbot):
    dialog = confirm_acceptance(stage.looked().session, parent)
    dialog.open()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert stage.said(Decide) == []


def test_corrections_are_listed_before_they_go_out(stage, parent):
    dialog = confirm_corrections(stage.drafted().session, parent)
    assert "1. 厂区总平面布置图 第 1 页：未标注排放口" in texts(dialog)
    assert "要求：在图上标明" in texts(dialog)
    dialog.confirm.click()
    assert [message.outcome for message in stage.said(Decide)] == ["request_corrections"]


@pytest.mark.parametrize("ask", [confirm_acceptance, confirm_corrections, confirm_hang_up])
def test_there_is_nothing_to_ask_without_a_call(stage, parent, ask):
    assert ask(stage.ready().session, parent) is None


def test_hanging_up_an_undecided_case_asks_first(stage, parent):
    dialog = confirm_hang_up(stage.looked().session, parent)
    assert "尚未作出决定" in texts(dialog)
    assert stage.said(EndCall) == []
    dialog.confirm.click()
    assert stage.said(EndCall) == [EndCall("call-1")]


def test_hanging_up_a_decided_case_does_not_ask(stage, parent):
    assert confirm_hang_up(stage.accepted().session, parent) is None
    assert stage.said(EndCall) == [EndCall("call-1")]
