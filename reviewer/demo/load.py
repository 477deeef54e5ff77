"""``./hall demo --load N``: a busy hall of N simulated terminals, with reviewers, a collector, an issuer and a manager.

A real server process; every terminal, desk and colleague is the real program without its window, all in this process.
Prints the state of the hall as it goes, then the service figures; leaves figures, fairness log, journal and a picture
of the board in a folder. Ends by itself, or cleanly on Ctrl-C.
"""

import asyncio
import logging
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import Request, urlopen

import msgspec

from reviewer.demo.back_office import BackOffice
from reviewer.demo.crowd import Crowd, Habits, Visit
from reviewer.demo.figures import Figures, line, table
from reviewer.demo.hall_process import DemoHall, HallDidNotStart
from reviewer.demo.quiet_booth import quiet_booth
from reviewer.desk import OnMessage, OnState
from reviewer.effects import Connect
from reviewer.simulator import SimulatedReviewer, usual
from signaling.client import HallClient, ReviewerLogin, StaffLogin
from signaling.protocol.acts import FloorChanged
from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import Error, FromHall, SubmitCase
from signaling.protocol.values import CaseView
from terminal.booth import Booth
from terminal.simulator import Simulator, StoryStopped

logger = logging.getLogger(__name__)

RULES = {
    "ring_s": "6",
    "wrap_up_s": "3",
    "summons_s": "12",
    "keep_s": "300",
    "park_s": "20",
    "overflow_s": "15",
    "handling_s": "8",
    "wait_limit_s": "45",
}
"""A day in a minute: times of a real hall, some ten times shorter. Everybody may exchange the place in line."""
REVIEWERS_PER_TERMINAL = 14 / 50
"""As in the hall the domain notes describe."""
TELL_EVERY_S = 5.0
GRACE_S = 25.0
"""So long after the last arrival who is in the hall may finish."""
BUSY_FROM = 3
"""With so many waiting the line counts as long."""
SEED = 20_260
_GOES_ON = frozenset({"pre_review", "advised", "received", "reviewing", "correction_requested"})
"""States in which an applicant who went away has a reason to come back."""
_BOARD_SIZE = "1920,1080"


class Tally(msgspec.Struct):
    """What was seen of the visits. ``stopped`` counts those that did not go on, by step and code.

    ``refused`` counts refusals of staff, which should not happen at all.
    """

    submitted: int = 0
    ended: int = 0
    came_back: int = 0
    rings_s: list[float] = []
    """How long each applicant waited from submitting to the ring."""
    stopped: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    refused: Counter[str] = msgspec.field(default_factory=Counter)


