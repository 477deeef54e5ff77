"""Materials over HTTP: the whole table of answers, and that nothing can be learned by guessing."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from signaling.hall.events import Desk, Party, Staff, Terminal
from signaling.server.connections import Session
from signaling.server.material_api import MaterialApi
from signaling.server.materials import Materials
from signaling.server.store import Store

PNG = b"\x89PNG\r\n\x1a\n" + b"marked place"
PDF = b"%PDF-1.7\n" + b"scan " * 1000
DIGEST = hashlib.sha256(PDF).hexdigest()
LARGEST = 1 << 20


class Hall:
    """Sessions by token, and who may read what."""

    def __init__(self) -> None:
        self.terminal = Session("s1", Terminal("T-01", "自助终端 01"))
        self.other = Session("s2", Terminal("T-02", "自助终端 02"))
        self.desk = Session("s3", Desk("D-01", "shen", "沈明", ()))
        self.manager = Session("s4", Staff("ma", "马宁", ("manager", "supervisor")))
        self.readers: set[tuple[str, str]] = set()
        self.drafts: dict[str, bytes] = {}

    def session_of(self, token: str) -> Session | None:
        return {session.http_token: session for session in (self.terminal, self.other, self.desk, self.manager)}.get(
            token
        )

    def may_read(self, party: Party, digest: str) -> bool:
        return (party.name, digest) in self.readers


@pytest.fixture
def hall() -> Hall:
    return Hall()


@pytest.fixture
def materials(tmp_path: Path, store: Store) -> Iterator[Materials]:
    with contextlib.closing(Materials(tmp_path / "materials", store, LARGEST)) as made:
        yield made


@pytest.fixture
async def http(hall: Hall, materials: Materials) -> AsyncIterator[httpx.AsyncClient]:
    api = MaterialApi(materials, hall.session_of, hall.may_read, hall.drafts.get)
    application = Starlette(routes=list(api.routes()))
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://hall") as client:
        yield client


def by(session: Session) -> dict[str, str]:
    return {"Authorization": f"Bearer {session.http_token}"}


def code_of(response: httpx.Response) -> str:
    return str(msgspec.json.decode(response.content)["code"])


async def test_put_is_created_once_and_then_ok(http: httpx.AsyncClient, hall: Hall) -> None:
    first = await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    again = await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    assert (first.status_code, again.status_code) == (201, 200)


async def test_get_needs_the_halls_word_and_serves_an_attachment(http: httpx.AsyncClient, hall: Hall) -> None:
    await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    hall.readers.add(("沈明", DIGEST))
    response = await http.get(f"/materials/{DIGEST}", headers=by(hall.desk))
    assert response.content == PDF
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-length"] == str(len(PDF))
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"] == "attachment"
    assert response.headers["cache-control"] == "no-store"


async def test_absent_and_forbidden_look_the_same(http: httpx.AsyncClient, hall: Hall) -> None:
    await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    asked = [f"/materials/{DIGEST}", f"/materials/{'0' * 64}", "/materials/passwd", f"/materials/{DIGEST.upper()}"]
    for method in ("GET", "HEAD"):
        answers = [await http.request(method, path, headers=by(hall.other)) for path in asked]
        looks = {(answer.status_code, answer.content, tuple(answer.headers.items())) for answer in answers}
        assert len(looks) == 1
        assert answers[0].status_code == 404


async def test_head_tells_a_terminal_what_it_has_handed_in_itself(http: httpx.AsyncClient, hall: Hall) -> None:
    await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    own = await http.head(f"/materials/{DIGEST}", headers=by(hall.terminal))
    assert (own.status_code, own.headers["content-length"]) == (200, str(len(PDF)))
    assert (await http.head(f"/materials/{DIGEST}", headers=by(hall.desk))).status_code == 404
    hall.readers.add(("沈明", DIGEST))
    assert (await http.head(f"/materials/{DIGEST}", headers=by(hall.desk))).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guess"}, {"Authorization": "Basic x"}])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_without_a_live_token_nothing_is_told(
    http: httpx.AsyncClient, method: str, headers: dict[str, str]
) -> None:
    response = await http.request(method, f"/materials/{DIGEST}", headers=headers)
    assert response.status_code == 401
    assert method == "HEAD" or code_of(response) == "not_authenticated"


@pytest.mark.parametrize(
    ("content", "digest", "status", "code"),
    [
        (PDF, "0" * 64, 422, "material_damaged"),
        (b"MZ program", hashlib.sha256(b"MZ program").hexdigest(), 415, "material_unsupported"),
        (PDF + bytes(LARGEST), hashlib.sha256(PDF + bytes(LARGEST)).hexdigest(), 413, "material_too_large"),
        (PDF, "not-a-digest", 404, "not_found"),
    ],
)
async def test_a_refused_put_names_its_reason(
    http: httpx.AsyncClient, hall: Hall, materials: Materials, content: bytes, digest: str, status: int, code: str
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        yield content

    for body in (content, unannounced()):
        response = await http.put(f"/materials/{digest}", content=body, headers=by(hall.terminal))
        assert (response.status_code, code_of(response)) == (status, code)
        assert msgspec.json.decode(response.content)["sentence"]
    assert await materials.find(digest) is None


async def test_a_page_gets_no_papers_whatever_the_role(http: httpx.AsyncClient, hall: Hall) -> None:
    await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    hall.readers.add(("马宁", DIGEST))
    for method, status in (("GET", 404), ("HEAD", 404), ("PUT", 403)):
        answer = await http.request(method, f"/materials/{DIGEST}", headers=by(hall.manager))
        assert answer.status_code == status


async def test_a_desk_hands_in_pictures_of_marked_places_and_nothing_else(http: httpx.AsyncClient, hall: Hall) -> None:
    digest = hashlib.sha256(PNG).hexdigest()
    stored = await http.put(f"/materials/{digest}", content=PNG, headers=by(hall.desk))
    assert stored.status_code == 201
    assert (await http.head(f"/materials/{digest}", headers=by(hall.desk))).status_code == 200
    assert (await http.get(f"/materials/{digest}", headers=by(hall.terminal))).status_code == 404
    scan = await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.desk))
    assert (scan.status_code, code_of(scan)) == (415, "material_unsupported")
    huge = by(hall.desk) | {"Content-Length": str((4 << 20) + 1)}
    response = await http.put(f"/materials/{digest}", content=PNG, headers=huge)
    assert (response.status_code, code_of(response)) == (413, "material_too_large")


async def test_drafts_are_for_desks_that_know_their_digest(
    http: httpx.AsyncClient, hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.drafts[DIGEST] = PDF
    with caplog.at_level("DEBUG", logger="signaling"):
        response = await http.get(f"/drafts/{DIGEST}", headers=by(hall.desk))
    assert (response.status_code, response.content) == (200, PDF)
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["cache-control"] == "no-store"
    assert DIGEST[:12] not in caplog.text
    for session, digest in ((hall.terminal, DIGEST), (hall.manager, DIGEST), (hall.desk, "0" * 64), (hall.desk, "x")):
        refused = await http.get(f"/drafts/{digest}", headers=by(session))
        assert (refused.status_code, code_of(refused)) == (404, "not_found")
    assert (await http.get(f"/drafts/{DIGEST}")).status_code == 401


async def test_a_page_of_staff_hands_nothing_in(http: httpx.AsyncClient, hall: Hall) -> None:
    response = await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.manager))
    assert (response.status_code, code_of(response)) == (403, "not_allowed")


async def test_a_terminal_has_a_quota_of_its_own(http: httpx.AsyncClient, hall: Hall) -> None:
    statuses = [
        (await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))).status_code for _ in range(52)
    ]
    assert statuses[:50] == [201, *[200] * 49]
    assert statuses[-1] == 429
    assert (await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.other))).status_code == 200


async def test_a_closed_store_is_a_clear_answer(http: httpx.AsyncClient, hall: Hall, store: Store) -> None:
    store.close()
    response = await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    assert (response.status_code, code_of(response)) == (503, "storage_unavailable")


async def test_a_file_damaged_on_the_disk_is_an_error_and_never_data(
    http: httpx.AsyncClient, hall: Hall, tmp_path: Path
) -> None:
    await http.put(f"/materials/{DIGEST}", content=PDF, headers=by(hall.terminal))
    (tmp_path / "materials" / DIGEST[:2] / DIGEST).write_bytes(PDF[:-1])
    hall.readers.add(("沈明", DIGEST))
    response = await http.get(f"/materials/{DIGEST}", headers=by(hall.desk))
    assert (response.status_code, code_of(response)) == (422, "material_damaged")
