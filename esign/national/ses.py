"""The structures of an electronic seal and of a signature made with it, read strictly and written as DER.

Version 4 is GB/T 38540-2020, version 1 GM/T 0031-2014 (some vendors number it 2 or 3). Both are read, only version 4 is
written. What was signed is always taken as the bytes that stand in the file, never encoded anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from esign.der import (
    content_of,
    context,
    generalized_time,
    integer,
    is_der,
    object_id,
    octets,
    sequence,
    split,
    tlv,
)
from esign.national.sm import SM2_WITH_SM3, SM3, Sm2Key, sm3

__all__ = ["SealContent", "SealSignature", "Signed", "make_seal", "read_seal", "read_signature", "sign_with_seal"]

_HEADER_ID = b"ES"
_VERSION = 4
_VENDOR = b"CloudWindow"
_LARGEST = 4 * 1024 * 1024
_ORGANISATION = 1  # type of seal: 1 an organisation's, 2 a person's
_WHOLE_CERTIFICATES, _CERTIFICATE_DIGESTS = 1, 2
_BOOLEAN, _INTEGER, _BITS, _OCTETS, _OBJECT_ID, _UTF8, _SEQUENCE, _PRINTABLE, _IA5, _UTC_TIME, _TIME = (
    *(0x01, 0x02, 0x03, 0x04, 0x06, 0x0C),
    *(0x30, 0x13, 0x16, 0x17, 0x18),
)
_TAGGED = 0xA0
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Signed:
    """Bytes, whose certificate (DER) vouches for them, by which algorithm (OBJECT IDENTIFIER), and the signature."""

    content: bytes
    certificate: bytes
    algorithm: bytes
    signature: bytes

    @property
    def is_sm2(self) -> bool:
        """Whether it says SM2 with SM3."""
        return self.algorithm == object_id(SM2_WITH_SM3)


@dataclass(frozen=True)
class SealContent:
    """An electronic seal. `certificates` may use it; `digests` holds (name of the digest, digest) of such ones."""

    der: bytes
    name: str
    certificates: tuple[bytes, ...]
    digests: tuple[tuple[str, bytes], ...]
    valid_from: datetime
    valid_until: datetime
    picture_type: str
    picture: bytes
    by_maker: Signed
    has_critical_extension: bool

    def admits(self, certificate: bytes) -> bool:
        """Whether the signer's certificate is on the seal's list, whole or as its SM3."""
        if certificate in self.certificates:
            return True
        return any(value == sm3(certificate) for name, value in self.digests if name.upper() in ("SM3", SM3))


@dataclass(frozen=True)
class SealSignature:
    """A signature made with a seal over the SM3 of some content; `time` is the signer's claim (None: unreadable)."""

    version: int
    seal: SealContent
    time: datetime | None
    data_hash: bytes
    property_info: str
    by_signer: Signed
    timestamp: bytes | None
    is_der: bool
    has_critical_extension: bool


def read_signature(der: bytes) -> SealSignature:
    """Take a signature apart; raises ValueError when it has neither of the two structures."""
    whole = _Fields(_bounded(der))
    version = 1 if whole.count == 2 else _VERSION
    content = whole.raw(_SEQUENCE)
    to_sign = _Fields(content)
    if (to_sign.number() == _VERSION) != (version == _VERSION):
        raise ValueError("the version does not fit the structure")
    seal = _seal(to_sign.raw(_SEQUENCE), version)
    time = to_sign.time() if version == _VERSION else _loose_time(to_sign.bits())
    data_hash = to_sign.bits()
    property_info = to_sign.text(_IA5)
    critical = to_sign.critical_extension() if version == _VERSION else False
    certificate, algorithm = _signer(whole if version == _VERSION else to_sign)
    signature = whole.bits()
    tagged = whole.optional(_TAGGED) if version == _VERSION else None
    timestamp = _Fields(tagged, tag=_TAGGED).bits() if tagged is not None else None
    to_sign.end()
    whole.end()
    return SealSignature(
        version=version,
        seal=seal,
        time=time,
        data_hash=data_hash,
        property_info=property_info,
        by_signer=Signed(content, certificate, algorithm, signature),
        timestamp=timestamp,
        is_der=is_der(der),
        has_critical_extension=critical,
    )


