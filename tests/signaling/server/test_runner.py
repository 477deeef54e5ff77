"""The runner with a real hall: durable before told, failure means it never happened, timers and sealing come back."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from signaling.hall.commands import CancelTimer, Command, Notify, Record, Send, SetTimer
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
from signaling.hall.facts import Entry, TerminalConnected
from signaling.hall.hall import Hall, HallRules
from signaling.hall.offering import Offering
from signaling.hall.orders import NoticeOrder
from signaling.protocol.acts import NoticePreviewed, PreviewNotice
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallOffered,
    CaseChanged,
    Catalogue,
    Decide,
    DeskChanged,
    Done,
    Error,
    FromHall,
    NoticeReady,
    SetAvailability,
    ShowPage,
    SubmitCase,
    TicketIssued,
    WithdrawCase,
)
from signaling.protocol.office import Board
from signaling.protocol.values import OFFICIAL_TIME, Applicant, Correction, Material
from signaling.server.catalogue import read_calendar, read_catalogue
from signaling.server.clock import Clock, SystemClock
from signaling.server.errors import StorageFull, StoreError
from signaling.server.notify import FileGateway, Notifier
from signaling.server.runner import HallPort, JournalPort, Runner, Tell, id_of
from signaling.server.store import Store

pytestmark = pytest.mark.slow


NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
BOARD = Board("大厅", NOON, (), (), (), 0, ())
CATALOGUE = read_catalogue(None)
OFFERING = Offering(CATALOGUE, "0" * 64)
ITEM = next(item for item in CATALOGUE if item.code == "ENV-001")
TERMINAL = Terminal("T-01", "自助终端 01")
DESK = Desk("D-01", "shen", "沈明", (ITEM.skill,))
SUBMIT = SubmitCase(
    "r-1",
    ITEM.code,
    Applicant("person", "张三", "resident_id", "11010519491231002X", "13800000000"),
    tuple(
        Material(slot.code, f"{number:064x}", "x.pdf", "application/pdf", 10, 1, "camera")
        for number, slot in enumerate(ITEM.slots, start=1)
        if slot.is_required
    ),
    consents_to_video=True,
)


class MemoryJournal:
    """The store's twin in memory. While ``trouble`` is set, no commit succeeds."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.trouble: StoreError | None = None

    def commit(self, records: Sequence[Record]) -> "Future[None]":
        future: Future[None] = Future()
        if self.trouble is not None:
            future.set_exception(self.trouble)
        else:
            self.records += records
            future.set_result(None)
        return future

    def load(self) -> "Future[tuple[list[Entry], dict[str, int]]]":
        is_open: dict[str, bool] = {}
        counters: dict[str, int] = {}
        for record in self.records:
            counters.update(record.counters)
            if record.entry.case_id is not None and record.is_open is not None:
                is_open[record.entry.case_id] = record.is_open
        entries = [record.entry for record in self.records if is_open.get(record.entry.case_id or "")]
        future: Future[tuple[list[Entry], dict[str, int]]] = Future()
        future.set_result((entries, counters))
        return future


