"""What to do next: never empty, and the same facts as in the notice."""

from datetime import date
from typing import Any, get_args

import pytest

from signaling.protocol.values import CaseState, Clock, NoticeView, Result, ResultState, SlotView
from terminal.qt.outcome import APPEAL, next_steps


def clock(kind: Any) -> Clock:
    return Clock(kind, "running", date(2026, 11, 23), date(2026, 12, 4), 20, 0)


@pytest.mark.parametrize("state", get_args(CaseState))
def test_every_state_says_what_to_do(play: Any, state: CaseState) -> None:
    said = next_steps(play.waiting().changed(state).case)
    assert said
    assert all(line.strip() for line in said)


@pytest.mark.parametrize(
    ("state", "kind"),
    [("reviewing", "tell"), ("correction_requested", "correct"), ("accepted", "decide"), ("granted", "issue")],
)
def test_the_last_day_is_named(play: Any, state: CaseState, kind: str) -> None:
    play.waiting().changed(state, clocks=(clock(kind),))
    assert any("2026年12月4日" in line for line in next_steps(play.case))


def test_not_competent_names_who_is(play: Any) -> None:
    play.waiting().changed("not_accepted", competent_body="北京市规划和自然资源委员会", reason="不属于本机关职权")
    said = next_steps(play.case)
    assert "北京市规划和自然资源委员会" in said[0]
    assert APPEAL in said
    play.changed("not_accepted", competent_body="", reason="")
    assert "不需要取得行政许可" in next_steps(play.case)[0]


def test_a_refusal_tells_reason_and_remedies(play: Any) -> None:
    play.waiting().changed("refused", reason="选址在水源保护区内")
    assert next_steps(play.case)[0] == "理由：选址在水源保护区内"
    assert APPEAL in next_steps(play.case)


def test_a_gap_says_what_until_when(play: Any) -> None:
    view = SlotView("plan", "waived", due=date(2026, 11, 30))
    play.waiting().changed("accepted_with_gap", list=(view,))
    assert next_steps(play.case)[0] == "请补交：生产厂区总平面图，最迟2026年11月30日（星期一）"


def test_deemed_acceptance_says_why(play: Any) -> None:
    play.waiting().changed("accepted", acceptance="deemed")
    assert "第三十二条" in next_steps(play.case)[0]


@pytest.mark.parametrize("state", get_args(ResultState))
def test_every_state_of_the_result(play: Any, state: ResultState) -> None:
    result = Result(state, "locker", code="482913", tracking="EMS1", cell=7, keep_until=date(2026, 12, 4))
    play.waiting().changed("issued", result=result)
    (said,) = next_steps(play.case)
    assert ("482913" in said) == (state in ("at_counter", "in_locker"))
    assert ("EMS1" in said) == (state == "dispatched")


def test_a_closed_case_still_tells_what_went_against_the_applicant(play: Any) -> None:
    play.waiting().changed("closed", competent_body="通州区水务局", reason="不属于本机关职权")
    assert "通州区水务局" in next_steps(play.case)[0]
    assert APPEAL in next_steps(play.case)
    refusal = NoticeView("n1", "refusal", "京通政务决〔2026〕000001号", "printed", play.case.submitted_at)
    play.changed("closed", acceptance="full", notices=(refusal,))
    assert APPEAL in next_steps(play.case)
    play.changed("closed", acceptance="full", notices=())
    assert next_steps(play.case) == ["本办件已经办结，不需要再做什么。"]
