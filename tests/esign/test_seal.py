"""The sealed notice before independent judges, with both kinds of key; its levels; and what is refused."""

import asyncio
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.ades import ades_lta_validation, simulate_future_ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from esign import (
    RevocationData,
    Seal,
    SealingFailed,
    extend_notice,
    make_test_authority,
    render_notice,
    seal_notice,
    verify_notice,
)
from esign.cades import is_canonical, timestamp_token
from esign.errors import CertificateRevoked, EsignError, RevocationUnavailable, TimestampUnavailable
from esign.origin import read_origin
from esign.self_check import check_sealed

pytestmark = pytest.mark.slow

Judge = Callable[..., subprocess.CompletedProcess[bytes]]
AUTHORITY = "北京市通州区政务服务管理局"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module", params=["ecdsa-p256-sha256", "rsa-sha256"])
def either(request: pytest.FixtureRequest, seal: Seal, tmp_path_factory: pytest.TempPathFactory) -> Seal:
    """A seal with each kind of key."""
    if request.param == seal.key.algorithm:
        return seal
    return make_test_authority(tmp_path_factory.mktemp("rsa") / "seal", AUTHORITY, algorithm=request.param)


@pytest.fixture(scope="module")
def judged(either: Seal, notice_pdf: bytes) -> bytes:
    return seal_notice(notice_pdf, either, NOW)


@pytest.fixture
def folder(judged: bytes, either: Seal, tmp_path: Path) -> Path:
    """The file and its root for judges that want files."""
    (tmp_path / "sealed.pdf").write_bytes(judged)
    (tmp_path / "root.pem").write_bytes(either.root_pem)
    return tmp_path


def test_pdfsig_calls_it_valid_and_trusted(folder: Path, judge: Judge) -> None:
    database = f"sql:{folder}"
    assert judge("certutil", "-N", "--empty-password", "-d", database).returncode == 0
    added = judge("certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", folder / "root.pem", "-d", database)
    assert added.returncode == 0, added.stderr
    said = judge("pdfsig", "-nssdir", folder, folder / "sealed.pdf").stdout.decode("utf-8")
    assert said.count("Signature #") == 2
    seal, archive = said.split("Signature #2")
    assert "Signature is Valid" in seal
    assert "Certificate is Trusted" in seal
    assert "ETSI.CAdES.detached" in seal
    assert "Total document signed" in archive


def test_openssl_verifies_signature_and_both_timestamps(folder: Path, judged: bytes, judge: Judge) -> None:
    seal, archive = PdfFileReader(BytesIO(judged)).embedded_signatures
    for name, signature in (("seal", seal), ("archive", archive)):
        _, before, after, rest = (int(number) for number in signature.byte_range)
        (folder / name).write_bytes(signature.pkcs7_content)
        (folder / f"{name}.data").write_bytes(judged[:before] + judged[after : after + rest])
    (token,) = seal.signer_info["unsigned_attrs"][0]["values"]
    (folder / "token").write_bytes(token.dump())
    (folder / "token.data").write_bytes(seal.signer_info["signature"].native)
    root = ["-CAfile", folder / "root.pem"]
    options = ["-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in", folder / "seal"]
    done = judge("openssl", "cms", "-verify", *options, "-content", folder / "seal.data", *root, "-out", folder / "out")
    assert b"CAdES Verification successful" in done.stderr
    # openssl ts wants the token without the zeros that fill up /Contents
    (folder / "archive").write_bytes(archive.signed_data.dump() and _trimmed(archive.pkcs7_content))
    for name in ("token", "archive"):
        done = judge(
            "openssl", "ts", "-verify", "-token_in", "-in", folder / name, "-data", folder / f"{name}.data", *root
        )
        assert b"Verification: OK" in done.stdout, done.stderr


def _trimmed(contents: bytes) -> bytes:
    return contents[: 4 + int.from_bytes(contents[2:4], "big")]


@pytest.mark.parametrize("years", [0, 3])
def test_pyhanko_passes_it_for_the_long_term(judged: bytes, either: Seal, years: int) -> None:
    """Three years on the seal's certificate has ended; the archive timestamp proves that it was good."""
    reader = PdfFileReader(BytesIO(judged), strict=True)
    roots = SimpleTrustManager.build(list(load_certs_from_pemder_data(either.root_pem)))
    demanding = CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require"))
    policy = CertValidationPolicySpec(trust_manager=roots, revinfo_policy=demanding)
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=policy))
    (signature,) = reader.embedded_regular_signatures
    if years:
        later = NOW + timedelta(days=365 * years)
        result = asyncio.run(simulate_future_ades_lta_validation(signature, spec, future_validation_time=later))
    else:
        result = asyncio.run(ades_lta_validation(signature, spec))
    assert result.ades_subindic == AdESPassed.OK
    assert result.api_status.modification_level == ModificationLevel.LTA_UPDATES
    (archive,) = reader.embedded_timestamp_signatures
    archive.compute_integrity_info()
    assert archive.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert reader.total_revisions == 3


