"""Power cuts while notices are sealed: every decision keeps one number and one file, whatever was killed when."""

import asyncio
import hashlib
import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from reviewer.demo.hall_process import HallProcess
from signaling.protocol.values import Applicant, NoticeView

APPLICANTS = [Applicant("person", f"江𬬻{n}", "resident_id", "11010519491231002X", "13800000000") for n in "甲乙丙丁"]
ORDERED = "SELECT count(*) FROM journal WHERE kind = 'NoticeOrdered'"
SEALED = "SELECT count(*) FROM notices"
DEADLINE_S = 240.0


def rows(database: Path, query: str) -> list[Any]:
    """What stands in a store just now."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query).fetchall()


async def until(is_so: Callable[[], bool]) -> None:
    """Look again and again: what happens in other processes' stores tells nobody."""
    while not is_so():  # noqa: ASYNC110
        await asyncio.sleep(0.002)


async def power_cut(hall: HallProcess) -> None:
    await asyncio.to_thread(hall.kill)
    await asyncio.to_thread(hall.start)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallProcess]:
    """Tries again at once what could not be sealed."""
    with HallProcess(tmp_path / "hall", tmp_path / "server.log", "--seal-retry-s", "0.2") as process:
        yield process
    assert "Traceback" not in (tmp_path / "server.log").read_text("utf-8")


async def test_every_decision_has_one_number_and_one_file(
    hall: HallProcess, counters_of: Any, signer_of: Callable[[HallProcess], int], keeper: Any, tmp_path: Path
) -> None:
    counters = counters_of(hall, tmp_path, len(APPLICANTS))
    journal, ledger = hall.data / "hall.db", hall.data / "signing" / "signing.db"
    notices: dict[str, tuple[NoticeView, bytes]] = {}

    def ordered() -> int:
        return int(rows(journal, ORDERED)[0][0])

    def sealed() -> int:
        return int(rows(ledger, SEALED)[0][0])

    async def everybody_with(cut: Callable[[], Any]) -> None:
        """One case at each counter; all are decided in the same moment, and ``cut`` happens meanwhile."""
        cases = await asyncio.gather(*(c.submit(who) for c, who in zip(counters, APPLICANTS, strict=True)))
        calls = await asyncio.gather(*(c.review() for c in counters))
        shown = await asyncio.gather(*(c.preview(call.case.case_id) for c, call in zip(counters, calls, strict=True)))
        async with asyncio.TaskGroup() as group:
            group.create_task(cut())
            decisions = [group.create_task(c.decide(one)) for c, one in zip(counters, shown, strict=True)]
        assert [task.result().number for task in decisions] == [one.number for one in shown]
        got = await asyncio.gather(*(c.receive(case.case_id) for c, case in zip(counters, cases, strict=True)))
        await asyncio.gather(*(c.hang_up(call) for c, call in zip(counters, calls, strict=True)))
        notices.update({notice.notice_id: (notice, file) for notice, file in got})

    async def the_signer_dies_then_the_server() -> None:
        pid = signer_of(hall)
        os.kill(pid, signal.SIGSTOP)  # nothing is sealed until every decision waits for it
        await until(lambda: ordered() == len(APPLICANTS))
        os.kill(pid, signal.SIGKILL)
        await until(lambda: sealed() >= 2)
        await power_cut(hall)

    async def both_die_at_the_first_seal() -> None:
        await until(lambda: sealed() >= 5)
        os.kill(signer_of(hall), signal.SIGKILL)
        await power_cut(hall)

    async def the_server_dies_while_it_is_told() -> None:
        await until(lambda: ordered() >= 9)
        await power_cut(hall)

    async with asyncio.timeout(DEADLINE_S), AsyncExitStack() as stack:
        for counter in counters:
            await stack.enter_async_context(counter.at_the_hall())
        for cut in (the_signer_dies_then_the_server, both_die_at_the_first_seal, the_server_dies_while_it_is_told):
            await everybody_with(cut)
    hall.stop()

    assert len(notices) == 12
    hall.export_journal(tmp_path / "journal.jsonl")
    entries = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text("utf-8").splitlines()]
    bodies = {
        kind: [json.loads(entry["body"]) for entry in entries if entry["kind"] == kind]
        for kind in ("Decided", "NoticeOrdered", "NoticeStored")
    }
    numbers = sorted(body["notice_number"] for body in bodies["Decided"])
    assert len(numbers) == len(bodies["NoticeOrdered"]) == 12
    assert [int(number.split("〕")[1].rstrip("号")) for number in numbers] == list(range(1, 13))
    told = {notice_id: hashlib.sha256(file).hexdigest() for notice_id, (_, file) in notices.items()}
    assert {body["notice_id"]: body["digest"] for body in bodies["NoticeStored"]} == told
    assert len(bodies["NoticeStored"]) == 12
    assert dict(rows(journal, "SELECT notice_id, digest FROM notices")) == told
    versions = rows(ledger, "SELECT notice_id, version, digest FROM versions")
    assert sorted(versions) == sorted((notice_id, 1, digest) for notice_id, digest in told.items())
    assert {notice_id: notice.digest for notice_id, (notice, _) in notices.items()} == told
    assert "12 个文号" in keeper(hall, "notices", "gaps")
    assert "12 份文书" in keeper(hall, "notices", "check", "--whole")
    keeper(hall, "seal", "check")