class Ears:
    """Where messages arrive, with whether their records were durable by then."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, FromHall]] = []
        self.closed: list[tuple[str, ErrorCode]] = []
        self.changed = asyncio.Event()

    def send(self, session_id: str, message: FromHall, is_droppable: bool = False) -> None:
        self.heard.append((session_id, message))
        self.changed.set()

    def close(self, session_id: str, code: ErrorCode) -> None:
        self.closed.append((session_id, code))
        self.changed.set()


class Place:
    """A running runner; ``seal`` answers orders as told."""

    def __init__(
        self,
        journal: JournalPort,
        new_hall: Callable[[], HallPort] | None = None,
        clock: Clock | None = None,
        send_sms: Tell | None = None,
    ) -> None:
        ids = itertools.count(1)
        rules = HallRules(ring_s=0.2, wrap_up_s=0.2, seal_retry_s=0.1)
        self.ears = Ears()
        self.absent: tuple[str, ...] = ()
        self.pictures: tuple[str, tuple[str, ...]] = ("", ())
        self.drafted: list[NoticeOrder] = []
        self.orders: list[NoticeOrder] = []
        self.failures = 0
        self.notified: list[str] = []
        self.gateway = asyncio.Event()
        self.gateway.set()
        self.runner = Runner(
            new_hall or (lambda: Hall(OFFERING, rules, read_calendar(None), lambda: f"id-{next(ids)}")),
            journal,
            self.ears,
            self._absent,
            self._draft,
            self._seal,
            send_sms or self._tell,
            clock or SystemClock(),
        )

    def _absent(
        self, party: str, materials: Iterable[Material], pictures: Iterable[str] = ()
    ) -> "Future[tuple[str, ...]]":
        self.pictures = party, tuple(pictures)
        future: Future[tuple[str, ...]] = Future()
        future.set_result(self.absent)
        return future

    async def _draft(self, preview_id: str, order: NoticeOrder) -> NoticeDrafted | DraftFailed:
        self.drafted.append(order)
        if len(self.drafted) <= self.failures:
            return DraftFailed(preview_id, "missing_glyph", "U+2070E")
        return NoticeDrafted(preview_id, "b" * 64)

    async def _seal(self, order: NoticeOrder) -> NoticeSealed | SealingFailed:
        self.orders.append(order)
        if len(self.orders) <= self.failures:
            return SealingFailed(order.notice_id, "no seal today")
        return NoticeSealed(order.notice_id, "a" * 64, order.decided_at)

    async def _tell(self, order: Notify) -> Notified:
        self.notified.append(order.notification_id)
        await self.gateway.wait()
        return Notified(order.notification_id, True)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Place"]:
        async with asyncio.TaskGroup() as group:
            await self.runner.restore(group)
            working = group.create_task(self.runner.run(group))
            yield self
            working.cancel()

    def tell(self, *events: Event) -> None:
        for event in events:
            self.runner.happen(event)

    async def until(self, session_id: str, kind: type[object], count: int = 1) -> object:
        """The latest message of this kind, as soon as ``count`` of them were heard."""
        async with asyncio.timeout(5):
            while True:
                found = [message for to, message in self.ears.heard if to == session_id and isinstance(message, kind)]
                if len(found) >= count:
                    return found[-1]
                self.ears.changed.clear()
                await self.ears.changed.wait()


@pytest.fixture
def memory() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture(params=["memory", "store"])
def journal(request: pytest.FixtureRequest, memory: MemoryJournal, tmp_path: Path) -> Iterator[JournalPort]:
    if request.param == "memory":
        yield memory
    else:
        with contextlib.closing(Store(tmp_path / "hall")) as store:
            yield store


async def to_the_call(place: Place) -> CallOffered:
    place.tell(Connected("t", TERMINAL), Connected("d", DESK))
    place.tell(MessageReceived("d", SetAvailability(is_ready=True)), MessageReceived("t", SUBMIT))
    offered = await place.until("d", CallOffered)
    assert isinstance(offered, CallOffered)
    place.tell(MessageReceived("d", AnswerCall(offered.call_id)))
    await place.until("t", CaseChanged)
    return offered


def look_at_everything(place: Place, case_id: str) -> None:
    place.tell(*(MessageReceived("d", ShowPage(case_id, material.digest, 0)) for material in SUBMIT.materials))


async def decide(place: Place, case_id: str) -> None:
    """Accept, after the notice was previewed."""
    place.tell(MessageReceived("d", PreviewNotice("r-2", case_id, "accept")))
    previewed = await place.until("d", NoticePreviewed)
    assert isinstance(previewed, NoticePreviewed)
    place.tell(MessageReceived("d", Decide("r-3", case_id, "accept", preview=previewed.digest)))


async def test_a_case_goes_from_submit_to_its_notice(journal: JournalPort) -> None:
    async with Place(journal).running() as place:
        offered = await to_the_call(place)
        look_at_everything(place, offered.case.case_id)
        await decide(place, offered.case.case_id)
        notice = await place.until("t", NoticeReady)
        assert isinstance(notice, NoticeReady)
        assert notice.notice.digest == "a" * 64
        assert [order.preview for order in place.orders] == ["b" * 64]
        assert [order.case_id for order in place.orders] == [offered.case.case_id]
        assert place.runner.may_read(TERMINAL, "a" * 64)
        assert not place.runner.may_read(Terminal("T-02", ""), "a" * 64)


async def test_a_restart_takes_the_open_case_up(journal: JournalPort) -> None:
    async with Place(journal).running() as place:
        offered = await to_the_call(place)
        place.tell(MessageReceived("d", ShowPage(offered.case.case_id, SUBMIT.materials[1].digest, 0)))
        await place.until("t", ShowPage)
    async with Place(journal).running() as restarted:
        restarted.tell(Connected("t2", TERMINAL))
        changed = await restarted.until("t2", CaseChanged)
        assert isinstance(changed, CaseChanged)
        assert (changed.case.case_id, changed.case.state) == (offered.case.case_id, "reviewing")
        page = await restarted.until("t2", ShowPage)
        assert isinstance(page, ShowPage)
        assert page.digest == SUBMIT.materials[1].digest


async def test_nobody_is_told_before_the_record_is_durable(memory: MemoryJournal) -> None:
    pending: list[tuple[Sequence[Record], Future[None]]] = []
    is_asked = asyncio.Event()

    class Slow(MemoryJournal):
        def commit(self, records: Sequence[Record]) -> "Future[None]":
            if not any(record.entry.case_id for record in records):
                return super().commit(records)
            future: Future[None] = Future()
            pending.append((records, future))
            is_asked.set()
            return future

    async with Place(Slow()).running() as place:
        place.tell(Connected("t", TERMINAL))
        await place.until("t", Catalogue)
        place.tell(MessageReceived("t", SUBMIT))
        await asyncio.wait_for(is_asked.wait(), 5)
        assert not [message for _, message in place.ears.heard if isinstance(message, TicketIssued)]
        pending[0][1].set_result(None)
        await place.until("t", TicketIssued)


async def test_what_cannot_be_recorded_never_happened(memory: MemoryJournal) -> None:
    async with Place(memory).running() as place:
        place.tell(Connected("t", TERMINAL), Connected("d", DESK))
        place.tell(MessageReceived("d", SetAvailability(is_ready=True)))
        await place.until("d", DeskChanged, 2)
        memory.trouble = StorageFull("no space")
        place.tell(MessageReceived("t", SUBMIT))
        refusal = await place.until("t", Error)
        assert isinstance(refusal, Error)
        assert (refusal.code, refusal.about) == (ErrorCode.STORAGE_FULL, "r-1")
        assert not place.runner.is_well
        assert not [message for _, message in place.ears.heard if isinstance(message, TicketIssued | CallOffered)]

        place.tell(MessageReceived("t", WithdrawCase("r-9", "c-1")))
        second = await place.until("t", Error, 2)
        assert isinstance(second, Error)
        assert second.about == "r-9"

        memory.trouble = None
        place.tell(MessageReceived("t", SUBMIT))
        issued = await place.until("t", TicketIssued)
        assert isinstance(issued, TicketIssued)
        assert place.runner.is_well
        # the first number is still free: the refused act left nothing behind
        assert issued.case.ticket_number.endswith("001")


async def test_a_hall_in_trouble_is_mended_without_anyone_speaking(memory: MemoryJournal) -> None:
    async with Place(memory).running() as place:
        place.tell(Connected("t", TERMINAL))
        await place.until("t", Catalogue)
        memory.trouble = StorageFull("no space")
        place.tell(MessageReceived("t", SUBMIT))
        await place.until("t", Error)
        memory.trouble = None
        await place.until("t", Catalogue, 2)
        assert place.runner.is_well


async def test_who_left_during_the_trouble_is_not_spoken_to_afterwards(memory: MemoryJournal) -> None:
    async with Place(memory).running() as place:
        place.tell(Connected("t", TERMINAL), Connected("t2", Terminal("T-02", "自助终端 02")))
        await place.until("t2", Catalogue)
        memory.trouble = StorageFull("no space")
        place.tell(MessageReceived("t", SUBMIT))
        await place.until("t", Error)
        memory.trouble = None
        place.tell(Disconnected("t2"))
        await place.until("t", Catalogue, 2)
        assert sum(to == "t2" and isinstance(message, Catalogue) for to, message in place.ears.heard) == 1


async def test_absent_materials_are_looked_up_for_terminals(memory: MemoryJournal) -> None:
    async with Place(memory).running() as place:
        place.absent = (SUBMIT.materials[0].digest,)
        place.tell(Connected("t", TERMINAL), MessageReceived("t", SUBMIT))
        refusal = await place.until("t", Error)
        assert isinstance(refusal, Error)
        assert refusal.code is ErrorCode.MATERIAL_MISSING


async def test_pictures_in_a_decision_are_looked_up_for_the_desk(memory: MemoryJournal) -> None:
    async with Place(memory).running() as place:
        offered = await to_the_call(place)
        look_at_everything(place, offered.case.case_id)
        place.absent = ("c" * 64,)
        slot = SUBMIT.materials[0].slot
        faults = (Correction(slot, 0, "缺比例尺", "补充", crop="c" * 64), Correction(slot, 0, "模糊", "重拍"))
        place.tell(MessageReceived("d", PreviewNotice("r-2", offered.case.case_id, "request_corrections", faults)))
        refusal = await place.until("d", Error)
        assert isinstance(refusal, Error)
        assert (refusal.code, refusal.about) == (ErrorCode.MATERIAL_MISSING, "r-2")
        assert place.pictures == (DESK.reviewer_id, ("c" * 64,))


async def test_failed_sealing_is_told_and_tried_again(memory: MemoryJournal) -> None:
    place = Place(memory)
    place.failures = 1
    async with place.running():
        offered = await to_the_call(place)
        look_at_everything(place, offered.case.case_id)
        place.tell(MessageReceived("d", PreviewNotice("r-1", offered.case.case_id, "accept")))
        unwritten = await place.until("d", Error)
        assert isinstance(unwritten, Error)
        assert (unwritten.code, unwritten.about) == (ErrorCode.MISSING_GLYPH, "r-1")
        place.ears.heard.clear()
        await decide(place, offered.case.case_id)
        await place.until("d", Done)
        refusal = await place.until("d", Error)
        assert isinstance(refusal, Error)
        assert refusal.code is ErrorCode.SEALING_FAILED
        await place.until("t", NoticeReady)
        assert len({order.notice_id for order in place.orders}) == 1
        assert len(place.orders) == 2


async def test_a_ring_runs_out_by_the_loops_clock(memory: MemoryJournal) -> None:
    async with Place(memory).running() as place:
        place.tell(Connected("t", TERMINAL), Connected("d", DESK))
        place.tell(MessageReceived("d", SetAvailability(is_ready=True)), MessageReceived("t", SUBMIT))
        await place.until("d", CallOffered)
        away = await place.until("d", DeskChanged, 4)
        assert isinstance(away, DeskChanged)
        assert away.availability == "away"


class Scripted:
    """A hall for the runner's own rules: answers each message with what the script says, and keeps what it is told."""

    def __init__(self, script: dict[str, Callable[[], list[Command]]]) -> None:
        self.script = script
        self.events: list[Event] = []
        self.times: list[datetime] = []
        self.alarms: set[str] = set()

    def restore(self, entries: Iterable[Entry], counters: object) -> None:
        pass

    def may_read(self, party: Party, digest: str) -> bool:
        return False

    def board(self) -> Board:
        return BOARD

    def set_alarm(self, code: str, is_raised: bool) -> None:
        (self.alarms.add if is_raised else self.alarms.discard)(code)

    def handle(self, event: Event, now: datetime) -> list[Command]:
        self.events.append(event)
        self.times.append(now)
        if isinstance(event, MessageReceived):
            return self.script[id_of(event.message)]()
        if isinstance(event, TimerFired):
            return [Send("t", Done(f"fired-{event.timer_id}"))]
        if isinstance(event, Notified):
            return [Send("t", Done(f"sent-{event.notification_id}"))]
        return []


