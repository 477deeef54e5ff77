"""Genuine notices are valid; every manipulation, known attack and random damage is not, and nothing ever raises."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pypdf import PdfWriter

from esign import Report, Seal, make_test_authority, render_notice, seal_notice, verify_notice
from esign.der import content_of, sequence, split, tlv
from esign.verify import LARGEST_FILE

pytestmark = pytest.mark.slow


Attack = Callable[[bytes], bytes]


def _codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def test_both_notices_are_valid_and_say_what_was_checked(
    acceptance: Callable[..., Any], correction: Callable[..., Any], seal: Seal
) -> None:
    for facts in (acceptance(), correction()):
        before = datetime.now(UTC).replace(microsecond=0)
        report = verify_notice(seal_notice(render_notice(facts), seal, before), [seal.root_pem])
        assert report.verdict == "valid"
        checked = {"content_unchanged", "seal_genuine", "issuer_trusted", "timestamp_trusted"}
        assert _codes(report) == checked | {"test_authority"}
        assert (report.notice_number, report.signer) == (facts.number, facts.authority)
        assert report.seal_name == "北京市通州区政务服务管理局行政审批专用章"
        assert report.is_test_authority
        assert report.signing_time == before
        assert report.timestamp_time is not None
        assert timedelta() <= report.timestamp_time - before < timedelta(seconds=60)


def test_the_right_root_is_found_among_several(sealed: bytes, seal: Seal, issuer_type: Any) -> None:
    assert verify_notice(sealed, [issuer_type("another").root_pem, seal.root_pem]).verdict == "valid"


def test_without_a_root_nothing_is_valid(sealed: bytes) -> None:
    report = verify_notice(sealed, [])
    assert report.verdict == "cannot_judge"
    assert {"content_unchanged", "seal_genuine", "issuer_not_judged", "timestamp_not_judged"} <= _codes(report)
    assert verify_notice(sealed, [b"not a certificate"]).verdict == "cannot_judge"
    assert verify_notice(sealed + b"x", []).verdict == "invalid"


def test_a_claimed_time_far_from_the_timestamp_is_noted(notice_pdf: bytes, seal: Seal) -> None:
    report = verify_notice(seal_notice(notice_pdf, seal, datetime(2026, 1, 1, tzinfo=UTC)), [seal.root_pem])
    assert report.verdict == "valid"
    assert "times_apart" in _codes(report)


def test_years_later_the_timestamps_own_end_counts(sealed: bytes, seal: Seal) -> None:
    now = datetime.now(UTC)
    assert verify_notice(sealed, [seal.root_pem], now + timedelta(days=3600)).verdict == "valid"
    late = verify_notice(sealed, [seal.root_pem], now + timedelta(days=3700))
    assert "timestamp_issuer_unknown" in _codes(late)


def _update(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _annotation(kind: str) -> Attack:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        while page["/Type"] == "/Pages":
            page = page["/Kids"][0]
        box = generic.ArrayObject([generic.NumberObject(number) for number in (100, 600, 500, 700)])
        entries = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name(kind), "/Rect": box, "/F": generic.NumberObject(4)}
        entries["/Contents"] = generic.TextStringObject("承诺办结日期：2036年12月4日")
        note = generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()})
        page["/Annots"] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(note)])
        writer.update_container(page)

    return lambda pdf: _update(pdf, change)


def _root(key: str, value: generic.PdfObject | None) -> Attack:
    def change(writer: IncrementalPdfFileWriter) -> None:
        if value is None:
            del writer.root[key]
        else:
            writer.root[key] = value
        writer.update_root()

    return lambda pdf: _update(pdf, change)


def _new_field(pdf: bytes) -> bytes:
    return _update(pdf, lambda writer: append_signature_field(writer, SigFieldSpec("Seal2", box=(90, 500, 500, 800))))


def _signature_emptied(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        del field["/V"]
        writer.update_container(field)

    return _update(pdf, change)


def _page_content(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"0 0 600 900 re f"))
        writer.update_container(page)

    return _update(pdf, change)


def _saved_anew(pdf: bytes) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf))
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _range(replacement: Callable[[list[int]], str]) -> Attack:
    """Write another ByteRange of the same length."""

    def change(pdf: bytes) -> bytes:
        found = re.search(rb"/ByteRange \[([\d ]+)\]", pdf)
        assert found is not None
        numbers = [int(number) for number in found[1].split()]
        text = replacement(numbers).encode("ascii")
        return pdf[: found.start()] + text.ljust(len(found[0])) + pdf[found.end() :]

    return change


def _contents(replacement: Callable[[bytes], bytes]) -> Attack:
    """Exchange the hex digits of /Contents, keeping their number."""

    def change(pdf: bytes) -> bytes:
        found = re.search(rb"/Contents <([0-9A-F]{8000,})>", pdf)
        assert found is not None
        digits = replacement(found[1])
        return pdf[: found.start(1)] + digits.ljust(len(found[1]), b"0") + pdf[found.end(1) :]

    return change


def _cms(change: Callable[[list[bytes]], list[bytes]]) -> Attack:
    """Take the only SignerInfo apart and put it together again."""

    def rebuilt(digits: bytes) -> bytes:
        raw = bytes.fromhex(digits.decode("ascii"))
        size = int.from_bytes(raw[2:4], "big") + 4
        oid, wrapped = split(content_of(raw[:size]))
        *head, signers = split(content_of(content_of(wrapped)))
        parts = split(content_of(content_of(signers)))
        signed = sequence(*head, tlv(0x31, sequence(*change(parts))))
        return sequence(oid, tlv(0xA0, signed)).hex().upper().encode("ascii")

    return _contents(rebuilt)


ATTACKS: dict[str, Attack] = {
    "one byte appended": lambda pdf: pdf + b"\n",
    "comment and second end appended": lambda pdf: pdf + b"% new\n%%EOF\n",
    "bytes before the header": lambda pdf: b"\n" + pdf,
    "last byte cut": lambda pdf: pdf[:-1],
    "cut in the middle": lambda pdf: pdf[: len(pdf) // 2],
    "seal revision cut off": lambda pdf: pdf[: pdf.index(b"%%EOF") + 6],
    "byte of the text changed": lambda pdf: pdf.replace(b"\x78\x9c", b"\x78\x9d", 1) if b"\x78\x9c" in pdf else b"",
    "number changed in the document information": lambda pdf: pdf.replace(b"0030003100320033", b"0030003900320033", 1),
    "free text annotation": _annotation("/FreeText"),
    "stamp annotation": _annotation("/Stamp"),
    "highlight annotation": _annotation("/Highlight"),
    "new signature field over the text": _new_field,
    "page content replaced": _page_content,
    "signature emptied": _signature_emptied,
    "permissions removed": _root("/Perms", None),
    "form removed": _root("/AcroForm", None),
    "script added": _root("/OpenAction", generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript")})),
    "saved anew by another program": _saved_anew,
    "ByteRange null": _range(lambda n: "/ByteRange null"),
    "ByteRange empty": _range(lambda n: "/ByteRange []"),
    "ByteRange zero": _range(lambda n: "/ByteRange [0 0 0 0]"),
    "ByteRange negative": _range(lambda n: f"/ByteRange [0 {n[1]} -{n[2] // 10} {n[3]}]"),
    "ByteRange swapped": _range(lambda n: f"/ByteRange [{n[2]} {n[3]} 0 {n[1]}]"),
    "ByteRange shortened": _range(lambda n: f"/ByteRange [0 {n[1]} {n[2]} {n[3] - 1}]"),
    "ByteRange missing": _range(lambda n: "/ByteRangf [0 0 0 0]"),
    "contents zero": _contents(lambda digits: b"0"),
    "contents in lower case": _contents(lambda digits: digits.lower()),
    "padding used": _contents(lambda digits: digits[:-4] + b"BEEF"),
    "timestamp removed": _cms(lambda parts: parts[:-1]),
    "timestamp doubled": _cms(lambda parts: [*parts[:-1], tlv(0xA1, content_of(parts[-1]) * 2)]),
    "signature value emptied": _cms(lambda parts: [*parts[:5], tlv(0x04, b""), *parts[6:]]),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_no_manipulation_passes(name: str, sealed: bytes, seal: Seal) -> None:
    attacked = ATTACKS[name](sealed)
    assert attacked != sealed
    report = verify_notice(attacked, [seal.root_pem])
    assert report.verdict != "valid"
    assert any(finding.severity in {"error", "unknown"} for finding in report.findings)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("one byte appended", "not_fully_covered"),
        ("free text annotation", "later_revisions"),
        ("seal revision cut off", "no_seal"),
        ("number changed in the document information", "content_changed"),
        ("timestamp removed", "timestamp_missing"),
        ("padding used", "signature_malformed"),
    ],
)
def test_the_reason_is_named(name: str, code: str, sealed: bytes, seal: Seal) -> None:
    report = verify_notice(ATTACKS[name](sealed), [seal.root_pem])
    assert report.verdict == "invalid"
    assert code in _codes(report)


def test_a_forged_authority_of_the_same_name_is_unknown(
    notice_pdf: bytes, seal: Seal, tmp_path: Any, issuer_type: Any
) -> None:
    forged = make_test_authority(tmp_path / "forged", seal.design.organisation)
    for forger in (forged, issuer_type().seal(), issuer_type("Unknown Root").seal()):
        pdf = seal_notice(notice_pdf, forger, datetime.now(UTC))
        assert verify_notice(pdf, [forger.root_pem]).verdict == "valid"
        report = verify_notice(pdf, [seal.root_pem])
        assert report.verdict == "invalid"
        assert {"issuer_unknown", "timestamp_issuer_unknown"} <= _codes(report)


def test_a_timestamp_of_another_signature_does_not_count(notice_pdf: bytes, sealed: bytes, seal: Seal) -> None:
    stolen: list[bytes] = []
    _cms(lambda parts: stolen.append(parts[-1]) or parts)(seal_notice(notice_pdf, seal, datetime.now(UTC)))
    report = verify_notice(_cms(lambda parts: [*parts[:-1], stolen[0]])(sealed), [seal.root_pem])
    assert report.verdict == "invalid"
    assert "timestamp_invalid" in _codes(report)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\x89PNG\r\n", "not_a_pdf"),
        (b"%PDF-1.7\n", "unreadable"),
        (b"%PDF-1.7\n" + b"[" * 100_000, "unreadable"),
        (b"%PDF-1.7" + bytes(LARGEST_FILE), "too_large"),
    ],
    ids=["empty", "png", "header", "nesting", "large"],
)
def test_what_is_no_notice_cannot_be_judged(data: bytes, code: str, seal: Seal) -> None:
    report = verify_notice(data, [seal.root_pem])
    assert (report.verdict, _codes(report)) == ("cannot_judge", {code})


def test_an_unsealed_notice_is_not_valid_but_names_its_number(notice_pdf: bytes, seal: Seal) -> None:
    report = verify_notice(notice_pdf, [seal.root_pem])
    assert (report.verdict, _codes(report)) == ("invalid", {"no_seal"})
    assert report.notice_number == "京通政务受〔2026〕000123号"


def test_an_encrypted_file_cannot_be_judged(notice_pdf: bytes, seal: Seal) -> None:
    writer = PdfWriter(clone_from=BytesIO(notice_pdf))
    writer.encrypt("secret", algorithm="AES-256")
    output = BytesIO()
    writer.write(output)
    assert verify_notice(output.getvalue(), [seal.root_pem]).verdict == "cannot_judge"


def test_no_random_flip_passes_anywhere(sealed: bytes, seal: Seal) -> None:
    chance = random.Random(20261122)  # noqa: S311 - positions to damage, no secret
    start = sealed.index(b"/Contents <") + 11
    positions = [chance.randrange(len(sealed)) for _ in range(120)]
    positions += [chance.randrange(start, start + 8192) for _ in range(80)]
    for position in positions:
        damaged = bytearray(sealed)
        damaged[position] ^= 1 << chance.randrange(8)
        assert verify_notice(bytes(damaged), [seal.root_pem]).verdict != "valid", position


def test_no_random_cut_or_insertion_passes(sealed: bytes, seal: Seal) -> None:
    chance = random.Random(7)  # noqa: S311 - positions to damage, no secret
    for _ in range(25):
        start = chance.randrange(len(sealed))
        end = min(len(sealed), start + chance.randrange(1, 400))
        for damaged in (sealed[:start] + sealed[end:], sealed[:start] + bytes(end - start) + sealed[end:]):
            assert damaged == sealed or verify_notice(damaged, [seal.root_pem]).verdict != "valid"
