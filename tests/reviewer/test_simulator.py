"""The simulated reviewer against the hall's real mind, in memory, with a scripted terminal."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from annotate.codec import decode_operation, decode_wet
from reviewer.settings import Settings
from reviewer.simulator import STROKE_POINTS, SimulatedReviewer, simulate
from signaling.client import digest_of
from signaling.hall.commands import SealNotice, Send
from signaling.hall.events import Connected, Desk, Event, MessageReceived, NoticeSealed, Terminal
from signaling.hall.hall import Hall, HallRules
from signaling.hall.working_days import WorkingDays
from signaling.protocol.enrolment import LoginFile
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    CallStarted,
    CaseChanged,
    EndCall,
    MarkNumbered,
    NoticePrinted,
    NoticeReady,
    NoticeReceived,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    WetInk,
)

pytestmark = pytest.mark.slow


class Town:
    """The hall's mind with a post in memory: what it sends arrives at the next turn of the loop."""

    def __init__(self, item, files) -> None:
        ids = count(1)
        self.hall = Hall((item,), HallRules(), WorkingDays(()), lambda: f"h{next(ids)}")
        self.files = files
        self.receivers: dict[str, Callable] = {}

    def happen(self, event: Event) -> None:
        loop = asyncio.get_running_loop()
        for command in self.hall.handle(event, datetime.now(UTC)):
            if isinstance(command, Send) and command.session_id in self.receivers:
                loop.call_soon(self.receivers[command.session_id], command.message)
            elif isinstance(command, SealNotice):
                sealed = NoticeSealed(command.order.notice_id, "a" * 64, datetime.now(UTC))
                loop.call_soon(self.happen, sealed)

    def connect(self, login, on_message, on_state):
        return TownPort(self, login, on_message, on_state)


class TownPort:
    """A desk's way into the town."""

    name = "张敏"

    def __init__(self, town, login, on_message, on_state) -> None:
        self.town, self.login, self.on_message, self.on_state = town, login, on_message, on_state

    async def run(self) -> None:
        if self.login.password != "right":
            self.on_state("refused", ErrorCode.WRONG_PASSWORD, 0.0)
            return
        self.town.receivers["desk"] = self.on_message
        self.on_state("online", None, 0.0)
        self.town.happen(Connected("desk", Desk(self.login.desk_id, self.login.reviewer, self.name, ("ecology",))))
        await asyncio.Event().wait()

    def say(self, message) -> None:
        self.town.happen(MessageReceived("desk", message))

    async def fetch(self, digest, target, on_progress) -> None:
        await asyncio.to_thread(target.write_bytes, self.town.files[digest])


class NoLeg:
    """A call without media."""

    def __init__(self, leg, say, changed) -> None:
        self.over = asyncio.Event()
        self.changed = changed

    async def run(self) -> None:
        self.changed("connected")
        await self.over.wait()

    def receive(self, message) -> None: ...

    def set_muted(self, microphone, camera) -> None: ...

    async def close(self) -> None:
        self.over.set()


class Applicant:
    """The terminal's part of the conversation."""

    def __init__(self, town: Town, case, second, hangs_up_first: bool = False) -> None:
        self.town, self.case, self.second = town, case, second
        self.heard = []
        self.hangs_up_first = hangs_up_first
        self._requests = count(1)
        town.receivers["booth"] = self.hear
        town.happen(Connected("booth", Terminal("T-01", "永顺镇 1 号小屋")))
        self.say(SubmitCase("s1", case.item.code, case.applicant, case.materials, True))

    def say(self, message) -> None:
        self.town.happen(MessageReceived("booth", message))

    def hear(self, message) -> None:
        self.heard.append(message)
        if isinstance(message, CallStarted) and self.hangs_up_first:
            self.hangs_up_first = False
            self.say(EndCall(message.call_id))
        elif isinstance(message, NoticeReady):
            notice_id = message.notice.notice_id
            self.say(NoticeReceived(f"r{next(self._requests)}", notice_id, True))
            self.say(NoticePrinted(f"r{next(self._requests)}", notice_id, True))
            if message.notice.kind == "correction":
                self.say(SubmitCorrection(f"r{next(self._requests)}", message.case_id, (self.second,)))

    def all(self, kind):
        return [message for message in self.heard if isinstance(message, kind)]


@pytest.fixture
def story(build, make_pdf):
    """A case of one drawing, its second version, and the bytes of both."""
    first, second = make_pdf("plan.pdf"), make_pdf("plan2.pdf", 2)
    files = {digest_of(path): path.read_bytes() for path in (first, second)}
    drawing, corrected = (
        build.replace(
            build.material("plan", version=version, pages=pages), digest=digest_of(path), size=path.stat().st_size
        )
        for version, pages, path in ((1, 1, first), (2, 2, second))
    )
    item = build.replace(build.item, slots=build.item.slots[2:])
    return build.case("received", item=item, materials=(drawing,)), corrected, files


async def test_a_whole_case_with_one_correction(story):
    case, corrected, files = story
    town = Town(case.item, files)
    reviewer = SimulatedReviewer(town.connect, NoLeg)
    applicant = Applicant(town, case, corrected)
    async with asyncio.timeout(30):
        await reviewer.run("ws://town/hall", "r-01", "right", "D-01", cases=1)
    assert reviewer.accepted == 1
    assert applicant.all(CaseChanged)[-1].case.state == "closed"
    (correction,) = applicant.all(MarkNumbered)
    ring = decode_operation(correction.body)
    assert len(ring.mark.points) == STROKE_POINTS
    wet = [decode_wet(message.body) for message in applicant.all(WetInk)]
    assert sum(len(piece.points) for piece in wet) == STROKE_POINTS
    asked = next(m.case.corrections for m in applicant.all(CaseChanged) if m.case.corrections)
    assert [(item.slot, item.mark_id) for item in asked] == [("plan", ring.mark_id)]
    assert applicant.all(ShowPage)[-1].digest == corrected.digest


async def test_without_corrections_it_accepts_at_once(story):
    case, corrected, files = story
    town = Town(case.item, files)
    reviewer = SimulatedReviewer(town.connect, NoLeg, corrects=False)
    applicant = Applicant(town, case, corrected)
    async with asyncio.timeout(30):
        await reviewer.run("ws://town/hall", "r-01", "right", "D-01", cases=1)
    assert applicant.all(MarkNumbered) == []
    assert [message.notice.kind for message in applicant.all(NoticeReady)] == ["acceptance"]


async def test_an_applicant_who_hangs_up_is_served_again(story):
    case, corrected, files = story
    town = Town(case.item, files)
    reviewer = SimulatedReviewer(town.connect, NoLeg, corrects=False)
    applicant = Applicant(town, case, corrected, hangs_up_first=True)
    async with asyncio.timeout(30):
        await reviewer.run("ws://town/hall", "r-01", "right", "D-01", cases=1)
    assert len(applicant.all(CallStarted)) == 2
    assert reviewer.accepted == 1


async def test_a_refused_login_ends_with_status_one(story, caplog):
    case, _, files = story
    town = Town(case.item, files)
    settings = Settings("ws://town/hall", LoginFile("r-01", "wrong", "D-01", ""), True)
    async with asyncio.timeout(10):
        assert await simulate(settings, town.connect, NoLeg) == 1
    assert "wrong_password" in caplog.text
