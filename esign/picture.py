"""Pictures that may stand on a notice: PNG or JPEG, their size read from the file's head alone.

They come from a reviewer's screen; still nothing is decoded before it is known to be small. The page itself is drawn by
typst.
"""

from esign.errors import BadNotice

__all__ = ["check_picture"]

_MOST_BYTES = 1024 * 1024
_MOST_PIXELS = 4_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG's start-of-frame markers (ITU-T T.81, table B.1); the three left out are tables and a reserved one."""


def check_picture(path: str, picture: bytes) -> None:
    """Raise `BadNotice` for what is neither a PNG nor a JPEG, empty or too large; `path` names the field."""
    if len(picture) > _MOST_BYTES:
        raise BadNotice(path, f"{len(picture)} bytes are more than {_MOST_BYTES}")
    size = _size_of_png(picture) or _size_of_jpeg(picture)
    if size is None:
        raise BadNotice(path, "neither a PNG nor a JPEG")
    width, height = size
    if not 0 < width * height <= _MOST_PIXELS:
        raise BadNotice(path, f"{width} by {height} pixels, 1 to {_MOST_PIXELS} are possible")


def _size_of_png(picture: bytes) -> tuple[int, int] | None:
    if not picture.startswith(_PNG + b"\0\0\0\rIHDR") or len(picture) < 33:
        return None
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])


def _size_of_jpeg(picture: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the first frame header, which holds height and width."""
    if not picture.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        if picture[at + 1] in _FRAMES:
            return int.from_bytes(picture[at + 7 : at + 9]), int.from_bytes(picture[at + 5 : at + 7])
        at += 2 + int.from_bytes(picture[at + 2 : at + 4])
    return None
