"""办不成事: reasons by touch, words by keyboard, a number, and what happens next."""

from typing import Any

from signaling.protocol.acts import ReportTrouble
from terminal.qt.trouble import REASONS, TroublePanel


def test_a_report_without_a_case(play: Any, show: Any, clipped: Any) -> None:
    panel = show(TroublePanel(play.online().session))
    play.session.opinion.begin_report()
    panel.reasons.buttons[REASONS[0]].click()
    panel.text.setPlainText("跑了三趟")
    assert not panel.send.isEnabled()
    for key in "13800138000":
        panel.pad.keys[key].click()
    assert panel.phone.text() == "13800138000"
    assert clipped(panel) == []
    panel.send.click()
    assert play.said(ReportTrouble)[0].text == f"{REASONS[0]}；跑了三趟"
    play.done(ReportTrouble)
    assert panel.close_it.isVisible()
    panel.close_it.click()
    assert play.session.step == "welcome"
    assert panel.text.toPlainText() == ""
