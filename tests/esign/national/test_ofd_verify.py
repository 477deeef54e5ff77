"""Whole files: everything that was tried to get a changed one past the check, and files that must not be refused."""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from esign.national import NationalSeal, verify_ofd
from esign.report import Report

SIGN = "Doc_0/Signs/Sign_0"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
LIST = "Doc_0/Signs/Signatures.xml"


def codes(report: Report, *severities: str) -> set[str]:
    return {finding.code for finding in report.findings if finding.severity in severities}


def problems(report: Report) -> set[str]:
    return codes(report, "error", "unknown")


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.fixture
def judged(national_seal: NationalSeal, now: datetime) -> Callable[..., Report]:
    def run(data: bytes, *roots: bytes) -> Report:
        return verify_ofd(data, list(roots) or [national_seal.roots_pem], now)

    return run


def removed(ofd: Any, name: str) -> bytes:
    del ofd.parts[name]
    data: bytes = ofd.pack()
    return data


def without_reference(ofd: Any) -> bytes:
    text = ofd.parts[f"{SIGN}/Signature.xml"].decode()
    start = text.index(f'<ofd:Reference FileRef="/{PAGE}">')
    end = text.index("</ofd:Reference>", start) + len("</ofd:Reference>")
    ofd.parts[f"{SIGN}/Signature.xml"] = (text[:start] + text[end:]).encode()
    data: bytes = ofd.pack()
    return data


def with_part(ofd: Any, name: str, data: bytes) -> bytes:
    ofd.parts[name] = data
    packed: bytes = ofd.pack()
    return packed


MANIPULATIONS: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "text changed": (lambda ofd: ofd.replace(PAGE, "受理通知书", "准予通知书").pack(), "ofd_part_changed"),
    "one blank in the page": (lambda ofd: ofd.replace(PAGE, "<ofd:Page ", "<ofd:Page  ").pack(), "ofd_part_changed"),
    "font changed": (
        lambda ofd: with_part(ofd, next(name for name in ofd.parts if name.endswith(".otf")), b"font"),
        "ofd_part_changed",
    ),
    "title changed": (lambda ofd: ofd.replace("OFD.xml", "000123", "000124").pack(), "ofd_part_changed"),
    "stamp moved": (
        lambda ofd: ofd.replace(f"{SIGN}/Signature.xml", 'Boundary="1', 'Boundary="2').pack(),
        "ofd_description_changed",
    ),
    "stamp on another page": (
        lambda ofd: ofd.replace(f"{SIGN}/Signature.xml", 'PageRef="', 'PageRef="1').pack(),
        "ofd_description_changed",
    ),
    "signature bit": (
        lambda ofd: with_part(
            ofd,
            f"{SIGN}/SignedValue.dat",
            flipped(ofd.parts[f"{SIGN}/SignedValue.dat"], len(ofd.parts[f"{SIGN}/SignedValue.dat"]) - 1),
        ),
        "ofd_signature_forged",
    ),
    "signature removed": (lambda ofd: removed(ofd, f"{SIGN}/SignedValue.dat"), "ofd_unreadable"),
    "description removed": (lambda ofd: removed(ofd, f"{SIGN}/Signature.xml"), "ofd_unreadable"),
    "page removed": (lambda ofd: removed(ofd, PAGE), "ofd_part_missing"),
    "part added": (lambda ofd: with_part(ofd, "Doc_0/Annots/Page_0/Annot.xml", b"<a/>"), "ofd_part_not_covered"),
    "part beside the signature": (lambda ofd: with_part(ofd, f"{SIGN}/more.xml", b"<a/>"), "ofd_part_not_covered"),
    "reference dropped": (without_reference, "ofd_description_changed"),
    "list emptied": (
        lambda ofd: with_part(ofd, LIST, b'<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016"/>'),
        "ofd_no_seal",
    ),
    "list unlinked": (
        lambda ofd: ofd.replace("OFD.xml", "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>", "").pack(),
        "ofd_no_seal",
    ),
    "listed twice": (
        lambda ofd: ofd.replace(LIST, "</ofd:Signatures>", "<ofd:Signature/></ofd:Signatures>").pack(),
        "ofd_unsafe",
    ),
    "path out of the container": (
        lambda ofd: ofd.replace(f"{SIGN}/Signature.xml", f'FileRef="/{PAGE}"', 'FileRef="/../../etc/passwd"').pack(),
        "ofd_unsafe",
    ),
    "second document": (
        lambda ofd: ofd.replace(
            "OFD.xml", "</ofd:OFD>", "<ofd:DocBody><ofd:DocRoot>D/D.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        ).pack(),
        "ofd_document_unsealed",
    ),
    "two descriptions in one": (
        lambda ofd: ofd.replace(
            f"{SIGN}/Signature.xml", "<ofd:SignedValue>", "<ofd:SignedInfo/><ofd:SignedValue>"
        ).pack(),
        "ofd_unsafe",
    ),
    "part twice": (lambda ofd: ofd.pack({"doc_0/Document.xml": b"<other/>"}), "ofd_unsafe"),
    "name with a way up": (lambda ofd: ofd.pack({"../evil.xml": b"<other/>"}), "ofd_unsafe"),
    "document type": (
        lambda ofd: ofd.replace("OFD.xml", "<ofd:OFD", '<!DOCTYPE a SYSTEM "x"><ofd:OFD').pack(),
        "ofd_unsafe",
    ),
    "entity bomb": (
        lambda ofd: with_part(
            ofd, LIST, b'<!DOCTYPE l [<!ENTITY a "' + b"x" * 999 + b'"><!ENTITY b "&a;&a;&a;">]><l>&b;&b;&b;</l>'
        ),
        "ofd_unsafe",
    ),
    "bytes behind": (lambda ofd: ofd.pack() + b"behind", "ofd_unsafe"),
    "cut": (lambda ofd: ofd.pack()[:-100], "ofd_unreadable"),
}


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_manipulations(name: str, ofd: Any, judged: Callable[..., Report]) -> None:
    change, code = MANIPULATIONS[name]
    report = judged(change(ofd))
    assert report.verdict != "valid"
    assert code in problems(report)
    assert "ofd_parts_unchanged" not in codes(report, "ok")
    assert report.file_kind == "ofd"


