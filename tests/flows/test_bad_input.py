"""Bad input, through the real server process: a stable code and a sentence each, and nothing acknowledged is lost.

One hall serves the whole file, as a real one serves all day; after each test its journal must be whole, begin with all
that it held before, and its log must be fit to keep. Start-up troubles and the full disk have halls of their own.
"""

import asyncio
import io
import itertools
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import httpx
import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from pypdf import PdfWriter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from annotate.marks import InkPoint, MarkStyle, Stroke
from annotate.operations import AddMark
from reviewer.__main__ import connect_to_hall
from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import APPLICANT
from reviewer.desk import Desk
from signaling.__main__ import main
from signaling.client import HallClient, ReviewerLogin, TerminalLogin
from signaling.peer.connection import CallLeg
from signaling.peer.devices import DeviceSources
from signaling.peer.picture import Picture
from signaling.peer.synthetic import SyntheticSources
from signaling.protocol.codec import MAX_FRAME_BYTES, decode_from_server, encode
from signaling.protocol.enrolment import signed_hello
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    AnswerChallenge,
    AskPassword,
    CallEnded,
    CallOffered,
    CallStarted,
    Catalogue,
    Challenge,
    Decide,
    DeclineCall,
    DeskChanged,
    Done,
    EndCall,
    Error,
    FromClient,
    FromHall,
    FromServer,
    Hello,
    LogIn,
    MarkNumbered,
    MarkRefused,
    NoticeReady,
    OperateMark,
    SetAvailability,
    SubmitCase,
    TicketIssued,
    ToHall,
    Welcome,
    WithdrawCase,
)
from signaling.protocol.values import Correction, Material
from signaling.protocol.version import VERSIONS
from signaling.server.authentication import Passwords
from signaling.server.enrol import enrol_reviewer
from signaling.server.register import Register
from signaling.server.store import Store
from terminal.booth import Booth
from terminal.machine import build_booth, call_sources
from terminal.qt.sentences import sentence
from terminal.settings import Settings

DEADLINE_S = 30.0 * float(os.environ.get("TEST_SLOWNESS", "1"))
ITEM, SLOTS = "ENV-001", ("form", "approval", "plan")
OTHER_ITEM, OTHER_SLOTS = "FOD-002", ("form", "permit")
"""Of another skill than the test's reviewers have: the bystander's case stays in line."""
PASSWORD = "not a good password"
FILE_NAME = "王小明的材料"
PRIVATE = (APPLICANT.name, APPLICANT.id_number, APPLICANT.phone, APPLICANT.legal_representative, PASSWORD, FILE_NAME)
ROOT_ONLY = "needs root to mount a small disk"


# --- the hall, its people, and what must still be there afterwards ---------------------------------


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HallProcess]:
    folder = tmp_path_factory.mktemp("bad-input")
    with HallProcess(folder / "hall", folder / "server.log", "--max-material-mib", "1") as process:
        yield process
    said = process.export_journal(folder / "journal.jsonl")
    assert said.startswith("完好")


@pytest.fixture(autouse=True)
def nothing_is_lost(hall: HallProcess, tmp_path: Path) -> Iterator[Callable[[str], list[Any]]]:
    """Gives the facts of a kind since the test began; in the end judges journal and log."""
    before, log_begin = journal(hall, tmp_path / "before.jsonl"), hall.log.stat().st_size
    yield lambda kind: [
        json.loads(entry["body"])
        for entry in journal(hall, tmp_path / "now.jsonl")[len(before) :]
        if entry["kind"] == kind
    ]
    after = journal(hall, tmp_path / "after.jsonl")
    assert after[: len(before)] == before
    judge_log(hall.log.read_bytes()[log_begin:].decode(), hall.login().password)


def journal(hall: HallProcess, target: Path) -> list[Any]:
    """The journal, exported beside the running server and its chain checked."""
    assert main(["journal", "export", "--data", str(hall.data), str(target)]) == 0
    assert main(["journal", "verify", str(target)]) == 0
    return [json.loads(line) for line in target.read_text("utf-8").splitlines()]


def judge_log(log: str, *more_private: str) -> list[str]:
    """Every line is a line of its own; warnings and worse name an id and nobody. Gives the warnings."""
    warnings = []
    for line in log.splitlines():
        if line.startswith("listening on ws://"):
            continue
        form = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]+) [\w.]+: (.+)", line)
        assert form is not None, line
        assert not any(word in line for word in (*PRIVATE, *more_private)), line
        # the library's word on what never was a request: there is nobody yet whose id it could name
        if form[1] not in ("INFO", "DEBUG") and form[2] != "Invalid HTTP request received.":
            warnings.append(form[2])
            assert re.search(r"\b(T-\w+|R-\w+|reviewer-\d+|[0-9a-f]{12,})\b", form[2]), f"no id: {line}"
    return warnings


class People:
    """Enrols as many terminals and reviewers as a test wants, beside the running server."""

    numbers = itertools.count(10)

    def __init__(self, hall: HallProcess, folder: Path) -> None:
        self._hall = hall
        self._folder = folder

    def terminal(self) -> TerminalLogin:
        name, file = f"T-{next(self.numbers)}", self._folder / "device.json"
        options = ["--data", str(self._hall.data), "--name", "自助终端", "--url", self._hall.url, "-o", str(file)]
        assert main(["enrol", "terminal", *options, name]) == 0
        return TerminalLogin(name, msgspec.convert(json.loads(file.read_text())["private_key"], bytes))

    def reviewer(self) -> ReviewerLogin:
        number = next(self.numbers)
        with closing(Store(self._hall.data)) as store, closing(Passwords()) as passwords:
            enrol_reviewer(Register(store), passwords, f"R-{number}", "审核员", ["environment"], PASSWORD)
        return ReviewerLogin(f"R-{number}", PASSWORD, f"D-{number}")


@pytest.fixture
def people(hall: HallProcess, tmp_path: Path) -> People:
    return People(hall, tmp_path)


