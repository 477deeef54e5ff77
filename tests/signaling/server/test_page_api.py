"""Web pages: types, safety headers, asking again, the board for everyone at most once a second."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.resources import files
from typing import Any, get_args

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from signaling.protocol.office import Board, BoardLine
from signaling.protocol.values import (
    OFFICIAL_TIME,
    Availability,
    CaseState,
    ClockKind,
    DeliveryWay,
    DepositState,
    Grade,
    NoticeKind,
    NoticeState,
    PriorityGroup,
    ResultState,
    TicketKind,
    TicketState,
)
from signaling.server.catalogue import read_catalogue
from signaling.server.page_api import BOARD_S, PageApi

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
BOARD = Board("大厅", NOON, (BoardLine("A001", "张*国", "终端 01"),), (), (), 0, ())
TABLES: dict[str, Any] = {
    "TICKET": TicketState, "KIND": TicketKind, "PRIORITY": PriorityGroup, "AVAILABILITY": Availability,
    "CASE": CaseState, "CLOCK": ClockKind, "NOTICE": NoticeKind, "NOTICE_STATE": NoticeState,
    "DEPOSIT": DepositState, "RESULT": ResultState, "WAY": DeliveryWay, "GRADE": Grade,
}  # fmt: skip
NAMES = sorted(entry.name for entry in files("signaling.server").joinpath("pages").iterdir() if entry.is_file())


class Hall:
    """Counts how often the board was asked for, on a clock that goes when told."""

    def __init__(self) -> None:
        self.asked = 0
        self.time_s = 0.0

    def board(self) -> Board:
        self.asked += 1
        return BOARD


@pytest.fixture
def hall() -> Hall:
    return Hall()


@asynccontextmanager
async def browser(board: Callable[[], Board] | None, clock: Callable[[], float]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=list(PageApi(board, clock).routes())))
    async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
        yield client


@pytest.fixture
async def http(hall: Hall) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(hall.board, lambda: hall.time_s) as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
async def test_every_file_is_served_with_its_type_and_may_load_nothing_from_elsewhere(
    http: httpx.AsyncClient, name: str
) -> None:
    page = await http.get(f"/pages/{name}")
    assert page.status_code == 200
    kind = {"html": "text/html", "css": "text/css", "js": "text/javascript"}.get(name.rpartition(".")[2])
    assert kind is None or page.headers["content-type"] == f"{kind}; charset=utf-8"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"""(src|href|from|import)\s*[=(]?\s*["'](https?:)?//""", page.text)


@pytest.mark.parametrize(("path", "name"), [("/board", "board.html"), ("/manage", "manage.html")])
async def test_a_page_has_a_short_address_and_is_asked_for_again(http: httpx.AsyncClient, path: str, name: str) -> None:
    page = await http.get(path)
    assert page.content == (await http.get(f"/pages/{name}")).content
    assert page.headers["cache-control"] == "no-cache"
    again = await http.get(path, headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await http.get(path, headers={"If-None-Match": '"old"'})).status_code == 200


@pytest.mark.parametrize("path", ["/pages/nothing.html", "/pages/..%2Fapp.py", "/pages/app.py", "/pages/", "/pages"])
async def test_nothing_else_is_served(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 404


async def test_the_font_for_rare_names_comes_from_its_package(http: httpx.AsyncClient) -> None:
    font = await http.get("/pages/hall-cjk.ttc")
    assert (font.status_code, font.headers["content-type"], font.content[:4]) == (200, "font/collection", b"ttcf")
    assert "max-age" in font.headers["cache-control"]


async def test_the_board_is_made_once_a_second_for_everyone(http: httpx.AsyncClient, hall: Hall) -> None:
    for _ in range(3):
        answer = await http.get("/board.json")
        assert msgspec.json.decode(answer.content, type=Board) == BOARD
        assert answer.headers["cache-control"] == "no-store"
    assert hall.asked == 1
    hall.time_s = BOARD_S
    await http.get("/board.json")
    assert hall.asked == 2


async def test_a_hall_without_a_public_board_shows_none() -> None:
    async with browser(None, lambda: 0.0) as http:
        assert (await http.get("/manage")).status_code == 200
        for path in ("/board", "/board.json"):
            assert (await http.get(path)).status_code == 404


def said() -> dict[str, set[str]]:
    """The codes that each table of words.js has words for."""
    text = files("signaling.server").joinpath("pages/words.js").read_text("utf-8")
    tables = re.findall(r"const ([A-Z_]+) = \{(.*?)\};", text, re.DOTALL)
    return {name: set(re.findall(r"(\w+): \"", body)) for name, body in tables}


@pytest.mark.parametrize("table", TABLES)
def test_every_code_of_the_protocol_has_its_word(table: str) -> None:
    assert said()[table] == {code for code in get_args(TABLES[table]) if code}


def test_every_skill_of_the_built_in_catalogue_has_its_word() -> None:
    assert said()["SKILL"] >= {item.skill for item in read_catalogue(None)} | {"general", "pool"}
