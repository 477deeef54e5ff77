"""Genuine notices are valid; every manipulation, known attack and random damage is not, and nothing ever raises."""

import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.status import SignatureCoverageLevel

from esign import (
    ClosingNotice,
    CorrectionNotice,
    GrantDecision,
    NoticeFacts,
    Report,
    Seal,
    extend_notice,
    make_test_authority,
    render_notice,
    seal_notice,
    verify_notice,
)
from esign.verify import LARGEST_FILE
from tests.support.forging import Forger, archive, contents_of, revision_ends, seal_of
from tests.support.manipulations import ATTACKS

AUTHORITY = "北京市通州区政务服务管理局"
CHECKED = {"content_unchanged", "seal_genuine", "issuer_trusted", "not_revoked", "timestamp_trusted", "archive_trusted"}


def _codes(report: Report, *severities: str) -> set[str]:
    return {finding.code for finding in report.findings if not severities or finding.severity in severities}


@pytest.fixture(scope="module")
def rsa_seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    folder = tmp_path_factory.mktemp("rsa") / "seal"
    return make_test_authority(folder, AUTHORITY, algorithm="rsa-sha256")


@pytest.fixture(scope="module")
def forger(acceptance: Callable[..., NoticeFacts], seal: Seal, tmp_path_factory: pytest.TempPathFactory) -> Forger:
    other = render_notice(acceptance(number="京通政务受〔2026〕000124号"))
    return Forger(
        other=seal_notice(other, seal, datetime.now(UTC)),
        timestamp=seal.timestamper.timestamp,
        seal=make_test_authority(tmp_path_factory.mktemp("forger") / "seal", AUTHORITY),
    )


def test_a_valid_notice_says_what_was_checked(sealed: bytes, seal: Seal) -> None:
    report = verify_notice(sealed, [seal.root_pem])
    assert (report.verdict, report.level, report.file_kind) == ("valid", "B-LTA", "notice")
    assert _codes(report, "ok") == CHECKED
    assert _codes(report, "note") == {"test_authority", "ledger_not_asked"}
    assert (report.notice_number, report.notice_title) == ("京通政务受〔2026〕000123号", "受理通知书")
    assert (report.signer, report.seal_name) == (AUTHORITY, f"{AUTHORITY}行政审批专用章")
    assert report.is_test_authority
    assert all(finding.english for finding in report.findings)
    assert report.timestamp_time is not None
    assert abs(report.timestamp_time - datetime.now(UTC)) < timedelta(minutes=10)


def test_the_second_opinion_is_the_same(sealed: bytes, seal: Seal) -> None:
    """pyHanko's comparison of the revisions, left out of the check for its time, finds archive data only."""
    for pdf in (sealed, extend_notice(sealed, seal)):
        reader = PdfFileReader(BytesIO(pdf))
        first, *_, last = reader.embedded_signatures
        first.compute_integrity_info()
        last.compute_integrity_info()
        assert first.summarise_integrity_info()["docmdp_ok"]
        assert first.diff_result.modification_level == ModificationLevel.LTA_UPDATES
        assert last.coverage == SignatureCoverageLevel.ENTIRE_FILE


@pytest.mark.slow
@pytest.mark.parametrize("kind", [CorrectionNotice, GrantDecision, ClosingNotice])
def test_no_false_alarm(
    kind: type[NoticeFacts], notice: Callable[..., NoticeFacts], seal: Seal, rsa_seal: Seal
) -> None:
    """Both kinds of key; renewed once and twice; sealed without timestamp and lifted."""
    facts = notice(kind)
    base = render_notice(facts)
    for each in (seal, rsa_seal):
        pdf = seal_notice(base, each, datetime.now(UTC))
        renewed = extend_notice(pdf, each)
        lifted = extend_notice(seal_notice(base, each, datetime.now(UTC), level="B-B"), each)
        for genuine in (pdf, renewed, extend_notice(renewed, each), lifted):
            report = verify_notice(genuine, [each.root_pem])
            assert (report.verdict, report.level) == ("valid", "B-LTA"), report
            assert (report.notice_number, report.signer) == (facts.number, facts.authority)


def test_a_pending_notice_is_never_valid_and_says_why(notice_pdf: bytes, seal: Seal) -> None:
    pending = seal_notice(notice_pdf, seal, datetime.now(UTC), level="B-B")
    report = verify_notice(pending, [seal.root_pem])
    assert (report.verdict, report.level, report.timestamp_time) == ("cannot_judge", "B-B", None)
    assert _codes(report, "unknown", "error") == {"timestamp_pending"}


def test_an_archive_cut_off_is_missed(sealed: bytes, seal: Seal) -> None:
    report = verify_notice(seal_of(sealed), [seal.root_pem])
    assert (report.verdict, report.level) == ("cannot_judge", "B-T")
    assert _codes(report, "unknown", "error") == {"archive_missing"}


