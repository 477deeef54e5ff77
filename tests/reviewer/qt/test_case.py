"""The case header: facts in view, the number masked until asked for."""

from datetime import date

import pytest

from reviewer.qt.case import CaseHeader
from signaling.protocol.messages import CallOffered, CaseChanged
from signaling.protocol.values import Clock, Place


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


def test_the_pressing_clock_and_why_it_rang_stand_in_the_header(stage, header, build, clipped):
    header.resize(900, 80)
    clock = Clock("tell", "running", date(2026, 11, 20), date(2026, 11, 27), 5, 4)
    place = Place("rejoin", priority="elderly")
    stage.in_call().hear(CaseChanged(build.case(clocks=(clock,), place=place)))
    assert header.clock.text() == "告知期限 11 月 27 日 将到期"
    assert header.clock.property("state") == "warn"
    assert header.ticket.text() == "补号 · 老年人优先"
    assert clipped(header) == []
    header.resize(500, 80)
    assert not header.clock.isVisible()
    assert not header.ticket.isVisible()


def test_a_cut_off_terminal_is_said_at_any_width(stage, header, build):
    header.resize(500, 80)
    stage.in_call().hear(CaseChanged(build.case(ticket_state="interrupted")))
    assert header.ticket.isVisible()
    assert header.ticket.text() == "终端断线，位置保留"


def test_a_case_opened_from_the_list_did_not_ring(stage, header, build):
    header.resize(900, 80)
    stage.opened(build.case(place=Place("rejoin", rule="asked_by_applicant")))
    assert not header.ticket.isVisible()


def test_advice_is_marked_as_advice(stage, header, build):
    header.resize(900, 80)
    stage.opened(build.case("pre_review", is_pre_review=True))
    assert header.ticket.text() == "预审"
