"""Checks the timestamps over the log's heads: RFC 3161 tokens about exactly this head, by a known time authority.

``openssl ts -verify`` says the same of the exported files (docs/custody.md).
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signaling.signer.entries import HeadStamped
from signaling.signer.errors import SignerError

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def check_stamp(entry: HeadStamped, chains: Iterable[tuple[bytes, ...]]) -> datetime:
    """When this head was timestamped. ``chains``: of the time authorities (DER, own certificate first, root last).

    Raises SignerError when the token is about something else or signed by nobody known.
    """
    try:
        signed = cms.ContentInfo.load(entry.token, strict=True)["content"]
        content = signed["encap_content_info"]["content"]
        said = tsp.TSTInfo.load(content.contents, strict=True)
        imprint = said["message_imprint"]
        if (imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native.hex()) != (
            "sha256",
            entry.head,
        ):
            raise _wrong(entry, "it is about another head")
        _check_signature(signed, content.contents, entry, chains)
        made_at: datetime = said["gen_time"].native
        return made_at
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as problem:
        # what asn1crypto raises on odd bytes
        raise _wrong(entry, f"unreadable ({type(problem).__name__})") from None


def _check_signature(
    signed: cms.SignedData, content: bytes, entry: HeadStamped, chains: Iterable[tuple[bytes, ...]]
) -> None:
    signer = signed["signer_infos"][0]
    attributes = {one["type"].native: one["values"][0].native for one in signer["signed_attrs"]}
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if attributes["message_digest"] != hashlib.new(algorithm, content).digest():
        raise _wrong(entry, "its content was changed")
    attested = signer["signed_attrs"].untag().dump()  # RFC 5652, 5.4: signed as a SET OF
    for leaf in _authorities(signed, chains):
        key, digest = leaf.public_key(), _HASHES[algorithm]
        try:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signer["signature"].native, attested, ec.ECDSA(digest))
            elif isinstance(key, rsa.RSAPublicKey):
                key.verify(signer["signature"].native, attested, padding.PKCS1v15(), digest)
            else:
                continue
        except InvalidSignature:
            continue
        return
    raise _wrong(entry, "no time authority of ours signed it")


def _authorities(signed: cms.SignedData, chains: Iterable[tuple[bytes, ...]]) -> Iterable[x509.Certificate]:
    """The known authorities themselves, and what their issuers certified for this token (a renewed certificate)."""
    known = [[x509.load_der_x509_certificate(one) for one in chain] for chain in chains]
    yield from (chain[0] for chain in known)
    for choice in signed["certificates"]:
        inside = x509.load_der_x509_certificate(choice.dump())
        for chain in known:
            try:
                inside.verify_directly_issued_by(chain[1])
            except (InvalidSignature, ValueError, TypeError, IndexError):
                continue
            yield inside


def _wrong(entry: HeadStamped, why: str) -> SignerError:
    return SignerError(
        f"第 {entry.seq} 条记录的时间戳不可信 (the timestamp of entry {entry.seq} cannot be trusted: {why})"
    )
