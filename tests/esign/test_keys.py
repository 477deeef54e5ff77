"""Keys in memory sign what OpenSSL accepts; secrets come from private files only; nothing weaker is taken."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from esign import BadSealFolder
from esign.keys import FileKey, algorithm_of, read_secret, verifies

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def _certified(key: Key) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "甲局")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


def _pem(key: Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module", params=["ecdsa-p256-sha256", "rsa-sha256"])
def pair(request: pytest.FixtureRequest, rsa_key: rsa.RSAPrivateKey) -> tuple[Key, x509.Certificate, str]:
    key = rsa_key if request.param == "rsa-sha256" else ec.generate_private_key(ec.SECP256R1())
    return key, _certified(key), request.param


def test_openssl_verifies_both_kinds_from_pem_and_container(
    pair: tuple[Key, x509.Certificate, str], tmp_path: Path, judge: Callable[..., Any]
) -> None:
    key, leaf, algorithm = pair
    container = pkcs12.serialize_key_and_certificates(b"seal", key, leaf, None, BestAvailableEncryption(b"geheim"))
    (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (tmp_path / "data").write_bytes(b"data")
    public = judge("openssl", "x509", "-in", tmp_path / "leaf.pem", "-pubkey", "-noout").stdout
    (tmp_path / "public.pem").write_bytes(public)
    for made in (
        FileKey.from_pem(_pem(key), leaf.public_bytes(Encoding.PEM)),
        FileKey.from_p12(container, "geheim"),
    ):
        assert made.algorithm == algorithm_of(made.certificate) == algorithm
        assert made.certificate == leaf.public_bytes(Encoding.DER)
        (tmp_path / "signature").write_bytes(made.sign(b"data"))
        arguments = ["dgst", "-sha256", "-verify", tmp_path / "public.pem", "-signature", tmp_path / "signature"]
        assert judge("openssl", *arguments, tmp_path / "data").stdout == b"Verified OK\n"
        assert verifies(made.certificate, made.sign(b"data"), b"data")
        assert not verifies(made.certificate, made.sign(b"data"), b"other data")


def test_a_container_made_by_openssl_is_read(tmp_path: Path, judge: Callable[..., Any]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "key.pem").write_bytes(_pem(key))
    (tmp_path / "leaf.pem").write_bytes(_certified(key).public_bytes(Encoding.PEM))
    files = ["-inkey", tmp_path / "key.pem", "-in", tmp_path / "leaf.pem", "-out", tmp_path / "seal.p12"]
    done: subprocess.CompletedProcess[bytes] = judge("openssl", "pkcs12", "-export", *files, "-passout", "pass:geheim")
    assert done.returncode == 0, done.stderr
    content = (tmp_path / "seal.p12").read_bytes()
    assert FileKey.from_p12(content, "geheim").algorithm == "ecdsa-p256-sha256"
    with pytest.raises(ValueError, match="password is wrong") as caught:
        FileKey.from_p12(content, "falsch")
    assert "falsch" not in str(caught.value)


def test_an_rsa_key_is_checked_once_and_then_signs_fast(rsa_key: rsa.RSAPrivateKey) -> None:
    made = FileKey(rsa_key, _certified(rsa_key).public_bytes(Encoding.DER))
    started = datetime.now(UTC)
    for number in range(20):
        made.sign(b"%d" % number)
    # parsing and checking the key for each signature would take 20 times a quarter of a second
    assert datetime.now(UTC) - started < timedelta(seconds=2)


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)], ids=["p384", "rsa2048"]
)
def test_other_keys_are_refused(key: Key) -> None:
    with pytest.raises(ValueError, match="neither a P-256 key nor RSA of 3072 bits"):
        FileKey(key, _certified(key).public_bytes(Encoding.DER))


def test_a_key_must_be_the_certificates() -> None:
    one, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    with pytest.raises(ValueError, match="does not belong"):
        FileKey(one, _certified(other).public_bytes(Encoding.DER))


def test_a_container_needs_a_certificate() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    container = pkcs12.serialize_key_and_certificates(b"seal", key, None, None, NoEncryption())
    with pytest.raises(ValueError, match="no certificate"):
        FileKey.from_p12(container, "")


def test_a_secret_is_the_first_line_of_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("123456\nsecond line\n")
    file.chmod(0o600)
    assert read_secret(file, "") == "123456"
    file.chmod(0o640)
    with pytest.raises(BadSealFolder, match="pin can be read by others") as caught:
        read_secret(file, "")
    assert "123456" not in str(caught.value)
    with pytest.raises(BadSealFolder, match="cannot be read"):
        read_secret(tmp_path / "absent", "")


def test_a_secret_may_stand_in_the_environment() -> None:
    assert read_secret(None, "SEAL_PIN", {"SEAL_PIN": "123456"}) == "123456"
    with pytest.raises(BadSealFolder, match="SEAL_PIN"):
        read_secret(None, "SEAL_PIN", {})
