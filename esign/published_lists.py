"""Revocation lists from the addresses that certificates name (CRL distribution points), kept in a folder."""

import hashlib
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from esign.errors import RevocationUnavailable
from esign.fetch import FetchFailed, fetch
from esign.issuing import write_atomically
from esign.revocation import declared_addresses

__all__ = ["PublishedLists"]

_LARGEST = 32 * 1024 * 1024  # lists of large authorities have some megabytes


class PublishedLists:
    """Fetches lists; who uses them checks their signature and dates."""

    def __init__(self, folder: Path, timeout_s: float) -> None:
        self._folder = folder
        self._timeout_s = timeout_s

    def renew(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> None:
        """See `ListRenewer`: the first of the certificate's addresses that answers with a list."""
        problem = "the certificate names no address of a list"
        for url in declared_addresses(certificate).lists:
            try:
                content = fetch(url, timeout_s=self._timeout_s, limit=_LARGEST)
                parsed = x509.load_der_x509_crl(content)
            except FetchFailed as error:
                problem = str(error)
            except ValueError:
                problem = f"what {url} answers is no revocation list"
            else:
                key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
                # one file per issuer and address: a list of other certificates must not take the place of this one
                name = hashlib.sha256(key + url.encode()).hexdigest()[:16]
                self._folder.mkdir(mode=0o700, exist_ok=True)
                write_atomically(self._folder / f"{name}.crl", parsed.public_bytes(Encoding.DER))
                return
        raise RevocationUnavailable(problem)
