"""OpenSSL's responder is asked and believed only when the issuer appointed it and it speaks of now."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from esign import CertificateRevoked, RevocationUnavailable
from esign.issuing import distinguished_name
from esign.ocsp import OcspResponder
from esign.revocation import FolderRevocation

START = datetime.now(UTC) - timedelta(days=1)


class Authority:
    """A root, a certificate that names a responder, and OpenSSL's responder for it behind the test's web server."""

    def __init__(self, folder: Path, web: Any, judge: Callable[..., Any]) -> None:
        self.folder = folder
        self.judge = judge
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = distinguished_name("某机构", "CA", "某机构根")
        self.root = self.certify(self.name, self.key)
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"{web.url}/ocsp")
        )
        asks = x509.AuthorityInformationAccess([access])
        self.leaf = self.certify(distinguished_name("甲局", "章", "甲局章"), None, asks)
        (folder / "root.pem").write_bytes(self.root.public_bytes(Encoding.PEM))
        self.appoint(self.root, self.key)
        self.status = "V"
        web.answers["/ocsp"] = lambda body: (200, "application/ocsp-response", self.answer(body))

    def certify(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey | None, *extensions: x509.ExtensionType
    ) -> x509.Certificate:
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(START).not_valid_after(START + timedelta(days=90))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def appoint(self, signer: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        (self.folder / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "signer.key").write_bytes(secret)

    def answer(self, request: bytes) -> bytes:
        revoked = "260101000000Z,keyCompromise" if self.status == "R" else ""
        row = [self.status, "301231235959Z", revoked, f"{self.leaf.serial_number:X}", "unknown", "/CN=x"]
        (self.folder / "index").write_text("\t".join(row) + "\n")
        (self.folder / "request").write_bytes(request)
        files = {
            "index": "index", "CA": "root.pem", "rsigner": "signer.pem", "rkey": "signer.key", "reqin": "request",
            "respout": "response",
        }  # fmt: skip
        arguments = [part for name, file in files.items() for part in (f"-{name}", self.folder / file)]
        done = self.judge("openssl", "ocsp", *arguments, "-ndays", "4")
        assert done.returncode == 0, done.stderr
        return (self.folder / "response").read_bytes()

    @property
    def chain(self) -> tuple[bytes, bytes]:
        return self.leaf.public_bytes(Encoding.DER), self.root.public_bytes(Encoding.DER)


@pytest.fixture
def authority(web: Any, tmp_path: Path, judge: Callable[..., Any]) -> Authority:
    return Authority(tmp_path, web, judge)


@pytest.fixture
def responder(tmp_path: Path) -> OcspResponder:
    return OcspResponder(tmp_path / "answers", 5)


def test_a_good_answer_is_kept_while_it_is_fresh(
    authority: Authority, responder: OcspResponder, web: Any, tmp_path: Path
) -> None:
    moment = datetime.now(UTC)
    source = FolderRevocation(tmp_path / "lists", None, responder, clock=lambda: moment)
    first = source.data_for(authority.chain)
    assert (len(first.crls), len(first.ocsps)) == (0, 1)
    assert source.data_for(authority.chain) == first
    assert len(web.requests) == 1
    moment += timedelta(days=3)
    second = source.data_for(authority.chain)
    assert second != first  # half over: asked again
    web.answers["/ocsp"] = lambda body: (500, "text/html", b"")
    moment += timedelta(hours=12)
    for _ in range(3):
        assert source.data_for(authority.chain) == second
    assert len(web.requests) == 3  # not once for every notice
    web.stop()
    moment += timedelta(days=2)
    with pytest.raises(RevocationUnavailable, match="cannot be reached"):
        source.data_for(authority.chain)


def test_an_appointed_responder_is_believed_and_no_other(authority: Authority, responder: OcspResponder) -> None:
    now = datetime.now(UTC)
    name = distinguished_name("某机构", "OCSP", "某机构应答")
    key = ec.generate_private_key(ec.SECP256R1())
    authority.appoint(authority.certify(name, key), key)  # issued by the root, but not for this
    with pytest.raises(RevocationUnavailable, match="not signed by anyone whom the issuer appointed"):
        responder.answer_for(authority.leaf, authority.root, now)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    authority.appoint(authority.certify(name, key, purpose), key)
    assert responder.answer_for(authority.leaf, authority.root, now)


def test_revoked_and_unknown_are_refused(authority: Authority, responder: OcspResponder) -> None:
    now = datetime.now(UTC)
    authority.status = "R"
    with pytest.raises(CertificateRevoked, match=f"{authority.leaf.serial_number:x} was revoked"):
        responder.answer_for(authority.leaf, authority.root, now)
    other = authority.certify(distinguished_name("甲局", "章", "另一枚"), None, *_access(authority.leaf))
    with pytest.raises(RevocationUnavailable, match="does not know"):
        responder.answer_for(other, authority.root, now)


def test_an_answer_about_another_certificate_is_refused(
    authority: Authority, responder: OcspResponder, web: Any, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    kept = responder.answer_for(authority.leaf, authority.root, now)
    web.answers["/ocsp"] = lambda body: (200, "application/ocsp-response", kept)
    other = authority.certify(distinguished_name("甲局", "章", "另一枚"), None, *_access(authority.leaf))
    with pytest.raises(RevocationUnavailable, match="speaks of another certificate"):
        responder.answer_for(other, authority.root, now)


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ((200, "application/ocsp-response", b"nothing"), "unreadable"),
        ((200, "application/ocsp-response", bytes.fromhex("30030a0103")), r"refuses \(try_later\)"),
        ((200, "text/html", b""), "text/html"),
        ((500, "text/html", b""), "status 500"),
    ],
)
def test_no_answer_is_no_proof(
    authority: Authority, responder: OcspResponder, web: Any, answer: tuple[int, str, bytes], named: str
) -> None:
    web.answers["/ocsp"] = lambda body: answer
    with pytest.raises(RevocationUnavailable, match=named):
        responder.answer_for(authority.leaf, authority.root, datetime.now(UTC))


def test_a_changed_answer_is_refused(authority: Authority, responder: OcspResponder, web: Any) -> None:
    now = datetime.now(UTC)
    kept = OcspResponder(authority.folder / "first", 5).answer_for(authority.leaf, authority.root, now)
    good = authority.leaf.serial_number.to_bytes(20, "big").lstrip(b"\0")
    position = kept.index(good) + len(good)
    assert kept[position] == 0x80  # CertStatus: good
    changed = kept[:position] + b"\x82" + kept[position + 1 :]
    web.answers["/ocsp"] = lambda body: (200, "application/ocsp-response", changed)
    with pytest.raises(RevocationUnavailable, match="not signed by anyone"):
        responder.answer_for(authority.leaf, authority.root, now)


def _access(certificate: x509.Certificate) -> list[x509.ExtensionType]:
    return [certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value]
