"""The CMS objects of a sealed notice, built as DER: the CAdES signature (ETSI EN 319 122-1) and the RFC 3161 token.

One signer, SHA-256, ECDSA P-256 or RSA, always the same shape: `is_canonical` can therefore tell any object that this
module did not write, even where the bytes are not signed. Trusting a signature is done in `self_check` and `verify`.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from esign.der import (
    content_of,
    context,
    generalized_time,
    integer,
    is_der,
    object_id,
    octets,
    sequence,
    set_of,
    split,
)
from esign.keys import SealKey

__all__ = [
    "certificates_of",
    "is_canonical",
    "most_bytes",
    "most_token_bytes",
    "sign_detached",
    "signer_id",
    "timestamp_token",
]

_ID_DATA = object_id("1.2.840.113549.1.7.1")
_ID_SIGNED_DATA = object_id("1.2.840.113549.1.7.2")
_ID_TST_INFO = object_id("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = object_id("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = object_id("1.2.840.113549.1.9.4")
_ALGORITHM_PROTECTION = object_id("1.2.840.113549.1.9.52")  # RFC 6211
_SIGNING_CERTIFICATE_V2 = object_id("1.2.840.113549.1.9.16.2.47")  # RFC 5035
_TIMESTAMP_TOKEN = object_id("1.2.840.113549.1.9.16.2.14")
_TEST_POLICY = object_id("2.25.87617402335491209853346710235829217341")  # X.667: from a random UUID, ours alone

_NULL = b"\x05\x00"
_SHA256 = sequence(object_id("2.16.840.1.101.3.4.2.1"))
_ECDSA_SHA256 = sequence(object_id("1.2.840.10045.4.3.2"))
_RSA_SHA256 = sequence(object_id("1.2.840.113549.1.1.11"), _NULL)
_ALGORITHMS = {"ecdsa-p256-sha256": _ECDSA_SHA256, "rsa-sha256": _RSA_SHA256}

# what a foreign timestamp authority may use: SHA-256, -384, -512 with or without NULL (RFC 5754, 2), and with each
# ECDSA or RSA PKCS#1 v1.5, the latter also under its name without a hash (RFC 5754, 3.2)
_FOREIGN_ALGORITHMS = {
    (sequence(object_id(f"2.16.840.1.101.3.4.2.{number}"), parameters), signature)
    for number in (1, 2, 3)
    for parameters in (b"", _NULL)
    for signature in (
        sequence(object_id(f"1.2.840.10045.4.3.{number + 1}")),
        sequence(object_id(f"1.2.840.113549.1.1.{number + 10}"), _NULL),
        sequence(object_id("1.2.840.113549.1.1.1"), _NULL),
    )
}
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SEC 2, 2.4.2


def sign_detached(
    digest: bytes, key: SealKey, others: Sequence[bytes], timestamp: Callable[[bytes], bytes] | None
) -> bytes:
    """CAdES over a SHA-256 `digest` of the ByteRange: ContentInfo in DER, B-T with `timestamp`, B-B without.

    `others` are the certificates (DER) to carry beside the key's own, `timestamp` makes a token over a SHA-256 digest.
    No signing-time attribute: PAdES keeps the claimed time in the signature dictionary (ETSI EN 319 142-1, 5.3).
    """
    attributes = _signed_attributes(_ID_DATA, digest, key)
    signature = _sign(key, attributes)
    token = timestamp(hashlib.sha256(signature).digest()) if timestamp else None
    return _content_info(
        _ID_DATA,
        None,
        set_of(key.certificate, *others),
        signer_id(key.certificate),
        attributes,
        _ALGORITHMS[key.algorithm],
        signature,
        token,
    )


def timestamp_token(digest: bytes, key: SealKey, now: datetime, serial: int, others: Sequence[bytes] = ()) -> bytes:
    """RFC 3161 TimeStampToken over a SHA-256 digest, accurate to one second; `others` as in `sign_detached`."""
    info = sequence(
        integer(1),
        _TEST_POLICY,
        sequence(_SHA256, octets(digest)),
        integer(serial),
        generalized_time(now),
        sequence(integer(1)),
    )
    attributes = _signed_attributes(_ID_TST_INFO, hashlib.sha256(info).digest(), key)
    return _content_info(
        _ID_TST_INFO,
        info,
        set_of(key.certificate, *others),
        signer_id(key.certificate),
        attributes,
        _ALGORITHMS[key.algorithm],
        _sign(key, attributes),
        None,
    )


def most_bytes(key: SealKey, others: Sequence[bytes], token: int) -> int:
    """How long `sign_detached` gets at most, with a timestamp token of at most so many bytes (0: without)."""
    own = sum(map(len, (key.certificate, *others))) + len(signer_id(key.certificate))
    return own + _signature_bytes(key.certificate) + 320 + token


def most_token_bytes(timestamper: Sequence[bytes]) -> int:
    """How long a token from an authority with this chain (DER, its own first, root last) gets in all likelihood.

    840 bytes are for the content, the signed attributes and the signer's name.
    """
    return sum(map(len, timestamper)) + _signature_bytes(timestamper[0]) + 840


@lru_cache(maxsize=64)
def _signature_bytes(certificate: bytes) -> int:
    """How long a signature by this certificate's key gets at most."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return 2 * (key.key_size // 8 + 1) + 12
    return key.key_size // 8 + 4 if isinstance(key, rsa.RSAPublicKey) else 1024


