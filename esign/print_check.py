"""Checks a printed notice from a photo or a scan: is its code genuine, and does the paper say what was signed?

A genuine code proves only itself: it could have been copied onto other paper. So each field that it states is looked
for on the paper, and one that differs is named. What the code does not state is not compared: that takes the
electronic original, found by the query code.

A program of its own, `python -m esign.print_check PICTURE... --codes PEM`, for recognition loads slowly and must be one
that can be ended; nothing else of esign imports it.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from esign.errors import BadCode
from esign.findings import found
from esign.issuing import TEST_NAMES
from esign.limits import OutOfTime, limit_process
from esign.paper_fields import compare_fields
from esign.paper_places import FIELDS, Page, in_order, page_of
from esign.paper_reader import (
    LARGEST_PICTURE,
    CodeFound,
    Line,
    Picture,
    codes_in,
    open_picture,
    read_lines,
    upright,
    upright_by_lines,
)
from esign.printcode import PrintedNotice, decode_code
from esign.report import FieldCompared, Finding, Report, verdict_of

__all__ = ["check_print", "main"]

_EXIT = {"valid": 0, "invalid": 1, "cannot_judge": 2}
_LIMITS = (60, 3 * 2**30)  # seconds of CPU; bytes of address space, most of which the recogniser only reserves
_OURS = re.compile(r"[A-Z2-7]{200,}$")  # an advertisement's code on the paper is no forged one
_ENGLISH = {field.name: field.english for field in FIELDS}


@dataclass(frozen=True)
class _Genuine:
    """A genuine code: where it stands, what it says, and whether a test authority's key signed it."""

    code: CodeFound
    printed: PrintedNotice
    is_test: bool


def check_print(picture: bytes, certificates: Sequence[bytes], further: Sequence[bytes] = ()) -> Report:
    """Judge a notice from a JPEG or PNG of each of its pages, at any turn and in any order; one has the code.

    `certificates`: DER certificates of the code keys that are trusted. Valid: the code is genuine and every field of it
    was read and is the same on the paper. Invalid: the code is not genuine, or a field differs. Cannot judge: no
    picture, no code, no certificates, or a field that could not be read, perhaps because its page was left out. Never
    raises on what is in the pictures; takes five to ten seconds of CPU a page.
    """
    opened = [open_picture(data) for data in (picture, *further)]
    pages = [page for page in opened if page is not None]
    if len(pages) < len(opened):
        return _report([_PICTURE_UNREADABLE])
    refused = False
    for index, page in enumerate(pages):
        genuine, looks_like_ours = _genuine_code(page, certificates)
        if genuine is not None:
            others = [upright_by_lines(other) for other in (*pages[:index], *pages[index + 1 :])]
            read = [read_lines(each) for each in (upright(page, genuine.code), *others)]
            return _compared(genuine, read)
        refused = refused or looks_like_ours
    return _report([_CODE_MISSING if not refused else _CODE_FORGED if certificates else _NO_CODE_CERTIFICATES])


def _compared(genuine: _Genuine, pages: Sequence[Sequence[Line]]) -> Report:
    fields = compare_fields(Page(in_order(pages)), genuine.printed)
    notes = [found("test_authority"), _PAPER_SCOPE] if genuine.is_test else [_PAPER_SCOPE]
    count = max((numbers[1] for lines in pages if (numbers := page_of(lines))), default=1)
    if count > len(pages):
        told = f"the notice has {count} pages, {len(pages)} of them were given"
        notes.append(Finding("pages_missing", "note", f"本文书共{count}页，只提供了其中{len(pages)}页", told))
    return _report([_CODE_GENUINE, *_findings(fields), *notes], genuine, fields)


