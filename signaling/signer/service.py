"""The signing process at work: a Unix socket for the hall's server, one thread that seals, and what is done by itself.

Requests of all connections are answered one after the other in that thread, so nothing in ``notary`` needs a lock.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import esign
from signaling.signer.errors import SignerError
from signaling.signer.notary import Notary
from signaling.signer.requests import Answer, BadFrame, NotSealed, Request, frame, read_request, socket_address

logger = logging.getLogger(__name__)

_MOST_CONNECTIONS = 32
_ANSWER_S = 10.0
"""An answer must be taken within so long."""
_WITNESS_S, _PENDING_S, _HOUR_S = 30.0, 60.0, 3600.0
_DAY = timedelta(hours=23)  # looked after every hour: a day on which the time authority was away is made good

T = TypeVar("T")


class Service:
    """Answers with ``notary`` on the socket at ``path``, until cancelled.

    Timestamps that end within ``renew_days`` are renewed.
    """

    def __init__(self, notary: Notary, path: Path, *, renew_days: int = 365, group_may_connect: bool = False) -> None:
        self._notary = notary
        self._path = path
        self._margin = timedelta(days=renew_days)
        self._mode = 0o660 if group_may_connect else 0o600
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="notary")
        self._connections = 0

    async def run(self, on_listening: Callable[[], None]) -> None:
        """Listen and work. Raises OSError when the socket cannot be made."""
        with _listening(self._path, self._mode) as listener:
            async with asyncio.TaskGroup() as group:
                for name, every_s, act in (
                    ("witness", _WITNESS_S, self._notary.witness),
                    ("pending", _PENDING_S, self._notary.extend_pending),
                    ("stamp", _HOUR_S, partial(self._notary.stamp_head, _DAY)),
                    ("renewal", _HOUR_S, partial(self._notary.renew, self._margin)),
                ):
                    group.create_task(self._again_and_again(name, every_s, act), name=name)
                server = await asyncio.start_unix_server(partial(self._receive, group), sock=listener)
                async with server:
                    on_listening()
                    await server.serve_forever()

    def close(self) -> None:
        """Wait for the notice under way."""
        self._worker.shutdown(cancel_futures=True)

    def _receive(self, group: asyncio.TaskGroup, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._connections >= _MOST_CONNECTIONS:
            writer.close()
            return
        self._connections += 1
        group.create_task(self._converse(reader, writer), name="connection")

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await read_request(reader)
                writer.write(frame(await self._in_worker(partial(self._answer, request))))
                async with asyncio.timeout(_ANSWER_S):
                    await writer.drain()
        except BadFrame as problem:
            logger.warning("a connection sent no request of ours: %s", problem)
        except (EOFError, OSError):
            pass  # the other side has gone, or does not take its answer
        finally:
            self._connections -= 1
            writer.close()

    def _answer(self, request: Request) -> Answer:
        try:
            return self._notary.answer(request)
        except Exception as problem:
            # the outermost edge of the thread: the hall must hear of it, and will ask again
            logger.exception("%s not answered", type(request).__name__)
            return NotSealed("signer_trouble", type(problem).__name__)

    async def _again_and_again(self, name: str, every_s: float, act: Callable[[], object]) -> None:
        while True:
            try:
                await self._in_worker(act)
            except (SignerError, esign.EsignError) as problem:
                logger.error("%s: %s", name, type(problem).__name__)
            except Exception:
                # as above: one failing errand must not end the others
                logger.exception("%s failed", name)
            await asyncio.sleep(every_s)

    def _in_worker(self, act: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._worker, act)


@contextlib.contextmanager
def _listening(path: Path, mode: int) -> Iterator[socket.socket]:
    """A socket that only its owner (or group) can connect to; the file of a process that was killed is replaced."""
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as listener:
        path.unlink(missing_ok=True)
        old_mask = os.umask(0o777 & ~mode)
        try:
            with socket_address(path) as address:
                listener.bind(address)
        finally:
            os.umask(old_mask)
        listener.listen(64)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)
