"""Only a fresh list that the issuer signed and that covers the certificate counts; a listed certificate is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from esign import CertificateRevoked, RevocationUnavailable, Seal, make_test_authority, revoke_certificate
from esign.issuing import IssuingAuthority, distinguished_name
from esign.revocation import FolderRevocation, declared_addresses

NOW = datetime.now(UTC).replace(microsecond=0)
WEEK = timedelta(days=7)


class Authority:
    """An authority whose lists these tests write: two certificates issued by a root, and what it says of them."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = distinguished_name("某机构", "CA", "某机构根")
        self.root = self.certify(self.name, is_authority=True)
        self.leaf = self.certify(distinguished_name("甲局", "章", "甲局章"), url="http://lists.invalid/a.crl")
        self.chain = (self.leaf.public_bytes(Encoding.DER), self.root.public_bytes(Encoding.DER))

    def certify(self, name: x509.Name, *, is_authority: bool = False, url: str = "") -> x509.Certificate:
        key = self.key if is_authority else ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(NOW - WEEK).not_valid_after(NOW + 90 * WEEK)
        builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        if url:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def list(
        self,
        *extensions: tuple[x509.ExtensionType, bool],
        start: datetime = NOW - timedelta(hours=1),
        end: datetime = NOW + WEEK,
        number: int = 1,
        listed: int | None = None,
        signer: ec.EllipticCurvePrivateKey | None = None,
    ) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(start).next_update(end)
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        if listed is not None:
            entry = x509.RevokedCertificateBuilder().serial_number(listed).revocation_date(NOW)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(signer or self.key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def _part(**parts: Any) -> tuple[x509.ExtensionType, bool]:
    names = ("only_contains_user_certs", "only_contains_ca_certs", "indirect_crl", "only_contains_attribute_certs")
    rest = {"full_name": None, "relative_name": None, "only_some_reasons": None}
    return x509.IssuingDistributionPoint(**{**rest, **dict.fromkeys(names, False), **parts}), True


def test_a_fresh_list_in_either_encoding_is_the_proof(authority: Authority, tmp_path: Path) -> None:
    crl = authority.list(_part(only_contains_user_certs=True))
    (tmp_path / "b.crl").write_bytes(crl)
    source = FolderRevocation(tmp_path)
    assert source.data_for(authority.chain, authority.chain).crls == (crl,)
    assert source.data_for(authority.chain[1:]).crls == ()  # of a root nobody says anything
    newer = authority.list(number=2)
    (tmp_path / "a.crl").write_bytes(x509.load_der_x509_crl(newer).public_bytes(Encoding.PEM))
    assert source.data_for(authority.chain).crls == (newer,)
    (tmp_path / "a.crl").unlink()
    assert source.data_for(authority.chain).crls == (crl,)


@pytest.mark.parametrize(
    "make",
    [
        lambda authority: None,
        lambda authority: b"nothing",
        lambda authority: Authority().list(),  # the same name, another key
        lambda authority: authority.list(signer=Authority().key),
        lambda authority: authority.list(_part(only_contains_ca_certs=True)),
        lambda authority: authority.list(_part(indirect_crl=True)),
        lambda authority: authority.list(_part(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}))),
        lambda authority: authority.list((x509.DeltaCRLIndicator(1), True)),
        lambda authority: authority.list((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0"), True)),
    ],
    ids=["none", "garbage", "namesake", "forged", "of_cas", "indirect", "some_reasons", "delta", "unknown_critical"],
)
def test_what_proves_nothing_is_not_taken(
    authority: Authority, tmp_path: Path, make: Callable[[Authority], bytes | None]
) -> None:
    crl = make(authority)
    if crl is not None:
        (tmp_path / "a.crl").write_bytes(crl)
    with pytest.raises(RevocationUnavailable, match="no revocation list of 某机构根"):
        FolderRevocation(tmp_path).data_for(authority.chain)


@pytest.mark.parametrize(
    "validity", [(NOW - 2 * WEEK, NOW - WEEK), (NOW + timedelta(hours=1), NOW + WEEK)], ids=["ended", "of_the_future"]
)
def test_a_list_of_another_time_is_refused(
    authority: Authority, tmp_path: Path, validity: tuple[datetime, datetime]
) -> None:
    (tmp_path / "a.crl").write_bytes(authority.list(start=validity[0], end=validity[1]))
    with pytest.raises(RevocationUnavailable, match="holds from"):
        FolderRevocation(tmp_path).data_for(authority.chain)


def test_a_listed_certificate_is_refused_even_by_an_ended_list(authority: Authority, tmp_path: Path) -> None:
    listed = authority.leaf.serial_number
    (tmp_path / "a.crl").write_bytes(authority.list(start=NOW - 2 * WEEK, end=NOW - WEEK, listed=listed))
    with pytest.raises(CertificateRevoked, match=f"{listed:x} was revoked at {NOW:%Y-%m-%d %H:%M}Z"):
        FolderRevocation(tmp_path).data_for(authority.chain)
    other = authority.list(listed=listed + 1)
    (tmp_path / "a.crl").write_bytes(other)
    assert FolderRevocation(tmp_path).data_for(authority.chain).crls == (other,)


def test_a_certificate_that_names_no_list_needs_none(authority: Authority, tmp_path: Path) -> None:
    silent = authority.certify(distinguished_name("甲局", "章", "甲局章"))
    chain = (silent.public_bytes(Encoding.DER), authority.chain[1])
    assert FolderRevocation(tmp_path / "absent").data_for(chain).crls == ()
    (tmp_path / "a.crl").write_bytes(authority.list(listed=silent.serial_number))
    with pytest.raises(CertificateRevoked):  # but what is known counts
        FolderRevocation(tmp_path).data_for(chain)


def test_a_list_elsewhere_than_on_the_web_is_declared_all_the_same(authority: Authority, tmp_path: Path) -> None:
    only_ldap = authority.certify(distinguished_name("甲局", "章", "甲局章"), url="ldap://directory.invalid/cn=a")
    declared = declared_addresses(only_ldap)
    assert (declared.is_declared, declared.lists, declared.responders) == (True, (), ())
    with pytest.raises(RevocationUnavailable):
        FolderRevocation(tmp_path).data_for((only_ldap.public_bytes(Encoding.DER), authority.chain[1]))


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    return make_test_authority(tmp_path / "authority", "甲局")


def test_the_test_authority_renews_its_list_when_half_over(seal: Seal, tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    moment = datetime.now(UTC)
    source = FolderRevocation(folder / "crls", IssuingAuthority.load(folder), clock=lambda: moment)
    chain = (seal.key.certificate, *seal.chain)
    first = source.data_for(chain)
    moment += timedelta(days=3)
    assert source.data_for(chain) == first
    moment += timedelta(days=1)
    second = source.data_for(chain)
    assert second.crls[0] != first.crls[0]
    assert second.crls[1] == first.crls[1]  # the root's
    moment += timedelta(days=400)  # the hall was closed for a year
    revoke_certificate(folder, seal.key.certificate, now=moment)
    with pytest.raises(CertificateRevoked):
        source.data_for(chain)


class Renewer:
    """Writes what it is told to, or fails; counts how often it was asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.crl: bytes | None = None
        self.asked = 0

    def renew(self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> None:
        self.asked += 1
        if self.crl is None:
            raise RevocationUnavailable("nobody answers")
        self.path.write_bytes(self.crl)


def test_a_failed_renewal_harms_only_when_the_list_has_ended(authority: Authority, tmp_path: Path) -> None:
    renewer = Renewer(tmp_path / "a.crl")
    moment = NOW
    source = FolderRevocation(tmp_path, renewer, clock=lambda: moment)
    with pytest.raises(RevocationUnavailable):
        source.data_for(authority.chain)
    assert renewer.asked == 1
    renewer.crl = authority.list()
    with pytest.raises(RevocationUnavailable):  # not asked again so soon
        source.data_for(authority.chain)
    moment += timedelta(minutes=6)
    assert source.data_for(authority.chain).crls == (renewer.crl,)
    assert renewer.asked == 2
    source.data_for(authority.chain)
    assert renewer.asked == 2
    kept, renewer.crl = renewer.crl, None
    moment += timedelta(days=4)  # half over, nobody answers: the old list is still good
    for _ in range(3):
        assert source.data_for(authority.chain).crls == (kept,)
    assert renewer.asked == 3
    moment += timedelta(days=4)
    with pytest.raises(RevocationUnavailable, match="holds from"):
        source.data_for(authority.chain)


def test_the_log_names_no_certificate(authority: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "broken.crl").write_bytes(b"nothing")
    with pytest.raises(RevocationUnavailable):
        FolderRevocation(tmp_path, Renewer(tmp_path / "a.crl")).data_for(authority.chain)
    assert "broken.crl is no readable revocation list" in caplog.text
    assert "nobody answers" in caplog.text
    assert "甲局" not in caplog.text
