"""`python -m esign verify FILE`: says in plain words, Chinese and English, whether a document is genuine.

Notices of ours, other people's PDF and OFD files, photographs of printed notices; `-` reads from standard input. Leaves
with 0 when valid, 1 when invalid, 2 when it cannot be judged or not be read.
"""

import argparse
import subprocess
import sys
from datetime import timedelta, timezone
from pathlib import Path

import msgspec

from esign.limits import OutOfTime, limit_process
from esign.report import Finding, Report
from esign.upload import verify_upload
from esign.verify import LARGEST_FILE, unjudged, verify_notice

_OFFICIAL_TIME = timezone(timedelta(hours=8))  # notices speak of China Standard Time, so does what is said of them
_EXIT = {"valid": 0, "invalid": 1, "cannot_judge": 2}
_HEADINGS = {
    "valid": "真实有效：由下列单位盖章或签名，此后没有改动。\nVALID: sealed or signed as named below, unchanged since.",
    "invalid": "不是有效的文件：请勿采信。\nINVALID: do not rely on this file.",
    "cannot_judge": "无法判断：不能证明真，也不能证明假。\nCANNOT JUDGE: neither proven nor disproven.",
}
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n")
_SIGNS = {"ok": "[是]", "error": "[否]", "unknown": "[？]", "note": "[注]"}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(prog="./hall", description="核验电子签章的通知书 / verify a sealed notice")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="核验一份文件 / verify one file")
    verify.add_argument("file", help="文件；- 为标准输入 / the file, - for standard input")
    verify.add_argument("--trust", type=Path, action="append", default=[], help="受信任的根证书 / trusted roots (PEM)")
    verify.add_argument(
        "--as",
        dest="kind",
        choices=("auto", "notice", "upload", "print"),
        default="auto",
        help="按本系统通知书(notice)、一般文件(upload)或打印件照片(print)核验 / "
        "check as a notice of ours, as any file, or as a picture of a printed notice",
    )
    verify.add_argument(
        "--code-certificates", type=Path, action="append", default=[], help="二维码证书 / of printed codes"
    )
    verify.add_argument("--json", action="store_true", help="输出JSON / print the report as JSON")
    verify.add_argument(
        "--limited",
        action="store_true",
        help="限制处理时间和内存 / bound processor time (5 s) and memory (512 MiB); more for a picture",
    )
    options = parser.parse_args(arguments)
    try:
        data = _read(options.file)
        roots = [path.read_bytes() for path in options.trust]
    except OSError as error:
        sys.stderr.write(f"无法读取文件 / cannot read the file: {error.filename}: {error.strerror}\n")
        return 2
    report = _judge(data, roots, options)
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n" if options.json else _in_words(report))
    return _EXIT[report.verdict]


def _read(file: str) -> bytes:
    """All of a file, or as much as shows that it is too large."""
    if file == "-":
        return sys.stdin.buffer.read(LARGEST_FILE + 1)
    with Path(file).open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def _judge(data: bytes, roots: list[bytes], options: argparse.Namespace) -> Report:
    if options.kind == "print" or (options.kind == "auto" and data.startswith(_PICTURES)):
        return _judge_picture(data, options)
    try:
        if options.limited:
            limit_process(5, 2**29)
        return verify_notice(data, roots) if options.kind == "notice" else verify_upload(data, roots)
    except (OutOfTime, MemoryError):
        return unjudged("took_too_long")


def _judge_picture(data: bytes, options: argparse.Namespace) -> Report:
    """By the program that reads paper: only who has a picture pays for loading its models."""
    command = [sys.executable, "-m", "esign.print_check", "-", *(["--limited"] if options.limited else [])]
    for path in options.code_certificates:
        command += ["--codes", str(path)]
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own program
    return msgspec.json.decode(done.stdout, type=Report) if done.stdout else unjudged("took_too_long")


def _in_words(report: Report) -> str:
    lines = [_HEADINGS[report.verdict], ""]
    for finding in report.findings:
        lines += _two_lines(finding)
    stamped = report.timestamp_time and report.timestamp_time.astimezone(_OFFICIAL_TIME)
    facts = (
        ("文书名称 title", report.notice_title),
        ("文书编号 number", report.notice_number),
        ("盖章单位 authority", report.signer),
        ("印章名称 seal", report.seal_name),
        ("盖章时间 sealed at", stamped and stamped.strftime("%Y-%m-%d %H:%M:%S %z")),
        ("签名等级 level", report.level),
    )
    known = [f"  {label}：{value}" for label, value in facts if value]
    return "\n".join([*lines, *([""] if known else []), *known]) + "\n"


def _two_lines(finding: Finding) -> list[str]:
    said = [f"  {_SIGNS[finding.severity]} {finding.sentence}"]
    return [*said, f"       {finding.english}"] if finding.english else said


if __name__ == "__main__":
    raise SystemExit(main())
