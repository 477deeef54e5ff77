"""Errors carry stable codes and say what they are about."""

from esign import BadNotice, BadSealFolder, EsignError, MissingGlyph, RenderingFailed, SealingFailed


def test_each_error_has_its_own_code() -> None:
    kinds = [BadNotice, MissingGlyph, RenderingFailed, BadSealFolder, SealingFailed]
    assert all(issubclass(kind, EsignError) for kind in kinds)
    codes = [kind.code for kind in kinds]
    assert codes == ["bad_notice", "missing_glyph", "rendering_failed", "bad_seal_folder", "sealing_failed"]


def test_a_missing_glyph_is_named_with_its_field() -> None:
    error = MissingGlyph("applicant.name", "😀")
    assert str(error) == "applicant.name: no glyph for 😀 (U+1F600)"
    assert (error.field, error.characters) == ("applicant.name", "😀")
