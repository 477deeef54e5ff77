"""The loop of the server: events in, ``hall.handle``, records made durable, commands performed.

Nobody is told anything of a batch before its records are on the disk. When they cannot
be written the batch never happened: the hall is built again from the store, and whoever
spoke in it is told. The only place that knows the hall and the clock together.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, assert_never

from signaling.hall.commands import (
    CancelTimer,
    CloseSession,
    Command,
    DraftNotice,
    Notify,
    Record,
    SealNotice,
    Send,
    SetTimer,
)
from signaling.hall.events import (
    Connected,
    Desk,
    Disconnected,
    DraftFailed,
    Event,
    MessageReceived,
    NoticeDrafted,
    NoticeSealed,
    Notified,
    Party,
    Restarted,
    SealingFailed,
    Terminal,
    TimerFired,
)
from signaling.hall.facts import Entry
from signaling.hall.orders import NoticeOrder
from signaling.protocol.acts import PreviewNotice
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import Decide, Error, FromHall, SubmitCase, SubmitCorrection, ToHall
from signaling.protocol.office import Board
from signaling.protocol.values import Material
from signaling.server.clock import Clock
from signaling.server.errors import StoreError
from signaling.server.timers import Timers

logger = logging.getLogger(__name__)

CLOCK_BACKWARDS = "clock_backwards"
"""The alarm while the machine's clock lies behind hall time."""

_MOST_EVENTS = 256
_RETRY_S = 1.0


class HallPort(Protocol):
    """What the runner needs of the hall (``hall.Hall``; tests may bring a smaller one)."""

    def restore(self, entries: Iterable[Entry], counters: Mapping[str, int]) -> None: ...
    def handle(self, event: Event, now: datetime) -> list[Command]: ...
    def may_read(self, party: Party, digest: str) -> bool: ...
    def board(self) -> Board: ...
    def set_alarm(self, code: str, is_raised: bool) -> None: ...


class JournalPort(Protocol):
    """Where records become durable (``store.Store``)."""

    def commit(self, records: Sequence[Record]) -> "Future[None]": ...
    def load(self) -> "Future[tuple[list[Entry], dict[str, int]]]": ...


class OutletPort(Protocol):
    """Where messages leave (``connections.Connections``)."""

    def send(self, session_id: str, message: FromHall, is_droppable: bool = False) -> None: ...
    def close(self, session_id: str, code: ErrorCode) -> None: ...


class Absent(Protocol):
    """Which of these files, and of these pictures, that party has not handed in (``materials.Materials.absent``)."""

    def __call__(
        self, party: str, materials: Iterable[Material], pictures: Iterable[str] = ()
    ) -> "Future[tuple[str, ...]]": ...


Draft = Callable[[str, NoticeOrder], Awaitable[NoticeDrafted | DraftFailed]]
Seal = Callable[[NoticeOrder], Awaitable[NoticeSealed | SealingFailed]]
Tell = Callable[[Notify], Awaitable[Notified]]


