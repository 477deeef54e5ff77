"""The hall's web pages in a real Chromium: the board names nobody in full, the manager's page works and refuses.

Driven over the browser's own debugging protocol; the pages speak to a real server process.
"""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from websockets.sync.client import ClientConnection, connect

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import Papers
from terminal.simulator import Script, Simulator

DEADLINE_S = 30.0


class Tab:
    """One page in Chromium."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._asked = 0

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._asked += 1
        self._line.send(json.dumps({"id": self._asked, "method": method, "params": parameters}))
        while (answer := json.loads(self._line.recv(DEADLINE_S))).get("id") != self._asked:
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
                    else if (Date.now() - began > {1000 * DEADLINE_S}) fail(new Error(document.body.innerText));
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
        deadline = time.monotonic() + DEADLINE_S
        while tab.run("document.readyState + location.href") != f"complete{url}":
            assert time.monotonic() < deadline, "the page did not load"
        return tab

    yield open_page
    for context in closers:
        context.__exit__(None, None, None)


def _debugger(profile: Path) -> str:
    """The debugging address of the one page; Chromium writes its port into the profile."""
    deadline = time.monotonic() + DEADLINE_S
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


def web(hall: HallProcess, path: str) -> str:
    return hall.url.replace("ws", "http", 1).replace("/hall", path)


def log_in(tab: Tab, name: str, password: str) -> None:
    tab.until("document.readyState === 'complete'")
    tab.run(
        f"document.querySelector('[name=name]').value = {name!r};"
        f"document.querySelector('[name=password]').value = {password!r};"
        "document.querySelector('#login button').click()"
    )


def manager_of(hall: HallProcess) -> tuple[str, str]:
    login = json.loads((hall.data / "manager-login.json").read_text("utf-8"))
    return login["reviewer"], login["password"]


async def test_the_board_shows_numbers_and_masked_names(
    hall: HallProcess, papers: Papers, browse: Callable[[str], Tab], booth_at: Any
) -> None:
    script = Script(item_code="ENV-001", papers={"form": papers.shot, "approval": papers.scan, "plan": papers.drawing})
    async with booth_at(hall) as booth, asyncio.timeout(2 * DEADLINE_S), asyncio.TaskGroup() as group:
        playing = group.create_task(Simulator(booth).play(script), name="applicant")
        changed = asyncio.Event()
        booth.session.subscribe(changed.set)
        while booth.session.case is None:
            changed.clear()
            await changed.wait()
        tab = await asyncio.to_thread(browse, web(hall, "/board"))
        number = booth.session.case.ticket_number
        await asyncio.to_thread(tab.until, f"document.getElementById('waiting').innerText.includes('{number}')")
        said = await asyncio.to_thread(tab.text)
        playing.cancel()
    applicant = booth.session.card.name if booth.session.card else ""
    assert number in said
    assert "*" in said
    assert not applicant or applicant not in said
    hall.kill()
    tab.until("!document.getElementById('lost').hidden")
    hall.start()
    tab.until("document.getElementById('lost').hidden")
    assert len(tab.screenshot()) > 20_000


def test_a_manager_works_and_the_hall_remembers(hall: HallProcess, browse: Callable[[str], Tab]) -> None:
    name, password = manager_of(hall)
    tab = browse(web(hall, "/manage"))
    log_in(tab, name, "not the password")
    tab.until("document.getElementById('refused').innerText.length > 0")
    log_in(tab, name, password)
    tab.press("工作日历")
    tab.run(
        "const [day] = document.querySelectorAll('main input[type=date]'); day.value = '2027-02-10';"
        "const source = document.querySelectorAll('main input:not([type])')[0]; source.value = '区政府通知';"
    )
    tab.press("保存")
    tab.until("document.querySelector('main table')?.innerText.includes('2027-02-10')")
    tab.press("事项")
    tab.run(
        "const [code, reason] = document.querySelectorAll('main input'); code.value = 'ENV-001'; reason.value = '升级';"
    )
    tab.press("暂停受理")
    tab.until("document.querySelector('main table')?.innerText.includes('ENV-001')")
    tab.run("document.querySelector('main input').value = 'NOT-THERE'")
    tab.run("document.querySelectorAll('main input')[1].value = '升级'")
    tab.press("暂停受理")
    tab.until("document.getElementById('say').classList.contains('bad')")
    tab.press("指标")
    tab.until("document.body.innerText.includes('首次受理率')")

    hall.kill()
    tab.until("document.getElementById('line').innerText.includes('重连')")
    hall.start()
    tab.until("document.getElementById('line').innerText === '已连接'")
    tab.press("工作日历")
    tab.until("document.querySelector('main table')?.innerText.includes('2027-02-10')")


def test_a_collector_sees_no_manager_s_tabs(hall: HallProcess, browse: Callable[[str], Tab], tmp_path: Path) -> None:
    said = enrol(hall, "collector-01", "收件员", "collector")
    tab = browse(web(hall, "/manage"))
    log_in(tab, "collector-01", said)
    tab.until("document.querySelectorAll('nav button').length > 0")
    tabs = tab.run("[...document.querySelectorAll('nav button')].map((b) => b.firstChild.textContent)")
    assert tabs == ["材料柜", "结果领取"]


def enrol(hall: HallProcess, login: str, name: str, role: str) -> str:
    """Enrol somebody beside the running hall; the password."""
    command = [sys.executable, "-m", "signaling", "enrol", "reviewer", login, "--name", name, "--roles", role]
    done = subprocess.run(
        [*command, "--skills", "environment", "--generate", "--data", str(hall.data)],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout.rsplit("密码 ", 1)[-1].split()[0]
