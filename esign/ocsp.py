"""Asks an OCSP responder (RFC 6960) whether one certificate is good, and keeps the answer as long as it is fresh."""

import hashlib
import logging
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign.errors import CertificateRevoked, RevocationUnavailable
from esign.fetch import FetchFailed, fetch
from esign.issuing import write_atomically
from esign.keys import verifies
from esign.revocation import declared_addresses

__all__ = ["OcspResponder"]

logger = logging.getLogger(__name__)

_LARGEST = 64 * 1024
_CLOCKS_APART = timedelta(minutes=5)
_RETRY_AFTER = timedelta(minutes=5)
_LASTS = timedelta(hours=1)  # of an answer that does not say when the next one comes


class OcspResponder:
    """The responder that a certificate names. Answers are kept in a folder and asked for again when half over."""

    def __init__(self, folder: Path, timeout_s: float) -> None:
        self._folder = folder
        self._timeout_s = timeout_s
        self._not_before: dict[str, datetime] = {}

    def answer_for(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bytes:
        """See `Responder`."""
        name = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()[:16]
        kept = self._folder / f"{name}.ocsp"
        known: bytes | None = None
        try:
            known = kept.read_bytes()
            starts, ends = _judge(known, certificate, issuer, now)
            if now < starts + (ends - starts) / 2:
                return known
        except (OSError, RevocationUnavailable):
            known = None
        if known is not None and now < self._not_before.get(name, now):
            return known
        try:
            answer = self._ask(certificate, issuer)
            _judge(answer, certificate, issuer, now)
        except RevocationUnavailable as problem:
            if known is None:
                raise
            logger.warning("ocsp answer not renewed: %s", problem)
            self._not_before[name] = now + _RETRY_AFTER
            return known
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_atomically(kept, answer)
        except OSError as problem:  # good all the same, only not after a restart
            logger.warning("ocsp answer not kept: %s", type(problem).__name__)
        return answer

    def _ask(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
        sha1 = hashes.SHA1()  # noqa: S303  # RFC 5019, 2.1.1: it only names the issuer; some responders know no other
        body = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, sha1).build().public_bytes(Encoding.DER)
        problem = "the certificate names no responder"
        for url in declared_addresses(certificate).responders:
            try:
                return fetch(
                    url,
                    timeout_s=self._timeout_s,
                    limit=_LARGEST,
                    body=body,
                    content_type="application/ocsp-request",
                    expected_type="application/ocsp-response",
                )
            except FetchFailed as error:
                problem = str(error)
        raise RevocationUnavailable(problem)


def _judge(
    answer: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> tuple[datetime, datetime]:
    """From when to when a good answer holds; raises `RevocationUnavailable`, or `CertificateRevoked`."""
    try:
        parsed = ocsp.load_der_ocsp_response(answer)
        if parsed.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise RevocationUnavailable(f"the responder refuses ({parsed.response_status.name.lower()})")
        _check_signature(parsed, issuer, now)
        if parsed.serial_number != certificate.serial_number or not _names_issuer(parsed, issuer):
            raise RevocationUnavailable("the responder speaks of another certificate")
        status, starts, ends = parsed.certificate_status, parsed.this_update_utc, parsed.next_update_utc
    except ValueError:  # not DER, or several answers in one
        raise RevocationUnavailable("the responder's answer is unreadable") from None
    if status == ocsp.OCSPCertStatus.REVOKED:
        raise CertificateRevoked(f"certificate {certificate.serial_number:x} was revoked")
    if status != ocsp.OCSPCertStatus.GOOD:
        raise RevocationUnavailable("the responder does not know the certificate")
    ends = ends or starts + _LASTS
    if not starts - _CLOCKS_APART <= now < ends:
        raise RevocationUnavailable("the responder's answer is not of now")
    return starts, ends


def _names_issuer(parsed: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """RFC 6960, 4.1.1: by the hash of the issuer's key, in the algorithm that the request used."""
    key_hash = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest
    return isinstance(parsed.hash_algorithm, hashes.SHA1) and parsed.issuer_key_hash == key_hash


def _check_signature(parsed: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    """Signed by the issuer itself, or by a responder that it appointed (RFC 6960, 4.2.2.2); else raises."""
    for signer in (issuer, *(one for one in parsed.certificates if _is_appointed(one, issuer, now))):
        der, digest = signer.public_bytes(Encoding.DER), parsed.signature_hash_algorithm
        if digest is not None and verifies(der, parsed.signature, parsed.tbs_response_bytes, digest):
            return
    raise RevocationUnavailable("the responder's answer is not signed by anyone whom the issuer appointed")


def _is_appointed(responder: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    try:
        responder.verify_directly_issued_by(issuer)
        purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    is_valid = responder.not_valid_before_utc <= now <= responder.not_valid_after_utc
    return is_valid and ExtendedKeyUsageOID.OCSP_SIGNING in purposes
