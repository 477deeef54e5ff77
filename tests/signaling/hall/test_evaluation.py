"""Grades once for each case, follow-ups with their last day, reports without a case, answers, roles, repeats."""

from datetime import date, timedelta

import pytest

from signaling.hall.office_facts import Evaluated, FollowUpOpened
from signaling.protocol.acts import AnswerFollowUp, Evaluate, FloorChanged, ReportTrouble
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Done


def ledger(play):
    return list(play.hall._floor.register.office.follow_ups.values())


@pytest.mark.parametrize("grade", ["very_satisfied", "satisfied", "fair"])
def test_a_good_grade_is_kept_and_opens_nothing(play, grade):
    case = play.issued()
    assert Done("r1") in play.say("t1", Evaluate("r1", case.case_id, grade, "很快"))
    assert play.view(case.case_id).grade == grade
    assert ledger(play) == []


@pytest.mark.parametrize("grade", ["dissatisfied", "very_dissatisfied"])
def test_a_bad_grade_opens_a_follow_up_due_in_fifteen_working_days(play, grade):
    case = play.issued()
    play.say("t1", Evaluate("r1", case.case_id, grade, "等太久"))
    (line,) = ledger(play)
    assert (line.source, line.grade, line.text, line.due) == ("grade", grade, "等太久", date(2026, 12, 14))
    assert line.case_id == case.case_id


def test_a_case_is_evaluated_once(play):
    case = play.issued()
    message = Evaluate("r1", case.case_id, "dissatisfied")
    play.say("t1", message)
    assert Done("r1") in play.say("t1", message)
    assert play.recorded() == []
    assert play.refusal("t1", Evaluate("r2", case.case_id, "satisfied")) == ErrorCode.ALREADY_EVALUATED
    assert len([entry for entry in play.entries if isinstance(entry.fact, Evaluated)]) == 1


def test_before_any_outcome_there_is_nothing_to_evaluate(play):
    play.terminal()
    case = play.submit()
    assert play.refusal("t1", Evaluate("r1", case.case_id, "fair")) == ErrorCode.ILLEGAL_STEP
    assert play.refusal("t1", Evaluate("r1", "none", "fair")) == ErrorCode.NOT_FOUND


def test_trouble_with_a_case_is_due_in_five_working_days_and_its_applicant_hears_the_answer(play):
    play.terminal()
    play.staff("manager", staff_id="m1")
    case = play.submit()
    assert Done("r1") in play.say("t1", ReportTrouble("r1", case.case_id, "说要的证明没处开"))
    (line,) = ledger(play)
    assert (line.source, line.due, line.item_name) == ("trouble", date(2026, 11, 30), case.item.name)
    play.say("s1", AnswerFollowUp("r2", line.follow_up_id, "已与派出所核实，不再要求", False))
    assert not play.notes, "told when it is settled"
    play.say("s1", AnswerFollowUp("r3", line.follow_up_id, "已电话告知", True))
    assert play.notes[-1].fields["answer"] == "已电话告知"
    (line,) = ledger(play)
    assert (line.state, line.answered_by) == ("settled", "工作人员")
    assert play.refusal("s1", AnswerFollowUp("r4", line.follow_up_id, "再答", False)) == ErrorCode.ILLEGAL_STEP


def test_trouble_without_a_case_needs_words_and_a_number(play):
    play.terminal()
    play.staff("manager")
    assert play.refusal("t1", ReportTrouble("r1", "", "没有我的事项")) == ErrorCode.INVALID_ENTRY
    assert play.refusal("t1", ReportTrouble("r1", "", "  ", "13800000000")) == ErrorCode.INVALID_ENTRY
    assert play.refusal("t1", ReportTrouble("r1", "", "没有我的事项", "12")) == ErrorCode.INVALID_ENTRY
    assert play.refusal("t1", ReportTrouble("r1", "none", "没有我的事项")) == ErrorCode.NOT_FOUND
    message = ReportTrouble("r1", "", "没有我的事项", "13800000000")
    assert Done("r1") in play.say("t1", message)
    assert Done("r1") in play.say("t1", message)
    assert [line.phone for line in ledger(play)] == ["13800000000"]
    assert len([entry for entry in play.entries if isinstance(entry.fact, FollowUpOpened)]) == 1


def test_the_ledger_survives_a_restart_until_it_is_settled(play):
    play.terminal()
    play.say("t1", ReportTrouble("r1", "", "没有我的事项", "13800000000"))
    play.kill()
    (line,) = ledger(play)
    play.staff("manager")
    assert play.heard("s1", FloorChanged)[0].follow_ups == (line,)
    play.say("s1", AnswerFollowUp("r2", line.follow_up_id, "已电话告知", True))
    assert play.open_cases[line.follow_up_id] is False, "a settled line is not restored"


def test_an_unanswered_line_is_overdue_after_its_last_day(play):
    play.terminal()
    play.say("t1", ReportTrouble("r1", "", "没有我的事项", "13800000000"))
    play.now += timedelta(days=8)
    play.staff("manager")
    (floor,) = play.heard("s1", FloorChanged)
    assert floor.follow_ups[0].is_overdue
    assert f"follow_up_overdue:{floor.follow_ups[0].follow_up_id}" in floor.alarms


def test_only_the_manager_answers_and_says_something(play):
    play.terminal()
    play.staff("supervisor", "collector")
    play.staff("manager", session="s2", staff_id="m1")
    play.say("t1", ReportTrouble("r1", "", "没有我的事项", "13800000000"))
    line = ledger(play)[0].follow_up_id
    assert play.refusal("s1", AnswerFollowUp("r2", line, "好", True)) == ErrorCode.WRONG_ROLE
    assert play.refusal("s2", AnswerFollowUp("r2", line, " ", True)) == ErrorCode.INVALID_ENTRY
    assert play.refusal("s2", AnswerFollowUp("r2", "none", "好", True)) == ErrorCode.NOT_FOUND