def play_load(terminals: int, seconds: float, out: Path, tell: Callable[[str], None]) -> Tally:
    """Play for this long, or until Ctrl-C; the folder ``out`` exists. Raises HallDidNotStart."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each paper
    with tempfile.TemporaryDirectory(prefix="cloud-window-load-") as name:
        folder = Path(name)
        rules = [word for rule, value in RULES.items() for word in (f"--{rule.replace('_', '-')}", value)]
        with DemoHall(folder / "hall", out / "server.log", *rules) as hall:
            reviewers = max(2, round(terminals * REVIEWERS_PER_TERMINAL))
            people = folder / "people.csv"
            people.write_text(people_table(terminals, reviewers), "utf-8")
            tell(hall.enrol(people, folder / "enrolled"))
            web = hall.url.replace("ws", "http", 1).removesuffix("/hall")
            manager = hall.manager_login()
            tell(f"大厅已启动，{hall.clock_words()}。现在可以打开：")
            tell(f"    大厅屏 {web}/board")
            tell(f"    管理页 {web}/manage  用户名 {manager.reviewer}  密码 {manager.password}")
            try:
                tally = asyncio.run(_Load(hall, folder / "enrolled", manager, web, out, tell).play(seconds))
            except ExceptionGroup as problems:  # of the task group; anything else than no connection is our own fault
                known, unknown = problems.split(OSError)
                if unknown is not None or known is None:
                    raise
                raise HallDidNotStart(str(known.exceptions[0])) from problems
        tell("    " + hall.export_journal(out / "journal.jsonl"))
        return tally


def people_table(terminals: int, reviewers: int) -> str:
    """Who is enrolled: terminals from T-02 on with a cabinet each, reviewers, who decides, who collects and issues."""
    rows = ["类型,编号,名称,业务类别,岗位,小屋,格数,席位"]
    rows += [f"终端,T-{n:02d},自助终端 {n:02d},,,是,8," for n in range(2, terminals + 2)]
    rows += [f"人员,load-{n:02d},审核员 {n:02d},,reviewer,,,D-{n:02d}" for n in range(2, reviewers + 2)]
    rows += ["人员,decider-01,审批员 01,,decider issuer,,,D-91", "人员,collector-01,收件员 01,,collector issuer,,,"]
    return "\n".join(rows) + "\n"


class _Load:
    """Everybody in the hall, on one asyncio loop."""

    def __init__(
        self, hall: DemoHall, enrolled: Path, manager: LoginFile, web: str, out: Path, tell: Callable[[str], None]
    ) -> None:
        self._hall = hall
        self._files = enrolled
        self._manager = manager
        self._web = web
        self._out = out
        self._tell = tell
        self._tally = Tally()
        self._floor: FloorChanged | None = None
        self._returns: list[tuple[float, str]] = []
        """When who left comes back, and the token."""
        tiny = enrolled / "papers"
        tiny.mkdir()
        self._crowd = Crowd(SEED, tiny)
        self._is_open = True
        self._inside = 0
        self._went = asyncio.Event()
        self._over = asyncio.Event()
        self._leader: HallClient | None = None

    async def play(self, seconds: float) -> Tally:
        """Open, let people come, let them finish, take the figures, close. On Ctrl-C nobody is waited for."""
        with suppress(NotImplementedError):  # Windows: Ctrl-C ends it without figures
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._over.set)
        async with asyncio.TaskGroup() as group:
            everybody = [group.create_task(work, name=name) for name, work in self._work()]
            report = group.create_task(self._report(), name="report")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), seconds)
            self._is_open = False
            await asyncio.to_thread(self._keep_board)
            if not self._over.is_set():
                self._tell("不再取号，等厅内的人办完……")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wait_until_empty(), GRACE_S)
            report.cancel()
            await self._keep_figures()
            for task in everybody:
                task.cancel()
        return self._tally

    async def _wait_until_empty(self) -> None:
        while self._inside:
            self._went.clear()
            await self._went.wait()

    # --- who is in the hall --------------------------------------------------------------------------

    def _work(self) -> Iterator[tuple[str, Coroutine[None, None, None]]]:
        """Everybody's work, with the name of its task."""
        for number, path in enumerate(sorted(self._files.glob("T-*.json"))):
            device = msgspec.json.decode(path.read_bytes(), type=DeviceFile)
            yield device.terminal_id, self._serve(device, SEED + number)
        for number, path in enumerate(sorted(self._files.glob("load-*.json"))):
            habits = Habits(SEED + number)
            yield path.stem, self._review(_login(path), habits)
        yield "decider-01", self._review(_login(self._files / "decider-01.json"), None)
        collector = _login(self._files / "collector-01.json")
        yield "collector-01", self._staff(collector, BackOffice(SEED, _new_id), is_leading=False)
        yield "manager-01", self._staff(self._manager, BackOffice(SEED, _new_id), is_leading=True)

    async def _review(self, login: LoginFile, habits: Habits | None) -> None:
        """A reviewer at a desk; without habits one who only decides. One who gets stuck sits down again."""
        while True:
            reviewer = (
                SimulatedReviewer(
                    _to_hall,
                    has_media=False,
                    handling=habits.handling_s,
                    decide=habits.decide,
                    pick_up=habits.pick_up,
                    does_work=True,
                )
                if habits is not None
                else SimulatedReviewer(_to_hall, has_media=False, handling=2.0, decide=usual, does_work=True)
            )
            try:
                await reviewer.run(self._hall.url, login.reviewer, login.password, login.desk_id)
            except* TimeoutError:
                logger.warning("reviewer %s got stuck", login.reviewer)
                self._tally.stopped["reviewer", ""] += 1

    async def _staff(self, login: LoginFile, office: BackOffice, *, is_leading: bool) -> None:
        """A member of staff on a web page; the leading one watches the whole hall, the other handles papers."""

        def heard(message: FromHall) -> None:
            if isinstance(message, Error) and message.code != ErrorCode.COUNT_DIFFERS:  # recorded, and told so
                self._tally.refused[f"{login.reviewer}: {message.code}"] += 1
            if isinstance(message, FloorChanged):
                if is_leading:
                    self._floor = message
                for act in office.answers(message) if is_leading else office.papers(message):
                    client.say(act)

        client = HallClient(self._hall.url, StaffLogin(login.reviewer, login.password), heard, lambda *_: None)
        if is_leading:
            self._leader = client
        await client.run()

    # --- applicants ------------------------------------------------------------------------------------

    async def _serve(self, device: DeviceFile, seed: int) -> None:
        """A terminal: one applicant after the other, and those who come back."""
        booth = quiet_booth(device, self._files / "prints", seed)
        simulator = Simulator(booth, self._heard)
        self._watch(booth)
        async with asyncio.TaskGroup() as group:
            group.create_task(booth.run(), name=f"booth {device.terminal_id}")
            while True:
                await asyncio.sleep(self._crowd.pause_s())
                if self._is_open and booth.session.items:
                    self._inside += 1
                    await self._visit(booth, simulator)
                    self._inside -= 1
                    self._went.set()

    async def _visit(self, booth: Booth, simulator: Simulator) -> None:
        """Whoever comes to this terminal next, to the end; one whose visit does not go on walks away."""
        token = self._back()
        visit = self._crowd.return_visit() if token else self._crowd.visit(booth.session.items, is_busy=self._is_busy())
        try:
            if token:
                self._tally.came_back += 1
                case = await simulator.come_back(token, visit.script)
            else:
                case = await simulator.play(visit.script)
            self._left(case, visit)
        except StoryStopped as problem:
            logger.warning("visit stopped at %s: %s", problem.step, problem.code)
            self._tally.stopped[problem.step, problem.code] += 1
            left = booth.session.case
            booth.session.finish()
            if left is not None:
                self._left(left, visit)

    def _heard(self, words: str) -> None:
        self._tally.submitted += words.startswith("submitted")

    def _left(self, case: CaseView, visit: Visit) -> None:
        if case.state in _GOES_ON and case.place.conversion not in ("appointment", "window"):
            self._returns.append((time.monotonic() + visit.away_s, case.token))
        else:
            self._tally.ended += 1

    def _is_busy(self) -> bool:
        """Whether who comes now will have to wait, and may be offered something else."""
        queue = self._floor.queue if self._floor is not None else ()
        return sum(ticket.state == "waiting" for ticket in queue) >= BUSY_FROM

    def _back(self) -> str:
        """The token of one who has been away long enough, or ""."""
        due = min(self._returns, default=None)
        if due is None or due[0] > time.monotonic():
            return ""
        self._returns.remove(due)
        return due[1]

    def _watch(self, booth: Booth) -> None:
        """Take the time from submitting to the ring."""
        session, since_s = booth.session, [0.0]

        def look() -> None:
            if session.asking.is_asking(SubmitCase):
                since_s[0] = since_s[0] or time.monotonic()
            elif since_s[0] and session.line.ringing:
                self._tally.rings_s.append(time.monotonic() - since_s[0])
                since_s[0] = 0.0
            elif session.step in ("welcome", "slip"):
                since_s[0] = 0.0

        session.subscribe(look)

    # --- figures -----------------------------------------------------------------------------------------

    async def _report(self) -> None:
        began = time.monotonic()
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            tally, elapsed_s = self._tally, time.monotonic() - began
            self._tell(line(self._floor, elapsed_s, tally.submitted, tally.ended, tally.rings_s))

    def _keep_board(self) -> None:
        """The board of the busy hall, as data and as a picture."""
        (self._out / "board.json").write_bytes(_fetch(f"{self._web}/board.json"))
        _photograph(f"{self._web}/board", self._out / "board.png")

    async def _keep_figures(self) -> None:
        """Metrics and fairness log, which need the manager's link."""
        welcome = self._leader.welcome if self._leader is not None else None
        if welcome is None:
            raise PermissionError("the manager is not connected")
        for name in ("metrics.json", "fairness.csv"):
            content = await asyncio.to_thread(_fetch, f"{self._web}/{name}", welcome.http_token)
            (self._out / name).write_bytes(content)
        self._tell("服务指标：")
        metrics = msgspec.json.decode((self._out / "metrics.json").read_bytes(), type=Figures)
        for words in table(metrics):
            self._tell(f"    {words}")
        self._tell(f"    凭凭证码回来 {self._tally.came_back} 人次")
        for (step, code), number in self._tally.stopped.items():
            why = SENTENCES[ErrorCode(code)] if code in set(ErrorCode) else code or "等不到下一步"
            self._tell(f"    没有走完 {number} 次：{why}（{step}）")
        for code, number in self._tally.refused.items():
            self._tell(f"    工作人员被拒绝 {number} 次：{code}")


def _to_hall(login: Connect, on_message: OnMessage, on_state: OnState) -> HallClient:
    return HallClient(login.url, ReviewerLogin(login.reviewer, login.password, login.desk_id), on_message, on_state)


def _login(path: Path) -> LoginFile:
    return msgspec.json.decode(path.read_bytes(), type=LoginFile)


def _new_id() -> str:
    return uuid.uuid4().hex


def _fetch(url: str, token: str = "") -> bytes:
    request = Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310 - our hall
    with urlopen(request, timeout=60) as answer:  # noqa: S310 - our hall
        content: bytes = answer.read()
        return content


def _photograph(url: str, target: Path) -> None:
    """A picture of a page, if there is a Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        return
    # The browser's own processes may still write into the profile; Ctrl-C is not for them.
    with tempfile.TemporaryDirectory(prefix="cloud-window-browser-", ignore_cleanup_errors=True) as profile:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}"]
        options += [f"--window-size={_BOARD_SIZE}", "--hide-scrollbars", "--timeout=4000", f"--screenshot={target}"]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603 - found by which
                [chromium, *options, url], capture_output=True, timeout=30, check=False, start_new_session=True
            )
