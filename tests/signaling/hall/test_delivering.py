"""The result: every way to the applicant, when it can be changed, the locker's code and days, roles and repeats."""

from datetime import date, timedelta

import pytest

from signaling.hall.events import TimerFired
from signaling.hall.office_facts import ResultReminded
from signaling.protocol.acts import CellClosed, CellOpened, ChooseDelivery, HandleResult, OpenCell
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import Done


@pytest.fixture
def office(play):
    """Gives an issued case with its way; an issuer is on page s1."""

    def start(way="hall", address=""):
        case = play.issued(way, address)
        play.staff("issuer", staff_id="i1")
        return case

    return start


def handle(play, case, act, **more):
    return play.say("s1", HandleResult(play.request_id(), case.case_id, act, **more))


def result(play, case):
    return play.view(case.case_id).result


def test_at_the_counter(play, office):
    case = office()
    assert result(play, case).state == "making"
    handle(play, case, "make")
    handle(play, case, "put_at_counter")
    assert result(play, case).state == "at_counter"
    assert play.notes[-1].fields["code"] == result(play, case).code != ""
    assert play.view(case.case_id).state == "issued"
    handle(play, case, "hand_over")
    assert result(play, case).state == "handed_over"
    assert play.view(case.case_id).state == "delivered"


def test_by_courier(play, office):
    case = office("courier", "通州区某街1号")
    handle(play, case, "make")
    message = HandleResult("x1", case.case_id, "dispatch")
    assert play.refusal("s1", message) == ErrorCode.INVALID_ENTRY, "no tracking number"
    handle(play, case, "dispatch", tracking="EMS123")
    assert (result(play, case).state, result(play, case).tracking) == ("dispatched", "EMS123")
    assert play.notes[-1].fields["place"] == "EMS123"
    handle(play, case, "hand_over")
    assert play.view(case.case_id).state == "delivered"
    assert result(play, case).tracking == "EMS123"


def test_from_the_locker(play, office):
    case = office("locker")
    handle(play, case, "make")
    handle(play, case, "put_in_locker", terminal_id="T-01")
    now = result(play, case)
    assert (now.state, now.cell, now.keep_until) == ("in_locker", 1, date(2026, 11, 30))
    assert (play.notes[-1].kind, play.notes[-1].fields["until"]) == ("result_code", "11-30 23:59")
    play.terminal(2, cells=2)
    assert play.refusal("t2", OpenCell("x1", now.code)) == ErrorCode.CODE_USED, "another cabinet"
    request = OpenCell("r1", now.code)
    assert play.say("t1", request)[0] == CellOpened("r1", 1, case.case_id)
    assert play.view(case.case_id).state == "delivered"
    assert play.hall._floor.register.office.is_pending(case.case_id), "the door stands open"
    assert CellOpened("r1", 1, case.case_id) in play.say("t1", request)
    assert play.recorded() == []
    play.say("t1", CellClosed("r2", 1))
    assert play.hall._floor.register.office.cells == {}
    assert play.refusal("t1", OpenCell("r3", now.code)) == ErrorCode.CODE_USED


def test_a_locker_reminds_and_gives_the_result_back_to_the_counter(play, office):
    case = office("locker")
    handle(play, case, "make")
    handle(play, case, "put_in_locker", terminal_id="T-01")
    code, timer = result(play, case).code, f"result:{case.case_id}"
    assert play.timers[timer] == pytest.approx(6 * 86_400, abs=120)  # from Monday nine o'clock to Sunday
    play.now += timedelta(days=6)
    play.event(TimerFired(timer))
    assert play.recorded()[0] == ResultReminded(case.case_id, "reminder")
    assert (play.notes[-1].kind, play.notes[-1].fields["code"]) == ("result_code", code)
    assert play.timers[timer] == pytest.approx(39 * 3600, abs=120)  # to the midnight after Monday
    play.now += timedelta(hours=39)
    play.event(TimerFired(timer))
    assert play.recorded() == [ResultReminded(case.case_id, "expired")]
    assert timer not in play.timers
    assert play.refusal("t1", OpenCell("r1", code)) == ErrorCode.CODE_USED
    handle(play, case, "put_at_counter")
    assert play.hall._floor.register.office.cells == {}
    assert result(play, case).cell == 0
    handle(play, case, "hand_over")
    assert play.view(case.case_id).state == "delivered"


def test_the_watch_over_a_locker_survives_a_restart(play, office):
    case = office("locker")
    handle(play, case, "make")
    handle(play, case, "put_in_locker", terminal_id="T-01")
    play.kill()
    assert play.timers[f"result:{case.case_id}"] == pytest.approx(6 * 86_400, abs=120)
    play.terminal(cells=2)
    assert play.say("t1", OpenCell("r1", result(play, case).code))[0] == CellOpened("r1", 1, case.case_id)


