"""Collector, issuer and manager do each thing once, in the order in which the hall's tables want it."""

from datetime import UTC, date, datetime
from itertools import count

import msgspec

from reviewer.demo.back_office import BackOffice
from signaling.protocol.acts import AnswerFollowUp, FloorChanged, HandleDeposit, HandleResult
from signaling.protocol.office import DepositTask, FollowUp, ResultTask
from signaling.protocol.values import DeliveryWay, Deposit, DepositState, Result, ResultState

NOW = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


def office(seed: int = 1) -> BackOffice:
    ids = count(1)
    return BackOffice(seed, lambda: f"r-{next(ids)}")


def deposited(state: DepositState, deposit_id: str = "d1", pages: int = 5) -> FloorChanged:
    deposit = Deposit(deposit_id, state, "T-02", 3, ("permit",), pages)
    return FloorChanged(NOW, deposits=(DepositTask("c1", "事项", "自助终端 02", deposit, False),))


def made(state: ResultState, way: DeliveryWay) -> FloorChanged:
    return FloorChanged(NOW, results=(ResultTask("c1", "事项", "王*", Result(state, way)),))


def test_papers_are_collected_counted_and_archived_each_step_once() -> None:
    collector = office()
    acts: list[str] = []
    states: tuple[DepositState, ...] = ("opened", "stored", "stored", "collected", "matched", "archived")
    for state in states:
        for act in collector.papers(deposited(state)):
            assert isinstance(act, HandleDeposit)
            acts.append(act.act)
    assert acts == ["collect", "count", "archive"]


def test_a_count_that_differs_is_done_again() -> None:
    collector = office()
    pages = set()
    for number in range(100):
        (first,) = collector.papers(deposited("collected", f"d{number}"))
        assert isinstance(first, HandleDeposit)
        pages.add(first.pages)
    assert pages == {4, 5}
    (again,) = collector.papers(deposited("mismatched"))
    assert again == HandleDeposit("r-101", "d1", "count", 5, "复点后相符")
    (only,) = collector.papers(deposited("collected", "single", pages=1))
    assert isinstance(only, HandleDeposit)
    assert only.pages == 1, "one sheet is not miscounted as none"


def test_a_result_goes_the_way_the_applicant_chose() -> None:
    acts = []
    issuer = office()
    states: tuple[ResultState, ...] = ("making", "ready", "at_counter", "handed_over")
    for state in states:
        acts += [act.act for act in issuer.papers(made(state, "hall")) if isinstance(act, HandleResult)]
    assert acts == ["make", "put_at_counter", "hand_over"]
    (sent,) = office().papers(made("ready", "courier"))
    assert isinstance(sent, HandleResult)
    assert (sent.act, len(sent.tracking)) == ("dispatch", 12)
    assert [act.act for act in office().papers(made("dispatched", "courier")) if isinstance(act, HandleResult)] == [
        "hand_over"
    ]


def test_who_was_dissatisfied_is_called_back_once() -> None:
    manager = office()
    line = FollowUp("f1", "grade", "open", "c1", "事项", NOW, date(2026, 12, 10), "等候时间太长", "dissatisfied")
    floor = FloorChanged(NOW, follow_ups=(line,))
    (act,) = manager.answers(floor)
    assert isinstance(act, AnswerFollowUp)
    assert act.follow_up_id == "f1"
    assert list(manager.answers(floor)) == []
    answered = FloorChanged(NOW, follow_ups=(msgspec.structs.replace(line, state="answered"),))
    assert list(office().answers(answered)) == []
    settled = {
        act.is_settled
        for number in range(50)
        for act in manager.answers(
            FloorChanged(NOW, follow_ups=(msgspec.structs.replace(line, follow_up_id=f"g{number}"),))
        )
        if isinstance(act, AnswerFollowUp)
    }
    assert settled == {True, False}
