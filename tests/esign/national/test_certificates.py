"""SM2 certificates: what OpenSSL says to ours, what we say to OpenSSL's, and who may do what."""

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.national.certificates import Sm2Certificate, chain_problem
from esign.national.sm import Sm2Key

Judge = Callable[..., subprocess.CompletedProcess[bytes]]
DISTID = "distid:1234567812345678"


@pytest.fixture
def root(authority: Any) -> Sm2Certificate:
    return Sm2Certificate.read(authority.certificate)


def test_a_good_chain(authority: Any, root: Sm2Certificate, now: datetime) -> None:
    leaf = Sm2Certificate.read(authority.issue("局", Sm2Key.generate()))
    assert chain_problem(leaf, (root,), now) is None
    assert leaf.organisation == "局"
    assert leaf.issuer_name == "国密根"


def test_bad_chains(authority: Any, authority_type: Any, root: Sm2Certificate, now: datetime) -> None:
    key = Sm2Key.generate()
    leaf = Sm2Certificate.read(authority.issue("局", key))
    stranger = Sm2Certificate.read(authority_type().certificate)  # the same name, another key
    assert chain_problem(leaf, (stranger,), now) == "issuer_unknown"
    assert chain_problem(leaf, (leaf,), now) == "issuer_unknown"
    assert chain_problem(leaf, (), now) == "issuer_unknown"
    assert chain_problem(leaf, (root,), now + timedelta(days=10)) == "out_of_date"
    assert chain_problem(leaf, (root,), now - timedelta(days=10)) == "out_of_date"
    assert chain_problem(root, (root,), now) == "not_for_signing"
    issuing = Sm2Certificate.read(authority.issue("下级", key, role="authority"))
    assert chain_problem(issuing, (root,), now) == "not_for_signing"


def test_a_signer_cannot_issue(authority: Any, authority_type: Any, now: datetime) -> None:
    """A trusted certificate that may only sign documents makes nobody trusted."""
    other = authority_type("局")
    middle = Sm2Certificate.read(authority.issue("局", other.key))
    leaf = Sm2Certificate.read(other.issue("冒充者", Sm2Key.generate()))
    assert leaf.is_issued_by(middle)
    assert chain_problem(leaf, (middle,), now) == "not_for_signing"


def test_other_kinds_are_refused(seal: Any, authority: Any) -> None:
    with pytest.raises(ValueError, match="no sm2 certificate"):
        Sm2Certificate.read(seal.key.certificate)
    with pytest.raises(ValueError, match=r"."):
        Sm2Certificate.read(authority.certificate[:-1])


def test_a_changed_certificate_is_not_issued(authority: Any, root: Sm2Certificate) -> None:
    der = authority.issue("局局局", Sm2Key.generate())
    changed = der.replace("局局局".encode(), "厅厅厅".encode())
    assert changed != der
    assert not Sm2Certificate.read(changed).is_issued_by(root)


@pytest.mark.slow
def test_openssl_verifies_ours(judge: Judge, authority: Any, authority_type: Any, tmp_path: Path) -> None:
    leaf = x509.load_der_x509_certificate(authority.issue("局", Sm2Key.generate()))
    (tmp_path / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (tmp_path / "root.pem").write_bytes(authority.pem)
    (tmp_path / "other.pem").write_bytes(authority_type().pem)
    verify = ("openssl", "verify", "-x509_strict", "-vfyopt", DISTID, "-CAfile")
    assert judge(*verify, tmp_path / "root.pem", tmp_path / "root.pem").returncode == 0
    assert (
        judge(
            "openssl", "verify", "-vfyopt", DISTID, "-CAfile", tmp_path / "root.pem", tmp_path / "leaf.pem"
        ).returncode
        == 0
    )
    assert judge(*verify, tmp_path / "other.pem", tmp_path / "leaf.pem").returncode != 0
    text = judge("openssl", "x509", "-in", tmp_path / "leaf.pem", "-noout", "-text").stdout
    assert text.count(b"Signature Algorithm: SM2-with-SM3") == 2


@pytest.mark.slow
def test_a_certificate_of_openssl_is_read(judge: Judge, key_file: Callable[[Sm2Key], Path], tmp_path: Path) -> None:
    made = judge(
        *("openssl", "req", "-x509", "-sm3", "-key", key_file(Sm2Key.generate()), "-subj", "/CN=openssl"),
        *("-sigopt", DISTID, "-addext", "keyUsage=critical,keyCertSign", "-days", "9", "-outform", "DER"),
    )
    certificate = Sm2Certificate.read(made.stdout)
    assert certificate.is_issued_by(certificate)
    assert certificate.may("authority")
    assert not certificate.may("signer")
