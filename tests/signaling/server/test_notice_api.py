"""Anybody's questions: genuine, void, unknown and forged are told apart, nobody is named, guessing leads nowhere."""

import hashlib
import ssl
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.responses import Response

from esign import make_test_authority
from esign.keys import Seal
from esign.printcode import PrintedNotice, decode_code, encode_code
from signaling.hall.facts import NoticeStored, NoticeVoided, Numbered
from signaling.server import notice_api
from signaling.server.file_check import FileCheck
from signaling.server.notice_api import LEAST_S, NoticeApi
from signaling.server.notice_register import NoticeRegister
from signaling.server.sealing import SignerAway
from signaling.signer.requests import SealSummary

ADDRESS = "https://hall.example/N"
BASE = "b" * 64


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return make_test_authority(tmp_path_factory.mktemp("authority") / "seal", "北京市通州区政务服务管理局")


class Signer:
    """The signing process in memory."""

    def __init__(self, seal: Seal) -> None:
        self.seal, self.is_away, self.digests = seal, False, set[str]()
        self.status = "active"

    async def seals(self) -> tuple[SealSummary, ...]:
        if self.is_away:
            raise SignerAway("gone")
        now = notice_api.datetime.now().astimezone()
        design = self.seal.design
        return (
            SealSummary("seal-1", design.organisation, design.kind, True, self.status, now, now + timedelta(days=365)),  # type: ignore[arg-type]
        )

    async def code_certificates(self) -> tuple[bytes, ...]:
        return (self.seal.code_key.certificate,)

    async def is_issued(self, digest: str) -> bool:
        return digest in self.digests


class Public:
    """A browser anywhere, and the hall's notices 1 and 2 (issued) behind the page."""

    def __init__(self, hall: Any, seal: Seal, http: httpx.AsyncClient, signer: Signer) -> None:
        self.hall, self.seal, self.http, self.signer = hall, seal, http, signer

    async def ask(self, code: str) -> dict[str, Any]:
        answer = await self.http.post("/notices/code", content=msgspec.json.encode({"code": code}))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def code(self, number: int = 1, base: str = BASE, address: str = ADDRESS, seal: Seal | None = None) -> str:
        printed = PrintedNotice(
            authority="北京市通州区政务服务管理局",
            number=f"京通政务受〔2026〕00000{number}号",
            kind="受理通知书",
            applicant="龚玉珍",
            item="食品经营许可",
            item_code="SP-1",
            case_number=f"20261120-0000{number}",
            base_digest=bytes.fromhex(base)[:16],
            issued_on=date(2026, 11, 20),
            due_on=date(2026, 12, 4),
        )
        return encode_code(printed, (seal or self.seal).code_key, address)


