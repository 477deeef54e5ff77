"""The loop of the server: events in, ``hall.handle``, records made durable, commands performed.

Nobody is told anything of a batch before its records are on the disk. When they cannot
be written the batch never happened: the hall is built again from the store, and whoever
spoke in it is told. The only place that knows the hall and the clock together.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol, assert_never

from signaling.hall.commands import CancelTimer, CloseSession, Command, NoticeOrder, Record, SealNotice, Send, SetTimer
from signaling.hall.events import (
    Connected,
    Disconnected,
    Event,
    MessageReceived,
    NoticeSealed,
    Party,
    Restarted,
    SealingFailed,
    Terminal,
    TimerFired,
)
from signaling.hall.facts import Entry
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import Error, FromHall, SubmitCase, SubmitCorrection, ToHall
from signaling.protocol.values import OFFICIAL_TIME, Material
from signaling.server.errors import StoreError

logger = logging.getLogger(__name__)

_MOST_EVENTS = 256
_RETRY_S = 1.0


class HallPort(Protocol):
    """What the runner needs of the hall (``hall.Hall``; tests may bring a smaller one)."""

    def restore(self, entries: Iterable[Entry], counters: Mapping[str, int]) -> None: ...
    def handle(self, event: Event, now: datetime) -> list[Command]: ...
    def may_read(self, party: Party, digest: str) -> bool: ...


class JournalPort(Protocol):
    """Where records become durable (``store.Store``)."""

    def commit(self, records: Sequence[Record]) -> "Future[None]": ...
    def load(self) -> "Future[tuple[list[Entry], dict[str, int]]]": ...


class OutletPort(Protocol):
    """Where messages leave (``connections.Connections``)."""

    def send(self, session_id: str, message: FromHall, is_droppable: bool = False) -> None: ...
    def close(self, session_id: str, code: ErrorCode) -> None: ...


Absent = Callable[[str, Iterable[Material]], "Future[tuple[str, ...]]"]
Seal = Callable[[NoticeOrder], Awaitable[NoticeSealed | SealingFailed]]


class Runner:
    """Drives one hall. ``new_hall`` makes an empty one; ``absent`` and ``seal`` are the store's and the sealer's."""

    def __init__(
        self, new_hall: Callable[[], HallPort], journal: JournalPort, outlet: OutletPort, absent: Absent, seal: Seal
    ) -> None:
        self._new_hall = new_hall
        self._hall = new_hall()
        self._journal = journal
        self._outlet = outlet
        self._absent = absent
        self._seal = seal
        self._inbox: asyncio.Queue[Event | tuple[str, int]] = asyncio.Queue()
        self._live: dict[str, Party] = {}
        self._timers: dict[str, tuple[int, asyncio.TimerHandle]] = {}
        self._timers_set = 0
        self._sealing: set[str] = set()
        self._trouble: ErrorCode | None = ErrorCode.STORAGE_UNAVAILABLE

    def happen(self, event: Event) -> None:
        """Hand in what happened; from the loop's thread."""
        self._inbox.put_nowait(event)

    def may_read(self, party: Party, digest: str) -> bool:
        """Whether this party may see this file now."""
        return self._hall.may_read(party, digest)

    @property
    def is_well(self) -> bool:
        """Whether acts can be recorded at the moment."""
        return self._trouble is None

    async def restore(self, group: asyncio.TaskGroup) -> None:
        """A fresh hall from what is on the disk, with everyone who is connected. Raises StoreError."""
        self._trouble = ErrorCode.STORAGE_UNAVAILABLE
        entries, counters = await asyncio.wrap_future(self._journal.load())
        hall = self._new_hall()
        hall.restore(entries, counters)
        now = datetime.now(OFFICIAL_TIME)
        commands = hall.handle(Restarted(), now)
        for session_id, party in self._live.items():
            commands += hall.handle(Connected(session_id, party), now)
        for timer_id in list(self._timers):
            self._cancel_timer(timer_id)
        self._hall = hall
        await self._carry_out(commands, group)
        self._trouble = None
        logger.info("hall restored: %d entries of open cases", len(entries))

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Work until cancelled, after ``restore``; sealing runs in tasks of ``group``."""
        while True:
            await self._step(group)

    async def _step(self, group: asyncio.TaskGroup) -> None:
        batch = await self._take()
        try:
            if not self.is_well:
                await self.restore(group)
                # the fresh hall has met everyone who is connected and set its own timers
                batch = [event for event in batch if not isinstance(event, Connected | Disconnected | TimerFired)]
            await self._work(batch, group)
        except StoreError as problem:
            if batch:
                logger.error("acts not recorded: %s (%s)", problem, ", ".join(map(_subject_of, batch)))
            else:
                logger.info("hall not restored yet: %s", problem)
            self._refuse(batch, problem.code)
        except Exception:
            # the outermost edge: a fault in the hall must not end the conversation of everyone else
            logger.exception("fault while handling %s", [type(event).__name__ for event in batch])
            self._refuse(batch, ErrorCode.STORAGE_UNAVAILABLE)

    async def _take(self) -> list[Event]:
        """What waits, at least one event; nothing after a while when the hall has to be mended."""
        batch: list[Event] = []
        try:
            async with asyncio.timeout(None if self.is_well else _RETRY_S):
                first = await self._inbox.get()
        except TimeoutError:
            return batch
        waiting = [first]
        while not self._inbox.empty() and len(waiting) < _MOST_EVENTS:
            waiting.append(self._inbox.get_nowait())
        for item in waiting:
            event = self._expired(*item) if isinstance(item, tuple) else item
            if event is not None:
                batch.append(event)
        for event in batch:
            if isinstance(event, Connected):
                self._live[event.session_id] = event.party
            elif isinstance(event, Disconnected):
                self._live.pop(event.session_id, None)
        return batch

    async def _work(self, batch: list[Event], group: asyncio.TaskGroup) -> None:
        commands: list[Command] = []
        replaced: set[str] = set()
        now = datetime.now(OFFICIAL_TIME)
        for event in [await self._with_absent(event) for event in batch]:
            if isinstance(event, TimerFired) and event.timer_id in replaced:
                continue
            answer = self._hall.handle(event, now)
            replaced.update(command.timer_id for command in answer if isinstance(command, SetTimer | CancelTimer))
            commands += answer
        await self._carry_out(commands, group)

    async def _carry_out(self, commands: list[Command], group: asyncio.TaskGroup) -> None:
        if records := [command for command in commands if isinstance(command, Record)]:
            await asyncio.wrap_future(self._journal.commit(records))
        for command in commands:
            match command:
                case Record():
                    pass
                case Send(session_id, message, is_droppable):
                    self._outlet.send(session_id, message, is_droppable)
                case CloseSession(session_id, code):
                    self._outlet.close(session_id, code)
                case SetTimer(timer_id, delay_s):
                    self._set_timer(timer_id, delay_s)
                case CancelTimer(timer_id):
                    self._cancel_timer(timer_id)
                case SealNotice(order):
                    if order.notice_id not in self._sealing:
                        self._sealing.add(order.notice_id)
                        group.create_task(self._seal_one(order), name=f"seal {order.notice_id}")
                case _:
                    assert_never(command)

    async def _with_absent(self, event: Event) -> Event:
        if not (isinstance(event, MessageReceived) and isinstance(event.message, SubmitCase | SubmitCorrection)):
            return event
        party = self._live.get(event.session_id)
        if not isinstance(party, Terminal):
            return event
        absent = await asyncio.wrap_future(self._absent(party.terminal_id, event.message.materials))
        return MessageReceived(event.session_id, event.message, absent)

    def _refuse(self, batch: list[Event], code: ErrorCode) -> None:
        """The batch has not happened; from now on the hall needs mending."""
        self._trouble = code
        for event in batch:
            if isinstance(event, MessageReceived):
                self._outlet.send(event.session_id, Error(code, SENTENCES[code], id_of(event.message)))

    # --- timers and sealing -----------------------------------------------------------------

    def _set_timer(self, timer_id: str, delay_s: float) -> None:
        self._cancel_timer(timer_id)
        self._timers_set += 1
        entry = (timer_id, self._timers_set)
        handle = asyncio.get_running_loop().call_later(delay_s, self._inbox.put_nowait, entry)
        self._timers[timer_id] = (self._timers_set, handle)

    def _cancel_timer(self, timer_id: str) -> None:
        if (timer := self._timers.pop(timer_id, None)) is not None:
            timer[1].cancel()

    def _expired(self, timer_id: str, number: int) -> TimerFired | None:
        """The event of a timer that ran out, unless it was cancelled or replaced while it waited here."""
        timer = self._timers.get(timer_id)
        if timer is None or timer[0] != number:
            return None
        del self._timers[timer_id]
        return TimerFired(timer_id)

    async def _seal_one(self, order: NoticeOrder) -> None:
        try:
            self.happen(await self._seal(order))
        finally:
            self._sealing.discard(order.notice_id)


def id_of(message: ToHall) -> str:
    """What an error about this message names: its request, operation, call or case."""
    for name in ("request_id", "operation_id", "call_id", "case_id"):
        if value := getattr(message, name, ""):
            return str(value)
    return ""


def _subject_of(event: Event) -> str:
    """What an event is about, for the log: its session, timer or notice."""
    return next(
        (str(value) for name in ("session_id", "timer_id", "notice_id") if (value := getattr(event, name, ""))), "hall"
    )
