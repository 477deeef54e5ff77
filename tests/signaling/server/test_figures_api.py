"""Figures over HTTP: whom they are for, what may be asked, and that no question takes the server down."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from signaling.hall.events import Desk, Staff, Terminal
from signaling.hall.metrics import Metrics
from signaling.hall.staffing import WhatIf
from signaling.protocol.values import OFFICIAL_TIME
from signaling.server.connections import Session
from signaling.server.figures_api import FiguresApi
from signaling.server.settings import Settings
from signaling.server.store import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
SESSIONS = {
    "manager": Session("s1", Staff("ma", "马宁", ("manager",))),
    "supervisor": Session("s2", Staff("wu", "吴越", ("supervisor",))),
    "supervisor at a desk": Session("s3", Desk("D-01", "wu", "吴越", (), ("reviewer", "supervisor"))),
    "collector": Session("s4", Staff("lin", "林静", ("collector", "issuer", "guide"))),
    "reviewer": Session("s5", Desk("D-02", "shen", "沈明", ())),
    "terminal": Session("s6", Terminal("T-01", "自助终端 01")),
}
PATHS = ("/metrics.json", "/fairness.csv", "/ledger.csv", "/what-if.json")


def by(who: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {SESSIONS[who].http_token}"}


def client(data: Path, deadline_s: float = 20.0) -> httpx.AsyncClient:
    tokens = {session.http_token: session for session in SESSIONS.values()}
    api = FiguresApi(Settings(data=data), tokens.get, lambda: NOON, deadline_s)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=list(api.routes()))), base_url="http://hall", timeout=30
    )


@pytest.fixture
async def http(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client(tmp_path / "hall") as made:
        yield made


def code_of(answer: httpx.Response) -> str:
    return str(msgspec.json.decode(answer.content)["code"])


@pytest.mark.parametrize("who", ["collector", "reviewer", "terminal"])
@pytest.mark.parametrize("path", PATHS)
async def test_they_are_not_for_everyone(http: httpx.AsyncClient, path: str, who: str) -> None:
    answer = await http.get(path, headers=by(who))
    assert (answer.status_code, code_of(answer)) == (403, "wrong_role")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic x"}])
async def test_without_a_live_token_nothing_is_told(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    for path in PATHS:
        answer = await http.get(path, headers=headers)
        assert (answer.status_code, code_of(answer)) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-02-30",
        "to=9999-12-31",
        "from=2026-11-20&to=2026-11-19",
        "from=2025-01-01&to=2026-11-20",
        "from=2026-11-20T00:00",
        "since=2026-11-20",
        "from=",
        "to=0001-01-01",
        "from=9999-12-31&to=9999-12-31",
        "from=2026-11-20&from=2026-11-19",
    ],
)
async def test_what_cannot_be_asked_is_refused_before_any_work(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.get(f"/metrics.json?{query}", headers=by("manager"))
    assert (answer.status_code, code_of(answer)) == (422, "invalid_entry")


@pytest.mark.parametrize(
    "query", ["", "day=2026-11-20", "reviewers=0", "reviewers=201", "reviewers=many", "reviewers=3&day=x", "from=x"]
)
async def test_a_what_if_without_a_sensible_number_is_refused(http: httpx.AsyncClient, query: str) -> None:
    answer = await http.get(f"/what-if.json?{query}", headers=by("manager"))
    assert (answer.status_code, code_of(answer)) == (422, "invalid_entry")


@pytest.mark.slow
async def test_a_what_if_of_a_day_without_visitors_is_empty(http: httpx.AsyncClient) -> None:
    answer = await http.get("/what-if.json?day=2026-11-20&reviewers=5", headers=by("supervisor"))
    assert msgspec.json.decode(answer.content, type=WhatIf) == WhatIf(0, 0, ())


@pytest.mark.slow
@pytest.mark.parametrize("who", ["manager", "supervisor", "supervisor at a desk"])
async def test_who_leads_the_hall_gets_them(http: httpx.AsyncClient, who: str) -> None:
    answer = await http.get("/metrics.json?from=2026-11-01&to=2026-11-19", headers=by(who))
    metrics = msgspec.json.decode(answer.content, type=Metrics)
    assert (metrics.since, metrics.until) == (
        datetime(2026, 11, 1, tzinfo=OFFICIAL_TIME),
        datetime(2026, 11, 20, tzinfo=OFFICIAL_TIME),
    )
    table = await http.get("/fairness.csv", headers=by(who))
    assert table.headers["content-disposition"] == 'attachment; filename="fairness-20261120.csv"'
    assert table.text.startswith("\ufeff时间 time,办件 case_id,排队号 ticket_number")


@pytest.mark.slow
async def test_a_store_that_cannot_be_read_is_told_as_such(tmp_path: Path) -> None:
    async with client(tmp_path / "nowhere") as http:
        answer = await http.get("/metrics.json", headers=by("manager"))
    assert (answer.status_code, code_of(answer)) == (503, "storage_unavailable")


@pytest.mark.slow
async def test_a_question_that_takes_too_long_is_stopped(store: Store, tmp_path: Path) -> None:
    async with client(tmp_path / "hall", deadline_s=0.01) as http:
        answer = await http.get("/metrics.json", headers=by("manager"))
    assert (answer.status_code, code_of(answer)) == (503, "storage_unavailable")


@pytest.mark.slow
async def test_the_same_question_is_answered_once_and_a_crowd_is_sent_away(http: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(http.get("/metrics.json", headers=by("manager")) for _ in range(8)))
    codes = [answer.status_code for answer in answers]
    assert sorted(set(codes)) == [200, 429]
    assert codes.count(200) == 4
