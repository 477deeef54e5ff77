"""What a verification found, as plain values that both clients can show and a journal can keep.

Three verdicts: `valid` (every check passed), `invalid` (at least one check failed), `cannot_judge` (a check could not
be made: the file is unreadable or no trusted root was given). Codes are stable; the sentences are for people.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

__all__ = [
    "FieldCompared",
    "FileKind",
    "Finding",
    "Level",
    "Report",
    "Severity",
    "SignatureFound",
    "Verdict",
    "verdict_of",
]

Verdict = Literal["valid", "invalid", "cannot_judge"]
Severity = Literal["ok", "note", "unknown", "error"]
Level = Literal["B-B", "B-T", "B-LT", "B-LTA"]
"""What a PAdES signature carries (ETSI EN 319 142-1): nothing more, a time, revocation data, an archive timestamp."""
FileKind = Literal["notice", "pdf", "ofd", "print"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that was checked, said in Chinese (`sentence`) and in English.

    `ok` passed, `error` failed, `unknown` could not be checked, `note` does not change the verdict.
    """

    code: str
    severity: Severity
    sentence: str
    english: str = ""


class SignatureFound(msgspec.Struct, frozen=True, kw_only=True):
    """One signature, seal or timestamp in the file, as far as it could be read; names come from its certificate."""

    kind: Literal["seal", "approval", "certification", "timestamp"]
    field: str
    verdict: Verdict
    signer: str | None = None
    signing_time: datetime | None = None  # claimed by the signer
    timestamp_time: datetime | None = None  # attested by a timestamp


class FieldCompared(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a printed notice: what its code says, what was read on the paper, and the place itself as a PNG."""

    field: str
    label: str
    signed: str
    printed: str  # "" when the place was not found
    verdict: Literal["equal", "differs", "unread"]
    crop: bytes = b""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict with its reasons. What was not reached is None; names come from the seal's certificate."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    signer: str | None = None  # the organisation
    seal_name: str | None = None
    signing_time: datetime | None = None  # claimed by the signer
    timestamp_time: datetime | None = None  # attested by the timestamp
    notice_number: str | None = None
    notice_title: str | None = None  # 受理通知书, 不予受理通知书 ...; only for a template of ours
    is_test_authority: bool = False
    level: Level | None = None  # what the file carries; only a valid report says that it holds
    file_kind: FileKind | None = None
    signatures: tuple[SignatureFound, ...] = ()
    fields: tuple[FieldCompared, ...] = ()  # of a printed notice


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """One error makes it invalid; else one thing unknown leaves it unjudged; else it is valid."""
    severities = {finding.severity for finding in findings}
    if "error" in severities:
        return "invalid"
    return "cannot_judge" if "unknown" in severities or "ok" not in severities else "valid"
