"""Codes of annotate's errors are stable and reach whoever catches the root."""

from __future__ import annotations

import pytest

from annotate.errors import PAGE_ERROR_CODES, AnnotateError, OperationError, PageError


def test_codes_are_those_other_rooms_and_views_know() -> None:
    assert set(PAGE_ERROR_CODES) == {
        "unreadable",
        "encrypted",
        "empty",
        "too_large",
        "unsupported",
        "timed_out",
        "crashed",
    }


def test_both_errors_carry_code_and_values_under_one_root() -> None:
    for error in (PageError("empty", "no bytes"), OperationError("malformed", "3 bytes")):
        with pytest.raises(AnnotateError) as caught:
            raise error
        assert str(caught.value) == f"{caught.value.code}: {caught.value.detail}"
    assert PageError("empty", "no bytes").code == "empty"
