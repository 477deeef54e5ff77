"""Seals and signatures against an independent reading with asn1crypto, and what is refused."""

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from asn1crypto import core

from esign import der
from esign.national.ses import make_seal, read_seal, read_signature, sign_with_seal
from esign.national.sm import SM2_WITH_SM3, Sm2Key, Sm2PublicKey, sm3


# The structures of GB/T 38540-2020 written down once more, for asn1crypto
class Header(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("id", core.IA5String), ("version", core.Integer), ("vid", core.IA5String)]


class Certificates(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class Property(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("cert_list_type", core.Integer),
        ("cert_list", Certificates),
        ("create_date", core.GeneralizedTime),
        ("valid_start", core.GeneralizedTime),
        ("valid_end", core.GeneralizedTime),
    ]


class PictureInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("type", core.IA5String),
        ("data", core.OctetString),
        ("width", core.Integer),
        ("height", core.Integer),
    ]


class SealInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("header", Header),
        ("es_id", core.IA5String),
        ("property", Property),
        ("picture", PictureInfo),
        ("ext_datas", core.Any, {"explicit": 0, "optional": True}),
    ]


class SESeal(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("e_seal_info", SealInfo),
        ("cert", core.OctetString),
        ("sign_alg_id", core.ObjectIdentifier),
        ("signed_value", core.OctetBitString),
    ]


class TbsSign(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("version", core.Integer),
        ("eseal", SESeal),
        ("time_info", core.GeneralizedTime),
        ("data_hash", core.OctetBitString),
        ("property_info", core.IA5String),
        ("ext_datas", core.Any, {"explicit": 0, "optional": True}),
    ]


class SESSignature(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("to_sign", TbsSign),
        ("cert", core.OctetString),
        ("signature_alg_id", core.ObjectIdentifier),
        ("signature", core.OctetBitString),
        ("time_stamp", core.OctetBitString, {"explicit": 0, "optional": True}),
    ]


def test_asn1crypto_reads_what_was_written(sealer: Any, now: datetime) -> None:
    written = sign_with_seal(sealer.esl, sealer.key, sealer.certificate, b"xml", "/a", now, lambda _: b"token")
    parsed = SESSignature.load(written, strict=True)
    assert parsed.dump(force=True) == written  # encoded anew: the same bytes, so it was DER
    assert parsed["to_sign"]["eseal"].dump() == sealer.esl
    assert parsed["to_sign"].native["version"] == 4
    assert parsed["to_sign"]["time_info"].native == now
    assert parsed["to_sign"]["data_hash"].native == sm3(b"xml")
    assert parsed["signature_alg_id"].dotted == SM2_WITH_SM3
    assert parsed["time_stamp"].native == b"token"
    assert Sm2PublicKey(sealer.key.spki).verifies(parsed["signature"].native, parsed["to_sign"].dump())
    info = parsed["to_sign"]["eseal"]["e_seal_info"]
    assert info["header"].native == {"id": "ES", "version": 4, "vid": "CloudWindow"}
    assert info["property"]["cert_list"].native == [sealer.certificate]
    assert Sm2PublicKey(sealer.maker_key.spki).verifies(parsed["to_sign"]["eseal"]["signed_value"].native, info.dump())


def test_read_back(sealer: Any, now: datetime) -> None:
    signature = read_signature(sealer.sign(b"xml", now))
    assert (signature.version, signature.time, signature.data_hash) == (4, now, sm3(b"xml"))
    assert (signature.timestamp, signature.is_der, signature.has_critical_extension) == (None, True, False)
    assert signature.seal == read_seal(sealer.esl)
    assert (signature.seal.name, signature.seal.picture_type, signature.seal.picture) == ("局章", "ofd", b"pic")
    assert signature.seal.admits(sealer.certificate)
    assert not signature.seal.admits(sealer.maker)
    assert signature.by_signer.is_sm2
    assert signature.seal.by_maker.is_sm2


def test_the_old_structure(sealer_type: Any, authority: Any, now: datetime) -> None:
    old = sealer_type(authority, version=1)
    signature = read_signature(old.sign(b"xml", now))
    assert (signature.version, signature.time, signature.data_hash) == (1, now, sm3(b"xml"))
    for signed, key in ((signature.by_signer, old.key), (signature.seal.by_maker, old.maker_key)):
        assert Sm2PublicKey(key.spki).verifies(signed.signature, signed.content)
    assert signature.seal.valid_until == now + timedelta(days=9)


def resealed(sealer: Any, change: Callable[[bytes], bytes]) -> bytes:
    """The seal with changed content, signed by its maker all the same."""
    info, certificate, algorithm, _ = der.split(der.content_of(sealer.esl))
    info = change(info)
    return der.sequence(info, certificate, algorithm, der.tlv(0x03, b"\0" + sealer.maker_key.sign(info)))


