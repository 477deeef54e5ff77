"""A hall to play with: events in, commands out, and a second memory that the journal is held against.

``Play`` stands for the runner: it keeps the journal, the timers and the living sessions, and checks
after each event what must always hold.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from signaling.hall.commands import (
    CancelTimer,
    CloseSession,
    Command,
    NoticeOrder,
    Record,
    SealNotice,
    Send,
    SetTimer,
)
from signaling.hall.events import (
    Connected,
    Desk,
    Disconnected,
    Event,
    MessageReceived,
    NoticeSealed,
    Restarted,
    Terminal,
    TimerFired,
)
from signaling.hall.facts import Entry
from signaling.hall.hall import Hall, HallRules
from signaling.hall.working_days import PublishedYear, WorkingDays
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallOffered,
    CallStarted,
    Decide,
    Error,
    MarkNumbered,
    OperateMark,
    SetAvailability,
    SubmitCase,
    TicketIssued,
)
from signaling.protocol.values import Applicant, CaseView, Correction, Material, MaterialSlot, ServiceItem

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Beijing


def make_item(code: str, category: str, skill: str) -> ServiceItem:
    return ServiceItem(
        code=code,
        name=f"事项{code}",
        category=category,
        authority="某某区生态环境局",
        department="行政审批科",
        skill=skill,
        business_kind="新办",
        legal_basis="《中华人民共和国行政许可法》",
        statutory_days=20,
        promised_days=5,
        has_fee=False,
        delivery="窗口领取",
        slots=(
            MaterialSlot("form", "申请表"),
            MaterialSlot("drawing", "总平面图"),
            MaterialSlot("extra", "其他", is_required=False),
        ),
    )


CATALOGUE = (make_item("PW-01", "生态环境", "env"), make_item("SP-01", "食品药品", "food"))
CALENDAR = WorkingDays(
    [
        PublishedYear(
            2026,
            "test",
            frozenset(date(2026, 10, day) for day in range(1, 8)),
            frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
        )
    ]
)


def digest(name: str) -> str:
    return (name.encode().hex() + "0" * 64)[:64]


def material(slot: str, name: str = "", pages: int = 3) -> Material:
    return Material(slot, digest(name or slot), f"{slot}.pdf", "application/pdf", 1000, pages, "file")


PAPERS = (material("form"), material("drawing"))
APPLICANT = Applicant("person", "张三", "resident_id", "11010519491231002X", "13800000000")


class Play:
    """A hall with its journal, timers and sessions. Terminals' sessions start with ``t``, desks' with ``d``."""

    START, CATALOGUE, CALENDAR, PAPERS, APPLICANT = START, CATALOGUE, CALENDAR, PAPERS, APPLICANT
    digest, material, make_item = staticmethod(digest), staticmethod(material), staticmethod(make_item)

    def __init__(self) -> None:
        self.now = START
        self.ids = count(1)
        self.hall = self._new_hall()
        self.entries: list[Entry] = []
        self.counters: dict[str, int] = {}
        self.open_cases: dict[str, bool] = {}
        self.alive: set[str] = set()
        self.timers: dict[str, float] = {}
        self.orders: list[NoticeOrder] = []
        self.closed: list[CloseSession] = []
        self.last: list[Command] = []
        self._requests = (f"r-{n}" for n in count(1))

    def _new_hall(self) -> Hall:
        return Hall(CATALOGUE, HallRules(), CALENDAR, lambda: f"id-{next(self.ids)}")

    # --- playing ---

    def event(self, event: Event) -> list[Command]:
        self.now += timedelta(seconds=1)
        if isinstance(event, Connected):
            self.alive.add(event.session_id)
        elif isinstance(event, Disconnected):
            self.alive.discard(event.session_id)
        elif isinstance(event, TimerFired):
            self.timers.pop(event.timer_id, None)
        self.last = self.hall.handle(event, self.now)
        for command in self.last:
            self._perform(command)
        return self.last

    def _perform(self, command: Command) -> None:
        match command:
            case Send():
                assert command.session_id in self.alive, f"sent to a dead session: {command}"
            case CloseSession():
                self.alive.remove(command.session_id)
                self.closed.append(command)
            case Record():
                self.entries.append(command.entry)
                for name, value in command.counters:
                    assert value == self.counters.get(name, 0) + 1, f"gap in {name}"
                    self.counters[name] = value
                if command.entry.case_id is not None:
                    assert command.is_open is not None
                    self.open_cases[command.entry.case_id] = command.is_open
            case SetTimer():
                self.timers[command.timer_id] = command.delay_s
            case CancelTimer():
                self.timers.pop(command.timer_id, None)
            case SealNotice():
                self.orders.append(command.order)

    def say(self, session: str, message: Any, absent: tuple[str, ...] = ()) -> list[Any]:
        """What the speaker hears in answer."""
        self.event(MessageReceived(session, message, absent))
        return self.heard(session)

    def heard(self, session: str, kind: Any = object) -> list[Any]:
        """What the session was told by the last event, only messages of one kind if given."""
        return [
            c.message
            for c in self.last
            if isinstance(c, Send) and c.session_id == session and isinstance(c.message, kind)
        ]

    def recorded(self) -> list[Any]:
        """The facts recorded by the last event."""
        return [command.entry.fact for command in self.last if isinstance(command, Record)]

    def refusal(self, session: str, message: Any, absent: tuple[str, ...] = ()) -> ErrorCode:
        """The code of the one error that answers; nothing else must have happened."""
        answers = self.say(session, message, absent)
        assert self.recorded() == []
        assert len(answers) == len(self.last) == 1, self.last
        assert isinstance(answers[0], Error)
        return answers[0].code

    # --- short cuts ---

    def request_id(self) -> str:
        return next(self._requests)

    def terminal(self, number: int = 1, session: str = "") -> str:
        session = session or f"t{number}"
        self.event(Connected(session, Terminal(f"T-{number:02d}", f"{number}号终端")))
        return session

    def desk(self, number: int = 1, session: str = "", skills: tuple[str, ...] = ("env",), desk_id: str = "") -> str:
        session = session or f"d{number}"
        party = Desk(desk_id or f"D-{number:02d}", f"reviewer-{number}", f"审核员{number}", skills)
        self.event(Connected(session, party))
        return session

    def ready_desk(self, number: int = 1, session: str = "", skills: tuple[str, ...] = ("env",)) -> str:
        session = self.desk(number, session, skills)
        self.say(session, SetAvailability(True))
        return session

    def submission(self, item: str = "PW-01", **changes: Any) -> SubmitCase:
        fields: dict[str, Any] = {
            "request_id": self.request_id(),
            "item_code": item,
            "applicant": APPLICANT,
            "materials": PAPERS,
            "consents_to_video": True,
        }
        return SubmitCase(**(fields | changes))

    def submit(self, session: str = "t1", **changes: Any) -> CaseView:
        answers = self.say(session, self.submission(**changes))
        issued = next(message for message in answers if isinstance(message, TicketIssued))
        return issued.case

    def ringing(self) -> tuple[CaseView, str]:
        """Terminal 1 and desk 1, ringing: the case and the call id."""
        self.terminal()
        self.ready_desk()
        case = self.submit()
        offer = self.heard("d1", CallOffered)[0]
        return case, offer.call_id

    def talking(self) -> tuple[CaseView, str]:
        """Terminal 1 and desk 1 with the call on."""
        _, call_id = self.ringing()
        self.say("d1", AnswerCall(call_id))
        return self.heard("d1", CallStarted)[0].case, call_id

    def decision(self, case: CaseView, *slots: str) -> Decide:
        """Accept, or with slots ask for corrections of them."""
        corrections = tuple(Correction(slot, 0, "比例尺缺失", "按规范补充") for slot in slots)
        outcome = "request_corrections" if slots else "accept"
        return Decide(self.request_id(), case.case_id, outcome, corrections)

    def seal(self) -> NoticeOrder:
        """The newest order is sealed."""
        order = self.orders[-1]
        self.event(NoticeSealed(order.notice_id, digest(order.notice_id), self.now))
        return order

    def mark(
        self, case: CaseView, operation: str, target: str, op_class: str = "mark", body: bytes = b"x"
    ) -> OperateMark:
        return OperateMark(case.case_id, digest("drawing"), operation, op_class, target, body)

    def draw(self, case: CaseView, operation: str, target: str) -> MarkNumbered:
        return next(m for m in self.say("d1", self.mark(case, operation, target)) if isinstance(m, MarkNumbered))

    def view(self, case_id: str) -> CaseView:
        return next(view for view in self.hall.case_views() if view.case_id == case_id)

    # --- the restart ---

    def kill(self, only_open: bool = True) -> None:
        """The server dies and comes back with its journal: no session, no timer, no memory survives."""
        entries = [e for e in self.entries if not only_open or (e.case_id and self.open_cases[e.case_id])]
        self.hall = self._new_hall()
        self.hall.restore(entries, self.counters)
        self.alive.clear()
        self.timers.clear()
        self.event(Restarted())


@pytest.fixture
def play() -> Iterator[Play]:
    """A hall at nine o'clock with nobody in it; in the end its journal must tell the same story."""
    play = Play()
    yield play
    twin = play._new_hall()
    twin.restore(play.entries, play.counters)
    assert twin._floor.register == play.hall._floor.register


@pytest.fixture(scope="session")
def make_play() -> type[Play]:
    """For tests that need many halls."""
    return Play
