"""``kill -9`` of the server at an awkward moment of the office: afterwards everything is as it was, and goes on."""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec

from reviewer.demo.papers import APPLICANT
from signaling.protocol.acts import (
    AskSlots,
    CaseOpened,
    CellClosed,
    CellOpened,
    ClaimCase,
    ConvertTicket,
    DepositPapers,
    FloorChanged,
    LeaveTerminal,
    OpenCase,
    OpenCell,
    ResumeTicket,
    SetItemOpen,
    SetRoster,
)
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Catalogue, Decide, Done, SubmitCase, TicketIssued
from signaling.protocol.values import CaseView


async def test_everything_is_as_it_was(tmp_path: Path, own_hall: Any, people_of: Any, judge_log: Any) -> None:
    with own_hall(tmp_path / "hall", tmp_path / "own.log") as hall:
        people = people_of(hall, tmp_path)
        logins = (
            *(people.terminal(cells=3) for _ in range(4)),
            people.reviewer("reviewer", "decider"),
            people.staff("manager"),
        )
        async with people.online(*logins) as [*terminals, desk, manager]:
            cases = [await submit(people, terminal) for terminal in terminals]
            away, paper, review, booked = cases
            assert isinstance(await terminals[0].ask(LeaveTerminal("leave", away.case_id)), Done)
            code = await cell_code(terminals[1], paper.case_id)
            opened = await terminals[1].ask(OpenCell("open-cell", code))
            assert isinstance(opened, CellOpened)
            assert isinstance(await terminals[2].ask(ConvertTicket("async", review.case_id, "asynchronous")), Done)
            assert isinstance(await desk.ask(OpenCase("open", review.case_id)), Done)
            desk.look_at(review.case_id, review.materials)
            read = await desk.read(Decide("yes", review.case_id, "accept"))
            slot = (await terminals[3].ask(AskSlots(booked.case_id))).slots[-1]
            book = ConvertTicket("book", booked.case_id, "appointment", slot.start)
            assert isinstance(await terminals[3].ask(book), Done)
            assert isinstance(await manager.ask(SetItemOpen("shut", "ENV-002", is_open=False)), Done)
            states = {1: "waiting", 2: "converted", 3: "converted"}
            before = {
                number: await terminals[number].see(cases[number].case_id, lambda view, state=state: is_in(view, state))
                for number, state in states.items()
            }
            entries = hall.journal(tmp_path / "before.jsonl")
            since = {party: len(party.heard) for party in (*terminals, desk, manager)}
            await asyncio.to_thread(hall.kill)
            await asyncio.to_thread(hall.start)
            for number, view in before.items():
                again: CaseChanged = await terminals[number].hear(CaseChanged, since[terminals[number]])
                assert as_kept(again.case) == as_kept(view)
            assert (await desk.hear(CaseOpened, since[desk])).case_id == review.case_id
            assert (await terminals[0].hear(Catalogue, since[terminals[0]])).closed == ("ENV-002",)
            news: FloorChanged = await manager.hear(FloorChanged, since[manager])
            assert news.closed_items == ("ENV-002",)
            assert {line.case_id for line in news.queue} >= {away.case_id, paper.case_id}
            restarted = hall.journal(tmp_path / "restarted.jsonl")
            assert restarted[: len(entries)] == entries
            assert [
                entry["kind"] for entry in restarted[len(entries) :] if "case_id" in json.loads(entry["body"])
            ] == []
            # and each of them goes on from there
            await terminals[0].refused(ClaimCase("guess", "0" * 10), ErrorCode.NOT_FOUND)
            assert isinstance(await terminals[0].ask(ClaimCase("claim", away.token)), Done)
            assert await terminals[1].ask(OpenCell("open-cell", code)) == opened, "a repeat from before the kill"
            assert isinstance(await terminals[1].ask(CellClosed("close", opened.cell)), Done)
            await terminals[1].refused(OpenCell("twice", code), ErrorCode.CODE_USED)
            await desk.refused(read, ErrorCode.PREVIEW_STALE)
            again = await desk.read(Decide("yes-again", review.case_id, "accept"))
            assert again.preview == read.preview, "the reserved number is on it, and the same words, byte for byte"
            assert isinstance(await desk.ask(again), Done)
            await desk.see(review.case_id, lambda view: view.state == "accepted")
            await terminals[3].refused(ConvertTicket("other", booked.case_id, "window"), ErrorCode.ILLEGAL_STEP)
            assert isinstance(await terminals[3].ask(ResumeTicket("resume", booked.case_id)), Done)
            freed = (await terminals[3].ask(AskSlots(booked.case_id))).slots
            assert slot in freed, "the appointment is free again"
            assert isinstance(await manager.ask(SetRoster("roster", ())), Done)
    assert judge_log(hall.log.read_text("utf-8")) == []


async def submit(people: Any, terminal: Any) -> CaseView:
    papers = await terminal.hand_in()
    ticket = await terminal.ask(SubmitCase("submit", people.ITEM, APPLICANT, papers, consents_to_video=True))
    assert isinstance(ticket, TicketIssued)
    return ticket.case


async def cell_code(terminal: Any, case_id: str) -> str:
    assert isinstance(await terminal.ask(DepositPapers("put", case_id, ("form",), 2)), Done)
    view = await terminal.see(case_id, lambda view: bool(view.deposits))
    return str(view.deposits[0].code)


def is_in(view: CaseView, state: str) -> bool:
    """In this state of the line, with what was done about it to be seen."""
    return view.ticket_state == state and (state != "waiting" or view.deposits[0].state == "opened")


def as_kept(view: CaseView) -> CaseView:
    """Without how long it will take, which is reckoned anew."""
    return msgspec.structs.replace(view, place=msgspec.structs.replace(view.place, expected_s=None, proposals=()))
