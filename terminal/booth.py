"""Joins the session with the hall, the video leg, the devices and the verifier: performs the session's effects.

Runs in one asyncio loop; whatever blocks (devices, pictures, documents, verification) runs in worker threads.
Results go back through ``post`` into the thread the session lives in; effects come in through ``in_loop``.
Files of an applicant lie in one folder (workfolder.py) that is deleted by ``Wipe`` and at the end.
"""

import asyncio
import errno
import logging
import os
import shutil
import uuid
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, assert_never, get_args

from PIL import Image

from annotate import DocumentInfo, PageError, PageSource
from esign import EsignError, Report, verify_notice
from signaling.client import ConnectionState, digest_of
from signaling.peer.picture import Picture
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import Candidate, Description, FromHall, Rejoin, ToHall
from signaling.protocol.values import MediaType, ServiceItem
from terminal.devices import DeviceError, Devices
from terminal.effects import (
    CancelHandIn,
    Effect,
    FetchCatalogue,
    FetchMaterial,
    FetchNotice,
    GiveToLeg,
    HandIn,
    ListFiles,
    MuteLeg,
    Print,
    PrintSlip,
    ReadCard,
    ReadCode,
    Say,
    ShootPage,
    StartLeg,
    StopLeg,
    UnlockCell,
    Wipe,
)
from terminal.files import FindRoots, list_files, removable_mounts
from terminal.papers import Shot
from terminal.scan import join_pages, save_page, scan_page
from terminal.session import TerminalSession
from terminal.slip import make_slip
from terminal.workfolder import WorkFolder, sweep

logger = logging.getLogger(__name__)

MAX_MATERIAL_BYTES = 200 * 2**20
"""Same limit as the hall's default; told before a long upload instead of after it."""
PREVIEW_PX = 420
PROGRESS_EVERY_S = 0.1
_MEDIA_TYPES: tuple[MediaType, ...] = get_args(MediaType)
_UNSEEN: tuple[MediaType, int, str] = ("application/pdf", 1, "")
_OF_THE_TERMINAL = ("catalogue", "cabinet")
"""Jobs that go on when the applicant is wiped."""


class HallPort(Protocol):
    """What the booth needs of ``signaling.client.HallClient``."""

    async def run(self) -> None:
        """Connect and stay connected until cancelled or refused."""

    def say(self, message: ToHall) -> None:
        """Say this, again after a reconnect if it needs an answer."""

    async def upload(self, path: Path, digest: str, media_type: str, on_progress: Callable[[int, int], None]) -> None:
        """Put a material into the hall's store. Raises Refused, OSError."""

    async def fetch(self, digest: str, target: Path, on_progress: Callable[[int, int], None]) -> None:
        """Get a file by its digest, verified. Raises Refused, OSError."""

    async def fetch_catalogue(self, digest: str) -> tuple[ServiceItem, ...]:
        """Get the service items of this digest. Raises Refused, OSError."""


class Leg(Protocol):
    """What the booth needs of ``signaling.peer.connection.CallLeg``."""

    async def run(self) -> None:
        """Open and live until closed or failed."""

    def receive(self, message: Description | Candidate) -> None:
        """A negotiation message of the other side."""

    def set_muted(self, microphone: bool, camera: bool) -> None:
        """Silence and cover."""

    async def close(self) -> None:
        """End; a second call does nothing."""


OnMessage = Callable[[FromHall], None]
OnState = Callable[[ConnectionState, ErrorCode | None, float], None]
Connect = Callable[[OnMessage, OnState], HallPort]
MakeLeg = Callable[
    [
        str,
        int,
        bool,
        Callable[[Description | Candidate | Rejoin], None],
        Callable[[Picture], None],
        Callable[[str], None],
    ],
    Leg,
]
"""call id, generation, is offerer, send, on picture, on state."""


