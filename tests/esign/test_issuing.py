"""The issuing authority of a test: its list grows, is renewed whole, and survives writers at the same time."""

import multiprocessing
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from esign import BadSealFolder, RevocationUnavailable, load_seal, make_test_authority
from esign.issuing import IssuingAuthority, distinguished_name, write_atomically

VALIDITY = (datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=30))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("issuing") / "authority"
    make_test_authority(folder, "甲局")
    return folder


def _issue(authority: IssuingAuthority) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    return authority.issue(distinguished_name("甲局", "章", "甲局章"), key.public_key(), VALIDITY)


def _list(folder: Path) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl((folder / "crls" / "issuing.crl").read_bytes())


def _revoke_several(folder: Path, count: int) -> None:
    authority = IssuingAuthority.load(folder)
    for _ in range(count):
        authority.revoke(_issue(authority), x509.ReasonFlags.superseded, datetime.now(UTC))


def test_a_renewed_list_keeps_its_entries_and_grows_its_number(folder: Path) -> None:
    authority = IssuingAuthority.load(folder)
    leaf = _issue(authority)
    authority.revoke(leaf, x509.ReasonFlags.superseded, datetime.now(UTC))
    before = _list(folder)
    later = datetime.now(UTC) + timedelta(days=5)
    authority.renew(leaf, authority.certificate, later)
    after = _list(folder)
    assert after.get_revoked_certificate_by_serial_number(leaf.serial_number) is not None
    assert len(after) == len(before)
    assert after.next_update_utc is not None
    assert later + timedelta(days=6) < after.next_update_utc <= later + timedelta(days=7)
    numbers = [one.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for one in (before, after)]
    assert numbers[1] == numbers[0] + 1
    entry, again = (one.get_revoked_certificate_by_serial_number(leaf.serial_number) for one in (before, after))
    authority.revoke(leaf, x509.ReasonFlags.key_compromise, later)  # a second time: the first word stands
    last = _list(folder).get_revoked_certificate_by_serial_number(leaf.serial_number)
    assert entry is not None
    for other in (again, last):
        assert other is not None
        assert other.revocation_date_utc == entry.revocation_date_utc
        assert other.extensions.get_extension_for_class(x509.CRLReason).value.reason == x509.ReasonFlags.superseded


def test_a_lost_list_is_not_made_anew(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "lost")
    (tmp_path / "lost" / "crls" / "issuing.crl").unlink()
    authority = IssuingAuthority.load(tmp_path / "lost")
    with pytest.raises(FileNotFoundError):
        authority.renew(_issue(authority), authority.certificate, datetime.now(UTC))
    seal = load_seal(tmp_path / "lost")
    with pytest.raises(RevocationUnavailable, match="no revocation list"):
        seal.revocation.data_for((seal.key.certificate, *seal.chain))


def test_a_namesakes_certificate_cannot_be_revoked(folder: Path, tmp_path: Path) -> None:
    other = make_test_authority(tmp_path / "other", "甲局")
    leaf = x509.load_der_x509_certificate(other.key.certificate)
    with pytest.raises(BadSealFolder, match="not issued by this authority"):
        IssuingAuthority.load(folder).revoke(leaf, x509.ReasonFlags.superseded, datetime.now(UTC))


def test_no_entry_is_lost_when_several_processes_revoke(folder: Path) -> None:
    before = len(_list(folder))
    context = multiprocessing.get_context("fork")
    others = [context.Process(target=_revoke_several, args=(folder, 20)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
    assert [other.exitcode for other in others] == [0, 0]
    assert len(_list(folder)) == before + 40


def test_the_roots_list_cannot_be_renewed(folder: Path) -> None:
    authority = IssuingAuthority.load(folder)
    root = x509.load_pem_x509_certificate((folder / "root.crt").read_bytes())
    with pytest.raises(RevocationUnavailable, match="key is gone"):
        authority.renew(authority.certificate, root, datetime.now(UTC))


def test_a_folder_that_cannot_issue_says_so(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSealFolder, match="nothing more can be issued there"):
        IssuingAuthority.load(tmp_path)
    (tmp_path / "issuing.crt").write_bytes((folder / "issuing.crt").read_bytes())
    (tmp_path / "issuing.key").write_bytes((folder / "tsa.key").read_bytes())
    with pytest.raises(BadSealFolder, match="does not belong"):
        IssuingAuthority.load(tmp_path)
    (tmp_path / "issuing.key").write_text("nothing")
    with pytest.raises(BadSealFolder, match="issuing authority"):
        IssuingAuthority.load(tmp_path)


def test_a_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"old")
    write_atomically(tmp_path / "list", b"new")
    assert (tmp_path / "list").read_bytes() == b"new"
    assert (tmp_path / "list").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["list"]
