"""The outcome in words for every state of the notice; printing and the end."""

from pathlib import Path
from typing import Any

import msgspec
from PyQt6.QtWidgets import QLabel

from esign.report import Finding
from signaling.qt.look import apply_look
from terminal.effects import Print
from terminal.qt.result import ResultPanel


def test_from_sealing_to_printed(play: Any, show: Any, qtbot: Any, sealed: Any, tmp_path: Path, clipped: Any) -> None:
    (tmp_path / "n.pdf").write_bytes(sealed[0])
    play.in_call().changed("accepted")
    panel = show(ResultPanel(play.session))
    play.changed("accepted")
    assert panel.verdict.text() == "正在盖章"
    assert not panel.print.isVisible()
    play.accepted()
    assert panel.verdict.text() == "正在核验"
    play.verified(str(tmp_path / "n.pdf"))
    assert panel.verdict.text() == "核验通过"
    assert "测试印章" in panel.words.text()
    qtbot.waitUntil(lambda: panel.page.is_settled and panel.page.page_count > 0, timeout=20_000)
    assert not panel.finish.isVisible()
    panel.print.click()
    assert len(play.of(Print)) == 1
    assert not panel.print.isEnabled()
    play.session.delivery.printed("n-acceptance")
    assert "已打印" in panel.print_state.text()
    assert panel.print.text() == "再打印一份"
    assert clipped(panel) == []
    panel.finish.click()
    assert play.session.step == "opinion", "the evaluation opens itself"
    play.session.finish()
    assert panel.page.page_count == 0


def test_a_forged_notice_cannot_be_printed(play: Any, show: Any) -> None:
    panel = show(ResultPanel(play.in_call().accepted().session))
    play.verified(is_genuine=False)
    assert panel.verdict.property("state") == "bad"
    assert not panel.print.isVisible()
    assert panel.finish.isVisible()


def test_trouble_is_said(play: Any, show: Any) -> None:
    panel = show(ResultPanel(play.in_call().accepted().session))
    play.session.delivery.failed("n-acceptance", "network")
    assert "网络中断" in panel.words.text()
    panel.again.click()
    assert panel.verdict.text() == "正在核验"
    play.verified()
    panel.print.click()
    play.session.delivery.print_failed("n-acceptance", "printer_failed")
    assert "打印没有成功" in panel.print_state.text()
    assert panel.print.isEnabled()
    assert panel.hang_up.isVisible(), "the call is still on"


def test_without_a_printer_the_file_is_named(play: Any, show: Any) -> None:
    panel = show(ResultPanel(play.in_call().verified().session))
    play.verified()
    panel.print.click()
    play.session.delivery.printed("n-acceptance", "通知书.pdf", is_paper=False)
    assert panel.print_state.text() == "没有打印机，已存为 PDF：通知书.pdf"


def test_that_it_is_a_trial_comes_first(play: Any, show: Any, make_report: Any, clipped: Any) -> None:
    panel = show(ResultPanel(play.in_call().accepted().session))
    report = make_report()
    trial = Finding("test_authority", "note", "印章由测试机构签发，没有法律效力")
    report = msgspec.structs.replace(report, findings=(*report.findings, trial))
    play.session.delivery.checked("n-acceptance", "/booth/n.pdf", report)
    said = [label.text() for label in panel.findChildren(QLabel)]
    order = [text for text in said if "没有法律效力" in text or text.startswith("✓")]
    assert "没有法律效力" in order[0]
    assert len(order) == 2


def test_a_long_outcome_in_big_type_is_not_cut(play: Any, show: Any, qapp: Any, clipped: Any) -> None:
    apply_look(qapp, 28)
    panel = show(ResultPanel(play.in_call().verified().session), 1232, 760)
    play.changed("closed", acceptance="", competent_body="河北省廊坊市生态环境局", reason="所在地不在本市。" * 12)
    play.session.delivery.print("n-acceptance")
    play.session.delivery.printed("n-acceptance", "京通政务受〔2026〕000123号.pdf", is_paper=False)
    assert panel.title.text() == "申请不予受理"
    assert panel.hang_up.isVisible()
    assert clipped(panel) == []
