"""Codes used twice or guessed, an evaluation repeated, a result that went off: refused, the right one still works."""

from typing import Any

from signaling.protocol.acts import (
    CellClosed,
    CellOpened,
    ChooseDelivery,
    ClaimCase,
    DepositPapers,
    Evaluate,
    HandleDeposit,
    HandleResult,
    LeaveTerminal,
    OpenCase,
    OpenCell,
)
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import CallEnded, Done, EndCall, Error

MOST_WRONG = 5


async def test_a_code_opens_once_and_only_its_own_cabinet(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    logins = people.terminal(cells=1), people.terminal(cells=1), people.reviewer(), people.staff("collector")
    async with people.online(*logins) as [terminal, elsewhere, desk, collector]:
        started, _ = await terminal.talk(desk)
        case_id = started.case.case_id
        assert isinstance(await terminal.ask(DepositPapers("put", case_id, ("form",), 3)), Done)
        await terminal.refused(DepositPapers("more", case_id, ("plan",), 1), ErrorCode.NO_CELL_FREE)
        await terminal.refused(DepositPapers("again", case_id, ("form",), 1), ErrorCode.ILLEGAL_STEP)
        await terminal.refused(DepositPapers("attic", case_id, ("attic",), 1), ErrorCode.NOT_FOUND)
        deposit = (await terminal.see(case_id, lambda view: bool(view.deposits))).deposits[0]
        await elsewhere.refused(OpenCell("elsewhere", deposit.code), ErrorCode.CODE_USED)
        await terminal.refused(CellClosed("early", deposit.cell), ErrorCode.ILLEGAL_STEP)
        assert await terminal.ask(OpenCell("open", deposit.code)) == CellOpened("open", deposit.cell, case_id)
        await terminal.refused(OpenCell("while-open", deposit.code), ErrorCode.CODE_USED)
        assert isinstance(await terminal.ask(CellClosed("close", deposit.cell)), Done)
        await terminal.refused(OpenCell("twice", deposit.code), ErrorCode.CODE_USED)
        await collector.refused(HandleDeposit("count", deposit.deposit_id, "count", 3), ErrorCode.ILLEGAL_STEP)
        assert isinstance(await collector.ask(HandleDeposit("collect", deposit.deposit_id, "collect")), Done)
        since = len(collector.heard)
        assert isinstance(await collector.ask(HandleDeposit("differs", deposit.deposit_id, "count", 2)), Done)
        differs: Error = await collector.hear(Error, since)
        assert (differs.code, differs.sentence) == (
            ErrorCode.COUNT_DIFFERS,
            SENTENCES[ErrorCode.COUNT_DIFFERS],
        )
        await terminal.leave(case_id)
    kinds = ("DepositAllocated", "DepositOpened", "DepositStored")
    assert [len(nothing_is_lost(kind)) for kind in kinds] == [1, 1, 1]


async def test_a_code_is_not_guessed(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    logins = people.terminal(cells=2), people.terminal(), people.reviewer()
    async with people.online(*logins) as [terminal, other, desk]:
        started, _ = await terminal.talk(desk)
        case_id = started.case.case_id
        assert isinstance(await terminal.ask(DepositPapers("put", case_id, ("form",), 1)), Done)
        code = (await terminal.see(case_id, lambda view: bool(view.deposits))).deposits[0].code
        for number in range(1, MOST_WRONG + 1):
            wrong = f"{(int(code) + number) % 1_000_000:06d}"
            await terminal.refused(OpenCell(f"guess-{number}", wrong), ErrorCode.CODE_USED)
        await terminal.refused(OpenCell("sixth", f"{(int(code) + 6) % 1_000_000:06d}"), ErrorCode.TOO_MANY_ATTEMPTS)
        await terminal.refused(OpenCell("right", code), ErrorCode.TOO_MANY_ATTEMPTS)
        await other.refused(OpenCell("other", code), ErrorCode.CODE_USED)
        await terminal.leave(case_id)
    assert nothing_is_lost("DepositOpened") == []


async def test_a_token_is_not_guessed(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(*(people.terminal() for _ in range(3)), people.reviewer()) as [
        owner,
        guesser,
        other,
        desk,
    ]:
        started, _ = await owner.talk(desk)
        case_id = started.case.case_id
        assert isinstance(await desk.ask(EndCall(started.call_id)), CallEnded)
        token = (await owner.see(case_id, lambda view: bool(view.token))).token
        assert isinstance(await owner.ask(LeaveTerminal("leave", case_id)), Done)
        for number in range(MOST_WRONG):
            await guesser.refused(ClaimCase(f"guess-{number}", f"{number}" * 10), ErrorCode.NOT_FOUND)
        await guesser.refused(ClaimCase("sixth", "9" * 10), ErrorCode.TOO_MANY_ATTEMPTS)
        await guesser.refused(ClaimCase("right", token), ErrorCode.TOO_MANY_ATTEMPTS)
        assert isinstance(await other.ask(ClaimCase("claim", token)), Done), "another terminal is not held up"
        await other.leave(case_id)
    assert len(nothing_is_lost("CaseClaimed")) == 1


async def test_an_evaluation_is_given_once(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.terminal(), people.reviewer()) as [terminal, other, desk]:
        started, _ = await terminal.talk(desk)
        case_id = started.case.case_id
        await terminal.refused(Evaluate("early", case_id, "satisfied"), ErrorCode.ILLEGAL_STEP)
        await desk.decide(case_id, "accept", "accepted")
        await other.refused(Evaluate("another", case_id, "very_dissatisfied"), ErrorCode.NOT_FOUND)
        assert isinstance(await terminal.ask(Evaluate("first", case_id, "satisfied")), Done)
        await terminal.refused(Evaluate("second", case_id, "satisfied"), ErrorCode.ALREADY_EVALUATED)
        await terminal.refused(Evaluate("better", case_id, "very_satisfied"), ErrorCode.ALREADY_EVALUATED)
        assert (await terminal.see(case_id, lambda view: view.grade is not None)).grade == "satisfied"
        await terminal.leave(case_id)
    assert [fact["grade"] for fact in nothing_is_lost("Evaluated")] == ["satisfied"]


async def test_the_way_of_a_result_that_went_off(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.reviewer(), people.reviewer("decider", "issuer")) as parties:
        terminal, desk, decider = parties
        started, _ = await terminal.talk(desk)
        case_id = started.case.case_id
        nowhere = await terminal.ask(ChooseDelivery("nowhere", case_id, "courier", "  "))
        assert (nowhere.code, "地址" in nowhere.sentence) == (ErrorCode.INVALID_ENTRY, True)
        assert isinstance(await terminal.ask(ChooseDelivery("way", case_id, "courier", "运河东大街1号")), Done)
        await desk.decide(case_id, "accept", "accepted")
        assert isinstance(await desk.ask(EndCall(started.call_id)), CallEnded)
        assert isinstance(await decider.ask(OpenCase("open", case_id)), Done)
        await decider.refused(HandleResult("none", case_id, "make"), ErrorCode.NOT_FOUND)
        await decider.decide(case_id, "grant", "granted")
        await decider.decide(case_id, "issue", "issued")
        dispatched = HandleResult("send", case_id, "dispatch", tracking="SF1234567890")
        await decider.refused(dispatched, ErrorCode.ILLEGAL_STEP)
        assert isinstance(await decider.ask(HandleResult("make", case_id, "make")), Done)
        for request_id, wrong in (("blank", {"act": "dispatch"}), ("locker", {"act": "put_in_locker"})):
            answer = await decider.ask(HandleResult(request_id, case_id, **wrong))
            assert answer.code is ErrorCode.INVALID_ENTRY, answer
        assert isinstance(await decider.ask(dispatched), Done)
        await terminal.refused(ChooseDelivery("late", case_id, "hall"), ErrorCode.ALREADY_DISPATCHED)
        await decider.refused(HandleResult("twice", case_id, "dispatch", "SF2"), ErrorCode.ILLEGAL_STEP)
        view = await terminal.see(case_id, lambda view: view.result is not None and view.result.state == "dispatched")
        assert (view.result.way, view.result.tracking) == ("courier", "SF1234567890")
    assert [fact["act"] for fact in nothing_is_lost("ResultHandled")] == ["make", "dispatch"]
