"""Colleagues who are in a story without a window: collector, issuer, decider, each with a real link to the hall.

A link lives on an asyncio loop in a thread of its own; what the hall said last is kept for the story to look at.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from signaling.client import HallClient, Login
from signaling.protocol.acts import FloorChanged, NoticePreviewed
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CaseChanged, Done, Error, FromHall, ToHall
from signaling.protocol.values import CaseView

_requests = count(1)


def request_id() -> str:
    """A request id of its own for each act of the demo's colleagues."""
    return f"demo-{next(_requests)}"


class Colleague:
    """One person's link. Attributes change in the link's thread; a story only reads them."""

    def __init__(self, url: str, login: Login) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._client = HallClient(url, login, self._heard, self._state)
        self.is_online = False
        self.floor: FloorChanged | None = None
        self.case: CaseView | None = None
        self.done: set[str] = set()
        self.previewed: dict[str, str] = {}
        self.refused: ErrorCode | None = None

    def say(self, message: ToHall) -> None:
        """Do this act. Raises RuntimeError for a colleague who is not at work."""
        if self._loop is None:
            raise RuntimeError("this colleague is not at work")
        self._loop.call_soon_threadsafe(self._client.say, message)

    def has_done(self, request: str) -> bool:
        """Whether this act is recorded. Raises RuntimeError when the hall refused one."""
        self._check()
        return request in self.done

    def draft_of(self, request: str) -> str:
        """The digest of the notice this preview asked for; empty until it is written. Raises as ``has_done``."""
        self._check()
        return self.previewed.get(request, "")

    def _check(self) -> None:
        if self.refused is not None:
            raise RuntimeError(f"the hall refused a colleague's act: {self.refused}")

    def _heard(self, message: FromHall) -> None:
        match message:
            case FloorChanged():
                self.floor = message
            case CaseChanged():
                self.case = message.case
            case Done():
                self.done.add(message.request_id)
            case NoticePreviewed():
                self.previewed[message.request_id] = message.digest
            case Error():
                self.refused = message.code
            case _:
                pass

    def _state(self, state: str, code: ErrorCode | None, wait_s: float) -> None:
        self.is_online = state == "online"
        if state == "refused":
            self.refused = code

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as group:
            linked = group.create_task(self._client.run(), name="colleague's link")
            await self._over.wait()
            linked.cancel()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(self._live())

    @contextmanager
    def at_work(self) -> Iterator["Colleague"]:
        """Connected while the block runs; once only."""
        self._loop = loop = asyncio.new_event_loop()
        thread = threading.Thread(target=self._run, args=(loop,), name="colleague")
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(self._over.set)
            thread.join()
