"""The CMS and the timestamp token are what OpenSSL accepts, and any other shape is told apart."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from esign.cades import (
    certificates_of,
    is_canonical,
    most_bytes,
    most_token_bytes,
    sign_detached,
    timestamp_token,
)
from esign.der import content_of, context, integer, octets, sequence, set_of, split
from esign.keys import FileKey

DATA = b"the bytes of a notice"
DIGEST = hashlib.sha256(DATA).digest()
NOW = datetime.now(UTC).replace(microsecond=0)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Party:
    """A signer and a timestamper under one issuer, both with P-256 keys or both with this one."""

    def __init__(self, issuer: Any, key: rsa.RSAPrivateKey | None = None) -> None:
        self.root: bytes = issuer.root_pem
        self.key: FileKey = issuer.issue("某局", for_time=False, key=key)
        self.tsa: FileKey = issuer.issue("某时间戳", for_time=True, key=key)
        self.other: bytes = issuer.issue("别的单位", for_time=False).certificate

    def token(self, digest: bytes) -> bytes:
        return timestamp_token(digest, self.tsa, NOW, 2**127 + 1, [self.other])

    def signed(self) -> bytes:
        return sign_detached(DIGEST, self.key, [self.other], self.token)


@pytest.fixture(scope="module", params=["p256", "rsa"])
def party(request: pytest.FixtureRequest, issuer_type: Any, rsa_key: rsa.RSAPrivateKey) -> Party:
    return Party(issuer_type(), rsa_key if request.param == "rsa" else None)


def test_openssl_verifies_the_signature(party: Party, tmp_path: Path, judge: Callable[..., Any]) -> None:
    for name, content in (("cms", party.signed()), ("data", DATA), ("root", party.root)):
        (tmp_path / name).write_bytes(content)
    arguments = ["cms", "-verify", "-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in"]
    files = ["-content", tmp_path / "data", "-CAfile", tmp_path / "root", "-out", tmp_path / "out"]
    done = judge("openssl", *arguments, tmp_path / "cms", *files)
    assert done.returncode == 0, done.stderr
    assert b"CAdES Verification successful" in done.stderr
    (tmp_path / "data").write_bytes(DATA + b"!")
    assert judge("openssl", *arguments, tmp_path / "cms", *files).returncode != 0


def test_openssl_verifies_the_timestamp(party: Party, tmp_path: Path, judge: Callable[..., Any]) -> None:
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "root").write_bytes(party.root)
    (tmp_path / "token").write_bytes(party.token(DIGEST))
    arguments = ["ts", "-verify", "-token_in", "-in", tmp_path / "token", "-CAfile", tmp_path / "root", "-data"]
    done = judge("openssl", *arguments, tmp_path / "data")
    assert b"Verification: OK" in done.stdout, done.stderr
    (tmp_path / "data").write_bytes(DATA + b"!")
    assert b"Verification: OK" not in judge("openssl", *arguments, tmp_path / "data").stdout


def test_the_token_holds_time_and_number(party: Party) -> None:
    token = cms.ContentInfo.load(party.token(b"\1" * 32), strict=True)
    info = token["content"]["encap_content_info"]["content"].parsed
    assert info["gen_time"].native == NOW
    assert info["serial_number"].native == 2**127 + 1
    assert info["message_imprint"]["hashed_message"].native == b"\1" * 32


def test_without_a_timestamp_nothing_is_unsigned(party: Party) -> None:
    pending = sign_detached(DIGEST, party.key, [], None)
    (signer,) = cms.ContentInfo.load(pending, strict=True)["content"]["signer_infos"]
    assert not signer["unsigned_attrs"].native
    assert is_canonical(pending)


def test_certificates_travel_along_in_order_of_der(party: Party) -> None:
    for made in (party.signed(), party.token(DIGEST)):
        read = [choice.chosen.dump() for choice in cms.ContentInfo.load(made)["content"]["certificates"]]
        assert read == certificates_of(made) == sorted(read)
        assert len(read) == 2
        assert party.other in read


def test_nothing_gets_longer_than_announced(party: Party) -> None:
    chain = [party.tsa.certificate, party.other]
    for _ in range(5):
        assert len(party.token(DIGEST)) < most_token_bytes(chain)
        assert len(party.signed()) < most_bytes(party.key, [party.other], most_token_bytes(chain))
        pending = sign_detached(DIGEST, party.key, [], None)
        # and where no timestamp was there is no room for one that somebody took out
        assert 0 < most_bytes(party.key, [], 0) - len(pending) < 128


def test_only_our_own_shape_is_canonical(party: Party) -> None:
    signed = party.signed()
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
    backwards = b"".join(reversed(split(content_of(parts[3]))))
    assert not is_canonical(rebuilt(3, context(0, backwards)))  # certificates out of order
    assert not is_canonical(rebuilt(4, set_of(*split(content_of(parts[4])) * 2)))  # a second signer


def test_of_the_two_forms_of_an_ecdsa_signature_one_is_ours(issuer_type: Any) -> None:
    party = Party(issuer_type())
    for made in [party.signed() for _ in range(8)] + [party.token(DIGEST) for _ in range(8)]:
        (signer,) = cms.ContentInfo.load(made)["content"]["signer_infos"]
        r, s = decode_dss_signature(signer["signature"].native)
        assert s <= ORDER // 2
        assert is_canonical(made)
        assert not is_canonical(_with_signature(made, encode_dss_signature(r, ORDER - s)))
        assert is_canonical(_with_signature(made, encode_dss_signature(r, s)))


def _with_signature(made: bytes, value: bytes) -> bytes:
    oid, wrapped = split(content_of(made))
    *before, signers = split(content_of(content_of(wrapped)))
    version, sid, digest, attributes, algorithm, _, *unsigned = split(content_of(content_of(signers)))
    signer = sequence(version, sid, digest, attributes, algorithm, octets(value), *unsigned)
    return sequence(oid, context(0, sequence(*before, set_of(signer))))


def test_a_changed_byte_outside_signature_and_certificates_is_seen(party: Party) -> None:
    signed = party.signed()
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
    for part in free:  # what the signatures protect by themselves, or `self_check` and `verify` judge
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