def is_canonical(content_info: bytes) -> bool:
    """Whether a CMS object leaves nobody room to change or hide anything outside its signature.

    A signature of ours must be byte for byte in the shape written here. A timestamp token, alone or inside, may come
    from any authority: strictly DER, one signer, known algorithms, no revocation lists, no unsigned attributes. What
    stays free in a token is its list of certificates (whoever judges it must find them elsewhere, signed) and, from
    another authority, which of the two forms its ECDSA signature has.
    """
    try:
        _, wrapped = split(content_of(content_info))
        _, _, encapsulated, *_ = split(content_of(content_of(wrapped)))
        is_token = split(content_of(encapsulated))[0] == _ID_TST_INFO
        return _is_clean_token(content_info) if is_token else _is_our_signature(content_info)
    except (ValueError, TypeError):  # too many or too few parts
        return False


def certificates_of(content_info: bytes) -> list[bytes]:
    """The certificates that a CMS object carries, DER; ValueError when it has no such list."""
    _, wrapped = split(content_of(content_info))
    _, _, _, certificates, *_ = split(content_of(content_of(wrapped)))
    if certificates[0] != 0xA0:
        raise ValueError("no certificates")
    return split(content_of(certificates))


def _is_our_signature(content_info: bytes) -> bool:
    _, wrapped = split(content_of(content_info))
    _, _, _, certificates, signers = split(content_of(content_of(wrapped)))
    (signer,) = split(content_of(signers))
    _, signer_id, _, attributes, algorithm, signature, *unsigned = split(content_of(signer))
    token = _token_in(*unsigned) if unsigned else None
    value = content_of(signature)
    rebuilt = _content_info(
        _ID_DATA,
        None,
        set_of(*split(content_of(certificates))),
        signer_id,
        set_of(*split(content_of(attributes))),
        algorithm,
        value,
        token,
    )
    if algorithm == _ECDSA_SHA256:
        has_one_form = value == _low(value)
    else:
        has_one_form = algorithm == _RSA_SHA256 and len(value) >= 384
    return has_one_form and rebuilt == content_info and (token is None or is_canonical(token))