class HandClock:
    """A clock that goes only when told."""

    is_simulated = True
    glance_s = 0.01

    def __init__(self) -> None:
        self.time = NOON
        self.behind_s = 0.0

    def now(self) -> datetime:
        return self.time


def withdraw(name: str) -> MessageReceived:
    return MessageReceived("t", WithdrawCase(name, "c-1"))


async def test_a_cancelled_or_replaced_timer_does_not_fire(memory: MemoryJournal) -> None:
    hall = Scripted(
        {
            "set": lambda: [SetTimer("a", 0.0), SetTimer("b", 0.0), SetTimer("c", 0.05)],
            "change": lambda: [CancelTimer("a"), SetTimer("b", 0.02), Send("t", Done("changed"))],
        }
    )
    async with Place(memory, lambda: hall).running() as place:
        place.tell(Connected("t", TERMINAL), withdraw("set"), withdraw("change"))
        async with asyncio.timeout(5):
            while Done("fired-c") not in [message for _, message in place.ears.heard]:
                place.ears.changed.clear()
                await place.ears.changed.wait()
    fired = [event.timer_id for event in hall.events if isinstance(event, TimerFired)]
    assert fired == ["b", "c"]


async def test_what_a_jump_of_the_clock_passes_happens_in_order_at_its_own_time(memory: MemoryJournal) -> None:
    class Chain(Scripted):
        def handle(self, event: Event, now: datetime) -> list[Command]:
            answer = super().handle(event, now)
            # what the first timer leads to lies between the two that are set already
            return [*answer, SetTimer("between", 600.0)] if event == TimerFired("first") else answer

    hall = Chain({"set": lambda: [SetTimer("second", 3600.0), SetTimer("first", 60.0), Send("t", Done("set"))]})
    clock = HandClock()
    async with Place(memory, lambda: hall, clock).running() as place:
        place.tell(Connected("t", TERMINAL), withdraw("set"))
        await place.until("t", Done)
        clock.time = NOON + timedelta(hours=20)
        await place.until("t", Done, 4)
    fired = [
        (event.timer_id, time - NOON)
        for event, time in zip(hall.events, hall.times, strict=True)
        if isinstance(event, TimerFired)
    ]
    assert fired == [
        ("first", timedelta(seconds=60)),
        ("between", timedelta(seconds=660)),
        ("second", timedelta(seconds=3600)),
    ]


