"""A terminal in plain JavaScript in Chromium takes the whole way to the call: ordinary WebRTC, ordinary JSON."""

import asyncio
import base64
import hashlib
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from reviewer.demo.hall_process import HallProcess
from reviewer.demo.papers import APPLICANT, Papers

PAGE = Path(__file__).parents[1] / "data" / "browser_terminal.html"
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
    "--autoplay-policy=no-user-gesture-required",
    "--disable-web-security",  # the page comes from the test, the hall is elsewhere
)


class PageServer:
    """Serves the page and collects what it reports."""

    def __init__(self) -> None:
        self.reports: queue.Queue[dict[str, Any]] = queue.Queue()
        reports = self.reports

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(PAGE.read_bytes())

            def do_POST(self) -> None:
                reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="page")
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def page() -> Iterator[PageServer]:
    server = PageServer()
    yield server
    server.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Open an address in a headless Chromium of its own."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    opened: list[subprocess.Popen[bytes]] = []

    def open_page(url: str) -> None:
        start = tmp_path / "start.html"  # the plan is longer than a command line takes
        start.write_text(f"<script>location.replace({json.dumps(url)})</script>")
        command = [chromium, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", start.as_uri()]
        opened.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    yield open_page
    for process in opened:
        process.kill()
        process.wait()


def plan_for(hall: HallProcess, papers: Papers) -> str:
    device = hall.device()
    key = Ed25519PrivateKey.from_private_bytes(device.private_key)
    body = papers.shot.read_bytes()
    material = {
        "slot": "form",
        "digest": hashlib.sha256(body).hexdigest(),
        "name": "浏览器.jpg",
        "media_type": "image/jpeg",
        "size": len(body),
        "pages": 1,
        "source": "file",
    }
    slots = ("form", "approval", "plan")
    plan = {
        "url": hall.url,
        "terminal_id": device.terminal_id,
        "pkcs8": base64.b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode(),
        "file": base64.b64encode(body).decode(),
        "material": material,
        "submission": {
            "request_id": "browser-1",
            "item_code": "ENV-001",
            "applicant": msgspec.to_builtins(APPLICANT),
            "materials": [{**material, "slot": slot} for slot in slots],
            "consents_to_video": True,
        },
    }
    return json.dumps(plan)


async def heard(page: PageServer, *events: str) -> list[dict[str, Any]]:
    """The first report of each kind, in whatever order they come; any trouble the page reports fails the test."""
    found: dict[str, dict[str, Any]] = {}
    while not found.keys() >= set(events):
        report = await asyncio.to_thread(page.reports.get, True, DEADLINE_S)
        assert report["event"] not in ("failed", "error"), report
        found.setdefault(report["event"], report)
    return [found[event] for event in events]


async def test_chromium_joins_a_call_with_the_desk(
    hall: HallProcess, papers: Papers, page: PageServer, browser: Callable[[str], None], reviewer_at: Any
) -> None:
    async with asyncio.timeout(2 * DEADLINE_S), reviewer_at(hall, cases=None) as reviewer:
        browser(page.url + "#" + quote(plan_for(hall, papers)))
        catalogue, ticket, media, mark = await heard(page, "catalogue", "ticket", "media", "mark")
        assert (catalogue["count"], catalogue["name"]) == (717, "排污许可证核发")
        assert ticket["number"].endswith("001")
        assert media["framesDecoded"] >= 25
        assert media["audioPackets"] >= 25
        assert media["framesSent"] >= 25
        assert mark["author"] == reviewer.session.name
        call = reviewer.session.call
        assert call is not None
        assert call.link == "connected"