class Party:
    """A client that remembers what it heard."""

    def __init__(self, url: str, login: TerminalLogin | ReviewerLogin) -> None:
        self.url = url
        self.heard: list[FromHall] = []
        self.states: list[tuple[str, ErrorCode | None]] = []
        self._changed = asyncio.Event()
        self.client = HallClient(url, login, self._hear, self._state)

    def _hear(self, message: FromHall) -> None:
        self.heard.append(message)
        self._changed.set()

    def _state(self, state: str, code: ErrorCode | None, _: float) -> None:
        self.states.append((state, code))
        self._changed.set()

    async def wait(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            self._changed.clear()
            await self._changed.wait()

    async def hear(self, kind: Any, since: int = 0) -> Any:
        """The first message of a kind from the ``since``-th on."""
        await self.wait(lambda: any(isinstance(message, kind) for message in self.heard[since:]))
        return next(message for message in self.heard[since:] if isinstance(message, kind))

    async def ask(self, message: ToHall) -> Any:
        """Say it and wait for its own answer."""
        since, key = (
            len(self.heard),
            next(value for name in ("request_id", "operation_id", "call_id") if (value := getattr(message, name, ""))),
        )
        self.client.say(message)

        def answers() -> list[FromHall]:
            names = ("request_id", "operation_id", "about", "call_id")
            is_call = isinstance(message, AnswerCall | DeclineCall | EndCall)
            kinds = (
                (Error, CallStarted, CallEnded) if is_call else (Error, Done, TicketIssued, MarkNumbered, MarkRefused)
            )
            return [
                heard
                for heard in self.heard[since:]
                if isinstance(heard, kinds) and any(getattr(heard, name, "") == key for name in names)
            ]

        await self.wait(lambda: bool(answers()))
        return answers()[0]

    async def refused(self, message: ToHall, code: ErrorCode) -> None:
        """It is refused with this code, and with a sentence for people."""
        answer = await self.ask(message)
        assert isinstance(answer, Error | MarkRefused), answer
        assert answer.code is code
        assert isinstance(answer, MarkRefused) or answer.sentence == SENTENCES[code]


@asynccontextmanager
async def online(hall: HallProcess, *logins: TerminalLogin | ReviewerLogin) -> AsyncIterator[list[Party]]:
    parties = [Party(hall.url, login) for login in logins]
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        tasks = [group.create_task(party.client.run(), name="party") for party in parties]
        for party in parties:
            await party.hear(Catalogue | DeskChanged)
        yield parties
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def bystander(hall: HallProcess, people: People) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A terminal with a case in line that must notice nothing; ``await`` what is given to see that it is served."""
    async with online(hall, people.terminal()) as [party]:
        act = SubmitCase("stay", OTHER_ITEM, APPLICANT, await handed_in(party, OTHER_SLOTS), consents_to_video=True)
        ticket = await party.ask(act)

        async def still_served() -> None:
            assert (await party.ask(act)).case.case_id == ticket.case.case_id

        yield still_served
        assert isinstance(await party.ask(WithdrawCase("go", ticket.case.case_id)), Done)
        assert party.states == [("connecting", None), ("online", None)]


async def handed_in(party: Party, slots: tuple[str, ...] = SLOTS) -> tuple[Material, ...]:
    """One file nobody else has, for every slot."""
    content = b"%PDF-1.7\n" + secrets.token_bytes(64)
    answer = await http(party, "PUT", digest_of(content), content)
    assert answer.status_code == 201, answer.text
    return tuple(material(slot, content) for slot in slots)


def material(slot: str, content: bytes) -> Material:
    return Material(slot, digest_of(content), f"{FILE_NAME}.pdf", "application/pdf", len(content), 1, "usb")


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


async def http(party: Party | None, method: str, digest: str, content: bytes = b"", url: str = "") -> httpx.Response:
    """A request with the party's token, or a stranger's without one."""
    welcome = party.client.welcome if party else None
    headers = {"Authorization": f"Bearer {welcome.http_token}"} if welcome else {}
    url = url or (party.url if party else "")
    address = url.replace("ws:", "http:").replace("/hall", f"/materials/{digest}")
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as client:
        return await client.request(method, address, headers=headers, content=content or None)


def said(answer: httpx.Response) -> str:
    """The code of an error answer, which has its sentence beside it."""
    error = answer.json()
    assert error == {"code": error["code"], "sentence": SENTENCES[ErrorCode(error["code"])]}
    return str(error["code"])


def stored(hall: HallProcess) -> set[str]:
    """Every file below the hall's materials, half written ones too."""
    return {path.name for path in (hall.data / "materials").rglob("*") if path.is_file()}


# --- papers at the booth -----------------------------------------------------------------------------


def picture(kind: str, side_px: int = 300) -> bytes:
    out = io.BytesIO()
    pixels = np.random.default_rng(side_px).integers(0, 255, (side_px, side_px, 3), np.uint8)
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def locked_pdf() -> bytes:
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(300, 300)
    writer.encrypt(PASSWORD, algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


BAD_FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a broken document": (".pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20, "file_unreadable"),
    "half a picture": (".png", lambda: picture("PNG")[:100_000], "file_unreadable"),
    "an encrypted one": (".pdf", locked_pdf, "file_encrypted"),
    "an empty one": (".pdf", lambda: b"", "file_empty"),
    "one too large for the hall": (".png", lambda: picture("PNG", 700), "material_too_large"),
    "a misnamed one": (".pdf", lambda: picture("PNG"), "file_misnamed"),
    "words": (".pdf", lambda: "一段文字".encode() * 40, "file_unsupported"),
    "a kind the hall does not take": (".bmp", lambda: picture("BMP"), "material_unsupported"),
}


async def until(session: Any, is_so: Callable[[], bool]) -> None:
    changed = asyncio.Event()
    session.subscribe(changed.set)
    while not is_so():
        changed.clear()
        await changed.wait()


