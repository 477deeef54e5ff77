"""好差评 and 办不成事: one touch for a good grade, reasons for a bad one, a number to answer."""

from typing import Any

import pytest

from signaling.protocol.acts import Evaluate, ReportTrouble
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Error


def graded(play: Any) -> Any:
    play.waiting()
    play.changed("accepted")
    play.session.done()
    return play.session


def test_the_page_opens_itself_and_one_touch_is_enough(play: Any) -> None:
    session = graded(play)
    assert (session.step, session.opinion.grade) == ("opinion", None)
    session.opinion.choose("fair")
    session.opinion.choose("satisfied")
    (asked,) = play.said(Evaluate)
    assert (asked.grade, asked.comment) == ("fair", "")
    play.done(Evaluate)
    assert session.opinion.is_graded
    assert session.patience == "done"
    session.done()
    assert session.step == "welcome"


def test_a_bad_grade_asks_why_first(play: Any) -> None:
    session = graded(play)
    opinion = session.opinion
    opinion.choose("very_dissatisfied")
    assert not play.said(Evaluate)
    opinion.toggle("等候时间太长")
    opinion.toggle("其他")
    opinion.toggle("其他")
    opinion.write(" 排了两个小时 ")
    opinion.send_grade()
    (asked,) = play.said(Evaluate)
    assert (asked.grade, asked.comment) == ("very_dissatisfied", "等候时间太长；排了两个小时")


def test_nobody_has_to_evaluate(play: Any) -> None:
    session = graded(play)
    session.finish()
    assert session.step == "welcome"
    assert not play.said(Evaluate)


@pytest.mark.parametrize("state", ["received", "correction_requested", "withdrawn", "pre_review"])
def test_without_an_outcome_nothing_is_graded(play: Any, state: str) -> None:
    play.waiting()
    play.changed(state)
    assert not play.session.opinion.can_grade


def test_once_is_enough(play: Any) -> None:
    play.waiting()
    play.changed("accepted", grade="satisfied")
    play.session.done()
    assert play.session.step == "welcome"


def test_a_refused_grade_is_said(play: Any) -> None:
    session = graded(play)
    session.opinion.choose("satisfied")
    session.receive(Error(ErrorCode.ALREADY_EVALUATED, "", play.said(Evaluate)[0].request_id))
    assert (session.opinion.is_graded, session.problem) == (False, "already_evaluated")


def test_trouble_without_a_case_needs_a_number(play: Any) -> None:
    session = play.online().session
    session.opinion.begin_report()
    assert session.step == "trouble"
    session.opinion.toggle("被推来推去")
    session.opinion.send_report()
    assert not play.said(ReportTrouble)
    session.opinion.set_phone("１３８００１３８０００")
    session.opinion.send_report()
    session.opinion.send_report()
    (asked,) = play.said(ReportTrouble)
    assert (asked.case_id, asked.text, asked.phone) == ("", "被推来推去", "13800138000")
    play.done(ReportTrouble)
    assert session.opinion.is_reported
    session.opinion.close()
    assert session.step == "welcome"


def test_trouble_with_a_case_knows_the_number(play: Any) -> None:
    session = play.waiting().session
    session.opinion.begin_report()
    session.opinion.write("说好的时间没办完")
    session.opinion.send_report()
    (asked,) = play.said(ReportTrouble)
    assert (asked.case_id, asked.phone) == ("c1", "13800138000")
    session.back()
    assert session.step == "waiting"


def test_a_call_comes_before_a_complaint(play: Any) -> None:
    session = play.waiting().session
    session.opinion.begin_report()
    play.start_call()
    assert session.step == "call"
