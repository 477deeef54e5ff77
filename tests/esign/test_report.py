"""A report survives the way through JSON; one error outweighs everything, and nothing checked is nothing proven."""

from datetime import UTC, datetime

import msgspec
import pytest

from esign import Finding, Report
from esign.report import Severity, SignatureFound, Verdict, verdict_of


def test_a_report_is_plain_json() -> None:
    report = Report(
        verdict="valid",
        findings=(Finding("content_unchanged", "ok", "文件内容自盖章后没有改动", "unchanged"),),
        signer="甲局",
        timestamp_time=datetime(2026, 11, 22, tzinfo=UTC),
        is_test_authority=True,
        level="B-LTA",
        file_kind="notice",
        signatures=(SignatureFound(kind="seal", field="Seal1", verdict="valid"),),
    )
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text, type=Report) == report
    assert msgspec.json.decode(text)["findings"][0]["code"] == "content_unchanged"


def test_a_report_of_an_older_program_is_still_read() -> None:
    old = {"verdict": "invalid", "findings": [{"code": "no_seal", "severity": "error", "sentence": "没有印章"}]}
    report = msgspec.convert(old, Report)
    assert (report.findings[0].english, report.level, report.signatures) == ("", None, ())


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        (("ok", "note"), "valid"),
        (("ok", "unknown"), "cannot_judge"),
        (("ok", "unknown", "error"), "invalid"),
        (("note",), "cannot_judge"),
        ((), "cannot_judge"),
    ],
)
def test_the_gravest_finding_decides(severities: tuple[Severity, ...], verdict: Verdict) -> None:
    assert verdict_of(Finding(severity, severity, "") for severity in severities) == verdict