def main(arguments: list[str] | None = None) -> int:
    """Print the report as one line of JSON; 0 when valid, 1 when invalid, 2 when it cannot be judged."""
    parser = argparse.ArgumentParser(prog="python -m esign.print_check", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", nargs="+", metavar="picture", help="JPEG or PNG of a page; - for standard input")
    parser.add_argument("--codes", type=Path, action="append", default=[], help="trusted code certificates (PEM)")
    parser.add_argument("--limited", action="store_true", help="bound processor time (60 s) and address space (3 GiB)")
    options = parser.parse_args(arguments)
    if options.limited:
        limit_process(*_LIMITS)
    try:
        pictures = [_read(name) for name in options.pictures]
        issued = [each for path in options.codes for each in x509.load_pem_x509_certificates(path.read_bytes())]
        report = check_print(pictures[0], [each.public_bytes(Encoding.DER) for each in issued], pictures[1:])
    except (OutOfTime, MemoryError):
        report = _report([_TOOK_TOO_LONG])
    except (OSError, ValueError) as error:
        parser.error(str(error))
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    return _EXIT[report.verdict]


def _read(name: str) -> bytes:
    """All of a file, or as much as shows that it is too large."""
    with sys.stdin.buffer if name == "-" else Path(name).open("rb") as stream:
        return stream.read(LARGEST_PICTURE + 1)


def _genuine_code(page: Picture, certificates: Sequence[bytes]) -> tuple[_Genuine | None, bool]:
    """The first genuine code, and whether one was found that only looks like ours."""
    refused = False
    for code in codes_in(page):
        for certificate in certificates:
            try:
                printed = decode_code(code.text, [certificate])
            except BadCode:
                continue
            names = x509.load_der_x509_certificate(certificate).issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
            return _Genuine(code, printed, any(name.value in TEST_NAMES for name in names)), refused
        refused = refused or _OURS.search(code.text) is not None
    return None, refused


def _findings(fields: Iterable[FieldCompared]) -> list[Finding]:
    findings = []
    for field in fields:
        english = _ENGLISH[field.field]
        match field.verdict:
            case "equal":
                findings.append(
                    Finding("field_equal", "ok", f"{field.label}与签名内容一致", f"the {english} is what was signed")
                )
            case "differs":
                sentence = f"{field.label}与签名内容不符：纸面为“{field.printed}”，签名内容为“{field.signed}”"
                told = f"the {english} differs: the paper says {field.printed!r}, signed was {field.signed!r}"
                findings.append(Finding("field_differs", "error", sentence, told))
            case "unread":
                sentence = f"{field.label}未能看清，签名内容为“{field.signed}”，请人工核对"
                told = f"the {english} could not be read; signed was {field.signed!r}: compare it by eye"
                findings.append(Finding("field_unread", "unknown", sentence, told))
    return findings


def _report(findings: list[Finding], genuine: _Genuine | None = None, fields: Sequence[FieldCompared] = ()) -> Report:
    return Report(
        verdict=verdict_of(findings),
        findings=tuple(findings),
        file_kind="print",
        fields=tuple(fields),
        signer=genuine.printed.authority if genuine else None,
        notice_number=genuine.printed.number if genuine else None,
        notice_title=genuine.printed.kind if genuine else None,
        is_test_authority=genuine is not None and genuine.is_test,
    )


_CODE_GENUINE = Finding(
    "code_genuine",
    "ok",
    "打印码真实，由签发机关的密钥签名，内容没有改动",
    "the printed code is genuine: signed with the authority's key and unchanged",
)
_CODE_FORGED = Finding(
    "code_forged",
    "error",
    "打印码不是本机关签发的，或者内容被改动过",
    "the printed code was not signed by a key known here, or it was altered",
)
_CODE_MISSING = Finding(
    "code_missing",
    "unknown",
    "图片中没有找到可读的打印码，请拍清整页后重试",
    "no readable code in the picture: take the whole page again, sharp and in good light",
)
_NO_CODE_CERTIFICATES = Finding(
    "no_code_certificates",
    "unknown",
    "没有给出可信的打印码证书，无法判断打印码真伪",
    "no trusted code certificate was given, so the code cannot be judged",
)
_PICTURE_UNREADABLE = Finding(
    "picture_unreadable",
    "unknown",
    "不是可读的JPEG或PNG图片，或者尺寸不合适",
    "not a readable JPEG or PNG, or of no usable size",
)
_TOOK_TOO_LONG = Finding(
    "took_too_long",
    "unknown",
    "图片过于复杂，未能在限定时间内核验",
    "the picture could not be checked within the time and memory allowed",
)
_PAPER_SCOPE = Finding(
    "paper_scope",
    "note",
    "只核对了打印码所载的各项；其余内容请凭查询码与电子原件核对",
    "only the fields stated in the code were compared; for the rest look up the electronic original by its query code",
)


if __name__ == "__main__":
    raise SystemExit(main())
