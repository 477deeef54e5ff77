"""What the log of the signing process keeps: every act of custody and every use of a seal, in the order it happened.

The register of seals and the grants are nothing but these entries applied in order (``custody``), so the chain over
them proves the register too. An on-disk format: add optional fields, never change or remove one.
"""

from datetime import datetime
from typing import Literal

import msgspec

from signaling.protocol.values import NoticeKind

Level = Literal["B-B", "B-LTA"]
"""PAdES level of a sealed notice: B-B until the timestamp and the revocation data could be added."""

EVERYBODY = "*"
"""As the person of a grant: everybody who is enrolled, and the hall itself."""


class SealRegistered(msgspec.Struct, frozen=True, tag=True):
    """A seal entered the register. ``kinds`` empty: any kind of notice. ``certificate`` is the SHA-256 of its DER."""

    seal_id: str
    authority: str
    stamp: str
    is_test: bool
    certificate: str
    serial: str
    since: datetime
    until: datetime
    persons_needed: Literal[1, 2] = 1
    kinds: tuple[NoticeKind, ...] = ()


class GrantGiven(msgspec.Struct, frozen=True, tag=True):
    """A person may use a seal for these kinds of notice (none named: all of the seal's) in this time."""

    seal_id: str
    person: str
    kinds: tuple[NoticeKind, ...]
    since: datetime
    until: datetime
    given_by: str


class GrantWithdrawn(msgspec.Struct, frozen=True, tag=True):
    """Every grant of this person for this seal ends now."""

    seal_id: str
    person: str
    reason: str = ""


class SealSuspended(msgspec.Struct, frozen=True, tag=True):
    """The seal may not be used from now on, until it is resumed."""

    seal_id: str
    reason: str


class SealResumed(msgspec.Struct, frozen=True, tag=True):
    """A suspended seal may be used again."""

    seal_id: str
    reason: str


class SealRevoked(msgspec.Struct, frozen=True, tag=True):
    """The seal is never used again."""

    seal_id: str
    reason: str


class SealUsed(msgspec.Struct, frozen=True, tag=True):
    """The seal stands on a notice. Digests are SHA-256, of the unsealed base and of the sealed file of that moment.

    ``certificate_serial`` and ``tsa_serial`` are the serial numbers (hex) of the seal's and the time authority's
    certificates; the latter is empty as long as there is no timestamp. ``journal_seq`` is the order's row.
    """

    notice_id: str
    number: str
    kind: NoticeKind
    case_id: str
    seal_id: str
    persons: tuple[str, ...]
    base_digest: str
    digest: str
    level: Level
    certificate_serial: str
    tsa_serial: str
    journal_seq: int
    journal_hash: str


class SealRefused(msgspec.Struct, frozen=True, tag=True):
    """A use that was asked for and not allowed."""

    notice_id: str
    case_id: str
    seal_id: str
    persons: tuple[str, ...]
    code: str


class NoticeExtended(msgspec.Struct, frozen=True, tag=True):
    """A sealed file got its timestamp and proofs, or newer ones; the bytes before them are untouched."""

    notice_id: str
    number: str
    version: int
    digest: str
    level: Level
    tsa_serial: str


class NoticeDiscarded(msgspec.Struct, frozen=True, tag=True):
    """A sealed file that nobody was given is set aside: its seal was revoked before the timestamp could be added."""

    notice_id: str
    digest: str
    reason: str


class TwinMade(msgspec.Struct, frozen=True, tag=True):
    """An OFD twin of an issued notice was sealed with the national seal of the same office."""

    notice_id: str
    number: str
    digest: str
    certificate_serial: str


class HeadStamped(msgspec.Struct, frozen=True, tag=True):
    """The log's head at entry ``seq`` was timestamped: ``token`` is an RFC 3161 token over ``head`` (32 bytes, hex)."""

    seq: int
    head: str
    token: bytes


class JournalAccepted(msgspec.Struct, frozen=True, tag=True):
    """Somebody vouches for a hall journal other than the one seen so far (restored from a backup)."""

    seq: int
    head: str
    reason: str


CustodyEntry = SealRegistered | GrantGiven | GrantWithdrawn | SealSuspended | SealResumed | SealRevoked
"""What changes who may use which seal."""

LogEntry = (
    CustodyEntry | SealUsed | SealRefused | NoticeExtended | NoticeDiscarded | TwinMade | HeadStamped | JournalAccepted
)
