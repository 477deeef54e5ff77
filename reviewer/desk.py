"""Joins the desk's session with the hall, the WebRTC legs and the papers' files.

``Desk.run`` lives on an asyncio loop (in a Qt program: in a thread of its own). The session lives in the
caller's thread; its effects come over here through an inbox, results go back through ``post``. Files and
parsers run in worker threads and their child processes. Materials are cached by digest in a folder that is
wiped at the end of the run.
"""

import asyncio
import hashlib
import logging
import mmap
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Protocol, assert_never

from annotate.errors import PageError
from annotate.pages import PageSource
from annotate.pdf import export
from esign.checking import check_file
from esign.errors import CheckFailed
from reviewer.calls import Connection, Link
from reviewer.crops import MEDIA_TYPE, crop
from reviewer.effects import (
    Connect,
    CropMarks,
    Effect,
    ExportMarked,
    FetchDraft,
    FetchMaterial,
    MuteLeg,
    ReleaseMaterials,
    Ring,
    Say,
    StartLeg,
    StopLeg,
    TellLeg,
)
from reviewer.papers import MarkedPlace, OpenedPaper, Thumbnail
from reviewer.session import DeskSession
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import Candidate, Description, FromHall, Rejoin, ToHall, Welcome

logger = logging.getLogger(__name__)

THUMBNAIL_PX = 200
"""Longest side of a thumbnail."""

PROGRESS_EVERY_S = 0.1
SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/tiff": ".tif"}

LegMessage = Description | Candidate | Rejoin
OnMessage = Callable[[FromHall], None]
OnState = Callable[[Connection, ErrorCode | None, float], None]
LegKey = tuple[str, int]


class HallPort(Protocol):
    """The way to the hall: ``signaling.client.HallClient``, or a hall in memory."""

    @property
    def welcome(self) -> Welcome | None:
        """What the hall said when it let this desk in; None before."""

    async def run(self) -> None:
        """Stay connected until cancelled or refused."""

    def say(self, message: ToHall) -> None:
        """Say this, now or after the next reconnect."""

    async def fetch(self, digest: str, target: Path, on_progress: Callable[[int, int], None]) -> None:
        """Write a material to ``target``. Raises Refused or OSError."""

    async def fetch_draft(self, digest: str, target: Path, on_progress: Callable[[int, int], None]) -> None:
        """Write an unsealed notice to ``target``. Raises Refused or OSError."""

    async def upload(self, path: Path, digest: str, media_type: str, on_progress: Callable[[int, int], None]) -> None:
        """Hand in a file. Raises Refused or OSError."""


class LegPort(Protocol):
    """One WebRTC connection: ``signaling.peer.connection.CallLeg``, or one in memory."""

    async def run(self) -> None:
        """Live until closed or failed."""

    def receive(self, message: Description | Candidate) -> None:
        """Take the other side's negotiation message."""

    def set_muted(self, microphone: bool, camera: bool) -> None:
        """Send silence and black instead of the sources."""

    async def close(self) -> None:
        """Hang up."""


ConnectTo = Callable[[Connect, OnMessage, OnState], HallPort]
OpenLeg = Callable[[StartLeg, Callable[[LegMessage], None], Callable[[Link], None]], LegPort]


class Desk:
    """One running desk. Read ``session``; await ``run`` once.

    ``post`` runs a function in the session's thread; ``ring`` is called there.
    """

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        connect: ConnectTo,
        open_leg: OpenLeg,
        ring: Callable[[bool], None],
        new_id: Callable[[], str],
    ) -> None:
        self.session = DeskSession(self._perform, new_id)
        self._post = post
        self._connect = connect
        self._open_leg = open_leg
        self._ring = ring
        self._lock = threading.Lock()
        self._early: list[Effect] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: asyncio.Queue[Effect] = asyncio.Queue()
        self._workers = ThreadPoolExecutor(3, thread_name_prefix="papers")
        self._hall: HallPort | None = None
        self._hall_task: asyncio.Task[None] | None = None
        self._legs: dict[LegKey, LegPort] = {}
        self._downloads: dict[str, asyncio.Task[None]] = {}
        self._sources: dict[str, PageSource] = {}
        self._wanted: dict[str, Path] = {}
        self._fetches = count(1)

    async def run(self) -> None:
        """Perform the session's effects until cancelled; then close everything and wipe the materials."""
        with tempfile.TemporaryDirectory(prefix="cloud-window-desk-") as folder:
            try:
                async with asyncio.TaskGroup() as tasks:
                    with self._lock:
                        self._loop = asyncio.get_running_loop()
                        for effect in self._early:
                            self._inbox.put_nowait(effect)
                        self._early.clear()
                    while True:
                        self._begin(await self._inbox.get(), tasks, Path(folder))
            finally:
                with self._lock:
                    self._loop = None
                for leg in self._legs.values():
                    await leg.close()
                self._workers.shutdown(wait=False)  # openings were cancelled above, closings still run
                for source in self._sources.values():
                    source.close()

    def _perform(self, effect: Effect) -> None:
        """Called by the session, in its thread; never blocks."""
        if isinstance(effect, Ring):
            self._ring(effect.is_on)
            return
        with self._lock:
            if self._loop is None:
                self._early.append(effect)
            else:
                self._loop.call_soon_threadsafe(self._inbox.put_nowait, effect)

    def _begin(self, effect: Effect, tasks: asyncio.TaskGroup, folder: Path) -> None:
        match effect:
            case Connect():
                self._log_in(effect, tasks)
            case Say(message=message):
                if self._hall:
                    self._hall.say(message)
            case FetchMaterial(digest=digest, media_type=media_type):
                self._want(digest, folder, SUFFIXES[media_type], tasks)
            case FetchDraft(digest=digest):
                self._want(digest, folder, ".pdf", tasks, is_draft=True)
            case CropMarks():
                tasks.create_task(self._crop(effect, folder), name="crop marks")
            case ReleaseMaterials(digests=digests):
                for digest in digests:
                    self._release(digest)
            case ExportMarked():
                tasks.create_task(self._export(effect), name="export")
            case StartLeg():
                self._start_leg(effect, tasks)
            case TellLeg(message=message):
                leg = self._legs.get((message.call_id, message.generation))
                if leg:
                    leg.receive(message)
            case MuteLeg(microphone=microphone, camera=camera):
                for leg in self._legs.values():
                    leg.set_muted(microphone, camera)
            case StopLeg(call_id=call_id, generation=generation):
                leg = self._legs.get((call_id, generation))
                if leg:
                    tasks.create_task(leg.close(), name=f"close leg {call_id} {generation}")
            case Ring():  # performed in the session's thread
                pass
            case _:
                assert_never(effect)

    # --- the hall -----------------------------------------------------------------------------

    def _log_in(self, effect: Connect, tasks: asyncio.TaskGroup) -> None:
        if self._hall_task:
            self._hall_task.cancel()
        hall = self._connect(effect, self._heard, self._connection)
        self._hall = hall
        self._hall_task = tasks.create_task(hall.run(), name="hall client")

    def _heard(self, message: FromHall) -> None:
        self._post(partial(self.session.receive, message, datetime.now(UTC)))

    def _connection(self, state: Connection, refusal: ErrorCode | None, retry_s: float) -> None:
        welcome = self._hall.welcome if self._hall else None
        if state == "online" and welcome is not None:
            self._post(partial(self.session.admitted, welcome, datetime.now(UTC)))
        self._post(partial(self.session.connection_changed, state, refusal, retry_s))

    # --- calls ----------------------------------------------------------------------------------

    def _start_leg(self, effect: StartLeg, tasks: asyncio.TaskGroup) -> None:
        key = (effect.call_id, effect.generation)
        changed: Callable[[Link], None] = partial(self._link, key)
        leg = self._open_leg(effect, self._leg_says, changed)
        self._legs[key] = leg
        tasks.create_task(self._run_leg(key, leg, changed), name=f"leg {key[0]} {key[1]}")

    async def _run_leg(self, key: LegKey, leg: LegPort, changed: Callable[[Link], None]) -> None:
        try:
            await leg.run()
        except Exception:  # the outermost edge: a broken video must not take the desk down
            logger.exception("leg of call %s generation %d failed", *key)
            changed("failed")
        finally:
            self._legs.pop(key, None)

    def _leg_says(self, message: LegMessage) -> None:
        if self._hall:
            self._hall.say(message)

    def _link(self, key: LegKey, link: Link) -> None:
        self._post(partial(self.session.link_changed, *key, link))

    # --- materials --------------------------------------------------------------------------------

    def _want(
        self, digest: str, folder: Path, suffix: str, tasks: asyncio.TaskGroup, *, is_draft: bool = False
    ) -> None:
        # A name of its own for each fetch: an earlier one of the same paper may still be wiped.
        self._wanted[digest] = folder / f"{digest}-{next(self._fetches)}{suffix}"
        fetching = self._fetch(digest, tasks, is_draft)
        self._downloads[digest] = tasks.create_task(fetching, name=f"fetch {digest[:8]}")

    async def _fetch(self, digest: str, tasks: asyncio.TaskGroup, is_draft: bool) -> None:
        hall, path, loop = self._hall, self._wanted[digest], asyncio.get_running_loop()
        told_at = loop.time()

        def progress(done: int, _total: int) -> None:
            nonlocal told_at
            if loop.time() - told_at >= PROGRESS_EVERY_S:
                told_at = loop.time()
                self._post(partial(self.session.material_progress, digest, done))

        try:
            if hall is None:
                raise ConnectionError("no hall")
            await (hall.fetch_draft if is_draft else hall.fetch)(digest, path, progress)
        except Refused as refused:
            logger.warning("material %s refused: %s", digest, refused.code)
            self._post(partial(self.session.material_failed, digest, refused.code.value))
        except OSError as error:
            logger.warning("material %s not fetched: %s", digest, error)
            self._post(partial(self.session.material_failed, digest, "unreachable"))
        else:
            self._post(partial(self.session.material_fetched, digest))
            tasks.create_task(self._open(digest, path, tasks), name=f"open {digest[:8]}")
        finally:
            if self._downloads.get(digest) is asyncio.current_task():
                self._downloads.pop(digest)

    async def _open(self, digest: str, path: Path, tasks: asyncio.TaskGroup) -> None:
        future = self._workers.submit(open_paper, path)
        try:
            source, opened = await asyncio.wrap_future(future)
        except (PageError, OSError) as error:
            if self._wanted.get(digest) == path:  # else it was wiped while it was being opened
                logger.warning("material %s not opened: %s", digest, error)
                code = error.code if isinstance(error, PageError) else "unreachable"
                self._post(partial(self.session.material_failed, digest, code))
            return
        except asyncio.CancelledError:
            future.add_done_callback(_close_late)
            raise
        if self._wanted.get(digest) != path or digest in self._sources:
            self._workers.submit(source.close)
            return
        self._sources[digest] = source
        self._post(partial(self.session.material_opened, digest, opened))
        if opened.has_signature:
            tasks.create_task(self._judge(digest, path), name=f"judge {digest[:8]}")

    async def _judge(self, digest: str, path: Path) -> None:
        """What the signatures in a file are worth; while nobody can say, it stays unjudged."""
        welcome = self._hall.welcome if self._hall else None
        roots = [welcome.licence_roots.encode()] if welcome else []
        try:
            report = await asyncio.wrap_future(self._workers.submit(check_file, path, roots, "upload"))
        except CheckFailed as error:
            logger.warning("signatures of material %s not judged: %s", digest, error)
        else:
            self._post(partial(self.session.signature_judged, digest, report))

    def _release(self, digest: str) -> None:
        download = self._downloads.get(digest)
        if download:
            download.cancel()
        source = self._sources.pop(digest, None)
        if source:
            self._workers.submit(source.close)
        path = self._wanted.pop(digest, None)
        if path:
            self._workers.submit(path.unlink, missing_ok=True)

    async def _crop(self, effect: CropMarks, folder: Path) -> None:
        """A place that cannot be cut out or handed in is told in words alone: the correction goes out all the same."""
        crops: dict[str, str] = {}
        for place in effect.places:
            source, hall = self._sources.get(place.digest), self._hall
            if source is None or hall is None:
                continue
            path = folder / f"crop-{next(self._fetches)}.jpg"
            try:
                digest = await asyncio.wrap_future(self._workers.submit(_write_crop, source, place, path))
                await hall.upload(path, digest, MEDIA_TYPE, lambda _done, _total: None)
            except (PageError, Refused, OSError, ValueError) as error:
                logger.warning("mark %s of material %s not cut out: %s", place.mark_id, place.digest, error)
            else:
                crops[place.mark_id] = digest
            finally:
                self._workers.submit(path.unlink, missing_ok=True)
        self._post(partial(self.session.crops_made, effect.request_id, crops))

    async def _export(self, effect: ExportMarked) -> None:
        path = self._wanted.get(effect.digest)
        if path is None:
            return
        try:
            await asyncio.wrap_future(self._workers.submit(export, path, effect.marks, effect.target))
        except (PageError, OSError) as error:
            logger.warning("material %s not exported: %s", effect.digest, error)
            self._post(partial(self.session.failed, "export_failed"))
        else:
            self._post(partial(self.session.material_exported, effect.target))