async def to_papers(booth: Booth) -> None:
    """From the welcome to the materials of ``ITEM``."""
    session = booth.session
    await until(session, lambda: session.connection.state == "online" and bool(session.items))
    session.begin()
    session.read_card("organisation")
    await until(session, lambda: session.card is not None)
    session.set_phone(APPLICANT.phone)
    session.confirm_identity()
    session.choose_item(ITEM)
    assert session.step == "materials", session.problem


async def hand_in(booth: Booth, slot: str, path: Path) -> str:
    """The problem of this paper, empty when the hall has it."""
    tray = booth.session.tray
    tray.hand_in(slot, (str(path),), "usb", path.name)
    await until(booth.session, lambda: tray.papers[slot].state in ("ready", "failed"))
    return tray.papers[slot].problem


def is_sentence(code: str) -> bool:
    words = sentence(code)
    return bool(re.search("[\u4e00-\u9fff]{4,}", words)) and code not in words


@pytest.mark.parametrize("kind", BAD_FILES)
async def test_a_bad_file_is_refused_at_the_booth(kind: str, hall: HallProcess, booth_at: Any, tmp_path: Path) -> None:
    suffix, make, code = BAD_FILES[kind]
    bad, good = tmp_path / f"{FILE_NAME}{suffix}", tmp_path / "good.png"
    bad.write_bytes(make())
    good.write_bytes(picture("PNG"))
    async with asyncio.timeout(DEADLINE_S), booth_at(hall) as booth:
        tray = booth.session.tray
        await to_papers(booth)
        assert await hand_in(booth, "form", good) == ""
        before = stored(hall)
        assert await hand_in(booth, "plan", bad) == code
        assert is_sentence(code)
        assert stored(hall) == before
        assert tray.papers["form"].state == "ready"
        assert "plan" in {slot.code for slot in tray.missing}
        assert await hand_in(booth, "plan", good) == "", "a good one may take its place"


