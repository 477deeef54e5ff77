"""A test authority made on the spot: a root, one seal and one timestamper, all plainly labelled as a test.

It lets a hall run before a real certificate authority has issued its seal. The root's key is used twice and then
forgotten: nothing further can ever be issued under it.
"""

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from esign.errors import BadSealFolder
from esign.keys import Seal, load_seal
from esign.stamp import StampDesign, seal_operators

__all__ = ["TEST_ROOT_NAME", "make_test_authority"]

TEST_ROOT_NAME = "云窗口测试根 TEST ONLY"
_YEARS = timedelta(days=3650)
_CLOCK_SKEW = timedelta(hours=1)  # a terminal whose clock is a little behind must not find the seal "not yet valid"


def make_test_authority(
    folder: Path, organisation: str, kind: str = "行政审批专用章", now: datetime | None = None
) -> Seal:
    """Create the test authority in `folder`, or load the one that is already there (for the same organisation).

    Its certificates are valid from an hour before `now` (aware; the machine's clock when not given) for ten years.
    The folder appears complete or not at all; it and the keys in it are readable by their owner only. Raises
    `BadNotice` or `MissingGlyph` when the names do not fit the stamp, `BadSealFolder` when something else is there.
    """
    if folder.is_dir() and any(folder.iterdir()):
        seal = load_seal(folder)
        if seal.design != StampDesign(organisation, kind):
            raise BadSealFolder(f"{folder.name} holds the seal of another organisation")
        return seal
    seal_operators(StampDesign(organisation, kind))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as draft:
        made = Path(draft) / "made"
        made.mkdir(mode=0o700)
        _write_authority(made, organisation, kind, now or datetime.now(UTC))
        os.replace(made, folder)
    return load_seal(folder)


def _write_authority(folder: Path, organisation: str, kind: str, now: datetime) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = _name("Cloud Window", "TEST ONLY", TEST_ROOT_NAME)
    authority = x509.BasicConstraints(ca=True, path_length=0)
    root = _builder(root_name, root_name, root_key.public_key(), root_key.public_key(), now)
    root = root.add_extension(authority, critical=True).add_extension(_usage(issues=True), critical=True)
    (folder / "root.crt").write_bytes(root.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    for file, name in (
        ("seal", _name(organisation, kind, f"{organisation}{kind}")),
        ("tsa", _name("Cloud Window", "TEST ONLY", "云窗口测试时间戳 TEST ONLY")),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _builder(name, root_name, key.public_key(), root_key.public_key(), now)
        leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        leaf = leaf.add_extension(_usage(issues=False), critical=True)
        if file == "tsa":  # RFC 3161, 2.3: this purpose alone, and critical
            leaf = leaf.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        (folder / f"{file}.crt").write_bytes(leaf.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM))
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with open(os.open(folder / f"{file}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secret)
    said = {"organisation": organisation, "kind": kind, "is_test": True}
    (folder / "seal.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def _name(organisation: str, unit: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
    now: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )
