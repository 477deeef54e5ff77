"""The bytes of materials and notices: a folder where each file is named by its SHA-256.

A file is written beside, synced, renamed and its folder synced before its row is kept,
and only then acknowledged. Nothing is parsed here: a few magic bytes decide what may
come in. All file work runs in this module's own threads, never on the event loop.
"""

import asyncio
import errno
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar, get_args

import msgspec

from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.values import Material, MediaType
from signaling.server.store import Connection, Store

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
PICTURES: tuple[MediaType, ...] = ("image/png", "image/jpeg")
"""What can stand on a notice beside a correction."""
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_MAGIC: tuple[tuple[bytes, MediaType], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


class StoredFile(msgspec.Struct, frozen=True):
    """What the store knows of a file."""

    digest: str
    size: int
    media_type: MediaType


class Materials:
    """The folder ``folder`` and its rows in ``store``. Files left half written by a crash are removed at start."""

    def __init__(self, folder: Path, store: Store, max_bytes: int) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._store = store
        self.max_bytes = max_bytes
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in self._incoming.iterdir():
            left.unlink()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="files")

    def close(self) -> None:
        """Wait for file work under way."""
        self._threads.shutdown()

    async def receive(self, digest: str, party: str, stream: AsyncIterator[bytes], *, is_picture: bool = False) -> bool:
        """Take in a file that hashes to ``digest``; True when it is new here, False when it was there already.

        ``is_picture``: only what can stand on a notice beside a correction. Durable when this returns. Raises Refused
        with material_too_large, material_unsupported, material_damaged or storage_full, and StoreError; then no trace
        is left.
        """
        types = PICTURES if is_picture else get_args(MediaType)
        incoming = await self._run(lambda: _Incoming(self._incoming, self.max_bytes, types))
        try:
            held = bytearray()
            async for piece in stream:
                held += piece
                if len(held) >= CHUNK_BYTES:
                    await self._run(lambda chunk=bytes(held): incoming.write(chunk))  # type: ignore[misc]
                    held.clear()
            await self._run(lambda: incoming.write(bytes(held)))
            stored = await self._run(lambda: incoming.finish(digest, self._path(digest)))
        finally:
            await asyncio.shield(self._run(incoming.discard))
        return await asyncio.wrap_future(self._store.do(lambda connection: insert_row(connection, stored, party)))

    def keep(self, content: bytes) -> StoredFile:
        """Store a file made here, durable when this returns; its row is the caller's (``insert_row``). Blocks."""
        incoming = _Incoming(self._incoming, self.max_bytes, get_args(MediaType))
        try:
            incoming.write(content)
            digest = hashlib.sha256(content).hexdigest()
            return incoming.finish(digest, self._path(digest))
        finally:
            incoming.discard()

    async def open(self, digest: str) -> tuple[StoredFile, BinaryIO]:
        """The file, checked against its digest and open at its start. Raises Refused: not_found, material_damaged."""
        stored = await self.find(digest)
        if stored is None:
            raise Refused(ErrorCode.NOT_FOUND)
        return stored, await self._run(lambda: _open_checked(self._path(digest), stored))

    async def read(self, stream: BinaryIO) -> bytes:
        """The next megabyte of an opened file; empty at its end."""
        return await self._run(lambda: stream.read(CHUNK_BYTES))

    async def find(self, digest: str, uploaded_by: str | None = None) -> StoredFile | None:
        """What is known of a digest; with ``uploaded_by`` only if that party has handed these bytes in itself."""
        return await asyncio.wrap_future(self._store.do(lambda connection: _find(connection, digest, uploaded_by)))

    def absent(
        self, party: str, materials: Iterable[Material], pictures: Iterable[str] = ()
    ) -> "Future[tuple[str, ...]]":
        """The digests that this party has not handed in, or not with that size and type, or not as a picture."""
        claimed, shown = tuple(materials), tuple(pictures)

        def read(connection: Connection) -> tuple[str, ...]:
            missing = []
            for material in claimed:
                stored = _find(connection, material.digest, party)
                if stored is None or (stored.size, stored.media_type) != (material.size, material.media_type):
                    missing.append(material.digest)
            for digest in shown:
                stored = _find(connection, digest, party)
                if stored is None or stored.media_type not in PICTURES:
                    missing.append(digest)
            return tuple(missing)

        return self._store.do(read)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class _Incoming:
    """One file on its way in; used by one thread at a time."""

    def __init__(self, folder: Path, max_bytes: int, types: tuple[MediaType, ...]) -> None:
        self._types = types
        self._path = folder / secrets.token_hex(16)
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._size = 0
        self._media_type: MediaType | None = None
        with _refusing_when_full():
            self._file = open(self._path, "xb", buffering=0, opener=_private)  # noqa: SIM115 - closed in discard

    def write(self, chunk: bytes) -> None:
        if self._media_type is None and chunk:
            self._media_type = sniff(chunk)
            if self._media_type not in self._types:
                raise Refused(ErrorCode.MATERIAL_UNSUPPORTED)
        self._size += len(chunk)
        if self._size > self._max_bytes:
            raise Refused(ErrorCode.MATERIAL_TOO_LARGE, f"more than {self._max_bytes} bytes")
        self._hash.update(chunk)
        with _refusing_when_full():
            view = memoryview(chunk)
            while view:
                view = view[self._file.write(view) :]

    def finish(self, digest: str, target: Path) -> StoredFile:
        if self._media_type is None:
            raise Refused(ErrorCode.MATERIAL_UNSUPPORTED, "empty")
        if self._hash.hexdigest() != digest:
            raise Refused(ErrorCode.MATERIAL_DAMAGED, "the bytes do not have this digest")
        with _refusing_when_full():
            os.fsync(self._file.fileno())
            target.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(self._path, target)
            _sync_folder(target.parent)
            _sync_folder(target.parent.parent)
        return StoredFile(digest, self._size, self._media_type)

    def discard(self) -> None:
        """Close; remove the file unless ``finish`` has given it its name."""
        self._file.close()
        self._path.unlink(missing_ok=True)


