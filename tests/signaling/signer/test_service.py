"""The socket: only its owner may connect, requests are answered in turn, nonsense ends one connection and no other."""

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from signaling.signer.entries import HeadStamped
from signaling.signer.requests import (
    Issued,
    IssuedRecords,
    NotSealed,
    Sealed,
    SealRegister,
    Seals,
    frame,
    read_answer,
    socket_address,
)
from signaling.signer.service import Service


@contextlib.asynccontextmanager
async def served(notary: Any, path: Path, **options: Any) -> AsyncIterator[Path]:
    listening = asyncio.Event()
    with contextlib.closing(Service(notary, path, **options)) as service:
        running = asyncio.create_task(service.run(listening.set), name="service")
        await listening.wait()
        yield path
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def connected(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    with socket_address(path) as address:
        return await asyncio.open_unix_connection(address)


async def test_requests_of_several_connections_are_answered(hall: Any, signing: Any, tmp_path: Path) -> None:
    hall.submit(1)
    request = hall.accept(1)
    async with served(signing.notary, tmp_path / "s.sock") as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        first, second = await connected(path), await connected(path)
        first[1].write(frame(request) + frame(Seals()))
        second[1].write(frame(request))
        sealed = await read_answer(first[0])
        assert isinstance(sealed, Sealed)
        assert isinstance(await read_answer(first[0]), SealRegister)
        assert await read_answer(second[0]) == sealed
        for _, writer in (first, second):
            writer.close()
    assert not path.exists()


async def test_connections_that_are_open_at_the_end_are_closed_in_silence(
    signing: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(signing.notary, tmp_path / "s.sock") as path:
        reader, writer = await connected(path)
        writer.write(frame(Seals()))
        await read_answer(reader)
    assert await reader.read() == b""
    writer.close()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_nonsense_ends_its_connection_only(signing: Any, tmp_path: Path) -> None:
    (tmp_path / "s.sock").touch()  # left by a process that was killed
    async with served(signing.notary, tmp_path / "s.sock") as path:
        reader, writer = await connected(path)
        writer.write(b"\xff" * 64)
        assert await reader.read() == b""
        writer.close()
        reader, writer = await connected(path)
        writer.write(frame(Issued(number="1")))
        assert await read_answer(reader) == IssuedRecords(())
        writer.close()


async def test_too_many_connections_are_turned_away(signing: Any, tmp_path: Path) -> None:
    async with served(signing.notary, tmp_path / "s.sock") as path:
        held = [await connected(path) for _ in range(32)]
        for _, writer in held:
            writer.write(frame(Seals()))
        for reader, _ in held:
            await read_answer(reader)
        reader, writer = await connected(path)
        assert await reader.read() == b""
        for _, each in [*held, (reader, writer)]:
            each.close()


class Broken:
    """A notary whose every act fails unexpectedly."""

    def __getattr__(self, name: str) -> Any:
        def act(*_: object) -> None:
            raise RuntimeError(name)

        return act


async def test_a_fault_is_answered_and_everything_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with served(Broken(), tmp_path / "s.sock", group_may_connect=True) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        for _ in range(2):
            reader, writer = await connected(path)
            writer.write(frame(Seals()))
            assert await read_answer(reader) == NotSealed("signer_trouble", "RuntimeError")
            writer.close()
    errands = ("witness", "pending", "stamp", "renewal")
    assert {f"{name} failed" for name in errands} <= {record.getMessage() for record in caplog.records}


async def test_what_is_due_is_done_by_itself(hall: Any, signing: Any, tmp_path: Path) -> None:
    hall.submit(1)
    request = hall.accept(1)
    signing.outage.time_is_away = True
    signing.notary.answer(request)
    signing.outage.time_is_away = False
    async with served(signing.notary, tmp_path / "s.sock") as path:
        reader, writer = await connected(path)
        while signing.store.last_stamp() is None:
            writer.write(frame(Seals()))
            await read_answer(reader)
        writer.close()
    assert signing.store.pending() == []
    assert isinstance(signing.store.last_stamp()[1], HeadStamped)
    assert signing.store.journal_head().seq == request.seq
