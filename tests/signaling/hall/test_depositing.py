"""Depositing: a cell, a code that opens once, the collector's acts, alarms, and what a restart remembers."""

from datetime import timedelta

import pytest

from signaling.hall.events import TimerFired
from signaling.hall.office_facts import DepositAlarmed, DepositExpired, DepositHandled
from signaling.protocol.acts import CellClosed, CellOpened, DepositPapers, HandleDeposit, OpenCell
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Done, Error


@pytest.fixture
def case(play):
    """A case at terminal 1 with its two cells, and a collector on a page."""
    play.terminal(cells=2)
    play.staff("collector", staff_id="c1")
    return play.submit()


def reserve(play, case, *slots, pages=5):
    """The deposit as it is shown."""
    play.say("t1", DepositPapers(play.request_id(), case.case_id, slots or ("form",), pages))
    return play.view(case.case_id).deposits[-1]


def store(play, case, *slots, pages=5):
    deposit = reserve(play, case, *slots, pages=pages)
    play.say("t1", OpenCell(play.request_id(), deposit.code))
    play.say("t1", CellClosed(play.request_id(), deposit.cell))
    return play.view(case.case_id).deposits[-1]


def collect(play, deposit, act, pages=0, note=""):
    return play.say("s1", HandleDeposit(play.request_id(), deposit.deposit_id, act, pages, note))


def original(play, case, slot="form"):
    return next(line.original for line in play.view(case.case_id).list if line.slot == slot)


def test_papers_go_from_the_applicants_hands_into_the_archive(play, case):
    request = DepositPapers("r1", case.case_id, ("form", "drawing"), 5)
    answers = play.say("t1", request)
    assert Done("r1") in answers
    (deposit,) = play.heard("t1", CaseChanged)[-1].case.deposits
    assert (deposit.state, deposit.cell, deposit.slots, deposit.pages) == ("allocated", 1, ("form", "drawing"), 5)
    assert play.say("t1", OpenCell("r2", deposit.code))[0] == CellOpened("r2", 1, case.case_id)
    assert original(play, case) == "none"
    assert Done("r3") in play.say("t1", CellClosed("r3", 1))
    assert original(play, case) == original(play, case, "drawing") == "deposited"
    collect(play, deposit, "collect")
    assert play.notes[-1].kind == "deposit_collected"
    assert play.hall._floor.register.office.cells == {}, "the cell is free again"
    collect(play, deposit, "count", 5, "齐")
    assert original(play, case) == "matched"
    collect(play, deposit, "archive")
    assert play.view(case.case_id).deposits[0].by == "工作人员"
    collect(play, deposit, "return")
    assert original(play, case) == "returned"
    acts = [entry.fact.act for entry in play.entries if isinstance(entry.fact, DepositHandled)]
    assert acts == ["collect", "count", "archive", "return"]
    assert {entry.actor for entry in play.entries if isinstance(entry.fact, DepositHandled)} == {"c1"}


def test_a_count_that_differs_is_recorded_told_and_can_be_counted_again(play, case):
    deposit = store(play, case)
    collect(play, deposit, "collect")
    answers = collect(play, deposit, "count", 4, "少一页")
    assert isinstance(answers[0], Done)
    assert isinstance(answers[1], Error)
    assert answers[1].code == ErrorCode.COUNT_DIFFERS
    assert original(play, case) == "mismatched"
    view = play.view(case.case_id).deposits[0]
    assert (view.counted_pages, view.note) == (4, "少一页")
    assert play.refusal("s1", HandleDeposit("x1", deposit.deposit_id, "archive")) == ErrorCode.ILLEGAL_STEP
    answers = collect(play, deposit, "count", 5)
    assert not [message for message in answers if isinstance(message, Error)]
    assert original(play, case) == "matched"


def test_a_code_opens_once(play, case):
    deposit = reserve(play, case)
    play.say("t1", OpenCell("r1", deposit.code))
    assert play.view(case.case_id).deposits[0].code == ""
    assert play.refusal("t1", OpenCell("r2", deposit.code)) == ErrorCode.CODE_USED
    assert play.refusal("t1", OpenCell("r1", "000000")) == ErrorCode.REQUEST_REUSED


def test_a_repeated_opening_is_answered_while_that_door_stands_open(play, case):
    deposit = reserve(play, case)
    request = OpenCell("r1", deposit.code)
    first = play.say("t1", request)[0]
    play.terminal(session="t1b", cells=2)
    assert play.say("t1b", request) == [first]
    assert play.recorded() == []
    play.say("t1b", CellClosed("r2", deposit.cell))
    assert play.refusal("t1b", request) == ErrorCode.CODE_USED
    assert Done("r2") in play.say("t1b", CellClosed("r2", deposit.cell)), "the door's report may be repeated"


def test_a_code_opens_only_its_own_cabinet_and_wrong_codes_are_few(play, case):
    deposit = reserve(play, case)
    play.terminal(2, cells=2)
    for number in range(5):
        assert play.refusal("t2", OpenCell(f"r{number}", deposit.code)) == ErrorCode.CODE_USED
    assert play.refusal("t2", OpenCell("r9", deposit.code)) == ErrorCode.TOO_MANY_ATTEMPTS
    assert play.say("t1", OpenCell("r1", deposit.code))[0] == CellOpened("r1", 1, case.case_id)
    play.now += timedelta(minutes=1)
    assert play.refusal("t2", OpenCell("r10", "123123")) == ErrorCode.CODE_USED


def test_cells_run_out_and_a_slot_needs_only_one(play, case):
    reserve(play, case, "form")
    again = DepositPapers("r1", case.case_id, ("form",), 2)
    assert play.refusal("t1", again) == ErrorCode.ILLEGAL_STEP
    reserve(play, case, "drawing")
    assert play.refusal("t1", DepositPapers("r2", case.case_id, ("extra",), 2)) == ErrorCode.NO_CELL_FREE