def read_seal(der: bytes) -> SealContent:
    """Take an electronic seal (`Seal.esl`) apart; raises ValueError when it has neither of the two structures."""
    return _seal(_bounded(der), 1 if _Fields(der).count == 2 else _VERSION)


def make_seal(
    seal_id: str,
    name: str,
    signer_certificate: bytes,
    picture: bytes,
    size_mm: int,
    period: tuple[datetime, datetime],
    maker: tuple[Sm2Key, bytes],
) -> bytes:
    """A version 4 seal in DER for one signer, its picture an OFD; `maker` is the seal maker's key and certificate."""
    made, until = (generalized_time(moment) for moment in period)
    info = sequence(
        sequence(tlv(_IA5, _HEADER_ID), integer(_VERSION), tlv(_IA5, _VENDOR)),
        tlv(_IA5, seal_id.encode("ascii")),
        sequence(
            integer(_ORGANISATION),
            tlv(_UTF8, name.encode()),
            integer(_WHOLE_CERTIFICATES),
            sequence(octets(signer_certificate)),
            made,
            made,
            until,
        ),
        sequence(tlv(_IA5, b"ofd"), octets(picture), integer(size_mm), integer(size_mm)),
    )
    key, certificate = maker
    return sequence(info, octets(certificate), object_id(SM2_WITH_SM3), _bits(key.sign(info)))


