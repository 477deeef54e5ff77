"""Whole cases played through session, booth, verifier and printer against a hall in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from signaling.protocol.acts import Evaluate, LeaveTerminal, RejoinLine
from signaling.protocol.messages import NoticePrinted, NoticeReceived, SubmitCorrection
from signaling.protocol.values import MaterialSlot
from terminal.booth import Booth
from terminal.simulator import CAMERA, Script, Simulator, StoryStopped, tiny_pdf

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


def with_original(hall: Any) -> None:
    """The hall's item asks for an original, and nobody is there tonight."""
    slot = MaterialSlot("orig", "环评批复原件", is_required=False, is_original_kept=True)
    hall.items = (msgspec.structs.replace(hall.items[0], slots=(*hall.items[0].slots, slot)),)
    hall.is_night = True


async def test_leaving_and_rejoining_with_an_evaluation(booth: Booth, memory_hall: Any, tmp_path: Path) -> None:
    memory_hall.is_night = True
    async with running(booth) as simulator:
        left = await simulator.play(Script(leaves=True, tiny=tmp_path))
        assert booth.session.step == "welcome"
        closed = await simulator.come_back(left.token, Script(grade="dissatisfied", comment="等候太久"))
    assert closed.state == "closed"
    told = [type(message) for message in memory_hall.said]
    assert (told.count(LeaveTerminal), told.count(RejoinLine)) == (1, 1)
    (grade,) = (message for message in memory_hall.said if isinstance(message, Evaluate))
    assert (grade.grade, grade.comment) == ("dissatisfied", "等候太久")


async def test_a_night_deposit(booth: Booth, memory_hall: Any, tmp_path: Path) -> None:
    with_original(memory_hall)
    script = Script(converts_to="asynchronous", deposits=("orig",), deposit_pages=3, tiny=tmp_path)
    async with running(booth) as simulator:
        left = await simulator.play(script)
        assert await simulator.open_with("482913", script) == 12
    assert (left.ticket_state, left.deposits[0].state, left.deposits[0].pages) == ("converted", "stored", 3)


async def test_an_appointment(booth: Booth, memory_hall: Any, tmp_path: Path, play_time: Any) -> None:
    memory_hall.is_night = True
    async with running(booth) as simulator:
        left = await simulator.play(Script(converts_to="appointment", tiny=tmp_path))
    assert (left.place.conversion, left.place.until) == ("appointment", play_time)


async def test_a_wrong_token_stops_the_story(booth: Booth, memory_hall: Any) -> None:
    async with running(booth) as simulator:
        with pytest.raises(StoryStopped) as stopped:
            await simulator.come_back("0000000000", Script())
    assert (stopped.value.step, stopped.value.code) == ("claim", "not_found")


async def test_load_hands_in_without_looking(
    memory_hall: Any, memory_leg: Any, devices: Any, sealed: Any, tmp_path: Path
) -> None:
    booth = Booth(
        *(memory_hall.connect, memory_leg, devices, [sealed[1]], lambda job: job(), lambda job: job()),
        shows_pages=False,
    )
    async with running(booth) as simulator:
        closed = await simulator.play(Script(tiny=tmp_path, consents_to_video=False))
    assert closed.state == "closed"
    assert memory_leg.made == [], "no media without consent"
    assert {material.pages for material in closed.materials} == {1}


def test_a_tiny_pdf_is_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(tiny_pdf("a"))
    assert len(PdfReader(tmp_path / "a.pdf", strict=True).pages) == 1
    assert tiny_pdf("a") != tiny_pdf("b")
