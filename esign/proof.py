"""What the signatures in a sealed notice prove: whose seal, good at which time, attested by whom, until today.

Each thing is judged at the moment up to which its successor proves that it existed (proof of existence, ETSI EN 319
102-1, 5.6): the seal at its timestamp, a timestamp until the next one, only the last one today. So certificates may
expire, and be revoked after their use. Cryptography and certificate paths are pyHanko's; nothing is fetched.
"""

import logging
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeVar

from asn1crypto import cms, crl, ocsp, x509
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import PdfSignatureStatus, TimestampSignatureStatus
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import InvalidCertificateError, PathBuildingError, PathValidationError

from esign.archive import Evidence
from esign.findings import found
from esign.report import Finding, Level

__all__ = [
    "Trust",
    "attested_time",
    "finish",
    "generated",
    "is_good",
    "judge_proof",
    "level_of",
    "timestamp_counts",
    "token_time",
]

# A certificate without a path to a root is a finding of ours, not a fault of the program that asked:
# pyHanko would log a traceback with the names in the certificate for each.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

_CLOCKS_APART = timedelta(minutes=5)
_CLOCK_SKEW = timedelta(hours=1)  # a terminal's clock may be a little behind
_Result = TypeVar("_Result")


# Reading a name for comparison takes longer than a signature check, and the same few authorities stand in every notice.
@lru_cache(maxsize=64)
def _certificate(der: bytes) -> x509.Certificate:
    return x509.Certificate.load(der)


@lru_cache(maxsize=16)
def _revocation_list(der: bytes) -> crl.CertificateList:
    return crl.CertificateList.load(der)


@dataclass(frozen=True)
class Trust:
    """Which roots count, and what the file itself brings along to reach them."""

    roots: Sequence[x509.Certificate]
    evidence: Evidence

    def context(self, moment: datetime, revocation: Literal["hard-fail", "soft-fail", "none"]) -> ValidationContext:
        """To judge certificates as of `moment`. Lists issued later count too: they also tell of earlier revocations."""
        return ValidationContext(
            trust_roots=list(self.roots),
            other_certs=[_certificate(der) for der in self.evidence.certificates],
            crls=[_revocation_list(der) for der in self.evidence.crls],
            ocsps=[ocsp.OCSPResponse.load(der) for der in self.evidence.ocsps],
            moment=moment,
            revocation_mode=revocation,
            retroactive_revinfo=True,
            allow_fetching=False,
        )


def judge_proof(
    seal: EmbeddedPdfSignature, archives: Sequence[EmbeddedPdfSignature], trust: Trust, now: datetime
) -> Iterator[Finding]:
    """Findings on the seal, its timestamp and the archive timestamps (oldest first)."""
    attested = token_time(seal)
    times = [generated(archive.signed_data) for archive in archives]
    moment = attested_time(seal, archives)
    context = trust.context(moment or now, "hard-fail" if archives else "soft-fail")
    status = finish(async_validate_pdf_signature(seal, context, context, skip_diff=True))
    yield from _judge_seal(seal, status, trust, moment, now)
    if not (status.intact and status.valid):
        return
    if attested is None and not archives:
        yield found("timestamp_pending")
    elif not archives:
        yield found("archive_missing")
    if status.timestamp_validity is not None:
        until = times[0] if times else now
        yield from _judge_token(status.timestamp_validity, "timestamp_trusted", trust, until, bool(archives))
    for archive, until in zip(archives, [*times[1:], now], strict=False):
        validation = async_validate_pdf_timestamp(
            archive, trust.context(generated(archive.signed_data), "hard-fail"), skip_diff=True
        )
        yield from _judge_token(finish(validation), "archive_trusted", trust, until, True)
    known = [*([attested] if attested else []), *times]
    if known != sorted(known):
        yield found("times_disordered")
    if known and known[-1] > now + _CLOCK_SKEW:
        yield found("time_in_future")
    yield from _notes(seal, moment, trust, now)


def _judge_seal(
    seal: EmbeddedPdfSignature, status: PdfSignatureStatus, trust: Trust, moment: datetime | None, now: datetime
) -> Iterator[Finding]:
    if not status.intact:
        yield found("content_changed")
        yield found("seal_not_judged")
        return
    yield found("content_unchanged")
    # without it the certificate could be exchanged for another one of the same key (RFC 5035; EN 319 122-1, 5.2.2)
    names_certificate = any(
        each["type"].native == "signing_certificate_v2" for each in seal.signer_info["signed_attrs"]
    )
    yield found("seal_genuine" if status.valid and names_certificate else "seal_forged")
    demands = bool(trust.evidence.certificates)
    if status.trusted and status.validation_path is not None:
        # what the CMS carries along is not signed: it may be nothing but the path
        if not {each.dump() for each in seal.other_embedded_certs} <= {each.dump() for each in status.validation_path}:
            yield found("signature_malformed")
        yield found("issuer_trusted")
        if demands:
            declares = seal.signer_cert.crl_distribution_points or seal.signer_cert.ocsp_urls
            yield found("not_revoked" if declares else "revocation_undeclared")
    elif not trust.roots:
        yield found("issuer_not_judged")
    elif status.revoked:
        yield found("certificate_revoked")
    elif status.trust_problem_indic == AdESIndeterminate.OUT_OF_BOUNDS_NO_POE:
        yield found("certificate_out_of_date", None if moment else "unknown")
    elif demands and is_good(seal.signer_cert, seal.other_embedded_certs, trust, moment or now, None):
        yield found("revocation_missing")
    else:
        yield found("issuer_unknown")


