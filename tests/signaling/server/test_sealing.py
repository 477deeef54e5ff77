"""The server's line to the signing process: drafts kept, notices stored once, whatever goes wrong is answered."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signaling.hall.events import DraftFailed, NoticeDrafted, NoticeSealed, SealingFailed
from signaling.server.errors import SettingsWrong
from signaling.server.materials import Materials
from signaling.server.sealing import Sealer
from signaling.signer.entries import SealSuspended
from signaling.signer.service import Service


@pytest.fixture
def materials(tmp_path: Path, hall: Any) -> Iterator[Materials]:
    with contextlib.closing(Materials(tmp_path / "materials", hall.store, 10 << 20)) as made:
        yield made


@pytest.fixture
async def sealer(tmp_path: Path, hall: Any, materials: Materials, signing: Any) -> AsyncIterator[Sealer]:
    path = tmp_path / "signer.sock"
    listening = asyncio.Event()
    with contextlib.closing(Service(signing.notary, path)) as service:
        running = asyncio.create_task(service.run(listening.set), name="service")
        await listening.wait()
        yield Sealer(path, hall.store, materials)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def content_of(materials: Materials, digest: str) -> bytes:
    _, stream = await materials.open(digest)
    with stream:
        return stream.read()


async def test_a_sealed_notice_is_stored_and_said_of_it_what_the_office_asks(
    sealer: Sealer, hall: Any, materials: Materials, verified: Any, tmp_path: Path
) -> None:
    hall.submit(1)
    hall.accept(1)
    order = hall.order(1)
    event = await sealer.seal(order)
    assert isinstance(event, NoticeSealed)
    pdf = await content_of(materials, event.digest)
    assert verified(pdf) == ("valid", "B-LTA")
    assert (event.notice_id, event.level) == (order.notice_id, "B-LTA")
    text = await text_of(pdf, tmp_path)
    for words in (order.number, "龚䶮", order.item.name, order.case_id, "测试印章"):
        assert words in text
    assert "11010519491231002X" not in text
    row = hall.store.do(
        lambda connection: connection.execute(
            "SELECT digest, base_digest, seal_id, level FROM notices WHERE notice_id = ?", (order.notice_id,)
        ).fetchone()
    ).result()
    assert row == (event.digest, event.base_digest, event.seal_id, "B-LTA")


async def text_of(pdf: bytes, tmp_path: Path) -> str:
    """The text as poppler reads it, without line breaks."""
    (tmp_path / "notice.pdf").write_bytes(pdf)
    reading = await asyncio.create_subprocess_exec(
        "pdftotext", str(tmp_path / "notice.pdf"), "-", stdout=asyncio.subprocess.PIPE
    )
    text, _ = await reading.communicate()
    return "".join(text.decode().split())


async def test_an_order_that_comes_again_gets_the_stored_file(sealer: Sealer, hall: Any, signing: Any) -> None:
    hall.submit(1)
    hall.accept(1)
    first = await sealer.seal(hall.order(1))
    signing.store.append(SealSuspended(_seal_id(signing), "lost"), "keeper", signing.now)
    assert await sealer.seal(hall.order(1)) == first, "nobody is asked again"
    assert isinstance(first, NoticeSealed)


def _seal_id(signing: Any) -> str:
    return str(next(iter(signing.store.custody()[1].seals)))


async def test_a_draft_is_what_will_be_sealed(sealer: Sealer, hall: Any) -> None:
    hall.submit(1)
    drafted = await sealer.draft("p-1", hall.order(1))
    assert isinstance(drafted, NoticeDrafted)
    pdf = sealer.drafts.get(drafted.digest)
    assert pdf is not None
    assert hashlib.sha256(pdf).hexdigest() == drafted.digest
    hall.accept(1, preview=drafted.digest)
    event = await sealer.seal(hall.order(1, preview=drafted.digest))
    assert isinstance(event, NoticeSealed), event
    assert event.base_digest == drafted.digest


async def test_a_notice_that_cannot_be_written_is_answered(sealer: Sealer, hall: Any) -> None:
    order = hall.order(1)
    odd = msgspec.structs.replace(order, applicant=msgspec.structs.replace(order.applicant, name="张🦄"))
    drafted = await sealer.draft("p-1", odd)
    assert isinstance(drafted, DraftFailed)
    assert (drafted.preview_id, drafted.code) == ("p-1", "missing_glyph")
    assert "1F984" in drafted.detail.upper()


async def test_refusals_have_the_codes_the_hall_knows(sealer: Sealer, hall: Any, signing: Any) -> None:
    assert await sealer.seal(hall.order(1)) == SealingFailed(
        "n-1", "the journal has no order of this notice", "journal_broken"
    )
    hall.submit(1)
    hall.accept(1)
    signing.store.append(SealSuspended(_seal_id(signing), "lost"), "keeper", signing.now)
    refused = await sealer.seal(hall.order(1))
    assert isinstance(refused, SealingFailed)
    assert (refused.notice_id, refused.code) == ("n-1", "seal_refused")
    assert "停用" in refused.detail


async def test_a_crowd_is_answered_one_after_the_other(sealer: Sealer, hall: Any) -> None:
    """More than the process takes connections."""
    hall.submit(1)
    hall.accept(1)
    events = await asyncio.gather(*(sealer.draft(f"p-{number}", hall.order(1)) for number in range(40)))
    assert {type(event) for event in events} == {NoticeDrafted}


async def test_a_signer_that_is_away_is_answered(hall: Any, materials: Materials, tmp_path: Path) -> None:
    hall.submit(1)
    hall.accept(1)
    sealer = Sealer(tmp_path / "nobody.sock", hall.store, materials)
    refused = await sealer.seal(hall.order(1))
    assert isinstance(refused, SealingFailed)
    assert refused.code == "signer_away"
    assert await sealer.draft("p-1", hall.order(1)) == DraftFailed("p-1", "signer_away")
    with pytest.raises(SettingsWrong, match=r"nobody\.sock"):
        await sealer.trust_roots()


async def test_a_store_that_cannot_keep_it_is_answered(sealer: Sealer, hall: Any) -> None:
    hall.store.close()
    assert isinstance(await sealer.seal(hall.order(1)), SealingFailed)


async def test_the_roots_of_all_seals_are_to_be_trusted(sealer: Sealer, root: bytes) -> None:
    assert await sealer.trust_roots() == root.decode()
