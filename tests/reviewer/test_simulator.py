"""The simulated reviewer against the hall's real mind, in memory, with a scripted terminal."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from annotate.codec import decode_operation, decode_wet
from reviewer.settings import Settings
from reviewer.simulator import STROKE_POINTS, SimulatedReviewer, Verdict, correct_once, simulate, usual
from signaling.client import digest_of
from signaling.hall.commands import DraftNotice, SealNotice, Send, SetTimer
from signaling.hall.events import (
    Connected,
    Desk,
    Event,
    MessageReceived,
    NoticeDrafted,
    NoticeSealed,
    Terminal,
    TimerFired,
)
from signaling.hall.hall import Hall, HallRules
from signaling.hall.offering import Offering
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
    Welcome,
    WetInk,
)
from signaling.protocol.values import Particulars

pytestmark = pytest.mark.slow


class Town:
    """The hall's mind with a post in memory: what it sends arrives at the next turn of the loop."""

    def __init__(self, item, files) -> None:
        ids = count(1)
        self.hall = Hall(Offering((item,), "c" * 64), HallRules(), WorkingDays(()), lambda: f"h{next(ids)}")
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
            elif isinstance(command, DraftNotice):
                loop.call_soon(self.happen, NoticeDrafted(command.preview_id, "d" * 64))
            elif isinstance(command, SetTimer) and command.timer_id == "news":
                loop.call_later(0.01, self.happen, TimerFired("news"))

    def connect(self, login, on_message, on_state):
        return TownPort(self, login, on_message, on_state)


class TownPort:
    """A desk's way into the town. Who logs in as r-02 decides and issues, everybody else reviews."""

    def __init__(self, town, login, on_message, on_state) -> None:
        self.town, self.login, self.on_message, self.on_state = town, login, on_message, on_state
        self.roles = ("decider", "issuer") if login.reviewer == "r-02" else ("reviewer",)
        self.welcome = Welcome(1, login.desk_id, "张敏", "t", datetime.now(UTC), self.roles)

    async def run(self) -> None:
        if self.login.password != "right":
            self.on_state("refused", ErrorCode.WRONG_PASSWORD, 0.0)
            return
        here = self.login.desk_id
        self.town.receivers[here] = self.on_message
        self.on_state("online", None, 0.0)
        self.town.happen(Connected(here, Desk(here, self.login.reviewer, "张敏", ("ecology",), self.roles)))
        await asyncio.Event().wait()

    def say(self, message) -> None:
        self.town.happen(MessageReceived(self.login.desk_id, message))

    async def fetch(self, digest, target, on_progress) -> None:
        await asyncio.to_thread(target.write_bytes, self.town.files[digest])

    async def fetch_draft(self, digest, target, on_progress) -> None:
        await asyncio.to_thread(target.write_bytes, next(iter(self.town.files.values())))

    async def upload(self, path, digest, media_type, on_progress) -> None:
        self.town.files[digest] = await asyncio.to_thread(path.read_bytes)


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

    def __init__(self, town: Town, case, second, hangs_up_first: bool = False, **submission) -> None:
        self.town, self.case, self.second = town, case, second
        self.heard = []
        self.hangs_up_first = hangs_up_first
        self._requests = count(1)
        town.receivers["booth"] = self.hear
        town.happen(Connected("booth", Terminal("T-01", "永顺镇 1 号小屋")))
        self.say(SubmitCase("s1", case.item.code, case.applicant, case.materials, True, **submission))

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
    assert applicant.all(CaseChanged)[-1].case.state == "accepted"
    assert [outcome for _, outcome in reviewer.decided] == ["request_corrections", "accept"]
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


async def run(reviewer: SimulatedReviewer, name: str = "r-01", cases: int = 1) -> None:
    async with asyncio.timeout(30):
        await reviewer.run("ws://town/hall", name, "right", f"D-{name}", cases)


async def until(reviewer: SimulatedReviewer, is_so: Callable[[], bool]) -> None:
    """Wait for a state of the reviewer's session."""
    changed = asyncio.Event()
    reviewer.session.subscribe(changed.set)
    async with asyncio.timeout(10):
        while not is_so():
            await changed.wait()
            changed.clear()