def test_qpdf_and_mutool_find_a_sound_file(folder: Path, judge: Judge) -> None:
    done = judge("qpdf", "--check", folder / "sealed.pdf")
    assert done.returncode == 0, done.stdout
    said = judge("mutool", "sign", "-v", folder / "sealed.pdf").stdout.decode("utf-8", "replace")
    assert "The signature is valid but there have been edits since signing" in said  # it counts the archive as an edit
    assert judge("mutool", "clean", folder / "sealed.pdf", folder / "clean.pdf").returncode == 0


def test_our_own_verdict_agrees(judged: bytes, either: Seal, notice_pdf: bytes) -> None:
    report = verify_notice(judged, [either.root_pem])
    assert report.verdict == "valid", report.findings
    assert judged.startswith(notice_pdf)
    assert len(judged) - len(notice_pdf) < 34_000


def test_the_text_is_as_before_and_nothing_is_a_picture(
    sealed: bytes, notice_pdf: bytes, tmp_path: Path, judge: Judge
) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    (tmp_path / "plain.pdf").write_bytes(notice_pdf)
    texts = [judge("pdftotext", "-raw", tmp_path / name, "-").stdout for name in ("sealed.pdf", "plain.pdf")]
    assert texts[0] == texts[1]
    assert len(texts[0]) > 1000
    assert len(judge("pdfimages", "-list", tmp_path / "sealed.pdf").stdout.splitlines()) == 2  # the heading alone


