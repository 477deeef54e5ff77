"""Who seals, in values: the key behind a protocol, the timestamper, the source of revocation data, and the seal itself.

Only `FileKey` is a real thing here: a key read once from PEM or PKCS#12 and held in memory. A key inside a token is in
`token`, timestamps in `timestamps`, revocation lists in `revocation`; `seal_folder` reads a whole seal from a folder.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12

from esign.errors import BadSealFolder
from esign.stamp import StampDesign

__all__ = [
    "Algorithm",
    "FileKey",
    "RevocationData",
    "RevocationSource",
    "Seal",
    "SealKey",
    "Timestamper",
    "algorithm_of",
    "read_secret",
    "verifies",
]

Algorithm = Literal["ecdsa-p256-sha256", "rsa-sha256"]
"""ECDSA on P-256, or RSASSA-PKCS1-v1_5 with 3072 bits and more; both with SHA-256."""

_SHA256 = hashes.SHA256()
_LEAST_RSA_BITS = 3072


class SealKey(Protocol):
    """A signing key with its certificate: in memory or in a token."""

    @property
    def algorithm(self) -> Algorithm:
        """What `sign` makes."""

    @property
    def certificate(self) -> bytes:
        """The key's own certificate, DER."""

    def sign(self, data: bytes) -> bytes:
        """Sign `data`, hashed here with SHA-256; ECDSA as DER, RSA as PKCS#1 v1.5. May raise `TokenUnavailable`."""


class Timestamper(Protocol):
    """An authority that says when: ours in this process, or any that speaks RFC 3161."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """DER: the authority's own certificate first, its root last."""

    def timestamp(self, digest: bytes) -> bytes:
        """A TimeStampToken (ContentInfo, DER) over a SHA-256 digest; raises `TimestampUnavailable`."""


@dataclass(frozen=True)
class RevocationData:
    """What proves that certificates were not revoked, DER."""

    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...] = ()


class RevocationSource(Protocol):
    """Where it is known which certificates are still good."""

    def data_for(self, *chains: tuple[bytes, ...]) -> RevocationData:
        """Data good now for every certificate of these chains but the roots (DER, each followed by its issuer).

        Raises `RevocationUnavailable` when there is nothing fresh, `CertificateRevoked` when one is listed.
        """


@dataclass(frozen=True)
class Seal:
    """An organisation's electronic seal: what its stamp says, its key, who timestamps, and the root to trust.

    `chain` is the issuer of `key.certificate` and so on to the root (DER, root last); `code_key` (always P-256) signs
    the printed codes; `seal_id` stays the same when the certificate is renewed.
    """

    seal_id: str
    design: StampDesign
    key: SealKey
    chain: tuple[bytes, ...]
    timestamper: Timestamper
    revocation: RevocationSource
    code_key: SealKey
    root_pem: bytes
    is_test: bool


class FileKey:
    """A key held in memory. RSA keys are checked once, when they are read: that alone takes a quarter of a second."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, certificate: bytes) -> None:
        """`certificate` in DER; raises ValueError when it is not this key's, or the key is of no kind used here."""
        public = x509.load_der_x509_certificate(certificate).public_key()
        if public != key.public_key():
            raise ValueError("the key does not belong to the certificate")
        self._algorithm = algorithm_of(certificate)
        self._key = key
        self._certificate = certificate

    @classmethod
    def from_pem(cls, key: bytes, certificate: bytes) -> "FileKey":
        """From an unencrypted PEM key and a PEM certificate; raises ValueError or TypeError."""
        leaf = x509.load_pem_x509_certificate(certificate)
        return cls(_usable(load_pem_private_key(key, password=None)), leaf.public_bytes(Encoding.DER))

    @classmethod
    def from_p12(cls, container: bytes, password: str) -> "FileKey":
        """From a PKCS#12 container; raises ValueError when it lacks key or certificate or the password is wrong."""
        try:
            key, leaf, _ = pkcs12.load_key_and_certificates(container, password.encode())
        except ValueError:  # its message speaks of bytes and would not help anyone
            raise ValueError("not a PKCS#12 container, or the password is wrong") from None
        if leaf is None:
            raise ValueError("the PKCS#12 container holds no certificate for its key")
        return cls(_usable(key), leaf.public_bytes(Encoding.DER))

    @property
    def algorithm(self) -> Algorithm:
        return self._algorithm

    @property
    def certificate(self) -> bytes:
        return self._certificate

    def sign(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), _SHA256)
        return self._key.sign(data, ec.ECDSA(_SHA256))


def algorithm_of(certificate: bytes) -> Algorithm:
    """What the key of this certificate (DER) signs with; raises ValueError for a kind that is not used here."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return "ecdsa-p256-sha256"
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= _LEAST_RSA_BITS:
        return "rsa-sha256"
    raise ValueError(f"neither a P-256 key nor RSA of {_LEAST_RSA_BITS} bits and more")


def verifies(certificate: bytes, signature: bytes, data: bytes, digest: hashes.HashAlgorithm = _SHA256) -> bool:
    """Whether the key of this certificate (DER) signed `data`: ECDSA or RSA PKCS#1 v1.5 over this digest."""
    public = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data, padding.PKCS1v15(), digest)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def read_secret(file: Path | None, variable: str, environment: Mapping[str, str] = os.environ) -> str:
    """A PIN or password: the first line of a file that only its owner can read, or an environment variable.

    Raises `BadSealFolder`, which names the place and never holds the secret.
    """
    if file is None:
        if variable not in environment:
            raise BadSealFolder(f"the environment variable {variable} with the secret is not set")
        return environment[variable]
    try:
        with file.open(encoding="utf-8") as stream:
            if os.fstat(stream.fileno()).st_mode & 0o077:
                raise BadSealFolder(f"{file.name} can be read by others: chmod 600")
            return stream.readline().rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        raise BadSealFolder(f"{file.name} with the secret cannot be read ({type(error).__name__})") from None


def _usable(key: object) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    raise ValueError("neither an elliptic-curve nor an RSA key")
