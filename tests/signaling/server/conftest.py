"""Builders shared by the server's tests: a store in a temporary folder, records, an enrolled key, uvicorn."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from signaling.hall.commands import Record
from signaling.hall.facts import CaseClosed, Entry, PageShown
from signaling.protocol.values import OFFICIAL_TIME
from signaling.server.authentication import Passwords
from signaling.server.engine import CuttableProtocol
from signaling.server.register import EnrolledReviewer, EnrolledTerminal, Register
from signaling.server.store import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store(tmp_path / "hall")) as opened:
        yield opened


@pytest.fixture
def register(store: Store) -> Register:
    return Register(store)


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    with contextlib.closing(Passwords()) as made:
        yield made


@pytest.fixture
def record() -> Callable[..., Record]:
    """A record of one case: ``record("c1", 3)`` is its page 3 shown, ``record("c1", None)`` its end."""

    def make(case_id: str, page: int | None, counters: tuple[tuple[str, int], ...] = ()) -> Record:
        fact = CaseClosed(case_id) if page is None else PageShown(case_id, "0" * 64, page)
        return Record(Entry(NOON, "reviewer-01", case_id, fact), counters, is_open=page is not None)

    return make


@pytest.fixture
def device_key(register: Register) -> Ed25519PrivateKey:
    """The key of the enrolled terminal T-01."""
    key = Ed25519PrivateKey.generate()
    register.put_terminal(EnrolledTerminal("T-01", "自助终端 01", key.public_key().public_bytes_raw())).result()
    return key


@pytest.fixture
def password(register: Register, passwords: Passwords) -> str:
    """The password of the enrolled reviewer ``shen``."""
    chosen = "correct horse"
    register.put_reviewer(EnrolledReviewer("shen", "沈明", passwords.hash(chosen), ("market",))).result()
    return chosen


Listening = Callable[[Starlette], AbstractAsyncContextManager[int]]


@pytest.fixture
def listening() -> Listening:
    """Serve an application with uvicorn on a free loopback port, on the test's own loop."""

    @contextlib.asynccontextmanager
    async def open_port(application: Starlette) -> AsyncIterator[int]:
        server = _Quiet(
            uvicorn.Config(
                application,
                http="h11",
                ws=CuttableProtocol,
                lifespan="off",
                log_config=None,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=2,
            )
        )
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(server.serve(sockets=[listener]))
                await asyncio.wait_for(server.is_up.wait(), 5)
                try:
                    yield listener.getsockname()[1]
                finally:
                    server.should_exit = True
                    await serving

    return open_port


class _Quiet(uvicorn.Server):
    """Says when it listens, and leaves the signals of the test run alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()
