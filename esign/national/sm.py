"""SM3 digests, SM2 keys, and who signs under them: thin, typed and in the words of the standards.

GB/T 32905 (SM3), GB/T 32918 (SM2), GB/T 35276 (default identity). Certificates stand in `certificates`, the calls into
OpenSSL in `libcrypto`.
"""

import base64
from collections.abc import Iterable

from esign.der import integer, object_id, octets, sequence
from esign.national import libcrypto

__all__ = ["DEFAULT_ID", "SM2_CURVE", "SM2_WITH_SM3", "SM3", "Sm2Key", "Sm2PublicKey", "sm3", "sm3_of"]

SM2_CURVE = "1.2.156.10197.1.301"
SM2_WITH_SM3 = "1.2.156.10197.1.501"
SM3 = "1.2.156.10197.1.401"
DEFAULT_ID = b"1234567812345678"  # GB/T 35276-2017, clause 10: when nothing else was agreed

_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_BEGIN, _END = b"-----BEGIN PRIVATE KEY-----\n", b"-----END PRIVATE KEY-----\n"


def sm3(data: bytes) -> bytes:
    """SM3 of `data`, 32 bytes. Raises `SmUnavailable` where libcrypto cannot."""
    return libcrypto.digest((data,))


def sm3_of(pieces: Iterable[bytes]) -> bytes:
    """SM3 of something too large to hold at once."""
    return libcrypto.digest(pieces)


class Sm2PublicKey:
    """The public half, from a SubjectPublicKeyInfo; raises `BadSm2Key` for any other kind of key."""

    def __init__(self, spki: bytes) -> None:
        self.spki = spki
        self._handle = libcrypto.load_public(spki)

    def verifies(self, signature: bytes, data: bytes, signer_id: bytes = DEFAULT_ID) -> bool:
        """Whether `signature` (SEQUENCE of r and s, strict DER) belongs to `data`."""
        return libcrypto.verify(self._handle, signature, data, signer_id)


class Sm2Key:
    """A private key in memory. Nothing here prints or logs it."""

    def __init__(self, handle: libcrypto.KeyHandle) -> None:
        self._handle = handle

    @classmethod
    def generate(cls) -> "Sm2Key":
        """A new key from OpenSSL's generator of randomness."""
        return cls(libcrypto.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> "Sm2Key":
        """From an unencrypted PKCS#8 PEM, as `to_pem` or `openssl genpkey` write it; raises `BadSm2Key`."""
        lines = pem.splitlines()
        body = b"".join(line for line in lines if line and not line.startswith(b"-----"))
        try:
            der = base64.b64decode(body, validate=True)
        except ValueError:
            der = b""
        return cls(libcrypto.load_private(der))

    def to_pem(self) -> bytes:
        """Unencrypted PKCS#8 PEM (RFC 5958): write it where only its owner can read."""
        algorithm = sequence(object_id(_EC_PUBLIC_KEY), object_id(SM2_CURVE))
        der = sequence(integer(0), algorithm, octets(self._handle.private_der()))
        text = base64.b64encode(der)
        return _BEGIN + b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64)) + _END

    @property
    def spki(self) -> bytes:
        """SubjectPublicKeyInfo in DER."""
        return self._handle.public_der()

    def sign(self, data: bytes, signer_id: bytes = DEFAULT_ID) -> bytes:
        """SM2 with SM3 over `data`: SEQUENCE of r and s in DER."""
        return libcrypto.sign(self._handle, data, signer_id)