async def test_a_clock_that_was_set_back_is_an_alarm_until_it_is_right(memory: MemoryJournal) -> None:
    hall = Scripted({"act": lambda: [Send("t", Done("done"))]})
    clock = HandClock()
    async with Place(memory, lambda: hall, clock).running() as place:
        place.tell(Connected("t", TERMINAL))
        for count, behind_s in enumerate((0.0, 3600.0, 0.0), start=1):
            clock.behind_s = behind_s
            place.tell(withdraw("act"))
            await place.until("t", Done, count)
            assert hall.alarms == ({"clock_backwards"} if behind_s else set())


async def test_a_notification_is_sent_once_while_it_is_under_way(memory: MemoryJournal) -> None:
    order = Notify("n-1", "c-1", "13800000000", "missed", {})
    hall = Scripted({"order": lambda: [Notify("n-1", "c-1", "1", "missed", {}), order, Send("t", Done("ordered"))]})
    async with Place(memory, lambda: hall).running() as place:
        place.gateway.clear()
        place.tell(Connected("t", TERMINAL), withdraw("order"), withdraw("order"))
        await place.until("t", Done, 2)
        place.gateway.set()
        await place.until("t", Done, 3)
    assert place.notified == ["n-1"]


class CutShort:
    """Sends what it is given, and never comes to saying so."""

    def __init__(self, notifier: Notifier) -> None:
        self.notifier = notifier
        self.is_sent = asyncio.Event()

    async def send(self, order: Notify) -> Notified:
        await self.notifier.send(order)
        self.is_sent.set()
        return await asyncio.Future()


