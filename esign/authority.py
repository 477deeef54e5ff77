"""A test authority made on the spot: root, issuing authority, timestamper and a first seal, all labelled as a test.

It lets a hall run before a real certificate authority has issued its seal. The root's key is forgotten at once; the
issuing authority's stays in the folder, so that further seals can be issued and any certificate revoked.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from os.path import relpath
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esign.errors import BadSealFolder
from esign.issuing import (
    CLOCK_SKEW,
    LISTS,
    TEST_ISSUER_NAME,
    TEST_NAMES,
    TEST_ROOT_NAME,
    IssuingAuthority,
    certificate_builder,
    distinguished_name,
    distribution_point,
    key_usage,
    list_builder,
)
from esign.keys import Algorithm, Seal
from esign.seal_folder import AuthorityLists, FileKeyAt, LocalTime, SealFile, load_seal, make_seal_folder
from esign.stamp import StampDesign, seal_operators

__all__ = ["TEST_NAMES", "TEST_ROOT_NAME", "issue_seal", "make_test_authority", "revoke_certificate"]

# Each ends before its issuer. A seal ends first by far: what it sealed must stand on its archive timestamps.
_ROOT_LASTS = timedelta(days=3650)
_ISSUER_LASTS = timedelta(days=3480)
_TIMESTAMPER_LASTS = timedelta(days=3300)
_SEAL_LASTS = timedelta(days=730)

_LONGEST_NAME = 64  # of a common name (RFC 5280, appendix A.1), counted in bytes by the library

_PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def make_test_authority(
    folder: Path,
    organisation: str,
    kind: str = "行政审批专用章",
    now: datetime | None = None,
    *,
    algorithm: Algorithm = "ecdsa-p256-sha256",
) -> Seal:
    """Create the test authority with a first seal in `folder`, or load the one already there (for the same stamp).

    All is valid from an hour before `now` (aware; say the hall's simulated time) or the machine's clock, whichever is
    earlier: the root ten years, the seal two. The folder appears complete or not at all, readable by its owner only.
    Raises `BadNotice` or `MissingGlyph` when the names do not fit the stamp, `BadSealFolder` when something else is
    there. `algorithm` is for a seal made now; the authority itself and the printed codes always use P-256.
    """
    if folder.is_dir() and any(folder.iterdir()):
        seal = load_seal(folder)
        if seal.design != StampDesign(organisation, kind):
            raise BadSealFolder(f"{folder.name} holds the seal of another organisation")
        return seal
    seal_operators(StampDesign(organisation, kind))
    start = _start(now)
    authority, files = _authority(folder, start)
    return make_seal_folder(
        folder,
        _seal_file(organisation, kind, "."),
        {**files, **_seal_files(authority, organisation, kind, algorithm, start)},
    )


def issue_seal(
    authority_folder: Path,
    folder: Path,
    organisation: str,
    kind: str = "行政审批专用章",
    now: datetime | None = None,
    *,
    algorithm: Algorithm = "ecdsa-p256-sha256",
) -> Seal:
    """Issue a further seal of the test authority into a folder of its own, with its own keys.

    Timestamper and revocation lists stay with the authority: `folder` names them by a relative path, so the two move
    together. Raises like `make_test_authority`; an authority of an earlier version cannot issue any more.
    """
    seal_operators(StampDesign(organisation, kind))
    authority = IssuingAuthority.load(authority_folder)
    files = _seal_files(authority, organisation, kind, algorithm, _start(now))
    chain = (authority_folder / "chain.crt").read_bytes()
    said = _seal_file(organisation, kind, relpath(authority_folder, folder))
    return make_seal_folder(folder, said, {**files, "chain.crt": chain})


def revoke_certificate(
    authority_folder: Path,
    certificate: bytes,
    reason: x509.ReasonFlags = x509.ReasonFlags.unspecified,
    now: datetime | None = None,
) -> None:
    """Put a certificate (DER) that this authority issued on its revocation list: no seal process uses it from now on.

    Cannot be undone; a repeat changes nothing. Raises `BadSealFolder` when the authority did not issue it.
    """
    leaf = x509.load_der_x509_certificate(certificate)
    IssuingAuthority.load(authority_folder).revoke(leaf, reason, now or datetime.now(UTC))


def _authority(folder: Path, start: datetime) -> tuple[IssuingAuthority, dict[str, bytes]]:
    """Root, issuing authority, timestamper and both lists."""
    root_key, key, tsa_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    root_name, issuer_name, tsa_name = (
        distinguished_name("Cloud Window", "TEST ONLY", common)
        for common in (TEST_ROOT_NAME, TEST_ISSUER_NAME, "云窗口测试时间戳 TEST ONLY")
    )

    def certify(
        name: x509.Name, public_key: ec.EllipticCurvePublicKey, lasts: timedelta, below: int
    ) -> x509.CertificateBuilder:
        builder = certificate_builder(name, root_name, public_key, root_key.public_key(), (start, start + lasts))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
        return builder.add_extension(key_usage(issues=True), critical=True)

    root = certify(root_name, root_key.public_key(), _ROOT_LASTS, 1).sign(root_key, hashes.SHA256())
    issuer = certify(issuer_name, key.public_key(), _ISSUER_LASTS, 0)
    issuer = issuer.add_extension(distribution_point("root.crl"), critical=False)
    authority = IssuingAuthority(issuer.sign(root_key, hashes.SHA256()), key, folder / LISTS)
    root_list = list_builder(root_name, root_key.public_key(), (start, start + _ROOT_LASTS), 1)
    tsa = authority.issue(tsa_name, tsa_key.public_key(), (start, start + _TIMESTAMPER_LASTS), purpose="time")
    return authority, {
        "root.crt": _pem(root),
        "issuing.crt": _pem(authority.certificate),
        "issuing.key": _secret(key),
        "chain.crt": _pem(authority.certificate) + _pem(root),
        "tsa.crt": _pem(tsa),
        "tsa.key": _secret(tsa_key),
        f"{LISTS}/root.crl": root_list.sign(root_key, hashes.SHA256()).public_bytes(Encoding.DER),
        f"{LISTS}/issuing.crl": authority.signed_list((), start, datetime.now(UTC), 1),
    }


def _seal_files(
    authority: IssuingAuthority, organisation: str, kind: str, algorithm: Algorithm, start: datetime
) -> Mapping[str, bytes]:
    """Keys and certificates of one seal."""
    code_key = ec.generate_private_key(ec.SECP256R1())
    key: _PrivateKey = ec.generate_private_key(ec.SECP256R1())
    if algorithm == "rsa-sha256":
        key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    files = {}
    name = f"{organisation}{kind}"
    if len(name.encode()) > _LONGEST_NAME:
        name = kind  # the organisation has its own attribute
    purposes: tuple[tuple[Literal["seal", "code"], _PrivateKey, str], ...] = (
        ("seal", key, name),
        ("code", code_key, f"{kind}打印码"),
    )
    for purpose, its_key, common in purposes:
        subject, validity = distinguished_name(organisation, kind, common), (start, start + _SEAL_LASTS)
        files[f"{purpose}.key"] = _secret(its_key)
        files[f"{purpose}.crt"] = _pem(authority.issue(subject, its_key.public_key(), validity, purpose=purpose))
    return files


def _seal_file(organisation: str, kind: str, authority: str) -> SealFile:
    return SealFile(
        seal_id=secrets.token_hex(8),
        organisation=organisation,
        kind=kind,
        is_test=True,
        key=FileKeyAt("seal.key", "seal.crt"),
        chain="chain.crt",
        timestamper=LocalTime(FileKeyAt(f"{authority}/tsa.key", f"{authority}/tsa.crt"), f"{authority}/chain.crt"),
        revocation=AuthorityLists(f"{authority}/{LISTS}", authority),
        code_key=FileKeyAt("code.key", "code.crt"),
    )


def _start(now: datetime | None) -> datetime:
    machine = datetime.now(UTC)
    return min(now or machine, machine) - CLOCK_SKEW


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _secret(key: _PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
