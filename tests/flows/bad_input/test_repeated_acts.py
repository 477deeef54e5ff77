"""Every act with a request id, once more with the same and with other content: answered alike, refused, never twice."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec

from signaling.protocol.acts import (
    Act,
    AnswerFollowUp,
    AskFix,
    CallBack,
    CellClosed,
    CellOpened,
    ChooseDelivery,
    ClaimCase,
    ConfirmFix,
    ConvertTicket,
    DepositPapers,
    Evaluate,
    FloorChanged,
    HandleDeposit,
    HandleResult,
    LeaveTerminal,
    MarkMissed,
    OpenCase,
    OpenCell,
    PreviewNotice,
    PublishYear,
    RejoinLine,
    ReportTrouble,
    ResumeTicket,
    ReturnCase,
    SetCalendarDay,
    SetItemOpen,
    SetPriority,
    SetRoster,
    VoidNotice,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CallStarted,
    Done,
    EndCall,
    SetAvailability,
)
from signaling.protocol.office import CalendarDay, RosterEntry
from signaling.protocol.values import OFFICIAL_TIME

REPEATABLE = {kind for kind in get_args(Act) if "request_id" in kind.__struct_fields__} - {PreviewNotice}
"""A preview changes nothing that has to be remembered: another content is another draft."""


async def twice(party: Any, act: Any, /, **other: Any) -> Any:
    """Done, done again, and refused with other content. The first answer."""
    first = await party.ask(act)
    assert isinstance(first, Done | CellOpened), (act, first)
    again = await party.ask(act)
    assert again == first, "a repeat is answered the same"
    await party.refused(msgspec.structs.replace(act, **other), ErrorCode.REQUEST_REUSED)
    done.add(type(act))
    return first


done: set[type] = set()


async def test_every_act_once_more(tmp_path: Path, own_hall: Any, people_of: Any, judge_log: Any) -> None:
    done.clear()
    with own_hall(tmp_path / "hall", tmp_path / "own.log") as hall:
        people = people_of(hall, tmp_path)
        logins = (
            people.terminal(cells=4),
            people.terminal(),
            people.reviewer("reviewer"),
            people.reviewer("decider", "issuer"),
            people.staff("manager", "supervisor", "collector", "guide"),
        )
        async with people.online(*logins) as [terminal, elsewhere, desk, decider, manager]:
            case_id, other_id = await in_the_line(terminal, elsewhere, desk, manager)
            await without_a_call(terminal, desk, case_id, other_id)
            await in_the_call(terminal, desk, manager, case_id)
            await with_paper(terminal, manager, case_id)
            await after_the_decision(terminal, decider, manager, case_id)
            await of_the_hall(manager)
        entries = hall.journal(tmp_path / "own.jsonl")
    assert done == REPEATABLE
    recorded = [msgspec.json.decode(entry["body"]).get("request_id", "") for entry in entries]
    mine = [request_id for request_id in recorded if request_id.startswith("once-")]
    assert len(mine) == len(set(mine)), "none of them is in the journal twice"
    assert len(mine) == len(REPEATABLE)
    assert judge_log(hall.log.read_text("utf-8")) == []


async def in_the_line(terminal: Any, elsewhere: Any, desk: Any, guide: Any) -> tuple[str, str]:
    """The case of the story, and another one that lies by."""
    other, _ = await elsewhere.talk(desk)
    other_id = other.case.case_id
    await desk.decide(other_id, "accept", "accepted")
    assert isinstance(await desk.ask(EndCall(other.call_id)), CallEnded)
    started, _ = await terminal.talk(desk)
    case_id = started.case.case_id
    await twice(desk, AskFix("once-ask", case_id, "fix-1", "phone", "13900000001"), new="13900000002")
    await terminal.see(case_id, lambda view: bool(view.fixes))
    await twice(terminal, ConfirmFix("once-confirm", case_id, "fix-1", is_confirmed=True), is_confirmed=False)
    desk.client.say(MarkMissed(started.call_id))
    ended = await terminal.hear(CallEnded)
    assert ended.reason == "no_show"
    desk.client.say(SetAvailability(is_ready=False))
    await twice(terminal, RejoinLine("once-rejoin", case_id), case_id=other_id)
    await twice(terminal, ConvertTicket("once-convert", case_id, "asynchronous"), to="window")
    await twice(terminal, ResumeTicket("once-resume", case_id), case_id=other_id)
    await twice(guide, SetPriority("once-priority", case_id, "elderly"), group="soldier")
    view = await terminal.see(case_id, lambda view: view.place.priority == "elderly")
    await twice(terminal, LeaveTerminal("once-leave", case_id), case_id=other_id)
    await twice(terminal, ClaimCase("once-claim", view.token), token="0" * 10)
    assert isinstance(await terminal.ask(ConvertTicket("again", case_id, "asynchronous")), Done)
    return case_id, other_id


async def without_a_call(terminal: Any, desk: Any, case_id: str, other_id: str) -> None:
    await twice(desk, OpenCase("once-open", case_id), case_id=other_id)
    await terminal.see(case_id, lambda view: view.state == "reviewing")
    await twice(desk, ReturnCase("once-return", case_id), case_id=other_id)
    await twice(desk, CallBack("once-call-back", case_id), case_id=other_id)


async def in_the_call(terminal: Any, desk: Any, supervisor: Any, case_id: str) -> None:
    since = len(desk.heard)
    desk.client.say(SetAvailability(is_ready=True))
    offer: CallOffered = await desk.hear(CallOffered, since)
    assert offer.case.case_id == case_id
    assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
    desk.look_at(case_id, offer.case.materials)
    view = await desk.decide(case_id, "accept", "accepted")
    notice = view.notices[-1]
    await twice(supervisor, VoidNotice("once-void", notice.notice_id, "编号有误"), reason="别的")
    await desk.see(case_id, lambda view: view.notices[0].state == "voided")
    assert isinstance(await desk.ask(EndCall(offer.call_id)), CallEnded)


async def with_paper(terminal: Any, collector: Any, case_id: str) -> None:
    await twice(terminal, DepositPapers("once-deposit", case_id, ("form",), 3), pages=4)
    view = await terminal.see(case_id, lambda view: bool(view.deposits))
    deposit = view.deposits[0]
    other_code = f"{(int(deposit.code) + 1) % 1_000_000:06d}"
    await twice(terminal, OpenCell("once-open-cell", deposit.code), code=other_code)
    await twice(terminal, CellClosed("once-close-cell", deposit.cell), cell=deposit.cell + 1)
    await twice(collector, HandleDeposit("once-collect", deposit.deposit_id, "collect"), note="别的")


async def after_the_decision(terminal: Any, decider: Any, manager: Any, case_id: str) -> None:
    await twice(terminal, ChooseDelivery("once-choose", case_id, "courier", "运河东大街1号"), way="centre")
    await twice(terminal, Evaluate("once-evaluate", case_id, "very_dissatisfied", "太慢"), grade="satisfied")
    await twice(terminal, ReportTrouble("once-report", case_id, "说不清要什么材料"), text="别的")

    def follow_ups() -> list[Any]:
        return [line for heard in manager.heard if isinstance(heard, FloorChanged) for line in heard.follow_ups]

    await manager.wait(lambda: bool(follow_ups()))
    answer = AnswerFollowUp("once-answer", follow_ups()[-1].follow_up_id, "已电话说明", is_settled=True)
    await twice(manager, answer, is_settled=False)
    assert isinstance(await decider.ask(OpenCase("to-decide", case_id)), Done)
    await decider.decide(case_id, "grant", "granted")
    await decider.decide(case_id, "issue", "issued")
    await twice(decider, HandleResult("once-make", case_id, "make"), act="dispatch")


async def of_the_hall(manager: Any) -> None:
    today: date = manager.client.welcome.server_time.astimezone(OFFICIAL_TIME).date()
    day = CalendarDay(today + timedelta(days=30), is_working=True, source="试行通知")
    await twice(manager, SetCalendarDay("once-day", day), entry=msgspec.structs.replace(day, is_working=False))
    await twice(manager, PublishYear("once-year", today.year + 2, "国办通知"), source="别的")
    line = RosterEntry("R-1", time(9), time(17), weekday=0)
    await twice(manager, SetRoster("once-roster", (line,)), entries=())
    await twice(manager, SetItemOpen("once-item", "ENV-002", is_open=False), is_open=True)
