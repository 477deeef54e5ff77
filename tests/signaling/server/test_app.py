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
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from signaling.protocol.acts import FloorChanged, SetItemOpen
from signaling.protocol.codec import decode_from_server, encode
from signaling.protocol.enrolment import LoginFile
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import DeskChanged, Done, Error, Hello, LogIn, Welcome
from signaling.protocol.office import Board
from signaling.server.app import new_id
from signaling.server.clock import official_now

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


async def open_page(peer: ClientConnection, tmp_path: Path) -> tuple[Welcome, FloorChanged]:
    """Log the manager in on a web page."""
    login = msgspec.json.decode((tmp_path / "hall" / "manager-login.json").read_bytes(), type=LoginFile)
    await peer.send(encode(Hello("staff", login.reviewer, (1,))))
    await peer.recv()
    await peer.send(encode(LogIn(login.password)))
    welcome, floor = decode_from_server(await peer.recv()), decode_from_server(await peer.recv())
    assert isinstance(welcome, Welcome)
    assert isinstance(floor, FloorChanged)
    return welcome, floor


async def fetched(url: str, path: str, token: str = "") -> bytes:
    """The body of an address beside the hall's."""
    asked = urllib.request.Request(  # noqa: S310 - ours
        url.replace("ws:", "http:").replace("/hall", path), headers={"Authorization": f"Bearer {token}"}
    )

    def read() -> bytes:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - ours
            return bytes(answer.read())

    return await asyncio.to_thread(read)


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
    assert server.stdout is not None
    pages = [await asyncio.to_thread(server.stdout.readline) for _ in range(3)]
    assert [line.rstrip().rsplit("/", 1)[1] for line in pages] == ["manage", "N", "board"]
    health = json.loads(await fetched(url, "/healthz"))
    assert (health["is_well"], health["is_clock_simulated"], health["clock_behind_s"]) == (True, False, 0)
    with pytest.raises(urllib.error.HTTPError) as refused:
        await fetched(url, "/admin")
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


async def test_who_is_enrolled_anew_loses_the_old_roles_at_once(start: Start, tmp_path: Path) -> None:
    url = await asyncio.to_thread(url_of, start("--port", "0"))
    async with connect(url, compression=None, proxy=None) as peer:
        await open_page(peer, tmp_path)
        again = start("enrol", "reviewer", "manager-01", "--name", "马宁", "--replace", "--generate")
        await asyncio.to_thread(again.communicate, timeout=20)
        assert again.returncode == 0
        codes, closed_with = await codes_until_the_end(peer)
        assert (codes[-1], closed_with) == (ErrorCode.NOT_AUTHENTICATED, 1008)


async def test_one_manager_on_two_pages_at_once(start: Start, tmp_path: Path) -> None:
    server = start("--port", "0")
    url = await asyncio.to_thread(url_of, server)
    async with connect(url, compression=None, proxy=None) as one, connect(url, compression=None, proxy=None) as other:
        first, _ = await open_page(one, tmp_path)
        second, floor = await open_page(other, tmp_path)
        assert first.session_id != second.session_id
        assert "manager" in first.roles
        assert not first.is_clock_simulated
        assert [desk.desk_id for desk in floor.desks] == []
        for page, welcome in ((one, first), (other, second)):
            await page.send(encode(SetItemOpen(f"r-{welcome.session_id}", "ENV-001", False, "系统升级")))
            while not isinstance(said := decode_from_server(await asyncio.wait_for(page.recv(), 10)), Done):
                assert isinstance(said, FloorChanged)
            figures = json.loads(await fetched(url, "/metrics.json", welcome.http_token))
            assert figures["submitted"] == 0
    assert b"/pages/manage.js" in await fetched(url, "/manage")
    board = msgspec.json.decode(await fetched(url, "/board.json"), type=Board)
    assert board.waiting_count == 0


async def test_a_simulated_clock_jumps_and_says_what_it_is(start: Start, tmp_path: Path) -> None:
    ahead = tmp_path / "ahead"
    ahead.write_text("86400")
    server = start("--port", "0", "--simulated-clock", str(ahead))
    url = await asyncio.to_thread(url_of, server)

    async def shown_s() -> float:
        health = json.loads(await fetched(url, "/healthz"))
        assert health["is_clock_simulated"]
        return (datetime.fromisoformat(health["now"]) - official_now()).total_seconds()

    assert await shown_s() == pytest.approx(86_400, abs=10)
    async with connect(url, compression=None, proxy=None) as peer:
        welcome, _ = await open_page(peer, tmp_path)
        assert welcome.is_clock_simulated
        assert (welcome.server_time - official_now()).total_seconds() == pytest.approx(86_400, abs=10)
        ahead.write_text("90000")
        assert await shown_s() == pytest.approx(90_000, abs=10)
    server.send_signal(signal.SIGTERM)
    _, log = await asyncio.to_thread(server.communicate, timeout=20)
    assert "the clock is simulated" in log

    # the journal now ends in the future of the machine's own clock
    wrong = start("--port", "0")
    said, complained = await asyncio.to_thread(wrong.communicate, timeout=20)
    assert (wrong.returncode, said) == (1, "")
    assert "请校准时钟" in complained
    assert "Traceback" not in complained


def test_people_and_machines_are_enrolled_with_what_they_are(start: Start, tmp_path: Path) -> None:
    url_of(start("--port", "0"))

    def enrol(*arguments: str) -> tuple[int, str]:
        child = start("enrol", *arguments)
        said, complained = child.communicate(timeout=20)
        return child.returncode, said + complained

    code, said = enrol("reviewer", "lin", "--name", "林静", "--roles", "decider,reviewer", "--generate")
    assert (code, "岗位 reviewer, decider" in said) == (0, True)
    code, said = enrol("reviewer", "wu", "--name", "吴越", "--roles", "king", "--generate")
    assert (code, "king" in said) == (2, True)
    device = ("--name", "小屋", "--url", "ws://h/hall", "-o", str(tmp_path / "T-02.json"))
    code, said = enrol("terminal", "T-02", *device, "--booth", "--cells", "24", "--site", "LY-01")
    assert code == 0, said
    assert enrol("terminal", "T-03", *device, "--cells", "many")[0] == 2


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


def test_ids_differ() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
