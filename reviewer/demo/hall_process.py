"""The demo's hall: a real server process on the loopback, with its own data folder.

Owns the process's life and the files it leaves; knows nothing of cases.
"""

import os
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Literal, Self
from urllib.request import urlopen

import msgspec

from reviewer.demo.people import Colleague
from signaling.client import ReviewerLogin, StaffLogin
from signaling.protocol.enrolment import DeviceFile, LoginFile
from signaling.protocol.office import Board
from signaling.protocol.values import OFFICIAL_TIME

START_DEADLINE_S = 30.0
STOP_DEADLINE_S = 10.0


class HallDidNotStart(Exception):
    """The server process ended, or did not listen in time; the message carries its last words."""


class HallProcess:
    """``python -m signaling server`` in a folder. Use as a context manager; ``kill`` and ``start`` again at will.

    The port stays the same over restarts, so that clients find the hall again.
    """

    def __init__(self, data: Path, log: Path, *settings: str) -> None:
        self.data = data
        self.log = log
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it listens. Raises HallDidNotStart."""
        ready = self.data / "ready.url"
        self.data.mkdir(parents=True, exist_ok=True)
        ready.unlink(missing_ok=True)
        port = self.url.rsplit(":", 1)[-1].split("/", 1)[0] if self.url else "0"
        command = [sys.executable, "-m", "signaling", "server", "--data", str(self.data), "--port", port]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [*command, "--ready-file", str(ready), *self._settings],
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for us; we stop the server when we have done with it
            )
        deadline = monotonic() + START_DEADLINE_S
        while not ready.is_file():
            if self._process.poll() is not None or monotonic() > deadline:
                self.kill()
                raise HallDidNotStart(self.log.read_text("utf-8", errors="replace")[-800:])
            sleep(0.02)
        self.url = ready.read_text("utf-8").strip()

    def kill(self) -> None:
        """SIGKILL: what a power cut does to a process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_DEADLINE_S)
            self._process = None

    def stop(self) -> None:
        """Ask it to stop and wait."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_DEADLINE_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def device(self) -> DeviceFile:
        """The terminal's device file, with the address of this run."""
        return msgspec.structs.replace(
            msgspec.json.decode((self.data / "devices" / "T-01.json").read_bytes(), type=DeviceFile), url=self.url
        )

    def login(self) -> LoginFile:
        """The first reviewer's login, with the address of this run."""
        return msgspec.structs.replace(
            msgspec.json.decode((self.data / "first-login.json").read_bytes(), type=LoginFile), url=self.url
        )

    def manager_login(self) -> LoginFile:
        """The first manager's login for the web page; this person also collects and issues."""
        return msgspec.json.decode((self.data / "manager-login.json").read_bytes(), type=LoginFile)

    def enrol(self, people: Path, folder: Path) -> str:
        """Admit everybody of a table (docs/operations.md) beside the running server; their files go to ``folder``."""
        return _run("enrol", "list", str(people), "--url", self.url, "-o", str(folder), "--data", str(self.data))

    def export_journal(self, target: Path) -> str:
        """Write the journal as JSON lines and check its chain; what the check says. The server must be stopped."""
        _run("journal", "export", "--data", str(self.data), str(target))
        return _run("journal", "verify", str(target))


def _run(*command: str) -> str:
    """What a command of the server says. Raises HallDidNotStart when it fails."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "signaling", *command],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
        encoding="utf-8",
    )
    if done.returncode:
        raise HallDidNotStart(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


class DemoHall(HallProcess):
    """A hall whose clock the demo sets, on the last two weekdays that are over: what is sealed lies in the past.

    ``set_clock`` jumps forward to ``forenoon`` and ``evening`` of the first, ``morning`` of the second.
    """

    def __init__(self, data: Path, log: Path, *settings: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._clock = data / "clock"
        self._ahead_s = 0.0
        self._decider: ReviewerLogin | None = None
        super().__init__(data, log, "--simulated-clock", str(self._clock), *settings)
        second = _weekday_before(datetime.now(OFFICIAL_TIME).date())
        first = _weekday_before(second)
        self._moments = {
            "forenoon": datetime.combine(first, time(9, 30), OFFICIAL_TIME),
            "evening": datetime.combine(first, time(21, 40), OFFICIAL_TIME),
            "morning": datetime.combine(second, time(8, 35), OFFICIAL_TIME),
        }
        self.set_clock("forenoon")

    def set_clock(self, moment: Literal["forenoon", "evening", "morning"]) -> None:
        """Jump to this moment of the story; from there hall time goes on at its usual pace."""
        ahead_s = (self._moments[moment] - datetime.now(OFFICIAL_TIME)).total_seconds()
        draft = self._clock.with_name("clock.new")
        draft.write_text(f"{ahead_s:.3f}", "ascii")
        draft.replace(self._clock)
        self._ahead_s = ahead_s

    def clock_words(self) -> str:
        """Hall time, for people."""
        now = datetime.now(OFFICIAL_TIME) + timedelta(seconds=self._ahead_s)
        return f"{now.month}月{now.day}日 {now:%H:%M}（模拟时钟）"

    def board(self) -> Board:
        """What the hall board shows now."""
        address = self.url.replace("ws", "http", 1).removesuffix("/hall") + "/board.json"
        with urlopen(address, timeout=5) as answer:  # noqa: S310 - our own hall
            return msgspec.json.decode(answer.read(), type=Board)

    def messages(self) -> list[str]:
        """What the simulated SMS gateway has sent, oldest first."""
        outbox = self.data / "sms" / "outbox.jsonl"
        lines = outbox.read_bytes().splitlines() if outbox.is_file() else []
        return [msgspec.json.decode(line)["text"] for line in lines]

    def manager(self) -> Colleague:
        """The first manager, who also collects and issues."""
        login = self.manager_login()
        return Colleague(self.url, StaffLogin(login.reviewer, login.password))

    def decider(self) -> Colleague:
        """A colleague who decides and issues; enrolled on the first call."""
        if self._decider is None:
            command = ("enrol", "reviewer", "decider-01", "--name", "审批员 01", "--roles", "decider,issuer")
            said = _run(*command, "--skills", "environment", "--generate", "--data", str(self.data))
            self._decider = ReviewerLogin("decider-01", said.rsplit("密码 ", 1)[-1].split()[0], "D-02")
        return Colleague(self.url, self._decider)


def _weekday_before(day: date) -> date:
    """The last Monday to Friday before this day."""
    return day - timedelta(days={0: 3, 6: 2}.get(day.weekday(), 1))


def _environment() -> dict[str, str]:
    """Ours, speaking UTF-8 whatever the machine's locale is."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
