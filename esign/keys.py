"""Who seals: the key behind a protocol, the seal with its stamp and timestamper, and loading both from a folder.

A seal folder holds `seal.json` (what the stamp says, test or not), `seal.crt` `seal.key` (the seal's certificate and
key), `tsa.crt` `tsa.key` (the timestamper's) and `root.crt`. Keys are read once; nothing here prints or logs one.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from esign.errors import BadSealFolder
from esign.stamp import StampDesign

__all__ = ["FileKey", "Seal", "SealKey", "load_seal"]


class SealKey(Protocol):
    """A signing key with its certificate. The real ones live in a token; here it may be a file."""

    @property
    def certificate(self) -> bytes:
        """In DER, issued by the root itself: there are no intermediate authorities yet."""

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 with SHA-256 over `data`, as DER."""


class FileKey:
    """A P-256 key held in memory after being read from a PEM file."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        self._key = key
        self._certificate = certificate

    @property
    def certificate(self) -> bytes:
        return self._certificate

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True)
class Seal:
    """An organisation's electronic seal: what its stamp says, its key, who timestamps, and the root to trust."""

    design: StampDesign
    key: SealKey
    timestamper: SealKey
    root_pem: bytes
    is_test: bool


class _SealFile(msgspec.Struct, frozen=True):
    organisation: str
    kind: str
    is_test: bool


def load_seal(folder: Path) -> Seal:
    """Read a seal folder; raises `BadSealFolder` when something is missing, unreadable or does not fit together."""
    try:
        said = msgspec.json.decode((folder / "seal.json").read_bytes(), type=_SealFile)
        root_pem = (folder / "root.crt").read_bytes()
        root = x509.load_pem_x509_certificate(root_pem)
        key, timestamper = (_load_key(folder, name, root) for name in ("seal", "tsa"))
    except (OSError, ValueError, TypeError, msgspec.MsgspecError) as error:
        raise BadSealFolder(f"{folder.name}: {error}") from error
    return Seal(StampDesign(said.organisation, said.kind), key, timestamper, root_pem, said.is_test)


def _load_key(folder: Path, name: str, root: x509.Certificate) -> FileKey:
    certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())
    key = load_pem_private_key((folder / f"{name}.key").read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadSealFolder(f"{name}.key is not a P-256 key")
    if key.public_key() != certificate.public_key():
        raise BadSealFolder(f"{name}.key does not belong to {name}.crt")
    try:
        certificate.verify_directly_issued_by(root)
    except Exception as error:  # cryptography raises InvalidSignature, ValueError or TypeError here
        raise BadSealFolder(f"{name}.crt was not issued by root.crt") from error
    return FileKey(key, certificate.public_bytes(Encoding.DER))