async def test_a_file_that_changes_between_check_and_upload(hall: HallProcess, booth_at: Any, tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    good.write_bytes(picture("PNG", 301))
    async with asyncio.timeout(DEADLINE_S), booth_at(hall) as booth:
        await to_papers(booth)
        tray, before = booth.session.tray, stored(hall)

        def change() -> None:
            paper = tray.papers.get("form")
            if paper is not None and paper.state == "uploading" and paper.material is not None:
                Path(tray.files[paper.material.digest]).write_bytes(picture("PNG", 302)[: paper.total])

        booth.session.subscribe(change)
        assert await hand_in(booth, "form", good) == "material_damaged"
        assert is_sentence("material_damaged")
        assert stored(hall) == before


async def test_a_document_camera_that_disappears(hall: HallProcess, tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    sheet = np.full((900, 700, 3), 240, np.uint8)
    cv2.putText(sheet, "form", (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 4, (20, 20, 20), 9)
    cv2.imwrite(str(folder / "sheet.png"), sheet)
    settings = Settings(device=hall.device(), url=hall.url, out=tmp_path / "prints", camera=str(folder))
    async with asyncio.timeout(DEADLINE_S), booth_of(settings) as booth:
        await to_papers(booth)
        tray = booth.session.tray

        async def shoot() -> Any:
            tray.shoot()
            await until(booth.session, lambda: tray.capture is not None and not tray.capture.is_shooting)
            return tray.capture

        tray.start_capture("form")
        assert len((await shoot()).shots) == 1
        folder.rename(tmp_path / "gone")
        lost = await shoot()
        assert (lost.problem, len(lost.shots)) == ("camera_missing", 1), "the page that was taken stays"
        assert is_sentence("camera_missing")
        (tmp_path / "gone").rename(folder)
        assert len((await shoot()).shots) == 2
        assert tray.capture is not None
        assert tray.capture.can_finish
        tray.finish_capture()
        await until(booth.session, lambda: tray.papers["form"].state == "ready")


@asynccontextmanager
async def booth_of(settings: Settings, sources: Any = None) -> AsyncIterator[Booth]:
    booth = build_booth(settings, sources or call_sources(settings), lambda job: job(), lambda job: job())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(booth.run(), name="booth")
        yield booth
        await booth.flush()
        running.cancel()


# --- materials over HTTP -----------------------------------------------------------------------------

BAD_UPLOADS: dict[str, tuple[int, str, bytes, str]] = {
    "the digest of other bytes": (422, "material_damaged", b"%PDF-1.7 one", digest_of(b"%PDF-1.7 two")),
    "no digest at all": (404, "not_found", b"%PDF-1.7", "hall.db"),
    "an unsupported kind": (415, "material_unsupported", b"MZ" * 90, digest_of(b"MZ" * 90)),
    "nothing": (415, "material_unsupported", b"", digest_of(b"")),
    "more than the limit": (413, "material_too_large", b"%PDF-" * 300_000, digest_of(b"%PDF-" * 300_000)),
}


@pytest.mark.parametrize("kind", BAD_UPLOADS)
async def test_a_bad_upload_leaves_no_trace(kind: str, hall: HallProcess, people: People) -> None:
    status, code, content, digest = BAD_UPLOADS[kind]
    async with online(hall, people.terminal()) as [party]:
        kept = (await handed_in(party))[0].digest
        before = stored(hall)
        answer = await http(party, "PUT", digest, content)
        assert (answer.status_code, said(answer)) == (status, code)
        assert stored(hall) == before
        assert (await http(party, "HEAD", digest)).status_code == 404
        assert (await http(party, "HEAD", kept)).status_code == 200


async def test_a_stranger_can_neither_put_nor_get(hall: HallProcess, people: People) -> None:
    content = b"%PDF-1.7 of a stranger"
    async with online(hall, people.terminal()) as [party]:
        kept, before = (await handed_in(party))[0].digest, stored(hall)
        for method, digest in (("PUT", digest_of(content)), ("PUT", kept), ("GET", kept), ("GET", "0" * 64)):
            answer = await http(None, method, digest, content if method == "PUT" else b"", party.url)
            assert (answer.status_code, said(answer)) == (401, "not_authenticated")
        assert stored(hall) == before | {kept}


async def test_anothers_material_looks_like_none(hall: HallProcess, people: People) -> None:
    async with online(hall, people.terminal(), people.terminal(), people.reviewer()) as [owner, other, desk]:
        materials = await handed_in(owner)
        ticket = await owner.ask(SubmitCase("r", ITEM, APPLICANT, materials, consents_to_video=True))
        assert (await http(owner, "GET", materials[0].digest)).status_code == 200
        for party in (other, desk):
            for method in ("GET", "HEAD"):
                theirs = await http(party, method, materials[0].digest)
                none = await http(party, method, "0" * 64)
                assert theirs.status_code == none.status_code == 404
                assert theirs.content == none.content
                assert {**theirs.headers, "date": ""} == {**none.headers, "date": ""}
        answer = await http(desk, "PUT", digest_of(b"%PDF-"), b"%PDF-")
        assert (answer.status_code, said(answer)) == (403, "not_allowed")
        stolen = SubmitCase("s", ITEM, APPLICANT, materials, consents_to_video=True)
        await other.refused(stolen, ErrorCode.MATERIAL_MISSING)
        assert isinstance(await owner.ask(WithdrawCase("w", ticket.case.case_id)), Done)


# --- the opening ---------------------------------------------------------------------------------------


@asynccontextmanager
async def dialled(hall: HallProcess) -> AsyncIterator[ClientConnection]:
    async with asyncio.timeout(DEADLINE_S), connect(hall.url, compression=None, proxy=None) as link:
        yield link


async def tell(link: ClientConnection, message: FromClient) -> FromServer:
    await link.send(encode(message))
    return decode_from_server(await link.recv())


async def rest(link: ClientConnection) -> tuple[list[str], int]:
    """Codes of the errors said until the connection ended, and its close code."""
    codes = []
    with suppress(ConnectionClosed):
        while True:
            message = decode_from_server(await link.recv())
            if isinstance(message, Error):
                assert message.sentence == SENTENCES[message.code]
                codes.append(str(message.code))
    assert link.close_code is not None
    return codes, link.close_code


async def let_in(link: ClientConnection, login: TerminalLogin) -> Welcome:
    challenge = await tell(link, Hello("terminal", login.terminal_id, VERSIONS))
    assert isinstance(challenge, Challenge)
    key = Ed25519PrivateKey.from_private_bytes(login.private_key)
    welcome = await tell(link, AnswerChallenge(key.sign(signed_hello(challenge.nonce))))
    assert isinstance(welcome, Welcome), welcome
    return welcome


async def wrong_key(hall: HallProcess, terminal_id: str, key: Ed25519PrivateKey) -> tuple[list[str], int]:
    async with dialled(hall) as link:
        challenge = await tell(link, Hello("terminal", terminal_id, VERSIONS))
        assert isinstance(challenge, Challenge)
        await link.send(encode(AnswerChallenge(key.sign(signed_hello(challenge.nonce)))))
        return await rest(link)


REFUSED_KEY = (["wrong_device_key"], 1008)


async def test_a_wrong_key_and_an_unknown_terminal_look_alike(
    hall: HallProcess, people: People, nothing_is_lost: Any
) -> None:
    async with bystander(hall, people) as still_served:
        login = people.terminal()
        assert await wrong_key(hall, login.terminal_id, Ed25519PrivateKey.generate()) == REFUSED_KEY
        assert await wrong_key(hall, "T-unknown", Ed25519PrivateKey.generate()) == REFUSED_KEY
        party = Party(hall.url, TerminalLogin(login.terminal_id, secrets.token_bytes(32)))
        await party.client.run()
        assert party.states[-1] == ("refused", ErrorCode.WRONG_DEVICE_KEY), "the client does not try for ever"
        await still_served()
    connected = [fact["terminal_id"] for fact in nothing_is_lost("TerminalConnected")]
    assert login.terminal_id not in connected
    assert "T-unknown" not in connected


async def test_a_revoked_terminal_is_put_out_and_stays_out(hall: HallProcess, people: People) -> None:
    login = people.terminal()
    async with bystander(hall, people) as still_served, asyncio.TaskGroup() as group:
        party = Party(hall.url, login)
        group.create_task(party.client.run(), name="revoked")
        await party.hear(Catalogue)
        assert main(["revoke", "--data", str(hall.data), login.terminal_id]) == 0
        await party.wait(lambda: party.states[-1] == ("refused", ErrorCode.WRONG_DEVICE_KEY))
        assert ("waiting", ErrorCode.NOT_AUTHENTICATED) in party.states
        assert await wrong_key(hall, login.terminal_id, Ed25519PrivateKey.from_private_bytes(login.private_key)) == (
            REFUSED_KEY
        )
        await still_served()


@pytest.mark.parametrize("is_known", [True, False])
async def test_three_wrong_passwords_end_the_connection(is_known: bool, hall: HallProcess, people: People) -> None:
    name = people.reviewer().reviewer if is_known else "R-nobody"
    async with bystander(hall, people) as still_served, dialled(hall) as link:
        assert isinstance(await tell(link, Hello("reviewer", name, VERSIONS)), AskPassword)
        for _ in range(3):
            await link.send(encode(LogIn("王小明的密码", "D-1")))
        assert await rest(link) == (["wrong_password"] * 3, 1008)
        await still_served()


async def test_who_says_no_hello_is_closed(hall: HallProcess, people: People) -> None:
    async with bystander(hall, people) as still_served, dialled(hall) as link:
        await still_served()
        assert await rest(link) == (["not_authenticated"], 1008)


EARLY: dict[str, tuple[str, str]] = {
    "an act": (encode(AnswerCall("c1")), "not_authenticated"),
    "a password": (encode(LogIn(PASSWORD, "D-1")), "not_authenticated"),
    "an unknown message": ('{"type": "Teleport"}', "unknown_message"),
    "nonsense": ("hello", "malformed_message"),
    "another version": (encode(Hello("terminal", "T-01", (99,))), "unsupported_version"),
}


@pytest.mark.parametrize("kind", EARLY)
async def test_nothing_but_a_hello_opens(kind: str, hall: HallProcess, people: People) -> None:
    frame, code = EARLY[kind]
    async with bystander(hall, people) as still_served, dialled(hall) as link:
        await link.send(frame)
        assert await rest(link) == ([code], 1008)
        await still_served()


# --- frames ----------------------------------------------------------------------------------------------

BAD_FRAMES: dict[str, tuple[str | bytes, str]] = {
    "an unknown message": ('{"type": "Teleport", "to": "王小明"}', "unknown_message"),
    "a message of the hall": (encode(Done("r1")), "unknown_message"),
    "a known one without its fields": ('{"type": "AnswerCall"}', "malformed_message"),
    "a field of another type": ('{"type": "AnswerCall", "call_id": 7}', "malformed_message"),
    "an id with a line break": ('{"type": "AnswerCall", "call_id": "a\\nb"}', "malformed_message"),
    "half a frame": ('{"type": "AnswerCall", "call', "malformed_message"),
    "a list": ("[1, 2]", "malformed_message"),
    "nothing": ("", "malformed_message"),
    "bytes": (b"\x00\xff", "malformed_message"),
    "deep nesting": ('{"type": "AnswerCall", "call_id": ' + "[" * 30_000, "malformed_message"),
    "deep nesting in an unknown field": ('{"type": "AnswerCall", "x": ' + "[" * 30_000, "malformed_message"),
    "somewhat too much": ('"' + "x" * MAX_FRAME_BYTES + '"', "message_too_large"),
    "a greeting once inside": (encode(Hello("terminal", "T-01", VERSIONS)), "not_allowed"),
}


@pytest.mark.parametrize("kind", BAD_FRAMES)
async def test_a_bad_frame_is_answered_and_the_connection_stays(kind: str, hall: HallProcess, people: People) -> None:
    frame, code = BAD_FRAMES[kind]
    async with bystander(hall, people) as still_served, dialled(hall) as link:
        await let_in(link, people.terminal())
        await link.send(frame)
        await still_served()
        await link.send(encode(EndCall("none")))
        errors = []
        while len(errors) < 2:
            message = decode_from_server(await link.recv())
            if isinstance(message, Error):
                assert message.sentence == SENTENCES[message.code]
                errors.append((message.code, message.about))
        assert errors == [(ErrorCode(code), ""), (ErrorCode.CALL_GONE, "none")], "refused, and still in conversation"


async def test_twenty_bad_frames_in_a_row_end_the_connection(hall: HallProcess, people: People) -> None:
    async with bystander(hall, people) as still_served, dialled(hall) as link:
        await let_in(link, people.terminal())
        for _ in range(19):
            await link.send("nonsense")
        await link.send(encode(EndCall("none")))
        while not (isinstance(message := decode_from_server(await link.recv()), Error) and message.about == "none"):
            pass  # answered: the good one between has made the counting begin anew
        for _ in range(20):
            await link.send("nonsense")
        codes, close_code = await rest(link)
        assert codes == ["malformed_message"] * 21, "one for each frame, and why the connection ends"
        assert close_code == 1008
        await still_served()


async def test_a_frame_of_a_megabyte_ends_the_connection(hall: HallProcess, people: People) -> None:
    async with bystander(hall, people) as still_served, dialled(hall) as link:
        await let_in(link, people.terminal())
        await link.send("x" * (1 << 20))
        assert (await rest(link))[1] == 1009, "message too big (RFC 6455, 7.4.1)"
        await still_served()


async def test_what_is_no_http_is_not_answered_with_a_crash(hall: HallProcess, people: People) -> None:
    async with bystander(hall, people) as still_served:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(hall.url.split(":")[2].split("/")[0]))
        writer.write(b"\x16\x03\x01 no http at all\r\n\r\n")
        assert b"400" in await reader.readline()
        await still_served()
        writer.close()
        await writer.wait_closed()


# --- acts --------------------------------------------------------------------------------------------------


async def rung(terminal: Party, desk: Party) -> tuple[CallOffered, tuple[Material, ...]]:
    """A case of this terminal rings at this desk."""
    materials, since = await handed_in(terminal), len(desk.heard)
    desk.client.say(SetAvailability(is_ready=True))
    ticket = await terminal.ask(SubmitCase("submit", ITEM, APPLICANT, materials, consents_to_video=False))
    assert isinstance(ticket, TicketIssued), ticket
    offer: CallOffered = await desk.hear(CallOffered, since)
    assert offer.case.case_id == ticket.case.case_id
    return offer, materials


async def leave(terminal: Party, case_id: str) -> None:
    assert isinstance(await terminal.ask(WithdrawCase("leave", case_id)), Done)


async def test_a_second_answer_to_a_ring(hall: HallProcess, people: People, nothing_is_lost: Any) -> None:
    async with online(hall, people.terminal(), people.reviewer(), people.reviewer()) as [terminal, desk, other]:
        offer, _ = await rung(terminal, desk)
        await other.refused(AnswerCall(offer.call_id), ErrorCode.CALL_GONE)
        assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
        await desk.refused(AnswerCall(offer.call_id), ErrorCode.CALL_TAKEN)
        await other.refused(AnswerCall(offer.call_id), ErrorCode.CALL_GONE)
        assert not [heard for party in (terminal, desk) for heard in party.heard if isinstance(heard, CallEnded)]
        await leave(terminal, offer.case.case_id)
    assert len(nothing_is_lost("CallAnswered")) == 1


async def test_an_answer_after_the_ring_ended(hall: HallProcess, people: People, nothing_is_lost: Any) -> None:
    async with online(hall, people.terminal(), people.reviewer()) as [terminal, desk]:
        offer, _ = await rung(terminal, desk)
        assert (await desk.ask(DeclineCall(offer.call_id))).reason == "declined"
        await desk.refused(AnswerCall(offer.call_id), ErrorCode.CALL_GONE)
        since = len(desk.heard)
        desk.client.say(SetAvailability(is_ready=True))
        again: CallOffered = await desk.hear(CallOffered, since)
        since = len(desk.heard)
        await leave(terminal, offer.case.case_id)
        assert (await desk.hear(CallEnded, since)).reason == "withdrawn"
        await desk.refused(AnswerCall(again.call_id), ErrorCode.CALL_GONE)
    assert nothing_is_lost("CallAnswered") == []
    assert len(nothing_is_lost("CaseWithdrawn")) == 1


async def test_bad_decisions(hall: HallProcess, people: People, nothing_is_lost: Any) -> None:
    async with online(hall, people.terminal(), people.reviewer(), people.reviewer()) as [terminal, desk, other]:
        offer, _ = await rung(terminal, desk)
        case_id = offer.case.case_id
        fault = Correction("plan", 0, "缺少排放口", "标明排放口")
        await desk.refused(Decide("early", case_id, "accept"), ErrorCode.NOT_FOUND)
        assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
        for number, corrections in enumerate(
            ((), (Correction("plan", 0, " ", "标明"),), (Correction("attic", 0, "无", "有"),))
        ):
            act = Decide(f"bad-{number}", case_id, "request_corrections", corrections)
            await desk.refused(act, ErrorCode.INVALID_CORRECTIONS)
        await desk.refused(Decide("both", case_id, "accept", (fault,)), ErrorCode.INVALID_CORRECTIONS)
        await other.refused(Decide("mine", case_id, "accept"), ErrorCode.NOT_FOUND)
        await terminal.refused(Decide("self", case_id, "accept"), ErrorCode.NOT_ALLOWED)  # type: ignore[arg-type]
        assert nothing_is_lost("Decided") == []
        assert isinstance(await desk.ask(Decide("yes", case_id, "accept")), Done)
        assert isinstance(await desk.ask(Decide("yes", case_id, "accept")), Done), "a repeat is answered the same"
        await desk.refused(Decide("yes", case_id, "request_corrections", (fault,)), ErrorCode.REQUEST_REUSED)
        await desk.refused(Decide("again", case_id, "accept"), ErrorCode.ILLEGAL_STEP)
        await terminal.refused(WithdrawCase("late", case_id), ErrorCode.ILLEGAL_STEP)
    assert [fact["request_id"] for fact in nothing_is_lost("Decided")] == ["yes"]


async def test_bad_submissions(hall: HallProcess, people: People, nothing_is_lost: Any) -> None:
    async with online(hall, people.terminal()) as [terminal]:
        materials = await handed_in(terminal)

        def act(request_id: str, **changes: Any) -> SubmitCase:
            good = SubmitCase(request_id, ITEM, APPLICANT, materials, consents_to_video=True)
            return msgspec.structs.replace(good, **changes)

        wrong = msgspec.structs.replace(APPLICANT, id_number=APPLICANT.id_number[:-1] + "A")
        nameless = msgspec.structs.replace(APPLICANT, name="  ")
        absent = material("plan", b"%PDF- never uploaded")
        doubled = (*materials, materials[0])
        bigger = (*materials[:2], msgspec.structs.replace(materials[2], size=materials[2].size + 1))
        for number, (code, changes) in enumerate(
            (
                (ErrorCode.INVALID_APPLICANT, {"applicant": wrong}),
                (ErrorCode.INVALID_APPLICANT, {"applicant": nameless}),
                (ErrorCode.MATERIAL_MISSING, {"materials": materials[:2]}),
                (ErrorCode.MATERIAL_MISSING, {"materials": ()}),
                (ErrorCode.MATERIAL_MISSING, {"materials": (*materials[:2], absent)}),
                (ErrorCode.MATERIAL_MISSING, {"materials": bigger}),
                (ErrorCode.MATERIAL_MISSING, {"materials": doubled}),
                (ErrorCode.NOT_FOUND, {"item_code": "XXX-999"}),
                (ErrorCode.NOT_FOUND, {"materials": (msgspec.structs.replace(materials[0], slot="attic"),)}),
            )
        ):
            await terminal.refused(act(f"bad-{number}", **changes), code)
        assert nothing_is_lost("CaseSubmitted") == []
        ticket = await terminal.ask(act("good"))
        assert isinstance(ticket, TicketIssued)
        await terminal.refused(act("good", consents_to_video=False), ErrorCode.REQUEST_REUSED)
        await terminal.refused(act("second"), ErrorCode.ILLEGAL_STEP)
        assert (await terminal.ask(act("good"))).case == ticket.case
        await leave(terminal, ticket.case.case_id)
    assert [fact["request_id"] for fact in nothing_is_lost("CaseSubmitted")] == ["good"]


async def test_marks_of_those_who_may_not(hall: HallProcess, people: People, nothing_is_lost: Any) -> None:
    async with online(hall, people.terminal(), people.reviewer(), people.reviewer()) as [terminal, desk, other]:
        offer, materials = await rung(terminal, desk)
        case_id, digest = offer.case.case_id, materials[0].digest

        def act(operation_id: str, op_class: Any = "mark", target: str = "", on: str = digest) -> OperateMark:
            return OperateMark(case_id, on, operation_id, op_class, target or f"m-{operation_id}", b"ink")

        await desk.refused(act("early"), ErrorCode.NOT_FOUND)
        assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
        assert (await desk.ask(act("o1"))).seq == 1
        await terminal.refused(act("t1"), ErrorCode.NOT_ALLOWED)
        await other.refused(act("x1"), ErrorCode.NOT_FOUND)
        await desk.refused(act("o2", target="m-o1"), ErrorCode.ILLEGAL_STEP)
        await desk.refused(act("o3", on="0" * 64), ErrorCode.NOT_FOUND)
        await desk.refused(act("o1", target="m-else"), ErrorCode.REQUEST_REUSED)
        since = len(other.heard)
        other.client.say(SetAvailability(is_ready=True))
        assert (await desk.ask(EndCall(offer.call_id))).reason == "hung_up"
        again: CallOffered = await other.hear(CallOffered, since)
        assert isinstance(await other.ask(AnswerCall(again.call_id)), CallStarted)
        assert (await other.hear(MarkNumbered)).operation_id == "o1", "the next reviewer sees it"
        await other.refused(act("u1", "undo", "o1"), ErrorCode.NOT_ALLOWED)
        await other.refused(act("e1", "erase", "m-o1"), ErrorCode.NOT_ALLOWED)
        await other.refused(act("u2", "undo", "o9"), ErrorCode.NOT_FOUND)
        assert (await other.ask(act("o4"))).seq == 2
        await leave(terminal, case_id)
    assert [fact["operation_id"] for fact in nothing_is_lost("MarkRecorded")] == ["o1", "o4"]


# --- a camera that vanishes in mid-call ----------------------------------------------------------------------


async def test_the_call_goes_on_when_the_camera_vanishes(
    hall: HallProcess, people: People, tmp_path: Path, nothing_is_lost: Any
) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    for number in range(45):
        cv2.imwrite(str(folder / f"shot_{number:03d}.png"), np.full((240, 320, 3), 250, np.uint8))
    is_there: list[bool] = []
    sources = DeviceSources(str(folder / "shot_%03d.png"), None, is_there.append)
    seen: list[Picture] = []
    loop, login = asyncio.get_running_loop(), people.reviewer()

    def open_leg(leg: Any, say: Any, changed: Any) -> CallLeg:
        synthetic = SyntheticSources("席位")
        return CallLeg(leg.call_id, leg.generation, leg.is_offerer, synthetic, say, seen.append, changed)

    terminal = people.terminal()
    device = msgspec.structs.replace(hall.device(), terminal_id=terminal.terminal_id, private_key=terminal.private_key)
    settings = Settings(device=device, url=hall.url, out=tmp_path / "prints")
    desk = Desk(
        lambda job: loop.call_soon(job) and None,
        connect_to_hall,
        open_leg,
        lambda _: None,
        lambda: secrets.token_hex(8),
    )
    at_desk, paper = desk.session, tmp_path / "paper.png"
    paper.write_bytes(picture("PNG"))
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        working = group.create_task(desk.run(), name="desk")
        at_desk.log_in(hall.url, login.reviewer, login.password, login.desk_id)
        async with booth_of(settings, sources) as booth:
            session = booth.session
            await until(at_desk, lambda: at_desk.can_change_availability)
            at_desk.set_ready()
            await to_papers(booth)
            for slot in SLOTS:
                assert await hand_in(booth, slot, paper) == ""
            session.to_submit()
            session.set_commitment(True)
            session.set_video_consent(True)
            session.submit()
            await until(at_desk, lambda: at_desk.offer is not None)
            at_desk.answer()
            await until(at_desk, lambda: at_desk.call is not None and at_desk.call.link == "connected")
            await until_true(lambda: any(brightness(frame) > 200 for frame in seen[-1:]))
            shutil.rmtree(folder)
            await until_true(lambda: is_there[-1:] == [False])
            await until_true(lambda: brightness(seen[-1]) < 100, "the still")
            count = len(seen)
            await until_true(lambda: len(seen) > count + 3, "pictures go on coming")
            assert at_desk.call is not None
            assert session.talk.call is not None
            assert (at_desk.call.link, session.talk.call.link) == ("connected", "connected")
            digest = at_desk.papers.current()[0].material.digest
            at_desk.show_material(digest)
            stroke = Stroke(MarkStyle(width_pt=2.0), (InkPoint(1, 1, 0.5), InkPoint(9, 9, 0.5)))
            at_desk.operate(AddMark("m1", 0, stroke, 1))
            await until(session, lambda: len(session.markup(digest).marks()) == 1)
            at_desk.end()
            await until(session, lambda: session.talk.call is None)
            session.withdraw()
            await until(session, lambda: session.case is None)
            await until_true(lambda: not any("leg" in task.get_name() for task in asyncio.all_tasks()), "legs closed")
        working.cancel()
    assert [len(nothing_is_lost(kind)) for kind in ("CallRejoined", "MarkRecorded", "CaseWithdrawn")] == [0, 1, 1]


def brightness(frame: Picture) -> float:
    return float(np.asarray(frame.bgra).reshape(frame.height, frame.width, 4)[..., :3].mean())


async def until_true(is_so: Callable[[], bool], what: str = "") -> None:
    """For what tells nobody when it changes."""
    never = asyncio.Event()
    while not is_so():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(never.wait(), 0.02)


# --- a full disk ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        if os.environ.get("CI") == "true":
            pytest.fail(ROOT_ONLY)
        pytest.skip(ROOT_ONLY)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


async def test_a_full_disk_loses_nothing_and_is_got_over(small_disk: Path, tmp_path: Path) -> None:
    ballast = small_disk / "ballast"
    with HallProcess(small_disk / "hall", tmp_path / "small.log") as hall:
        people = People(hall, tmp_path)
        async with online(hall, people.terminal(), people.terminal(), people.reviewer()) as [terminal, late, desk]:
            offer, materials = await rung(terminal, desk)
            others = await handed_in(late)
            assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
            entries_before = journal(hall, tmp_path / "before-full.jsonl")
            with filled(ballast):
                kept = []
                refusal: Any = None
                for number in itertools.count():
                    mark = OperateMark(
                        offer.case.case_id, materials[0].digest, f"o{number}", "mark", f"m{number}", b"x" * 40_000
                    )
                    refusal = await desk.ask(mark)
                    if not isinstance(refusal, MarkNumbered):
                        break
                    kept.append(refusal.operation_id)
                assert refusal.code is ErrorCode.STORAGE_FULL
                before, content = stored(hall), b"%PDF-" + bytes(600_000)
                answer = await http(terminal, "PUT", digest_of(content), content)
                assert (answer.status_code, said(answer)) == (507, "storage_full")
                assert stored(hall) == before
                act = SubmitCase("late", ITEM, APPLICANT, others, consents_to_video=True)
                await late.refused(act, ErrorCode.STORAGE_FULL)
                assert (await well(hall)) == 503
                assert (await http(terminal, "GET", materials[0].digest)).status_code == 200, "reading goes on"
            while await well(hall) != 200:
                pass
            assert isinstance(await late.ask(act), TicketIssued)
            assert (await desk.ask(mark)).seq == len(kept) + 1
            assert (await http(terminal, "PUT", digest_of(content), content)).status_code == 201
            for party in (terminal, late, desk):
                assert [state for state, _ in party.states] == ["connecting", "online"]
        entries = journal(hall, tmp_path / "full.jsonl")
        hall.kill()
        with filled(ballast):
            assert "no space left" in start("--data", hall.data, "--port", "0").lower()
        hall.start()
        assert journal(hall, tmp_path / "restarted.jsonl")[: len(entries)] == entries
    assert entries[: len(entries_before)] == entries_before
    recorded = [json.loads(e["body"])["operation_id"] for e in entries if e["kind"] == "MarkRecorded"]
    assert recorded == [*kept, mark.operation_id]
    assert [e["kind"] for e in entries].count("CaseSubmitted") == 2
    assert judge_log(hall.log.read_text("utf-8"))


async def test_a_notice_waits_for_space_and_is_sealed_once(small_disk: Path, tmp_path: Path) -> None:
    ballast, data = small_disk / "ballast", tmp_path / "hall"
    data.mkdir()
    (data / "materials").symlink_to(small_disk)
    with HallProcess(data, tmp_path / "small.log") as hall:
        people = People(hall, tmp_path)
        async with online(hall, people.terminal(), people.reviewer()) as [terminal, desk]:
            offer, _ = await rung(terminal, desk)
            assert isinstance(await desk.ask(AnswerCall(offer.call_id)), CallStarted)
            with filled(ballast):
                assert isinstance(await desk.ask(Decide("yes", offer.case.case_id, "accept")), Done)
                failed: Error = await desk.hear(Error)
                assert failed.code is ErrorCode.SEALING_FAILED
                assert failed.sentence.startswith(SENTENCES[ErrorCode.SEALING_FAILED])
            await asyncio.to_thread(hall.kill)
            await asyncio.to_thread(hall.start)
            ready: NoticeReady = await terminal.hear(NoticeReady)
            assert ready.notice.notice_id == failed.about
            assert (await http(terminal, "GET", ready.notice.digest)).content.startswith(b"%PDF-")
        entries = journal(hall, tmp_path / "sealed.jsonl")
    kinds = [entry["kind"] for entry in entries]
    assert [kinds.count(kind) for kind in ("Decided", "SealingRefused", "NoticeStored")] == [1, 1, 1]
    assert judge_log(hall.log.read_text("utf-8"))


@contextmanager
def filled(ballast: Path) -> Iterator[None]:
    """No space on this disk while it lasts."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    assert os.statvfs(ballast.parent).f_bavail == 0
    yield
    ballast.unlink()


async def well(hall: HallProcess) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(hall.url.replace("ws:", "http:").replace("/hall", "/healthz"))).status_code


# --- a server that cannot start ------------------------------------------------------------------------------


def start(*options: str | Path) -> str:
    """What the server says when it cannot start: one sentence, exit code 1."""
    command = [sys.executable, "-m", "signaling", "server", *(str(option) for option in options)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=DEADLINE_S, check=False)
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if " INFO " not in line]
    assert len(lines) == 1, done.stderr
    assert "listening" not in done.stdout
    return lines[0]


def test_a_port_in_use(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert "端口可能已被占用" in (said := start("--data", tmp_path / "hall", "--port", port))
        assert str(port) in said


def test_a_data_folder_in_use(hall: HallProcess) -> None:
    assert "另一个服务器正在使用" in start("--data", hall.data, "--port", "0")


@pytest.mark.parametrize("damage", ["no database", "pages overwritten", "cut off", "of a newer program"])
def test_a_damaged_database_is_not_touched(damage: str, hall: HallProcess, tmp_path: Path) -> None:
    data = tmp_path / "hall"
    data.mkdir()
    with closing(sqlite3.connect(hall.data / "hall.db")) as live, closing(sqlite3.connect(data / "hall.db")) as copy:
        live.backup(copy)
        if damage == "of a newer program":
            copy.execute("PRAGMA user_version = 99")
    content = bytearray((data / "hall.db").read_bytes())
    if damage == "no database":
        content[:100] = b"\x00nothing of ours" * 6 + b"...."
    elif damage == "pages overwritten":
        content[4096 : 4096 * 12] = secrets.token_bytes(4096 * 11)
    elif damage == "cut off":
        del content[len(content) // 2 :]
    (data / "hall.db").write_bytes(content)
    said = start("--data", data, "--port", "0")
    assert re.search(r"case store|hall\.db", said), said
    assert (data / "hall.db").read_bytes() == content, "what can still be rescued is still there"


BAD_SETTINGS: dict[str, tuple[str, str]] = {
    "--port": ("99999", "port"),
    "--ring-s": ("soon", "ring_s"),
    "--max-material-mib": ("0", "max_material_mib"),
    "--organisation": ("局", "organisation"),
    "--data": ("FILE", "data"),
    "--tls-key": ("FILE", "tls_certificate"),
    "--config": ("FILE", "settings"),
    "--catalogue": ("FILE", "settings"),
    "--calendar": ("MISSING", "calendar"),
}


@pytest.mark.parametrize("option", BAD_SETTINGS)
def test_a_bad_setting_is_named(option: str, tmp_path: Path) -> None:
    value, word = BAD_SETTINGS[option]
    file = tmp_path / "settings.txt"
    file.write_bytes(b"port = \xff\xfe")
    value = {"FILE": str(file), "MISSING": str(tmp_path / "none")}.get(value, value)
    assert word in start("--data", tmp_path / "hall", "--port", "0", option, value)
