"""Roots for handed-in documents: every certificate of the folder, and a sentence for what is none."""

from pathlib import Path

import pytest

from esign import make_test_authority
from signaling.server.errors import SettingsWrong
from signaling.server.licence_roots import read_licence_roots


def test_all_certificates_of_the_folder_are_read(tmp_path: Path) -> None:
    assert read_licence_roots(None) == ""
    roots = [make_test_authority(tmp_path / name, "北京市通州区市场监督管理局").root_pem for name in ("a", "b")]
    folder = tmp_path / "roots"
    folder.mkdir()
    assert read_licence_roots(folder) == ""
    (folder / "a.pem").write_bytes(b"text before\n" + roots[0])
    (folder / "b.crt").write_bytes(roots[1])
    (folder / "notes.txt").write_text("not a certificate")
    assert read_licence_roots(folder).encode() == roots[0] + roots[1]


def test_what_is_no_certificate_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="no such folder"):
        read_licence_roots(tmp_path / "nowhere")
    (tmp_path / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nx")
    with pytest.raises(SettingsWrong, match=r"bad\.pem"):
        read_licence_roots(tmp_path)