def test_a_list_of_digests(sealer: Any) -> None:
    """Type 2 of the list (GB/T 38540-2020): the certificates' SM3 instead of the certificates."""
    listed = der.sequence(der.sequence(der.tlv(0x13, b"SM3"), der.octets(sm3(sealer.certificate))))

    def change(info: bytes) -> bytes:
        header, number, known, picture = der.split(der.content_of(info))
        fields = der.split(der.content_of(known))
        fields[2:4] = [der.integer(2), listed]
        return der.sequence(header, number, der.sequence(*fields), picture)

    seal = read_seal(resealed(sealer, change))
    assert seal.certificates == ()
    assert seal.admits(sealer.certificate)
    assert not seal.admits(sealer.maker)


def test_extensions_are_read(sealer: Any) -> None:
    def with_extension(critical: bool) -> Callable[[bytes], bytes]:
        flag = der.tlv(0x01, b"\xff" if critical else b"\0")
        extension = der.sequence(der.object_id("1.2.3"), flag, der.octets(b"x"))
        return lambda info: der.sequence(*der.split(der.content_of(info)), der.context(0, der.sequence(extension)))

    assert read_seal(resealed(sealer, with_extension(True))).has_critical_extension
    assert not read_seal(resealed(sealer, with_extension(False))).has_critical_extension


def test_other_structures_are_refused(sealer: Any, now: datetime) -> None:
    written = sealer.sign(b"xml", now)
    parts = der.split(der.content_of(written))
    wrong = [
        b"",
        b"\x30\x00",
        written[:-1],
        written + b"\0",
        der.sequence(*parts, der.integer(1)),
        der.sequence(*parts[:3]),
        der.sequence(der.tlv(0x31, der.content_of(parts[0])), *parts[1:]),
        der.sequence(*parts[:3], der.tlv(0x03, b"\x01" + der.content_of(parts[3])[1:])),
        written.replace(b"\x16\x02ES", b"\x16\x02XX"),
        written.replace(b"\x02\x01\x04", b"\x02\x01\x05"),
        written.replace(now.strftime("%Y%m%d%H%M%SZ").encode(), now.strftime("%Y%m%d%H%M+8Z").encode()),
        der.octets(b"x" * (4 * 1024 * 1024)),
    ]
    for data in wrong:
        with pytest.raises(ValueError, match=r"."):
            read_signature(data)
    for data in (b"", sealer.esl[:-1], written):
        with pytest.raises(ValueError, match=r"."):
            read_seal(data)


def test_longer_lengths_are_noticed(sealer: Any, now: datetime) -> None:
    """The same values with a length in more bytes than needed: readable, not DER."""
    to_sign, certificate, algorithm, signature = der.split(der.content_of(sealer.sign(b"xml", now)))
    content = der.content_of(algorithm)
    longer = b"\x06\x81" + bytes([len(content)]) + content
    assert not read_signature(der.sequence(to_sign, certificate, longer, signature)).is_der


@pytest.mark.parametrize(
    "text", [b"2026-11-22 16:30:00", b"20261122083000Z", b"261122083000Z", b"\x17\x0d261122083000Z"]
)
def test_times_of_the_old_structure(sealer_type: Any, authority: Any, now: datetime, text: bytes) -> None:
    old = sealer_type(authority, version=1)
    written = old.sign(b"xml", now)
    time = der.tlv(0x17, now.strftime("%y%m%d%H%M%SZ").encode())
    to_sign, signature = der.split(der.content_of(written))
    fields = [
        der.tlv(0x03, b"\0" + text) if field == der.tlv(0x03, b"\0" + time) else field
        for field in der.split(der.content_of(to_sign))
    ]
    changed = read_signature(der.sequence(der.sequence(*fields), signature))
    assert changed.time is not None
    assert changed.time.isoformat().startswith(("2026-11-22T16:30:00+08:00", "2026-11-22T08:30:00+00:00"))


def test_seals_differ_by_their_parts(sealer: Any, now: datetime) -> None:
    period = (now, now + timedelta(days=1))
    made = [make_seal("E1", name, b"c", b"p", 42, period, (Sm2Key.generate(), b"m")) for name in ("一", "二")]
    assert [read_seal(seal).name for seal in made] == ["一", "二"]


@pytest.mark.slow
def test_openssl_verifies_both_signatures(
    judge: Callable[..., subprocess.CompletedProcess[bytes]], sealer: Any, now: datetime, tmp_path: Path
) -> None:
    signature = read_signature(sealer.sign(b"xml", now))
    for signed in (signature.by_signer, signature.seal.by_maker):
        for name, data in (("c", signed.certificate), ("s", signed.signature), ("d", signed.content)):
            (tmp_path / name).write_bytes(data)
        public = judge("openssl", "x509", "-inform", "DER", "-in", tmp_path / "c", "-noout", "-pubkey").stdout
        (tmp_path / "p").write_bytes(public)
        verify = ("openssl", "dgst", "-sm3", "-verify", tmp_path / "p", "-signature", tmp_path / "s")
        assert b"Verified OK" in judge(*verify, "-sigopt", "distid:1234567812345678", tmp_path / "d").stdout
    (tmp_path / "all").write_bytes(sealer.sign(b"xml", now))
    listed = judge("openssl", "asn1parse", "-inform", "DER", "-in", tmp_path / "all")
    assert listed.returncode == 0
    assert listed.stdout.count(b"SM2-with-SM3") >= 2