@pytest.mark.parametrize("slots", [(), ("nothing",), ("form", "form")])
def test_slots_must_be_the_items(play, case, slots):
    assert play.refusal("t1", DepositPapers("r1", case.case_id, slots, 1)) == ErrorCode.NOT_FOUND


def test_another_terminals_case_looks_like_none(play, case):
    play.terminal(2, cells=2)
    assert play.refusal("t2", DepositPapers("r1", case.case_id, ("form",), 1)) == ErrorCode.NOT_FOUND


def test_an_unused_code_dies_when_the_hall_closes_on_the_next_day(play, case):
    deposit = reserve(play, case)
    timer = f"deposit:{deposit.deposit_id}"
    assert play.timers[timer] == pytest.approx(32.5 * 3600, abs=60)  # Monday nine o'clock to Tuesday half past five
    play.event(TimerFired(timer))
    assert play.recorded() == [], "too early: watched on"
    assert timer in play.timers
    play.now += timedelta(hours=33)
    play.event(TimerFired(timer))
    assert play.recorded() == [DepositExpired(case.case_id, deposit.deposit_id)]
    assert play.refusal("t1", OpenCell("r1", deposit.code)) == ErrorCode.CODE_USED
    assert original(play, case) == "none"
    assert reserve(play, case).cell == 1, "cell and slot are free again"


def test_an_open_door_and_uncollected_papers_raise_an_alarm_once(play, case):
    deposit = reserve(play, case)
    play.say("t1", OpenCell("r1", deposit.code))
    timer = f"deposit:{deposit.deposit_id}"
    assert play.timers[timer] == 120
    play.now += timedelta(seconds=120)
    play.event(TimerFired(timer))
    assert play.recorded() == [DepositAlarmed(case.case_id, deposit.deposit_id, "left_open")]
    play.event(TimerFired(timer))
    assert play.recorded() == []
    play.say("t1", CellClosed("r2", deposit.cell))
    assert play.timers[timer] == 24 * 3600
    play.now += timedelta(hours=24)
    play.event(TimerFired(timer))
    assert play.recorded() == [DepositAlarmed(case.case_id, deposit.deposit_id, "uncollected")]
    collect(play, deposit, "collect")
    assert timer not in play.timers


def test_papers_behind_a_door_that_stayed_open_can_be_collected(play, case):
    deposit = reserve(play, case)
    play.say("t1", OpenCell("r1", deposit.code))
    collect(play, deposit, "collect")
    assert play.view(case.case_id).deposits[0].state == "collected"
    assert play.refusal("t1", CellClosed("r2", deposit.cell)) == ErrorCode.ILLEGAL_STEP


def test_a_door_that_was_never_opened_cannot_be_shut(play, case):
    deposit = reserve(play, case)
    assert play.refusal("t1", CellClosed("r1", deposit.cell)) == ErrorCode.ILLEGAL_STEP
    assert play.refusal("t1", CellClosed("r2", 2)) == ErrorCode.ILLEGAL_STEP


@pytest.mark.parametrize(
    ("state", "illegal"),
    [
        ("allocated", ("collect", "count", "archive", "return")),
        ("stored", ("count", "archive", "return")),
        ("collected", ("collect", "archive", "return")),
        ("matched", ("collect", "count")),
        ("archived", ("collect", "count", "archive")),
        ("returned", ("collect", "count", "archive", "return")),
    ],
)
def test_every_forbidden_act_of_the_collector(play, case, state, illegal):
    deposit = reserve(play, case) if state == "allocated" else store(play, case)
    way = ("stored", "collected", "matched", "archived", "returned")
    acts = ("collect", "count", "archive", "return")
    for act in acts[: way.index(state)] if state in way else ():
        collect(play, deposit, act, 5 if act == "count" else 0)
    assert play.view(case.case_id).deposits[0].state == state
    for act in illegal:
        message = HandleDeposit(play.request_id(), deposit.deposit_id, act, 5)
        assert play.refusal("s1", message) == ErrorCode.ILLEGAL_STEP


def test_of_two_collectors_the_first_has_the_papers(play, case):
    deposit = store(play, case)
    play.staff("collector", session="s2", staff_id="c2")
    first = HandleDeposit("r1", deposit.deposit_id, "collect")
    assert Done("r1") in play.say("s1", first)
    assert play.refusal("s2", first) == ErrorCode.ILLEGAL_STEP
    assert play.say("s1", first)[-1] == Done("r1")
    assert play.recorded() == []


def test_only_a_collector_touches_the_papers(play, case):
    deposit = store(play, case)
    play.staff("manager", "supervisor", "issuer", session="s2", staff_id="m1")
    message = HandleDeposit("r1", deposit.deposit_id, "collect")
    assert play.refusal("s2", message) == ErrorCode.WRONG_ROLE
    assert play.refusal("t1", message) == ErrorCode.NOT_ALLOWED
    assert play.refusal("s1", HandleDeposit("r1", "p-none", "collect")) == ErrorCode.NOT_FOUND


def test_after_a_restart_the_cell_the_code_and_the_watch_are_there(play, case):
    deposit = reserve(play, case)
    play.kill()
    timer = f"deposit:{deposit.deposit_id}"
    assert play.timers[timer] == pytest.approx(32.5 * 3600, abs=60)
    play.terminal(cells=2)
    play.say("t1", OpenCell("r1", deposit.code))
    play.kill()
    assert play.timers[timer] == pytest.approx(120, abs=5)
    play.terminal(cells=2)
    play.say("t1", CellClosed("r2", deposit.cell))
    assert original(play, case) == "deposited"
