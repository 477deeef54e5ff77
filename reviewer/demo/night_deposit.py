"""The third story: papers handed in at night, originals in the cabinet, reviewed the next morning, result fetched.

Nobody is on duty, so the applicant leaves the papers; the clock is simulated. In the morning the collector counts
the originals, the reviewer accepts without a call, another person decides, and the result waits in the locker.
"""

import re
from contextlib import ExitStack
from typing import Literal

from msgspec.structs import replace

from reviewer.demo.papers import Papers
from reviewer.demo.people import Colleague, request_id
from reviewer.demo.programme import Programme, Story, Until
from reviewer.demo.story import Stage, apply_for, confirm, go_away, panel, press
from signaling.protocol.acts import HandleDeposit, HandleResult, OpenCase, PreviewNotice, ReturnCase
from signaling.protocol.messages import Decide
from signaling.protocol.values import DepositState, Outcome

ITEM = "ENV-005"
PAGES = 4


def night_deposit(stage: Stage, programme: Programme, papers: Papers) -> Story:
    """From the dark hall to the document taken out of the locker."""
    with ExitStack() as colleagues:
        office = colleagues.enter_context(stage.hall.manager().at_work())
        decider = colleagues.enter_context(stage.hall.decider().at_work())
        yield Until("同事上线", lambda: office.is_online and decider.is_online)
        case_id = yield from _hand_in(stage, programme, papers)
        yield from _collect(stage, programme, office)
        yield from _accept(stage, programme, case_id)
        yield from _decide(stage, programme, decider, case_id)
        yield from _fetch(stage, programme, office, case_id)


def _hand_in(stage: Stage, programme: Programme, papers: Papers) -> Story:
    """In the evening: no one there, leave the papers, put the original into the cabinet."""
    booth, line = stage.booth_session, programme.line
    yield from go_away(stage)
    stage.hall.set_clock("evening")
    line(f"{stage.hall.clock_words()}：大厅已下班，终端无人值守")
    yield from apply_for(
        stage, ITEM, {"form": papers.shot, "permit": papers.scan, "settled": papers.statement}, delivery="locker"
    )
    waiting = panel(stage, "waiting")
    leave_it = waiting.proposals["asynchronous"]
    yield Until("建议留件", lambda: booth.step == "waiting" and bool(leave_it.isVisible()))
    stage.screenshot("night-1-proposals")
    press(leave_it)
    yield Until("留件", lambda: booth.line.state == "converted")
    line("无人在岗，终端依次建议预约、回叫、留件、转窗口；办事人选择留件，明天审查")

    yield Until("存放原件", lambda: bool(waiting.cabinet.isVisible()))
    press(waiting.cabinet)
    cabinet = panel(stage, "cabinet")
    yield Until("选择原件", lambda: "permit" in booth.cabinet.chosen and bool(cabinet.choose.next.isVisible()))
    booth.cabinet.set_pages(PAGES)
    press(cabinet.choose.next)
    yield Until("分到柜格", lambda: bool(cabinet.cell.open.isVisible()))
    stage.screenshot("night-2-cell")
    press(cabinet.cell.open)
    yield Until("柜门关好", lambda: bool(cabinet.cell.done.isVisible()))
    case = booth.case
    deposit = case.deposits[0] if case is not None else None
    line(f"原件 {PAGES} 页存入 {deposit.cell if deposit else 0} 号柜格，一次性开柜码已用")
    press(cabinet.cell.done)
    yield Until("回到等候", lambda: booth.step == "waiting")
    press(waiting.leave)
    yield Until("凭条", lambda: booth.step == "slip")
    press(panel(stage, "slip").finish)
    yield Until("终端清空", lambda: booth.step == "welcome")
    return case.case_id if case is not None else ""


def _collect(stage: Stage, programme: Programme, office: Colleague) -> Story:
    """The next morning: out of the cell, counted, in the ledger."""
    stage.hall.set_clock("morning")
    programme.line(f"{stage.hall.clock_words()}：大厅开门")
    acts: tuple[tuple[DepositState, Literal["collect", "count"], int], ...] = (
        ("stored", "collect", 0),
        ("collected", "count", PAGES),
    )
    for state, act, pages in acts:
        yield Until("存柜材料", lambda state=state: state in _deposits(office))  # type: ignore[misc]
        office.say(HandleDeposit(request_id(), _deposits(office)[state], act, pages))
    yield Until("清点相符", lambda: "matched" in _deposits(office))
    programme.line(f"收件员按清单取走原件，清点 {PAGES} 页，相符，记入保管台账")


