"""The joiner against a hall and a leg in memory: effects become acts, results come back, nothing is left behind."""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest

from annotate.pages import PageSource
from reviewer.desk import Desk, has_signature, open_paper
from signaling.client import digest_of
from signaling.protocol.acts import CaseOpened, NoticePreviewed, PreviewNotice
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import (
    CallEnded,
    CallHeld,
    CallOffered,
    CallStarted,
    CaseChanged,
    Description,
    DeskChanged,
    Rejoin,
    SetAvailability,
    Welcome,
)

pytestmark = pytest.mark.slow


class MemoryHall:
    """The hall as ``HallPort``: files by digest, everything said is kept."""

    welcome = Welcome(1, "s", "张敏", "t", datetime.now(UTC), ("reviewer",))

    def __init__(self, login, on_message, on_state, files) -> None:
        self.login, self.hear, self.state, self.files = login, on_message, on_state, files
        self.said = []
        self.uploaded: dict[str, tuple[bytes, str]] = {}
        self.refuses: Exception | None = None
        self.is_running = False

    async def run(self) -> None:
        self.is_running = True
        self.state("online", None, 0.0)
        try:
            await asyncio.Event().wait()
        finally:
            self.is_running = False

    def say(self, message) -> None:
        self.said.append(message)

    async def fetch(self, digest: str, target: Path, on_progress: Callable[[int, int], None]) -> None:
        content = self.files[digest]
        if isinstance(content, Exception):
            raise content
        if content is None:  # never arrives
            await asyncio.Event().wait()
        await asyncio.to_thread(target.write_bytes, content)
        on_progress(len(content), len(content))

    async def fetch_draft(self, digest: str, target: Path, on_progress: Callable[[int, int], None]) -> None:
        await self.fetch(digest, target, on_progress)

    async def upload(self, path: Path, digest: str, media_type: str, on_progress: Callable[[int, int], None]) -> None:
        if isinstance(self.refuses, Exception):
            raise self.refuses
        self.uploaded[digest] = (await asyncio.to_thread(path.read_bytes), media_type)


class MemoryLeg:
    """A WebRTC leg as ``LegPort``."""

    def __init__(self, leg, say, changed) -> None:
        self.leg, self.say, self.changed = leg, say, changed
        self.received, self.muted = [], []
        self.over = asyncio.Event()

    async def run(self) -> None:
        self.changed("connected")
        await self.over.wait()
        if self.leg.generation == 99:
            raise RuntimeError("broken leg")

    def receive(self, message) -> None:
        self.received.append(message)

    def set_muted(self, microphone: bool, camera: bool) -> None:
        self.muted.append((microphone, camera))

    async def close(self) -> None:
        self.over.set()


class Play:
    """One desk on the test's own loop."""

    def __init__(self) -> None:
        self.files: dict[str, bytes | Exception | None] = {}
        self.halls: list[MemoryHall] = []
        self.legs: list[MemoryLeg] = []
        self.rings: list[bool] = []
        ids = iter(range(10**6))
        loop = asyncio.get_running_loop()
        self.desk = Desk(loop.call_soon, self._connect, self._open, self.rings.append, lambda: f"id{next(ids)}")
        self.session = self.desk.session

    def _connect(self, login, on_message, on_state) -> MemoryHall:
        self.halls.append(MemoryHall(login, on_message, on_state, self.files))
        return self.halls[-1]

    def _open(self, leg, say, changed) -> MemoryLeg:
        self.legs.append(MemoryLeg(leg, say, changed))
        return self.legs[-1]

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not is_so():  # noqa: ASYNC110 - files, threads and tasks tell nobody
                await asyncio.sleep(0.005)

    def hear(self, *messages) -> None:
        for message in messages:
            self.halls[-1].hear(message)


@asynccontextmanager
async def playing(is_logged_in: bool = True):
    play = Play()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(play.desk.run())
        if is_logged_in:
            play.session.log_in("ws://h/hall", "r-01", "pw", "D-01")
            await play.until(lambda: play.session.is_online)
        yield play
        running.cancel()


@pytest.fixture
def offered(build, make_pdf):
    """A case with one real PDF of two pages and the bytes to serve."""
    path = make_pdf("plan.pdf", 2)
    real = build.material("plan", pages=2)
    real = build.replace(real, digest=digest_of(path), size=path.stat().st_size)
    return build.case("received", materials=(real,)), path.read_bytes()