def open_paper(path: Path) -> tuple[PageSource, OpenedPaper]:
    """Open a file in its own process, paint its thumbnail and look for signatures. Blocks; raises PageError."""
    source = PageSource.open(path)
    try:
        width_pt, height_pt = source.info.sizes_pt[0]
        image = source.render(0, THUMBNAIL_PX / max(width_pt, height_pt))
        is_signed = has_signature(path)
    except (PageError, OSError):  # OSError: the case was closed and the file wiped while it was being opened
        source.close()
        raise
    info = source.info
    thumbnail = Thumbnail(image.width, image.height, image.rgb)
    return source, OpenedPaper(source, info.page_count, info.media_type, is_signed, thumbnail)


def _write_crop(source: PageSource, place: MarkedPlace, path: Path) -> str:
    content = crop(source, place)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def has_signature(path: Path) -> bool:
    """Whether a PDF claims to carry a signature (ISO 32000-2, 12.8.1: /ByteRange); says nothing about its worth."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data[:5] == b"%PDF-" and data.find(b"/ByteRange") >= 0


def _close_late(future: "Future[tuple[PageSource, OpenedPaper]]") -> None:
    """Close a document whose opening ended after nobody waited for it any more."""
    if not future.cancelled() and future.exception() is None:
        future.result()[0].close()
