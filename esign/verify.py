"""Is this PDF one of our sealed notices, unchanged, and by whose seal? Any bytes in, a `Report` out, no exception.

Put together here: `profile` judges the form, `proof` keys, certificates and times, the ledger's digests the very bytes.
`valid` names in its findings what was checked. Other people's PDFs are judged in `upload`.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation.errors import SignatureValidationError

from esign.archive import Evidence, read_evidence
from esign.authority import TEST_ROOT_NAME
from esign.findings import found
from esign.kinds import KINDS
from esign.origin import Origin, read_origin
from esign.profile import check_profile
from esign.proof import Trust, attested_time, judge_proof, level_of
from esign.report import Finding, Report, verdict_of
from esign.structure import OddStructure, read_revisions

__all__ = ["LARGEST_FILE", "read_roots", "subject_field", "unjudged", "verify_notice"]

LARGEST_FILE = 50 * 1024 * 1024


def verify_notice(
    pdf: bytes,
    trust_roots: Sequence[bytes],
    now: datetime | None = None,
    issued_digests: Collection[str] | None = None,
) -> Report:
    """Judge a file by the strict profile of our own notices; `trust_roots` are PEM certificates.

    Without a root nothing can be called valid: at best `cannot_judge`. `now` is the present unless a test says
    otherwise. `issued_digests`: SHA-256 (hex) of what the ledger holds under this number; an empty collection says that
    it holds nothing, None that nobody asked. A notice whose timestamp is still pending is never valid: its only
    `unknown` finding is then `timestamp_pending`. Some 40 ms: run it in a worker.
    """
    if not pdf:
        return unjudged("empty_file")
    if len(pdf) > LARGEST_FILE:
        return unjudged("too_large", limit=LARGEST_FILE // 2**20)
    if not pdf.startswith(b"%PDF-"):
        return unjudged("not_a_pdf")
    try:
        return _judge(pdf, read_roots(trust_roots), now or datetime.now(UTC), issued_digests)
    except (SignatureValidationError, CMSExtractionError):  # a file of ours has no CMS that contradicts itself
        return Report(verdict="invalid", findings=(found("signature_malformed"),))
    except MemoryError:
        return unjudged("took_too_long")
    # A hostile PDF makes the libraries raise almost anything (ValueError, TypeError, KeyError, RecursionError ...);
    # whatever it is, the answer is the same and nothing is hidden: the file could not be read.
    except Exception as error:  # noqa: BLE001
        return unjudged("unreadable", reason=type(error).__name__)


def unjudged(code: str, **values: object) -> Report:
    """The report on a file of which nothing could be read."""
    return Report(verdict="cannot_judge", findings=(found(code, **values),))


def read_roots(trust_roots: Sequence[bytes]) -> list[x509.Certificate]:
    """The certificates in PEM (or DER) files; ValueError when one is none."""
    return [root for pem in trust_roots for root in _read_root(pem)]


@lru_cache(maxsize=16)
def _read_root(pem: bytes) -> tuple[x509.Certificate, ...]:
    return tuple(load_certs_from_pemder_data(pem))


def subject_field(name: x509.Name, field: str) -> str | None:
    """One part of a name as text."""
    value = name.native.get(field)
    return value if isinstance(value, str) else None


def _judge(
    pdf: bytes, roots: Sequence[x509.Certificate], now: datetime, issued_digests: Collection[str] | None
) -> Report:
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    if reader.encrypted:
        return unjudged("encrypted")
    origin = read_origin(reader)
    archives = reader.embedded_timestamp_signatures
    seals = reader.embedded_regular_signatures
    if not seals:
        return Report(
            verdict="invalid",
            findings=(found("no_seal"),),
            notice_number=origin.number if origin else None,
            file_kind="notice" if origin else "pdf",
        )
    seal = seals[0]
    trust = Trust(roots, _evidence(reader) if archives else Evidence())
    is_test = _is_test([seal.signer_cert, *seal.other_embedded_certs])
    findings = (
        *judge_proof(seal, archives, trust, now),
        *check_profile(pdf, reader, seal, archives, origin),
        *_judge_issuer(seal.signer_cert, origin, is_test),
        *_compare_with_ledger(pdf, issued_digests),
    )
    kind = KINDS.get(origin.template) if origin else None
    return Report(
        verdict=verdict_of(findings),
        findings=tuple(dict.fromkeys(findings)),  # several archive timestamps say the same
        signer=subject_field(seal.signer_cert.subject, "organization_name"),
        seal_name=subject_field(seal.signer_cert.subject, "common_name"),
        signing_time=seal.self_reported_timestamp,
        timestamp_time=attested_time(seal, archives),
        notice_number=origin.number if origin else None,
        notice_title=kind.title if kind else None,
        is_test_authority=is_test,
        level=level_of(seal, archives),
        file_kind="notice" if origin else "pdf",
    )


def _evidence(reader: PdfFileReader) -> Evidence:
    """The newest security store; one that holds anything else is nothing to go by, and broken in the profile."""
    try:
        return read_evidence(reader)
    except ValueError:  # also: no certificate, no list
        return Evidence()


def _judge_issuer(certificate: x509.Certificate, origin: Origin | None, is_test: bool) -> Iterator[Finding]:
    if origin is not None and origin.authority != subject_field(certificate.subject, "organization_name"):
        yield found("other_authority")
    if is_test:
        yield found("test_authority")
        if origin is not None and not origin.is_test:
            yield found("unmarked_test")


def _compare_with_ledger(pdf: bytes, issued_digests: Collection[str] | None) -> Iterator[Finding]:
    """The file itself, or one of its earlier states with newer archive timestamps behind, must have been issued."""
    if issued_digests is None:
        yield found("ledger_not_asked")
        return
    if hashlib.sha256(pdf).hexdigest() in issued_digests:
        yield found("issued_original")
        return
    try:
        ends = [revision.end for revision in read_revisions(pdf)[1:]]
    except OddStructure:
        ends = []
    is_renewed = any(hashlib.sha256(pdf[:end]).hexdigest() in issued_digests for end in ends)
    yield found("issued_original_renewed" if is_renewed else "not_issued")


def _is_test(certificates: Sequence[x509.Certificate]) -> bool:
    return any(subject_field(each.issuer, "common_name") == TEST_ROOT_NAME for each in certificates)
