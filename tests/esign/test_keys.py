"""A seal folder loads, and each way of being broken is refused with the file named and no key shown."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esign import BadSealFolder, StampDesign, load_seal, make_test_authority


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_test_authority(tmp_path / "seal", "甲局")
    return tmp_path / "seal"


def _other_key(folder: Path) -> None:
    shutil.copy(folder / "tsa.key", folder / "seal.key")


def _rsa_key(folder: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    (folder / "seal.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _other_root(folder: Path) -> None:
    make_test_authority(folder.parent / "other", "甲局")
    shutil.copy(folder.parent / "other" / "root.crt", folder / "root.crt")


def test_a_loaded_key_signs_for_its_certificate(folder: Path) -> None:
    seal = load_seal(folder)
    assert seal.design == StampDesign("甲局", "行政审批专用章")
    assert seal.is_test
    for key in (seal.key, seal.timestamper):
        public = x509.load_der_x509_certificate(key.certificate).public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(key.sign(b"data"), b"data", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("breaking", "named"),
    [
        (lambda folder: (folder / "tsa.key").unlink(), "tsa.key"),
        (lambda folder: (folder / "seal.json").write_text("{}"), "organisation"),
        (lambda folder: (folder / "root.crt").write_text("nothing"), "seal"),
        (lambda folder: (folder / "seal.key").write_text("nothing"), "seal"),
        (_other_key, "seal.key does not belong"),
        (_rsa_key, "not a P-256 key"),
        (_other_root, "not issued by root.crt"),
    ],
)
def test_a_broken_folder_is_refused(folder: Path, breaking: Callable[[Path], object], named: str) -> None:
    breaking(folder)
    with pytest.raises(BadSealFolder, match=named) as caught:
        load_seal(folder)
    assert "PRIVATE" not in str(caught.value)


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSealFolder):
        load_seal(tmp_path / "nowhere")
