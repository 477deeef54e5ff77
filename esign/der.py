"""DER (X.690): writing just the types that a CMS signature and a timestamp token need, and taking a value apart.

Each writing function returns one complete encoded value. Meaning is left to libraries: here are only tags and lengths.
"""

from datetime import UTC, datetime

__all__ = [
    "content_of",
    "context",
    "first_of",
    "generalized_time",
    "integer",
    "is_der",
    "object_id",
    "octets",
    "sequence",
    "set_of",
    "split",
    "tlv",
]


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length in the shortest form (X.690, 10.1), content."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def integer(value: int) -> bytes:
    """A non-negative INTEGER."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, value)


def object_id(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = b""
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        content += bytes(reversed(groups))
    return tlv(0x06, content)


def generalized_time(moment: datetime) -> bytes:
    """GeneralizedTime in UTC to the second, as RFC 5280, 4.1.2.5.2 wants it; `moment` must know its zone."""
    return tlv(0x18, moment.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii"))


def sequence(*values: bytes) -> bytes:
    """SEQUENCE of complete values."""
    return tlv(0x30, b"".join(values))


def set_of(*values: bytes) -> bytes:
    """SET OF, its members sorted as DER demands (X.690, 11.6)."""
    return tlv(0x31, b"".join(sorted(values)))


def context(number: int, content: bytes) -> bytes:
    """Constructed context tag [number] around ready content."""
    return tlv(0xA0 | number, content)


def first_of(content: bytes) -> tuple[bytes, bytes]:
    """The first complete value in `content`, and what follows it; ValueError when there is none."""
    _, end = _extent(content, 0)
    return content[:end], content[end:]


def split(content: bytes) -> list[bytes]:
    """The complete values that stand one after the other in `content`; ValueError when they do not fill it exactly."""
    values, at = [], 0
    while at < len(content):
        _, end = _extent(content, at)
        values.append(content[at:end])
        at = end
    return values


def is_der(value: bytes) -> bool:
    """Whether one complete value, and all in it, has tags of one byte and shortest definite lengths (X.690, 10.1)."""
    try:
        content = content_of(value)
        if value[0] & 0x1F == 0x1F or tlv(value[0], content) != value:
            return False
        return not value[0] & 0x20 or all(map(is_der, split(content)))
    except ValueError:
        return False


def content_of(value: bytes) -> bytes:
    """The content of one complete value, tag and length taken off."""
    start, end = _extent(value, 0)
    if end != len(value):
        raise ValueError(f"{len(value)} bytes where the length says {end}")
    return value[start:end]


def _extent(value: bytes, at: int) -> tuple[int, int]:
    """Where the content of the value at `at` starts and ends. Lengths of more than four bytes have no use here."""
    if len(value) < at + 2 or value[at + 1] == 0x80 or value[at + 1] > 0x84:
        raise ValueError("no tag with a definite length")
    length = value[at + 1]
    start = at + 2
    if length > 0x80:
        start += length & 0x7F
        length = int.from_bytes(value[at + 2 : start], "big")
    if start + length > len(value):
        raise ValueError(f"a value of {length} bytes has only {len(value) - start}")
    return start, start + length