async def test_without_media_it_opens_no_file_and_still_shows_every_page(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    reviewer = SimulatedReviewer(town.connect, has_media=False)
    applicant = Applicant(town, case, corrected)
    await run(reviewer)
    assert [outcome for _, outcome in reviewer.decided] == ["request_corrections", "accept"]
    assert applicant.all(MarkNumbered) == []
    assert applicant.all(ShowPage)[-1].page == 1


async def test_it_can_refuse_to_accept_and_names_the_competent_body(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    verdict = Verdict(
        "not_accept", Particulars(ground="not_competent", competent_body="通州区水务局", reason="取水许可属水务")
    )
    reviewer = SimulatedReviewer(town.connect, has_media=False, decide=lambda _case: verdict)
    applicant = Applicant(town, case, corrected)
    await run(reviewer)
    assert [message.notice.kind for message in applicant.all(NoticeReady)] == ["not_accepted"]
    last = applicant.all(CaseChanged)[-1].case
    assert (last.state, last.competent_body) == ("closed", "通州区水务局")


async def test_it_takes_its_time(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    reviewer = SimulatedReviewer(town.connect, corrects=False, has_media=False, handling=lambda _case: 0.3)
    Applicant(town, case, corrected)
    began = asyncio.get_running_loop().time()
    await run(reviewer)
    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_it_declines_once_and_takes_the_case_when_it_rings_again(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    manners = iter(["decline", "answer"])
    reviewer = SimulatedReviewer(town.connect, corrects=False, has_media=False, pick_up=lambda _case: next(manners))
    Applicant(town, case, corrected)
    await run(reviewer)
    assert reviewer.accepted == 1
    assert list(manners) == []


async def test_a_missed_ring_is_waited_out(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    reviewer = SimulatedReviewer(town.connect, corrects=False, has_media=False, pick_up=lambda _case: "miss")
    applicant = Applicant(town, case, corrected)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(run(reviewer))
        await until(reviewer, lambda: reviewer.session.offer is not None)
        call_id = reviewer.session.offer.call_id
        for _ in range(20):
            await asyncio.sleep(0)
        assert applicant.all(CallStarted) == []
        town.happen(TimerFired(f"ring:{call_id}"))
        await until(reviewer, lambda: reviewer.session.offer is None)
        work.cancel()
    assert reviewer.decided == []


async def test_nobody_at_the_terminal_ends_the_call_as_missed(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    reviewer = SimulatedReviewer(town.connect, has_media=False, decide=lambda _case: Verdict(ending="missed"))
    applicant = Applicant(town, case, corrected)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(run(reviewer))
        await until(reviewer, lambda: reviewer.session.last_end is not None)
        work.cancel()
    assert reviewer.session.last_end == "no_show"
    assert applicant.all(CaseChanged)[-1].case.ticket_state == "missed"


async def test_tasks_of_the_work_list_are_opened_decided_and_put_back(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    Applicant(town, case, corrected)
    acceptor = SimulatedReviewer(town.connect, corrects=False, has_media=False)
    await run(acceptor)
    decider = SimulatedReviewer(town.connect, has_media=False, does_work=True)
    await run(decider, "r-02", cases=2)
    assert [outcome for _, outcome in decider.decided] == ["grant", "issue"]
    assert decider.session.opened_id == ""


async def test_advice_before_anything_is_handed_in(story):
    case, corrected, _ = story
    town = Town(case.item, {})
    adviser = SimulatedReviewer(town.connect, has_media=False, does_work=True)
    applicant = Applicant(town, case, corrected, is_pre_review=True)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(run(adviser))
        await until(adviser, lambda: bool(adviser.decided))
        work.cancel()
    assert applicant.all(CaseChanged)[-1].case.state == "advised"


async def test_a_step_the_hall_refuses_is_not_tried_for_ever(story, caplog):
    case, corrected, _ = story
    town = Town(case.item, {})
    impossible = Verdict("grant")
    reviewer = SimulatedReviewer(town.connect, has_media=False, decide=lambda _case: impossible)
    applicant = Applicant(town, case, corrected)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(run(reviewer))
        await until(reviewer, lambda: reviewer.session.last_end is not None)
        work.cancel()
    assert "outcome grant not possible" in caplog.text
    assert applicant.all(NoticeReady) == []


def test_what_is_usual(build):
    assert usual(build.case("accepted")).outcome == "grant"
    assert usual(build.case("pre_review")).outcome == "advise"
    assert correct_once(build.case()).outcome == "request_corrections"
    assert correct_once(build.case(notices=(build.notice("correction"),))).outcome == "accept"


async def test_a_refused_login_ends_with_status_one(story, caplog):
    case, _, files = story
    town = Town(case.item, files)
    settings = Settings("ws://town/hall", LoginFile("r-01", "wrong", "D-01", ""), True)
    async with asyncio.timeout(10):
        assert await simulate(settings, town.connect, NoLeg) == 1
    assert "wrong_password" in caplog.text