def _deposits(office: Colleague) -> dict[DepositState, str]:
    tasks = office.floor.deposits if office.floor is not None else ()
    return {task.deposit.state: task.deposit.deposit_id for task in tasks}


def _accept(stage: Stage, programme: Programme, case_id: str) -> Story:
    """The reviewer opens the case from the work list, looks at every page and accepts; no call."""
    desk, window = stage.desk_session, stage.desk
    window.queue.tabs.show_page(window.queue.work_page)
    task = window.queue.tasks[0]
    yield Until("待办", lambda: any(entry.case_id == case_id for entry in desk.work) and task.open.isEnabled())
    stage.screenshot("night-3-worklist")
    press(task.open)
    yield Until("打开办件", lambda: desk.is_opened and all(paper.opened for paper in desk.papers.current()))
    for paper in desk.papers.current():
        for page in range(paper.page_count):
            desk.show_material(paper.material.digest, page)
            yield Until("看过这一页", lambda p=paper, n=page: n in p.looked)  # type: ignore[misc]
    yield Until("可以受理", window.decision.accept.isEnabled)
    stage.screenshot("night-4-review")
    press(window.decision.accept)
    yield Until("受理确认", lambda: stage.dialog() is not None)
    yield from confirm(stage)
    yield Until("受理", lambda: (c := desk.case) is not None and c.state == "accepted")
    yield Until("盖章", lambda: (c := desk.case) is not None and bool(c.notices[-1].digest))
    programme.line("审核人员从待办列表打开，逐页查看后受理；《受理通知书》已盖章，短信告知办事人")
    press(window.decision.put_back)
    yield Until("放回待办", lambda: not desk.is_opened)


def _decide(stage: Stage, programme: Programme, decider: Colleague, case_id: str) -> Story:
    """Another person than the acceptor decides."""
    outcomes: tuple[Outcome, ...] = ("grant", "issue")
    for outcome in outcomes:
        opening, decision = OpenCase(request_id(), case_id), Decide(request_id(), case_id, outcome)
        decider.say(opening)
        yield Until("打开办件", lambda: decider.has_done(opening.request_id))  # noqa: B023 - waited for before the next
        if outcome == "grant":
            preview = PreviewNotice(request_id(), case_id, outcome)
            decider.say(preview)
            yield Until("预览决定书", lambda: bool(decider.draft_of(preview.request_id)))  # noqa: B023
            decision = replace(decision, preview=decider.draft_of(preview.request_id))
        decider.say(decision)
        yield Until("决定", lambda: decider.has_done(decision.request_id))  # noqa: B023
        yield Until("决定书盖章", lambda: (c := decider.case) is not None and bool(c.notices[-1].digest))
        back = ReturnCase(request_id(), case_id)
        decider.say(back)
        yield Until("放回", lambda: decider.has_done(back.request_id))  # noqa: B023
    programme.line("审批人员（不是受理人）准予许可，出件人员制证")


def _fetch(stage: Stage, programme: Programme, office: Colleague, case_id: str) -> Story:
    """Into the locker, and out of it with the code of the message."""
    booth, hall = stage.booth_session, stage.hall
    yield Until("待制证", lambda: office.floor is not None and bool(office.floor.results))
    for handling in (
        HandleResult(request_id(), case_id, "make"),
        HandleResult(request_id(), case_id, "put_in_locker", terminal_id="T-01"),
    ):
        office.say(handling)
        yield Until("出件", lambda done=handling.request_id: office.has_done(done))  # type: ignore[misc]
    yield Until("取件码短信", lambda: "取件码" in hall.messages()[-1])
    told = re.search(r"取件码(\d{6})", hall.messages()[-1])
    code = told[1] if told else ""
    programme.line("结果放入取件柜，取件码由短信告知")

    press(panel(stage, "welcome").pickup)
    pickup = panel(stage, "pickup")
    yield Until("输入取件码", lambda: booth.step == "pickup")
    for digit in code:
        press(pickup.pad.keys[digit])
    yield Until("可以开柜", pickup.next.isEnabled)
    press(pickup.next)
    cell = panel(stage, "cabinet").cell
    yield Until("柜门打开、取走、关好", lambda: booth.step == "cabinet" and bool(cell.done.isVisible()))
    stage.screenshot("night-5-pickup")
    press(cell.done)
    yield Until("终端清空", lambda: booth.step == "welcome")
    programme.line("办事人凭取件码从取件柜取走结果，送达记入流水账")
