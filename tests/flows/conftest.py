"""Whole cases: a real server process on the loopback, simulated applicant and reviewer, independent judges.

The programs meet through the same functions that the demo uses. Every test of this folder is a ``flow``.
"""

import asyncio
import base64
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from websockets.sync.client import ClientConnection, connect

from reviewer.__main__ import connect_to_hall, open_synthetic_leg
from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import Papers, draw_papers
from reviewer.simulator import SimulatedReviewer
from terminal.booth import Booth
from terminal.machine import build_booth, call_sources
from terminal.settings import Settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flow)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return draw_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[HallProcess]:
    with HallProcess(tmp_path / "hall", tmp_path / "server.log") as process:
        yield process
    log = (tmp_path / "server.log").read_text("utf-8")
    assert "Traceback" not in log, log
    expected = "WARNING signaling.server.(connections|authentication)"  # a lost line, a wrong password
    assert "WARNING" not in re.sub(expected, "", log), log


@pytest.fixture
def booth_at(tmp_path: Path) -> Callable[[HallProcess], "asyncio.Future[Booth]"]:
    """Open a booth at a hall: ``async with booth_at(hall) as booth``."""

    @asynccontextmanager
    async def opened(hall: HallProcess) -> AsyncIterator[Booth]:
        settings = Settings(device=hall.device(), url=hall.url, out=tmp_path / "prints")
        booth = build_booth(settings, call_sources(settings), lambda job: job(), lambda job: job())
        async with asyncio.TaskGroup() as group:
            running = group.create_task(booth.run(), name="booth")
            try:
                yield booth
            finally:
                await booth.flush()
                running.cancel()

    return opened  # type: ignore[return-value]


@pytest.fixture
def reviewer_at() -> Callable[..., object]:
    """Seat a simulated reviewer at a hall: ``async with reviewer_at(hall, cases=1) as reviewer``."""

    @asynccontextmanager
    async def seated(
        hall: HallProcess, cases: int | None = 1, corrects: bool = True
    ) -> AsyncIterator[SimulatedReviewer]:
        login = hall.login()
        reviewer = SimulatedReviewer(connect_to_hall, open_synthetic_leg, corrects)
        async with asyncio.TaskGroup() as group:
            work = group.create_task(
                reviewer.run(login.url, login.reviewer, login.password, login.desk_id, cases), name="reviewer"
            )
            yield reviewer
            if cases is None:
                work.cancel()

    return seated


@pytest.fixture
def judge() -> Callable[..., str]:
    """Run a tool that we did not write and return what it says; a missing one fails in CI and skips elsewhere."""

    def run(*command: str | Path) -> str:
        if shutil.which(str(command[0])) is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{command[0]} is not installed")
            pytest.skip(f"{command[0]} is not installed")
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


_PAGE_S = 30.0


class Tab:
    """One page in Chromium, driven over the browser's own debugging protocol."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._asked = 0

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._asked += 1
        self._line.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while (answer := json.loads(self._line.recv(_PAGE_S))).get("id") != self._asked:
            pass
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def run(self, script: str) -> Any:
        answer = self.command("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until the condition holds in the page."""
        self.run(
            f"""new Promise((done, fail) => {{
                const began = Date.now();
                (function look() {{
                    if ({condition}) done(true);
                    else if (Date.now() - began > {1000 * _PAGE_S}) fail(new Error(document.body.innerText));
                    else setTimeout(look, 50);
                }})();
            }})"""
        )

    def press(self, words: str) -> None:
        """Click the one visible button that says this."""
        shown = f"b.checkVisibility() && b.textContent.startsWith({words!r})"
        condition = f"[...document.querySelectorAll('button')].filter((b) => {shown})"
        self.until(f"{condition}.length === 1")
        self.run(f"{condition}[0].click()")

    def text(self) -> str:
        return str(self.run("document.body.innerText"))

    def choose_file(self, selector: str, path: Path) -> None:
        """Put a file into a file field."""
        root = self.command("DOM.getDocument")["root"]["nodeId"]
        node = self.command("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.command("DOM.setFileInputFiles", files=[str(path)], nodeId=node)

    def be_phone(self) -> None:
        """Show the page as on a phone held upright."""
        screen = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        self.command("Emulation.setDeviceMetricsOverride", **screen)

    def screenshot(self) -> bytes:
        return base64.b64decode(self.command("Page.captureScreenshot")["data"])


@pytest.fixture
def browse(tmp_path: Path) -> Iterator[Callable[[str], Tab]]:
    """Open an address in a headless Chromium of its own."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    closers = []

    @contextmanager
    def opened(url: str) -> Iterator[Tab]:
        profile = tmp_path / f"profile-{len(closers)}"
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        command = [str(chromium), *flags, "--remote-debugging-port=0", f"--user-data-dir={profile}", url]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_debugger(profile), max_size=None) as line:
                yield Tab(line)
        finally:
            process.kill()
            process.wait()

    def open_page(url: str) -> Tab:
        context = opened(url)
        closers.append(context)
        tab = context.__enter__()
        deadline = time.monotonic() + _PAGE_S
        while tab.run("document.readyState + location.href") != f"complete{url}":
            assert time.monotonic() < deadline, "the page did not load"
        return tab

    yield open_page
    for context in closers:
        context.__exit__(None, None, None)


def _debugger(profile: Path) -> str:
    """The debugging address of the one page; Chromium writes its port into the profile."""
    deadline = time.monotonic() + _PAGE_S
    while time.monotonic() < deadline:
        try:
            port = (profile / "DevToolsActivePort").read_text().split()[0]
            with urlopen(f"http://127.0.0.1:{port}/json") as answer:
                pages = [entry for entry in json.load(answer) if entry["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        except (OSError, IndexError):
            pass
        time.sleep(0.05)
    raise AssertionError("chromium did not open its debugging port")
