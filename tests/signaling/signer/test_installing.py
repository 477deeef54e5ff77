"""The first start: a test seal with its standing grant; repeated starts, crashes in between, an old version's seal."""

import contextlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signaling.signer.cabinet import Cabinet
from signaling.signer.entries import EVERYBODY, GrantGiven, SealRegistered, SealRevoked
from signaling.signer.errors import SignerError
from signaling.signer.installing import install
from signaling.signer.store import SigningStore

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with contextlib.closing(SigningStore(tmp_path / "signing")) as opened:
        yield opened


def kinds(store: SigningStore) -> list[str]:
    return [type(one.entry).__name__ for one in store.log()]


def test_the_first_start_makes_a_test_seal_that_everybody_may_use(store: SigningStore, tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path / "signing")
    for _ in range(2):
        install(store, cabinet, tmp_path, "甲局", NOW)
        registered, grant = [one.entry for one in store.log()]
        assert isinstance(registered, SealRegistered)
        assert (registered.authority, registered.is_test) == ("甲局", True)
        assert isinstance(grant, GrantGiven)
        assert (grant.person, grant.kinds, grant.until) == (EVERYBODY, (), registered.until)


def test_a_crash_after_the_seal_was_made_is_made_good(store: SigningStore, tmp_path: Path) -> None:
    cabinet = Cabinet(tmp_path / "signing")
    install(store, cabinet, tmp_path / "elsewhere", "甲局", NOW)
    (seal_id,) = cabinet.ids()
    with contextlib.closing(SigningStore(tmp_path / "fresh")) as fresh:
        shutil.copytree(cabinet.folder_of(seal_id), tmp_path / "fresh" / "seals" / seal_id)
        install(fresh, Cabinet(tmp_path / "fresh"), tmp_path, "甲局", NOW)
        assert kinds(fresh) == ["SealRegistered", "GrantGiven"]
        assert list(fresh.custody()[1].seals) == [seal_id]


def test_seals_of_another_organisation_are_refused(store: SigningStore, tmp_path: Path) -> None:
    install(store, Cabinet(tmp_path / "signing"), tmp_path, "甲局", NOW)
    with pytest.raises(SignerError, match="乙局"):
        install(store, Cabinet(tmp_path / "signing"), tmp_path, "乙局", NOW)


def test_the_seal_of_an_earlier_version_is_kept_for_its_notices_and_replaced(
    store: SigningStore, tmp_path: Path
) -> None:
    write_first_version(tmp_path / "seal", "甲局")
    cabinet = Cabinet(tmp_path / "signing")
    for _ in range(2):
        install(store, cabinet, tmp_path, "甲局", NOW)
    assert kinds(store) == ["SealRegistered", "GrantGiven", "SealRevoked", "SealRegistered", "GrantGiven"]
    assert isinstance(list(store.log())[2].entry, SealRevoked)
    old, new = store.custody()[1].seals.values()
    assert (old.status, new.status) == ("revoked", "active")
    assert store.custody()[1].seal_for("acceptance", "甲局") == new
    assert not (tmp_path / "seal").exists()
    assert cabinet.seal(old.registered.seal_id).root_pem != cabinet.seal(new.registered.seal_id).root_pem


def write_first_version(folder: Path, organisation: str) -> None:
    """A seal folder as the first versions wrote it: one root that issued seal and timestamper and was forgotten."""
    folder.mkdir()
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "云窗口测试根 TEST ONLY")])

    def certificate(name: x509.Name, key: ec.EllipticCurvePublicKey, is_root: bool, for_time: bool) -> bytes:
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(root_name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=3650))
        builder = builder.add_extension(x509.BasicConstraints(is_root, 0 if is_root else None), critical=True)
        if for_time:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        return builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    (folder / "root.crt").write_bytes(certificate(root_name, root_key.public_key(), True, False))
    for file in ("seal", "tsa"):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, file)])
        (folder / f"{file}.crt").write_bytes(certificate(name, key.public_key(), False, file == "tsa"))
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{file}.key").write_bytes(pem)
    (folder / "seal.json").write_text(
        f'{{"organisation": "{organisation}", "kind": "行政审批专用章", "is_test": true}}'
    )
