"""Orders to sealed files with the real esign: once per notice, judged by the verifier, failures answered."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

import esign
from signaling.hall.commands import NoticeOrder
from signaling.hall.events import NoticeSealed, SealingFailed
from signaling.protocol.values import OFFICIAL_TIME, Applicant, Correction, Material
from signaling.server.catalogue import read_catalogue
from signaling.server.errors import SettingsWrong
from signaling.server.materials import Materials
from signaling.server.notice_facts import Office
from signaling.server.sealing import Sealer
from signaling.server.store import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
OFFICE = Office(
    authority="北京市通州区政务服务管理局",
    place="北京城市副中心政务服务中心",
    office_phone="010-12345",
    complaint_phone="010-12345",
    query_way="凭受理编号在任一自助终端查询",
)
ITEM = read_catalogue(None)[0]
ACCEPTANCE = NoticeOrder(
    notice_id="n-1",
    kind="acceptance",
    number="京通政务受〔2026〕000001号",
    case_id="20261120-00001",
    ticket_number="A001",
    item=ITEM,
    applicant=Applicant("person", "龚䶮", "resident_id", "11010519491231002X", "13800000000"),
    materials=(Material(ITEM.slots[0].code, "0" * 64, "a.pdf", "application/pdf", 9, 2, "camera"),),
    corrections=(),
    received_at=NOON,
    decided_at=NOON,
    reviewer_name="沈明",
    terminal_name="自助终端 01",
    promised_due=date(2026, 12, 4),
    statutory_due=date(2026, 12, 18),
    is_due_provisional=False,
)
CORRECTION = msgspec.structs.replace(
    ACCEPTANCE,
    notice_id="n-2",
    kind="correction",
    corrections=(Correction(ITEM.slots[2].code, 0, "图纸缺少比例尺", "按制图标准标注比例尺"),),
)


@pytest.fixture
def materials(tmp_path: Path, store: Store) -> Iterator[Materials]:
    with contextlib.closing(Materials(tmp_path / "materials", store, 10 << 20)) as made:
        yield made


@pytest.fixture
def sealer(tmp_path: Path, store: Store, materials: Materials) -> Iterator[Sealer]:
    with contextlib.closing(Sealer(tmp_path / "seal", OFFICE, store, materials, lambda: NOON)) as made:
        yield made


async def content_of(materials: Materials, digest: str) -> bytes:
    _, stream = await materials.open(digest)
    with stream:
        return stream.read()


@pytest.mark.parametrize("order", [ACCEPTANCE, CORRECTION], ids=["acceptance", "correction"])
async def test_a_sealed_notice_is_genuine_and_says_what_was_ordered(
    sealer: Sealer, materials: Materials, order: NoticeOrder, tmp_path: Path
) -> None:
    event = await sealer.seal(order)
    assert isinstance(event, NoticeSealed)
    assert (event.notice_id, event.sealed_at) == (order.notice_id, NOON)
    pdf = await content_of(materials, event.digest)
    assert esign.verify_notice(pdf, [sealer.trust_root.encode()]).verdict == "valid"
    text = await text_of(pdf, tmp_path)
    for words in (order.number, "龚䶮", ITEM.name, order.case_id, "沈明", "测试印章"):
        assert words in text
    assert "11010519491231002X" not in text
    if order.kind == "correction":
        assert "图纸缺少比例尺" in text


async def text_of(pdf: bytes, tmp_path: Path) -> str:
    """The text as poppler reads it, without line breaks."""
    (tmp_path / "notice.pdf").write_bytes(pdf)
    reading = await asyncio.create_subprocess_exec(
        "pdftotext", str(tmp_path / "notice.pdf"), "-", stdout=asyncio.subprocess.PIPE
    )
    text, _ = await reading.communicate()
    return "".join(text.decode().split())


async def test_an_order_that_comes_again_gets_the_same_file(
    sealer: Sealer, tmp_path: Path, store: Store, materials: Materials
) -> None:
    first = await sealer.seal(ACCEPTANCE)
    assert await sealer.seal(ACCEPTANCE) == first
    with contextlib.closing(Sealer(tmp_path / "seal", OFFICE, store, materials, lambda: NOON)) as restarted:
        assert await restarted.seal(ACCEPTANCE) == first
        assert restarted.trust_root == sealer.trust_root


async def test_a_notice_that_cannot_be_rendered_is_answered(sealer: Sealer) -> None:
    nameless = msgspec.structs.replace(ACCEPTANCE, applicant=msgspec.structs.replace(ACCEPTANCE.applicant, name="张🦄"))
    event = await sealer.seal(nameless)
    assert isinstance(event, SealingFailed)
    assert event.notice_id == "n-1"
    assert "🦄" in event.detail or "1F984" in event.detail.upper()
    assert isinstance(await sealer.seal(ACCEPTANCE), NoticeSealed)


async def test_a_store_that_cannot_keep_it_is_answered(sealer: Sealer, store: Store) -> None:
    store.close()
    assert isinstance(await sealer.seal(ACCEPTANCE), SealingFailed)


def test_a_seal_of_another_organisation_is_refused(
    tmp_path: Path, sealer: Sealer, store: Store, materials: Materials
) -> None:
    other = msgspec.structs.replace(OFFICE, authority="另一个政务服务局")
    with pytest.raises(SettingsWrong, match="另一个政务服务局"):
        Sealer(tmp_path / "seal", other, store, materials, lambda: NOON)
