"""The banner: the most urgent sentence, or nothing."""

import pytest

from reviewer.qt.banner import Banner
from signaling.protocol.messages import CallEnded


@pytest.fixture
def banner(stage, qtbot):
    made = Banner(stage.session)
    qtbot.addWidget(made)
    return made


def test_nothing_to_say_means_no_banner(stage, banner):
    stage.ready()
    assert banner.isHidden()


def test_a_lost_connection_counts_down_and_goes_before_a_problem(stage, banner):
    stage.ready().session.failed("export_failed")
    stage.session.connection_changed("waiting", None, 3.2)
    assert "已断开，3 秒后重试" in banner.text.text()
    assert not banner.close_button.isVisibleTo(banner)
    banner._count_down()
    assert "2 秒后重试" in banner.text.text()
    stage.session.connection_changed("connecting")
    assert "正在重连" in banner.text.text()
    stage.session.connection_changed("online")
    assert "导出批注失败" in banner.text.text()


def test_a_problem_stays_until_it_was_read(stage, banner):
    stage.ready().session.failed("mark_unreadable")
    assert banner.isVisibleTo(None)
    banner.close_button.click()
    assert stage.session.problem == ""
    assert banner.isHidden()


def test_the_export_and_a_missed_call_are_told(stage, banner):
    stage.ringing().hear(CallEnded("call-1", "no_answer"))
    assert "未接听" in banner.text.text()
    stage.in_call().session.material_exported("out.pdf")
    assert "out.pdf" in banner.text.text()
    banner.close_button.click()
    assert banner.isHidden()
