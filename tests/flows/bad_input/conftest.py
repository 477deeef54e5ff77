"""One hall for all bad input, as a real one serves all day, and who comes to it: parties, a booth, raw papers.

After each test its journal must be whole, begin with all that it held before, and its log must be fit to keep.
Modules here cannot import each other: what several of them need comes as a fixture.
"""

import asyncio
import io
import itertools
import json
import os
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import pytest
from PIL import Image

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import APPLICANT
from signaling.__main__ import main
from signaling.client import HallClient, Login, ReviewerLogin, StaffLogin, TerminalLogin
from signaling.protocol.acts import CellOpened, FloorChanged, NoticePreviewed, PreviewNotice, SlotsOffered
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CallStarted,
    CaseChanged,
    Catalogue,
    Decide,
    DeclineCall,
    DeskChanged,
    Done,
    EndCall,
    Error,
    FromHall,
    MarkNumbered,
    MarkRefused,
    SetAvailability,
    ShowPage,
    SubmitCase,
    TicketIssued,
    ToHall,
    WithdrawCase,
)
from signaling.protocol.values import CaseView, Material, Outcome, Role
from signaling.server.authentication import Passwords
from signaling.server.enrol import enrol_reviewer
from signaling.server.register import Register
from signaling.server.store import Store
from terminal.booth import Booth
from terminal.machine import build_booth, call_sources
from terminal.settings import Settings

DEADLINE_S = 30.0 * float(os.environ.get("TEST_SLOWNESS", "1"))
ITEM, SLOTS = "ENV-001", ("form", "approval", "plan")
OTHER_ITEM, OTHER_SLOTS = "FOD-002", ("form", "permit")
"""Of another skill than the test's reviewers have: the bystander's case stays in line."""
ANNOUNCED = ("大厅已启动 (listening): ws://", "管理页面 (manager", "文书核验 (public", "叫号大屏 (board): ")
"""How the lines for people begin with which a hall says that it listens."""
UNTOLD: tuple[Outcome, ...] = ("advise", "resume", "issue", "close")
"""Outcomes that can be decided without reading a notice before."""
PASSWORD = "not a good password"
FILE_NAME = "王小明的材料"
PRIVATE = (APPLICANT.name, APPLICANT.id_number, APPLICANT.phone, APPLICANT.legal_representative, PASSWORD, FILE_NAME)


# --- the hall, and what must still be there afterwards ---------------------------------------------


class WatchedHall(HallProcess):
    """A hall whose folder is looked into while it runs."""

    def stored(self) -> set[str]:
        """Every file below its materials, half written ones too."""
        return {path.name for path in (self.data / "materials").rglob("*") if path.is_file()}

    def journal(self, target: Path) -> list[Any]:
        """The journal, exported beside the running server and its chain checked."""
        assert main(["journal", "export", "--data", str(self.data), str(target)]) == 0
        assert main(["journal", "verify", str(target)]) == 0
        return [json.loads(line) for line in target.read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedHall]:
    folder = tmp_path_factory.mktemp("bad-input")
    with WatchedHall(folder / "hall", folder / "server.log", "--max-material-mib", "1") as process:
        yield process
    said = process.export_journal(folder / "journal.jsonl")
    assert said.startswith("完好")


@pytest.fixture
def own_hall() -> type[WatchedHall]:
    """For a test that needs a hall of its own: ``with own_hall(data, log) as hall``."""
    return WatchedHall


@pytest.fixture(autouse=True)
def nothing_is_lost(hall: WatchedHall, tmp_path: Path) -> Iterator[Callable[[str], list[Any]]]:
    """Gives the facts of a kind since the test began; in the end judges journal and log."""
    before, log_begin = hall.journal(tmp_path / "before.jsonl"), hall.log.stat().st_size
    yield lambda kind: [
        json.loads(entry["body"])
        for entry in hall.journal(tmp_path / "now.jsonl")[len(before) :]
        if entry["kind"] == kind
    ]
    after = hall.journal(tmp_path / "after.jsonl")
    assert after[: len(before)] == before
    warnings_of(hall.log.read_bytes()[log_begin:].decode(), hall.login().password)


