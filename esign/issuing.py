"""The issuing authority of a test authority: issues certificates and its revocation list with the key in its folder.

The folder holds `issuing.key` `issuing.crt` `root.crt` and the lists in `crls/`. The root's own list was made together
with the root and lasts as long; the issuing authority's lasts a week and is renewed when half over.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from esign.errors import BadSealFolder, RevocationUnavailable

__all__ = [
    "CLOCK_SKEW",
    "LISTS",
    "TEST_ISSUER_NAME",
    "TEST_NAMES",
    "TEST_ROOT_NAME",
    "IssuingAuthority",
    "certificate_builder",
    "distinguished_name",
    "distribution_point",
    "key_usage",
    "list_builder",
    "write_atomically",
]

TEST_ROOT_NAME = "云窗口测试根 TEST ONLY"
TEST_ISSUER_NAME = "云窗口测试签发 TEST ONLY"
TEST_NAMES = frozenset({TEST_ROOT_NAME, TEST_ISSUER_NAME})
"""Common names of whoever issues a test certificate."""

LISTS = "crls"
CLOCK_SKEW = timedelta(hours=1)
"""A machine whose clock is a little behind must not find a certificate or a list "not yet valid"."""

# Declared so that verifiers demand revocation data at all; RFC 6761 keeps .invalid from ever leading anywhere.
_LIST_URL = "http://crl.cloud-window.invalid/"
_LIST_LASTS = timedelta(days=7)

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class IssuingAuthority:
    """Issues under the certificate in its folder. Several processes may use one: lists are written under lock."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, lists: Path) -> None:
        """`lists`: the folder where its list is."""
        self.certificate = certificate
        self._key = key
        self._lists = lists

    @classmethod
    def load(cls, folder: Path) -> "IssuingAuthority":
        """Raises `BadSealFolder` when the folder belongs to no test authority that can still issue."""
        try:
            certificate = x509.load_pem_x509_certificate((folder / "issuing.crt").read_bytes())
            key = load_pem_private_key((folder / "issuing.key").read_bytes(), password=None)
        except FileNotFoundError:
            raise BadSealFolder(f"{folder.name} has no issuing authority: nothing more can be issued there") from None
        except (OSError, ValueError, TypeError) as error:
            raise BadSealFolder(f"{folder.name}: issuing authority: {error}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise BadSealFolder(f"{folder.name}: issuing.key does not belong to issuing.crt")
        return cls(certificate, key, folder / LISTS)

    def issue(
        self,
        subject: x509.Name,
        public_key: PublicKey,
        validity: tuple[datetime, datetime],
        *,
        purpose: Literal["seal", "time", "code"] = "seal",
    ) -> x509.Certificate:
        """A certificate for seals, for timestamps alone, or for printed codes, which must not seal anything."""
        leaf = certificate_builder(subject, self.certificate.subject, public_key, self._key.public_key(), validity)
        leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        leaf = leaf.add_extension(key_usage(commits=purpose != "code"), critical=True)
        leaf = leaf.add_extension(distribution_point("issuing.crl"), critical=False)
        if purpose == "time":  # RFC 3161, 2.3: this purpose alone, and critical
            leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return leaf.sign(self._key, hashes.SHA256())

    def renew(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> None:
        """Write a fresh list, all entries kept; raises `RevocationUnavailable` for any other issuer, or OSError."""
        if issuer != self.certificate:
            raise RevocationUnavailable("the test root's list cannot be renewed: its key is gone")
        with self._locked():
            self._replace_list((), now)

    def revoke(self, certificate: x509.Certificate, reason: x509.ReasonFlags, now: datetime) -> None:
        """Put a certificate on the list; a second time changes nothing. Raises `BadSealFolder` for another's."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (InvalidSignature, ValueError, TypeError):
            raise BadSealFolder("the certificate was not issued by this authority") from None
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(now)
        with self._locked():
            self._replace_list((entry.add_extension(x509.CRLReason(reason), critical=False).build(),), now)

    def signed_list(
        self, entries: Iterable[x509.RevokedCertificate], start: datetime, now: datetime, number: int
    ) -> bytes:
        """A list (DER) good from `start` on, and for a week after `now`; `number` has to grow (RFC 5280, 5.2.3)."""
        validity = (start - CLOCK_SKEW, now + _LIST_LASTS)
        builder = list_builder(self.certificate.subject, self._key.public_key(), validity, number)
        for entry in entries:
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _replace_list(self, added: Iterable[x509.RevokedCertificate], now: datetime) -> None:
        """What was listed stays, as it was; without the old list nobody knows, and none is made."""
        path = self._lists / "issuing.crl"
        old = x509.load_der_x509_crl(path.read_bytes())
        entries = {entry.serial_number: entry for entry in (*added, *old)}
        number = old.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        write_atomically(path, self.signed_list(entries.values(), now, now, number + 1))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._lists / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def distinguished_name(organisation: str, unit: str, common: str) -> x509.Name:
    """C=CN and these three."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def certificate_builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PublicKey,
    issuer_key: PublicKey,
    validity: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    """What every certificate of the test authority carries: names, key identifiers, validity, a random number."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def distribution_point(file: str) -> x509.CRLDistributionPoints:
    """Where the list of this certificate's issuer would be published, were this not a test."""
    name = x509.UniformResourceIdentifier(_LIST_URL + file)
    return x509.CRLDistributionPoints([x509.DistributionPoint([name], None, None, None)])


def list_builder(
    issuer: x509.Name, issuer_key: PublicKey, validity: tuple[datetime, datetime], number: int
) -> x509.CertificateRevocationListBuilder:
    """An empty revocation list with the extensions that RFC 5280, 5.2 demands."""
    return (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer)
        .last_update(validity[0])
        .next_update(validity[1])
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def key_usage(*, issues: bool = False, commits: bool = False) -> x509.KeyUsage:
    """For an authority, or for whoever signs; `commits` to the content (RFC 5280, 4.2.1.3), as only a seal may."""
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=commits,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )


def write_atomically(path: Path, content: bytes) -> None:
    """Readable by the owner only, and there complete or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
