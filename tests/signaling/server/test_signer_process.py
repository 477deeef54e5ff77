"""The signing process as the server's child: it answers, comes back after a kill -9, and ends with the server."""

import asyncio
import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from signaling.server.errors import SettingsWrong
from signaling.server.settings import Settings
from signaling.server.signer_process import signer_for
from signaling.signer.requests import SealRegister, Seals, frame, read_answer, socket_address

pytestmark = pytest.mark.slow


async def asked(socket: Path) -> SealRegister:
    with socket_address(socket) as address:
        reader, writer = await asyncio.open_unix_connection(address)
    writer.write(frame(Seals()))
    answer = await read_answer(reader)
    writer.close()
    assert isinstance(answer, SealRegister)
    return answer


async def asked_again(socket: Path) -> SealRegister | None:
    """None as long as nobody answers."""
    try:
        return await asked(socket)
    except (ConnectionError, FileNotFoundError, EOFError):
        return None


def owner_of(socket: Path) -> int:
    """The process that holds the signing folder, by the kernel's table of locks."""
    wanted = (socket.parent / "signer.lock").stat().st_ino
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if fields[1] == "FLOCK" and int(fields[5].rsplit(":", 1)[1]) == wanted:
            return int(fields[4])
    return 0


async def test_it_answers_comes_back_and_ends_with_the_server(tmp_path: Path, hall: Any) -> None:
    settings = Settings(data=hall.folder)
    async with signer_for(settings) as socket:
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        before = await asked(socket)
        assert [(seal.is_test, seal.status) for seal in before.seals] == [(True, "active")]
        first = owner_of(socket)
        os.kill(first, signal.SIGKILL)
        again = None
        for _ in range(600):  # another process comes back, and tells nobody
            if (again := await asked_again(socket)) is not None:
                break
            await asyncio.sleep(0.05)
        assert again == before
        assert owner_of(socket) not in (0, first)
    assert owner_of(socket) == 0
    assert not socket.exists()


async def test_why_it_does_not_start_is_told(tmp_path: Path, hall: Any, installed: Path) -> None:
    os.symlink(installed, hall.folder / "signing")
    settings = Settings(data=hall.folder, organisation="另一个政务服务局")
    with pytest.raises(SettingsWrong, match="另一个政务服务局"):
        async with signer_for(settings):
            raise AssertionError("it started")


async def test_an_outside_one_is_not_started(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, signer_socket=tmp_path / "elsewhere.sock")
    async with signer_for(settings) as socket:
        assert socket == tmp_path / "elsewhere.sock"
    assert os.listdir(tmp_path) == []
