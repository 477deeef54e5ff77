"""PDF operators as OFD objects: places, colours, clips, text; and what has no place in a twin."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from esign.national.errors import OfdFailed
from esign.national.ofd_drawing import MM, PageArt, Picture, draw, number
from esign.national.ofd_fonts import PageFont, read_font

OFD = "{http://www.ofdspec.org/2016}"
PAGE = (MM, 0.0, 0.0, -MM, 0.0, 100.0)  # a page of 100 mm


def objects(content: bytes, **more: Any) -> list[ElementTree.Element]:
    drawn = draw(content, PAGE, PageArt(), **more)
    return list(ElementTree.fromstring(f'<all xmlns:ofd="{OFD[1:-1]}">{drawn}</all>'))  # noqa: S314 - our own


def said(element: ElementTree.Element, name: str) -> str:
    found = element.find(OFD + name)
    assert found is not None
    return found.attrib.get("Value") or found.text or ""


def box(element: ElementTree.Element) -> list[float]:
    return [float(part) for part in element.attrib["Boundary"].split()]


@pytest.fixture(scope="module")
def fonts(base_pdf: bytes) -> dict[str, PageFont]:
    resources: Any = PdfReader(io.BytesIO(base_pdf)).pages[0]["/Resources"]
    return {name: read_font(reference.get_object()) for name, reference in resources["/Font"].items()}


def shown(font: PageFont, text: str) -> bytes:
    return "".join(f"{font.by_character[character]:04x}" for character in text).encode()


def test_a_filled_rectangle() -> None:
    (path,) = objects(b"0.5 g 72 72 144 36 re f")
    assert (path.attrib["Fill"], path.attrib["Stroke"]) == ("true", "false")
    assert said(path, "FillColor") == "128 128 128"
    assert box(path) == pytest.approx([25.4, 100 - 38.1, 50.8, 12.7], abs=0.03)
    assert said(path, "AbbreviatedData").split()[::3] == ["M", "L", "L", "L", "C"]


def test_a_stroked_line_in_its_own_coordinates() -> None:
    (path,) = objects(b"q 2 0 0 -2 72 72 cm 1 0 0 RG 3 w [4 2] 0 d 0 0 m 10 0 l S Q")
    assert said(path, "StrokeColor") == "255 0 0"
    assert float(path.attrib["LineWidth"]) == pytest.approx(6 * MM, abs=1e-4)
    assert [float(part) for part in path.attrib["DashPattern"].split()] == pytest.approx([8 * MM, 4 * MM], abs=1e-4)
    x, y, width, height = box(path)
    assert (x + width / 2, y + height / 2) == pytest.approx((25.4 + 10 * MM, 100 - 25.4), abs=1e-3)


def test_curves_and_both_colours() -> None:
    (path,) = objects(b"1 0 0 rg 0 0 1 RG 0 0 m 1 2 3 4 5 6 c h B")
    assert [child.tag.removeprefix(OFD) for child in path] == ["StrokeColor", "FillColor", "AbbreviatedData"]
    assert [word for word in said(path, "AbbreviatedData").split() if word.isalpha()] == ["M", "B", "C"]


def test_a_clip_ends_with_its_state() -> None:
    clipped, free = objects(b"q 0 0 10 10 re W n 0 g -50 -50 100 100 re f Q -50 -50 100 100 re f")
    assert box(clipped) == pytest.approx([0, 100 - 10 * MM, 10 * MM, 10 * MM], abs=1e-3)
    assert box(free)[2] > 100 * MM


def test_text_with_exact_places(fonts: dict[str, PageFont]) -> None:
    name, font = next((name, font) for name, font in fonts.items() if "受" in font.by_character)
    codes = shown(font, "受理通知书")
    content = b"q 1 0 0 -1 72 72 cm 0 g BT 0 Tr %s 12 Tf 1 0 0 -1 0 0 Tm [<%s> -500 <%s>] TJ ET Q"
    (text,) = objects(content % (name.encode(), codes[:8], codes[8:]), fonts=fonts)
    code = text.find(OFD + "TextCode")
    assert code is not None
    assert code.text == "受理通知书"
    em = 12 * MM
    assert [float(step) for step in code.attrib["DeltaX"].split()] == pytest.approx([em, 1.5 * em, em, em], abs=1e-3)
    assert float(text.attrib["Size"]) == pytest.approx(em, abs=1e-4)
    x, y, _, _ = box(text)
    assert x + float(code.attrib["X"]) == pytest.approx(25.4, abs=1e-3)
    assert y + float(code.attrib["Y"]) == pytest.approx(100 - 25.4, abs=1e-3)
    assert "Stroke" not in text.attrib


def test_bold_text_is_stroked(fonts: dict[str, PageFont]) -> None:
    name, font = next((name, font) for name, font in fonts.items() if "受" in font.by_character)
    content = b"0 g 1 0 0 RG 0.5 w BT 2 Tr %s 12 Tf 1 0 0 1 0 0 Tm <%s> Tj ET" % (name.encode(), shown(font, "受"))
    (text,) = objects(content, fonts=fonts)
    assert text.attrib["Stroke"] == "true"
    assert float(text.attrib["LineWidth"]) == pytest.approx(0.5 * MM, abs=1e-4)
    assert said(text, "StrokeColor") == "255 0 0"


def test_rare_characters_stand_alone_and_blanks_at_the_ends_are_left_out() -> None:
    texts = {1: "甲", 2: "𬬻", 3: " ", 4: "ffi"}
    font = PageFont("Font-Regular", texts, dict.fromkeys(texts, 1000.0), {"甲": 1, "𬬻": 2, " ": 3}, b"")
    content = b"BT 0 Tr /f 10 Tf 1 0 0 1 0 0 Tm <0003000100020001000300040003> Tj ET"
    plain, ligature = objects(content, fonts={"/f": font})
    codes = plain.findall(OFD + "TextCode")
    assert [code.text for code in codes] == ["甲", "𬬻", "甲"]
    assert all("DeltaX" not in code.attrib for code in codes)
    starts = [float(code.attrib["X"]) + box(plain)[0] for code in codes]
    assert starts == pytest.approx([10 * MM, 20 * MM, 30 * MM], abs=1e-3)
    # a glyph that its characters alone do not find
    transform = ligature.find(OFD + "CGTransform")
    assert transform is not None
    assert transform.attrib == {"CodePosition": "0", "CodeCount": "3", "GlyphCount": "1"}
    assert said(transform, "Glyphs") == "4"
    assert said(ligature, "TextCode") == "ffi"


def test_markup_in_text_is_escaped() -> None:
    font = PageFont("F", {1: "<", 2: "&"}, {1: 500.0, 2: 500.0}, {"<": 1, "&": 2}, b"")
    (text,) = objects(b"BT 0 Tr /f 10 Tf 1 0 0 1 0 0 Tm <00010002> Tj ET", fonts={"/f": font})
    assert said(text, "TextCode") == "<&"


def test_two_fonts_of_one_name_stay_apart() -> None:
    one, two = (PageFont("F", {1: text}, {1: 500.0}, {text: 1}, text.encode()) for text in "ab")
    art = PageArt()
    content = b"BT 0 Tr /one 10 Tf 1 0 0 1 0 0 Tm <0001> Tj /two 10 Tf <0001> Tj /one 10 Tf <0001> Tj ET"
    drawn = draw(content, PAGE, art, {"/one": one, "/two": two})
    assert [font.opentype for _, font in art.fonts.values()] == [b"a", b"b"]
    used = re.findall(r'Font="(\d+)"', drawn)
    assert used[0] == used[2] != used[1]


def test_a_picture_and_its_clip() -> None:
    pictures = {"/x": Picture(b"jpeg", "jpg")}
    whole, cut = objects(
        b"q 72 0 0 36 0 0 cm /x Do Q q 0 0 36 36 re W n q 72 0 0 36 0 0 cm /x Do Q Q", pictures=pictures
    )
    assert box(whole) == pytest.approx([0, 100 - 12.7, 25.4, 12.7], abs=1e-3)
    assert box(cut) == pytest.approx([0, 100 - 12.7, 12.7, 12.7], abs=1e-3)
    for image in (whole, cut):
        assert [float(part) for part in image.attrib["CTM"].split()] == pytest.approx(
            [25.4, 0, 0, 12.7, 0, 0], abs=1e-3
        )


@pytest.mark.parametrize(
    "content",
    [
        b"/sh sh",
        b"/gs gs",
        b"0 0 1 0 scn",
        b"0 0 m 10 0 l 5 9 l h W n",
        b"/none Do",
        b"BT /none 1 Tf 1 0 0 1 0 0 Tm <0001> Tj ET",
        b"Q",
        b"1 0 0",
        b"1 cm",
    ],
)
def test_what_has_no_place(content: bytes) -> None:
    if content == b"1 0 0":
        assert objects(content) == []  # operands without an operator draw nothing
        return
    with pytest.raises(OfdFailed):
        objects(content)


def test_turned_text_is_refused(fonts: dict[str, PageFont]) -> None:
    name, font = next((name, font) for name, font in fonts.items() if "受" in font.by_character)
    for matrix in (b"0 1 -1 0 0 0", b"1 0 0 -1 0 0", b"1 0.2 0 1 0 0"):
        content = b"BT 0 Tr %s 12 Tf %s Tm <%s> Tj ET" % (name.encode(), matrix, shown(font, "受"))
        with pytest.raises(OfdFailed, match="left to right"):
            objects(content, fonts=fonts)


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (-0.00001, "0"), (1.5, "1.5"), (100, "100"), (1 / 3, "0.3333")])
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text
