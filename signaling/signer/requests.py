"""What travels between the hall's server and the signing process: five requests, their answers, and the frames.

The requests are narrow on purpose: whoever may speak here can have a draft made of anything, but sealed is only what
the journal bears out. A frame is its length (4 bytes, big endian) and one struct as msgpack.
"""

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from signaling.hall.orders import NoticeOrder
from signaling.protocol.values import NoticeKind
from signaling.signer.custody import Status
from signaling.signer.entries import Level

MAX_REQUEST_BYTES = 4 << 20
MAX_ANSWER_BYTES = 64 << 20
_LENGTH_BYTES = 4
_LONGEST_ADDRESS = 108


class Draft(msgspec.Struct, frozen=True, tag=True):
    """Render this notice unsealed, for the reviewer's eyes. Needs no key and leaves no trace."""

    order: NoticeOrder


class Seal(msgspec.Struct, frozen=True, tag=True):
    """Seal the notice whose ``NoticeOrdered`` is row ``seq`` of the journal, with this hash. Safe to repeat."""

    notice_id: str
    case_id: str
    seq: int
    hash: str


class Issued(msgspec.Struct, frozen=True, tag=True):
    """What is known of a notice by one of these; the empty ones do not count."""

    query_code: str = ""
    number: str = ""
    digest: str = ""


class Seals(msgspec.Struct, frozen=True, tag=True):
    """The register and the roots to trust."""


class CodeCertificates(msgspec.Struct, frozen=True, tag=True):
    """The certificates by which printed codes are checked."""


Request = Draft | Seal | Issued | Seals | CodeCertificates


class Drafted(msgspec.Struct, frozen=True, tag=True):
    """The unsealed notice. Its SHA-256 is what the reviewer approves."""

    pdf: bytes


class Sealed(msgspec.Struct, frozen=True, tag=True):
    """The sealed notice, the same bytes every time. ``digest`` and ``base_digest`` are SHA-256 in hex."""

    pdf: bytes
    digest: str
    base_digest: str
    sealed_at: datetime
    seal_id: str
    level: Level


class Pending(msgspec.Struct, frozen=True, tag=True):
    """Sealed and kept, but nothing is handed out before timestamp and revocation data are in it: ask again.

    ``code``: ``timestamp_pending`` or ``revocation_pending``.
    """

    code: str


class NotSealed(msgspec.Struct, frozen=True, tag=True):
    """Refused or failed. ``sentence`` may name a field of the notice: for the reviewer, not for the log."""

    code: str
    sentence: str


class IssuedRecord(msgspec.Struct, frozen=True):
    """A notice that was handed out. ``digests`` are those of every version, the issued one first."""

    notice_id: str
    number: str
    kind: NoticeKind
    case_id: str
    query_code: str
    base_digest: str
    seal_id: str
    sealed_at: datetime
    digests: tuple[str, ...]


class IssuedRecords(msgspec.Struct, frozen=True, tag=True):
    """All that fit; usually one or none."""

    records: tuple[IssuedRecord, ...]


class SealSummary(msgspec.Struct, frozen=True):
    """A seal of the register as anyone may know it."""

    seal_id: str
    authority: str
    stamp: str
    is_test: bool
    status: Status
    since: datetime
    until: datetime


class SealRegister(msgspec.Struct, frozen=True, tag=True):
    """All seals in the order they were registered; ``trust_roots``: PEM certificates, one after the other."""

    seals: tuple[SealSummary, ...]
    trust_roots: str


class Certificates(msgspec.Struct, frozen=True, tag=True):
    """DER certificates."""

    certificates: tuple[bytes, ...]


Answer = Drafted | Sealed | Pending | NotSealed | IssuedRecords | SealRegister | Certificates

_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
T = TypeVar("T")


class BadFrame(Exception):
    """Too long, cut off, or no struct of ours."""


class Reader(Protocol):
    """Where frames come from: asyncio's stream, or anything with its ``readexactly``."""

    async def readexactly(self, count: int, /) -> bytes: ...


@contextlib.contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """The address of a Unix socket, also where the path is longer than the 107 bytes that ``unix(7)`` allows."""
    if len(os.fsencode(path)) < _LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def frame(said: Request | Answer) -> bytes:
    """The bytes of one request or answer."""
    body = msgspec.msgpack.encode(said)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


async def read_request(stream: Reader) -> Request:
    """The next request. Raises BadFrame; EOFError (IncompleteReadError) at the end of the stream."""
    return _decoded(_requests, await _read(stream, MAX_REQUEST_BYTES))


async def read_answer(stream: Reader) -> Answer:
    """The next answer. Raises BadFrame; EOFError (IncompleteReadError) at the end of the stream."""
    return _decoded(_answers, await _read(stream, MAX_ANSWER_BYTES))


async def _read(stream: Reader, most: int) -> bytes:
    length = int.from_bytes(await stream.readexactly(_LENGTH_BYTES), "big")
    if length > most:
        raise BadFrame(f"{length} bytes are more than {most}")
    return await stream.readexactly(length)


def _decoded(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as problem:
        raise BadFrame(str(problem)) from None