async def test_what_is_said_before_the_loop_runs_is_not_lost():
    play = Play()
    play.session.log_in("ws://h/hall", "r-01", "pw", "D-01")
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(play.desk.run())
        await play.until(lambda: play.session.is_online)
        assert play.halls[0].login.reviewer == "r-01"
        assert play.session.name == "张敏"
        running.cancel()
    assert not play.halls[0].is_running


async def test_messages_and_gestures_pass_through(build):
    async with playing() as play:
        play.hear(DeskChanged("away", "", build.noon))
        await play.until(lambda: play.session.since is not None)
        play.session.set_ready()
        await play.until(lambda: play.halls[0].said == [SetAvailability(is_ready=True)])


async def test_a_second_login_ends_the_first_connection():
    async with playing() as play:
        play.session.log_in("ws://other/hall", "r-02", "pw", "D-01")
        await play.until(lambda: len(play.halls) == 2 and play.halls[1].is_running and not play.halls[0].is_running)


async def test_materials_are_fetched_opened_and_wiped(offered):
    case, content = offered
    digest = case.materials[0].digest
    async with playing() as play:
        play.files[digest] = content
        play.hear(CallOffered("call-1", case, 20.0))
        await play.until(lambda: play.session.case is not None)
        paper = play.session.papers.get(digest)
        await play.until(lambda: paper.state == "open")
        assert (paper.opened.page_count, paper.opened.media_type, paper.opened.has_signature) == (
            2, "application/pdf", False,
        )  # fmt: skip
        assert max(paper.opened.thumbnail.width, paper.opened.thumbnail.height) == 200
        assert len(paper.opened.thumbnail.rgb) == 3 * paper.opened.thumbnail.width * paper.opened.thumbnail.height
        assert isinstance(paper.opened.pages, PageSource)
        kept = play.desk._wanted[digest]
        assert kept.read_bytes() == content
        assert play.rings == [True]
        play.hear(CallEnded("call-1", "no_answer"))
        await play.until(lambda: play.rings == [True, False] and not kept.exists())
        assert play.desk._sources == {}
        folder = kept.parent
    assert not folder.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (Refused(ErrorCode.NOT_FOUND), "not_found"),
        (ConnectionError("cut"), "unreachable"),
        (b"neither a PDF nor a picture", "unsupported"),
        (b"%PDF-1.7\n broken", "unreadable"),
    ],
)
async def test_a_material_that_cannot_be_had_says_why(offered, content, code):
    case, _ = offered
    async with playing() as play:
        play.files[case.materials[0].digest] = content
        play.hear(CallOffered("call-1", case, 20.0))
        await play.until(lambda: play.session.case is not None)
        paper = play.session.papers.current()[0]
        await play.until(lambda: paper.state == "failed")
        assert paper.problem == code


async def test_a_download_that_hangs_is_given_up_with_the_case(offered):
    case, _ = offered
    async with playing() as play:
        play.files[case.materials[0].digest] = None
        play.hear(CallOffered("call-1", case, 20.0))
        await play.until(lambda: play.desk._downloads)
        play.hear(CallEnded("call-1", "no_answer"))
        await play.until(lambda: not play.desk._downloads)


async def test_a_call_opens_mutes_feeds_and_closes_its_legs(offered):
    case, content = offered
    async with playing() as play:
        play.files[case.materials[0].digest] = content
        play.hear(CallStarted("call-1", case, 1, True, "T"))
        await play.until(lambda: play.session.call and play.session.call.link == "connected")
        play.hear(Description("call-1", 1, "answer", "v=0"), Description("call-1", 7, "answer", "v=0"))
        play.hear(CallHeld("call-1", True))
        first = play.legs[0]
        await play.until(lambda: first.muted[-1] == (True, True))
        assert first.muted[0] == (False, False)
        assert [message.generation for message in first.received] == [1]
        first.say(Rejoin("call-1", 1))
        assert play.halls[0].said[-1] == Rejoin("call-1", 1)
        play.hear(CallStarted("call-1", case, 2, True, "T", is_held=True))
        await play.until(first.over.is_set)  # the second carries media
        play.hear(CallEnded("call-1", "hung_up"))
        await play.until(play.legs[1].over.is_set)
        await play.until(lambda: not play.desk._legs)


async def test_a_broken_leg_does_not_take_the_desk_down(offered, caplog):
    case, content = offered
    async with playing() as play:
        play.files[case.materials[0].digest] = content
        play.hear(CallStarted("call-1", case, 99, True, "T"))
        await play.until(lambda: play.legs)
        play.legs[0].over.set()
        await play.until(lambda: play.session.call.link == "failed")
        assert "leg of call call-1 generation 99 failed" in caplog.text
        assert play.session.is_online


