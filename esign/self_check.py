"""Reads a notice just sealed from its bytes and refuses it unless every byte is accounted for: 2 ms, beside `verify`.

Checked: the layout of each appended revision, that every signature covers all before it, digests, signature values,
timestamps' imprints and order, and the certificates' chain, validity and purpose. Left to `verify`: the base document
itself (template, nothing active), what objects a revision may change, revocation, and any file that is not ours.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign.cades import certificates_of, is_canonical, signer_id
from esign.der import content_of, first_of, object_id, split, tlv
from esign.pdf_update import PdfFile, entries_of, references_in, text_of

__all__ = ["ARCHIVE_FIELD", "SEAL_FIELD", "SealedFile", "chain_of", "check_sealed"]

SEAL_FIELD = "Seal1"
ARCHIVE_FIELD = "Archive"  # followed by 1, 2, ...

_CONTENT_TYPE = object_id("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = object_id("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = object_id("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2 = object_id("1.2.840.113549.1.9.16.2.47")
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    object_id("2.16.840.1.101.3.4.2.1"): hashes.SHA256(),
    object_id("2.16.840.1.101.3.4.2.2"): hashes.SHA384(),
    object_id("2.16.840.1.101.3.4.2.3"): hashes.SHA512(),
}


@dataclass(frozen=True)
class SealedFile:
    """How often a file was archived, and its certificates (DER): the seal's, of its timestamps' makers in order, all.

    Without a timestamp and an archive the notice is pending (B-B).
    """

    archives: int
    signer: bytes
    timestampers: tuple[bytes, ...]
    certificates: tuple[bytes, ...]


@dataclass(frozen=True)
class _Signed:
    """A CMS object of one signer, taken apart; its signature holds."""

    signer: bytes
    content: bytes | None
    digest: bytes
    signature: bytes
    token: bytes | None


def check_sealed(pdf: bytes, known: Sequence[bytes], roots: Collection[bytes] | None = None) -> SealedFile:
    """What stands in the file, or ValueError or LookupError that says what is wrong.

    A pending file does not carry its root: `known` are certificates (DER) in which issuers are looked for too. With
    `roots` every chain must end in one of them; without, in any.
    """
    file = PdfFile(pdf)
    (digest, content_info), *archives = _signatures(file)
    seal = _opened(content_info)
    if seal.content is not None or seal.digest != digest:
        raise ValueError("the seal belongs to other bytes")
    archived = _archived_certificates(file)
    known = (*archived, *certificates_of(content_info), *known)
    tokens = [(token, covered) for covered, token in archives]
    if seal.token is not None:
        tokens.insert(0, (seal.token, hashlib.sha256(seal.signature).digest()))
    stamps = [_timestamp(token, covered) for token, covered in tokens]
    times = [moment for moment, _ in stamps]
    if times != sorted(times):
        raise ValueError("the timestamps do not follow each other")
    known += tuple(certificate for token, _ in tokens for certificate in certificates_of(token))
    signers = [seal.signer, *(signer for _, signer in stamps)]
    for index, signer in enumerate(signers):
        # good when the next timestamp was made over it (ETSI EN 319 102-1, 5.6.2); a timestamp also at its own time
        for moment in times[max(0, index - 1) : index + 1] or [datetime.now(UTC)]:
            _check_chain(signer, known, roots, moment)
    if archives and not set(certificates_of(archives[-1][1])) <= set(archived):
        raise ValueError("the last timestamp carries a certificate that it does not cover")
    return SealedFile(len(archives), seal.signer, tuple(signer for _, signer in stamps), known)


def chain_of(certificate: bytes, known: Sequence[bytes]) -> tuple[bytes, ...]:
    """The certificate, its issuer and so on to a root, all found in `known` (DER); ValueError when one is missing."""
    chain = [certificate]
    while not _is_issued_by(chain[-1], chain[-1]):
        issuer = next((other for other in known if other not in chain and _is_issued_by(chain[-1], other)), None)
        if issuer is None:
            raise ValueError("the issuer of a certificate is not known")
        chain.append(issuer)
    return tuple(chain)


def _signatures(file: PdfFile) -> list[tuple[bytes, bytes]]:
    """Of the seal and then of each archive timestamp: the digest of what it covers, and its CMS."""
    form = entries_of(file.resolve(file.entries(file.root)[b"/AcroForm"]))
    fields = [file.entries(number) for number in references_in(form[b"/Fields"])]
    wanted = [SEAL_FIELD, *(f"{ARCHIVE_FIELD}{number}" for number in range(1, len(fields)))]
    ends = file.revision_ends()[1:]
    if [text_of(field[b"/T"]) for field in fields] != wanted or len(ends) != len(fields):
        raise ValueError("not one revision for the seal and one for each archive timestamp")
    kinds = [b"/ETSI.CAdES.detached", *[b"/ETSI.RFC3161"] * (len(fields) - 1)]
    return [
        _signature(file, references_in(field[b"/V"])[0], end, kind)
        for field, end, kind in zip(fields, ends, kinds, strict=True)
    ]


def _signature(file: PdfFile, number: int, end: int, kind: bytes) -> tuple[bytes, bytes]:
    dictionary = file.entries(number)
    start, before, after, rest = (int(part) for part in dictionary[b"/ByteRange"].strip(b"[]").split())
    gap = file.data[before:after]
    if dictionary[b"/SubFilter"] != kind or (start, after + rest) != (0, end) or dictionary[b"/Contents"] != gap:
        raise ValueError("a signature does not cover everything before it")
    contents = bytes.fromhex(gap[1:-1].decode("ascii"))
    content_info, zeros = first_of(contents)
    if contents.hex().upper().encode("ascii") != gap[1:-1] or any(zeros) or not is_canonical(content_info):
        raise ValueError("a signature is not in the form that is written here")
    whole = memoryview(file.data)
    digest = hashlib.sha256(whole[:before])
    digest.update(whole[after:end])
    return digest.digest(), content_info


def _archived_certificates(file: PdfFile) -> tuple[bytes, ...]:
    """The certificates in the document security store (ETSI EN 319 142-1, 5.4.2)."""
    catalog = file.entries(file.root)
    if b"/DSS" not in catalog:
        return ()
    store = entries_of(file.resolve(catalog[b"/DSS"]))
    return tuple(file.stream(number) for number in references_in(store[b"/Certs"]))


def _opened(content_info: bytes) -> _Signed:
    """Verify the one signature in a CMS object, by the certificate that its signed attributes name."""
    _, wrapped = split(content_of(content_info))
    _, _, encapsulated, _, signers = split(content_of(content_of(wrapped)))
    kind, *contents = split(content_of(encapsulated))
    (signer,) = split(content_of(signers))
    _, identifier, algorithm, attributes, _, value, *unsigned = split(content_of(signer))
    signed = dict(_attribute(attribute) for attribute in split(content_of(attributes)))
    certificate = _signer(signed, certificates_of(content_info))
    if identifier not in _identifiers(certificate):
        raise ValueError("the signer is called by another name than the one signed for")
    algorithm_hash = _HASHES[split(content_of(algorithm))[0]]
    # signed as a SET OF, whatever tag it travels under (RFC 5652, 5.4)
    _check_signature(certificate, content_of(value), b"\x31" + attributes[1:], algorithm_hash)
    content = content_of(content_of(contents[0])) if contents else None
    digest = content_of(signed[_MESSAGE_DIGEST])
    if signed[_CONTENT_TYPE] != kind:
        raise ValueError("signed as content of another type")
    if content is not None and hashlib.new(algorithm_hash.name, content).digest() != digest:
        raise ValueError("the signed content was changed")
    token = _attribute(content_of(unsigned[0]))[1] if unsigned else None
    return _Signed(certificate, content, digest, content_of(value), token)


def _attribute(attribute: bytes) -> tuple[bytes, bytes]:
    kind, values = split(content_of(attribute))
    (value,) = split(content_of(values))
    return kind, value


def _signer(signed: dict[bytes, bytes], certificates: Sequence[bytes]) -> bytes:
    """The certificate that ESSCertIDv2 (RFC 5035, 4) or its elder with SHA-1 (RFC 2634, 5.4.1) names first."""
    is_new = _SIGNING_CERTIFICATE_V2 in signed
    attribute = signed[_SIGNING_CERTIFICATE_V2 if is_new else _SIGNING_CERTIFICATE]
    named, *_ = split(content_of(split(content_of(attribute))[0]))
    first, *rest = split(content_of(named))
    algorithm = "sha256" if is_new else "sha1"
    if first[0] == 0x30:
        algorithm, first = _HASHES[split(content_of(first))[0]].name, rest[0]
    for certificate in certificates:
        if hashlib.new(algorithm, certificate).digest() == content_of(first):
            return certificate
    raise ValueError("the signer's certificate is not carried along")


def _check_signature(certificate: bytes, signature: bytes, data: bytes, algorithm: hashes.HashAlgorithm) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), algorithm)
        else:
            raise ValueError("a key of a kind that is not used here")
    except InvalidSignature:
        raise ValueError("a signature does not hold") from None


def _timestamp(token: bytes, digest: bytes) -> tuple[datetime, bytes]:
    """The time that a token attests for `digest`, and the certificate of its authority."""
    opened = _opened(token)
    if opened.content is None:
        raise ValueError("a timestamp without content")
    _, _, imprint, _, moment, *_ = split(content_of(opened.content))
    algorithm, hashed = split(content_of(imprint))
    if not isinstance(_HASHES[split(content_of(algorithm))[0]], hashes.SHA256) or content_of(hashed) != digest:
        raise ValueError("a timestamp belongs to other bytes")
    if not _is_timestamper(opened.signer):
        raise ValueError("a certificate that may not timestamp")
    written = content_of(moment).decode("ascii")
    form = "%Y%m%d%H%M%S.%fZ" if "." in written else "%Y%m%d%H%M%SZ"
    return datetime.strptime(written, form).replace(tzinfo=UTC), opened.signer


def _check_chain(certificate: bytes, known: Sequence[bytes], roots: Collection[bytes] | None, moment: datetime) -> None:
    chain = chain_of(certificate, known)
    if roots is not None and chain[-1] not in roots:
        raise ValueError("a certificate was issued under another root")
    for each in chain:
        begins, ends = _validity(each)
        if not begins <= moment <= ends:
            raise ValueError("a certificate was out of date")


@lru_cache(maxsize=64)
def _identifiers(certificate: bytes) -> list[bytes]:
    """The two ways in which a SignerInfo may name a certificate (RFC 5652, 5.3)."""
    extensions = x509.load_der_x509_certificate(certificate).extensions
    keys = [extension.value for extension in extensions if isinstance(extension.value, x509.SubjectKeyIdentifier)]
    return [signer_id(certificate), *(tlv(0x80, key.digest) for key in keys)]


@lru_cache(maxsize=256)
def _is_issued_by(certificate: bytes, issuer: bytes) -> bool:
    child, parent = x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer)
    try:
        child.verify_directly_issued_by(parent)
        return parent.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False


@lru_cache(maxsize=256)
def _validity(certificate: bytes) -> tuple[datetime, datetime]:
    read = x509.load_der_x509_certificate(certificate)
    return read.not_valid_before_utc, read.not_valid_after_utc


@lru_cache(maxsize=64)
def _is_timestamper(certificate: bytes) -> bool:
    """RFC 3161, 2.3: for this purpose alone, and critical."""
    try:
        usage = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
