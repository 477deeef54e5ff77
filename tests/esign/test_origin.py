"""What a notice says about itself is read back; anything else is nobody's."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfWriter

from esign import render_notice
from esign.origin import parse_origin, read_origin


def _reader(pdf: bytes) -> PdfFileReader:
    return PdfFileReader(BytesIO(pdf))


def _blank(**info: str) -> PdfFileReader:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata({f"/{key}": value for key, value in info.items()})
    output = BytesIO()
    writer.write(output)
    return _reader(output.getvalue())


def test_a_notice_tells_its_origin(acceptance: Callable[..., Any], correction: Callable[..., Any]) -> None:
    origin = read_origin(_reader(render_notice(acceptance())))
    assert origin is not None
    assert (origin.template, origin.number) == ("acceptance/1", "京通政务受〔2026〕000123号")
    assert (origin.authority, origin.is_test, origin.seal_page) == ("北京市通州区政务服务管理局", True, 1)
    # the whole stamp lies on the sheet, inside the margins
    assert origin.seal_x - 59.6 > 60
    assert origin.seal_x + 59.6 < 595 - 60
    assert 60 < origin.seal_y - 59.6 < 842 - 60
    other = read_origin(_reader(render_notice(correction(is_test=False))))
    assert other is not None
    assert (other.template, other.is_test) == ("correction/1", False)


def test_a_comma_in_the_number_does_not_confuse(acceptance: Callable[..., Any]) -> None:
    tricky = "京〔2026〕1号, test:no, seal:9:1:1"
    origin = read_origin(_reader(render_notice(acceptance(number=tricky))))
    assert origin is not None
    assert (origin.number, origin.is_test, origin.seal_page) == (tricky, True, 1)


@pytest.mark.parametrize("keywords", ["", "holiday, beach", "template:acceptance/1, number:, test:yes, seal:1:1:1"])
def test_other_files_have_no_origin(keywords: str) -> None:
    assert read_origin(_blank(Keywords=keywords)) is None


def test_the_place_of_the_code_is_told_when_there_is_one(acceptance: Callable[..., Any]) -> None:
    origin = read_origin(_reader(render_notice(acceptance())))
    assert origin is not None
    assert (origin.code_page, origin.code_size) == (0, 0.0)
    coded = acceptance(query_code="7K3M-9PQ2-XW4T", check_address="https://hall.example/N")
    origin = read_origin(_reader(render_notice(coded)))
    assert origin is not None
    assert (origin.code_page, origin.seal_page) == (1, 1)
    assert origin.code_size == pytest.approx(34.5 * 72 / 25.4, abs=0.01)
    # left of the stamp, at its height, inside the left margin
    assert origin.code_x >= 28 * 72 / 25.4
    assert origin.code_x + origin.code_size + 4 < origin.seal_x - 59.6
    assert abs(origin.code_y + origin.code_size / 2 - origin.seal_y) < 4


@pytest.mark.parametrize(("tail", "page"), [("", 0), (", code:2:86.5:100:97.8", 2)])
def test_keywords_with_and_without_a_code(tail: str, page: int) -> None:
    written = f"template:grant/1, number:京1号, test:no, seal:1:403.06:231.2{tail}"
    origin = parse_origin(written, "题 京1号", "某局")
    assert origin is not None
    assert (origin.code_page, origin.number, origin.authority) == (page, "京1号", "某局")
    assert parse_origin(written + ", code:1:1", "题 京1号", "某局") is None