def test_the_ledger_knows_the_very_bytes(sealed: bytes, seal: Seal, forger: Forger) -> None:
    roots, digest = [seal.root_pem], hashlib.sha256(sealed).hexdigest()
    original = verify_notice(sealed, roots, issued_digests={digest})
    assert (original.verdict, _codes(original, "ok")) == ("valid", CHECKED | {"issued_original"})
    renewed = verify_notice(extend_notice(sealed, seal), roots, issued_digests=[digest])
    assert (renewed.verdict, "issued_original_renewed" in _codes(renewed, "ok")) == ("valid", True)
    again = archive(seal_of(sealed), sealed, seal.timestamper.timestamp)
    assert verify_notice(again, roots).verdict == "valid"
    for pdf, issued in ((again, {digest}), (sealed, set[str]()), (forger.other, {digest})):
        report = verify_notice(pdf, roots, issued_digests=issued)
        assert (report.verdict, _codes(report, "error")) == ("invalid", {"not_issued"})


def test_the_right_root_is_found_among_several(sealed: bytes, seal: Seal, issuer_type: Any) -> None:
    assert verify_notice(sealed, [issuer_type("another").root_pem, seal.root_pem]).verdict == "valid"


def test_without_a_root_nothing_is_valid(sealed: bytes) -> None:
    report = verify_notice(sealed, [])
    assert report.verdict == "cannot_judge"
    assert _codes(report, "ok") == {"content_unchanged", "seal_genuine"}
    assert _codes(report, "unknown") == {"issuer_not_judged", "timestamp_not_judged"}
    assert verify_notice(sealed, [b"not a certificate"]).verdict == "cannot_judge"
    assert verify_notice(sealed + b"x", []).verdict == "invalid"


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_no_manipulation_passes(name: str, sealed: bytes, seal: Seal, forger: Forger) -> None:
    attacked = ATTACKS[name](sealed, forger)
    assert attacked != sealed
    report = verify_notice(attacked, [seal.root_pem])
    assert report.verdict != "valid"
    assert _codes(report, "error", "unknown")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a byte appended", "odd_structure"),
        ("incremental saving: overlay under an archive timestamp", "later_revisions"),
        ("incremental saving: overlay, then an archive timestamp", "later_revisions"),
        ("evil annotation: free text under an archive timestamp", "later_revisions"),
        ("sneaky signature: visible document timestamp", "later_revisions"),
        ("shadow hide: object in no table under an archive timestamp", "odd_structure"),
        ("whole seal cut off", "no_seal"),
        ("metadata: number changed", "content_changed"),
        ("CMS: timestamp removed", "signature_malformed"),
        ("CMS: the forger's root carried along", "signature_malformed"),
        ("CMS: two signers, the forger first", "signature_malformed"),
        ("CMS: timestamp of another signature", "timestamp_invalid"),
        ("sealed by another key, same names", "issuer_unknown"),
        ("sealed by another key, its root in the store", "issuer_unknown"),
        ("seal of another notice", "content_changed"),
        ("archive: by a self-made authority", "timestamp_issuer_unknown"),
    ],
)
def test_the_reason_is_named(name: str, code: str, sealed: bytes, seal: Seal, forger: Forger) -> None:
    report = verify_notice(ATTACKS[name](sealed, forger), [seal.root_pem])
    assert report.verdict == "invalid"
    assert code in _codes(report, "error")


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


@pytest.mark.slow
def test_no_random_flip_passes_anywhere(sealed: bytes, seal: Seal) -> None:
    chance = random.Random(20261122)  # noqa: S311 - positions to damage, no secret
    places = [(0, len(sealed)), contents_of(sealed), contents_of(sealed, -1), (revision_ends(sealed)[1], len(sealed))]
    for start, end in places:
        for _ in range(10):
            position = chance.randrange(start, end)
            damaged = bytearray(sealed)
            damaged[position] ^= 1 << chance.randrange(8)
            assert verify_notice(bytes(damaged), [seal.root_pem]).verdict != "valid", position


@pytest.mark.slow
def test_no_random_cut_or_insertion_passes(sealed: bytes, seal: Seal) -> None:
    chance = random.Random(7)  # noqa: S311 - positions to damage, no secret
    for _ in range(8):
        start = chance.randrange(len(sealed))
        end = min(len(sealed), start + chance.randrange(1, 400))
        for damaged in (sealed[:start] + sealed[end:], sealed[:start] + bytes(end - start) + sealed[end:]):
            assert damaged == sealed or verify_notice(damaged, [seal.root_pem]).verdict != "valid"


@pytest.mark.slow
def test_an_independent_reader_sees_the_signatures(sealed: bytes, judge: Callable[..., Any], tmp_path: Path) -> None:
    """pdfsig finds the same two and agrees that the bytes are the signed ones; changed text it refuses too."""
    path = tmp_path / "notice.pdf"
    path.write_bytes(sealed)
    said = judge("pdfsig", "-nocert", path).stdout.decode()
    assert said.count("Signature Validation: Signature is Valid.") == 1
    assert "Total document signed" in said
