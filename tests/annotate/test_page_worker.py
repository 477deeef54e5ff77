"""The parsers' side, called in this process: sizes, colours, orientation, limits before decoding."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from annotate.errors import PageError
from annotate.page_worker import _handler, picture_dpi
from annotate.pages import DocumentInfo, OpenRequest, RenderRequest


def opened(data: bytes, media_type: str) -> tuple[DocumentInfo, Callable[..., NDArray[np.uint8]]]:
    answer = _handler(data)
    header, _ = answer(msgspec.msgpack.encode(OpenRequest(media_type)), b"")

    def render(page: int, scale: float, clip: tuple[int, int, int, int]) -> NDArray[np.uint8]:
        _, rgb = answer(msgspec.msgpack.encode(RenderRequest(page, scale, clip)), b"")
        return np.frombuffer(rgb, dtype=np.uint8).reshape(clip[3], clip[2], 3)

    return msgspec.msgpack.decode(header, type=DocumentInfo), render


@pytest.mark.parametrize(
    ("name", "media_type", "mode"),
    [
        ("a.png", "image/png", "RGBA"),
        ("a.png", "image/png", "P"),
        ("a.png", "image/png", "1"),
        ("a.png", "image/png", "I;16"),
        ("a.jpg", "image/jpeg", "CMYK"),
        ("a.jpg", "image/jpeg", "L"),
        ("a.bmp", "image/bmp", "RGB"),
        ("a.tif", "image/tiff", "1"),
    ],
)
def test_pictures_of_every_mode_show_black_on_white(
    make_picture: Callable[..., Path], name: str, media_type: str, mode: str
) -> None:
    if mode == "I;16":
        path = make_picture(name, mode="L")
        grey = np.asarray(Image.open(path)).astype(np.uint16) * 257
        Image.fromarray(grey).save(path)
    else:
        path = make_picture(name, mode=mode)
    info, render = opened(path.read_bytes(), media_type)
    assert info.pixels == ((300, 150),)
    assert info.sizes_pt[0] == pytest.approx((144, 72))  # 150 dpi when nothing is said
    whole = render(0, 1.0, (0, 0, 144, 72))
    assert whole[5, 5].max() < 10
    assert whole[60, 100].min() > 245


def test_a_phone_picture_is_turned_upright(make_picture: Callable[..., Path]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned 90 degrees clockwise
    info, render = opened(make_picture("a.jpg", exif=exif, dpi=(72, 72)).read_bytes(), "image/jpeg")
    assert info.pixels == ((150, 300),)
    assert info.sizes_pt[0] == pytest.approx((72, 144))
    whole = render(0, 1.0, (0, 0, 72, 144))
    assert whole[5, 65].max() < 10  # the dark corner came from top left to top right
    assert whole[5, 5].min() > 245


def test_regions_of_a_picture_are_regions_of_the_whole(make_picture: Callable[..., Path]) -> None:
    _, render = opened(make_picture("a.tif", mode="1").read_bytes(), "image/tiff")
    whole = render(0, 4.0, (0, 0, 576, 288)).astype(int)
    part = render(0, 4.0, (100, 50, 90, 60)).astype(int)
    assert np.abs(part - whole[50:110, 100:190]).mean() < 2


def test_a_fax_has_a_page_for_each_frame(tmp_path: Path) -> None:
    frames = [Image.new("1", size, 1) for size in ((200, 100), (100, 300), (50, 50))]
    path = tmp_path / "fax.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="group4", dpi=(200, 200))
    info, render = opened(path.read_bytes(), "image/tiff")
    assert info.page_count == 3
    assert info.sizes_pt[1] == pytest.approx((36, 108))
    assert render(1, 1.0, (0, 0, 36, 108)).min() == 255
    assert render(0, 1.0, (0, 0, 72, 36)).shape == (36, 72, 3)


def huge_png(width: int, height: int) -> bytes:
    """A PNG that is nothing but the promise of a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(65_501, 10), (30_000, 30_000), (20_000, 20_000)])
def test_pictures_are_refused_by_their_header(width: int, height: int) -> None:
    with pytest.raises(PageError) as caught:
        opened(huge_png(width, height), "image/png")
    assert caught.value.code == "too_large"


def test_an_endless_page_is_refused(make_pdf: Callable[..., Path]) -> None:
    with pytest.raises(PageError) as caught:
        opened(make_pdf((595.0, 2_147_483_647.0, 0, None)).read_bytes(), "application/pdf")
    assert caught.value.code == "too_large"


def test_unbelievable_resolutions_are_not_believed() -> None:
    for dpi, expected in ((72, 150), (300, 300), (1, 150), (100_000, 150)):
        out = io.BytesIO()
        Image.new("L", (10, 10)).save(out, "PNG", dpi=(dpi, dpi))
        assert picture_dpi(Image.open(io.BytesIO(out.getvalue()))) == pytest.approx(expected, rel=0.01)
