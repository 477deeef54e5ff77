"""The test authority appears once, complete, private and labelled as a test; it issues further seals and revokes."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign import (
    BadNotice,
    BadSealFolder,
    CertificateRevoked,
    MissingGlyph,
    Seal,
    issue_seal,
    load_seal,
    make_test_authority,
    revoke_certificate,
)
from esign.authority import TEST_NAMES, TEST_ROOT_NAME

PRIVATE = {"seal.key", "tsa.key", "code.key", "issuing.key"}
FILES = PRIVATE | {"seal.json", "root.crt", "chain.crt", "issuing.crt", "seal.crt", "tsa.crt", "code.crt"}


def _chains(seal: Seal) -> tuple[tuple[bytes, ...], ...]:
    return (seal.key.certificate, *seal.chain), (seal.code_key.certificate, *seal.chain), seal.timestamper.chain


def test_it_is_made_once_and_then_loaded(tmp_path: Path) -> None:
    first = make_test_authority(tmp_path / "deep" / "seal", "甲局")
    again = make_test_authority(tmp_path / "deep" / "seal", "甲局")
    assert _chains(first) == _chains(again)
    assert first.seal_id == again.seal_id
    assert first.root_pem == again.root_pem == (tmp_path / "deep" / "seal" / "root.crt").read_bytes()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["seal"]


def test_keys_are_private_and_the_roots_key_is_gone(tmp_path: Path) -> None:
    make_test_authority(tmp_path / "seal", "甲局")
    assert (tmp_path / "seal").stat().st_mode & 0o777 == 0o700
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "seal").iterdir() if path.is_file()}
    assert set(files) == FILES
    assert set(files.values()) == {0o600}
    assert sorted(path.name for path in (tmp_path / "seal" / "crls").iterdir()) == ["issuing.crl", "root.crl"]


def test_openssl_accepts_every_certificate_with_its_lists(tmp_path: Path, judge: Callable[..., Any]) -> None:
    seal = make_test_authority(tmp_path / "seal", "甲局")
    assert TEST_ROOT_NAME == "云窗口测试根 TEST ONLY"
    for der in seal.chain:
        subject = x509.load_der_x509_certificate(der).subject
        assert subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value in TEST_NAMES
    folder = tmp_path / "seal"
    lists = tmp_path / "lists.pem"
    lists.write_bytes(
        b"".join(
            x509.load_der_x509_crl(path.read_bytes()).public_bytes(Encoding.PEM) for path in (folder / "crls").iterdir()
        )
    )
    for name, purpose in (("seal", "any"), ("tsa", "timestampsign"), ("code", "any")):
        trust = ["-CAfile", folder / "root.crt", "-untrusted", folder / "issuing.crt", "-CRLfile", lists]
        checks = ["-x509_strict", "-crl_check_all", "-purpose", purpose]
        done = judge("openssl", "verify", *checks, *trust, folder / f"{name}.crt")
        assert done.returncode == 0, done.stderr


def test_each_certificate_ends_before_its_issuer(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    seal = make_test_authority(tmp_path / "seal", "甲局")
    for chain in _chains(seal):
        ends = [x509.load_der_x509_certificate(der).not_valid_after_utc for der in chain]
        assert ends == sorted(set(ends))
    years = [
        (x509.load_der_x509_certificate(der).not_valid_after_utc - now).days // 365
        for der in (seal.key.certificate, seal.timestamper.chain[0], seal.chain[-1])
    ]
    assert years == [1, 9, 9]  # a little less than two, nine and ten


@pytest.mark.parametrize("days", [-4, 0, 4])
def test_all_is_good_in_the_halls_time_and_in_the_machines(tmp_path: Path, days: int) -> None:
    machine = datetime.now(UTC)
    seal = make_test_authority(tmp_path / "seal", "甲局", now=machine + timedelta(days=days))
    for moment in (machine, machine + timedelta(days=days)):
        for chain in _chains(seal):
            for certificate in map(x509.load_der_x509_certificate, chain):
                assert certificate.not_valid_before_utc < moment < certificate.not_valid_after_utc
        for crl in map(x509.load_der_x509_crl, seal.revocation.data_for(*_chains(seal)).crls):
            assert crl.next_update_utc is not None
            assert crl.last_update_utc < moment < crl.next_update_utc


def test_the_seal_may_be_rsa(tmp_path: Path, judge: Callable[..., Any]) -> None:
    seal = make_test_authority(tmp_path / "seal", "甲局", algorithm="rsa-sha256")
    assert seal.key.algorithm == "rsa-sha256"
    assert seal.code_key.algorithm == "ecdsa-p256-sha256"
    said = judge("openssl", "x509", "-in", tmp_path / "seal" / "seal.crt", "-noout", "-text").stdout
    assert b"Public-Key: (3072 bit)" in said


def test_further_seals_share_authority_and_timestamper(tmp_path: Path) -> None:
    first = make_test_authority(tmp_path / "authority", "甲局")
    second = issue_seal(tmp_path / "authority", tmp_path / "seals" / "second", "甲局", "收件专用章")
    assert second.seal_id != first.seal_id
    assert second.key.certificate != first.key.certificate
    assert second.code_key.certificate != first.code_key.certificate
    assert (second.chain, second.timestamper.chain) == (first.chain, first.timestamper.chain)
    assert second.design.kind == "收件专用章"
    (tmp_path / "all").mkdir()
    for name in ("authority", "seals"):  # the data folder may move as a whole
        (tmp_path / name).rename(tmp_path / "all" / name)
    moved = load_seal(tmp_path / "all" / "seals" / "second")
    assert moved.key.certificate == second.key.certificate
    assert len(moved.revocation.data_for(*_chains(moved)).crls) == 2
    with pytest.raises(BadSealFolder, match="second is not empty"):
        issue_seal(tmp_path / "all" / "authority", tmp_path / "all" / "seals" / "second", "甲局")


def test_a_revoked_seal_is_refused_at_once_and_the_others_are_not(tmp_path: Path, judge: Callable[..., Any]) -> None:
    first = make_test_authority(tmp_path / "authority", "甲局")
    second = issue_seal(tmp_path / "authority", tmp_path / "second", "甲局", "收件专用章")
    first.revocation.data_for(*_chains(first))
    for _ in range(2):  # a repeat changes nothing
        revoke_certificate(tmp_path / "authority", first.key.certificate, x509.ReasonFlags.key_compromise)
        with pytest.raises(CertificateRevoked, match="was revoked at 20"):
            first.revocation.data_for(*_chains(first))
    crl, _ = second.revocation.data_for(*_chains(second)).crls
    (tmp_path / "crl").write_bytes(crl)
    said = judge("openssl", "crl", "-inform", "DER", "-in", tmp_path / "crl", "-noout", "-text").stdout.decode()
    assert said.count("Serial Number") == 1
    assert "Key Compromise" in said
    with pytest.raises(BadSealFolder, match="not issued by this authority"):
        revoke_certificate(tmp_path / "authority", first.chain[-1])


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


def test_the_longest_name_that_a_stamp_carries_gets_a_certificate(tmp_path: Path) -> None:
    seal = make_test_authority(tmp_path / "seal", "长" * 24)
    subject = x509.load_der_x509_certificate(seal.key.certificate).subject
    assert subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value == "长" * 24
