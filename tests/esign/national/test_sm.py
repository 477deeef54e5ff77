"""SM3 and SM2 against the standards' examples, the `cryptography` package and OpenSSL's command line."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from esign.national.errors import BadSm2Key
from esign.national.sm import Sm2Key, Sm2PublicKey, sm3, sm3_of

Judge = Callable[..., subprocess.CompletedProcess[bytes]]


def test_examples_of_the_standard() -> None:
    """GB/T 32905-2016, annex A."""
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 100_000])
def test_sm3_as_cryptography_computes_it(size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    other = hashes.Hash(hashes.SM3())
    other.update(data)
    assert sm3(data) == other.finalize() == sm3_of(data[at : at + 7] for at in range(0, size, 7))


def test_sign_and_verify() -> None:
    key = Sm2Key.generate()
    public = Sm2PublicKey(key.spki)
    signature = key.sign(b"data")
    assert public.verifies(signature, b"data")
    assert not public.verifies(signature, b"Data")
    assert not public.verifies(signature, b"data", b"another identity")
    assert not Sm2PublicKey(Sm2Key.generate().spki).verifies(signature, b"data")
    assert key.sign(b"data") != signature  # random, unlike RSA


def test_no_changed_byte_of_a_signature_passes() -> None:
    key = Sm2Key.generate()
    public = Sm2PublicKey(key.spki)
    signature = key.sign(b"data")
    for at in range(len(signature)):
        changed = bytearray(signature)
        changed[at] ^= 1
        assert not public.verifies(bytes(changed), b"data")
    assert not public.verifies(signature + b"\0", b"data")
    assert not public.verifies(b"", b"data")


def test_a_key_survives_its_pem() -> None:
    key = Sm2Key.generate()
    again = Sm2Key.from_pem(key.to_pem())
    assert again.spki == key.spki
    assert Sm2PublicKey(key.spki).verifies(again.sign(b"x"), b"x")


@pytest.mark.parametrize("junk", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\xff\xfe"])
def test_junk_is_no_key(junk: bytes) -> None:
    with pytest.raises(BadSm2Key):
        Sm2Key.from_pem(junk)


@pytest.mark.slow
def test_openssl_agrees(judge: Judge, key_file: Callable[[Sm2Key], Path], tmp_path: Path) -> None:
    key = Sm2Key.generate()
    data, signature, public = tmp_path / "data", tmp_path / "signature", tmp_path / "public.pem"
    data.write_bytes(b"to be signed" * 50)
    assert judge("openssl", "dgst", "-sm3", data).stdout.split()[-1].decode() == sm3(data.read_bytes()).hex()

    assert judge("openssl", "pkey", "-in", key_file(key), "-pubout", "-out", public).returncode == 0
    signature.write_bytes(key.sign(data.read_bytes()))
    verify = ("openssl", "dgst", "-sm3", "-verify", public, "-signature", signature)
    assert b"Verified OK" in judge(*verify, "-sigopt", "distid:1234567812345678", data).stdout
    assert b"Verified OK" not in judge(*verify, "-sigopt", "distid:8765432187654321", data).stdout

    sign = ("openssl", "dgst", "-sm3", "-sign", key_file(key), "-sigopt", "distid:1234567812345678")
    theirs = judge(*sign, data).stdout
    assert Sm2PublicKey(key.spki).verifies(theirs, data.read_bytes())


@pytest.mark.slow
def test_keys_of_openssl_are_read(judge: Judge, tmp_path: Path) -> None:
    made = judge("openssl", "genpkey", "-algorithm", "SM2")
    key = Sm2Key.from_pem(made.stdout)
    assert Sm2PublicKey(key.spki).verifies(key.sign(b"x"), b"x")
