"""Export: the original with its marks as standard PDF annotations, written by a child process.

Owns the request to pdf_worker.py and the file that comes out. Exporting comes before sealing: an annotation
added to a sealed PDF breaks the seal.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from annotate.codec import encode_operation
from annotate.markup import PlacedMark
from annotate.operations import AddMark
from annotate.pages import open_file
from annotate.worker import Worker

EXPORT_DEADLINE_S: Final = 60.0
_WORKER: Final = "annotate.pdf_worker"


class ExportedMark(msgspec.Struct, array_like=True):
    """One mark on its way to the worker: the encoded AddMark, author and time."""

    body: bytes
    author: str
    time_s: float


class ExportRequest(msgspec.Struct):
    """The worker's only question; the marks travel as the blob, the answer's blob is the PDF."""

    media_type: str


def export(original: Path | str | bytes, marks: Iterable[PlacedMark], out: Path | str) -> None:
    """Write `original` (PDF or picture) with its marks to `out`; a picture becomes a PDF first.

    Each mark is an annotation with its own appearance, so that every reader shows the same. `out` appears whole
    or not at all. Raises PageError for the original and OSError for `out`. Blocks up to a minute.
    """

    packed = [ExportedMark(encode_operation(_operation(mark)), mark.author, mark.time_s) for mark in marks]
    blob = msgspec.msgpack.encode(packed)
    if isinstance(original, bytes):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "original")
            path.write_bytes(original)
            pdf = _export(path, blob)
    else:
        pdf = _export(Path(original), blob)
    target = Path(out)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as part:
        part.write(pdf)
        part.flush()
        os.fsync(part.fileno())
    os.replace(part.name, target)


def _export(original: Path, blob: bytes) -> bytes:
    descriptor, media_type = open_file(original)
    try:
        worker = Worker(_WORKER, descriptor)
        try:
            request = msgspec.msgpack.encode(ExportRequest(media_type))
            return worker.ask(request, blob, deadline_s=EXPORT_DEADLINE_S)[1]
        finally:
            worker.kill()
    finally:
        os.close(descriptor)


def _operation(mark: PlacedMark) -> AddMark:
    return AddMark(mark.mark_id, mark.page, mark.mark)
