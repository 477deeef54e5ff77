"""Attacks on the signatures themselves: universal forgery, the CMS's unsigned parts, other keys, other people's tokens.

Whatever changes the seal's /Contents is put under a fresh archive timestamp of the genuine authority, so that it is
refused for what it is and not for the archive it broke.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime

from asn1crypto import x509

from esign import seal_notice
from esign.cades import sign_detached
from esign.der import content_of, integer, octets, sequence, set_of, split, tlv
from esign.pdf_update import PdfFile, dictionary, entries_of, references_in
from tests.support.forging import (
    Forger,
    append,
    archive,
    base_of,
    contents_of,
    seal_of,
    signed_data,
    signer,
    signer_parts,
    stream,
    with_cms,
    with_contents,
)

Attack = Callable[[bytes, Forger], bytes]

_SHA1 = bytes.fromhex("300706052b0e03021a")
_SHA512 = bytes.fromhex("300b0609608648016503040203")
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")  # id-aa-timeStampToken
_JUNK = sequence(bytes.fromhex("06032a0304"), set_of(octets(b"junk")))  # an attribute of no meaning


# -- universal forgery (the values of 2019), in the newest signature and in the seal


def _range(write: Callable[[list[int]], str], index: int) -> Attack:
    """Another /ByteRange in the place of the seal's (0) or the newest archive's (-1)."""

    def attack(pdf: bytes, _: Forger) -> bytes:
        found = list(re.finditer(rb"/ByteRange ?\[([\d ]+)\] *", pdf))[index]
        text = write([int(number) for number in found[1].split()]).encode("ascii")
        return pdf[: found.start()] + text.ljust(len(found[0])) + pdf[found.end() :]

    return attack


def _rewritten(**changes: bytes | None) -> Attack:
    """The seal's signature dictionary in a new revision, entries exchanged or (None) dropped."""

    def attack(pdf: bytes, _: Forger) -> bytes:
        file = PdfFile(pdf)
        form = entries_of(file.entries(file.root)[b"/AcroForm"])
        number = references_in(file.entries(references_in(form[b"/Fields"])[0])[b"/V"])[0]
        entries = file.entries(number)
        for name, value in changes.items():
            key = b"/" + name.encode("ascii")
            entries.pop(key, None)
            if value is not None:
                entries[key] = value
        return append(pdf, {number: dictionary(entries)})

    return attack


def _digits(change: Callable[[bytes], bytes], index: int) -> Attack:
    return lambda pdf, _: with_contents(pdf, change, index)


# -- the CMS of the seal, archived again


def _cms(change: Callable[[bytes], bytes]) -> Attack:
    def attack(pdf: bytes, forger: Forger) -> bytes:
        return archive(with_cms(seal_of(pdf), change), pdf, forger.timestamp)

    return attack


def _cms_of_archive(change: Callable[[bytes], bytes]) -> Attack:
    return lambda pdf, forger: with_cms(archive(seal_of(pdf), pdf, forger.timestamp), change, -1)


def _flipped(value: bytes) -> bytes:
    """The other signature value that holds for the same ECDSA key and data: (r, n - s). RSA has none: a bit of it."""
    if content_of(value)[0] != 0x30:
        return octets(content_of(value)[:-1] + bytes([content_of(value)[-1] ^ 1]))
    r, s = split(content_of(content_of(value)))
    other = _P256_ORDER - int.from_bytes(content_of(s), "big")
    return octets(sequence(r, integer(other)))


