"""The office's door: whose act it is, one code for papers and results, what is under way after a restart."""

import pytest

from signaling.protocol.acts import (
    AnswerFollowUp,
    CellClosed,
    CellOpened,
    ChooseDelivery,
    DepositPapers,
    Evaluate,
    HandleDeposit,
    HandleResult,
    OpenCell,
    PublishYear,
    ReportTrouble,
    SetItemOpen,
    SetRoster,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Done

OF_TERMINAL = (
    DepositPapers("r1", "c1", ("form",), 1),
    OpenCell("r1", "123456"),
    CellClosed("r1", 1),
    ChooseDelivery("r1", "c1", "hall"),
    Evaluate("r1", "c1", "fair"),
    ReportTrouble("r1", "", "x", "13800000000"),
)
OF_STAFF = (
    HandleDeposit("r1", "p1", "collect"),
    HandleResult("r1", "c1", "make"),
    AnswerFollowUp("r1", "f1", "x", True),
    PublishYear("r1", 2027, "x"),
    SetRoster("r1", ()),
    SetItemOpen("r1", "PW-01", True),
)


@pytest.mark.parametrize("message", OF_TERMINAL, ids=lambda message: type(message).__name__)
def test_staff_and_desks_do_not_act_for_the_applicant(play, message):
    play.staff("manager", "collector", "issuer", "supervisor")
    play.desk()
    assert play.refusal("s1", message) == play.refusal("d1", message) == ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize("message", OF_STAFF, ids=lambda message: type(message).__name__)
def test_no_terminal_acts_for_staff_and_a_desk_needs_the_role(play, message):
    play.terminal()
    play.desk()
    assert play.refusal("t1", message) == ErrorCode.NOT_ALLOWED
    assert play.refusal("d1", message) == ErrorCode.WRONG_ROLE


def test_papers_and_results_share_cells_and_their_codes_do_not_mix(play):
    issued = play.issued("locker")
    play.staff("issuer")
    play.say("s1", HandleResult("r1", issued.case_id, "make"))
    play.say("s1", HandleResult("r2", issued.case_id, "put_in_locker", terminal_id="T-01"))
    locker = play.view(issued.case_id).result
    floor = play.hall._floor
    assert floor.register.office.cells == {"T-01": {1: issued.case_id}}
    play.terminal(2, cells=1)
    waiting = play.submit("t2")
    play.say("t2", DepositPapers("r3", waiting.case_id, ("form",), 2))
    deposit = play.view(waiting.case_id).deposits[0]
    assert deposit.code != locker.code
    assert play.say("t2", OpenCell("r4", deposit.code))[0] == CellOpened("r4", 1, waiting.case_id)
    assert play.say("t1", OpenCell("r5", locker.code))[0] == CellOpened("r5", 1, issued.case_id)
    assert play.view(issued.case_id).state == "delivered"


def test_the_terminal_sees_the_case_change(play):
    play.terminal(cells=1)
    case = play.submit()
    answers = play.say("t1", DepositPapers("r1", case.case_id, ("form",), 2))
    assert isinstance(next(message for message in answers if not isinstance(message, Done)), CaseChanged)
    assert play.heard("t1", CaseChanged)[0].case.deposits[0].code


def test_a_closed_case_is_kept_until_its_result_and_papers_are_settled(play):
    case = play.issued("locker")
    play.staff("issuer")
    play.say("s1", HandleResult("r1", case.case_id, "make"))
    play.say("s1", HandleResult("r2", case.case_id, "put_in_locker", terminal_id="T-01"))
    office = play.hall._floor.register.office
    assert office.is_pending(case.case_id)
    play.say("t1", OpenCell("r3", play.view(case.case_id).result.code))
    play.say("t1", CellClosed("r4", 1))
    assert office.unsent == {case.case_id: 1}
    assert office.is_pending(case.case_id), "a notification is under way"
