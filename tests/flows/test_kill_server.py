"""``kill -9`` of the server in the middle of a case: nothing acknowledged is lost, everyone goes on by themselves."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import Papers
from reviewer.session import DeskSession
from terminal.session import TerminalSession
from terminal.simulator import Script, Simulator

DEADLINE_S = 120.0

Moment = Callable[[TerminalSession, DeskSession], bool]

MOMENTS: dict[str, Moment] = {
    "submitted": lambda booth, desk: booth.case is not None,
    "ringing": lambda booth, desk: desk.offer is not None,
    "in the call": lambda booth, desk: desk.call is not None and bool(desk.call.leg),
    "marked": lambda booth, desk: bool(desk.shown) and bool(desk.shown_markup().marks()),
    "correction asked": lambda booth, desk: bool(booth.corrections),
    "accepted": lambda booth, desk: booth.case is not None and booth.case.state == "accepted",
}
"""When the server dies."""


@pytest.mark.parametrize("moment", MOMENTS)
async def test_the_case_is_finished_after_the_server_was_killed(
    moment: str, hall: HallProcess, papers: Papers, booth_at: Any, reviewer_at: Any, tmp_path: Path
) -> None:
    is_now = MOMENTS[moment]
    script = Script(
        item_code="ENV-001",
        papers={"form": papers.shot, "approval": papers.scan, "plan": papers.drawing},
        corrected=({"plan": papers.corrected_drawing},),
        deadline_s=DEADLINE_S,
    )
    async with asyncio.timeout(DEADLINE_S), reviewer_at(hall, cases=1) as reviewer, booth_at(hall) as booth:
        changed = asyncio.Event()
        booth.session.subscribe(changed.set)
        reviewer.session.subscribe(changed.set)

        async def kill_at_the_moment() -> None:
            while not is_now(booth.session, reviewer.session):
                changed.clear()
                await changed.wait()
            await asyncio.to_thread(hall.kill)
            await asyncio.to_thread(hall.start)

        async with asyncio.TaskGroup() as group:
            killing = group.create_task(kill_at_the_moment(), name="kill")
            await Simulator(booth).play(script)
        assert killing.done()
        assert reviewer.session.case is not None
        drawing = next(m for m in reviewer.session.case.materials if m.slot == "plan" and m.version == 1)
        assert len(reviewer.session.papers.markup(drawing.digest).marks()) == 1

    hall.stop()
    hall.export_journal(tmp_path / "journal.jsonl")
    entries = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text("utf-8").splitlines()]
    kinds = [entry["kind"] for entry in entries]
    assert kinds.count("CaseSubmitted") == 1
    assert kinds.count("MarkRecorded") == 1
    assert json.loads(next(e["body"] for e in reversed(entries) if e["kind"] == "NoticePrintReported"))["is_printed"]
    numbers = [json.loads(entry["body"])["notice_number"] for entry in entries if entry["kind"] == "Decided"]
    assert len(numbers) == len(set(numbers)) == 2
    assert kinds.count("NoticeStored") == 2, "one file for each decision"
