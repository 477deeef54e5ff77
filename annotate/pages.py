"""Documents as page images: PDF, PNG, JPEG, TIFF and BMP, each read by a child process of its own.

Owns opening, page sizes, rendering a region at any scale, and what happens when a file or its worker fails.
The parsers live in page_worker.py; this side only looks at the first bytes. All calls block up to a deadline:
a window calls them from a thread. Scale is px per pt of page space.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from annotate.errors import PageError
from annotate.worker import Worker

logger = logging.getLogger(__name__)

OPEN_DEADLINE_S: Final = 10.0
RENDER_DEADLINE_S: Final = 9.0
MAX_FILE_BYTES: Final = 1 << 30
MAX_IMAGE_PX: Final = 40_000_000  # of one rendered region
_WORKER: Final = "annotate.page_worker"

_SUFFIXES: Final = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/tiff": (".tif", ".tiff"),
    "image/bmp": (".bmp",),
}


class DocumentInfo(msgspec.Struct, frozen=True):
    """What a document is. `sizes_pt` has (width, height) of each page as shown; `pixels` of each page of a picture."""

    media_type: str
    page_count: int
    sizes_pt: tuple[tuple[float, float], ...]
    pixels: tuple[tuple[int, int], ...] = ()
    is_misnamed: bool = False


class RenderedImage(msgspec.Struct, frozen=True):
    """A rendered region: rows of RGB, 3 bytes a pixel, no padding."""

    width: int
    height: int
    rgb: bytes


class OpenRequest(msgspec.Struct, tag="open"):
    """First question to the worker; the answer is a DocumentInfo."""

    media_type: str


class RenderRequest(msgspec.Struct, tag="render"):
    """Region (left, top, width, height) in px of a page at a scale; the answer is its RGB bytes."""

    page: int
    scale: float
    clip_px: tuple[int, int, int, int]


class PageSource:
    """An open document. Thread-safe; close it (or use `with`), it owns a process."""

    def __init__(self, descriptor: int, name: str, media_type: str) -> None:
        self._descriptor = descriptor
        self._media_type = media_type
        self._lock = threading.Lock()
        self._is_closed = False
        self._worker: Worker | None = None
        try:
            self.info = msgspec.structs.replace(
                self._start()[1], is_misnamed=Path(name).suffix.lower() not in _SUFFIXES[media_type]
            )
        except PageError:
            self.close()
            raise

    @classmethod
    def open(cls, path: Path | str) -> PageSource:
        """Open a file in a new worker, at most 10 s. Raises PageError with every code there is."""
        descriptor, media_type = open_file(Path(path))
        return cls(descriptor, str(path), media_type)

    def render(
        self,
        page: int,
        scale_px_per_pt: float,
        clip_px: tuple[int, int, int, int] | None = None,
        *,
        deadline_s: float = RENDER_DEADLINE_S,
    ) -> RenderedImage:
        """A page, or the region (left, top, width, height) of it in px of the scaled page.

        The scaled page is round(size * scale) px; a clip beyond its edge is cut there. Raises PageError; after
        timed_out and crashed the next call starts a new worker, so one bad page costs no more than itself.
        """
        if not 0 <= page < self.info.page_count:
            raise IndexError(f"page {page} of {self.info.page_count}")
        width, height = scaled_size(self.info.sizes_pt[page], scale_px_per_pt)
        left, top, wide, high = clip_px or (0, 0, width, height)
        left, top, right, bottom = max(0, left), max(0, top), min(left + wide, width), min(top + high, height)
        clip = (left, top, right - left, bottom - top)
        if clip[2] <= 0 or clip[3] <= 0:
            raise ValueError(f"clip {clip_px} lies outside of {width}x{height} px")
        if clip[2] * clip[3] > MAX_IMAGE_PX:
            raise PageError("too_large", f"region of {clip[2]}x{clip[3]} px, allowed {MAX_IMAGE_PX} in all")
        request = msgspec.msgpack.encode(RenderRequest(page, scale_px_per_pt, clip))
        with self._lock:
            worker = self._worker or self._start()[0]
            try:
                _, rgb = worker.ask(request, deadline_s=deadline_s)
            except PageError as error:
                if error.code in ("timed_out", "crashed"):
                    self._worker = None
                    logger.warning("page worker lost on page %d: %s", page, error)
                raise
        return RenderedImage(clip[2], clip[3], rgb)

    def close(self) -> None:
        """End the worker, also in the middle of a render in another thread. A second call does nothing."""
        self._is_closed = True
        worker = self._worker
        if worker is not None:
            worker.kill()
        with self._lock:
            if self._worker is not None:
                self._worker.kill()
                self._worker = None
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def _start(self) -> tuple[Worker, DocumentInfo]:
        if self._is_closed:
            raise PageError("crashed", "the document was closed")
        self._worker = worker = Worker(_WORKER, self._descriptor)
        request = msgspec.msgpack.encode(OpenRequest(self._media_type))
        try:
            answer, _ = worker.ask(request, deadline_s=OPEN_DEADLINE_S)
        except PageError:
            worker.kill()
            self._worker = None
            raise
        return worker, msgspec.msgpack.decode(answer, type=DocumentInfo)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def inspect(path: Path | str) -> DocumentInfo:
    """Check a handed-in file: open it, render its first page small, close it. Raises PageError."""
    with PageSource.open(path) as source:
        width, height = source.info.sizes_pt[0]
        source.render(0, min(1.0, 400 / max(width, height)))
        return source.info


def scaled_size(size_pt: tuple[float, float], scale: float) -> tuple[int, int]:
    """Pixels of a page at a scale, at least 1 x 1."""
    return max(1, round(size_pt[0] * scale)), max(1, round(size_pt[1] * scale))


def sniff(start: bytes) -> str | None:
    """Media type from the first 1024 bytes, None for what we do not show. The name is never asked."""
    if b"%PDF-" in start[:1024]:  # readers accept junk before the header (ISO 32000-2, annex I, note 13 of 1.7)
        return "application/pdf"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith((b"II*\x00", b"MM\x00*")):
        return "image/tiff"
    if start.startswith(b"BM"):
        return "image/bmp"
    return None


def open_file(path: Path) -> tuple[int, str]:
    """Descriptor (the caller closes it) and media type; raises PageError after at most 1 KiB was read."""
    try:
        # Not blocking: the name might be a FIFO, and opening one would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise PageError("unreadable", f"cannot open: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise PageError("unreadable", "not a regular file")
        if status.st_size == 0:
            raise PageError("empty", "no bytes")
        if status.st_size > MAX_FILE_BYTES:
            raise PageError("too_large", f"{status.st_size} bytes, allowed {MAX_FILE_BYTES}")
        media_type = sniff(os.pread(descriptor, 1024, 0))
        if media_type is None:
            raise PageError("unsupported", "first bytes are of no known kind")
    except PageError:
        os.close(descriptor)
        raise
    return descriptor, media_type
