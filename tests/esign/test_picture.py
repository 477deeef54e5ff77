"""Pictures for a notice: their size is read from the head, and nothing else or larger passes."""

import struct
from typing import Any

import cv2
import numpy as np
import pytest

from esign.errors import BadNotice
from esign.picture import check_picture


def made(kind: str, width: int, height: int, *settings: int) -> bytes:
    done, data = cv2.imencode(kind, np.full((height, width, 3), 200, np.uint8), list(settings))
    assert done
    return data.tobytes()


@pytest.mark.parametrize(
    "picture",
    [
        made(".png", 300, 200),
        made(".jpg", 300, 200),
        made(".jpg", 300, 200, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        made(".png", 2000, 2000),
        made(".jpg", 2000, 2000),
    ],
)
def test_png_and_jpeg_pass(picture: bytes) -> None:
    check_picture("crop", picture)


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"%PDF-1.7 and so on, long enough to be read as a head",
        b"GIF89a" + bytes(40),
        b"\xff\xd8",
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 20,
        made(".jpg", 300, 200)[:20],
        made(".png", 300, 200)[:20],
        made(".png", 2001, 2000),
        made(".jpg", 2001, 2000),
        made(".png", 10, 10) + bytes(1024 * 1024),
    ],
)
def test_anything_else_is_refused_with_its_field(picture: bytes) -> None:
    with pytest.raises(BadNotice) as caught:
        check_picture("corrections[0].crop", picture)
    assert caught.value.field == "corrections[0].crop"


def test_a_small_file_that_would_unpack_to_gigabytes_is_refused() -> None:
    head: Any = struct.pack(">II", 60_000, 60_000)
    png = made(".png", 10, 10)
    with pytest.raises(BadNotice, match="60000 by 60000 pixels"):
        check_picture("crop", png[:16] + head + png[24:])
    with pytest.raises(BadNotice, match="0 by 10 pixels"):
        check_picture("crop", png[:16] + struct.pack(">II", 0, 10) + png[24:])
