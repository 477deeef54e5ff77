"""Files are judged in a child process: a real notice is valid, rubbish is not, too large or too many are refused."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from signaling.protocol.errors import ErrorCode, Refused
from signaling.server import file_check
from signaling.server.file_check import FileCheck
from signaling.signer.requests import Sealed

pytestmark = pytest.mark.slow


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 4096):
        yield content[start : start + 4096]


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield bytes(1 << 20)


@pytest.fixture
def sealed(hall: Any, signing: Any) -> bytes:
    hall.submit(1)
    answer = signing.notary.answer(hall.accept(1))
    assert isinstance(answer, Sealed), answer
    return answer.pdf


async def test_a_genuine_notice_is_valid_and_a_changed_one_is_not(sealed: bytes, root: bytes, tmp_path: Path) -> None:
    check = FileCheck(root.decode())
    report = await check.check(pieces(sealed), tmp_path / "file")
    assert (report.verdict, report.is_test_authority) == ("valid", True), report.findings
    assert report.notice_number == "京通政务受〔2026〕000001号"
    changed = sealed[:5000] + bytes([sealed[5000] ^ 1]) + sealed[5001:]
    assert (await check.check(pieces(changed), tmp_path / "file")).verdict != "valid"
    assert (await FileCheck("").check(pieces(sealed), tmp_path / "file")).verdict == "cannot_judge"


async def test_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_check, "LARGEST_BYTES", 3 << 20)
    with pytest.raises(Refused) as refused:
        await FileCheck("").check(endless(), tmp_path / "file")
    assert refused.value.code is ErrorCode.MATERIAL_TOO_LARGE
    assert (tmp_path / "file").stat().st_size <= 3 << 20


async def test_a_crowd_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_check, "LARGEST_BYTES", 1)
    check, arrived = FileCheck(""), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        await arrived.wait()
        yield b"%PDF-1.7"

    async with asyncio.TaskGroup() as group:
        uploads = asyncio.gather(
            *(check.check(slow(), tmp_path / f"file-{n}") for n in range(6)), return_exceptions=True
        )
        group.create_task(asyncio.wait_for(asyncio.shield(uploads), 10))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await check.check(pieces(b"x"), tmp_path / "one more")
        assert refused.value.code is ErrorCode.TOO_MANY_ATTEMPTS
        arrived.set()
    ends = uploads.result()
    assert [end.code for end in ends if isinstance(end, Refused)] == [ErrorCode.MATERIAL_TOO_LARGE] * 6
    with pytest.raises(Refused) as refused:
        await check.check(pieces(b"again"), tmp_path / "file")
    assert refused.value.code is ErrorCode.MATERIAL_TOO_LARGE, "there is room again"