def test_an_untouched_one(notice_ofd: bytes, ofd: Any, judged: Callable[..., Report]) -> None:
    for data in (notice_ofd, ofd.pack()):  # packed anew: the same parts
        report = judged(data)
        assert (report.verdict, problems(report)) == ("valid", set())
    assert codes(judged(notice_ofd), "note") == {
        "ofd_time_claimed",
        "ofd_revocation_not_checked",
        "ofd_test_authority",
    }


def test_whose_roots(
    notice_ofd: bytes, authority: Any, seal: Any, judged: Callable[..., Report], now: datetime
) -> None:
    for roots, code in (
        ([], "ofd_issuer_not_judged"),
        ([seal.root_pem], "ofd_issuer_not_judged"),
        ([authority.pem], "ofd_issuer_unknown"),
    ):
        report = verify_ofd(notice_ofd, roots, now)
        assert report.verdict == "cannot_judge"
        assert code in problems(report)
    assert verify_ofd(notice_ofd, [b"no certificate"], now).verdict == "cannot_judge"


def test_another_seal(ofd: Any, sealer: Any, judged: Callable[..., Report], authority: Any) -> None:
    """Swapped beside the signature, and the whole signed anew by someone whom another root vouches for."""
    ofd.parts[f"{SIGN}/Seal.esl"] = sealer.esl
    assert {"ofd_seal_swapped", "ofd_part_changed"} <= problems(judged(ofd.pack()))
    ofd.replace(PAGE, "受理通知书", "准予通知书").sign(sealer)
    assert problems(judged(ofd.pack())) == {"ofd_issuer_unknown", "ofd_maker_unknown"}
    assert judged(ofd.pack(), authority.pem).verdict == "valid"  # by that root: it is that signer's document


def test_several_signatures(
    ofd: Any, sealer: Any, sealer_type: Any, authority_type: Any, authority: Any, judged: Callable[..., Report]
) -> None:
    second = sealer_type(sealer.authority)
    ofd.listed(2).sign(sealer, leave_out=(LIST,)).sign(second, index=1, leave_out=(LIST,))
    report = judged(ofd.pack(), authority.pem)
    assert report.verdict == "valid"
    assert [found.verdict for found in report.signatures] == ["valid", "valid"]
    # one of them by a stranger
    ofd.sign(sealer_type(authority_type()), index=1, leave_out=(LIST,))
    report = judged(ofd.pack(), authority.pem)
    assert report.verdict == "cannot_judge"
    assert [found.verdict for found in report.signatures] == ["valid", "cannot_judge"]
    # the second entry struck from the list, its parts left behind
    ofd.listed(1)
    assert problems(judged(ofd.pack(), authority.pem)) == {"ofd_part_not_covered"}


def test_a_signature_that_leaves_parts_out(
    ofd: Any, sealer: Any, authority: Any, judged: Callable[..., Report]
) -> None:
    for name in (PAGE, "OFD.xml", "Doc_0/Document.xml"):
        ofd.sign(sealer, leave_out=(name,))
        assert problems(judged(ofd.pack(), authority.pem)) == {"ofd_part_not_covered"}


def test_a_stranger_cannot_exempt_a_page(
    ofd: Any, sealer: Any, sealer_type: Any, authority_type: Any, authority: Any, judged: Callable[..., Report]
) -> None:
    """A second signature that names a page as its own value would take that page from under the first one."""
    ofd.listed(2).sign(sealer, leave_out=(LIST,))
    ofd.sign(sealer_type(authority_type()), index=1, leave_out=(LIST,))
    ofd.replace("Doc_0/Signs/Sign_1/Signature.xml", ">SignedValue.dat<", f">/{PAGE}<")
    ofd.parts[PAGE] = b"<other/>"
    assert judged(ofd.pack(), authority.pem).verdict != "valid"


