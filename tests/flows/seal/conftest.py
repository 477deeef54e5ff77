"""Who comes to the hall when its seal is the matter: terminals and desks by wire alone, and the keeper of the seal.

No booth, no desk program, no video: a party says its acts and waits for the answers; ``Counter`` is a terminal and a
desk that take a case through together. Modules here cannot import each other: all of it comes as fixtures.
"""

import asyncio
import hashlib
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from reviewer.demo.hall_process import HallProcess
from signaling.client import HallClient, Login, ReviewerLogin, TerminalLogin
from signaling.protocol.acts import NoticePreviewed, PreviewNotice
from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CallStarted,
    Catalogue,
    Decide,
    Done,
    EndCall,
    Error,
    FromHall,
    NoticePrinted,
    NoticeReady,
    NoticeReceived,
    SetAvailability,
    ShowPage,
    SubmitCase,
    TicketIssued,
    ToHall,
)
from signaling.protocol.values import Applicant, CaseView, Material, NoticeView
from terminal.simulator import tiny_pdf

DEADLINE_S = 90.0

M = TypeVar("M")


class Party:
    """One link to the hall. What it hears is kept until somebody expects it."""

    def __init__(self, url: str, login: Login) -> None:
        self.client = HallClient(url, login, self._hear, self._see)
        self._heard: list[FromHall] = []
        self._news = asyncio.Event()
        self._is_online = False

    @asynccontextmanager
    async def at_the_hall(self) -> AsyncIterator["Party"]:
        """Connected, again and again, while the block runs."""
        link = asyncio.create_task(self.client.run(), name="party")
        try:
            yield self
        finally:
            link.cancel()
            await asyncio.wait([link])

    def say(self, message: ToHall) -> None:
        """Say it; to be answered with ``expect``."""
        self.client.say(message)

    async def expect(self, kind: type[M], fits: Callable[[M], bool] = lambda _: True) -> M:
        """The oldest thing heard of this kind that fits; it counts as taken. Raises TimeoutError."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                for message in self._heard:
                    if isinstance(message, kind) and fits(message):
                        self._heard.remove(message)
                        return message
                await self._next()

    def heard(self, kind: type[M]) -> list[M]:
        """Everything of this kind that nobody has taken."""
        return [message for message in self._heard if isinstance(message, kind)]

    async def ask(self, message: Any, kind: Any) -> Any:
        """Do an act with a request id; its answer, which must be of this kind."""
        self.say(message)
        answer = await self.expect(object, lambda heard: _about(heard) == message.request_id)
        assert isinstance(answer, kind), answer
        return answer

    async def online(self) -> None:
        """Wait for the welcome."""
        async with asyncio.timeout(DEADLINE_S):
            while not self._is_online:
                await self._next()

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _hear(self, message: FromHall) -> None:
        self._heard.append(message)
        self._news.set()

    def _see(self, state: str, *_: object) -> None:
        self._is_online = state == "online"
        self._news.set()


class Counter:
    """A terminal and a desk that serve one applicant after the other. Files pass through ``folder``."""

    def __init__(self, url: str, device: DeviceFile, login: LoginFile, folder: Path) -> None:
        self.terminal = Party(url, TerminalLogin(device.terminal_id, device.private_key))
        self.desk = Party(url, ReviewerLogin(login.reviewer, login.password, login.desk_id))
        self._folder = folder
        self._catalogue = ""

    @asynccontextmanager
    async def at_the_hall(self) -> AsyncIterator["Counter"]:
        """Both connected while the block runs."""
        async with self.terminal.at_the_hall(), self.desk.at_the_hall():
            await self.terminal.online()
            await self.desk.online()
            yield self

    async def submit(self, applicant: Applicant, item_code: str = "ENV-001") -> CaseView:
        """An application with a small paper in every required slot."""
        client = self.terminal.client
        if not self._catalogue:
            self._catalogue = (await self.terminal.expect(Catalogue)).digest
        item = next(one for one in await client.fetch_catalogue(self._catalogue) if one.code == item_code)
        materials = []
        for slot in item.slots:
            if slot.is_required:
                content = tiny_pdf(uuid.uuid4().hex)
                digest, path = hashlib.sha256(content).hexdigest(), self._folder / uuid.uuid4().hex
                await asyncio.to_thread(path.write_bytes, content)
                await client.upload(path, digest, "application/pdf", lambda *_: None)
                materials.append(Material(slot.code, digest, "a.pdf", "application/pdf", len(content), 1, "file"))
        submit = SubmitCase(uuid.uuid4().hex, item_code, applicant, tuple(materials), consents_to_video=True)
        issued: TicketIssued = await self.terminal.ask(submit, TicketIssued)
        return issued.case

    async def review(self) -> CallStarted:
        """The desk takes the next call, whoever's it is, and looks at every page."""
        self.desk.say(SetAvailability(True))
        offered = await self.desk.expect(CallOffered)
        self.desk.say(AnswerCall(offered.call_id))
        call = await self.desk.expect(CallStarted, lambda started: started.call_id == offered.call_id)
        for material in call.case.materials:
            self.desk.say(ShowPage(call.case.case_id, material.digest, 0))
        return call

    async def preview(self, case_id: str) -> NoticePreviewed:
        """The notice of acceptance, before it is decided."""
        asked = PreviewNotice(uuid.uuid4().hex, case_id, "accept")
        shown: NoticePreviewed = await self.desk.ask(asked, NoticePreviewed)
        return shown

    async def draft(self, digest: str) -> bytes:
        """The preview's bytes as the desk gets them."""
        return await self._fetched(self.desk, self.desk.client.fetch_draft, digest)

    async def decide(self, shown: NoticePreviewed) -> NoticePreviewed:
        """Accept on this preview; on a newer one when the hall calls it stale. The one that was decided on."""
        while True:
            decision = Decide(uuid.uuid4().hex, shown.case_id, "accept", preview=shown.digest)
            answer = await self.desk.ask(decision, Done | Error)
            if isinstance(answer, Done):
                return shown
            assert answer.code == ErrorCode.PREVIEW_STALE, answer
            shown = await self.preview(shown.case_id)

    async def receive(self, case_id: str) -> tuple[NoticeView, bytes]:
        """The terminal hears of the sealed notice, fetches and prints it."""
        ready = await self.terminal.expect(NoticeReady, lambda said: said.case_id == case_id)
        file = await self._fetched(self.terminal, self.terminal.client.fetch, ready.notice.digest)
        notice_id = ready.notice.notice_id
        await self.terminal.ask(NoticeReceived(uuid.uuid4().hex, notice_id, is_genuine=True), Done)
        await self.terminal.ask(NoticePrinted(uuid.uuid4().hex, notice_id, is_printed=True), Done)
        return ready.notice, file

    async def hang_up(self, call: CallStarted) -> None:
        """The call is over; the desk is at rest."""
        self.desk.say(EndCall(call.call_id))
        await self.desk.expect(CallEnded, lambda ended: ended.call_id == call.call_id)

    async def _fetched(self, party: Party, fetch: Callable[..., Any], digest: str) -> bytes:
        """A file of the hall; asked for again when the hall went away meanwhile."""
        target = self._folder / digest
        while not await asyncio.to_thread(target.is_file):
            await party.online()
            with suppress(ConnectionError):
                await fetch(digest, target, lambda *_: None)
        return await asyncio.to_thread(target.read_bytes)