async def test_a_kill_between_sending_and_recording_sends_nothing_twice(memory: MemoryJournal, tmp_path: Path) -> None:
    path, clock = tmp_path / "outbox.jsonl", HandClock()
    for _ in range(3):
        with contextlib.ExitStack() as stack:
            gateway = stack.enter_context(contextlib.closing(FileGateway(path)))
            cut = CutShort(stack.enter_context(contextlib.closing(Notifier(gateway, "大厅"))))
            async with Place(memory, clock=clock, send_sms=cut.send).running() as place:
                if clock.time == NOON:
                    place.tell(Connected("t", TERMINAL), MessageReceived("t", SUBMIT))
                    await place.until("t", TicketIssued)
                    # at closing time the ticket becomes a review without a call, and the applicant is told
                    clock.time = NOON + timedelta(hours=6)
                await asyncio.wait_for(cut.is_sent.wait(), 5)
    (line,) = path.read_text("utf-8").splitlines()
    assert "13800000000" in line


async def test_stopping_does_not_wait_for_a_gateway_that_is_away(memory: MemoryJournal) -> None:
    hall = Scripted({"order": lambda: [Notify("n-1", "c-1", "1", "missed", {}), Send("t", Done("ordered"))]})
    async with asyncio.timeout(5), Place(memory, lambda: hall).running() as place:
        place.gateway.clear()
        place.tell(Connected("t", TERMINAL), withdraw("order"))
        await place.until("t", Done)
        assert place.runner.board() == BOARD


