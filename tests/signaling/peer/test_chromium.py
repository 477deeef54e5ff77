"""A real browser calls one of our legs: proof that what we speak is WebRTC and not only aiortc."""

import asyncio
import json
import os
import shutil
import signal
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from signaling.peer.connection import CallLeg
from signaling.peer.negotiation import LinkState
from signaling.peer.picture import Picture
from signaling.peer.synthetic import SyntheticSources
from signaling.protocol.codec import decode_from_client, encode
from signaling.protocol.messages import Candidate, Description, Rejoin

pytestmark = pytest.mark.slow


PAGE = Path(__file__).with_name("caller.html")
DEADLINE_S = 60.0
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing; it is part of the test set-up")
        pytest.skip("chromium is missing")
    return found


def page(connection: ServerConnection, request: Request) -> Response | None:
    """The page itself; None lets a WebSocket through."""
    if request.path == "/signal":
        return None
    headers = Headers({"Content-Type": "text/html; charset=utf-8", "Content-Length": str(PAGE.stat().st_size)})
    return Response(HTTPStatus.OK, "OK", headers, PAGE.read_bytes())


class Browser:
    """The other end of the page's socket: relays the leg's messages, keeps the page's counts."""

    def __init__(self) -> None:
        self.counts = {"decoded": 0, "encoded": 0, "sound": 0}
        self.heard: list[str] = []
        self.leg: CallLeg | None = None
        self.is_here = asyncio.Event()
        self.has_news = asyncio.Event()
        self._outgoing: asyncio.Queue[Description | Candidate | Rejoin] = asyncio.Queue()

    def send(self, message: Description | Candidate | Rejoin) -> None:
        self._outgoing.put_nowait(message)

    async def serve(self, connection: ServerConnection) -> None:
        self.is_here.set()
        sending = asyncio.ensure_future(self._relay(connection))
        try:
            async for frame in connection:
                self._receive(str(frame))
        finally:
            sending.cancel()

    async def _relay(self, connection: ServerConnection) -> None:
        while True:
            await connection.send(encode(await self._outgoing.get()))

    def _receive(self, frame: str) -> None:
        fields = json.loads(frame)
        self.heard.append(fields["type"])
        if fields["type"] == "Counts":
            self.counts = {name: fields[name] for name in self.counts}
            self.has_news.set()
            return
        message = decode_from_client(frame)
        assert isinstance(message, Description | Candidate)
        assert self.leg is not None
        self.leg.receive(message)


async def test_a_browser_and_a_leg_see_and_hear_each_other(tmp_path: Path) -> None:
    program = chromium()
    browser = Browser()
    states: list[LinkState] = []
    sizes: set[tuple[int, int]] = set()

    def show(picture: Picture) -> None:
        sizes.add((picture.width, picture.height))

    browser.leg = leg = CallLeg("call-1", 1, True, SyntheticSources("审核席位"), browser.send, show, states.append)
    async with serve(browser.serve, "127.0.0.1", 0, process_request=page, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            program,
            *FLAGS,
            f"--user-data-dir={tmp_path}",
            f"http://127.0.0.1:{port}/",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
                await browser.is_here.wait()
                tasks.create_task(leg.run())
                while browser.counts["decoded"] < 10 or leg.stats().frames_received < 10 or not browser.counts["sound"]:
                    browser.has_news.clear()
                    await browser.has_news.wait()
                stats = leg.stats()
                await leg.close()
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # its helpers too
            await process.wait()
    assert browser.counts["decoded"] >= 10
    assert browser.counts["encoded"] >= 10
    assert browser.counts["sound"] >= 1
    assert stats.frames_received >= 10
    assert stats.audio_frames >= 10
    assert states[:2] == ["connecting", "connected"]
    assert "Candidate" in browser.heard, "the browser trickles"
    assert {4 * height for _, height in sizes} == {3 * width for width, _ in sizes}, "the fake camera is four to three"
    print(f"chromium: first frame {stats.first_frame_s:.3f} s, counts {browser.counts}")  # noqa: T201 - shown by pytest -s
