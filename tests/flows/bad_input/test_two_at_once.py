"""Two people acting at the same moment: one of them succeeds, or both one after the other; nothing half done."""

import asyncio
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from reviewer.demo.papers import APPLICANT
from signaling.protocol.acts import (
    AskSlots,
    ClaimCase,
    ConvertTicket,
    FloorChanged,
    LeaveTerminal,
    OpenCase,
    ReturnCase,
    SetRoster,
    SlotsOffered,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CallEnded, CaseChanged, Decide, Done, EndCall, Error, SubmitCase
from signaling.protocol.office import RosterEntry
from signaling.protocol.values import Correction


def split(answers: list[Any]) -> tuple[list[Any], list[ErrorCode]]:
    return [one for one in answers if isinstance(one, Done)], [one.code for one in answers if isinstance(one, Error)]


async def test_two_desks_open_one_case_at_once(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.reviewer(), people.reviewer()) as [terminal, one, two]:
        started, _ = await terminal.talk(one)
        case_id = started.case.case_id
        assert isinstance(await terminal.ask(ConvertTicket("async", case_id, "asynchronous")), Done)
        for number in range(4):
            acts = [desk.ask(OpenCase(f"open-{number}", case_id)) for desk in (one, two)]
            done, codes = split(await asyncio.gather(*acts))
            assert (len(done), codes) == (1, [ErrorCode.CASE_TAKEN])
            acts = [desk.ask(ReturnCase(f"back-{number}", case_id)) for desk in (one, two)]
            done, codes = split(await asyncio.gather(*acts))
            assert (len(done), codes) == (1, [ErrorCode.NOT_FOUND])
        await terminal.leave(case_id)
    assert len(nothing_is_lost("ReviewOpened")) == len(nothing_is_lost("ReviewReturned")) == 4


async def test_two_decisions_at_once(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    async with people.online(people.terminal(), people.reviewer()) as [terminal, desk]:
        started, _ = await terminal.talk(desk)
        fault = Correction("plan", 0, "缺少排放口", "标明排放口")
        acts = [
            await desk.read(Decide("yes", started.case.case_id, "accept")),
            Decide("no", started.case.case_id, "request_corrections", (fault,)),
        ]
        done, codes = split(await asyncio.gather(*(desk.ask(act) for act in acts)))
        assert (len(done), codes) == (1, [ErrorCode.ILLEGAL_STEP])
        await desk.see(started.case.case_id, lambda view: bool(view.notices))
        await terminal.leave(started.case.case_id)
    assert [fact["outcome"] for fact in nothing_is_lost("Decided")] == ["accept"]


async def test_two_terminals_claim_one_case_at_once(hall: Any, people: Any, nothing_is_lost: Any) -> None:
    logins = people.terminal(), people.terminal(), people.terminal(), people.reviewer()
    async with people.online(*logins) as [terminal, one, two, desk]:
        started, _ = await terminal.talk(desk)
        case_id = started.case.case_id
        assert isinstance(await desk.ask(EndCall(started.call_id)), CallEnded)
        token = (await terminal.see(case_id, lambda view: bool(view.token))).token
        await one.refused(ClaimCase("early", token), ErrorCode.CASE_TAKEN)
        assert isinstance(await terminal.ask(LeaveTerminal("leave", case_id)), Done)
        done, codes = split(await asyncio.gather(*(party.ask(ClaimCase("claim", token)) for party in (one, two))))
        assert (len(done), codes) == (1, [ErrorCode.CASE_TAKEN])
        has_it = next(party for party in (one, two) if any(isinstance(heard, CaseChanged) for heard in party.heard))
        await terminal.refused(LeaveTerminal("late", case_id), ErrorCode.NOT_FOUND)
        await has_it.leave(case_id)
    assert len(nothing_is_lost("CaseClaimed")) == 1


async def test_two_managers_set_the_roster_at_once(tmp_path: Path, own_hall: Any, people_of: Any) -> None:
    with own_hall(tmp_path / "hall", tmp_path / "own.log") as hall:
        people = people_of(hall, tmp_path)
        rosters = [tuple(RosterEntry(f"R-{who}", time(9), time(17), day) for day in range(5)) for who in (1, 2)]
        async with people.online(people.staff("manager"), people.staff("manager")) as managers:
            acts = [party.ask(SetRoster("mine", roster)) for party, roster in zip(managers, rosters, strict=True)]
            assert split(await asyncio.gather(*acts)) == ([Done("mine")] * 2, [])
            bad = (*rosters[0], RosterEntry("R-3", time(17), time(9), 0))
            answer = await managers[0].ask(SetRoster("bad", bad))
            assert (answer.code, "第 6 行" in answer.sentence) == (ErrorCode.INVALID_ENTRY, True)

            def shown(party: Any) -> Any:
                return [heard.roster for heard in party.heard if isinstance(heard, FloorChanged)][-1]

            for party in managers:
                await party.wait(lambda party=party: shown(party) == shown(managers[0]) and shown(party) in rosters)
        entries = [entry for entry in hall.journal(tmp_path / "own.jsonl") if entry["kind"] == "RosterSet"]
    assert len(entries) == 2, "one after the other, each whole"


async def test_two_book_the_last_appointment_at_once(tmp_path: Path, own_hall: Any, people_of: Any) -> None:
    with own_hall(tmp_path / "hall", tmp_path / "own.log") as hall:
        people = people_of(hall, tmp_path)
        logins = people.terminal(), people.terminal(), people.reviewer()
        async with people.online(*logins) as [one, two, _]:
            cases = []
            for terminal in (one, two):
                papers = await terminal.hand_in()
                act = SubmitCase("submit", people.ITEM, APPLICANT, papers, consents_to_video=True)
                cases.append((await terminal.ask(act)).case.case_id)
            offered = await one.ask(AskSlots(cases[0]))
            assert isinstance(offered, SlotsOffered)
            slot = offered.slots[-1]
            assert slot.free == 1
            past = ConvertTicket("past", cases[0], "appointment", slot.start - timedelta(days=400))
            await one.refused(past, ErrorCode.SLOT_TAKEN)
            acts = [
                party.ask(ConvertTicket("book", case_id, "appointment", slot.start))
                for party, case_id in zip((one, two), cases, strict=True)
            ]
            done, codes = split(await asyncio.gather(*acts))
            assert (len(done), codes) == (1, [ErrorCode.SLOT_TAKEN])