def _without_signing_certificate(parts: list[bytes]) -> list[bytes]:
    kept = [each for each in split(content_of(parts[3])) if b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f" not in each]
    return [*parts[:3], tlv(0xA0, b"".join(kept)), *parts[4:]]


def _other_digest(parts: list[bytes]) -> list[bytes]:
    attributes = parts[3]
    at = attributes.index(b"\x04\x20") + 2
    changed = attributes[:at] + hashlib.sha256(b"another file").digest() + attributes[at + 32 :]
    return [*parts[:3], changed, *parts[4:]]


def _more_unsigned(parts: list[bytes]) -> list[bytes]:
    return [*parts[:6], tlv(0xA1, b"".join(content_of(part) for part in parts[6:]) + _JUNK)]


def _long_form(content_info: bytes) -> bytes:
    """BER: the outermost length with a byte more than needed."""
    content = content_of(content_info)
    return b"\x30\x84" + len(content).to_bytes(4, "big") + content


def _indefinite(content_info: bytes) -> bytes:
    return b"\x30\x80" + content_of(content_info) + b"\0\0"


def _alone(parts: list[bytes]) -> bytes:
    """The SignerInfo of SignedData without its timestamp: more than one has no room in /Contents."""
    return sequence(*split(content_of(content_of(parts[-1])))[:6])


def _two_signers(first: bool) -> Attack:
    """The SignerInfo of a self-made authority beside the genuine one, in either order, with its certificate."""

    def attack(pdf: bytes, forger: Forger) -> bytes:
        start, end = contents_of(seal_of(pdf))
        alone = seal_of(pdf)
        digest = hashlib.sha256(alone[: start - 1] + alone[end + 1 :]).digest()
        forged = sign_detached(digest, forger.seal.key, forger.seal.chain, None)
        foreign: list[list[bytes]] = []
        signed_data(lambda parts: foreign.append(parts) or parts)(forged)

        def change(parts: list[bytes]) -> list[bytes]:
            both = [content_of(foreign[0][-1]), _alone(parts)]
            signers = both if first else both[::-1]
            return [*parts[:-2], foreign[0][-2], tlv(0x31, b"".join(signers))]

        return archive(with_cms(alone, signed_data(change)), pdf, forger.timestamp)

    return attack


def _longest(certificates: list[bytes]) -> bytes:
    """The seal's own certificate, which names an organisation: another one needs the issuer's room."""
    return max(certificates, key=len)


def _certificates(change: Callable[[list[bytes], Forger], list[bytes]]) -> Attack:
    def attack(pdf: bytes, forger: Forger) -> bytes:
        def changed(parts: list[bytes]) -> list[bytes]:
            kept = change(split(content_of(parts[3])), forger)
            return [*parts[:3], tlv(0xA0, b"".join(kept)), *parts[4:]]

        return archive(with_cms(seal_of(pdf), signed_data(changed)), pdf, forger.timestamp)

    return attack


def foreign_token(pdf: bytes, forger: Forger) -> bytes:
    """The seal's timestamp replaced by one over the same value from a self-made authority."""
    value = content_of(signer_parts(pdf)[5])
    token = forger.seal.timestamper.timestamp(hashlib.sha256(value).digest())
    return _cms(signer(lambda parts: [*parts[:6], _token(token)]))(pdf, forger)


def later_token(pdf: bytes, forger: Forger) -> bytes:
    """A genuine token for the same value, got after the archive's: the order of times is impossible."""
    alone = seal_of(pdf)
    archived = archive(alone, pdf, forger.timestamp)
    value = content_of(signer_parts(alone)[5])
    token = forger.timestamp(hashlib.sha256(value).digest())
    return with_cms(archived, signer(lambda parts: [*parts[:6], _token(token)]))


def token_of_another(pdf: bytes, forger: Forger) -> bytes:
    stolen = signer_parts(forger.other)[6]
    return _cms(signer(lambda parts: [*parts[:6], stolen]))(pdf, forger)


def token_over_the_file(pdf: bytes, forger: Forger) -> bytes:
    """A genuine token, but over something else than the signature value."""
    token = forger.timestamp(hashlib.sha256(pdf).digest())
    return _cms(signer(lambda parts: [*parts[:6], _token(token)]))(pdf, forger)


def _token(token: bytes) -> bytes:
    return tlv(0xA1, sequence(_TOKEN, set_of(token)))


# -- whose seal


def sealed_by_another_key(pdf: bytes, forger: Forger) -> bytes:
    """Sealed anew by a self-made authority with the very same names, its own root inside."""
    return seal_notice(base_of(pdf), forger.seal, _moment(pdf))


def sealed_by_another_key_archived_here(pdf: bytes, forger: Forger) -> bytes:
    """The same, archived by the genuine time authority with the genuine certificates and lists."""
    return archive(seal_of(sealed_by_another_key(pdf, forger)), pdf, forger.timestamp)


def own_root_in_the_store(pdf: bytes, forger: Forger) -> bytes:
    forged = sealed_by_another_key(pdf, forger)
    file = PdfFile(seal_of(forged))
    at = file.size + 60

    def add_root(store: dict[bytes, bytes]) -> None:
        store[b"/Certs"] = store[b"/Certs"].replace(b"]", b" %d 0 R]" % at)

    root = {at: stream(forger.seal.chain[-1])}
    return archive(seal_of(forged), pdf, forger.timestamp, objects=root, store=add_root)


def contents_of_another(pdf: bytes, forger: Forger) -> bytes:
    """The seal of another notice on this one."""
    start, end = contents_of(forger.other)
    stolen = forger.other[start:end]
    return archive(with_contents(seal_of(pdf), lambda _: stolen), pdf, forger.timestamp)


def seal_on_another_number(pdf: bytes, forger: Forger) -> bytes:
    """Base of the other notice, seal revision of this one."""
    return base_of(forger.other) + seal_of(pdf)[len(base_of(pdf)) :]


def certificate_of_the_same_names(certificates: list[bytes], forger: Forger) -> list[bytes]:
    own = forger.seal.key.certificate
    name = x509.Certificate.load(own).subject.dump()
    return sorted(own if x509.Certificate.load(each).subject.dump() == name else each for each in certificates)


def signed_with_the_time_authoritys_certificate(pdf: bytes, forger: Forger) -> bytes:
    """A timestamp token in place of the seal."""
    alone = seal_of(pdf)
    start, end = contents_of(alone)
    token = forger.timestamp(hashlib.sha256(alone[: start - 1] + alone[end + 1 :]).digest())
    return archive(with_cms(alone, lambda _: token), pdf, forger.timestamp)


# -- the archive


def archived_by_another_authority(pdf: bytes, forger: Forger) -> bytes:
    return archive(seal_of(pdf), pdf, forger.seal.timestamper.timestamp)


def renewed_by_another_authority(pdf: bytes, forger: Forger) -> bytes:
    return archive(pdf, pdf, forger.seal.timestamper.timestamp)


def archive_of_another(pdf: bytes, forger: Forger) -> bytes:
    """The other notice's archive token."""
    start, end = contents_of(forger.other, -1)
    return with_contents(archive(seal_of(pdf), pdf, forger.timestamp), lambda _: forger.other[start:end], -1)


def archive_over_something_else(pdf: bytes, forger: Forger) -> bytes:
    return archive(seal_of(pdf), pdf, lambda digest: forger.timestamp(hashlib.sha256(digest).digest()))


def _store(change: Callable[[dict[bytes, bytes]], None]) -> Attack:
    return lambda pdf, forger: archive(seal_of(pdf), pdf, forger.timestamp, store=change)


def _drop(*keys: bytes) -> Callable[[dict[bytes, bytes]], None]:
    def change(store: dict[bytes, bytes]) -> None:
        for key in keys:
            store.pop(key, None)

    return change


def _add(**entries: bytes) -> Callable[[dict[bytes, bytes]], None]:
    return lambda store: store.update({b"/" + name.encode("ascii"): value for name, value in entries.items()})


def _with_stream(key: bytes, value: bytes) -> Attack:
    def attack(pdf: bytes, forger: Forger) -> bytes:
        at = PdfFile(pdf).size + 60

        def add(store: dict[bytes, bytes]) -> None:
            store[key] = store.get(key, b"[]").replace(b"]", b" %d 0 R]" % at)

        return archive(seal_of(pdf), pdf, forger.timestamp, objects={at: value}, store=add)

    return attack


def lists_of_the_forger(pdf: bytes, forger: Forger) -> bytes:
    """Revocation lists of the self-made authority in place of the genuine ones."""
    lists = forger.seal.revocation.data_for((forger.seal.key.certificate, *forger.seal.chain)).crls
    at = PdfFile(pdf).size + 60
    objects = {at + index: stream(each) for index, each in enumerate(lists)}

    def exchange(store: dict[bytes, bytes]) -> None:
        store[b"/CRLs"] = b"[%b]" % b" ".join(b"%d 0 R" % number for number in objects)

    return archive(seal_of(pdf), pdf, forger.timestamp, objects=objects, store=exchange)


def store_emptied_by_renewal(pdf: bytes, forger: Forger) -> bytes:
    """A renewal whose store forgets the older evidence."""
    return archive(pdf, pdf, forger.timestamp, store=_drop(b"/CRLs", b"/Certs"))


def _moment(pdf: bytes) -> datetime:
    found = re.search(rb"/M ?\(D:(\d{14})\+", pdf)
    assert found is not None
    return datetime.strptime(found[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)


SIGNATURE_ATTACKS: dict[str, Attack] = {
    **{
        f"universal forgery: {where} ByteRange {name}": _range(write, index)
        for where, index in (("seal's", 0), ("archive's", -1))
        for name, write in {
            "null": lambda n: "/ByteRange null",
            "empty": lambda n: "/ByteRange []",
            "zero": lambda n: "/ByteRange [0 0 0 0]",
            "negative": lambda n: f"/ByteRange[0 {n[1]} -{n[2] // 10} {n[3]}]",
            "swapped": lambda n: f"/ByteRange[{n[2]} {n[3]} 0 {n[1]}]",
            "shortened": lambda n: f"/ByteRange[0 {n[1]} {n[2]} {n[3] - 1}]",
            "missing": lambda n: "/ByteRangf[0 0 0 0]",
            "of one part": lambda n: f"/ByteRange[0 {n[1]}]",
            "overlapping": lambda n: f"/ByteRange[0 {n[1]} {n[1] - 9} {n[3]}]",
            "of real numbers": lambda n: f"/ByteRange[0 {n[1]} {n[2]} 1.5]",
        }.items()
    },
    "universal forgery: Contents null": _rewritten(Contents=b"null", ByteRange=b"[0 1 2 3]"),
    "universal forgery: Contents empty": _rewritten(Contents=b"<>"),
    "universal forgery: Contents zero": _rewritten(Contents=b"<00>"),
    "universal forgery: Contents missing": _rewritten(Contents=None),
    "universal forgery: ByteRange missing in a new revision": _rewritten(ByteRange=None),
    "signature dictionary: reason added": _rewritten(Reason=b"(approved)"),
    "signature dictionary: another subfilter": _rewritten(SubFilter=b"/adbe.pkcs7.detached"),
    "signature dictionary: other permissions": _rewritten(Reference=None),
    "seal's contents zero": _digits(lambda digits: b"0", 0),
    "archive's contents zero": _digits(lambda digits: b"0", -1),
    "archive's contents in lower case": _digits(lambda digits: digits.lower(), -1),
    "archive's contents with white space": _digits(lambda digits: digits[:-1] + b" ", -1),
    "archive's padding used": _digits(lambda digits: digits[:-4] + b"BEEF", -1),
    "archive's contents no hex digits": _digits(lambda digits: b"X" + digits[1:], -1),
    "CMS: two signers, the forger first": _two_signers(first=True),
    "CMS: two signers, the forger second": _two_signers(first=False),
    "CMS: the signer twice": _cms(signed_data(lambda p: [*p[:-1], tlv(0x31, _alone(p) * 2)])),
    "CMS: no signer": _cms(signed_data(lambda p: [*p[:-1], b"\x31\x00"])),
    "CMS: digest algorithms emptied": _cms(signed_data(lambda p: [p[0], b"\x31\x00", *p[2:]])),
    "CMS: digest algorithm SHA-1": _cms(signer(lambda p: [*p[:2], _SHA1, *p[3:]])),
    "CMS: digest algorithm SHA-512": _cms(signer(lambda p: [*p[:2], _SHA512, *p[3:]])),
    "CMS: signature algorithm without hash": _cms(
        signer(lambda p: [*p[:4], sequence(bytes.fromhex("06072a8648ce3d0201")), *p[5:]])
    ),
    "CMS: signed attributes removed": _cms(signer(lambda p: [*p[:3], *p[4:]])),
    "CMS: signing certificate removed": _cms(signer(_without_signing_certificate)),
    "CMS: another digest": _cms(signer(_other_digest)),
    "CMS: signature value emptied": _cms(signer(lambda p: [*p[:5], octets(b""), *p[6:]])),
    "CMS: the other signature value": _cms(signer(lambda p: [*p[:5], _flipped(p[5]), *p[6:]])),
    "CMS: an unsigned attribute more": _cms(signer(_more_unsigned)),
    "CMS: timestamp removed": _cms(signer(lambda p: p[:6])),
    "CMS: timestamp twice, once empty": _cms(
        signer(lambda p: [*p[:6], tlv(0xA1, content_of(p[6]) + sequence(_TOKEN, set_of()))])
    ),
    "CMS: timestamp of a self-made authority": foreign_token,
    "CMS: timestamp of another signature": token_of_another,
    "CMS: timestamp over the file": token_over_the_file,
    "CMS: timestamp exchanged after archiving": later_token,
    "CMS: content put inside": _cms(
        signed_data(lambda p: [*p[:2], sequence(*split(content_of(p[2])), tlv(0xA0, octets(b"text"))), *p[3:]])
    ),
    "CMS: version": _cms(signed_data(lambda p: [b"\x02\x01\x03", *p[1:]])),
    "CMS: revocation lists added": _cms(signed_data(lambda p: [*p[:-1], tlv(0xA1, b""), p[-1]])),
    "CMS: long form of a length": _cms(_long_form),
    "CMS: indefinite length": _cms(_indefinite),
    "CMS: certificates removed": _certificates(lambda certificates, _: []),
    "CMS: the forger's root carried along": _certificates(lambda c, f: sorted([_longest(c), f.seal.chain[-1]])),
    "CMS: certificate of the same names": _certificates(certificate_of_the_same_names),
    "token: an unsigned attribute": _cms_of_archive(signer(lambda p: [*p[:6], tlv(0xA1, _JUNK)])),
    "token: certificates removed": _cms_of_archive(signed_data(lambda p: [*p[:3], tlv(0xA0, b""), *p[4:]])),
    "token: a certificate added": _cms_of_archive(
        signed_data(lambda p: [*p[:3], tlv(0xA0, content_of(p[3]) + sequence(octets(b"junk"))), *p[4:]])
    ),
    "token: the signer twice": _cms_of_archive(signed_data(lambda p: [*p[:-1], tlv(0x31, content_of(p[-1]) * 2)])),
    "token: digest algorithm SHA-512": _cms_of_archive(signer(lambda p: [*p[:2], _SHA512, *p[3:]])),
    "token: the other signature value": _cms_of_archive(signer(lambda p: [*p[:5], _flipped(p[5]), *p[6:]])),
    "token: indefinite length": _cms_of_archive(_indefinite),
    "sealed by another key, same names": sealed_by_another_key,
    "sealed by another key, archived by the genuine time authority": sealed_by_another_key_archived_here,
    "sealed by another key, its root in the store": own_root_in_the_store,
    "seal of another notice": contents_of_another,
    "seal revision on another number": seal_on_another_number,
    "a timestamp in place of the seal": signed_with_the_time_authoritys_certificate,
    "archive: by a self-made authority": archived_by_another_authority,
    "archive: renewed by a self-made authority": renewed_by_another_authority,
    "archive: token of another notice": archive_of_another,
    "archive: over something else": archive_over_something_else,
    "archive: store without lists": _store(_drop(b"/CRLs")),
    "archive: store without certificates": _store(_drop(b"/Certs")),
    "archive: empty store": _store(_drop(b"/CRLs", b"/Certs", b"/OCSPs")),
    "archive: store with VRI": _store(_add(VRI=b"<<>>")),
    "archive: junk among the certificates": _with_stream(b"/Certs", stream(b"junk")),
    "archive: a form among the lists": _with_stream(b"/CRLs", stream(b"q Q", b"/Type/XObject/Subtype/Form")),
    "archive: lists of the forger": lists_of_the_forger,
    "archive: evidence lost in a renewal": store_emptied_by_renewal,
}
