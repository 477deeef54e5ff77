"""A terminal that comes back to a much discussed drawing gets every mark, in order, and is not cut off for it."""

import asyncio
import hashlib
from pathlib import Path

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import APPLICANT, Papers
from signaling.client import HallClient, ReviewerLogin, TerminalLogin
from signaling.protocol.messages import (
    AnswerCall,
    CallOffered,
    CallStarted,
    Catalogue,
    DeskChanged,
    FromHall,
    MarkNumbered,
    OperateMark,
    SetAvailability,
    SubmitCase,
)
from signaling.protocol.values import Material

DEADLINE_S = 60.0
MARKS = 1_200
BODY = b"\x01" * 400


class Party:
    """A client that remembers what it heard."""

    def __init__(self, url: str, login: TerminalLogin | ReviewerLogin) -> None:
        self.heard: list[FromHall] = []
        self.states: list[str] = []
        self._changed = asyncio.Event()
        self.client = HallClient(url, login, self._hear, lambda state, code, retry_s: self._state(state))

    def _hear(self, message: FromHall) -> None:
        self.heard.append(message)
        self._changed.set()

    def _state(self, state: str) -> None:
        self.states.append(state)
        self._changed.set()

    async def until(self, kind: type[FromHall], count: int = 1) -> list[FromHall]:
        """Wait until so many messages of a kind were heard."""
        while len(found := [message for message in self.heard if isinstance(message, kind)]) < count:
            self._changed.clear()
            await self._changed.wait()
        return found


async def handed_in(party: Party, path: Path) -> tuple[Material, ...]:
    digest = await asyncio.to_thread(lambda: hashlib.sha256(path.read_bytes()).hexdigest())
    await party.until(Catalogue)
    await party.client.upload(path, digest, "application/pdf", lambda done, total: None)
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    return tuple(
        Material(slot, digest, path.name, "application/pdf", size, 1, "usb") for slot in ("form", "approval", "plan")
    )


async def test_a_returning_terminal_gets_every_mark(hall: HallProcess, papers: Papers) -> None:
    device, login = hall.device(), hall.login()
    key = TerminalLogin(device.terminal_id, device.private_key)
    terminal = Party(hall.url, key)
    desk = Party(hall.url, ReviewerLogin(login.reviewer, login.password, login.desk_id))
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        first = group.create_task(terminal.client.run(), name="terminal")
        at_desk = group.create_task(desk.client.run(), name="desk")
        await desk.until(DeskChanged)
        desk.client.say(SetAvailability(is_ready=True))
        materials = await handed_in(terminal, papers.drawing)
        terminal.client.say(SubmitCase("r1", "ENV-001", APPLICANT, materials, consents_to_video=False))
        (offer,) = await desk.until(CallOffered)
        assert isinstance(offer, CallOffered)
        desk.client.say(AnswerCall(offer.call_id))
        await desk.until(CallStarted)
        for number in range(MARKS):
            operation = OperateMark(offer.case.case_id, materials[0].digest, f"o{number}", "mark", f"m{number}", BODY)
            desk.client.say(operation)
        await terminal.until(MarkNumbered, MARKS)
        first.cancel()

        returned = Party(hall.url, key)
        second = group.create_task(returned.client.run(), name="terminal again")
        marks = await returned.until(MarkNumbered, MARKS)
        assert [mark.seq for mark in marks if isinstance(mark, MarkNumbered)] == list(range(1, MARKS + 1))
        assert returned.states.count("online") == 1, "it was not cut off and had to come back"
        second.cancel()
        at_desk.cancel()