def _judge_token(
    status: TimestampSignatureStatus, trusted: str, trust: Trust, until: datetime, demands_revocation: bool
) -> Iterator[Finding]:
    """A timestamp counts when it was good at its own time, and its authority's certificate still is `until` then."""
    if not (status.intact and status.valid):
        yield found("timestamp_invalid")
    elif not trust.roots:
        yield found("timestamp_not_judged")
    elif not status.trusted:
        missing = demands_revocation and not status.revoked
        good = missing and is_good(status.signing_cert, (), trust, status.timestamp, "time_stamping")
        yield found("revocation_missing" if good else "timestamp_issuer_unknown")
    elif timestamp_counts(status, trust, until):
        yield found(trusted)
    else:
        yield found("archive_expired")


def timestamp_counts(status: TimestampSignatureStatus, trust: Trust, until: datetime) -> bool:
    """Whether a timestamp is intact, was good at its own time, and its authority's certificate is so `until` then."""
    if not (status.intact and status.valid and status.trusted) or status.validation_path is None:
        return False
    return _lasts(list(status.validation_path), trust, until)


def _lasts(path: Sequence[x509.Certificate], trust: Trust, until: datetime) -> bool:
    """Whether every certificate of a good path (root first) is in force until then and in no list revoked before."""
    if any(certificate.not_valid_after < until for certificate in path):
        return False
    ends = (_revoked_on(certificate, issuer, trust) for issuer, certificate in pairwise(path))
    return all(revoked is None or revoked > until for revoked in ends)


def _revoked_on(certificate: x509.Certificate, issuer: x509.Certificate, trust: Trust) -> datetime | None:
    """The revocation date in any list of the issuer's."""
    key = load_der_x509_certificate(issuer.dump()).public_key()
    for der in trust.evidence.crls:
        issued = load_der_x509_crl(der)
        entry = issued.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and issued.is_signature_valid(key):  # type: ignore[arg-type]  # a CA's key can sign
            return entry.revocation_date_utc
    return None


def is_good(
    certificate: x509.Certificate,
    others: Sequence[x509.Certificate],
    trust: Trust,
    moment: datetime,
    purpose: str | None,
) -> bool:
    """Whether a certificate leads to a root as of `moment`, revocation left aside."""
    validator = CertificateValidator(
        certificate, intermediate_certs=others, validation_context=trust.context(moment, "none")
    )
    try:
        finish(
            validator.async_validate_usage(  # type: ignore[no-untyped-call]
                key_usage=set() if purpose else {"non_repudiation"},
                extended_key_usage={purpose} if purpose else None,
            )
        )
    except (PathBuildingError, PathValidationError, InvalidCertificateError):  # the last: not for this use
        return False
    return True


def _notes(seal: EmbeddedPdfSignature, moment: datetime | None, trust: Trust, now: datetime) -> Iterator[Finding]:
    claimed, certificate = seal.self_reported_timestamp, seal.signer_cert
    if moment is not None and (claimed is None or abs(claimed - moment) > _CLOCKS_APART):
        yield found("times_apart")
    if moment is not None and certificate.not_valid_after < now:
        yield found("certificate_ended")
    for der in trust.evidence.crls:
        issued = load_der_x509_crl(der)
        entry = issued.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and issued.issuer.public_bytes() == certificate.issuer.dump():
            yield found("revoked_later")
            return


def level_of(seal: EmbeddedPdfSignature, archives: Sequence[EmbeddedPdfSignature]) -> Level:
    """What the file carries, whatever it is worth."""
    if archives:
        return "B-LTA"
    return "B-B" if token_time(seal) is None else "B-T"


def attested_time(seal: EmbeddedPdfSignature, archives: Sequence[EmbeddedPdfSignature]) -> datetime | None:
    """The first time that proves the seal existed: its own timestamp, or else the oldest archive timestamp."""
    return token_time(seal) or (generated(archives[0].signed_data) if archives else None)


def token_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """The time inside the signature timestamp, not yet verified: it only counts once the timestamp does."""
    for attribute in signature.signer_info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            info: cms.ContentInfo = attribute["values"][0]
            return generated(info["content"])
    return None


def generated(signed: cms.SignedData) -> datetime:
    moment: datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
    return moment.astimezone(UTC)


def finish(validation: Coroutine[Any, Any, _Result]) -> _Result:
    """Run pyHanko's coroutine to its end. Nothing is fetched, so it never waits and needs no event loop."""
    try:
        validation.send(None)
    except StopIteration as end:
        result: _Result = end.value
        return result
    validation.close()
    raise RuntimeError("validation tried to wait for something")
