"""What the table, the roles or the law forbid: a code and a sentence each, and nothing is done."""

import secrets
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from signaling.protocol.acts import (
    AnswerFollowUp,
    HandleDeposit,
    HandleResult,
    LeaveTerminal,
    OpenCase,
    PublishYear,
    ReturnCase,
    SetCalendarDay,
    SetItemOpen,
    SetPriority,
    SetRoster,
    VoidNotice,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    CallEnded,
    Decide,
    Done,
    EndCall,
    SubmitCorrection,
)
from signaling.protocol.office import CalendarDay
from signaling.protocol.values import OFFICIAL_TIME, Correction, Outcome, Particulars

FAULT = Correction("plan", 0, "缺少排放口", "标明排放口")
GIVEN: dict[str, Any] = {
    "not_accept": Particulars(reason="无须许可", ground="not_needed"),
    "pause": Particulars(step="hearing", days=5, reason="听证"),
    "extend": Particulars(days=5, reason="案情复杂"),
    "refuse": Particulars(reason="不符合标准"),
}
"""What each outcome demands, so that only the table can be what forbids it."""

IN_REVIEW: set[Outcome] = {"not_accept", "request_corrections", "accept", "accept_with_gap", "accept_on_commitment"}
ONCE_ACCEPTED: set[Outcome] = {"pause", "extend", "grant", "refuse"}


def decision(case_id: str, outcome: Outcome) -> Decide:
    corrections = (FAULT,) if outcome == "request_corrections" else ()
    particulars = GIVEN.get(outcome, Particulars())
    return Decide(f"no-{outcome}-{secrets.token_hex(3)}", case_id, outcome, corrections, particulars)


async def test_every_outcome_in_a_wrong_state_and_by_the_acceptor(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    everything = people.reviewer("reviewer", "decider", "issuer", "supervisor")
    async with people.online(people.terminal(), everything) as [terminal, desk]:
        started, _ = await terminal.talk(desk)
        case_id, outcomes = started.case.case_id, set(get_args(Outcome))
        for outcome in sorted(outcomes - IN_REVIEW):
            await desk.refused(decision(case_id, outcome), ErrorCode.ILLEGAL_STEP)
        assert nothing_is_lost("Decided") == []
        await desk.decide(case_id, "accept", "accepted")
        for outcome in sorted(outcomes - ONCE_ACCEPTED):
            await desk.refused(decision(case_id, outcome), ErrorCode.ILLEGAL_STEP)
        for outcome in ("grant", "refuse"):
            await desk.refused(decision(case_id, outcome), ErrorCode.SAME_PERSON)
        await terminal.leave(case_id)
        await desk.refused(decision(case_id, "accept"), ErrorCode.NOT_FOUND)
    assert [fact["outcome"] for fact in nothing_is_lost("Decided")] == ["accept"]


async def test_every_outcome_by_a_wrong_role(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    logins = people.terminal(), people.reviewer("reviewer"), people.reviewer("decider"), people.staff("supervisor")
    async with people.online(*logins) as [terminal, desk, decider, page]:
        started, _ = await terminal.talk(desk)
        case_id = started.case.case_id
        of_deciders: set[Outcome] = {"pause", "resume", "extend", "grant", "refuse"}
        of_issuers: set[Outcome] = {"issue", "close"}
        for outcome in sorted(of_deciders | of_issuers):
            await desk.refused(decision(case_id, outcome), ErrorCode.WRONG_ROLE)
        await decider.refused(OpenCase("early", case_id), ErrorCode.CASE_TAKEN)
        view = await desk.decide(case_id, "accept", "accepted")
        assert isinstance(await desk.ask(EndCall(started.call_id)), CallEnded)
        await desk.refused(OpenCase("no-decider", case_id), ErrorCode.WRONG_ROLE)
        assert isinstance(await decider.ask(OpenCase("decide", case_id)), Done)
        for outcome in sorted(set(get_args(Outcome)) - of_deciders):
            await decider.refused(decision(case_id, outcome), ErrorCode.WRONG_ROLE)
        act = VoidNotice("void", view.notices[0].notice_id, "编号有误")
        await decider.refused(act, ErrorCode.WRONG_ROLE)
        await page.refused(decision(case_id, "grant"), ErrorCode.NOT_ALLOWED)
        await page.refused(LeaveTerminal("leave", case_id), ErrorCode.NOT_ALLOWED)
        assert isinstance(await decider.ask(ReturnCase("back", case_id)), Done)
        await terminal.leave(case_id)
    assert [fact["outcome"] for fact in nothing_is_lost("Decided")] == ["accept"]


async def test_acts_of_staff_by_other_staff_and_by_a_terminal(hall: Any, people: Any) -> None:
    today = datetime.now(OFFICIAL_TIME).date()
    day = CalendarDay(today + timedelta(days=9), is_working=False, source="通知")
    office = (
        SetRoster("roster", ()),
        SetItemOpen("item", people.ITEM, is_open=False),
        SetCalendarDay("day", day),
        PublishYear("year", today.year + 2, "通知"),
        AnswerFollowUp("answer", "none", "已答复", is_settled=True),
        VoidNotice("void", "none", "有误"),
    )
    wrong = {
        "collector": (*office, HandleResult("make", "none", "make"), SetPriority("group", "none", "elderly")),
        "guide": (*office, HandleDeposit("collect", "none", "collect"), HandleResult("carry", "none", "dispatch")),
        "manager": (HandleDeposit("collect", "none", "collect"), SetPriority("group", "none", "elderly")),
    }
    async with people.online(*(people.staff(role) for role in wrong), people.terminal()) as [*staff, terminal]:
        for party, acts in zip(staff, wrong.values(), strict=True):
            for act in acts:
                await party.refused(act, ErrorCode.WRONG_ROLE)
        for act in (*office, *wrong["collector"], *wrong["guide"]):
            await terminal.refused(act, ErrorCode.NOT_ALLOWED)


@pytest.mark.parametrize("role", ["reviewer", "supervisor"])
async def test_a_second_notice_does_not_name_what_was_visible(role: Any, hall: Any, people: Any) -> None:
    async with people.online(people.terminal(), people.reviewer("reviewer", role)) as [terminal, desk]:
        started, _ = await terminal.talk(desk)
        case_id = started.case.case_id
        await desk.decide(case_id, "request_corrections", "correction_requested", corrections=(FAULT,))
        renewed = tuple(await terminal.hand_in(("plan",)))
        old = SubmitCorrection("old", case_id, tuple(m for m in started.case.materials if m.slot == "plan"))
        await terminal.refused(old, ErrorCode.CORRECTION_INCOMPLETE)
        assert isinstance(await terminal.ask(SubmitCorrection("new", case_id, renewed)), Done)
        desk.look_at(case_id, renewed)
        overlooked = Correction("form", 0, "缺少印章", "补盖印章")
        await desk.refused(Decide("two", case_id, "request_corrections", (overlooked,)), ErrorCode.ALREADY_VISIBLE)
        particulars = Particulars(override="首次审核遗漏，已报主管")
        if role == "reviewer":
            act = Decide("override", case_id, "request_corrections", (overlooked,), particulars)
            await desk.refused(act, ErrorCode.WRONG_ROLE)
            await desk.decide(case_id, "request_corrections", "correction_requested", corrections=(FAULT,))
        else:
            more = {"corrections": (overlooked,), "particulars": particulars}
            await desk.decide(case_id, "request_corrections", "correction_requested", **more)
        await terminal.leave(case_id)