def test_weak_digests(ofd: Any, sealer: Any, authority: Any, judged: Callable[..., Report]) -> None:
    for method in ("MD5", "SHA1", "1.3.14.3.2.26"):
        assert problems(judged(ofd.sign(sealer, method=method).pack(), authority.pem)) == {"ofd_weak_digest"}
    assert judged(ofd.sign(sealer, method="SM3").pack(), authority.pem).verdict == "valid"


def test_signatures_without_a_seal(ofd: Any, judged: Callable[..., Report]) -> None:
    report = judged(ofd.replace(LIST, 'Type="Seal"', 'Type="Sign"').pack())
    assert "ofd_plain_signature" in problems(report)


def test_the_old_structure(ofd: Any, sealer_type: Any, authority: Any, judged: Callable[..., Report]) -> None:
    old = sealer_type(authority, version=1)
    report = judged(ofd.sign(old).pack(), authority.pem)
    assert (report.verdict, problems(report)) == ("cannot_judge", {"ofd_old_structure"})
    report = judged(ofd.replace(PAGE, "受理通知书", "准予通知书").pack(), authority.pem)
    assert (report.verdict, report.seal_name) == ("invalid", "旧章")


def test_later(notice_ofd: bytes, national_seal: NationalSeal, now: datetime) -> None:
    roots = [national_seal.roots_pem]
    assert verify_ofd(notice_ofd, roots, now + timedelta(days=3000)).verdict == "valid"
    report = verify_ofd(notice_ofd, roots, now + timedelta(days=4000))
    assert (report.verdict, problems(report)) == ("cannot_judge", {"ofd_time_not_proven"})
    assert "ofd_time_in_future" in problems(verify_ofd(notice_ofd, roots, now - timedelta(days=1)))


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7", b"PK\x03\x04", b"\0" * 100])
def test_junk(junk: bytes, judged: Callable[..., Report]) -> None:
    assert judged(junk).verdict == "cannot_judge"


@pytest.mark.slow
def test_a_file_that_costs_time(ofd: Any, sealer: Any, authority: Any, judged: Callable[..., Report]) -> None:
    """Zeros under the seal, packed to a thousandth."""
    ofd.parts["Doc_0/zeros.png"] = b"\0" * (64 * 1024 * 1024)
    data = ofd.sign(sealer).pack()
    start = time.process_time()
    assert judged(data, authority.pem).verdict == "valid"
    assert time.process_time() - start < 5


def hostile(what: str, ofd: Any) -> bytes:
    """As much as fits of what costs most: values, references, elements, lists."""
    reference = b'<r:Reference xmlns:r="http://www.ofdspec.org/2016" FileRef="/OFD.xml"/>'
    head = b'<ofd:Signature xmlns:ofd="http://www.ofdspec.org/2016"><ofd:SignedInfo><ofd:References CheckMethod="SM3">'
    tail = b"</ofd:References></ofd:SignedInfo><ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>"
    values = {
        "values": b"\x30\x82\xff\xfe" + b"\x05\x00" * 32767,
        "many values": b"\x30\x83\x1f\xff\xfe" + b"\x05\x00" * 0xFFFFF,
    }
    inside = {"references": reference * 3_900, "elements": b"<a/>" * 3_900}
    for index in range(32):
        folder = f"Doc_0/Signs/Sign_{index}"
        ofd.parts[f"{folder}/Signature.xml"] = head + inside.get(what, b"") + tail
        ofd.parts[f"{folder}/SignedValue.dat"] = values.get(what, b"")
    ofd.listed(32)
    if what == "lists":
        body = "<ofd:DocBody><ofd:Signatures>/l{}.xml</ofd:Signatures></ofd:DocBody>"
        for index in range(400):
            ofd.parts[f"l{index}.xml"] = b"<a>" + b"<a/>" * 3_900 + b"</a>"
        bodies = "".join(body.format(index) for index in range(400))
        ofd.replace("OFD.xml", "</ofd:OFD>", f"{bodies}</ofd:OFD>")
    data: bytes = ofd.pack()
    return data


@pytest.mark.slow
@pytest.mark.parametrize("what", ["values", "many values", "references", "elements", "lists"])
def test_hostile_files_end_soon(what: str, ofd: Any, judged: Callable[..., Report]) -> None:
    data = hostile(what, ofd)
    start = time.process_time()
    assert judged(data).verdict != "valid"
    assert time.process_time() - start < 5


@pytest.mark.slow
def test_flipped_bits_change_no_part(notice_ofd: bytes, ofd: Any, ofd_type: Any, judged: Callable[..., Report]) -> None:
    """Either it is not valid, or only dates and attributes of the ZIP differ, which no reader shows."""
    chance = random.Random(4)  # noqa: S311 - a repeatable choice
    for _ in range(60):
        at = chance.randrange(len(notice_ofd) * 8)
        changed = bytearray(notice_ofd)
        changed[at // 8] ^= 1 << at % 8
        report = judged(bytes(changed))
        assert report.verdict != "valid" or ofd_type(bytes(changed)).parts == ofd.parts