def test_the_stamp_measures_42_mm_over_the_date(sealed: bytes, tmp_path: Path, judge: Judge) -> None:
    origin = read_origin(PdfFileReader(BytesIO(sealed)))
    assert origin is not None
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    dpi = 600
    left, top = (int((value - 70) / 72 * dpi) for value in (origin.seal_x, 842 - origin.seal_y))
    size = int(140 / 72 * dpi)
    crop = [*["-png", "-singlefile", "-r", "600", "-f", "1", "-l", "1", "-x"], left, "-y", top, "-W", size, "-H", size]
    assert judge("pdftoppm", *crop, tmp_path / "sealed.pdf", tmp_path / "stamp").returncode == 0
    pixels = np.asarray(Image.open(tmp_path / "stamp.png").convert("RGB")).astype(int)
    red = (pixels[:, :, 0] > 150) & (pixels[:, :, 1] < 110) & (pixels[:, :, 2] < 110)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    for extent in (rows, columns):
        assert (extent[-1] - extent[0] + 1) / dpi * 25.4 == pytest.approx(42.0, abs=0.1)
    # black of the authority's name shows through the red star in the middle
    middle = pixels[size // 2 - 120 : size // 2 + 120, size // 2 - 120 : size // 2 + 120]
    assert ((middle.max(axis=2) < 60).sum()) > 200


def test_a_pending_notice_claims_no_time_and_is_lifted_later(notice_pdf: bytes, seal: Seal) -> None:
    pending = seal_notice(notice_pdf, seal, NOW, level="B-B")
    assert check_sealed(pending, seal.chain).timestampers == ()
    assert verify_notice(pending, [seal.root_pem]).verdict == "cannot_judge"
    lifted = extend_notice(pending, seal)
    assert lifted.startswith(pending)
    report = verify_notice(lifted, [seal.root_pem])
    assert (report.verdict, report.level) == ("valid", "B-LTA")


def test_archive_timestamps_are_renewed_by_whoever_timestamps_then(
    sealed: bytes, seal: Seal, issuer_type: Callable[[], Any]
) -> None:
    once = extend_notice(sealed, seal)
    later = issuer_type()
    twice = extend_notice(once, replace(later.seal(), revocation=_Both(seal, later.seal())))
    assert twice.startswith(once)
    assert once.startswith(sealed)
    assert check_sealed(twice, ()).archives == 3
    reader = PdfFileReader(BytesIO(twice), strict=True)
    assert [field for field, _, _ in _fields(reader)] == ["Seal1", "Archive1", "Archive2", "Archive3"]
    certificates = [entry.get_object().data for entry in reader.root["/DSS"]["/Certs"]]
    assert len(certificates) == len(set(certificates)) == 4 + 2  # each once, and the new authority with its root
    report = verify_notice(twice, [seal.root_pem, later.root_pem])
    assert report.verdict == "valid", report.findings


def _fields(reader: PdfFileReader) -> list[tuple[str, Any, Any]]:
    fields = reader.root["/AcroForm"]["/Fields"]
    return [(str(fields[index]["/T"]), fields[index], None) for index in range(len(fields))]


class _Both:
    """The lists of two authorities."""

    def __init__(self, *seals: Seal) -> None:
        self._sources = [seal.revocation for seal in seals]

    def data_for(self, *chains: tuple[bytes, ...]) -> RevocationData:
        crls: list[bytes] = []
        for chain in chains:
            for source in self._sources:
                try:
                    crls += source.data_for(chain).crls
                    break
                except RevocationUnavailable:
                    continue
        return RevocationData(tuple(dict.fromkeys(crls)))


class OpensslTimestamper:
    """A foreign authority: OpenSSL's own answers to timestamp requests, with another policy, form and certificates."""

    def __init__(self, folder: Path, judge: Judge, issuer: Any, key: rsa.RSAPrivateKey) -> None:
        self.root_pem: bytes = issuer.root_pem
        own = issuer.issue("Foreign TSA", for_time=True, key=key).certificate
        self.chain = (own, x509.load_pem_x509_certificate(issuer.root_pem).public_bytes(Encoding.DER))
        self._folder, self._judge = folder, judge
        (folder / "tsa.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        for name, certificate in (("tsa", own), ("root", self.chain[1])):
            pem = x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
            (folder / f"{name}.crt").write_bytes(pem)
        (folder / "tsa.cnf").write_text(
            f"[tsa]\ndefault_tsa=t\n[t]\nserial={folder}/serial\nsigner_digest=sha384\ndefault_policy=1.2.3.4.1\n"
            "digests=sha256\naccuracy=secs:1,millisecs:500\nordering=yes\ntsa_name=yes\ness_cert_id_chain=yes\n"
            "ess_cert_id_alg=sha1\nclock_precision_digits=3\n"
        )

    def timestamp(self, digest: bytes) -> bytes:
        at = self._folder
        asked = self._judge(
            "openssl", "ts", "-query", "-sha256", "-digest", digest.hex(), "-cert", "-out", at / "query"
        )
        assert asked.returncode == 0, asked.stderr
        keys = ["-signer", at / "tsa.crt", "-inkey", at / "tsa.key", "-chain", at / "root.crt"]
        files = ["-config", at / "tsa.cnf", "-queryfile", at / "query", "-token_out", "-out", at / "token"]
        answered = self._judge("openssl", "ts", "-reply", *keys, *files)
        assert answered.returncode == 0, answered.stderr
        return (at / "token").read_bytes()


def test_any_timestamp_authority_will_do(
    notice_pdf: bytes,
    seal: Seal,
    issuer_type: Callable[[], Any],
    rsa_key: rsa.RSAPrivateKey,
    tmp_path: Path,
    judge: Judge,
) -> None:
    foreign = OpensslTimestamper(tmp_path, judge, issuer_type(), rsa_key)
    mixed = replace(seal, timestamper=foreign)
    sealed = seal_notice(notice_pdf, mixed, NOW)
    first, second = PdfFileReader(BytesIO(sealed)).embedded_signatures
    assert is_canonical(_trimmed(first.pkcs7_content))
    assert is_canonical(_trimmed(second.pkcs7_content))
    assert check_sealed(sealed, ()).timestampers == (foreign.chain[0],) * 2
    report = verify_notice(sealed, [seal.root_pem, foreign.root_pem])
    assert report.verdict == "valid", report.findings


class _Talkative:
    """One whose tokens carry far more than its chain lets expect."""

    def __init__(self, key: Any, chain: tuple[bytes, ...], others: tuple[bytes, ...]) -> None:
        self._key, self._others = key, others
        self.chain = chain
        self.asked = 0

    def timestamp(self, digest: bytes) -> bytes:
        self.asked += 1
        return timestamp_token(digest, self._key, datetime.now(UTC), self.asked, self._others)


def test_an_authority_that_sends_more_is_asked_again(notice_pdf: bytes, issuer_type: Callable[[], Any]) -> None:
    issuer = issuer_type()
    seal = issuer.seal()
    key = issuer.issue("Talkative TSA", for_time=True)
    others = tuple(issuer.issue(f"某某单位第{number}处", for_time=False).certificate for number in range(6))
    timestamper = _Talkative(key, (key.certificate, seal.chain[-1]), others)
    talkative = replace(seal, timestamper=timestamper)
    sealed = seal_notice(notice_pdf, talkative, NOW)
    assert timestamper.asked == 3  # the first did not fit; the archive's was laid out after it
    lifted = extend_notice(seal_notice(notice_pdf, seal, NOW, level="B-B"), talkative)
    assert timestamper.asked == 5
    for pdf in (sealed, lifted):
        assert verify_notice(pdf, [issuer.root_pem]).verdict == "valid"


class _Absent:
    """A timestamper or revocation source that answers with an error."""

    def __init__(self, error: EsignError, chain: tuple[bytes, ...] = ()) -> None:
        self._error = error
        self.chain = chain

    def timestamp(self, digest: bytes) -> bytes:
        raise self._error

    def data_for(self, *chains: tuple[bytes, ...]) -> RevocationData:
        raise self._error


def test_without_time_or_lists_no_level_is_claimed(notice_pdf: bytes, sealed: bytes, seal: Seal) -> None:
    no_time = replace(seal, timestamper=_Absent(TimestampUnavailable("away"), seal.timestamper.chain))
    no_lists = replace(seal, revocation=_Absent(RevocationUnavailable("stale")))
    revoked = replace(seal, revocation=_Absent(CertificateRevoked("listed")))
    for broken, error in ((no_time, TimestampUnavailable), (no_lists, RevocationUnavailable)):
        with pytest.raises(error):
            seal_notice(notice_pdf, broken, NOW)
        with pytest.raises(error):
            extend_notice(sealed, broken)
        pending = seal_notice(notice_pdf, broken, NOW, level="B-B")
        assert verify_notice(extend_notice(pending, seal), [seal.root_pem]).verdict == "valid"
    for level in ("B-B", "B-LTA"):
        with pytest.raises(CertificateRevoked):
            seal_notice(notice_pdf, revoked, NOW, level=level)  # type: ignore[arg-type]


class _TimestamperRevoked:
    """Lists on which the timestamper stands, but not the seal."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def data_for(self, *chains: tuple[bytes, ...]) -> RevocationData:
        if self._seal.timestamper.chain in chains:
            raise CertificateRevoked("listed")
        return self._seal.revocation.data_for(*chains)


def test_a_revoked_timestamper_makes_a_notice_wait(notice_pdf: bytes, sealed: bytes, seal: Seal) -> None:
    waiting = replace(seal, revocation=_TimestamperRevoked(seal))
    with pytest.raises(TimestampUnavailable, match="revoked"):
        seal_notice(notice_pdf, waiting, NOW)
    pending = seal_notice(notice_pdf, waiting, NOW, level="B-B")
    for pdf in (pending, sealed):
        with pytest.raises(TimestampUnavailable, match="revoked"):
            extend_notice(pdf, waiting)


def test_sealing_again_or_something_else_is_refused(sealed: bytes, seal: Seal, notice_pdf: bytes) -> None:
    for pdf in (sealed, b"", b"%PDF-1.7 nothing", notice_pdf[:5000], notice_pdf + b"\n% more\n"):
        with pytest.raises(SealingFailed):
            seal_notice(pdf, seal, NOW)
    with pytest.raises(SealingFailed, match="zone"):
        seal_notice(notice_pdf, seal, NOW.replace(tzinfo=None))


def test_a_damaged_notice_is_not_extended(sealed: bytes, seal: Seal, notice_pdf: bytes) -> None:
    middle = len(notice_pdf) // 2
    changed = sealed[:middle] + bytes([sealed[middle] ^ 1]) + sealed[middle + 1 :]
    for pdf in (changed, sealed[:-10], notice_pdf, b""):
        with pytest.raises(SealingFailed, match="cannot be extended"):
            extend_notice(pdf, seal)


def test_only_the_authority_named_on_the_notice_may_seal(
    notice_pdf: bytes, tmp_path: Path, issuer_type: Callable[[], Any]
) -> None:
    other = make_test_authority(tmp_path / "other", "北京市大兴区政务服务管理局")
    issuer = issuer_type()
    borrowed = issuer.seal(key=issuer.issue("别的单位", for_time=False))
    for strange in (other, borrowed):
        with pytest.raises(SealingFailed, match="another authority"):
            seal_notice(notice_pdf, strange, NOW)
    assert verify_notice(seal_notice(notice_pdf, issuer.seal(), NOW), [issuer.root_pem]).verdict == "valid"


def test_a_test_seal_needs_the_test_mark(acceptance: Callable[..., Any], seal: Seal) -> None:
    with pytest.raises(SealingFailed, match="test mark"):
        seal_notice(render_notice(acceptance(is_test=False)), seal, NOW)


def test_signatures_of_any_length_fit_the_reserved_space(notice_pdf: bytes, seal: Seal) -> None:
    files = [seal_notice(notice_pdf, seal, NOW) for _ in range(8)]
    assert max(map(len, files)) - min(map(len, files)) < 40
    for written in files:
        for digits in re.findall(rb"/Contents<([0-9A-F]+)>", written):
            free = len(digits) - len(digits.rstrip(b"0"))
            assert 60 < free < 3000
