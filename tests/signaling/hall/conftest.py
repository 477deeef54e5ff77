"""A hall to play with: events in, commands out, and a second memory that the journal is held against.

``Play`` stands for the runner: it keeps the journal, the timers and the living sessions, and checks
after each event what must always hold.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Literal

import msgspec
import pytest

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
    CatalogueChanged,
    Connected,
    Desk,
    Disconnected,
    Event,
    MessageReceived,
    NoticeDrafted,
    NoticeSealed,
    Restarted,
    Staff,
    Terminal,
    TimerFired,
)
from signaling.hall.facts import CaseDelivered, Decided, Entry, Fact, NoticeOrdered
from signaling.hall.hall import Hall, HallRules
from signaling.hall.offering import Offering
from signaling.hall.office_facts import ResultBegun
from signaling.hall.orders import NoticeOrder
from signaling.hall.queue_facts import DeskStateChanged
from signaling.hall.working_days import PublishedYear, WorkingDays
from signaling.protocol.acts import NoticePreviewed, OpenCase, PreviewNotice, ReturnCase
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallOffered,
    CallStarted,
    Decide,
    EndCall,
    Error,
    MarkNumbered,
    NoticePrinted,
    NoticeReceived,
    OperateMark,
    SetAvailability,
    ShowPage,
    SubmitCase,
    TicketIssued,
)
from signaling.protocol.values import (
    OFFICIAL_TIME,
    Applicant,
    CaseView,
    Correction,
    DeliveryWay,
    Material,
    MaterialSlot,
    NoticeKind,
    Outcome,
    Particulars,
    Role,
    ServiceItem,
)

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
CATALOGUE_DIGEST = "c" * 64
HOUSE_TIMERS = ("news", "turn", "closing", "day")
"""Timers of the hall as a whole; every other one belongs to a case, a call or a desk."""
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
    OFFERING = Offering(CATALOGUE, CATALOGUE_DIGEST)
    RULES = HallRules(must_preview=False)
    """Most playbooks are about something else than what is read before a decision."""
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
        self.house_timers: dict[str, float] = {}
        self.due: dict[str, datetime] = {}
        self.orders: list[NoticeOrder] = []
        self.drafts: list[DraftNotice] = []
        self.notes: list[Notify] = []
        self.closed: list[CloseSession] = []
        self.last: list[Command] = []
        self._requests = (f"r-{n}" for n in count(1))

    def _new_hall(self) -> Hall:
        return Hall(self.OFFERING, self.RULES, CALENDAR, lambda: f"id-{next(self.ids)}")

    # --- playing ---

    def event(self, event: Event) -> list[Command]:
        self.now += timedelta(seconds=1)
        if isinstance(event, Connected):
            self.alive.add(event.session_id)
        elif isinstance(event, Disconnected):
            self.alive.discard(event.session_id)
        elif isinstance(event, TimerFired):
            self.timers.pop(event.timer_id, None)
            self.house_timers.pop(event.timer_id, None)
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
                    before = self.counters.get(name, 0)
                    expected = 1 - before if name.startswith("free:") else before + 1
                    assert value == expected, f"gap in {name}"
                    self.counters[name] = value
                if command.entry.case_id is not None:
                    assert command.is_open is not None
                    self.open_cases[command.entry.case_id] = command.is_open
            case SetTimer():
                timers = self.house_timers if command.timer_id in HOUSE_TIMERS else self.timers
                timers[command.timer_id] = command.delay_s
                self.due[command.timer_id] = self.now + timedelta(seconds=command.delay_s)
            case CancelTimer():
                self.timers.pop(command.timer_id, None)
                self.house_timers.pop(command.timer_id, None)
            case DraftNotice():
                self.drafts.append(command)
            case SealNotice():
                self._check_recorded(command.order)
                self.orders.append(command.order)
            case Notify():
                self.notes.append(command)

    def _check_recorded(self, order: NoticeOrder) -> None:
        """What is to be sealed stands in the journal, the same words."""
        facts = [entry.fact for entry in self.entries]
        said = [fact.order for fact in facts if isinstance(fact, NoticeOrdered) and fact.notice_id == order.notice_id]
        assert said == [order]

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
        """The facts recorded by the last event, without the log of the desks' states."""
        facts = [command.entry.fact for command in self.last if isinstance(command, Record)]
        return [fact for fact in facts if not isinstance(fact, DeskStateChanged)]

    def desk_log(self) -> list[tuple[str, str, str]]:
        """Reviewer, state and reason of each state of a desk that the last event put into the journal."""
        facts = [command.entry.fact for command in self.last if isinstance(command, Record)]
        return [(f.reviewer_id, f.availability, f.reason) for f in facts if isinstance(f, DeskStateChanged)]

    def fire(self, timer_id: str) -> list[Command]:
        """The timer runs out, at the time for which it was set."""
        assert timer_id in self.timers or timer_id in self.house_timers, f"{timer_id} is not set"
        self.now = max(self.now, self.due[timer_id])
        return self.event(TimerFired(timer_id))

    def wait(self, seconds: float) -> None:
        """Time passes; what comes next happens so much later."""
        self.now += timedelta(seconds=seconds)

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

    def terminal(self, number: int = 1, session: str = "", cells: int = 0) -> str:
        session = session or f"t{number}"
        self.event(Connected(session, Terminal(f"T-{number:02d}", f"{number}号终端", cells=cells)))
        return session

    def staff(self, *roles: Role, session: str = "s1", staff_id: str = "staff-1") -> str:
        self.event(Connected(session, Staff(staff_id, "工作人员", roles)))
        return session

    def record(self, actor: str, fact: Fact) -> None:
        """A fact that another part of the hall would have recorded; it reaches the journal with the next event."""
        self.hall._floor.now = self.now
        self.hall._floor.record(actor, fact)

    def desk(
        self,
        number: int = 1,
        session: str = "",
        skills: tuple[str, ...] = ("env",),
        desk_id: str = "",
        roles: tuple[Role, ...] = ("reviewer",),
    ) -> str:
        session = session or f"d{number}"
        party = Desk(desk_id or f"D-{number:02d}", f"reviewer-{number}", f"审核员{number}", skills, roles)
        self.event(Connected(session, party))
        return session

    def ready_desk(self, number: int = 1, session: str = "", skills: tuple[str, ...] = ("env",)) -> str:
        session = self.desk(number, session, skills)
        self.say(session, SetAvailability(True))
        return session

    def ready_desk_again(self, session: str) -> None:
        """A desk that is there already takes calls."""
        self.say(session, SetAvailability(True))

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

    def issued(self, way: DeliveryWay = "hall", address: str = "") -> CaseView:
        """Terminal 1 (two cells) and desk 1, the call over: a case that is issued, its result to be made."""
        self.terminal(cells=2)
        self.ready_desk()
        case = self.submit(delivery=way, address=address)
        offer = self.heard("d1", CallOffered)[0]
        self.say("d1", AnswerCall(offer.call_id))
        steps: tuple[tuple[Outcome, NoticeKind | Literal[""]], ...]
        steps = (("accept", "acceptance"), ("grant", "grant"), ("issue", ""))
        for outcome, kind in steps:
            notice_id = f"n-{kind}" if kind else ""
            fact = Decided(
                case.case_id, self.request_id(), "r", "审核员", notice_id, kind, notice_id, (), outcome=outcome
            )
            self.record("r", fact)
            if kind:
                self.event(NoticeSealed(notice_id, digest(notice_id), self.now))
        self.record("r", ResultBegun(case.case_id, way, address))
        self.say("d1", EndCall(offer.call_id))
        return self.view(case.case_id)

    def look(self, case_id: str, session: str = "d1") -> None:
        """The reviewer who has the case looks at everything that was handed in and not looked at."""
        view = self.view(case_id)
        newest = {material.slot: material for material in view.materials}
        for line in view.list:
            if line.state in ("uploaded", "reused"):
                self.say(session, ShowPage(case_id, newest[line.slot].digest, 0))

    def decision(self, case: CaseView, *slots: str) -> Decide:
        """Accept, or with slots ask for corrections of them; desk 1 has looked at everything."""
        self.look(case.case_id)
        corrections = tuple(Correction(slot, 0, "比例尺缺失", "按规范补充") for slot in slots)
        outcome = "request_corrections" if slots else "accept"
        return Decide(self.request_id(), case.case_id, outcome, corrections)

    def decide(
        self, session: str, case_id: str, outcome: Outcome, corrections: tuple[Correction, ...] = (), **said: Any
    ) -> list[Any]:
        """This desk decides about the case it has; ``said`` are the particulars."""
        return self.say(session, Decide(self.request_id(), case_id, outcome, corrections, Particulars(**said)))

    def preview(self, session: str, decision: Decide, written: str = "") -> Decide:
        """This desk has the notice of the decision written; the decision as it is taken with that draft read."""
        fields = msgspec.structs.asdict(decision)
        del fields["preview"]
        self.say(session, PreviewNotice(**fields))
        draft = self.drafts[-1]
        self.event(NoticeDrafted(draft.preview_id, digest(written or draft.order.notice_id)))
        (previewed,) = self.heard(session, NoticePreviewed)
        return msgspec.structs.replace(decision, preview=previewed.digest)

    def open(self, session: str, case_id: str) -> list[Any]:
        """This desk takes the case without a call."""
        return self.say(session, OpenCase(self.request_id(), case_id))

    def put_back(self, session: str, case_id: str) -> list[Any]:
        """This desk gives the case back."""
        return self.say(session, ReturnCase(self.request_id(), case_id))

    def offer(self, *slots: MaterialSlot, **rules: Any) -> str:
        """From now on an item with these slots and rules can be applied for. Gives its code."""
        item = msgspec.structs.replace(CATALOGUE[0], code="LAW-01", **rules)
        if slots:
            item = msgspec.structs.replace(item, slots=slots)
        self.event(CatalogueChanged((item,), "d" * 64))
        return item.code

    def accepted(self, **submission: Any) -> CaseView:
        """A case that desk 1 accepted in a call, told and printed; terminal 1 and desk 1 are free again."""
        self.terminal()
        self.ready_desk()
        case = self.submit(**submission)
        call_id = self.heard("d1", CallOffered)[0].call_id
        self.say("d1", AnswerCall(call_id))
        self.say("d1", self.decision(case))
        self.hand_over()
        self.say("d1", EndCall(call_id))
        return self.view(case.case_id)

    def hand_over(self, session: str = "t1") -> NoticeOrder:
        """The newest order is sealed, received and printed at this terminal."""
        order = self.seal()
        self.say(session, NoticeReceived(self.request_id(), order.notice_id, True))
        self.say(session, NoticePrinted(self.request_id(), order.notice_id, True))
        return order

    def handed_over(self, case_id: str) -> None:
        """The result is in the applicant's hands, as another part of the hall would record it with its next event."""
        self.record("staff-1", CaseDelivered(case_id))

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

    def day(self, month: int, day: int, hour: int = 0, year: int = 2026) -> None:
        """It is this hour of this official day; the midnights since have come."""
        self.now = datetime(year, month, day, hour, tzinfo=OFFICIAL_TIME)
        self.event(TimerFired("day"))

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
        self.house_timers.clear()
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
