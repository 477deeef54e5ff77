"""The whole server as a process: starts, refuses to start twice, stops politely, puts revoked machines out."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from signaling.protocol.codec import decode_from_server, encode
from signaling.protocol.enrolment import LoginFile
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import DeskChanged, Error, Hello, LogIn, Welcome
from signaling.server.app import new_id, official_now

pytestmark = pytest.mark.slow


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start ``python -m signaling`` on a free port with its data below ``tmp_path``."""
    begun: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", "signaling", *arguments],
            env=os.environ | {"CLOUD_WINDOW_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(child)
        return child

    yield run
    for child in begun:
        child.kill()
        child.communicate()


def url_of(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    said = re.fullmatch(r"大厅已启动 \(listening\): (ws://\S+)\n", child.stdout.readline())
    assert said is not None
    return said[1]


async def log_in(peer: ClientConnection, tmp_path: Path) -> Welcome:
    login = msgspec.json.decode((tmp_path / "hall" / "first-login.json").read_bytes(), type=LoginFile)
    await peer.send(encode(Hello("reviewer", login.reviewer, (1,))))
    await peer.recv()
    await peer.send(encode(LogIn(login.password, login.desk_id)))
    welcome = decode_from_server(await peer.recv())
    assert isinstance(welcome, Welcome)
    assert isinstance(decode_from_server(await peer.recv()), DeskChanged)
    return welcome


async def codes_until_the_end(peer: ClientConnection) -> tuple[list[ErrorCode], int | None]:
    codes: list[ErrorCode] = []
    while True:
        try:
            message = decode_from_server(await asyncio.wait_for(peer.recv(), 10))
        except ConnectionClosed as closed:
            return codes, closed.rcvd.code if closed.rcvd else None
        if isinstance(message, Error):
            codes.append(message.code)


async def test_from_start_to_stop(start: Start, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    server = start("--port", "0", "--ready-file", str(ready))
    url = await asyncio.to_thread(url_of, server)
    assert ready.read_text() == url
    health = url.replace("ws:", "http:").replace("/hall", "/healthz")
    answer = await asyncio.to_thread(lambda: urllib.request.urlopen(health, timeout=5).read())  # noqa: S310
    assert json.loads(answer) == {"is_well": True}
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(urllib.request.urlopen, health.replace("healthz", "admin"), timeout=5)
    with refused.value as nothing:
        assert (nothing.code, json.load(nothing)["code"]) == (404, "not_found")

    port = url.rsplit(":", 1)[1].removesuffix("/hall")
    for again, words in ((("--port", "0"), "数据文件夹"), (("--port", port, "--data", str(tmp_path / "b")), port)):
        second = start("server", *again)
        said, complained = await asyncio.to_thread(second.communicate, timeout=20)
        assert second.returncode == 1
        assert said == ""
        assert words in complained
        assert "Traceback" not in complained

    async with connect(url, compression=None, proxy=None) as peer:
        await log_in(peer, tmp_path)
        server.send_signal(signal.SIGTERM)
        assert await codes_until_the_end(peer) == ([ErrorCode.SERVER_STOPPING], 1013)
    _, log = await asyncio.to_thread(server.communicate, timeout=20)
    assert server.returncode == 0
    assert "Traceback" not in log
    assert log.count("session") >= 2


async def test_a_revoked_reviewer_is_out_within_a_second_or_two(start: Start, tmp_path: Path) -> None:
    url = await asyncio.to_thread(url_of, start("--port", "0"))
    async with connect(url, compression=None, proxy=None) as peer:
        await log_in(peer, tmp_path)
        revoking = start("revoke", "reviewer-01")
        said, _ = await asyncio.to_thread(revoking.communicate, timeout=20)
        assert revoking.returncode == 0
        assert "reviewer-01" in said
        start_s = asyncio.get_running_loop().time()
        assert await codes_until_the_end(peer) == ([ErrorCode.NOT_AUTHENTICATED], 1008)
        assert asyncio.get_running_loop().time() - start_s < 2


def test_a_damaged_store_is_not_opened(start: Start, tmp_path: Path) -> None:
    (tmp_path / "hall").mkdir()
    (tmp_path / "hall" / "hall.db").write_bytes(b"noise" * 5000)
    child = start("--port", "0")
    _, complained = child.communicate(timeout=20)
    assert child.returncode == 1
    assert "damaged" in complained
    assert "Traceback" not in complained


def test_a_wrong_certificate_is_named_before_anything_starts(start: Start, tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("no certificate")
    child = start("--port", "0", "--tls-certificate", str(tmp_path / "c.pem"), "--tls-key", str(tmp_path / "c.pem"))
    _, complained = child.communicate(timeout=20)
    assert child.returncode == 1
    assert "tls_certificate" in complained
    assert not (tmp_path / "hall" / "hall.db").exists()


def test_an_address_of_another_machine_is_refused_with_a_sentence(start: Start) -> None:
    child = start("--host", "192.0.2.1", "--port", "0")
    _, complained = child.communicate(timeout=20)
    assert child.returncode == 1
    assert "192.0.2.1" in complained
    assert "Traceback" not in complained


def test_ids_differ_and_the_clock_is_official() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
    offset = official_now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 8 * 3600
