"""The case header: facts in view, the number masked until asked for."""

import pytest

from reviewer.qt.case import CaseHeader
from signaling.protocol.messages import CallOffered


@pytest.fixture
def header(stage, qtbot):
    made = CaseHeader(stage.session)
    qtbot.addWidget(made)
    made.resize(640, 80)
    made.show()
    return made


def test_the_number_is_masked_until_it_is_asked_for(stage, header, clipped):
    stage.in_call()
    assert header.number.text() == "统一社会信用代码 9111**********QX4X"
    header.reveal.click()
    assert header.number.text() == "统一社会信用代码 91110112MA01K7QX4X"
    assert header.reveal.text() == "隐藏"
    assert clipped(header) == []


def test_another_case_is_masked_again(stage, header, build):
    stage.in_call()
    header.reveal.click()
    stage.desk("ready")
    stage.hear(CallOffered("call-2", build.case("received", case_id="C-2"), 20.0))
    assert "*" in header.number.text()


def test_item_state_and_representative_are_shown(stage, header):
    stage.in_call()
    assert header.item.text() == "A016 · 排污许可证核发（首次申请） · 新华东街自助点 3 号小屋"
    assert header.state.text() == "审查中"
    assert header.applicant.text() == "通州绿源精密制造有限公司（法定代表人 江𬬻） · 电话 010-55500118"