def _is_clean_token(token: bytes) -> bool:
    """Rebuilt from the parts that are signed or known by name, with the certificates as they are."""
    _, wrapped = split(content_of(token))
    _, _, encapsulated, certificates, signers = split(content_of(content_of(wrapped)))
    _, content = split(content_of(encapsulated))
    info = content_of(content_of(content))
    (signer,) = split(content_of(signers))
    _, signer_id, digest, attributes, algorithm, signature = split(content_of(signer))
    value = content_of(signature)
    signer_version = integer(1 if signer_id[0] == 0x30 else 3)  # by issuer and number, or by key (RFC 5652, 5.3)
    attributes = context(0, content_of(attributes))
    rebuilt = sequence(signer_version, signer_id, digest, attributes, algorithm, octets(value))
    signed_data = sequence(
        integer(3),
        set_of(digest),
        sequence(_ID_TST_INFO, context(0, octets(info))),
        context(0, content_of(certificates)),
        set_of(rebuilt),
    )
    is_ours = split(content_of(info))[1] == _TEST_POLICY
    return (
        token == sequence(_ID_SIGNED_DATA, context(0, signed_data))
        and (digest, algorithm) in _FOREIGN_ALGORITHMS
        and not (is_ours and algorithm == _ECDSA_SHA256 and value != _low(value))
        and all(map(is_der, (info, signer_id, attributes)))
    )


def _token_in(unsigned: bytes) -> bytes:
    (attribute,) = split(content_of(unsigned))
    _, values = split(content_of(attribute))
    return content_of(values)


def _signed_attributes(content_type: bytes, digest: bytes, key: SealKey) -> bytes:
    certificate_id = sequence(octets(hashlib.sha256(key.certificate).digest()))  # ESSCertIDv2, SHA-256 by default
    algorithm = _ALGORITHMS[key.algorithm]
    return set_of(
        _attribute(_CONTENT_TYPE, content_type),
        _attribute(_MESSAGE_DIGEST, octets(digest)),
        _attribute(_SIGNING_CERTIFICATE_V2, sequence(sequence(certificate_id))),
        _attribute(_ALGORITHM_PROTECTION, sequence(_SHA256, context(1, content_of(algorithm)))),
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return sequence(kind, set_of(value))


def _sign(key: SealKey, data: bytes) -> bytes:
    signature = key.sign(data)
    return _low(signature) if key.algorithm == "ecdsa-p256-sha256" else signature


def _low(signature: bytes) -> bytes:
    """An ECDSA signature with the smaller of its two values of s: both verify, so one of them must be the only one."""
    r, s = (int.from_bytes(content_of(part), "big") for part in split(content_of(signature)))
    return sequence(integer(r), integer(min(s, _P256_ORDER - s)))


@lru_cache(maxsize=64)
def signer_id(certificate: bytes) -> bytes:
    """IssuerAndSerialNumber (RFC 5652, 10.2.4) of the one whose certificate (DER) this is."""
    leaf = x509.load_der_x509_certificate(certificate)
    return sequence(leaf.issuer.public_bytes(), integer(leaf.serial_number))


def _content_info(
    content_type: bytes,
    content: bytes | None,
    certificates: bytes,
    signer_id: bytes,
    attributes: bytes,
    algorithm: bytes,
    signature: bytes,
    token: bytes | None,
) -> bytes:
    """ContentInfo with one SignerInfo (RFC 5652, 5.1): version 3 where the content is not plain data."""
    signer = [integer(1), signer_id, _SHA256, context(0, content_of(attributes)), algorithm, octets(signature)]
    if token is not None:
        signer.append(context(1, _attribute(_TIMESTAMP_TOKEN, token)))
    encapsulated = [content_type]
    if content is not None:
        encapsulated.append(context(0, octets(content)))
    signed_data = sequence(
        integer(1 if content_type == _ID_DATA else 3),
        set_of(_SHA256),
        sequence(*encapsulated),
        context(0, content_of(certificates)),
        set_of(sequence(*signer)),
    )
    return sequence(_ID_SIGNED_DATA, context(0, signed_data))