async def test_a_timer_that_ran_out_behind_its_own_cancelling_does_not_fire(memory: MemoryJournal) -> None:
    committing: Future[None] = Future()
    is_committing = asyncio.Event()

    class Held(MemoryJournal):
        def commit(self, records: Sequence[Record]) -> "Future[None]":
            is_committing.set()
            return committing

    entry = Entry(datetime.now(OFFICIAL_TIME), "T-01", None, TerminalConnected("T-01", "t"))
    hall = Scripted(
        {
            "begin": lambda: [SetTimer("a", 0.1), Send("t", Done("begun"))],
            "record": lambda: [Record(entry)],
            "cancel": lambda: [CancelTimer("a"), Send("t", Done("cancelled"))],
        }
    )
    async with Place(Held(), lambda: hall).running() as place:
        place.tell(Connected("t", TERMINAL), withdraw("begin"))
        await place.until("t", Done)
        place.tell(withdraw("record"))
        await asyncio.wait_for(is_committing.wait(), 5)
        # while the runner waits for the disk, the cancelling comes in, and behind it the timer runs out
        place.tell(withdraw("cancel"))
        has_run_out = asyncio.Event()
        asyncio.get_running_loop().call_later(0.15, has_run_out.set)
        await has_run_out.wait()
        committing.set_result(None)
        await place.until("t", Done, 2)
        place.tell(withdraw("cancel"))
        await place.until("t", Done, 3)
    assert not [event for event in hall.events if isinstance(event, TimerFired)]


async def test_a_fault_in_the_hall_is_answered_and_survived(
    memory: MemoryJournal, caplog: pytest.LogCaptureFixture
) -> None:
    def fault() -> list[Command]:
        raise KeyError("a bug")

    made: list[Scripted] = []

    def new_hall() -> Scripted:
        made.append(Scripted({"bad": fault, "good": lambda: [Send("t", Done("good"))]}))
        return made[-1]

    async with Place(memory, new_hall).running() as place:
        place.tell(Connected("t", TERMINAL), withdraw("bad"))
        refusal = await place.until("t", Error)
        assert isinstance(refusal, Error)
        assert (refusal.code, refusal.about) == (ErrorCode.STORAGE_UNAVAILABLE, "bad")
        place.tell(withdraw("good"))
        await place.until("t", Done)
    assert "a bug" in caplog.text
    assert [type(event) for event in made[-1].events] == [Restarted, Connected, MessageReceived]