class Booth:
    """Owns the session and everything it wishes for. ``on_picture`` gets the reviewer's pictures, from any thread."""

    def __init__(
        self,
        connect: Connect,
        make_leg: MakeLeg,
        devices: Devices,
        trust_roots: Sequence[bytes],
        post: Callable[[Callable[[], None]], None],
        in_loop: Callable[[Callable[[], None]], None],
        find_roots: FindRoots = removable_mounts,
        *,
        shows_pages: bool = True,
    ) -> None:
        """``find_roots`` names the folders whose files an applicant may choose from.

        Without ``shows_pages`` files are handed in unseen, as PDF of one page: for load without people.
        """
        self.session = TerminalSession(self._perform, lambda: uuid.uuid4().hex)
        self.session.cabinet.is_there = devices.cabinet is not None
        self.on_picture: Callable[[Picture], None] = lambda picture: None
        self._make_leg = make_leg
        self._devices = devices
        self._trust_roots = list(trust_roots)
        self._post = post
        self._in_loop = in_loop
        self._find_roots = find_roots
        self._shows_pages = shows_pages
        self._effects: asyncio.Queue[Effect] = asyncio.Queue()
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._legs: dict[int, Leg] = {}
        self._work = WorkFolder()
        self._hall = connect(
            lambda message: post(lambda: self.session.receive(message)),
            lambda state, code, retry_s: post(
                lambda: self.session.connection_changed(state, str(code) if code else "", retry_s)
            ),
        )

    async def flush(self) -> None:
        """Wait until every effect so far was taken up."""
        await self._effects.join()

    async def run(self) -> None:
        """Work until cancelled; every task belongs to this call's group."""
        await asyncio.to_thread(sweep)
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                group.create_task(self._hall.run(), name="hall")
                while True:
                    self._start(await self._effects.get())
                    self._effects.task_done()
        finally:
            self._forget()

    def _forget(self) -> None:
        self._work.wipe()
        self._devices.printer.forget()

    def _perform(self, effect: Effect) -> None:
        self._in_loop(lambda: self._effects.put_nowait(effect))

    def _start(self, effect: Effect) -> None:
        session, tray, delivery = self.session, self.session.tray, self.session.delivery
        match effect:
            case Say():
                self._hall.say(effect.message)
            case ReadCard():
                self._spawn("card", self._read_card(effect), session.card_failed)
            case ReadCode():
                self._spawn("scanner", self._read_code(), session.entry.code_failed)
            case FetchCatalogue():
                failed = partial(session.catalogue.fetch_failed, effect.digest)
                self._spawn("catalogue", self._fetch_catalogue(effect), failed)
            case ShootPage():
                self._spawn("camera", self._shoot(effect), partial(tray.shot_failed, effect.capture_id))
            case ListFiles():
                self._spawn("files", self._list_files(effect), partial(tray.listing_failed, effect.listing_id))
            case HandIn():
                self._spawn(effect.paper_id, self._hand_in(effect), partial(tray.paper_failed, effect.paper_id))
            case CancelHandIn():
                job = self._jobs.pop(effect.paper_id, None)
                if job is not None:
                    job.cancel()
            case StartLeg():
                self._start_leg(effect)
            case GiveToLeg():
                leg = self._legs.get(effect.message.generation)
                if leg is not None:
                    leg.receive(effect.message)
            case MuteLeg():
                for leg in self._legs.values():
                    leg.set_muted(effect.microphone, effect.camera)
            case StopLeg():
                self._close_legs(0)
            case FetchMaterial():
                self._spawn(effect.digest, self._fetch(effect), partial(session.fetch_failed, effect.digest))
            case FetchNotice():
                self._spawn(effect.notice_id, self._fetch_notice(effect), partial(delivery.failed, effect.notice_id))
            case Print():
                self._spawn("printer", self._print(effect), partial(delivery.print_failed, effect.notice_id))
            case PrintSlip():
                self._spawn("slip", self._print_slip(effect), session.line.slip_failed)
            case UnlockCell():
                self._spawn("cabinet", self._unlock(effect), partial(session.cabinet.door_failed, effect.cell))
            case Wipe():
                for name in [name for name in self._jobs if name not in _OF_THE_TERMINAL]:
                    self._jobs.pop(name).cancel()
                self._forget()
            case _:
                assert_never(effect)

    # --- jobs: each ends with a result or a code in the session ----------------------------------

    def _spawn(self, name: str, job: Coroutine[None, None, None], failed: Callable[[str], None]) -> None:
        task = self._group.create_task(self._attempt(job, failed), name=name)
        self._jobs[name] = task
        task.add_done_callback(lambda done: self._jobs.pop(name, None) if self._jobs.get(name) is done else None)

    async def _attempt(self, job: Coroutine[None, None, None], failed: Callable[[str], None]) -> None:
        code = ""
        try:
            await job
        except DeviceError as problem:
            logger.warning("device: %s", problem)
            code = problem.code
        except EsignError as problem:
            logger.warning("slip cannot be made: %s", type(problem).__name__)
            code = "slip_failed"
        except PageError as problem:
            logger.info("paper refused: %s", problem.code)
            code = f"file_{problem.code}"
        except Refused as problem:
            logger.info("hall refused: %s", problem.code)
            code = str(problem.code)
        except OSError as problem:
            logger.warning("input or output failed: %s", type(problem).__name__)
            code = "disk_full" if problem.errno in (errno.ENOSPC, errno.EDQUOT) else "network"
        except Exception:  # outermost edge of a job: the applicant must see that it failed
            logger.exception("job failed")
            code = "internal"
        if code:
            self._post(lambda: failed(code))

    async def _read_card(self, effect: ReadCard) -> None:
        card = await asyncio.to_thread(self._devices.reader.read, effect.kind)
        self._post(lambda: self.session.card_read(card))

    async def _read_code(self) -> None:
        scanner = self._devices.scanner
        if scanner is None:
            raise DeviceError("code_unreadable", "this terminal has no scanner")
        text = await asyncio.to_thread(scanner.read)
        self._post(lambda: self.session.entry.code_read(text))

    async def _fetch_catalogue(self, effect: FetchCatalogue) -> None:
        items = await self._hall.fetch_catalogue(effect.digest)
        self._post(lambda: self.session.catalogue.fetched(effect.digest, items))

    async def _unlock(self, effect: UnlockCell) -> None:
        cabinet = self._devices.cabinet
        if cabinet is None:
            raise DeviceError("cabinet_missing", "this terminal has no cabinet")
        closed = partial(self._post, partial(self.session.cabinet.door_closed, effect.cell))
        await asyncio.to_thread(cabinet.open, effect.cell, closed)

    async def _shoot(self, effect: ShootPage) -> None:
        target = self._work.path() / f"{uuid.uuid4().hex}.jpg"
        shot = await asyncio.to_thread(self._take_shot, target)
        self._post(lambda: self.session.tray.page_shot(effect.capture_id, shot))

    def _take_shot(self, target: Path) -> Shot:
        page = scan_page(self._devices.camera.shoot())
        save_page(page.picture, target)
        hint = "shot_soft" if page.verdict == "soft" else "" if page.is_cropped else "shot_whole"
        problem = "shot_blurred" if page.verdict == "blurred" else ""
        return Shot(str(target), page.sharpness, page.is_cropped, problem, hint)

    async def _list_files(self, effect: ListFiles) -> None:
        rows = await asyncio.to_thread(lambda: list_files(self._find_roots(), effect.folder))
        self._post(lambda: self.session.tray.files_listed(effect.listing_id, rows))

    async def _hand_in(self, effect: HandIn) -> None:
        paper_id = effect.paper_id
        tray = self.session.tray
        folder = self._work.path()
        path = await asyncio.to_thread(_gather, effect, folder)
        preview = folder / f"{paper_id}-preview.png"
        media_type, pages, picture = _UNSEEN
        if self._shows_pages:
            info = await asyncio.to_thread(_look, path, preview)
            known_type = next((known for known in _MEDIA_TYPES if known == info.media_type), None)
            if known_type is None:
                raise Refused(ErrorCode.MATERIAL_UNSUPPORTED)
            if info.is_misnamed:
                self._post(lambda: tray.paper_failed(paper_id, "file_misnamed"))
                return
            media_type, pages, picture = known_type, info.page_count, str(preview)
        digest, size = await asyncio.to_thread(lambda: (digest_of(path), path.stat().st_size))
        self._post(lambda: tray.paper_checked(paper_id, str(path), digest, media_type, size, pages, picture))
        await self._hall.upload(path, digest, media_type, self._progress(partial(tray.paper_progressed, paper_id)))
        self._post(lambda: tray.paper_stored(paper_id))

    def _progress(self, tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
        """Tell at most ten times a second, and the end."""
        loop = asyncio.get_running_loop()
        told = loop.time() - PROGRESS_EVERY_S

        def progressed(done: int, total: int) -> None:
            nonlocal told
            now = loop.time()
            if done >= total or now - told >= PROGRESS_EVERY_S:
                told = now
                self._post(lambda: tell(done, total))

        return progressed

    async def _fetch(self, effect: FetchMaterial) -> None:
        target = self._work.path() / effect.digest
        await self._hall.fetch(effect.digest, target, lambda done, total: None)
        self._post(lambda: self.session.material_fetched(effect.digest, str(target)))

    async def _fetch_notice(self, effect: FetchNotice) -> None:
        target = self._work.path() / f"{effect.notice_id}.pdf"
        await self._hall.fetch(effect.digest, target, lambda done, total: None)
        report = await asyncio.to_thread(self._verify, target)
        self._post(lambda: self.session.delivery.checked(effect.notice_id, str(target), report))

    def _verify(self, path: Path) -> Report:
        return verify_notice(path.read_bytes(), self._trust_roots)

    async def _print(self, effect: Print) -> None:
        title = effect.title.replace("/", "-")
        printer = self._devices.printer
        place = await asyncio.to_thread(printer.print, Path(effect.path), title)
        self._post(lambda: self.session.delivery.printed(effect.notice_id, place, is_paper=printer.is_paper))

    async def _print_slip(self, effect: PrintSlip) -> None:
        target = self._work.path() / f"slip-{effect.case.ticket_number}.pdf"
        printer = self._devices.printer

        def make_and_print() -> str:
            target.write_bytes(make_slip(effect.case))
            return printer.print(target, f"收件凭证-{effect.case.ticket_number or effect.case.case_id}")

        place = await asyncio.to_thread(make_and_print)
        self._post(lambda: self.session.line.slip_printed(place, is_paper=printer.is_paper))

    # --- video legs: the old generation lives until the new one carries media ----------------------

    def _start_leg(self, effect: StartLeg) -> None:
        call_id, generation = effect.call_id, effect.generation
        leg = self._make_leg(
            call_id,
            generation,
            effect.is_offerer,
            self._hall.say,
            lambda picture: self.on_picture(picture),
            lambda state: self._leg_changed(call_id, generation, state),
        )
        self._legs[generation] = leg
        self._group.create_task(self._run_leg(effect, leg), name=f"leg {call_id} {generation}")

    async def _run_leg(self, effect: StartLeg, leg: Leg) -> None:
        try:
            await leg.run()
        except Exception:  # outermost edge of a leg: the call view must say that the picture is gone
            logger.exception("leg %s generation %d failed", effect.call_id, effect.generation)
            self._leg_changed(effect.call_id, effect.generation, "failed")
        finally:
            if self._legs.get(effect.generation) is leg:
                del self._legs[effect.generation]

    def _leg_changed(self, call_id: str, generation: int, state: str) -> None:
        if state == "connected":
            self._close_legs(generation)
        self._post(lambda: self.session.talk.leg_changed(call_id, generation, state))

    def _close_legs(self, kept_generation: int) -> None:
        for generation in [known for known in self._legs if known != kept_generation]:
            self._group.create_task(self._legs.pop(generation).close(), name=f"close leg {generation}")


def _gather(effect: HandIn, folder: Path) -> Path:
    """The paper as one file of ours: pages joined, or a copy (a stick may be pulled out)."""
    first = Path(effect.paths[0])
    if len(effect.paths) > 1:
        target = folder / f"{effect.paper_id}.pdf"
        join_pages([Path(path) for path in effect.paths], target)
        return target
    if os.path.getsize(first) > MAX_MATERIAL_BYTES:
        raise Refused(ErrorCode.MATERIAL_TOO_LARGE)
    target = folder / f"{effect.paper_id}{first.suffix.lower()}"
    shutil.copyfile(first, target)
    return target


def _look(path: Path, preview: Path) -> DocumentInfo:
    """Open and render the first page in the page worker; write it as the preview. Raises PageError."""
    with PageSource.open(path) as source:
        width, height = source.info.sizes_pt[0]
        image = source.render(0, PREVIEW_PX / max(width, height))
        Image.frombytes("RGB", (image.width, image.height), image.rgb).save(preview)
        return source.info