def sign_with_seal(
    seal: bytes,
    key: Sm2Key,
    certificate: bytes,
    content: bytes,
    property_info: str,
    time: datetime,
    timestamp: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """A version 4 signature in DER over the SM3 of `content`; `timestamp` makes a token for the signature value."""
    to_sign = sequence(
        integer(_VERSION),
        seal,
        generalized_time(time),
        _bits(sm3(content)),
        tlv(_IA5, property_info.encode("ascii")),
    )
    signature = key.sign(to_sign)
    parts = [to_sign, octets(certificate), object_id(SM2_WITH_SM3), _bits(signature)]
    if timestamp is not None:
        parts.append(context(0, _bits(timestamp(signature))))
    return sequence(*parts)


class _Fields:
    """The fields of one SEQUENCE, taken from first to last; ValueError when the next one is of another type."""

    def __init__(self, value: bytes, tag: int = _SEQUENCE) -> None:
        if value[:1] != bytes([tag]):
            raise ValueError(f"tag {value[:1].hex()} where {tag:02x} belongs")
        self._left = split(content_of(value))
        self.count = len(self._left)

    def raw(self, tag: int) -> bytes:
        """The whole next value."""
        found = self.optional(tag)
        if found is None:
            raise ValueError(f"no value with tag {tag:02x}")
        return found

    def optional(self, tag: int) -> bytes | None:
        """The whole next value if it has this tag."""
        return self._left.pop(0) if self._left and self._left[0][0] == tag else None

    def number(self) -> int:
        content = content_of(self.raw(_INTEGER))
        value = int.from_bytes(content, "big", signed=True)
        if value < 0 or tlv(_INTEGER, content) != integer(value):
            raise ValueError("not a number in its shortest form")
        return value

    def text(self, tag: int) -> str:
        return content_of(self.raw(tag)).decode("utf-8" if tag == _UTF8 else "ascii")

    def octets(self) -> bytes:
        return content_of(self.raw(_OCTETS))

    def bits(self) -> bytes:
        content = content_of(self.raw(_BITS))
        if content[:1] != b"\0":
            raise ValueError("a bit string that is not whole bytes")
        return content[1:]

    def time(self) -> datetime:
        """GeneralizedTime, or the UTCTime of version 1, to the second and in UTC."""
        written = self.optional(_UTC_TIME)
        form = "%Y%m%d%H%M%SZ" if written is None else "%y%m%d%H%M%SZ"
        text = content_of(written if written is not None else self.raw(_TIME)).decode("ascii")
        moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        if moment.strftime(form) != text:
            raise ValueError("a time in an odd form")
        return moment

    def critical_extension(self) -> bool:
        """Whether the extensions, if there are any, hold one that a reader must know."""
        tagged = self.optional(_TAGGED)
        if tagged is None:
            return False
        (listed,) = split(content_of(tagged))
        critical = False
        for extension in map(_Fields, split(content_of(listed))):
            extension.raw(_OBJECT_ID)
            flag = extension.optional(_BOOLEAN)
            critical |= flag is not None and content_of(flag) != b"\0"
            extension.octets()
            extension.end()
        return critical

    def end(self) -> None:
        if self._left:
            raise ValueError(f"{len(self._left)} values too many")


def _bounded(der: bytes) -> bytes:
    if len(der) > _LARGEST:
        raise ValueError(f"{len(der)} bytes are too many for an electronic seal")
    return der


def _signer(fields: _Fields) -> tuple[bytes, bytes]:
    """A certificate and the algorithm it is used with."""
    return fields.octets(), fields.raw(_OBJECT_ID)


def _seal(der: bytes, version: int) -> SealContent:
    whole = _Fields(der)
    content = whole.raw(_SEQUENCE)
    info = _Fields(content)
    header = _Fields(info.raw(_SEQUENCE))
    if header.text(_IA5).encode() != _HEADER_ID or (header.number() == _VERSION) != (version == _VERSION):
        raise ValueError("the header is not that of an electronic seal of this version")
    header.text(_IA5)
    header.end()
    info.text(_IA5)
    known = _Fields(info.raw(_SEQUENCE))
    known.number()
    name = known.text(_UTF8)
    # a CHOICE without tags: the field before it tells which list follows; version 1 has only whole certificates
    by_digest = version == _VERSION and known.number() == _CERTIFICATE_DIGESTS
    listed = split(content_of(known.raw(_SEQUENCE)))
    certificates = () if by_digest else tuple(_octets_in(item) for item in listed)
    digests = tuple(_digest_in(item) for item in listed) if by_digest else ()
    known.time()
    valid_from, valid_until = known.time(), known.time()
    known.end()
    picture = _Fields(info.raw(_SEQUENCE))
    picture_type, picture_data, _, _ = picture.text(_IA5), picture.octets(), picture.number(), picture.number()
    picture.end()
    critical = info.critical_extension()
    info.end()
    made = whole if version == _VERSION else _Fields(whole.raw(_SEQUENCE))
    certificate, algorithm = _signer(made)
    # version 1 signs the maker's certificate and the algorithm along with the seal (GM/T 0031-2014)
    signed = content if version == _VERSION else sequence(content, octets(certificate), algorithm)
    by_maker = Signed(signed, certificate, algorithm, made.bits())
    made.optional(_TAGGED)  # drafts of the next version may carry a timestamp of the making: not needed
    made.end()
    whole.end()
    return SealContent(
        der=der,
        name=name,
        certificates=certificates,
        digests=digests,
        valid_from=valid_from,
        valid_until=valid_until,
        picture_type=picture_type,
        picture=picture_data,
        by_maker=by_maker,
        has_critical_extension=critical,
    )


def _octets_in(value: bytes) -> bytes:
    if value[0] != _OCTETS:
        raise ValueError("a list of certificates that holds something else")
    return content_of(value)


def _digest_in(value: bytes) -> tuple[str, bytes]:
    fields = _Fields(value)
    found = fields.text(_PRINTABLE), fields.octets()
    fields.end()
    return found


def _loose_time(written: bytes) -> datetime | None:
    """The time of a version 1 signature, for which vendors write DER times as well as texts in Chinese local time."""
    text = written[2:] if written[:1] in (b"\x17", b"\x18") else written
    # by the length: strptime would also find a year 2611 in 261122...
    known = {15: ("%Y%m%d%H%M%SZ", UTC), 13: ("%y%m%d%H%M%SZ", UTC), 19: ("%Y-%m-%d %H:%M:%S", _CHINA)}
    form, zone = known.get(len(text), ("", UTC))
    try:
        return datetime.strptime(text.decode("ascii"), form).replace(tzinfo=zone)
    except ValueError:
        return None


def _bits(value: bytes) -> bytes:
    """BIT STRING of whole bytes."""
    return tlv(_BITS, b"\0" + value)