def test_the_way_can_be_changed_until_it_is_dispatched(play, office):
    case = office()
    assert Done("r1") in play.say("t1", ChooseDelivery("r1", case.case_id, "courier", "通州区某街1号"))
    assert (play.view(case.case_id).delivery, result(play, case).way) == ("courier", "courier")
    handle(play, case, "make")
    play.say("t1", ChooseDelivery("r2", case.case_id, "locker"))
    assert play.refusal("s1", HandleResult("x1", case.case_id, "dispatch", "EMS1")) == ErrorCode.INVALID_ENTRY
    handle(play, case, "put_in_locker", terminal_id="T-01")
    assert play.refusal("t1", ChooseDelivery("r3", case.case_id, "hall")) == ErrorCode.ALREADY_DISPATCHED
    assert Done("r2") in play.say("t1", ChooseDelivery("r2", case.case_id, "locker")), "a repeat is answered"


def test_before_the_issue_the_choice_is_kept_for_it(play):
    play.terminal()
    case = play.submit()
    message = ChooseDelivery("r1", case.case_id, "courier", " ")
    assert play.refusal("t1", message) == ErrorCode.INVALID_ENTRY
    play.say("t1", ChooseDelivery("r2", case.case_id, "courier", "通州区某街1号"))
    view = play.view(case.case_id)
    assert (view.delivery, view.address, view.result) == ("courier", "通州区某街1号", None)


def test_a_result_that_does_not_exist_is_not_handled(play):
    play.terminal()
    play.staff("issuer")
    case = play.submit()
    assert play.refusal("s1", HandleResult("r1", case.case_id, "make")) == ErrorCode.NOT_FOUND
    assert play.refusal("s1", HandleResult("r1", "none", "make")) == ErrorCode.NOT_FOUND


@pytest.mark.parametrize(
    ("state", "way", "acts", "legal"),
    [
        ("making", "hall", (), {"make"}),
        ("ready", "hall", ("make",), {"put_at_counter", "dispatch", "put_in_locker"}),
        ("at_counter", "hall", ("make", "put_at_counter"), {"dispatch", "put_in_locker", "hand_over"}),
        ("dispatched", "courier", ("make", "dispatch"), {"hand_over"}),
        ("in_locker", "locker", ("make", "put_in_locker"), {"put_at_counter"}),
        ("handed_over", "hall", ("make", "put_at_counter", "hand_over"), set()),
    ],
)
def test_every_forbidden_act_of_the_issuing_window(play, office, state, way, acts, legal):
    case = office(way, "通州区某街1号")
    for act in acts:
        handle(play, case, act, tracking="EMS1", terminal_id="T-01")
    assert result(play, case).state == state
    for act in {"make", "put_at_counter", "dispatch", "put_in_locker", "hand_over"} - legal:
        message = HandleResult(play.request_id(), case.case_id, act, "EMS1", "T-01")
        assert play.refusal("s1", message) == ErrorCode.ILLEGAL_STEP


@pytest.mark.parametrize(("way", "act"), [("hall", "dispatch"), ("hall", "put_in_locker"), ("locker", "dispatch")])
def test_a_result_goes_only_the_way_the_applicant_chose(play, office, way, act):
    case = office(way)
    handle(play, case, "make")
    message = HandleResult("r1", case.case_id, act, "EMS1", "T-01")
    assert play.refusal("s1", message) == ErrorCode.INVALID_ENTRY
    handle(play, case, "put_at_counter")  # which is always possible: a locker may be full


def test_a_full_or_absent_cabinet_takes_no_result(play, office):
    case = office("locker")
    handle(play, case, "make")
    message = HandleResult("r1", case.case_id, "put_in_locker", terminal_id="T-09")
    assert play.refusal("s1", message) == ErrorCode.INVALID_ENTRY
    play.terminal(2)
    message = HandleResult("r1", case.case_id, "put_in_locker", terminal_id="T-02")
    assert play.refusal("s1", message) == ErrorCode.NO_CELL_FREE


def test_roles(play, office):
    case = office("locker")
    play.staff("collector", session="s2", staff_id="c1")
    play.staff("manager", "guide", session="s3", staff_id="m1")
    assert play.refusal("s2", HandleResult("r1", case.case_id, "make")) == ErrorCode.WRONG_ROLE
    assert play.refusal("s3", HandleResult("r1", case.case_id, "make")) == ErrorCode.WRONG_ROLE
    handle(play, case, "make")
    message = HandleResult("r1", case.case_id, "put_in_locker", terminal_id="T-01")
    assert play.refusal("s3", message) == ErrorCode.WRONG_ROLE
    assert Done("r1") in play.say("s2", message)
    assert play.refusal("s2", HandleResult("r2", case.case_id, "hand_over")) == ErrorCode.WRONG_ROLE


def test_of_two_issuers_one_hands_over_and_repeats_are_answered(play, office):
    case = office()
    play.staff("issuer", session="s2", staff_id="i2")
    handle(play, case, "make")
    handle(play, case, "put_at_counter")
    message = HandleResult("r1", case.case_id, "hand_over")
    assert Done("r1") in play.say("s1", message)
    assert play.refusal("s2", message) == ErrorCode.ILLEGAL_STEP
    assert Done("r1") in play.say("s1", message)
    assert play.recorded() == []
