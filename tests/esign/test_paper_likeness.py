"""Likeness: of two texts that differ in little the one in the picture is more like it, in a bad picture too."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from esign.fonts import font_folders
from esign.paper_likeness import likeness


def picture_of(text: str, file: str = "NotoSerifSC-Regular.otf", folder: int = 0) -> NDArray[np.uint8]:
    """One line as a bad scan of 200 dpi has it: 10.5 points, blurred, grey, noisy."""
    font = ImageFont.truetype(Path(font_folders()[folder]) / file, 29, index=2 if folder else 0)
    wide = int(font.getlength(text))
    canvas = Image.new("L", (wide + 16, 44), 235)
    ImageDraw.Draw(canvas).text((8, 31), text, fill=50, font=font, anchor="ls")
    noise = np.random.default_rng(1).normal(0, 9, (44, wide + 16))
    blurred = cv2.GaussianBlur(np.asarray(canvas, np.float32), (0, 0), 0.9)
    return cv2.cvtColor(np.clip(blurred + noise, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR).astype(np.uint8)


@pytest.mark.parametrize(
    ("printed", "other"),
    [
        ("110112-01501-20261120-00042-7", "110112-01601-20261120-00042-7"),
        ("京通政务受〔2026〕000123号", "京通政务受〔2026〕000128号"),
        ("北京云窗口建设工程设计有限公司", "北京去窗口建设工程设计有限公司"),
        ("曦䶮", "曦垚"),
    ],
)
def test_the_printed_text_is_the_more_alike(printed: str, other: str) -> None:
    at = next(i for i, (a, b) in enumerate(zip(printed, other, strict=True)) if a != b)
    about = slice(at, at + 1)
    for shown, absent in ((printed, other), (other, printed)):
        picture = picture_of(shown)
        assert likeness(picture, shown, about) > likeness(picture, absent, about) + 0.02
        assert likeness(picture, shown, about) > 0.7


def test_near_twins_are_told_apart_by_a_little() -> None:
    assert likeness(picture_of("未来"), "未来", slice(0, 1)) > likeness(picture_of("未来"), "末来", slice(0, 1))
    assert likeness(picture_of("末来"), "末来", slice(0, 1)) > likeness(picture_of("末来"), "未来", slice(0, 1))


@pytest.mark.parametrize(("printed", "other"), [("000115010000-01", "00115010000-01"), ("张三丰", "张丰")])
def test_a_character_more_or_less_shows(printed: str, other: str) -> None:
    assert likeness(picture_of(printed), printed) > likeness(picture_of(printed), other) + 0.1
    assert likeness(picture_of(other), other) > likeness(picture_of(other), printed) + 0.1


def test_rules_of_the_table_do_not_disturb() -> None:
    picture = picture_of("事项编码")
    picture[:2] = picture[-2:] = 40
    assert likeness(picture, "事项编码") > 0.8


def test_a_rare_character_is_drawn_with_the_fallback_font() -> None:
    picture = picture_of("𬬻", "NotoSansCJK-Regular.ttc", 1)
    assert likeness(picture, "𬬻") > likeness(picture, "炉") + 0.1


def test_nothing_to_see_is_like_nothing() -> None:
    blank = np.full((40, 200, 3), 230, np.uint8)
    assert likeness(blank, "受理") == -1.0
    assert likeness(picture_of("受理"), " ") == -1.0
    assert likeness(picture_of("受理"), "😀") == -1.0
