"""The client against the real server process: opening, files, re-sending over a kill -9, refusals that are final."""

import asyncio
import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from signaling.client import ConnectionState, HallClient, ReviewerLogin, TerminalLogin, digest_of
from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import (
    AnswerCall,
    CallOffered,
    CallStarted,
    CaseChanged,
    Catalogue,
    DeskChanged,
    Error,
    FromHall,
    MarkNumbered,
    MarkRefused,
    OperateMark,
    SetAvailability,
    SubmitCase,
    TicketIssued,
    WetInk,
    WithdrawCase,
)
from signaling.protocol.values import Applicant, Material
from signaling.server.catalogue import import_catalogue

pytestmark = pytest.mark.slow


M = TypeVar("M")
APPLICANT = Applicant("person", "张三", "resident_id", "11010519491231002X", "13800000000")


class Server:
    """``python -m signaling`` with its data below one folder, on one port; may be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._port = "0"
        self._child: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        command = [sys.executable, "-m", "signaling", "--port", self._port]
        environment = os.environ | {"CLOUD_WINDOW_HOME": str(self.home)}
        with (self.home / "log").open("a") as log:
            self._child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._child.stdout is not None
        self.url = self._child.stdout.readline().split()[-1]
        self._port = self.url.rsplit(":", 1)[1].removesuffix("/hall")

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nobody takes leave."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    @property
    def terminal_login(self) -> TerminalLogin:
        content = (self.home / "hall" / "devices" / "T-01.json").read_bytes()
        device = msgspec.json.decode(content, type=DeviceFile)
        return TerminalLogin(device.terminal_id, device.private_key)

    @property
    def reviewer_login(self) -> ReviewerLogin:
        login = msgspec.json.decode((self.home / "hall" / "first-login.json").read_bytes(), type=LoginFile)
        return ReviewerLogin(login.reviewer, login.password, login.desk_id)


class Party:
    """A client with all that it heard, in order."""

    def __init__(self, url: str, login: TerminalLogin | ReviewerLogin) -> None:
        self.heard: list[FromHall] = []
        self.states: list[tuple[ConnectionState, ErrorCode | None]] = []
        self._news = asyncio.Event()
        self.client = HallClient(url, login, self._hear, self._note)

    def _hear(self, message: FromHall) -> None:
        self.heard.append(message)
        self._news.set()

    def _note(self, state: ConnectionState, code: ErrorCode | None, _: float) -> None:
        self.states.append((state, code))
        self._news.set()

    def all_of(self, kind: type[M]) -> list[M]:
        return [message for message in self.heard if isinstance(message, kind)]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def first(self, kind: type[M], after: int = 0) -> M:
        """The first message of this kind beyond ``after`` of them."""
        await self.until(lambda: len(self.all_of(kind)) > after)
        return self.all_of(kind)[after]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Party"]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.client.run())
            yield self
            task.cancel()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("home"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
async def terminal(server: Server) -> AsyncIterator[Party]:
    async with Party(server.url, server.terminal_login).running() as party:
        await party.first(Catalogue)
        yield party


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Party]:
    async with Party(server.url, server.reviewer_login).running() as party:
        await party.first(DeskChanged)
        yield party


def drawing(tmp_path: Path, content: bytes = b"") -> Path:
    path = tmp_path / f"drawing-{len(content)}.pdf"
    path.write_bytes(b"%PDF-1.7\n" + os.urandom(16) + content)
    return path


async def submission(party: Party, tmp_path: Path, request_id: str) -> SubmitCase:
    """An application whose materials the hall has."""
    item = (await party.client.fetch_catalogue((await party.first(Catalogue)).digest))[0]
    materials = []
    for slot in item.slots:
        if slot.is_required:
            path = drawing(tmp_path)
            await party.client.upload(path, digest_of(path), "application/pdf", lambda done, size: None)
            size = path.stat().st_size
            materials.append(Material(slot.code, digest_of(path), path.name, "application/pdf", size, 1, "file"))
    return SubmitCase(request_id, item.code, APPLICANT, tuple(materials), consents_to_video=True)


async def test_a_terminal_is_welcomed_by_its_name(terminal: Party) -> None:
    assert terminal.states == [("connecting", None), ("online", None)]
    assert terminal.client.name == "自助终端 01"
    assert terminal.client.welcome is not None


async def test_the_catalogue_is_fetched_once_and_checked(terminal: Party) -> None:
    announced = await terminal.first(Catalogue)
    items = await terminal.client.fetch_catalogue(announced.digest)
    assert len(items) == announced.count
    assert hashlib.sha256(msgspec.json.encode(items)).hexdigest() == announced.digest
    assert await terminal.client.fetch_catalogue(announced.digest) is items
    with pytest.raises(Refused) as refused:
        await terminal.client.fetch_catalogue("0" * 64)
    assert refused.value.code is ErrorCode.NOT_FOUND


async def test_an_import_reaches_the_terminals_of_a_running_hall(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        async with Party(server.url, server.terminal_login).running() as party:
            shipped = await party.first(Catalogue)
            items = await party.client.fetch_catalogue(shipped.digest)
            await asyncio.to_thread(import_catalogue, items[:2], tmp_path / "hall")
            renewed = await party.first(Catalogue, after=1)
            assert (renewed.count, renewed.digest != shipped.digest) == (2, True)
            assert await party.client.fetch_catalogue(renewed.digest) == items[:2]
    finally:
        server.kill()


async def test_a_file_goes_up_with_progress_and_comes_down_for_the_desk(
    server: Server, terminal: Party, desk: Party, tmp_path: Path
) -> None:
    path = drawing(tmp_path, bytes(3_000_000))
    digest, seen = digest_of(path), list[tuple[int, int]]()
    await terminal.client.upload(path, digest, "application/pdf", lambda done, size: seen.append((done, size)))
    size = path.stat().st_size
    assert seen[-1] == (size, size)
    assert len(seen) > 5
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    seen.clear()
    await terminal.client.upload(path, digest, "application/pdf", lambda done, size: seen.append((done, size)))
    assert seen == [(size, size)]

    act = await submission(terminal, tmp_path, "up-and-down")
    extra = msgspec.structs.replace(act.materials[0], digest=digest, size=size)
    terminal.client.say(msgspec.structs.replace(act, materials=(extra, *act.materials[1:])))
    desk.client.say(SetAvailability(is_ready=True))
    offered = await desk.first(CallOffered)
    target = tmp_path / "fetched.pdf"
    seen.clear()
    await desk.client.fetch(digest, target, lambda done, size: seen.append((done, size)))
    assert target.read_bytes() == path.read_bytes()
    assert seen[-1] == (size, size)

    with pytest.raises(Refused) as caught:
        await desk.client.fetch("0" * 64, tmp_path / "none.pdf", lambda done, size: None)
    assert caught.value.code is ErrorCode.NOT_FOUND
    (server.home / "hall" / "materials" / digest[:2] / digest).write_bytes(b"%PDF damaged")
    with pytest.raises(Refused) as caught:
        await desk.client.fetch(digest, tmp_path / "none.pdf", lambda done, size: None)
    assert caught.value.code is ErrorCode.MATERIAL_DAMAGED
    assert not [name for name in os.listdir(tmp_path) if "none" in name]
    terminal.client.say(WithdrawCase("up-and-down-end", offered.case.case_id))
    await terminal.until(lambda: any(m.case.state == "withdrawn" for m in terminal.all_of(CaseChanged)))


@pytest.mark.parametrize(
    ("content", "claimed", "code"),
    [
        (b"MZ a program", None, ErrorCode.MATERIAL_UNSUPPORTED),
        (b"", None, ErrorCode.MATERIAL_UNSUPPORTED),
        (b"%PDF-1.7 x", "0" * 64, ErrorCode.MATERIAL_DAMAGED),
    ],
)
async def test_a_refused_upload_raises_the_halls_code(
    terminal: Party, tmp_path: Path, content: bytes, claimed: str | None, code: ErrorCode
) -> None:
    path = tmp_path / "bad.pdf"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        await terminal.client.upload(path, claimed or digest_of(path), "application/pdf", lambda done, size: None)
    assert caught.value.code is code


async def test_an_upload_beyond_the_limit_is_told_before_it_is_sent(terminal: Party, tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as stream:
        stream.write(b"%PDF-1.7")
        stream.truncate(201 << 20)
    with pytest.raises(Refused) as caught:
        await terminal.client.upload(path, "1" * 64, "application/pdf", lambda done, size: None)
    assert caught.value.code is ErrorCode.MATERIAL_TOO_LARGE


async def test_files_and_the_catalogue_need_a_connection(server: Server, tmp_path: Path) -> None:
    client = Party(server.url, server.terminal_login).client
    with pytest.raises(ConnectionError):
        await client.fetch("0" * 64, tmp_path / "x", lambda done, size: None)
    with pytest.raises(ConnectionError):
        await client.upload(drawing(tmp_path), "0" * 64, "application/pdf", lambda done, size: None)
    with pytest.raises(ConnectionError):
        await client.fetch_catalogue("0" * 64)


async def test_acts_over_a_killed_server_take_effect_exactly_once(
    server: Server, terminal: Party, desk: Party, tmp_path: Path
) -> None:
    act = await submission(terminal, tmp_path, "over-the-kill")
    await asyncio.to_thread(server.kill)
    await terminal.until(lambda: terminal.states[-1][0] == "waiting")
    terminal.client.say(act)
    terminal.client.say(WetInk("c", "0" * 64, 0, b"gone by then"))
    await asyncio.to_thread(server.start)
    issued = await terminal.first(TicketIssued)
    assert issued.request_id == "over-the-kill"

    desk.client.say(SetAvailability(is_ready=True))
    offered = await desk.first(CallOffered)
    desk.client.say(AnswerCall(offered.call_id))
    await desk.first(CallStarted)
    mark = OperateMark(offered.case.case_id, act.materials[0].digest, "op-1", "mark", "m-1", b"stroke")
    desk.client.say(mark)
    await terminal.first(MarkNumbered)

    # said, perhaps recorded, and the answer lost: said again by the client, numbered once by the hall
    second = msgspec.structs.replace(mark, operation_id="op-2", target="m-2")
    desk.client.say(second)
    await asyncio.sleep(0)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await terminal.until(lambda: any(m.operation_id == "op-2" for m in terminal.all_of(MarkNumbered)))
    numbers = {(numbered.operation_id, numbered.seq) for numbered in terminal.all_of(MarkNumbered)}
    assert numbers == {("op-1", 1), ("op-2", 2)}
    resumed = [started for started in terminal.all_of(CallStarted) if started.is_resumed]
    assert {started.call_id for started in resumed} == {offered.call_id}
    assert not terminal.all_of(Error)
    assert len({issued.case.case_id for issued in terminal.all_of(TicketIssued)}) == 1

    terminal.client.say(WithdrawCase("over-the-kill-end", offered.case.case_id))
    await terminal.until(lambda: any(m.case.state == "withdrawn" for m in terminal.all_of(CaseChanged)))


async def test_what_the_hall_could_not_read_is_refused_at_once_and_not_kept(server: Server) -> None:
    party = Party(server.url, server.terminal_login)
    too_large = OperateMark("c-1", "0" * 64, "op-1", "mark", "m-1", bytes(49_152))
    out_of_bounds = OperateMark("c-1", "0" * 64, "op-2", "mark", "m-1", bytes(60_000))
    undecodable = msgspec.structs.replace(APPLICANT, name="scan-\udcff")
    party.client.say(too_large)
    party.client.say(out_of_bounds)
    party.client.say(SubmitCase("r-1", "ENV-001", undecodable, (), consents_to_video=True))
    await party.until(lambda: len(party.heard) == 3)
    marks, errors = party.all_of(MarkRefused), party.all_of(Error)
    assert [(mark.operation_id, mark.code) for mark in marks] == [
        ("op-1", ErrorCode.MESSAGE_TOO_LARGE),
        ("op-2", ErrorCode.MESSAGE_TOO_LARGE),
    ]
    assert [(error.about, error.code) for error in errors] == [("r-1", ErrorCode.MALFORMED_MESSAGE)]


@pytest.mark.parametrize("who", ["terminal", "reviewer"])
async def test_a_wrong_secret_is_final(server: Server, who: str) -> None:
    wrong = (
        msgspec.structs.replace(server.terminal_login, private_key=os.urandom(32))
        if who == "terminal"
        else msgspec.structs.replace(server.reviewer_login, password="wrong")
    )
    party = Party(server.url, wrong)
    await asyncio.wait_for(party.client.run(), 10)
    code = ErrorCode.WRONG_DEVICE_KEY if who == "terminal" else ErrorCode.WRONG_PASSWORD
    assert party.states == [("connecting", None), ("refused", code)]


async def test_the_newer_connection_of_a_party_stays(server: Server, terminal: Party) -> None:
    async with Party(server.url, server.terminal_login).running() as newer:
        await newer.first(Catalogue)
        await terminal.until(lambda: terminal.states[-1] == ("refused", ErrorCode.TAKEN_OVER))
        assert newer.states[-1] == ("online", None)


async def test_without_a_server_it_waits_longer_each_time() -> None:
    waits: list[float] = []
    is_enough = asyncio.Event()

    def note(state: ConnectionState, _: ErrorCode | None, wait_s: float) -> None:
        if state == "waiting":
            waits.append(wait_s)
            if len(waits) == 4:
                is_enough.set()

    client = HallClient("ws://127.0.0.1:1/hall", TerminalLogin("T-01", bytes(32)), lambda message: None, note)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(client.run())
        await asyncio.wait_for(is_enough.wait(), 10)
        task.cancel()
    for wait_s, base in zip(waits, (0.2, 0.4, 0.8, 1.6), strict=True):
        assert base / 2 <= wait_s <= base


def test_the_digest_of_a_file_is_its_sha_256(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 3_000_000)
    assert digest_of(path) == hashlib.sha256(b"x" * 3_000_000).hexdigest()
