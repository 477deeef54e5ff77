"""Errors carry stable codes and say what they are about."""

from esign import errors
from esign.errors import EsignError, MissingGlyph


def test_each_error_has_its_own_code() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__ if name != "EsignError"]
    assert all(issubclass(kind, EsignError) for kind in kinds)
    codes = [kind.code for kind in kinds]
    assert len({*codes, EsignError.code}) == len(codes) + 1
    for kind in kinds:
        assert f"{kind.__name__} " in errors.__doc__
        assert f" {kind.code} " in errors.__doc__


def test_a_missing_glyph_is_named_with_its_field() -> None:
    error = MissingGlyph("applicant.name", "😀")
    assert str(error) == "applicant.name: no glyph for 😀 (U+1F600)"
    assert (error.field, error.characters) == ("applicant.name", "😀")