class Runner:
    """Drives one hall. ``new_hall`` makes an empty one; what it has done by ``absent``, ``draft`` ... are its hands."""

    def __init__(
        self,
        new_hall: Callable[[], HallPort],
        journal: JournalPort,
        outlet: OutletPort,
        absent: Absent,
        draft: Draft,
        seal: Seal,
        tell: Tell,
        clock: Clock,
    ) -> None:
        self._new_hall = new_hall
        self._hall = new_hall()
        self._journal = journal
        self._outlet = outlet
        self._absent = absent
        self._draft = draft
        self._seal = seal
        self._tell = tell
        self._clock = clock
        self._inbox: deque[Event] = deque()
        self._has_news = asyncio.Event()
        self._live: dict[str, Party] = {}
        self._timers = Timers()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        """Notices that are drafted or sealed and notifications that are sent; an order that comes again is known."""
        self._trouble: ErrorCode | None = ErrorCode.STORAGE_UNAVAILABLE

    def happen(self, event: Event) -> None:
        """Hand in what happened; from the loop's thread."""
        self._inbox.append(event)
        self._has_news.set()

    def board(self) -> Board:
        """What the public board shows now."""
        return self._hall.board()

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
        now = self._clock.now()
        commands = hall.handle(Restarted(), now)
        for session_id, party in self._live.items():
            commands += hall.handle(Connected(session_id, party), now)
        self._timers.clear()
        self._hall = hall
        await self._carry_out(commands, now, group)
        self._trouble = None
        logger.info("hall restored: %d entries of open cases", len(entries))

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Work until cancelled, after ``restore``; sealing and sending run in tasks of ``group`` and end with this."""
        try:
            while True:
                await self._step(group)
        finally:
            for task in self._under_way.values():
                task.cancel()  # the hall orders again what was not answered

    async def _step(self, group: asyncio.TaskGroup) -> None:
        await self._wait()
        batch, now = self._take()
        try:
            if not self.is_well:
                await self.restore(group)
                # the fresh hall has met everyone who is connected and set its own timers
                batch = [event for event in batch if not isinstance(event, Connected | Disconnected | TimerFired)]
            await self._work(batch, now, group)
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

    async def _wait(self) -> None:
        """Until something happened or a timer may be due; not for long when the hall has to be mended."""
        wait_s: float | None = None
        if not self.is_well:
            wait_s = _RETRY_S
        elif (due := self._timers.next_due()) is not None:
            # the wall clock may be set meanwhile, and asyncio's does not count while the machine sleeps
            wait_s = min((due - self._clock.now()).total_seconds(), self._clock.glance_s)
        if self._inbox or (wait_s is not None and wait_s <= 0):
            return
        self._has_news.clear()
        try:
            async with asyncio.timeout(wait_s):
                await self._has_news.wait()
        except TimeoutError:
            return

    def _take(self) -> tuple[list[Event], datetime]:
        """What is to be handled, and its time. What was jumped over comes first, moment by moment."""
        now = self._clock.now()
        fired, moment = self._timers.take(now)
        batch: list[Event] = []
        if moment == now:
            while self._inbox and len(batch) < _MOST_EVENTS:
                batch.append(self._inbox.popleft())
        for event in batch:
            if isinstance(event, Connected):
                self._live[event.session_id] = event.party
            elif isinstance(event, Disconnected):
                self._live.pop(event.session_id, None)
        return [*batch, *map(TimerFired, fired)], moment

    async def _work(self, batch: list[Event], now: datetime, group: asyncio.TaskGroup) -> None:
        self._hall.set_alarm(CLOCK_BACKWARDS, self._clock.behind_s > 0)
        commands: list[Command] = []
        replaced: set[str] = set()
        # all at once: a lookup waits for the commit under way, and many would wait one after the other
        lookups = [(event, self._lookup(event)) for event in batch]
        for event in [await _answered(event, lookup) for event, lookup in lookups]:
            if isinstance(event, TimerFired) and event.timer_id in replaced:
                continue
            answer = self._hall.handle(event, now)
            replaced.update(command.timer_id for command in answer if isinstance(command, SetTimer | CancelTimer))
            commands += answer
        await self._carry_out(commands, now, group)

    async def _carry_out(self, commands: list[Command], now: datetime, group: asyncio.TaskGroup) -> None:
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
                    self._timers.set(timer_id, now + timedelta(seconds=delay_s))
                case CancelTimer(timer_id):
                    self._timers.cancel(timer_id)
                case DraftNotice(preview_id, order):
                    self._begin(preview_id, partial(self._draft, preview_id, order), group)
                case SealNotice(order):
                    self._begin(order.notice_id, partial(self._seal, order), group)
                case Notify():
                    self._begin(command.notification_id, partial(self._tell, command), group)
                case _:
                    assert_never(command)

    def _lookup(self, event: Event) -> "Future[tuple[str, ...]] | None":
        """Which materials of a submission, or pictures in a decision, are not in the store."""
        if not isinstance(event, MessageReceived):
            return None
        message, party = event.message, self._live.get(event.session_id)
        if isinstance(message, SubmitCase | SubmitCorrection) and isinstance(party, Terminal):
            return self._absent(party.terminal_id, message.materials)
        if isinstance(message, Decide | PreviewNotice) and isinstance(party, Desk):
            crops = [correction.crop for correction in message.corrections if correction.crop]
            return self._absent(party.reviewer_id, (), crops) if crops else None
        return None

    def _refuse(self, batch: list[Event], code: ErrorCode) -> None:
        """The batch has not happened; from now on the hall needs mending."""
        self._trouble = code
        for event in batch:
            if isinstance(event, MessageReceived):
                self._outlet.send(event.session_id, Error(code, SENTENCES[code], id_of(event.message)))

    def _begin(self, name: str, act: Callable[[], Awaitable[Event]], group: asyncio.TaskGroup) -> None:
        """Do what takes time beside the loop, once at a time; the answer is an event."""

        async def work() -> None:
            try:
                self.happen(await act())
            finally:
                del self._under_way[name]

        if name not in self._under_way:
            self._under_way[name] = group.create_task(work(), name=name)


async def _answered(event: Event, lookup: "Future[tuple[str, ...]] | None") -> Event:
    """The event with the answer to its lookup, if it has one."""
    if lookup is None or not isinstance(event, MessageReceived):
        return event
    return MessageReceived(event.session_id, event.message, await asyncio.wrap_future(lookup))


def id_of(message: ToHall) -> str:
    """What an error about this message names: its request, operation, call or case."""
    for name in ("request_id", "operation_id", "call_id", "case_id"):
        if value := getattr(message, name, ""):
            return str(value)
    return ""


def _subject_of(event: Event) -> str:
    """What an event is about, for the log: its session, timer, notice or preview."""
    names = ("session_id", "timer_id", "notice_id", "preview_id")
    return next((str(value) for name in names if (value := getattr(event, name, ""))), "hall")