@pytest.fixture
def judge_log() -> Callable[[str], list[str]]:
    return warnings_of


def warnings_of(log: str, *more_private: str) -> list[str]:
    """Every line is a line of its own; warnings and worse name an id and nobody. Gives the warnings."""
    warnings = []
    for line in log.splitlines():
        if line.startswith(ANNOUNCED):
            continue
        form = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]+) [\w.]+: (.+)", line)
        assert form is not None, line
        assert not any(word in line for word in (*PRIVATE, *more_private)), line
        # the library's word on what never was a request: there is nobody yet whose id it could name
        if form[1] not in ("INFO", "DEBUG") and form[2] != "Invalid HTTP request received.":
            warnings.append(form[2])
            assert re.search(r"\b(T-\w+|[RS]-\w+|reviewer-\d+|[0-9a-f]{12,})\b", form[2]), f"no id: {line}"
    return warnings


# --- its people --------------------------------------------------------------------------------------


class Party:
    """A client that remembers what it heard."""

    def __init__(self, url: str, login: Login) -> None:
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
        names, since = ("request_id", "operation_id", "call_id", "case_id"), len(self.heard)
        key = next(value for name in names if (value := getattr(message, name, "")))
        self.client.say(message)
        is_call = isinstance(message, AnswerCall | DeclineCall | EndCall)
        acted = (Error, Done, TicketIssued, MarkNumbered, MarkRefused, CellOpened, SlotsOffered, NoticePreviewed)
        kinds = (Error, CallStarted, CallEnded) if is_call else acted

        def answers() -> list[FromHall]:
            return [
                heard
                for heard in self.heard[since:]
                if isinstance(heard, kinds) and any(getattr(heard, name, "") == key for name in (*names, "about"))
            ]

        await self.wait(lambda: bool(answers()))
        return answers()[0]

    async def refused(self, message: ToHall, code: ErrorCode) -> None:
        """It is refused with this code, and with a sentence for people."""
        answer = await self.ask(message)
        assert isinstance(answer, Error | MarkRefused), answer
        assert answer.code is code
        assert isinstance(answer, MarkRefused) or answer.sentence == SENTENCES[code]

    async def http(
        self, method: str, digest: str, content: bytes = b"", *, is_stranger: bool = False, folder: str = "materials"
    ) -> httpx.Response:
        """A request with the party's token, or without one."""
        welcome = None if is_stranger else self.client.welcome
        headers = {"Authorization": f"Bearer {welcome.http_token}"} if welcome else {}
        address = self.url.replace("ws:", "http:").replace("/hall", f"/{folder}/{digest}")
        async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as client:
            return await client.request(method, address, headers=headers, content=content or None)

    @staticmethod
    def code_of(answer: httpx.Response) -> str:
        """The code of an error answer, which has its sentence beside it."""
        error = answer.json()
        assert error == {"code": error["code"], "sentence": SENTENCES[ErrorCode(error["code"])]}
        return str(error["code"])

    @staticmethod
    def material(slot: str, content: bytes) -> Material:
        """What a submission says of these bytes."""
        digest = sha256(content).hexdigest()
        return Material(slot, digest, f"{FILE_NAME}.pdf", "application/pdf", len(content), 1, "usb")

    async def hand_in(self, slots: tuple[str, ...] = SLOTS) -> tuple[Material, ...]:
        """One file nobody else has, for every slot."""
        content = b"%PDF-1.7\n" + secrets.token_bytes(64)
        answer = await self.http("PUT", sha256(content).hexdigest(), content)
        assert answer.status_code == 201, answer.text
        return tuple(self.material(slot, content) for slot in slots)

    async def ring(self, desk: "Party") -> tuple[CallOffered, tuple[Material, ...]]:
        """A case of this terminal rings at this desk."""
        materials, since = await self.hand_in(), len(desk.heard)
        desk.client.say(SetAvailability(is_ready=True))
        ticket = await self.ask(SubmitCase("submit", ITEM, APPLICANT, materials, consents_to_video=False))
        assert isinstance(ticket, TicketIssued), ticket
        offer: CallOffered = await desk.hear(CallOffered, since)
        assert offer.case.case_id == ticket.case.case_id
        return offer, materials

    def look_at(self, case_id: str, materials: tuple[Material, ...]) -> None:
        """At a desk: turn to each of them, as who decides must have done."""
        for material in materials:
            self.client.say(ShowPage(case_id, material.digest, 0))

    async def talk(self, desk: "Party") -> tuple[CallStarted, tuple[Material, ...]]:
        """A case of this terminal in a call with this desk, its papers looked at."""
        offer, materials = await self.ring(desk)
        started = await desk.ask(AnswerCall(offer.call_id))
        assert isinstance(started, CallStarted), started
        desk.look_at(offer.case.case_id, materials)
        return started, materials

    def view(self, case_id: str) -> CaseView | None:
        """The case as it was told last."""
        views = (heard.case for heard in reversed(self.heard) if isinstance(heard, CaseChanged))
        return next((view for view in views if view.case_id == case_id), None)

    async def see(self, case_id: str, is_so: Callable[[CaseView], bool]) -> CaseView:
        """The case as soon as it is so, and no notice waits for its seal."""

        def is_seen() -> bool:
            view = self.view(case_id)
            return view is not None and is_so(view) and all(notice.state != "sealing" for notice in view.notices)

        await self.wait(is_seen)
        view = self.view(case_id)
        assert view is not None
        return view

    async def decide(self, case_id: str, outcome: Outcome, state: str, **more: Any) -> CaseView:
        """At a desk: this decision, done and its notice sealed."""
        decision = Decide(f"{outcome}-{secrets.token_hex(4)}", case_id, outcome, **more)
        answer = await self.ask(decision if outcome in UNTOLD else await self.read(decision))
        assert isinstance(answer, Done), answer
        return await self.see(case_id, lambda view: view.state == state)

    async def read(self, decision: Decide) -> Decide:
        """At a desk: the decision, its notice previewed and read."""
        fields = {name: getattr(decision, name) for name in PreviewNotice.__struct_fields__ if name != "request_id"}
        previewed = await self.ask(PreviewNotice(f"preview-{decision.request_id}", **fields))
        assert isinstance(previewed, NoticePreviewed), previewed
        draft = await self.http("GET", previewed.digest, folder="drafts")
        assert sha256(draft.content).hexdigest() == previewed.digest
        return msgspec.structs.replace(decision, preview=previewed.digest)

    async def leave(self, case_id: str) -> None:
        assert isinstance(await self.ask(WithdrawCase("leave", case_id)), Done)


