"""The numbered list, its cards, and one submission for all."""

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from signaling.protocol.messages import CallEnded, NoticeReady, SubmitCorrection, WithdrawCase
from terminal.effects import Print
from terminal.qt.corrections import CorrectionPanel


def test_corrections(play: Any, show: Any, clipped: Any, make_report: Any, qtbot: Any) -> None:
    panel = show(CorrectionPanel(play.in_call().corrections().session))
    said = [label.text() for label in panel.findChildren(QLabel)]
    assert "1. 第 1 页：图签栏缺少设计单位签章" in said
    assert panel.title.text() == "请补正 1 处"
    assert panel.cards[0].state.text() == "待补正", "it was handed in, and is asked for again"
    assert not panel.submit.isEnabled()
    assert not panel.print.isVisible()
    play.store("plan", "d")
    assert clipped(panel) == []
    panel.submit.setFocus()
    qtbot.keyClick(panel.submit, Qt.Key.Key_Return)
    assert len(play.said(SubmitCorrection)) == 1
    assert panel.window().focusWidget() is None, "the next key presses nothing"
    assert panel.submit.text() == "正在提交…"


def test_the_notice_can_be_printed(play: Any, show: Any, make_report: Any) -> None:
    panel = show(CorrectionPanel(play.in_call().accepted().corrections().session))
    view = play.session.delivery.newest("acceptance").view
    correction = type(view)("n-c", "correction", "京通政务补〔2026〕000018号", "ready", view.decided_at, "e" * 64)
    play.session.receive(NoticeReady("c1", correction))
    play.session.delivery.checked("n-c", "/booth/c.pdf", make_report())
    assert panel.print.isVisible()
    panel.print.click()
    assert play.of(Print)[-1].notice_id == "n-c"


def test_after_the_call_the_application_can_be_withdrawn_with_two_touches(play: Any, show: Any, clipped: Any) -> None:
    panel = show(CorrectionPanel(play.in_call().corrections().session))
    assert not panel.withdraw.isVisible(), "in the call one hangs up first"
    play.session.receive(CallEnded("k1", "hung_up"))
    assert play.session.step == "correction"
    assert panel.withdraw.isVisible()
    panel.withdraw.click()
    assert not play.said(WithdrawCase)
    assert clipped(panel) == []
    panel.withdraw.click()
    assert len(play.said(WithdrawCase)) == 1
