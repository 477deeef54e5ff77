"""Anybody's page in a real Chromium: the code on a notice opened by a phone, a mistyped one, files, a replaced notice.

The pictures lie beside the test's other files, for whoever wants to judge the looks.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zxingcpp
from PIL import Image

from reviewer.demo.hall_process import HallProcess
from signaling.client import StaffLogin
from signaling.protocol.acts import VoidNotice
from signaling.protocol.messages import Done
from signaling.protocol.values import OFFICIAL_TIME, Applicant, NoticeView

APPLICANT = Applicant("person", "江𬬻", "resident_id", "11010519491231002X", "13800000000")
ANSWER = "document.querySelector('#answer h2')?.innerText"


class Shown(msgspec.Struct):
    """A hall with a notice in force and one that was issued anew."""

    hall: HallProcess
    good: NoticeView
    file: bytes
    void: NoticeView
    void_file: bytes
    new: NoticeView

    def web(self, path: str) -> str:
        return self.hall.url.replace("ws", "http", 1).replace("/hall", path)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, counter_of: Any, party_of: Any) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("shown")
    with HallProcess(folder / "hall", folder / "server.log") as hall:
        yield asyncio.run(play(hall, folder, counter_of, party_of))
    log = (folder / "server.log").read_text("utf-8")
    assert "Traceback" not in log, log


async def play(hall: HallProcess, folder: Path, counter_of: Any, party_of: Any) -> Shown:
    async def accept() -> tuple[str, NoticeView, bytes]:
        case = await counter.submit(APPLICANT)
        call = await counter.review()
        await counter.decide(await counter.preview(case.case_id))
        notice, file = await counter.receive(case.case_id)
        await counter.hang_up(call)
        return case.case_id, notice, file

    login = hall.manager_login()
    manager = party_of(hall.url, StaffLogin(login.reviewer, login.password))
    async with counter_of(hall, folder).at_the_hall() as counter, manager.at_the_hall():
        _, good, file = await accept()
        case_id, void, void_file = await accept()
        await manager.ask(VoidNotice(uuid.uuid4().hex, void.notice_id, "申请人名称写错"), Done)
        new, _ = await counter.receive(case_id)
    return Shown(hall, good, file, void, void_file, new)


def test_the_code_on_a_notice_shows_it_on_a_phone(
    shown: Shown, browse: Callable[[str], Any], judge: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "notice.pdf").write_bytes(shown.file)
    judge("pdftoppm", "-r", "200", "-gray", "-png", tmp_path / "notice.pdf", tmp_path / "page")
    pages = sorted(tmp_path.glob("page*.png"))
    (code,) = (found.text for page in pages for found in zxingcpp.read_barcodes(Image.open(page)))
    tab = browse(shown.web("/N/" + code.rpartition("/")[2]))
    tab.be_phone()
    tab.until(f"{ANSWER} === '真实有效'")
    said = tab.text()
    assert shown.good.number in said
    assert "江*" in said
    assert "𬬻" not in said
    assert shown.good.sealed_at is not None
    assert f"{shown.good.sealed_at.astimezone(OFFICIAL_TIME):%Y-%m-%d %H:%M}" in said
    assert "没有法律效力" in said, "the test authority's seal is named as such"
    assert tab.run("document.documentElement.scrollWidth") <= 390, "nothing sticks out to the side"
    keep(tab, tmp_path / "phone-genuine.png")


def test_query_codes_on_the_page(shown: Shown, browse: Callable[[str], Any], tmp_path: Path) -> None:
    tab = browse(shown.web("/N"))
    keep(tab, tmp_path / "empty.png")
    code = shown.good.query_code
    ask_code(tab, code[:-1] + ("7" if code[-1] != "7" else "8"))
    tab.until(f"{ANSWER} === '查无此文书'")
    assert shown.good.number not in tab.text()
    keep(tab, tmp_path / "unknown.png")
    ask_code(tab, code.lower())
    tab.until(f"{ANSWER} === '真实有效'")
    assert shown.good.number in tab.text()
    keep(tab, tmp_path / "genuine.png")
    ask_code(tab, shown.void.query_code)
    tab.until(f"{ANSWER} === '已被替代'")
    assert shown.new.number in tab.text()
    keep(tab, tmp_path / "replaced.png")
    tab.be_phone()
    keep(tab, tmp_path / "phone-replaced.png")


def test_files_on_the_page(shown: Shown, browse: Callable[[str], Any], tmp_path: Path) -> None:
    tab = browse(shown.web("/N"))
    place = len(shown.file) // 3
    for name, content, verdict in (
        ("good", shown.file, "真实有效"),
        ("changed", shown.file[:place] + bytes([shown.file[place] ^ 1]) + shown.file[place + 1 :], "不是有效的文书"),
        ("appended", shown.file + b"\n", "不是有效的文书"),
        ("void", shown.void_file, "已被替代"),
    ):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(content)
        tab.run("document.getElementById('answer').replaceChildren()")
        tab.choose_file("#file", path)
        tab.run("document.querySelector('#by-file button').click()")
        tab.until(f"{ANSWER} === '{verdict}'")
        first = tab.run("document.querySelector('.findings li').className")
        assert first == ("error" if verdict == "不是有效的文书" else "ok"), "what is wrong stands first"
        keep(tab, tmp_path / f"file-{name}.png")
    tab.be_phone()
    keep(tab, tmp_path / "phone-file.png")


def ask_code(tab: Any, code: str) -> None:
    tab.run(f"document.getElementById('code').value = '{code}'; document.querySelector('#by-code button').click()")


def keep(tab: Any, path: Path) -> None:
    path.write_bytes(tab.screenshot())
