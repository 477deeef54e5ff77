"""The CMS and the timestamp token are what OpenSSL accepts, and any other shape is told apart."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms

from esign import Seal
from esign.cades import is_canonical, sign_detached, timestamp_token
from esign.der import content_of, context, integer, sequence, set_of, split

DATA = b"the bytes of a notice"
NOW = datetime.now(UTC).replace(microsecond=0)


def _signed(seal: Seal) -> bytes:
    return sign_detached(hashlib.sha256(DATA).digest(), seal.key, seal.timestamper, NOW, 2**127 + 1)


def test_openssl_verifies_the_signature(seal: Seal, tmp_path: Path, judge: Callable[..., Any]) -> None:
    for name, content in (("cms", _signed(seal)), ("data", DATA), ("root", seal.root_pem)):
        (tmp_path / name).write_bytes(content)
    arguments = ["cms", "-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in"]
    files = ["-content", tmp_path / "data", "-CAfile", tmp_path / "root", "-out", tmp_path / "out"]
    done = judge("openssl", *arguments, tmp_path / "cms", *files)
    assert done.returncode == 0, done.stderr
    assert b"CAdES Verification successful" in done.stderr
    (tmp_path / "data").write_bytes(DATA + b"!")
    assert judge("openssl", *arguments, tmp_path / "cms", *files).returncode != 0


def test_openssl_verifies_the_timestamp(seal: Seal, tmp_path: Path, judge: Callable[..., Any]) -> None:
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "root").write_bytes(seal.root_pem)
    (tmp_path / "token").write_bytes(timestamp_token(hashlib.sha256(DATA).digest(), seal.timestamper, NOW, 7))
    arguments = ["ts", "-verify", "-token_in", "-in", tmp_path / "token", "-CAfile", tmp_path / "root", "-data"]
    done = judge("openssl", *arguments, tmp_path / "data")
    assert b"Verification: OK" in done.stdout, done.stderr
    (tmp_path / "data").write_bytes(DATA + b"!")
    assert b"Verification: OK" not in judge("openssl", *arguments, tmp_path / "data").stdout


def test_the_token_holds_time_and_number(seal: Seal) -> None:
    token = cms.ContentInfo.load(timestamp_token(b"\1" * 32, seal.timestamper, NOW, 77), strict=True)
    info = token["content"]["encap_content_info"]["content"].parsed
    assert info["gen_time"].native == NOW
    assert info["serial_number"].native == 77
    assert info["message_imprint"]["hashed_message"].native == b"\1" * 32


def test_only_our_own_shape_is_canonical(seal: Seal) -> None:
    signed = _signed(seal)
    assert is_canonical(signed)
    assert not is_canonical(b"")
    assert not is_canonical(signed + b"\0")
    assert not is_canonical(signed[:-1])
    oid, wrapped = split(content_of(signed))
    parts = split(content_of(content_of(wrapped)))

    def rebuilt(position: int, part: bytes) -> bytes:
        return sequence(oid, context(0, sequence(*parts[:position], part, *parts[position + 1 :])))

    assert rebuilt(0, parts[0]) == signed
    assert not is_canonical(rebuilt(0, integer(4)))  # version
    assert not is_canonical(rebuilt(1, set_of()))  # digest algorithms
    assert not is_canonical(rebuilt(3, context(0, content_of(parts[3]) * 2)))  # a second certificate
    assert not is_canonical(rebuilt(4, set_of(*split(content_of(parts[4])) * 2)))  # a second signer


def test_a_changed_byte_outside_signature_and_certificates_is_seen(seal: Seal) -> None:
    signed = _signed(seal)
    content = cms.ContentInfo.load(signed)["content"]
    (signer,) = content["signer_infos"]
    free = [signer["signature"].dump(), signer["signed_attrs"].dump(), content["certificates"].dump()]
    (token,) = signer["unsigned_attrs"][0]["values"]
    token_signer = token["content"]["signer_infos"][0]
    free += [
        token["content"]["encap_content_info"].dump(),
        token_signer["signature"].dump(),
        token_signer["signed_attrs"].dump(),
        token["content"]["certificates"].dump(),
    ]
    covered = set()
    for part in free:  # what the signatures protect by themselves, or pyHanko judges
        start = signed.index(part[2:])
        covered |= set(range(start - 4, start + len(part)))
    ids = [signer["sid"].dump(), token_signer["sid"].dump()]
    for part in ids:
        start = signed.index(part)
        covered |= set(range(start, start + len(part)))
    positions = [position for position in range(len(signed)) if position not in covered]
    assert len(positions) > 100
    for position in positions:
        changed = bytearray(signed)
        changed[position] ^= 0x01
        assert not is_canonical(bytes(changed)), position
