"""Whole cases: a real server process on the loopback, simulated applicant and reviewer, independent judges.

The programs meet through the same functions that the demo uses. Every test of this folder is a ``flow``.
"""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from reviewer.__main__ import connect_to_hall, open_synthetic_leg
from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import Papers, draw_papers
from reviewer.simulator import SimulatedReviewer
from terminal.booth import Booth
from terminal.machine import build_booth, call_sources
from terminal.settings import Settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flow)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return draw_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallProcess]:
    with HallProcess(tmp_path / "hall", tmp_path / "server.log") as process:
        yield process
    log = (tmp_path / "server.log").read_text("utf-8")
    assert "Traceback" not in log, log
    expected = "WARNING signaling.server.(connections|authentication)"  # a lost line, a wrong password
    assert "WARNING" not in re.sub(expected, "", log), log


@pytest.fixture
def booth_at(tmp_path: Path) -> Callable[[HallProcess], "asyncio.Future[Booth]"]:
    """Open a booth at a hall: ``async with booth_at(hall) as booth``."""

    @asynccontextmanager
    async def opened(hall: HallProcess) -> AsyncIterator[Booth]:
        settings = Settings(device=hall.device(), url=hall.url, out=tmp_path / "prints")
        booth = build_booth(settings, call_sources(settings), lambda job: job(), lambda job: job())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(booth.run(), name="booth")
            try:
                yield booth
            finally:
                await booth.flush()
                running.cancel()

    return opened  # type: ignore[return-value]


@pytest.fixture
def reviewer_at() -> Callable[..., object]:
    """Seat a simulated reviewer at a hall: ``async with reviewer_at(hall, cases=1) as reviewer``."""

    @asynccontextmanager
    async def seated(
        hall: HallProcess, cases: int | None = 1, corrects: bool = True
    ) -> AsyncIterator[SimulatedReviewer]:
        login = hall.login()
        reviewer = SimulatedReviewer(connect_to_hall, open_synthetic_leg, corrects)
        async with asyncio.TaskGroup() as group:
            work = group.create_task(
                reviewer.run(login.url, login.reviewer, login.password, login.desk_id, cases), name="reviewer"
            )
            yield reviewer
            if cases is None:
                work.cancel()

    return seated


@pytest.fixture
def judge() -> Callable[..., str]:
    """Run a tool that we did not write and return what it says; a missing one fails in CI and skips elsewhere."""

    def run(*command: str | Path) -> str:
        if shutil.which(str(command[0])) is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{command[0]} is not installed")
            pytest.skip(f"{command[0]} is not installed")
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run
