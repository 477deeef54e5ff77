"""The case in lines: every state has its word, and the two repairs are offered to whom they belong."""

from datetime import date

import pytest
from PyQt6.QtWidgets import QApplication, QLabel, QPushButton

from reviewer.qt.facts import FactsPanel, Row, case_sections
from signaling.protocol.messages import CaseChanged
from signaling.protocol.values import Clock, Deposit, Fix, Place, Result, SlotView


@pytest.fixture
def panel(stage, qtbot):
    made = FactsPanel(stage.session)
    qtbot.addWidget(made)
    made.resize(296, 900)
    made.show()
    return made


@pytest.fixture
def full(build):
    """A case with something under every heading."""
    return build.case(
        "reviewing",
        item=build.replace(build.item, knowledge="核对排放口编号与总平面图是否一致"),
        clocks=(
            Clock("tell", "running", date(2026, 11, 20), date(2026, 11, 27), 5, 4),
            Clock("decide", "paused", date(2026, 11, 20), date(2027, 1, 13), 20, 3, True),
        ),
        list=(
            SlotView("form", "accepted", 1, "seen"),
            SlotView("licence", "reused", 1),
            SlotView("plan", "waived", 0, "none", date(2026, 12, 4)),
        ),
        fixes=(Fix("f1", "phone", "010-55500118", "010-55500119"), Fix("f2", "name", "甲", "乙", "refused")),
        place=Place("rejoin", priority="elderly", misses=1, rule="skill_overflow"),
        deposits=(Deposit("d1", "mismatched", "T-01", 7, ("form",), 12, counted_pages=11),),
        result=Result("in_locker", "locker", "永顺镇自助点", cell=3, keep_until=date(2026, 12, 11)),
        notices=(build.notice("correction", "voided", void_reason="漏列一项"), build.notice("correction", "printed")),
        grade="dissatisfied",
        acceptance="deemed",
        accepted_on=date(2026, 11, 27),
    )


def rows(case) -> dict[str, tuple[Row, ...]]:
    return {section.title: section.rows for section in case_sections(case)}


def test_clocks_have_day_share_and_word(full):
    tell, decide = rows(full)["期限"]
    assert (tell.text, tell.state, tell.word) == ("告知期限", "warn", "将到期")
    assert tell.detail == "至 11 月 27 日 · 第 4 / 5 个工作日"
    assert (decide.word, "（暂定）" in decide.detail) == ("暂停计时", True)


def test_materials_deposits_and_results_are_told(full):
    found = rows(full)
    assert [(row.text, row.word, row.detail) for row in found["材料清单"]] == [
        ("排污许可证申请表", "合格", "第 1 版 · 原件已核"),
        ("营业执照及环评批复扫描件", "证照复用", "第 1 版"),
        ("厂区总平面布置图", "容缺", "12 月 4 日前补交"),
    ]
    assert found["材料柜"][0] == Row("7 号柜格", "bad", "清点不符", "新华东街自助点 3 号小屋 · 登记 12 页 · 清点 11 页")
    assert found["结果领取"][0].detail == "永顺镇自助点 · 保留至 12 月 11 日"
    assert found["排队"][0].detail == "补号 · 老年人优先 · 过号 1 次"
    assert found["排队"][1].text == "排队规则：综合席支援"
    assert found["当场更正"][0].detail == "010-55500118 → 010-55500119"
    assert [row.word for row in found["受理与决定"]] == ["逾期未告知，视为受理", "不满意"]
    assert "作废理由：漏列一项" in found["文书"][0].detail


def test_a_plain_case_leaves_empty_headings_out(build):
    assert list(rows(build.case())) == ["当场更正", "排队"]
    assert list(rows(build.case("correction_requested"))) == ["排队"], "a change on the spot is for the review"


def test_everything_is_shown_whole(stage, panel, full, clipped, qtbot):
    stage.in_call().hear(CaseChanged(full))
    qtbot.waitUntil(lambda: clipped(panel) == [], timeout=2000)
    shown = [found.text() for found in panel.findChildren(QLabel) if found.isVisible()]
    assert "清点不符" in shown
    assert panel.fix.isEnabled()


def test_only_a_supervisor_sees_the_button_that_voids(stage, panel, full, qtbot):
    def voids():
        QApplication.processEvents()
        return [found for found in panel.findChildren(QPushButton) if found.text() == "作废…" and found.isVisible()]

    stage.in_call().hear(CaseChanged(full))
    assert voids() == []
    stage.admit("reviewer", "supervisor")
    (void,) = voids()  # the notice that is void already has none
    with qtbot.waitSignal(panel.void_asked) as asked:
        void.click()
    assert asked.args == ["N-correction"]


def test_an_empty_desk_shows_nothing(stage, panel):
    stage.ready()
    assert not panel.fix.isVisible()


def test_a_non_acceptance_names_its_ground(build):
    refused = build.case("closed", acceptance="", competent_body="通州区水务局", reason="不在职权范围内")
    assert rows(refused)["受理与决定"][0] == Row("不予受理", detail="法定事由：依法不属于本机关职权范围")
    needless = rows(build.case("not_accepted"))["受理与决定"]
    assert needless == (Row("不予受理", detail="法定事由：依法不需要取得行政许可"),)


def test_who_accepted_has_a_name_where_it_is_known(build):
    accepted = build.case("accepted", accepted_by="reviewer-01")
    (known,) = [
        section.rows[0] for section in case_sections(accepted, {"reviewer-01": "张敏"}) if "受理" in section.title
    ]
    assert known.detail == "受理人 张敏"
    assert rows(accepted)["受理与决定"][0].detail == "受理人 reviewer-01"
