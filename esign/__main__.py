"""`python -m esign verify FILE [--trust PEM] [--json]`: says in plain words whether a notice is genuine.

Leaves with 0 when valid, 1 when invalid, 2 when it cannot be judged or the file cannot be read.
"""

import argparse
import sys
from datetime import timedelta, timezone
from pathlib import Path

import msgspec

from esign.report import Report
from esign.verify import verify_notice

_OFFICIAL_TIME = timezone(timedelta(hours=8))  # notices speak of China Standard Time, so does what is said of them
_EXIT = {"valid": 0, "invalid": 1, "cannot_judge": 2}
_HEADINGS = {
    "valid": "真实有效：由下列单位盖章，盖章后没有改动。\nVALID: sealed by the authority below, unchanged since.",
    "invalid": "不是有效的通知书：请勿采信。\nINVALID: do not rely on this file.",
    "cannot_judge": "无法判断：不能证明真，也不能证明假。\nCANNOT JUDGE: neither proven nor disproven.",
}
_SIGNS = {"ok": "[是]", "error": "[否]", "unknown": "[？]", "note": "[注]"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="./hall", description="核验电子签章的通知书 / verify a sealed notice")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="核验一份PDF / verify one PDF")
    verify.add_argument("file", type=Path)
    verify.add_argument("--trust", type=Path, action="append", default=[], help="受信任的根证书 (PEM)")
    verify.add_argument("--json", action="store_true", help="输出JSON / print the report as JSON")
    options = parser.parse_args(arguments)
    try:
        pdf = options.file.read_bytes()
        roots = [path.read_bytes() for path in options.trust]
    except OSError as error:
        sys.stderr.write(f"无法读取文件 / cannot read the file: {error.filename}: {error.strerror}\n")
        return 2
    report = verify_notice(pdf, roots)
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n" if options.json else _in_words(report))
    return _EXIT[report.verdict]


def _in_words(report: Report) -> str:
    lines = [_HEADINGS[report.verdict], ""]
    lines += [f"  {_SIGNS[finding.severity]} {finding.sentence}" for finding in report.findings]
    stamped = report.timestamp_time and report.timestamp_time.astimezone(_OFFICIAL_TIME)
    facts = (
        ("文书名称", report.notice_title),
        ("文书编号", report.notice_number),
        ("盖章单位", report.signer),
        ("印章名称", report.seal_name),
        (
            "盖章时间",
            stamped and stamped.strftime("%Y-%m-%d %H:%M:%S %z"),
        ),
    )
    known = [f"  {label}：{value}" for label, value in facts if value]
    return "\n".join([*lines, *([""] if known else []), *known]) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
