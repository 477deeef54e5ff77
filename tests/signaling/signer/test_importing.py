"""A real seal comes in with its key in PEM or PKCS#12, registered without a grant; nothing half-made stays."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

import esign
from signaling.signer.cabinet import Cabinet
from signaling.signer.errors import SignerError
from signaling.signer.importing import Import, take_in

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificates as an authority hands them out: here the test authority's."""
    folder = tmp_path_factory.mktemp("issued") / "seal"
    esign.make_test_authority(folder, "甲局", "", NOW)
    key, certificate = (folder / "seal.key").read_bytes(), (folder / "seal.crt").read_bytes()
    private = load_pem_private_key(key, None)
    container = pkcs12.serialize_key_and_certificates(
        b"seal",
        private,  # type: ignore[arg-type]
        x509.load_pem_x509_certificate(certificate),
        None,
        BestAvailableEncryption(b"secret"),
    )
    (folder / "seal.p12").write_bytes(container)
    (folder / "password").write_text("secret\n")
    (folder / "password").chmod(0o600)
    (folder / "tsa-chain.pem").write_bytes((folder / "tsa.crt").read_bytes() + (folder / "chain.crt").read_bytes())
    return folder


def said(issued: Path, **fields: Any) -> Import:
    known: dict[str, Any] = {"chain": issued / "chain.crt", "tsa_chain": issued / "tsa-chain.pem"}
    return Import(
        seal_id="official",
        organisation="甲局",
        stamp="",
        tsa_url="http://tsa.invalid/",
        **{**known, **fields},
    )


def test_a_key_in_pem_or_pkcs12_becomes_a_seal(tmp_path: Path, issued: Path) -> None:
    pem = {"pem": issued / "seal.key", "certificate": issued / "seal.crt"}
    p12 = {"p12": issued / "seal.p12", "secret_file": issued / "password"}
    for name, key in (("pem", pem), ("p12", p12)):
        cabinet = Cabinet(tmp_path / name)
        entry = take_in(cabinet, said(issued, **key, persons=2, kinds=("grant",), until=NOW + timedelta(days=9)))
        assert (entry.seal_id, entry.is_test, entry.persons_needed, entry.kinds) == ("official", False, 2, ("grant",))
        assert entry.until == NOW + timedelta(days=9)
        seal = cabinet.seal("official")
        assert seal.design == esign.StampDesign("甲局", "")
        assert seal.key.sign(b"x")
        secrets = [path.name for path in cabinet.folder_of("official").iterdir() if b"secret" in path.read_bytes()]
        assert secrets == [], "the password stays in the keeper's file"


@pytest.mark.slow
def test_a_key_in_a_token_becomes_a_seal(tmp_path: Path, issued: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    pin = ["--pin", "4321", "--so-pin", "84321"]
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "hall", *pin], check=True, capture_output=True
    )
    key = ["--import", str(issued / "seal.key"), "--token", "hall", "--label", "seal", "--id", "01"]
    subprocess.run(["softhsm2-util", *key, *pin], check=True, capture_output=True)
    (tmp_path / "pin").write_text("4321\n")
    (tmp_path / "pin").chmod(0o600)
    place = {"certificate": issued / "seal.crt", "token": "hall", "label": "seal", "secret_file": tmp_path / "pin"}
    code = {"code_key": issued / "code.key", "code_certificate": issued / "code.crt"}
    cabinet = Cabinet(tmp_path / "signing")
    take_in(cabinet, said(issued, module=Path("/usr/lib/softhsm/libsofthsm2.so"), **place, **code))
    public = x509.load_der_x509_certificate(cabinet.seal("official").key.certificate).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(cabinet.seal("official").key.sign(b"notice"), b"notice", ec.ECDSA(hashes.SHA256()))
    assert b"4321" not in b"".join(path.read_bytes() for path in cabinet.folder_of("official").iterdir())


def test_a_period_longer_than_the_certificate_is_cut(tmp_path: Path, issued: Path) -> None:
    key = {"pem": issued / "seal.key", "certificate": issued / "seal.crt"}
    entry = take_in(Cabinet(tmp_path), said(issued, **key, since=NOW - timedelta(days=999)))
    certificate = x509.load_pem_x509_certificate((issued / "seal.crt").read_bytes())
    assert (entry.since, entry.until) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"pem": "seal.key"},
        {"pem": "tsa.key", "certificate": "seal.crt"},
        {"p12": "seal.p12"},
        {"p12": "seal.p12", "secret_file": "seal.crt"},
        {"module": "token.so", "certificate": "seal.crt"},
        {"pem": "nowhere", "certificate": "seal.crt"},
        {"pem": "seal.key", "certificate": "seal.crt", "chain": "tsa.crt"},
    ],
    ids=["no key", "no certificate", "another's key", "no password", "bad password", "no token", "gone", "bad chain"],
)
def test_what_does_not_fit_together_is_refused_and_leaves_nothing(
    tmp_path: Path, issued: Path, fields: dict[str, str]
) -> None:
    cabinet = Cabinet(tmp_path)
    with pytest.raises(SignerError):
        take_in(cabinet, said(issued, **{name: issued / value for name, value in fields.items()}))
    assert list(cabinet.ids()) == []
    assert list((tmp_path / "seals").iterdir()) == []


def test_three_persons_are_not_a_rule(tmp_path: Path, issued: Path) -> None:
    with pytest.raises(SignerError):
        take_in(Cabinet(tmp_path), msgspec.structs.replace(said(issued), persons=3))