class _refusing_when_full:
    """Turns a full disk into Refused(storage_full)."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if isinstance(problem, OSError) and problem.errno in _NO_SPACE:
            raise Refused(ErrorCode.STORAGE_FULL) from problem


def sniff(head: bytes) -> MediaType | None:
    """What a file is by its first bytes; None for anything that may not come in."""
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None)


def insert_row(connection: Connection, stored: StoredFile, party: str) -> bool:
    """Keep that the file is stored and who brought it; True when the file had no row before."""
    now = datetime.now(UTC).isoformat()
    row = (stored.digest, stored.size, stored.media_type, now)
    is_new = connection.execute("INSERT OR IGNORE INTO materials VALUES (?, ?, ?, ?)", row).rowcount == 1
    connection.execute("INSERT OR IGNORE INTO uploads VALUES (?, ?)", (stored.digest, party))
    return is_new


def _find(connection: Connection, digest: str, uploaded_by: str | None) -> StoredFile | None:
    query = "SELECT digest, size, media_type FROM materials WHERE digest = ?"
    if uploaded_by is not None:
        query += " AND EXISTS (SELECT 1 FROM uploads WHERE uploads.digest = materials.digest AND uploaded_by = ?)"
    row = connection.execute(query, (digest,) if uploaded_by is None else (digest, uploaded_by)).fetchone()
    if row is None or row[2] not in get_args(MediaType):
        return None
    return StoredFile(*row)


def _open_checked(path: Path, stored: StoredFile) -> BinaryIO:
    try:
        stream = open(path, "rb")  # noqa: SIM115 - handed to the caller
    except FileNotFoundError:
        raise Refused(ErrorCode.MATERIAL_DAMAGED, "the file is gone") from None
    if hashlib.file_digest(stream, "sha256").hexdigest() != stored.digest:
        stream.close()
        raise Refused(ErrorCode.MATERIAL_DAMAGED, "the file has changed on the disk")
    stream.seek(0)
    return stream


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
