"""The decision bar: why not yet, the two questions, the way of the notice."""

from datetime import UTC, datetime, timedelta

import pytest

from reviewer.qt.decision import DecisionBar
from signaling.protocol.acts import AskSlots, CallBack, ReturnCase, SlotsOffered
from signaling.protocol.messages import CaseChanged, Decide
from signaling.protocol.values import AppointmentSlot


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
    stage.looked().decide("accept")
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
    assert bar.status.text().startswith("已办结 · 《受理通知书》")
    stage.hear(CaseChanged(build.case("closed")))
    assert bar.status.text().startswith("已办结")


def test_a_notice_not_sealed_yet_is_being_sealed(stage, bar, build):
    stage.looked().hear(CaseChanged(build.case("accepted", notices=(build.notice(state="sealing"),))))
    assert bar.steps.words() == ["盖章中"]


def test_waiting_and_withdrawn(stage, bar, build):
    stage.waiting_for_correction()
    assert bar.status.text().startswith("已要求补正，等待新版本 · 《补正告知书》")
    stage.hear(CaseChanged(build.case("withdrawn")))
    assert bar.status.text() == "办件已终止，不再审查"


def actions(menu) -> dict[str, bool]:
    return {action.text(): action.isEnabled() for action in menu.actions() if action.text()}


def test_other_outcomes_stand_in_the_menu_with_the_reason_why_not(stage, bar, build):
    stage.looked()
    found = actions(bar.menu)
    assert found["不予受理…"]
    assert found["告知承诺受理（此事项不适用告知承诺）"] is False
    assert found["容缺受理（没有可以后补的次要材料）"] is False


def test_an_outcome_of_the_menu_only_asks(stage, bar, qtbot):
    stage.looked()
    with qtbot.waitSignal(bar.asked) as asked:
        next(action for action in bar.menu.actions() if action.text().startswith("不予受理")).trigger()
    assert asked.args == ["not_accept"]
    assert stage.said(Decide) == []


def test_a_call_can_end_in_other_ways_from_the_menu(stage, bar, qtbot):
    stage.in_call()
    for words, signal, args in (
        ("终端前无人应答…", bar.missed_asked, []),
        ("暂存等待…", bar.park_asked, []),
        ("转人工窗口…", bar.conversion_asked, ["window", None]),
    ):
        with qtbot.waitSignal(signal) as asked:
            next(action for action in bar.menu.actions() if action.text() == words).trigger()
        assert asked.args == args


def test_appointments_come_when_the_menu_is_opened(stage, bar, qtbot):
    stage.in_call()
    bar.appointments.aboutToShow.emit()
    assert len(stage.said(AskSlots)) == 1
    assert actions(bar.appointments) == {"正在查询可约时段": False}
    stage.hear(SlotsOffered("C-1", ()))
    assert actions(bar.appointments) == {"近期没有可约时段": False}
    start = datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
    end = start + timedelta(minutes=15)
    stage.hear(SlotsOffered("C-1", (AppointmentSlot(start, end, 2), AppointmentSlot(end, end, 0))))
    assert actions(bar.appointments) == {"11 月 23 日 09:15（余 2）…": True, "11 月 23 日 09:30（余 0）…": False}
    with qtbot.waitSignal(bar.conversion_asked) as asked:
        bar.appointments.actions()[0].trigger()
    assert asked.args == ["appointment", start]


@pytest.mark.parametrize(
    ("state", "roles", "shown"),
    [
        ("accepted", ("decider",), {"准予许可", "不予许可"}),
        ("paused", ("decider",), {"恢复办理"}),
        ("granted", ("issuer",), {"转窗口制证"}),
        ("delivered", ("issuer",), {"办结"}),
        ("pre_review", ("reviewer",), {"预审意见"}),
        ("accepted", ("reviewer",), set()),
    ],
)
def test_each_role_sees_its_own_outcomes(stage, bar, build, state, roles, shown, clipped):
    stage.roles = roles
    stage.opened(build.case(state))
    assert {made.text() for made in bar.buttons.values() if made.isVisible()} == shown
    assert bar.put_back.isVisible()
    assert clipped(bar) == []


def test_an_open_case_can_be_put_back_or_its_applicant_called(stage, bar):
    stage.opened()
    next(action for action in bar.menu.actions() if action.text() == "请申请人到终端").trigger()
    assert [said.case_id for said in stage.said(CallBack)] == ["C-1"]
    bar.put_back.click()
    assert [said.case_id for said in stage.said(ReturnCase)] == ["C-1"]
