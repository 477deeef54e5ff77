"""What a verification found, as plain values that both clients can show and a journal can keep.

Three verdicts: `valid` (every check passed), `invalid` (at least one check failed), `cannot_judge` (a check could not
be made: the file is unreadable or no trusted root was given). Codes are stable; the Chinese sentences are for people.
"""

from datetime import datetime
from typing import Literal

import msgspec

__all__ = ["Finding", "Report", "Severity", "Verdict"]

Verdict = Literal["valid", "invalid", "cannot_judge"]
Severity = Literal["ok", "note", "unknown", "error"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that was checked.

    `ok` passed, `error` failed, `unknown` could not be checked, `note` does not change the verdict.
    """

    code: str
    severity: Severity
    sentence: str


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
