"""The demo's hall: a real server process on the loopback, with its own data folder.

Owns the process's life and the files it leaves; knows nothing of cases.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import msgspec

from signaling.protocol.enrolment import DeviceFile, LoginFile

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

    def __enter__(self) -> "HallProcess":
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
                [*command, "--ready-file", str(ready), *self._settings], stdout=log, stderr=log, env=_environment()
            )
        deadline = time.monotonic() + START_DEADLINE_S
        while not ready.is_file():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise HallDidNotStart(self.log.read_text("utf-8", errors="replace")[-800:])
            time.sleep(0.02)
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

    def export_journal(self, target: Path) -> str:
        """Write the journal as JSON lines and check its chain; what the check says. The server must be stopped."""
        base = [sys.executable, "-m", "signaling", "journal"]
        for command in (
            [*base, "export", "--data", str(self.data), str(target)],
            [*base, "verify", str(target)],
        ):
            done = subprocess.run(  # noqa: S603 - our own program
                command, capture_output=True, text=True, check=False, env=_environment(), encoding="utf-8"
            )
            if done.returncode:
                raise HallDidNotStart(f"journal: {done.stdout}{done.stderr}")
        return done.stdout.strip()


def _environment() -> dict[str, str]:
    """Ours, speaking UTF-8 whatever the machine's locale is."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
