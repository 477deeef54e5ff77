"""Fonts taken from a notice's PDF: FreeType opens them and draws what the PDF's own font draws."""

import io
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from PIL import ImageFont
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NameObject

from esign.national.errors import OfdFailed
from esign.national.ofd_fonts import PageFont, read_font


@pytest.fixture(scope="module")
def dictionaries(base_pdf: bytes) -> list[Any]:
    resources: Any = PdfReader(io.BytesIO(base_pdf)).pages[0]["/Resources"]
    return [reference.get_object() for reference in resources["/Font"].values()]


@pytest.fixture(scope="module")
def fonts(dictionaries: list[Any]) -> list[PageFont]:
    return [read_font(dictionary) for dictionary in dictionaries]


def test_every_glyph_says_something(fonts: list[PageFont]) -> None:
    for font in fonts:
        assert font.texts
        assert all(font.texts.values())
        assert set(font.texts) <= set(font.widths)
        assert all(font.texts[code] == character for character, code in font.by_character.items())
    assert "𬬻" in {character for font in fonts for character in font.by_character}


def test_freetype_draws_them(fonts: list[PageFont]) -> None:
    for font in fonts:
        opened = ImageFont.truetype(io.BytesIO(font.opentype), 100)
        for character, code in font.by_character.items():
            assert opened.getlength(character) == pytest.approx(font.widths[code] / 10, abs=1.0)
            if not character.isspace():
                assert opened.getbbox(character)[2] > opened.getbbox(character)[0]


def test_the_outlines_are_those_of_the_pdf(fonts: list[PageFont], dictionaries: list[Any]) -> None:
    for font, dictionary in zip(fonts, dictionaries, strict=True):
        program = dictionary["/DescendantFonts"][0].get_object()["/FontDescriptor"]["/FontFile3"].get_data()
        opened = TTFont(io.BytesIO(font.opentype))
        assert opened.reader["CFF "] == program
        assert opened["maxp"].numGlyphs == len(opened.getGlyphOrder()) == max(font.widths) + 1
        assert opened["name"].getDebugName(6) == font.name


def test_the_same_font_gives_the_same_file(dictionaries: list[Any], fonts: list[PageFont]) -> None:
    assert [read_font(dictionary).opentype for dictionary in dictionaries] == [font.opentype for font in fonts]


def test_other_kinds_of_font_are_refused(dictionaries: list[Any]) -> None:
    with pytest.raises(OfdFailed):
        read_font(DictionaryObject())
    changed = DictionaryObject(dictionaries[0])
    changed[NameObject("/Encoding")] = NameObject("/WinAnsiEncoding")
    with pytest.raises(OfdFailed):
        read_font(changed)
