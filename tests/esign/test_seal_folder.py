"""A seal folder of each kind loads; each way of being broken is refused with the cause named and no secret shown."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign import (
    AuthorityLists,
    BadSealFolder,
    ClockGuard,
    ContainerKeyAt,
    DeclaredLists,
    FileKeyAt,
    LocalTime,
    RemoteTime,
    Seal,
    SealFile,
    StampDesign,
    TimestampUnavailable,
    TokenKeyAt,
    TokenUnavailable,
    issue_seal,
    load_seal,
    make_seal_folder,
    make_test_authority,
    seal_notice,
    verify_notice,
)
from esign.issuing import TEST_ROOT_NAME, IssuingAuthority, distinguished_name, key_usage
from esign.keys import verifies
from esign.token import TokenKey

PASSWORD = "geheim-42"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pattern") / "seal"
    make_test_authority(folder, "甲局")
    return folder


@pytest.fixture
def folder(pattern: Path, tmp_path: Path) -> Path:
    """One that the test may break."""
    return Path(shutil.copytree(pattern, tmp_path / "seal"))


def _change(folder: Path, **changes: Any) -> None:
    said = json.loads((folder / "seal.json").read_text())
    (folder / "seal.json").write_text(json.dumps(said | changes))


def _all_chains(seal: Seal) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    return (seal.key.certificate, *seal.chain), seal.timestamper.chain


def test_a_loaded_seal_is_whole(folder: Path) -> None:
    seal = load_seal(folder)
    assert seal.design == StampDesign("甲局", "行政审批专用章")
    assert seal.is_test
    assert len(seal.seal_id) == 16
    for key in (seal.key, seal.code_key):
        assert verifies(key.certificate, key.sign(b"data"), b"data")
    root = x509.load_pem_x509_certificate(seal.root_pem).public_bytes(Encoding.DER)
    assert root == seal.chain[-1] == seal.timestamper.chain[-1]
    assert len(seal.revocation.data_for(*_all_chains(seal)).crls) == 2


def test_the_clock_that_was_given_guards_the_timestamper(folder: Path) -> None:
    seal = load_seal(folder, clock=ClockGuard(sync_age=lambda: None))
    with pytest.raises(TimestampUnavailable):
        seal.timestamper.timestamp(b"\1" * 32)


def _weak(folder: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    leaf = _certify(folder, key)
    (folder / "seal.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "seal.crt").write_bytes(leaf.public_bytes(Encoding.PEM))


def _certify(folder: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = distinguished_name("甲局", "行政审批专用章", "甲局行政审批专用章")
    validity = (now - timedelta(hours=1), now + timedelta(days=30))
    return IssuingAuthority.load(folder).issue(subject, key.public_key(), validity)


def _other_authority(folder: Path) -> None:
    make_test_authority(folder.parent / "other", "甲局")
    shutil.copy(folder.parent / "other" / "chain.crt", folder / "chain.crt")


@pytest.mark.parametrize(
    ("breaking", "named"),
    [
        (lambda folder: (folder / "tsa.key").unlink(), r"tsa\.key"),
        (lambda folder: (folder / "seal.json").write_text("{}"), "organisation"),
        (lambda folder: (folder / "seal.json").write_text('{"version": 3}'), "version"),
        (lambda folder: _change(folder, pin="123456"), "unknown field `pin`"),
        (lambda folder: (folder / "chain.crt").write_text("nothing"), r"chain\.crt"),
        (lambda folder: (folder / "seal.key").write_text("nothing"), r"seal\.crt: "),
        (lambda folder: shutil.copy(folder / "tsa.key", folder / "seal.key"), "key does not belong"),
        (_weak, "neither a P-256 key nor RSA of 3072 bits"),
        (_other_authority, "was not issued by"),
        (lambda folder: shutil.copy(folder / "issuing.crt", folder / "chain.crt"), "was not issued by"),
        (lambda folder: shutil.copy(folder / "root.crt", folder / "chain.crt"), "was not issued by"),
        (lambda folder: _change(folder, chain="seal.crt"), "was not issued by"),
        (
            lambda folder: _change(
                folder,
                timestamper={"from": "local", "key": {"kept": "file", "key": "seal.key", "certificate": "seal.crt"}}
                | {"chain": "chain.crt"},
            ),
            "not for timestamps",
        ),
        (
            lambda folder: _change(folder, key={"kept": "p12", "container": "seal.p12"}),
            "either a file or an environment variable",
        ),
    ],
)
def test_a_broken_folder_is_refused(folder: Path, breaking: Callable[[Path], object], named: str) -> None:
    breaking(folder)
    with pytest.raises(BadSealFolder, match=f"^seal: .*{named}") as caught:
        load_seal(folder)
    assert "PRIVATE" not in str(caught.value)


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSealFolder):
        load_seal(tmp_path / "nowhere")


def _container(folder: Path, tmp_path: Path) -> dict[str, bytes]:
    key = load_pem_private_key((folder / "seal.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    leaf = x509.load_pem_x509_certificate((folder / "seal.crt").read_bytes())
    lock = BestAvailableEncryption(PASSWORD.encode())
    return {
        "seal.p12": pkcs12.serialize_key_and_certificates(b"seal", key, leaf, None, lock),
        "password": PASSWORD.encode() + b"\n",
        "chain.crt": (folder / "chain.crt").read_bytes(),
        "tsa-chain.crt": (folder / "tsa.crt").read_bytes() + (folder / "chain.crt").read_bytes(),
        "lists/issuing.crl": (folder / "crls" / "issuing.crl").read_bytes(),
        "lists/root.crl": (folder / "crls" / "root.crl").read_bytes(),
    }


def _said(**changes: Any) -> SealFile:
    facts: dict[str, Any] = {
        "seal_id": "11011201",
        "organisation": "甲局",
        "kind": "行政审批专用章",
        "is_test": False,
        "key": ContainerKeyAt("seal.p12", password_file="password"),
        "chain": "chain.crt",
        "timestamper": RemoteTime("http://tsa.invalid/", "tsa-chain.crt"),
        "revocation": DeclaredLists("lists"),
    }
    return SealFile(**facts | changes)


def test_a_seal_issued_elsewhere_is_taken_in(folder: Path, tmp_path: Path) -> None:
    seal = make_seal_folder(tmp_path / "own", _said(), _container(folder, tmp_path))
    assert (seal.seal_id, seal.is_test) == ("11011201", False)
    assert seal.code_key is seal.key
    assert seal.timestamper.chain[0] == load_seal(folder).timestamper.chain[0]
    assert len(seal.revocation.data_for(*_all_chains(seal)).crls) == 2
    with pytest.raises(TimestampUnavailable, match="cannot be reached"):
        seal.timestamper.timestamp(b"\1" * 32)
    files = [path for path in (tmp_path / "own").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
    assert PASSWORD not in (tmp_path / "own" / "seal.json").read_text()


def test_a_seal_that_does_not_load_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    files = _container(folder, tmp_path) | {"password": b"wrong"}
    with pytest.raises(BadSealFolder, match="the password is wrong") as caught:
        make_seal_folder(tmp_path / "own", _said(), files)
    assert PASSWORD not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["seal"]
    with pytest.raises(BadSealFolder, match="is not empty"):
        make_seal_folder(folder, _said(), files)


def test_a_secret_that_others_can_read_is_refused(folder: Path, tmp_path: Path) -> None:
    make_seal_folder(tmp_path / "own", _said(), _container(folder, tmp_path))
    (tmp_path / "own" / "password").chmod(0o644)
    with pytest.raises(BadSealFolder, match="password can be read by others"):
        load_seal(tmp_path / "own")


def test_printed_codes_need_a_p256_key(folder: Path, rsa_key: rsa.RSAPrivateKey) -> None:
    secret = rsa_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "seal.key").write_bytes(secret)
    (folder / "seal.crt").write_bytes(_certify(folder, rsa_key).public_bytes(Encoding.PEM))
    seal = load_seal(folder)
    assert (seal.key.algorithm, seal.code_key.algorithm) == ("rsa-sha256", "ecdsa-p256-sha256")
    _change(folder, code_key=None)
    with pytest.raises(BadSealFolder, match="printed codes need a P-256 key"):
        load_seal(folder)


def test_a_token_is_not_touched_before_the_first_signature(folder: Path, tmp_path: Path) -> None:
    place = TokenKeyAt("/nowhere/driver.so", "hall", "seal", "seal.crt", pin_file="pin")
    own = FileKeyAt("code.key", "code.crt")
    files = _container(folder, tmp_path) | {name: (folder / name).read_bytes() for name in ("seal.crt", own.key)}
    files |= {own.certificate: (folder / own.certificate).read_bytes(), "pin": b"4711\n"}
    seal = make_seal_folder(tmp_path / "own", _said(key=place, code_key=own), files)
    assert isinstance(seal.key, TokenKey)
    assert seal.key.certificate == load_seal(folder).key.certificate
    with pytest.raises(TokenUnavailable) as caught:
        seal.key.sign(b"data")
    assert "4711" not in str(caught.value)


def test_what_is_written_is_what_is_read() -> None:
    said = _said(timestamper=LocalTime(FileKeyAt("a", "b"), "c"), revocation=AuthorityLists("d", "e"))
    assert msgspec.json.decode(msgspec.json.encode(said), type=SealFile) == said


@pytest.fixture
def first_folder(tmp_path: Path) -> Path:
    """As the first version of the test authority made it: the root issued seal and timestamper, its key is gone."""
    folder = tmp_path / "seal"
    folder.mkdir(mode=0o700)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = distinguished_name("Cloud Window", "TEST ONLY", TEST_ROOT_NAME)
    start = datetime.now(UTC) - timedelta(days=200)

    def certify(name: x509.Name, public: ec.EllipticCurvePublicKey, *, is_root: bool) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(root_name).public_key(public)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
        builder = builder.not_valid_after(start + timedelta(days=3650))
        for extension in (
            x509.BasicConstraints(is_root, 0 if is_root else None),
            key_usage(issues=is_root, commits=not is_root),
        ):
            builder = builder.add_extension(extension, critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        return builder.add_extension(issued_by, critical=False)

    root = certify(root_name, root_key.public_key(), is_root=True).sign(root_key, hashes.SHA256())
    (folder / "root.crt").write_bytes(root.public_bytes(Encoding.PEM))
    for file, organisation in (("seal", "北京市通州区政务服务管理局"), ("tsa", "Cloud Window")):
        key = ec.generate_private_key(ec.SECP256R1())
        builder = certify(distinguished_name(organisation, "x", file), key.public_key(), is_root=False)
        if file == "tsa":
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        leaf = builder.sign(root_key, hashes.SHA256())
        (folder / f"{file}.crt").write_bytes(leaf.public_bytes(Encoding.PEM))
        (folder / f"{file}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    said = {"organisation": "北京市通州区政务服务管理局", "kind": "行政审批专用章", "is_test": True}
    (folder / "seal.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return folder


def test_a_folder_of_the_first_version_goes_on_under_the_same_root(first_folder: Path, notice_pdf: bytes) -> None:
    before = {path.name: path.read_bytes() for path in first_folder.iterdir()}
    seal = make_test_authority(first_folder, "北京市通州区政务服务管理局")
    assert {path.name: path.read_bytes() for path in first_folder.iterdir()} == before
    assert seal.root_pem == before["root.crt"]  # what terminals were given when they were enrolled
    assert len(seal.chain) == 1
    assert seal.code_key is seal.key
    assert seal.seal_id == load_seal(first_folder).seal_id
    assert seal.revocation.data_for(*_all_chains(seal)).crls == ()
    sealed = seal_notice(notice_pdf, seal, datetime.now(UTC))
    report = verify_notice(sealed, [before["root.crt"]])
    assert report.verdict == "valid", report.findings
    with pytest.raises(BadSealFolder, match="nothing more can be issued there"):
        issue_seal(first_folder, first_folder.parent / "second", "北京市通州区政务服务管理局")
