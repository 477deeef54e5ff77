"""A report survives the way through JSON."""

from datetime import UTC, datetime

import msgspec

from esign import Finding, Report


def test_a_report_is_plain_json() -> None:
    report = Report(
        verdict="valid",
        findings=(Finding("content_unchanged", "ok", "文件内容自盖章后没有改动"),),
        signer="甲局",
        timestamp_time=datetime(2026, 11, 22, tzinfo=UTC),
        is_test_authority=True,
    )
    text = msgspec.json.encode(report)
    assert msgspec.json.decode(text, type=Report) == report
    assert msgspec.json.decode(text)["findings"][0]["code"] == "content_unchanged"