class People:
    """Enrols as many terminals and reviewers as a test wants, beside the running server, and connects them."""

    ITEM, SLOTS = ITEM, SLOTS
    numbers = itertools.count(10)

    def __init__(self, hall: WatchedHall, folder: Path) -> None:
        self._hall = hall
        self._folder = folder

    def terminal(self, cells: int = 0) -> TerminalLogin:
        name, file = f"T-{next(self.numbers)}", self._folder / "device.json"
        options = ["--data", str(self._hall.data), "--name", "自助终端", "--url", self._hall.url, "-o", str(file)]
        assert main(["enrol", "terminal", *options, "--cells", str(cells), name]) == 0
        return TerminalLogin(name, msgspec.convert(json.loads(file.read_text())["private_key"], bytes))

    def reviewer(self, *roles: Role) -> ReviewerLogin:
        """At a desk of their own; without a role named, one who only reviews."""
        name = self._enrol("R", roles or ("reviewer",), ("environment",))
        return ReviewerLogin(name, PASSWORD, name.replace("R", "D"))

    def staff(self, *roles: Role) -> StaffLogin:
        """On a web page."""
        return StaffLogin(self._enrol("S", roles, ()), PASSWORD)

    def _enrol(self, letter: str, roles: Sequence[Role], skills: Sequence[str]) -> str:
        name = f"{letter}-{next(self.numbers)}"
        with closing(Store(self._hall.data)) as store, closing(Passwords()) as passwords:
            enrol_reviewer(Register(store), passwords, name, "审核员", skills, PASSWORD, roles=roles)
        return name

    def party(self, login: Login) -> Party:
        """Not connected yet."""
        return Party(self._hall.url, login)

    @asynccontextmanager
    async def online(self, *logins: Login) -> AsyncIterator[list[Party]]:
        parties = [self.party(login) for login in logins]
        async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
            tasks = [group.create_task(party.client.run(), name="party") for party in parties]
            for party in parties:
                await party.hear(Catalogue | DeskChanged | FloorChanged)
            yield parties
            for task in tasks:
                task.cancel()

    @asynccontextmanager
    async def bystander(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """A terminal with a case in line that must notice nothing; ``await`` what is given to see it is served."""
        async with self.online(self.terminal()) as [party]:
            materials = await party.hand_in(OTHER_SLOTS)
            act = SubmitCase("stay", OTHER_ITEM, APPLICANT, materials, consents_to_video=True)
            ticket = await party.ask(act)

            async def still_served() -> None:
                assert (await party.ask(act)).case.case_id == ticket.case.case_id

            yield still_served
            await party.leave(ticket.case.case_id)
            assert party.states == [("connecting", None), ("online", None)]


@pytest.fixture
def people(hall: WatchedHall, tmp_path: Path) -> People:
    return People(hall, tmp_path)


@pytest.fixture
def people_of() -> type[People]:
    """For a hall of the test's own: ``people_of(hall, folder)``."""
    return People


# --- at a booth ----------------------------------------------------------------------------------------


class AtBooth:
    """What an applicant does at a booth, and the papers brought along."""

    FILE_NAME, SLOTS = FILE_NAME, SLOTS

    @asynccontextmanager
    async def open(self, settings: Settings, sources: Any = None) -> AsyncIterator[Booth]:
        booth = build_booth(settings, sources or call_sources(settings), lambda job: job(), lambda job: job())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(booth.run(), name="booth")
            yield booth
            await booth.flush()
            running.cancel()

    async def until(self, session: Any, is_so: Callable[[], bool]) -> None:
        changed = asyncio.Event()
        session.subscribe(changed.set)
        while not is_so():
            changed.clear()
            await changed.wait()

    async def to_papers(self, booth: Booth) -> None:
        """From the welcome to the materials of ``ITEM``."""
        session = booth.session
        await self.until(session, lambda: session.connection.state == "online" and bool(session.items))
        session.begin()
        session.read_card("organisation")
        await self.until(session, lambda: session.card is not None)
        session.set_phone(APPLICANT.phone)
        session.confirm_identity()
        session.choose_item(ITEM)
        assert session.step == "materials", session.problem

    async def hand_in(self, booth: Booth, slot: str, path: Path) -> str:
        """The problem of this paper, empty when the hall has it."""
        tray = booth.session.tray
        tray.hand_in(slot, (str(path),), "usb", path.name)
        await self.until(booth.session, lambda: tray.papers[slot].state in ("ready", "failed"))
        return tray.papers[slot].problem

    @staticmethod
    def picture(kind: str, side_px: int = 300) -> bytes:
        out = io.BytesIO()
        pixels = np.random.default_rng(side_px).integers(0, 255, (side_px, side_px, 3), np.uint8)
        Image.fromarray(pixels).save(out, kind)
        return out.getvalue()


@pytest.fixture
def at_booth() -> AtBooth:
    return AtBooth()
