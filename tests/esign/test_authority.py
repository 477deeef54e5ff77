"""The test authority appears once, complete, private and labelled as a test."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from esign import BadNotice, BadSealFolder, MissingGlyph, make_test_authority
from esign.authority import TEST_ROOT_NAME


def test_it_is_made_once_and_then_loaded(tmp_path: Path) -> None:
    first = make_test_authority(tmp_path / "deep" / "seal", "甲局")
    again = make_test_authority(tmp_path / "deep" / "seal", "甲局")
    assert first.key.certificate == again.key.certificate
    assert first.root_pem == again.root_pem
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["seal"]


def test_keys_are_private_and_the_roots_key_is_gone(tmp_path: Path) -> None:
    make_test_authority(tmp_path / "seal", "甲局")
    assert (tmp_path / "seal").stat().st_mode & 0o777 == 0o700
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "seal").iterdir()}
    assert set(files) == {"seal.json", "root.crt", "seal.crt", "seal.key", "tsa.crt", "tsa.key"}
    assert files["seal.key"] == files["tsa.key"] == 0o600


def test_everything_says_test(tmp_path: Path, judge: Callable[..., Any]) -> None:
    seal = make_test_authority(tmp_path / "seal", "甲局")
    root = x509.load_pem_x509_certificate(seal.root_pem)
    assert TEST_ROOT_NAME == "云窗口测试根 TEST ONLY"
    assert TEST_ROOT_NAME in root.subject.rfc4514_string()
    folder = tmp_path / "seal"
    for name, purpose in (("seal", "any"), ("tsa", "timestampsign")):
        done = judge("openssl", "verify", "-purpose", purpose, "-CAfile", folder / "root.crt", folder / f"{name}.crt")
        assert done.returncode == 0, done.stderr


def test_another_organisation_or_other_content_is_refused(tmp_path: Path) -> None:
    make_test_authority(tmp_path / "seal", "甲局")
    with pytest.raises(BadSealFolder, match="another organisation"):
        make_test_authority(tmp_path / "seal", "乙局")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(BadSealFolder):
        make_test_authority(tmp_path / "full", "甲局")
    assert os.listdir(tmp_path / "full") == ["letter.txt"]


def test_a_name_that_no_stamp_can_carry_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadNotice):
        make_test_authority(tmp_path / "long", "长" * 25)
    with pytest.raises(MissingGlyph):
        make_test_authority(tmp_path / "odd", "甲😀局")
    assert list(tmp_path.iterdir()) == []
