"""A desk without files and video: performs its session's effects on the hall alone.

For simulated reviewers in numbers: no thread, no child process, no folder. Papers count as opened with the
pages they declare, calls as connected; everything that the hall sees is as with ``desk.py``.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import assert_never

from reviewer.calls import Connection
from reviewer.desk import ConnectTo, HallPort
from reviewer.effects import (
    Connect,
    CropMarks,
    Effect,
    ExportMarked,
    FetchDraft,
    FetchMaterial,
    MuteLeg,
    ReleaseMaterials,
    Ring,
    Say,
    StartLeg,
    StopLeg,
    TellLeg,
)
from reviewer.papers import OpenedPaper, Thumbnail
from reviewer.session import DeskSession
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import FromHall

_NO_PICTURE = Thumbnail(1, 1, bytes(3))


class QuietDesk:
    """One running desk. Read ``session``; await ``run`` once. All on the loop it runs on."""

    def __init__(self, connect: ConnectTo, new_id: Callable[[], str]) -> None:
        self.session = DeskSession(self._perform, new_id)
        self._connect = connect
        self._hall: HallPort | None = None
        self._logins: asyncio.Queue[Connect] = asyncio.Queue()

    async def run(self) -> None:
        """Stay connected until cancelled; returns when the hall refuses this reviewer for good."""
        self._hall = self._connect(await self._logins.get(), self._heard, self._connection)
        await self._hall.run()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Connect():
                self._logins.put_nowait(effect)
            case Say(message=message):
                if self._hall:
                    self._hall.say(message)
            case FetchMaterial(digest=digest, media_type=media_type):
                self._soon(partial(self._open, digest, media_type))
            case FetchDraft(digest=digest):
                opened = OpenedPaper(None, 1, "application/pdf", False, _NO_PICTURE)
                self._soon(partial(self.session.material_opened, digest, opened))
            case CropMarks(request_id=request_id):
                self._soon(partial(self.session.crops_made, request_id, {}))
            case StartLeg(call_id=call_id, generation=generation):
                self._soon(partial(self.session.link_changed, call_id, generation, "connected"))
            case ReleaseMaterials() | ExportMarked() | TellLeg() | MuteLeg() | StopLeg() | Ring():
                pass
            case _:
                assert_never(effect)

    def _open(self, digest: str, media_type: str) -> None:
        paper = self.session.papers.get(digest)
        if paper:
            opened = OpenedPaper(None, paper.material.pages, media_type, False, _NO_PICTURE)
            self.session.material_opened(digest, opened)

    def _heard(self, message: FromHall) -> None:
        self.session.receive(message, datetime.now(UTC))

    def _connection(self, state: Connection, refusal: ErrorCode | None, retry_s: float) -> None:
        welcome = self._hall.welcome if self._hall else None
        if state == "online" and welcome is not None:
            self.session.admitted(welcome, datetime.now(UTC))
        self.session.connection_changed(state, refusal, retry_s)

    @staticmethod
    def _soon(act: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(act)
