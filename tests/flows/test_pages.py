"""The hall's web pages in a real Chromium: the board names nobody in full, the manager's page works and refuses.

The pages speak to a real server process.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import Papers
from terminal.simulator import Script, Simulator

DEADLINE_S = 30.0


def web(hall: HallProcess, path: str) -> str:
    return hall.url.replace("ws", "http", 1).replace("/hall", path)


def log_in(tab: Any, name: str, password: str) -> None:
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
    hall: HallProcess, papers: Papers, browse: Callable[[str], Any], booth_at: Any
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


def test_a_manager_works_and_the_hall_remembers(hall: HallProcess, browse: Callable[[str], Any]) -> None:
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


def test_a_collector_sees_no_manager_s_tabs(hall: HallProcess, browse: Callable[[str], Any], tmp_path: Path) -> None:
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
