"""Files by digest: what comes in, what stays out, and that nothing is left behind."""

import contextlib
import hashlib
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.values import Material
from signaling.server.materials import CHUNK_BYTES, Materials, insert_row, sniff
from signaling.server.store import Store

PDF = b"%PDF-1.7\n" + b"drawing " * 1000
PNG = b"\x89PNG\r\n\x1a\n" + b"marked place"


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def pieces(content: bytes, size: int = 7_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture
def materials(tmp_path: Path, store: Store) -> Iterator[Materials]:
    with contextlib.closing(Materials(tmp_path / "materials", store, 3 * CHUNK_BYTES)) as made:
        yield made


def files_in(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "materials").rglob("*") if path.is_file())


async def test_a_file_comes_in_once_and_is_read_back(tmp_path: Path, materials: Materials) -> None:
    content = PDF + bytes(2 * CHUNK_BYTES)
    digest = digest_of(content)
    assert await materials.receive(digest, "T-01", pieces(content))
    assert not await materials.receive(digest, "T-01", pieces(content))
    assert files_in(tmp_path) == [digest]
    stored, stream = await materials.open(digest)
    with stream:
        assert (stored.size, stored.media_type) == (len(content), "application/pdf")
        read = b""
        while chunk := await materials.read(stream):
            read += chunk
    assert read == content


@pytest.mark.parametrize(
    ("content", "claimed", "code"),
    [
        (PDF, digest_of(b"other"), ErrorCode.MATERIAL_DAMAGED),
        (b"", digest_of(b""), ErrorCode.MATERIAL_UNSUPPORTED),
        (b"MZ\x90\x00", digest_of(b"MZ\x90\x00"), ErrorCode.MATERIAL_UNSUPPORTED),
        (b"<html><script>", digest_of(b"<html><script>"), ErrorCode.MATERIAL_UNSUPPORTED),
        (PDF + bytes(3 * CHUNK_BYTES), digest_of(PDF + bytes(3 * CHUNK_BYTES)), ErrorCode.MATERIAL_TOO_LARGE),
    ],
    ids=["wrong digest", "empty", "program", "page", "too large"],
)
async def test_what_may_not_come_in_leaves_no_trace(
    tmp_path: Path, materials: Materials, content: bytes, claimed: str, code: ErrorCode
) -> None:
    with pytest.raises(Refused) as caught:
        await materials.receive(claimed, "T-01", pieces(content))
    assert caught.value.code is code
    assert files_in(tmp_path) == []
    assert await materials.find(claimed) is None


async def test_an_upload_that_breaks_off_leaves_no_trace(tmp_path: Path, materials: Materials) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PDF
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await materials.receive(digest_of(PDF), "T-01", broken())
    assert files_in(tmp_path) == []


async def test_a_full_disk_refuses_leaves_no_trace_and_is_survived(tmp_path: Path, materials: Materials) -> None:
    content = PDF + bytes(CHUNK_BYTES)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, hard))  # the write fails with EFBIG, like ENOSPC
    try:
        with pytest.raises(Refused) as caught:
            await materials.receive(digest_of(content), "T-01", pieces(content))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.code is ErrorCode.STORAGE_FULL
    assert files_in(tmp_path) == []
    assert await materials.receive(digest_of(content), "T-01", pieces(content))


async def test_a_file_that_changed_on_the_disk_is_never_served(tmp_path: Path, materials: Materials) -> None:
    digest = digest_of(PDF)
    await materials.receive(digest, "T-01", pieces(PDF))
    path = tmp_path / "materials" / digest[:2] / digest
    path.write_bytes(PDF[:-1] + b"X")
    with pytest.raises(Refused) as caught:
        await materials.open(digest)
    assert caught.value.code is ErrorCode.MATERIAL_DAMAGED
    path.unlink()
    with pytest.raises(Refused) as caught:
        await materials.open(digest)
    assert caught.value.code is ErrorCode.MATERIAL_DAMAGED


async def test_a_damaged_file_is_mended_by_handing_it_in_again(tmp_path: Path, materials: Materials) -> None:
    digest = digest_of(PDF)
    await materials.receive(digest, "T-01", pieces(PDF))
    (tmp_path / "materials" / digest[:2] / digest).write_bytes(b"")
    assert not await materials.receive(digest, "T-01", pieces(PDF))
    (await materials.open(digest))[1].close()


async def test_absent_is_what_this_terminal_has_not_handed_in_as_claimed(materials: Materials) -> None:
    digest = digest_of(PDF)
    await materials.receive(digest, "T-01", pieces(PDF))

    def claimed(size: int = len(PDF), media_type: str = "application/pdf", named: str = digest) -> Material:
        return Material("form", named, "form.pdf", media_type, size, 1, "camera")  # type: ignore[arg-type]

    assert materials.absent("T-01", [claimed()]).result() == ()
    assert materials.absent("T-02", [claimed()]).result() == (digest,)
    assert materials.absent("T-01", [claimed(size=1)]).result() == (digest,)
    assert materials.absent("T-01", [claimed(media_type="image/png")]).result() == (digest,)
    assert materials.absent("T-01", [claimed(), claimed(named="f" * 64)]).result() == ("f" * 64,)
    assert not await materials.receive(digest, "T-02", pieces(PDF))
    assert materials.absent("T-02", [claimed()]).result() == ()


async def test_a_picture_on_a_notice_is_one_this_desk_has_handed_in(materials: Materials) -> None:
    scan, picture = digest_of(PDF), digest_of(PNG)
    await materials.receive(scan, "shen", pieces(PDF))
    assert await materials.receive(picture, "shen", pieces(PNG), is_picture=True)
    assert materials.absent("shen", (), [picture]).result() == ()
    assert materials.absent("li", (), [picture]).result() == (picture,)
    assert materials.absent("shen", (), [scan, picture]).result() == (scan,)
    with pytest.raises(Refused, match="material_unsupported"):
        await materials.receive(scan, "shen", pieces(PDF), is_picture=True)


async def test_a_file_made_here_gets_its_row_from_the_caller(materials: Materials, store: Store) -> None:
    stored = materials.keep(PDF)
    assert stored.digest == digest_of(PDF)
    assert await materials.find(stored.digest) is None
    assert store.do(lambda connection: insert_row(connection, stored, "hall")).result()
    assert await materials.find(stored.digest, "hall") == stored
    assert await materials.find(stored.digest, "T-01") is None


def test_half_written_files_of_a_crash_are_removed_at_the_start(tmp_path: Path, store: Store) -> None:
    (tmp_path / "materials" / "incoming").mkdir(parents=True)
    (tmp_path / "materials" / "incoming" / "left").write_bytes(b"%PDF-half")
    Materials(tmp_path / "materials", store, 1000).close()
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"BM", None),
        (b" %PDF-1.4", None),
        (b"PK\x03\x04", None),
    ],
)
def test_the_first_bytes_decide(head: bytes, media_type: str | None) -> None:
    assert sniff(head) == media_type
