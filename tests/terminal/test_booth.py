"""The booth against a hall in memory: hand-in with every kind of bad file, legs, devices, wiping."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image
from pypdf import PdfWriter

from signaling.protocol.acts import CellClosed
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import CallEnded, CallStarted, CaseChanged, Catalogue, Description
from terminal.booth import Booth
from terminal.devices import DeviceError, FolderCamera, PrintToFile
from terminal.effects import Card, StartLeg
from terminal.simulated import SimulatedCabinet
from terminal.simulator import Script, Simulator

pytestmark = pytest.mark.slow


DEADLINE_S = 20.0


@asynccontextmanager
async def running(booth: Booth) -> AsyncIterator[Booth]:
    async with asyncio.TaskGroup() as group:
        work = group.create_task(booth.run(), name="booth")
        try:
            yield booth
        finally:
            work.cancel()


async def until(booth: Booth, is_true: Callable[[], bool]) -> None:
    """Wait on changes of the session."""
    changed = asyncio.Event()
    booth.session.subscribe(changed.set)
    async with asyncio.timeout(DEADLINE_S):
        while not is_true():
            changed.clear()
            await changed.wait()


async def at_materials(booth: Booth) -> None:
    session = booth.session
    await until(booth, lambda: bool(session.items))
    session.begin()
    session.read_card("organisation")
    await until(booth, lambda: session.card is not None)
    session.set_phone("13800138000")
    session.confirm_identity()
    session.choose_item("ENV-001")
    assert session.step == "materials"


def pdf(path: Path, *, pages: int = 1, password: str = "") -> Path:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(path)
    return path


async def handed_in(booth: Booth, path: Path) -> Any:
    tray = booth.session.tray
    tray.hand_in("form", (str(path),), "file", path.name)
    await until(booth, lambda: tray.papers["form"].state in ("ready", "failed"))
    return tray.papers["form"]


async def test_a_file_is_checked_and_stored(booth: Booth, memory_hall: Any, tmp_path: Path) -> None:
    path = pdf(tmp_path / "plan.pdf", pages=3)
    async with running(booth):
        await at_materials(booth)
        paper = await handed_in(booth, path)
        assert (paper.state, paper.material.pages, paper.material.media_type) == ("ready", 3, "application/pdf")
        assert memory_hall.files[paper.material.digest] == path.read_bytes()
        with Image.open(paper.preview) as preview:
            assert max(preview.size) == 420
        assert Path(booth.session.tray.files[paper.material.digest]) != path, "a copy of ours: sticks are pulled out"


BAD_FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "file_encrypted": ("a.pdf", lambda path: pdf(path, password="secret")),
    "file_empty": ("a.pdf", lambda path: path.write_bytes(b"")),
    "file_unreadable": ("a.pdf", lambda path: path.write_bytes(b"%PDF-1.7\n" + b"junk" * 50)),
    "file_unsupported": ("a.pdf", lambda path: path.write_bytes(b"MZ" + b"\x00" * 100)),
    "file_misnamed": ("a.pdf", lambda path: Image.new("RGB", (40, 40)).save(path, "JPEG")),
    "material_unsupported": ("a.bmp", lambda path: Image.new("RGB", (40, 40)).save(path, "BMP")),
    "material_too_large": ("a.pdf", lambda path: _sparse(path)),
}


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(201 * 2**20)


@pytest.mark.parametrize("code", sorted(BAD_FILES))
async def test_bad_files_are_refused_before_upload(booth: Booth, memory_hall: Any, tmp_path: Path, code: str) -> None:
    name, make = BAD_FILES[code]
    make(tmp_path / name)
    async with running(booth):
        await at_materials(booth)
        paper = await handed_in(booth, tmp_path / name)
        assert (paper.state, paper.problem) == ("failed", code)
        assert len(memory_hall.files) == 1, "only the notice is there"


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (Refused(ErrorCode.STORAGE_FULL), "storage_full"),
        (ConnectionError("cut"), "network"),
        (OSError(errno.ENOSPC, "full"), "disk_full"),
        (RuntimeError("a mistake of ours"), "internal"),
    ],
)
async def test_upload_troubles_have_codes_and_can_be_repeated(
    booth: Booth, memory_hall: Any, tmp_path: Path, problem: Exception, code: str
) -> None:
    memory_hall.refuse = problem
    async with running(booth):
        await at_materials(booth)
        paper = await handed_in(booth, pdf(tmp_path / "a.pdf"))
        assert paper.problem == code
        memory_hall.refuse = None
        booth.session.tray.try_again("form")
        await until(booth, lambda: booth.session.tray.papers["form"].state == "ready")


async def test_an_upload_can_be_cancelled(booth: Booth, memory_hall: Any, tmp_path: Path) -> None:
    memory_hall.is_slow = True
    tray = booth.session.tray
    async with running(booth):
        await at_materials(booth)
        tray.hand_in("form", (str(pdf(tmp_path / "a.pdf")),), "usb")
        await until(booth, lambda: tray.papers["form"].done > 0)
        tray.remove_paper("form")
        await booth.flush()
        assert not tray.papers
        assert len(memory_hall.files) == 1


async def test_files_of_the_named_folder_can_be_chosen(
    memory_hall: Any, memory_leg: Any, devices: Any, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    path = pdf(stick / "plan.pdf")
    booth = Booth(memory_hall.connect, memory_leg, devices, [], lambda job: job(), lambda job: job(), lambda: [stick])
    tray = booth.session.tray
    async with running(booth):
        await at_materials(booth)
        tray.start_choosing("form")
        await until(booth, lambda: tray.choosing is not None and not tray.choosing.is_listing)
        tray.choose(str(path))
        await until(booth, lambda: tray.papers["form"].state == "ready")
        material = tray.papers["form"].material
        assert material is not None
        assert (material.name, material.source) == ("plan.pdf", "usb")


async def test_prints_are_deleted_with_the_applicant(
    memory_hall: Any, memory_leg: Any, devices: Any, tmp_path: Path, sealed: Any
) -> None:
    out = tmp_path / "out"
    printing = type(devices)(devices.camera, devices.reader, PrintToFile(out, is_kept=False))
    booth = Booth(memory_hall.connect, memory_leg, printing, [sealed[1]], lambda job: job(), lambda job: job())
    script = Script()
    async with running(booth):
        session = booth.session
        seen: list[str] = []
        session.subscribe(lambda: seen.extend(path.name for path in out.glob("*.pdf")))
        await Simulator(booth).play(script)
        await booth.flush()
        assert seen
        assert list(out.iterdir()) == []


async def test_shots_become_one_paper(booth: Booth, memory_hall: Any) -> None:
    tray = booth.session.tray
    async with running(booth):
        await at_materials(booth)
        tray.start_capture("form")
        for number in (1, 2):
            tray.shoot()
            await until(booth, lambda n=number: tray.capture is not None and len(tray.capture.shots) == n)
        assert tray.capture is not None
        assert all(shot.is_cropped and not shot.problem for shot in tray.capture.shots)
        tray.finish_capture()
        await until(booth, lambda: tray.papers["form"].state == "ready")
        material = tray.papers["form"].material
        assert material is not None
        assert (material.media_type, material.pages, material.source) == ("application/pdf", 2, "camera")


async def test_a_vanished_camera_and_an_unreadable_card(
    memory_hall: Any, memory_leg: Any, devices: Any, tmp_path: Path
) -> None:
    class BrokenReader:
        def read(self, kind: str) -> Card:
            raise DeviceError("card_unreadable", kind)

    broken = type(devices)(FolderCamera(tmp_path / "gone"), BrokenReader(), devices.printer)
    booth = Booth(memory_hall.connect, memory_leg, broken, [], lambda job: job(), lambda job: job())
    session = booth.session
    async with running(booth):
        await until(booth, lambda: bool(session.items))
        session.begin()
        session.read_card("person")
        await until(booth, lambda: session.problem == "card_unreadable")
        session._draft_step, session.item = "materials", session.items[0]
        session.tray.open(session.items[0].slots)
        session.tray.start_capture("form")
        session.tray.shoot()
        await until(booth, lambda: session.tray.capture is not None and bool(session.tray.capture.problem))
        assert session.tray.capture is not None
        assert session.tray.capture.problem == "camera_missing"


async def test_legs_follow_the_generations(booth: Booth, memory_leg: Any, play: Any) -> None:
    case = play.waiting().case
    session = booth.session
    async with running(booth):
        await until(booth, lambda: bool(session.items))
        session.consents_to_video = True
        session.receive(CallStarted("k1", case, 1, False, "张敏"))
        session.receive(Description("k1", 1, "offer", "v=0"))
        session.talk.mute(camera=True)
        await until(booth, lambda: session.talk.call is not None and session.talk.call.link == "connected")
        session.receive(CallStarted("k1", case, 2, False, "张敏"))
        await until(booth, lambda: session.talk.call is not None and session.talk.call.leg_generation == 2)
        await until(booth, lambda: session.talk.call is not None and session.talk.call.link == "connected")
        first, second = memory_leg.made
        assert [message.sdp for message in first.received] == ["v=0"]
        assert (first.muted[-1], second.muted) == ((False, True), [(False, True)])
        async with asyncio.timeout(DEADLINE_S):
            await first.ended.wait()
        session.receive(CallEnded("k1", "hung_up"))
        async with asyncio.timeout(DEADLINE_S):
            await second.ended.wait()


async def test_a_leg_that_breaks_is_told(memory_hall: Any, devices: Any, play: Any) -> None:
    def broken(*arguments: object) -> Any:
        raise RuntimeError("no camera today")

    class BrokenLeg:
        async def run(self) -> None:
            broken()

        async def close(self) -> None:
            """Nothing is open."""

    booth = Booth(memory_hall.connect, lambda *a: BrokenLeg(), devices, [], lambda job: job(), lambda job: job())  # type: ignore[arg-type, return-value]
    session = booth.session
    async with running(booth):
        session.consents_to_video = True
        session.receive(CallStarted("k1", play.waiting().case, 1, False, "张敏"))
        await until(booth, lambda: session.talk.call is not None and session.talk.call.link == "failed")


async def test_nothing_of_the_applicant_stays_on_the_disk(booth: Booth, tmp_path: Path) -> None:
    async with running(booth):
        await at_materials(booth)
        paper = await handed_in(booth, pdf(tmp_path / "a.pdf"))
        folder = Path(paper.preview).parent
        assert folder.is_dir()
        booth.session.finish()
        await booth.flush()
        assert not folder.exists()
        await at_materials(booth)
        paper = await handed_in(booth, pdf(tmp_path / "a.pdf"))
        folder = Path(paper.preview).parent
    assert not folder.exists(), "also when the program ends"


async def test_a_slip_is_read_printed_and_its_file_wiped(booth: Booth, devices: Any, play: Any, tmp_path: Path) -> None:
    session = booth.session
    async with running(booth):
        await until(booth, lambda: bool(session.items))
        session.begin_claim()
        session.entry.scan()
        await until(booth, lambda: session.entry.problem == "code_unreadable")
        devices.scanner.show("7K2M9QX4TC")
        session.entry.scan()
        await until(booth, lambda: session.entry.is_whole)
        session.back()
        session.receive(CaseChanged(play.waiting().case))
        session.line.print_slip()
        await until(booth, lambda: session.line.slip_state == "printed")
        assert session.line.slip_detail == "收件凭证-A001.pdf"
        assert (tmp_path / "prints" / session.line.slip_detail).read_bytes().startswith(b"%PDF")


async def test_a_slip_that_cannot_be_made(booth: Booth, play: Any) -> None:
    case = play.waiting().case
    applicant = msgspec.structs.replace(case.applicant, name="\U0010ffff")
    session = booth.session
    async with running(booth):
        session.receive(CaseChanged(msgspec.structs.replace(case, applicant=applicant)))
        session.line.print_slip()
        await until(booth, lambda: session.line.slip_state == "failed")
        assert session.line.slip_detail == "slip_failed"


async def test_a_terminal_without_cabinet_and_scanner(memory_hall: Any, memory_leg: Any, devices: Any) -> None:
    bare = type(devices)(devices.camera, devices.reader, devices.printer)
    booth = Booth(memory_hall.connect, memory_leg, bare, [], lambda job: job(), lambda job: job())
    session = booth.session
    assert not session.cabinet.is_there
    async with running(booth):
        session.begin_claim()
        session.entry.scan()
        await until(booth, lambda: session.entry.problem == "code_unreadable")


async def test_a_wrong_catalogue_is_a_problem_and_asked_for_again(booth: Booth, memory_hall: Any) -> None:
    session = booth.session
    async with running(booth):
        await until(booth, lambda: bool(session.items))
        session.receive(Catalogue("d" * 64, 1))
        await until(booth, lambda: session.catalogue.problem == "not_found")
        assert session.items, "the old one stays"


async def test_the_door_is_heard_after_the_applicant_went(
    memory_hall: Any, memory_leg: Any, devices: Any, play: Any
) -> None:
    class Doors(SimulatedCabinet):
        opened = asyncio.Event()

        def open(self, cell: int, on_closed: Callable[[], None]) -> None:
            super().open(cell, on_closed)
            loop.call_soon_threadsafe(self.opened.set)

    loop = asyncio.get_running_loop()
    cabinet = Doors(closes_after_s=None)
    slow = type(devices)(devices.camera, devices.reader, devices.printer, None, cabinet)
    booth = Booth(memory_hall.connect, memory_leg, slow, [], lambda job: job(), lambda job: job())
    session = booth.session
    memory_hall.case = play.waiting().case
    async with running(booth):
        await until(booth, lambda: bool(session.items))
        session.begin_pickup()
        session.entry.type("482913")
        session.open_cell()
        async with asyncio.timeout(DEADLINE_S):
            await cabinet.opened.wait()
        session.finish()
        cabinet.shut(12)
        await booth.flush()
        assert [message.cell for message in memory_hall.said if isinstance(message, CellClosed)] == [12]


def test_start_leg_is_what_the_factory_gets() -> None:
    assert StartLeg.__struct_fields__ == ("call_id", "generation", "is_offerer")
