"""Finding a fit libcrypto, and what it says to keys that are none."""

import ctypes
import ctypes.util
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from esign.national import libcrypto
from esign.national.errors import BadSm2Key, SmUnavailable
from esign.national.ofd_verify import verify_ofd


@pytest.fixture
def another_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    libcrypto._library.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    libcrypto._library.cache_clear()


def test_no_libcrypto(another_library: pytest.MonkeyPatch, notice_ofd: bytes) -> None:
    another_library.setattr(ctypes.util, "find_library", lambda _: None)
    with pytest.raises(SmUnavailable, match="no libcrypto"):
        libcrypto.digest((b"",))
    report = verify_ofd(notice_ofd, [])
    assert (report.verdict, report.findings[0].code) == ("cannot_judge", "ofd_sm_unavailable")


def test_a_library_that_is_not_openssl(another_library: pytest.MonkeyPatch) -> None:
    libc = ctypes.util.find_library("c")
    another_library.setattr(ctypes.util, "find_library", lambda _: libc)
    with pytest.raises(SmUnavailable, match="is not openssl 3"):
        libcrypto.generate()


def test_an_older_openssl(another_library: pytest.MonkeyPatch) -> None:
    another_library.setattr(libcrypto, "_OLDEST", 0x90000000)
    with pytest.raises(SmUnavailable, match="older"):
        libcrypto.generate()


def test_keys_of_another_curve_are_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    secret = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(BadSm2Key, match="not an sm2 key"):
        libcrypto.load_private(secret)
    with pytest.raises(BadSm2Key, match="not an sm2 key"):
        libcrypto.load_public(public)


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"x" * 100])
def test_bytes_that_are_no_key(junk: bytes) -> None:
    with pytest.raises(BadSm2Key):
        libcrypto.load_public(junk)
    with pytest.raises(BadSm2Key):
        libcrypto.load_private(junk)


def test_bytes_behind_a_key_are_refused() -> None:
    public = libcrypto.generate().public_der()
    with pytest.raises(BadSm2Key, match="follow"):
        libcrypto.load_public(public + b"\0")
