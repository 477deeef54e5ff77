"""A clock that is wrong: too far back to start, no number, a month ahead at once."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewer.demo.papers import APPLICANT
from signaling.protocol.acts import SetRoster
from signaling.protocol.messages import CallEnded, Done, EndCall, SubmitCase, TicketIssued
from signaling.protocol.values import OFFICIAL_TIME, Correction

DEADLINE_S = 30.0 * float(os.environ.get("TEST_SLOWNESS", "1"))


def set_clock(file: Path, moment: datetime) -> None:
    draft = file.with_name("draft")
    draft.write_text(f"{(moment - datetime.now(OFFICIAL_TIME)).total_seconds():.3f}")
    draft.replace(file)


def start(data: Path, clock: Path) -> str:
    """What the server says when it does not start: one sentence, exit code 1."""
    words = [sys.executable, "-m", "signaling", "server", "--port", "0", "--data", str(data)]
    words += ["--simulated-clock", str(clock)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", timeout=DEADLINE_S, check=False)
    assert done.returncode == 1, done.stderr
    [said] = [line for line in done.stderr.splitlines() if " INFO " not in line]
    return said


async def test_a_clock_behind_the_journal_is_refused(tmp_path: Path, own_hall: Any, people_of: Any) -> None:
    clock, data = tmp_path / "clock", tmp_path / "hall"
    now = datetime.now(OFFICIAL_TIME)
    set_clock(clock, now + timedelta(days=10))
    with own_hall(data, tmp_path / "own.log", "--simulated-clock", str(clock)) as hall:
        people = people_of(hall, tmp_path)
        async with people.online(people.staff("manager")) as [manager]:
            assert isinstance(await manager.ask(SetRoster("roster", ())), Done)
        entries = hall.journal(tmp_path / "before.jsonl")
        hall.stop()
        set_clock(clock, now + timedelta(days=9))
        said = start(data, clock)
        assert said.startswith("本机时钟"), said
        assert "已拒绝启动" in said
        assert "set it right" in said
        assert hall.journal(tmp_path / "refused.jsonl") == entries, "nothing was written"
        set_clock(clock, now + timedelta(days=10, minutes=1))
        hall.start()
        assert hall.journal(tmp_path / "after.jsonl")[: len(entries)] == entries


@pytest.mark.parametrize("words", ["soon", "", "nan", "1e300"])
def test_a_simulated_clock_without_a_number(words: str, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text(words)
    said = start(tmp_path / "hall", clock)
    assert "simulated_clock" in said
    assert str(clock) in said
    assert not (tmp_path / "hall" / "hall.db").exists()


async def test_a_clock_that_jumps_a_month(tmp_path: Path, own_hall: Any, people_of: Any) -> None:
    clock, monday = tmp_path / "clock", datetime(2026, 3, 2, 9, 30, tzinfo=OFFICIAL_TIME)
    set_clock(clock, monday)
    with own_hall(tmp_path / "hall", tmp_path / "own.log", "--simulated-clock", str(clock)) as hall:
        people = people_of(hall, tmp_path)
        async with people.online(people.terminal(), people.terminal(), people.reviewer()) as [asked, forgotten, desk]:
            started, _ = await asked.talk(desk)
            asked_id = started.case.case_id
            fault = Correction("plan", 0, "缺少排放口", "标明排放口")
            view = await desk.decide(asked_id, "request_corrections", "correction_requested", corrections=(fault,))
            [limit] = [clock for clock in view.clocks if clock.kind == "correct"]
            assert isinstance(await desk.ask(EndCall(started.call_id)), CallEnded)
            papers = await forgotten.hand_in()
            ticket = await forgotten.ask(SubmitCase("go", people.ITEM, APPLICANT, papers, consents_to_video=True))
            assert isinstance(ticket, TicketIssued)
            told = ticket.case.clocks[0]
            set_clock(clock, monday + timedelta(days=35))
            view = await forgotten.see(ticket.case.case_id, lambda view: view.state == "accepted")
            assert (view.acceptance, view.accepted_on) == ("deemed", monday.date()), "dated the day of receipt"
            assert [notice.kind for notice in view.notices] == ["acceptance"]
            view = await asked.see(asked_id, lambda view: view.state == "withdrawn")
            assert [notice.kind for notice in view.notices] == ["correction", "termination"]
        entries = hall.journal(tmp_path / "jumped.jsonl")
    assert (str(told.due), str(limit.due)) == ("2026-03-09", "2026-03-30")
    bodies = {entry["kind"]: entry["body"] for entry in entries}
    assert f'"accepted_on":"{monday.date()}"' in bodies["DeemedAccepted"]
    assert f'"lapsed_on":"{limit.due}"' in bodies["CorrectionsLapsed"]
    kinds = [entry["kind"] for entry in entries]
    assert [kinds.count(kind) for kind in ("DeemedAccepted", "CorrectionsLapsed", "CaseSubmitted")] == [1, 1, 2]
    times = [entry["time"] for entry in entries]
    assert times == sorted(times)
