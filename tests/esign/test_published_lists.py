"""Lists come from the addresses that certificates name, stay in the folder, and serve while nobody answers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from esign import RevocationUnavailable
from esign.issuing import distinguished_name, list_builder
from esign.published_lists import PublishedLists
from esign.revocation import FolderRevocation

NOW = datetime.now(UTC)
NAME = distinguished_name("某机构", "CA", "某机构根")
KEY = ec.generate_private_key(ec.SECP256R1())


def _certificate(urls: list[str]) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(KEY.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(NOW)
    builder = builder.not_valid_after(NOW + timedelta(days=900))
    points = [x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None) for url in urls]
    return builder.add_extension(x509.CRLDistributionPoints(points), critical=False).sign(KEY, hashes.SHA256())


def _list(days: int) -> bytes:
    validity = (NOW - timedelta(hours=1), NOW + timedelta(days=days))
    return list_builder(NAME, KEY.public_key(), validity, 1).sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def test_the_first_address_that_answers_is_used_and_kept(web: Any, tmp_path: Path) -> None:
    crl = _list(days=10)
    web.answers["/gone.crl"] = lambda body: (404, "text/plain", b"")
    web.answers["/odd.crl"] = lambda body: (200, "text/html", b"<p>login</p>")
    web.answers["/good.crl"] = lambda body: (200, "application/pkix-crl", crl)
    leaf = _certificate([f"{web.url}/gone.crl", f"{web.url}/odd.crl", f"{web.url}/good.crl"])
    chain = (leaf.public_bytes(Encoding.DER), _certificate([]).public_bytes(Encoding.DER))
    moment = NOW
    folder = tmp_path / "lists"
    source = FolderRevocation(folder, PublishedLists(folder, 5), clock=lambda: moment)
    for _ in range(2):
        assert source.data_for(chain).crls == (crl,)
    assert web.requests == ["/gone.crl", "/odd.crl", "/good.crl"]
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
    web.stop()
    moment += timedelta(days=9)
    again = FolderRevocation(folder, PublishedLists(folder, 5), clock=lambda: moment)  # after a restart, offline
    assert again.data_for(chain).crls == (crl,)
    moment += timedelta(days=2)
    with pytest.raises(RevocationUnavailable):
        again.data_for(chain)


@pytest.mark.parametrize(
    ("answer", "named"),
    [((404, "text/plain", b""), "status 404"), ((200, "text/plain", b"nothing"), "no revocation list")],
)
def test_the_cause_is_named(web: Any, tmp_path: Path, answer: tuple[int, str, bytes], named: str) -> None:
    web.answers["/a.crl"] = lambda body: answer
    leaf = _certificate([f"{web.url}/a.crl"])
    with pytest.raises(RevocationUnavailable, match=named):
        PublishedLists(tmp_path, 5).renew(leaf, leaf, NOW)
    with pytest.raises(RevocationUnavailable, match="names no address"):
        PublishedLists(tmp_path, 5).renew(_certificate([]), leaf, NOW)
    assert list(tmp_path.iterdir()) == []
