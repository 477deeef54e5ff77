"""Whole cases played through session, booth, verifier and printer against a hall in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from signaling.protocol.messages import NoticePrinted, NoticeReceived, SubmitCorrection
from terminal.booth import Booth
from terminal.simulator import CAMERA, Script, Simulator, StoryStopped

pytestmark = pytest.mark.slow


@asynccontextmanager
async def running(booth: Booth) -> AsyncIterator[Simulator]:
    lines: list[str] = []
    simulator = Simulator(booth, lines.append)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(booth.run(), name="booth")
        try:
            yield simulator
        finally:
            work.cancel()


async def test_a_case_from_the_first_touch_to_the_printed_notice(
    booth: Booth, memory_hall: Any, sealed: Any, tmp_path: Path
) -> None:
    memory_hall.rounds = 1
    drawing = tmp_path / "plan.pdf"
    drawing.write_bytes(sealed[0])
    script = Script(papers={"plan": drawing}, corrected=({"plan": CAMERA},))
    async with running(booth) as simulator:
        closed = await simulator.play(script)
    assert closed.state == "closed"
    assert [material.source for material in closed.materials] == ["camera", "file", "camera"]
    assert [material.version for material in closed.materials] == [1, 1, 2]
    told = [type(message) for message in memory_hall.said]
    assert told.count(SubmitCorrection) == 1
    assert [message.is_genuine for message in memory_hall.said if isinstance(message, NoticeReceived)] == [True]
    assert NoticePrinted in told
    assert (tmp_path / "prints" / "京通政务受〔2026〕000123号.pdf").read_bytes() == sealed[0]
    assert booth.session.step == "welcome"


async def test_a_forged_notice_stops_the_story(memory_hall: Any, memory_leg: Any, devices: Any) -> None:
    booth = Booth(memory_hall.connect, memory_leg, devices, [], lambda job: job(), lambda job: job())
    async with running(booth) as simulator:
        with pytest.raises(StoryStopped) as stopped:
            await simulator.play(Script())
    assert stopped.value.step == "verify"
    assert [message.is_genuine for message in memory_hall.said if isinstance(message, NoticeReceived)] == [False]


async def test_a_broken_file_stops_the_story(booth: Booth, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(b"")
    async with running(booth) as simulator:
        with pytest.raises(StoryStopped) as stopped:
            await simulator.play(Script(papers={"plan": tmp_path / "plan.pdf"}))
    assert (stopped.value.step, stopped.value.code) == ("hand in", "file_empty")


async def test_a_hall_that_does_not_answer(booth: Booth, memory_hall: Any) -> None:
    memory_hall.items = ()
    simulator = Simulator(booth)
    with pytest.raises(StoryStopped) as stopped:
        await simulator.play(Script(deadline_s=0.05))
    assert stopped.value.step == "connect"
