"""The CMS objects of a sealed notice, built as DER: the CAdES signature (ETSI EN 319 122-1) and the RFC 3161 token.

One signer, ECDSA P-256 with SHA-256, always the same shape: `is_canonical` can therefore tell any object that this
module did not write, even where the bytes are not signed. Reading and trusting a signature is done in `verify`.
"""

import hashlib
from datetime import datetime

from cryptography import x509

from esign.der import content_of, context, generalized_time, integer, object_id, octets, sequence, set_of, split
from esign.keys import SealKey

__all__ = ["is_canonical", "sign_detached", "timestamp_token"]

_ID_DATA = object_id("1.2.840.113549.1.7.1")
_ID_SIGNED_DATA = object_id("1.2.840.113549.1.7.2")
_ID_TST_INFO = object_id("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = object_id("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = object_id("1.2.840.113549.1.9.4")
_ALGORITHM_PROTECTION = object_id("1.2.840.113549.1.9.52")  # RFC 6211
_SIGNING_CERTIFICATE_V2 = object_id("1.2.840.113549.1.9.16.2.47")  # RFC 5035
_TIMESTAMP_TOKEN = object_id("1.2.840.113549.1.9.16.2.14")
_TEST_POLICY = object_id("2.25.87617402335491209853346710235829217341")  # X.667: from a random UUID, ours alone

_SHA256 = sequence(object_id("2.16.840.1.101.3.4.2.1"))
_ECDSA_SHA256 = sequence(object_id("1.2.840.10045.4.3.2"))


def sign_detached(digest: bytes, key: SealKey, timestamper: SealKey, now: datetime, serial: int) -> bytes:
    """CAdES-B-T over a SHA-256 `digest` of the ByteRange: ContentInfo in DER with a signature timestamp.

    `now` is the timestamper's own clock and `serial` the token's number. No signing-time attribute: PAdES keeps the
    claimed time in the signature dictionary (ETSI EN 319 142-1, 5.3).
    """
    attributes = _signed_attributes(_ID_DATA, digest, key)
    signature = key.sign(attributes)
    token = timestamp_token(hashlib.sha256(signature).digest(), timestamper, now, serial)
    return _content_info(_ID_DATA, None, key.certificate, _signer_id(key.certificate), attributes, signature, token)


def timestamp_token(digest: bytes, key: SealKey, now: datetime, serial: int) -> bytes:
    """RFC 3161 TimeStampToken over a SHA-256 digest, accurate to one second."""
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
        _ID_TST_INFO, info, key.certificate, _signer_id(key.certificate), attributes, key.sign(attributes), None
    )


def is_canonical(content_info: bytes) -> bool:
    """Whether a CMS object, and the token inside it, is byte for byte in the shape written here.

    Algorithm lists, unsigned attributes and further certificates are outside the signature: demanding the exact shape
    leaves nobody room to change or hide anything there.
    """
    try:
        _, wrapped = split(content_of(content_info))
        _, _, encapsulated, certificate, signers = split(content_of(content_of(wrapped)))
        (signer,) = split(content_of(signers))
        _, signer_id, _, attributes, _, signature, *unsigned = split(content_of(signer))
        (_,) = split(content_of(certificate))
        content_type, *content = split(content_of(encapsulated))
        token = _token_in(*unsigned) if unsigned else None
        rebuilt = _content_info(
            content_type,
            content_of(content_of(*content)) if content else None,
            content_of(certificate),
            signer_id,
            set_of(*split(content_of(attributes))),
            content_of(signature),
            token,
        )
    except (ValueError, TypeError):  # too many or too few parts
        return False
    return rebuilt == content_info and (token is None or is_canonical(token))


def _token_in(unsigned: bytes) -> bytes:
    (attribute,) = split(content_of(unsigned))
    _, values = split(content_of(attribute))
    return content_of(values)


def _signed_attributes(content_type: bytes, digest: bytes, key: SealKey) -> bytes:
    certificate_id = sequence(octets(hashlib.sha256(key.certificate).digest()))  # ESSCertIDv2, SHA-256 by default
    return set_of(
        _attribute(_CONTENT_TYPE, content_type),
        _attribute(_MESSAGE_DIGEST, octets(digest)),
        _attribute(_SIGNING_CERTIFICATE_V2, sequence(sequence(certificate_id))),
        _attribute(_ALGORITHM_PROTECTION, sequence(_SHA256, context(1, content_of(_ECDSA_SHA256)))),
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return sequence(kind, set_of(value))


def _signer_id(certificate: bytes) -> bytes:
    """IssuerAndSerialNumber of the signer."""
    leaf = x509.load_der_x509_certificate(certificate)
    return sequence(leaf.issuer.public_bytes(), integer(leaf.serial_number))


def _content_info(
    content_type: bytes,
    content: bytes | None,
    certificate: bytes,
    signer_id: bytes,
    attributes: bytes,
    signature: bytes,
    token: bytes | None,
) -> bytes:
    """ContentInfo with one SignerInfo (RFC 5652, 5.1): version 3 where the content is not plain data."""
    signer = [
        integer(1),
        signer_id,
        _SHA256,
        context(0, content_of(attributes)),
        _ECDSA_SHA256,
        octets(signature),
    ]
    if token is not None:
        signer.append(context(1, _attribute(_TIMESTAMP_TOKEN, token)))
    encapsulated = [content_type]
    if content is not None:
        encapsulated.append(context(0, octets(content)))
    signed_data = sequence(
        integer(1 if content_type == _ID_DATA else 3),
        set_of(_SHA256),
        sequence(*encapsulated),
        context(0, certificate),
        set_of(sequence(*signer)),
    )
    return sequence(_ID_SIGNED_DATA, context(0, signed_data))
