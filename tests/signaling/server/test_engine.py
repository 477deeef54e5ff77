"""The cut: a connection whose peer reads nothing ends at once, which ASGI alone cannot do."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from signaling.server.engine import ABORT

pytestmark = pytest.mark.slow


async def test_a_peer_that_reads_nothing_is_cut_at_once(
    listening: Callable[[Starlette], AbstractAsyncContextManager[int]],
) -> None:
    is_stuck, is_over = asyncio.Event(), asyncio.Event()

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            async with asyncio.timeout(0.5):
                while True:
                    await websocket.send_text("x" * 100_000)
        except TimeoutError:
            is_stuck.set()
        websocket.scope["extensions"][ABORT]()
        assert (await websocket.receive())["type"] == "websocket.disconnect"
        is_over.set()

    async with listening(Starlette(routes=[WebSocketRoute("/hall", endpoint)])) as port:
        with socket.socket() as narrow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.connect(("127.0.0.1", port))
            narrow.setblocking(False)
            url = f"ws://127.0.0.1:{port}/hall"
            async with connect(url, sock=narrow, max_queue=1, compression=None, proxy=None, close_timeout=0.1):
                await asyncio.wait_for(is_stuck.wait(), 5)
                await asyncio.wait_for(is_over.wait(), 1)
