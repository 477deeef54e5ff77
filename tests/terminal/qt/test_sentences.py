"""Every code that can reach an applicant has a Chinese sentence of its own."""

from typing import get_args

import pytest

from annotate.errors import PAGE_ERROR_CODES
from signaling.protocol.errors import ErrorCode
from terminal.devices import DeviceCode
from terminal.qt.sentences import sentence, size_text

CODES = [
    *map(str, ErrorCode),
    *get_args(DeviceCode),
    *(f"file_{code}" for code in PAGE_ERROR_CODES),
    *("file_misnamed", "network", "disk_full", "internal", "phone_invalid", "card_number_invalid", "same_as_before"),
    *("shot_blurred", "shot_soft", "shot_whole", "code_other", "slip_failed"),
]


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_a_sentence(code: str) -> None:
    said = sentence(code)
    assert code not in said
    assert any("一" <= character <= "鿿" for character in said)


def test_an_unknown_code_can_be_reported() -> None:
    assert "brand_new" in sentence("brand_new")


@pytest.mark.parametrize(("size", "text"), [(1, "1 KB"), (740 * 1024, "740 KB"), (2 * 2**20, "2.0 MB")])
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text