@pytest.fixture
async def public(hall: Any, seal: Seal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Public]:
    monkeypatch.setattr(notice_api, "LEAST_S", 0.01)
    for number in (1, 2):
        hall.submit(number)
        hall.accept(number, preview=BASE)
        moment = hall.order(number).decided_at
        stored = NoticeStored(
            f"20261120-0000{number}", f"n-{number}", str(number) * 64, moment, BASE, "seal-1", "B-LTA"
        )
        hall.record(("hall", stored))

    async def page(_: Any) -> Response:
        return Response("the page")

    signer = Signer(seal)
    api = NoticeApi(NoticeRegister(hall.store), signer, FileCheck(seal.root_pem.decode()), ADDRESS, page)
    transport = httpx.ASGITransport(Starlette(routes=api.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://hall", timeout=60) as http:
        yield Public(hall, seal, http, signer)


async def test_a_printed_code_tells_what_was_signed_and_how_it_stands(public: Public) -> None:
    found = await public.ask(public.code())
    assert (found["state"], found["number"], found["kind"]) == ("issued", "京通政务受〔2026〕000001号", "acceptance")
    assert (found["issued_on"], found["due_on"], found["digest"]) == ("2026-11-20", "2026-12-04", "1" * 64)
    assert (found["seal"], found["seal_status"], found["is_test"]) == (
        "北京市通州区政务服务管理局行政审批专用章", "active", True,
    )  # fmt: skip


async def test_a_browser_hands_over_the_last_part_of_the_address_alone(public: Public) -> None:
    assert (await public.ask(public.code().rpartition("/")[2].lower()))["state"] == "issued"


async def test_a_query_code_is_read_as_people_type_it_and_nobody_is_named(public: Public) -> None:
    for typed in ("7K3M9QXT0001", "7k3m-9qxt-oooi"):
        found = await public.ask(typed)
        assert (found["state"], found["applicant"]) == ("issued", "龚*")
        assert "龚玉珍" not in str(found)


async def test_forged_codes_are_told(public: Public, seal: Seal, tmp_path: Path) -> None:
    code = public.code()
    flipped = code[:-9] + ("A" if code[-9] != "A" else "B") + code[-8:]
    other = make_test_authority(tmp_path / "other", "北京市通州区政务服务管理局")
    for forged in (
        flipped,
        public.code(seal=other),
        public.code(address="https://elsewhere.example/N"),
        public.code(base="c" * 64),  # signed by us once, for another wording of the notice
        "A" * 400,
        "HTTPS://HALL.EXAMPLE/N/" + "A" * 40,
        "%00" * 20,
    ):
        assert await public.ask(forged) == {"state": "forged"}, forged


async def test_what_is_not_here_is_unknown(public: Public) -> None:
    for slip in ("7K3M9QXT0007", "7K3M9QXT000", "7K3M-9QXT-00011", "京通政务受〔2026〕000001号", "HALL.EXAMPLE/N/", ""):
        assert await public.ask(slip) == {"state": "unknown"}, slip
    assert (await public.ask(public.code(7)))["state"] == "unknown"


async def test_a_void_notice_names_the_one_in_force(public: Public) -> None:
    again = Numbered("n-1b", "acceptance", "京通政务受〔2026〕000004号", "7K3M9QXT0009")
    public.hall.record(("supervisor", NoticeVoided("20261120-00001", "v", "n-1", "姓名有误", False, "主管", again)))
    found = await public.ask(public.code())
    assert (found["state"], found["successor"]) == ("replaced", again.number)
    assert "姓名有误" not in str(found), "reasons are not for everybody"


async def test_a_suspended_seal_is_said_beside_what_it_sealed(public: Public) -> None:
    public.signer.status = "suspended"
    assert (await public.ask("7K3M9QXT0002"))["seal_status"] == "suspended"


async def test_guessing_is_slow_and_soon_over(public: Public, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_api, "LEAST_S", LEAST_S)
    took = []
    for code in ("7K3M9QXT0001", "0" * 12):
        began = time.monotonic()
        await public.ask(code)
        took.append(time.monotonic() - began)
    assert min(took) >= LEAST_S
    monkeypatch.setattr(notice_api, "LEAST_S", 0.0)
    answers = [await public.http.post("/notices/code", content=b'{"code":"0"}') for _ in range(30)]
    codes = [answer.status_code for answer in answers]
    assert codes[:18] == [200] * 18
    assert set(codes[18:]) == {429}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"code": 1}', b"\xff", b'{"code":"' + b"A" * 1001 + b'"}', b"x" * 5000]
)
async def test_bad_questions_get_a_sentence(public: Public, body: bytes) -> None:
    answer = await public.http.post("/notices/code", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_entry")


async def test_without_the_signing_process_nothing_is_claimed(public: Public) -> None:
    public.signer.is_away = True
    answer = await public.http.post("/notices/code", content=b'{"code":"7K3M9QXT0001"}')
    assert (answer.status_code, answer.json()["code"]) == (503, "signer_away")


async def test_every_address_of_the_code_shows_the_page(public: Public) -> None:
    for path in ("/N", "/N/", "/N/7K3M9QXT0001", public.code().partition("EXAMPLE")[2]):
        assert (await public.http.get(path)).text == "the page"


async def test_a_code_can_be_checked_elsewhere_with_our_certificates(public: Public) -> None:
    pem = (await public.http.get("/notices/codes.pem")).text
    assert decode_code(public.code(), [ssl.PEM_cert_to_DER_cert(pem)]).number == "京通政务受〔2026〕000001号"


@pytest.mark.slow
async def test_a_file_is_judged_and_nothing_of_it_is_kept(
    public: Public, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "left"
    left.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(left))
    content = b"%PDF-1.7 nothing"
    public.signer.digests.add(hashlib.sha256(content).hexdigest())
    answer = await public.http.post("/notices/file", content=content)
    assert answer.status_code == 200
    said = answer.json()
    assert said["verdict"] == "cannot_judge"
    assert said["is_issued"] is None, "it does not even claim to be a notice"
    assert list(left.iterdir()) == []