async def test_ending_the_program_closes_the_legs(offered):
    case, content = offered
    async with playing() as play:
        play.files[case.materials[0].digest] = content
        play.hear(CallStarted("call-1", case, 1, True, "T"))
        await play.until(lambda: play.legs)
        leg = play.legs[0]
    assert leg.over.is_set() or not play.desk._legs


async def test_the_marked_paper_is_exported_as_annotations(offered, build, tmp_path):
    case, content = offered
    target = tmp_path / "marked.pdf"
    digest = case.materials[0].digest
    async with playing() as play:
        play.files[digest] = content
        play.hear(CallStarted("call-1", build.replace(case, state="reviewing"), 1, True, "T"))
        await play.until(lambda: play.session.call is not None)
        await play.until(lambda: play.session.papers.get(digest).state == "open")
        play.session.operate(build.stroke())
        play.session.export_marked(digest, str(target))
        await play.until(lambda: play.session.exported == str(target))
        play.session.export_marked(digest, str(tmp_path / "no-such-folder" / "x.pdf"))
        await play.until(lambda: play.session.problem == "export_failed")
    (annotation,) = pypdf.PdfReader(target).pages[0]["/Annots"]
    assert annotation.get_object()["/Subtype"] == "/Ink"


def test_only_a_pdf_with_a_byte_range_claims_a_signature(tmp_path, make_pdf):
    plain = make_pdf()
    signed, picture = tmp_path / "signed.pdf", tmp_path / "x.png"
    signed.write_bytes(plain.read_bytes() + b"\n/ByteRange [0 1 2 3]")
    picture.write_bytes(b"\x89PNG /ByteRange")
    assert [has_signature(path) for path in (plain, signed, picture)] == [False, True, False]


def test_opening_a_paper_gives_its_pages(make_pdf):
    source, facts = open_paper(make_pdf(pages=3))
    with source:
        assert facts.page_count == 3
        assert source.render(2, 0.5).width == 210


async def test_a_marked_place_is_handed_in_and_the_draft_comes_onto_the_screen(offered, build):
    case, content = offered
    digest = case.materials[0].digest
    draft = hashlib.sha256(content).hexdigest()[::-1]
    async with playing() as play:
        play.files.update({digest: content, draft: content})
        opened = build.replace(case, state="reviewing", outcomes=("request_corrections",))
        play.session.open_case("C-1")
        play.hear(CaseOpened("C-1"), CaseChanged(opened))
        await play.until(lambda: [p.state for p in play.session.papers.all()] == ["open"])
        play.session.show_material(digest)
        play.session.operate(build.stroke())
        play.session.add_correction("plan", 0, "m1")
        play.session.edit_correction(play.session.drafts[0].draft_id, "缺签章", "补盖")
        play.session.ask_preview("request_corrections")
        said = play.halls[0].said
        await play.until(lambda: isinstance(said[-1], PreviewNotice))
        asked = said[-1]
        ((name, (picture, media_type)),) = play.halls[0].uploaded.items()
        assert (media_type, picture[:2], hashlib.sha256(picture).hexdigest()) == ("image/jpeg", b"\xff\xd8", name)
        assert [(each.crop, each.mark_number) for each in asked.corrections] == [(name, 1)]
        play.hear(NoticePreviewed(asked.request_id, "C-1", "1号", draft))
        await play.until(lambda: play.session.preview.state == "shown")
        assert play.session.preview.draft.opened.page_count == 2
        play.halls[0].refuses = Refused(ErrorCode.NOT_ALLOWED)
        play.session.edit_correction(play.session.drafts[0].draft_id, "缺签章和日期", "补盖")
        play.session.ask_preview("request_corrections")
        await play.until(lambda: isinstance(said[-1], PreviewNotice) and said[-1] is not asked)
        assert said[-1].corrections[0].crop == "", "told in words alone"


async def test_a_signature_in_a_paper_is_judged_in_a_child_process(offered, build):
    case, content = offered
    forged = content + b"\n% /ByteRange [0 1 2 3]\n"
    digest = hashlib.sha256(forged).hexdigest()
    material = build.replace(case.materials[0], digest=digest, size=len(forged))
    async with playing() as play:
        play.files[digest] = forged
        play.hear(CallOffered("call-1", build.replace(case, materials=(material,)), 20.0))
        await play.until(lambda: play.session.papers.all() and play.session.papers.all()[0].signature is not None)
        (paper,) = play.session.papers.all()
        assert paper.opened.has_signature
        assert (paper.signature.verdict, paper.signature.findings[0].code) == ("cannot_judge", "no_signature")
