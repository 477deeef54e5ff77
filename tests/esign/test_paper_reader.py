"""Reading pictures: what is opened, how codes are found, how the page is turned and its lines recognised."""

from io import BytesIO

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from esign.fonts import font_folders
from esign.paper_reader import CODE_MM, codes_in, open_picture, read_lines, upright, upright_by_lines

TEXT = "HTTPS://HALL.EXAMPLE/N/" + "ABCDEFGHIJ234567" * 40

WORDS = ("北京市通州区政务服务管理局", "受理通知书", "110112-01501-20261120-00042-7")


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    """A sheet of 200 dpi with a code of 34.5 mm at (200, 900) and three lines of text over it."""
    code = np.array(zxingcpp.create_barcode(TEXT, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=1))
    page = Image.new("RGB", (1200, 1400), "white")
    side = round(CODE_MM / 25.4 * 200)
    page.paste(Image.fromarray(code[4:-4, 4:-4]).resize((side, side), Image.Resampling.BOX), (200, 900))
    draw = ImageDraw.Draw(page)
    for row, text in enumerate(WORDS):
        draw.text((200, 200 + 150 * row), text, fill="black", font=_font(44))
    draw.ellipse((380, 150, 620, 390), outline=(219, 13, 20), width=9)  # red over black, as a stamp
    return page


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(f"{font_folders()[0]}/NotoSerifSC-Regular.otf", size)


def _bgr(image: Image.Image) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])


def _coded(image: Image.Image, kind: str, **how: object) -> bytes:
    written = BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def test_jpeg_and_png_are_opened_the_right_way_up() -> None:
    picture = Image.new("RGB", (400, 500), (255, 0, 0))
    opened = open_picture(_coded(picture, "PNG"))
    assert opened is not None
    assert opened.shape == (500, 400, 3)
    assert opened[0, 0].tolist() == [0, 0, 255]
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    opened = open_picture(_coded(picture, "JPEG", exif=turned))
    assert opened is not None
    assert opened.shape == (400, 500, 3)
    clear = open_picture(_coded(Image.new("RGBA", (400, 400), (0, 0, 0, 0)), "PNG"))
    assert clear is not None
    assert clear.min() == 255  # nothing drawn is paper, not ink


def test_other_things_are_no_pictures() -> None:
    good = _coded(Image.new("RGB", (600, 600)), "PNG")
    bomb = _coded(Image.new("1", (9_000, 9_000)), "PNG")  # small to send, enormous to open
    gif, dot = _coded(Image.new("P", (600, 600)), "GIF"), _coded(Image.new("RGB", (5, 5)), "PNG")
    for data in (b"", b"%PDF-1.7", good[:100], gif, dot, bomb, good + b"\0" * 40_000_000):
        assert open_picture(data) is None


@pytest.mark.parametrize(("turn", "scale"), [(0, 1.0), (-8, 1.0), (90, 0.9), (187, 1.3)])
def test_codes_are_found_and_the_page_put_upright(sheet: Image.Image, turn: float, scale: float) -> None:
    seen = sheet.resize((int(1200 * scale), int(1400 * scale)))
    seen = seen.rotate(turn, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    codes = list(codes_in(_bgr(seen)))
    assert [code.text for code in codes] == [TEXT]  # once, though every way of looking finds it
    again = next(codes_in(upright(_bgr(seen), codes[0])))
    corners = again.corners - again.corners[0]
    side = CODE_MM / 25.4 * 200
    assert corners == pytest.approx(np.array([[0, 0], [side, 0], [side, side], [0, side]]), abs=6)


def test_a_faint_and_blurred_code_is_found_after_some_tries(sheet: Image.Image) -> None:
    faint = cv2.GaussianBlur(_bgr(sheet).astype(np.float32) * 0.35 + 140, (0, 0), 1.1)
    noisy = np.clip(faint + np.random.default_rng(1).normal(0, 5, faint.shape), 0, 255).astype(np.uint8)
    assert next(codes_in(noisy)).text == TEXT
    assert list(codes_in(np.full((400, 400, 3), 200, np.uint8))) == []


@pytest.mark.slow
def test_lines_are_read_from_the_top_also_under_red(sheet: Image.Image) -> None:
    tilted = sheet.rotate(1.5, fillcolor="white", resample=Image.Resampling.BICUBIC)  # more than a code's corners err
    lines = [line for line in read_lines(_bgr(tilted)) if line.middle < 800]
    assert [line.text for line in lines] == [
        "北京市通州区政务服务管理局",
        "受理通知书",
        "110112-01501-20261120-00042-7",
    ]
    assert np.diff([line.middle for line in lines]) == pytest.approx([150, 150], abs=20)
    assert lines[0].right - lines[0].left == pytest.approx(44 * 13, abs=40)
    assert lines[0].crop.shape[0] == lines[0].height
    blank = np.full((600, 600, 3), 255, np.uint8)
    assert read_lines(blank) == []
    assert upright_by_lines(blank).shape == blank.shape


@pytest.mark.slow
def test_a_page_without_a_code_is_turned_by_its_lines(sheet: Image.Image) -> None:
    lines = sheet.crop((0, 0, 1200, 700)).rotate(268, expand=True, fillcolor="white")
    read = read_lines(upright_by_lines(_bgr(lines)))
    assert [line.text for line in read] == [*WORDS]
    assert [line.height for line in read] == pytest.approx([41, 41, 41], abs=12)
