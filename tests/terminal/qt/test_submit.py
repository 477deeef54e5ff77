"""The last check: facts, two ticks, one submission."""

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel

from signaling.protocol.messages import SubmitCase
from terminal.qt.submit import SubmitPanel


def test_submit(play: Any, show: Any, clipped: Any, qtbot: Any) -> None:
    panel = show(SubmitPanel(play.at_submit().session))
    said = " ".join(label.text() for label in panel.findChildren(QLabel))
    assert "北京通运环保科技有限公司" in said
    assert play.session.card.id_number not in said
    assert "生产厂区总平面图" in said
    assert "主管部门 生态环境局" in said
    assert "受理机关 北京市通州区政务服务管理局" in said
    assert "办理须知" not in said, "nobody has shown it"
    assert not panel.submit.isEnabled()
    qtbot.mouseClick(panel.commitment.parentWidget(), Qt.MouseButton.LeftButton)
    assert play.session.has_committed
    panel.consent.click()
    assert play.session.consents_to_video
    assert clipped(panel) == []
    panel.submit.click()
    assert len(play.said(SubmitCase)) == 1
    assert panel.submit.text() == "正在提交…"
    assert not panel.submit.isEnabled()
