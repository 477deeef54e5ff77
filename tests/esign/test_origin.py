"""What a notice says about itself is read back; anything else is nobody's."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfWriter

from esign import render_notice
from esign.origin import read_origin


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