def _about(message: object) -> str:
    match message:
        case Done(request_id=key) | TicketIssued(request_id=key) | NoticePreviewed(request_id=key) | Error(about=key):
            return key
        case _:
            return ""


@pytest.fixture(scope="session")
def counter_of() -> Callable[..., Counter]:
    """``counter_of(hall, folder)``: the hall's first terminal and first desk; others by their files."""

    def made(
        hall: HallProcess, folder: Path, device: DeviceFile | None = None, login: LoginFile | None = None
    ) -> Counter:
        return Counter(hall.url, device or hall.device(), login or hall.login(), folder)

    return made


@pytest.fixture(scope="session")
def counters_of(counter_of: Callable[..., Counter]) -> Callable[[HallProcess, Path, int], list[Counter]]:
    """So many counters, the first one included; the others are enrolled by a list."""

    def made(hall: HallProcess, folder: Path, count: int) -> list[Counter]:
        numbers = [f"{number:02d}" for number in range(2, count + 1)]
        rows = ["类型,编号,名称,业务类别,岗位,小屋,格数,席位"]
        rows += [f"终端,T-{n},自助终端 {n},,,是,," for n in numbers]
        rows += [f"人员,seal-{n},审核员 {n},,reviewer,,,D-{n}" for n in numbers]
        people, enrolled = folder / "people.csv", folder / "enrolled"
        people.write_text("\n".join(rows) + "\n", "utf-8")
        hall.enrol(people, enrolled)
        others = [
            counter_of(
                hall,
                folder,
                msgspec.json.decode((enrolled / f"T-{n}.json").read_bytes(), type=DeviceFile),
                msgspec.json.decode((enrolled / f"seal-{n}.json").read_bytes(), type=LoginFile),
            )
            for n in numbers
        ]
        return [counter_of(hall, folder), *others]

    return made


@pytest.fixture(scope="session")
def party_of() -> type[Party]:
    """Anyone else with a link to the hall."""
    return Party


@pytest.fixture(scope="session")
def keeper() -> Callable[..., str]:
    """``keeper(hall, "seal", "check")``: what ``hall seal`` or ``hall notices`` prints; it must succeed."""

    def run(hall: HallProcess, *command: str) -> str:
        words = [sys.executable, "-m", "signaling.keeper", *command, "--data", str(hall.data)]
        done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def signer_of() -> Callable[[HallProcess], int]:
    """The process id of a hall's signing process."""

    def found(hall: HallProcess) -> int:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if "signaling.signer" in words and str(hall.data) in words:
                return int(folder.name)
        raise AssertionError("no signing process")

    return found
