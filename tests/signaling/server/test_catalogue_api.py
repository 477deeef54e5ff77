"""The catalogue over HTTP, and another one taken up while the hall is open."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from signaling.hall.events import CatalogueChanged
from signaling.protocol.values import ServiceItem
from signaling.server.catalogue import IMPORTED, import_catalogue, publish, read_catalogue
from signaling.server.catalogue_api import CatalogueApi


@pytest.fixture(scope="module")
def items() -> tuple[ServiceItem, ...]:
    return read_catalogue(None)


@pytest.fixture
def api(items: tuple[ServiceItem, ...]) -> CatalogueApi:
    return CatalogueApi(publish(items))


@pytest.fixture
async def http(api: CatalogueApi) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=list(api.routes())))
    async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
        yield client


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_anyone_gets_the_catalogue_by_its_digest_and_may_keep_it(
    http: httpx.AsyncClient, api: CatalogueApi, items: tuple[ServiceItem, ...], encoding: str
) -> None:
    response = await http.get(f"/catalogue/{api.offering().digest}", headers={"Accept-Encoding": encoding})
    assert response.status_code == 200
    assert response.headers.get("content-encoding") == ("gzip" if encoding == "gzip" else None)
    assert "immutable" in response.headers["cache-control"]
    assert msgspec.json.decode(response.content, type=tuple[ServiceItem, ...]) == items


async def test_another_digest_is_not_found(http: httpx.AsyncClient) -> None:
    for digest in ("0" * 64, "x"):
        response = await http.get(f"/catalogue/{digest}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_the_offering_and_the_skills_are_the_catalogues(api: CatalogueApi, items: tuple[ServiceItem, ...]) -> None:
    assert api.offering().catalogue == items
    assert len(api.skills()) == 15
    assert "environment" in api.skills()
    assert "".join(api.offering().letters.values()) == "ABCDEFGHIJKLMNO"


async def test_what_is_broken_or_gone_is_not_taken_up(
    api: CatalogueApi, items: tuple[ServiceItem, ...], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / IMPORTED).write_text("[")
    assert await api.take_up(tmp_path / IMPORTED) is None
    assert await api.take_up(tmp_path / "gone.json") is None
    assert caplog.text.count("not taken up") == 2
    assert api.offering().catalogue == items
    import_catalogue(items, tmp_path)
    assert await api.take_up(tmp_path / IMPORTED) is None  # the same again is no change


async def test_an_import_is_taken_up_while_the_hall_is_open(
    api: CatalogueApi, http: httpx.AsyncClient, items: tuple[ServiceItem, ...], tmp_path: Path
) -> None:
    happened: asyncio.Queue[CatalogueChanged] = asyncio.Queue()
    watching = asyncio.create_task(api.watch(tmp_path / IMPORTED, happened.put_nowait, look_s=0.01), name="watch")
    await asyncio.sleep(0)  # the watch begins with nothing there
    publication = import_catalogue(items[:3], tmp_path)
    async with asyncio.timeout(10):
        assert await happened.get() == CatalogueChanged(items[:3], publication.digest)
    watching.cancel()
    assert (await http.get(f"/catalogue/{publication.digest}")).content == publication.content
