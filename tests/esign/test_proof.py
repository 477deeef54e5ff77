"""When a certificate counts: at the attested time, up to the next timestamp, whatever became of it later."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign import Report, Seal, extend_notice, make_test_authority, revoke_certificate, seal_notice, verify_notice
from tests.support.forging import archive, seal_of, stream

pytestmark = pytest.mark.slow

YEAR = timedelta(days=365)


def _codes(report: Report, severity: str | None = None) -> set[str]:
    return {finding.code for finding in report.findings if severity in (None, finding.severity)}


def _in_years(pdf: bytes, seal: Seal, years: float) -> Report:
    return verify_notice(pdf, [seal.root_pem], datetime.now(UTC) + years * YEAR)


def test_a_seal_that_expired_since_stays_good_while_the_archive_lasts(sealed: bytes, seal: Seal) -> None:
    later = _in_years(sealed, seal, 3)
    assert later.verdict == "valid"
    assert "certificate_ended" in _codes(later, "note")


def test_an_archive_that_nobody_renewed_proves_nothing_any_more(sealed: bytes, seal: Seal) -> None:
    ended = _in_years(sealed, seal, 12)
    assert (ended.verdict, _codes(ended, "unknown")) == ("cannot_judge", {"archive_expired"})


def test_a_renewal_carries_the_proof_on(notice_pdf: bytes, issuer_type: Any) -> None:
    """The first timestamper's certificate ends in three days; renewed before, the notice is good in five."""
    issuer, now = issuer_type(), datetime.now(UTC)
    short = issuer.issue("Cloud Window", for_time=True, end=now + timedelta(days=3))
    pdf = seal_notice(notice_pdf, issuer.seal(timestamper=short), now)
    late = now + timedelta(days=5)
    ended = verify_notice(pdf, [issuer.root_pem], late)
    assert (ended.verdict, _codes(ended, "unknown")) == ("cannot_judge", {"archive_expired"})
    renewed = extend_notice(pdf, issuer.seal())
    assert verify_notice(renewed, [issuer.root_pem], late).verdict == "valid"


def test_a_certificate_that_declares_no_list_is_said_to_be_so(notice_pdf: bytes, issuer_type: Any) -> None:
    issuer = issuer_type()
    report = verify_notice(seal_notice(notice_pdf, issuer.seal(), datetime.now(UTC)), [issuer.root_pem])
    assert report.verdict == "valid"
    assert "revocation_undeclared" in _codes(report, "note")
    assert "not_revoked" not in _codes(report)


@pytest.mark.parametrize(
    ("revoked", "verdict", "code"),
    [(timedelta(minutes=-30), "invalid", "certificate_revoked"), (timedelta(minutes=30), "valid", "revoked_later")],
)
def test_a_revocation_counts_from_its_date(
    notice_pdf: bytes, tmp_path: Path, revoked: timedelta, verdict: str, code: str
) -> None:
    folder = tmp_path / "authority"
    seal = make_test_authority(folder, "北京市通州区政务服务管理局")
    now = datetime.now(UTC)
    pdf = seal_notice(notice_pdf, seal, now)
    before = seal.revocation.data_for(seal.timestamper.chain).crls
    revoke_certificate(folder, seal.key.certificate, now=now + revoked)
    newer = set(seal.revocation.data_for(seal.timestamper.chain).crls) - set(before)
    assert newer
    report = verify_notice(_with_lists(pdf, seal, newer), [seal.root_pem])
    assert report.verdict == verdict
    assert code in _codes(report)


def _with_lists(pdf: bytes, seal: Seal, lists: set[bytes]) -> bytes:
    """The notice archived with these lists more."""
    objects = {900 + index: stream(each) for index, each in enumerate(lists)}

    def add(store: dict[bytes, bytes]) -> None:
        references = b" ".join(b"%d 0 R" % number for number in objects)
        store[b"/CRLs"] = store[b"/CRLs"].replace(b"]", b" %b]" % references)

    return archive(seal_of(pdf), pdf, seal.timestamper.timestamp, objects=objects, store=add)


def test_without_lists_revocation_cannot_be_ruled_out(sealed: bytes, seal: Seal) -> None:
    """Referred to by nothing the lists are also foreign objects; the finding about revocation is what counts here."""
    bare = archive(seal_of(sealed), sealed, seal.timestamper.timestamp, store=lambda store: store.pop(b"/CRLs"))
    report = verify_notice(bare, [seal.root_pem])
    assert "revocation_missing" in _codes(report, "unknown")
    assert "not_revoked" not in _codes(report)


def test_a_clock_behind_the_timestamps_is_told(sealed: bytes, seal: Seal) -> None:
    early = datetime.now(UTC) - timedelta(hours=2)
    report = verify_notice(sealed, [seal.root_pem], early)
    assert (report.verdict, _codes(report, "unknown")) == ("cannot_judge", {"time_in_future"})
    assert verify_notice(sealed, [seal.root_pem], early + timedelta(minutes=90)).verdict == "valid"


def test_times_in_an_impossible_order_are_told(
    notice_pdf: bytes, tmp_path: Path, issuer_type: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive whose authority's clock ran a day behind that of the seal's timestamp."""
    issuer = issuer_type()
    seal = issuer.seal()
    pdf = seal_notice(notice_pdf, seal, datetime.now(UTC))
    late = seal.timestamper.__class__(
        issuer.issue("Cloud Window", for_time=True), seal.timestamper.chain, _Behind(timedelta(days=1))
    )
    disordered = archive(seal_of(pdf), pdf, late.timestamp)
    assert "times_disordered" in _codes(verify_notice(disordered, [issuer.root_pem]), "error")


class _Behind:
    """A clock that is behind."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return datetime.now(UTC) - self._by


def test_a_claimed_time_far_from_the_timestamp_is_noted(notice_pdf: bytes, seal: Seal) -> None:
    report = verify_notice(seal_notice(notice_pdf, seal, datetime(2026, 1, 1, tzinfo=UTC)), [seal.root_pem])
    assert report.verdict == "valid"
    assert "times_apart" in _codes(report, "note")


@pytest.mark.parametrize("forge", ["authority", "issuer", "unknown"])
def test_a_forged_authority_of_the_same_name_is_unknown(
    notice_pdf: bytes, seal: Seal, tmp_path: Path, issuer_type: Any, forge: str
) -> None:
    make: dict[str, Callable[[], Seal]] = {
        "authority": lambda: make_test_authority(tmp_path / "forged", seal.design.organisation),
        "issuer": lambda: issuer_type().seal(),
        "unknown": lambda: issuer_type("Unknown Root").seal(),
    }
    forger = make[forge]()
    pdf = seal_notice(notice_pdf, forger, datetime.now(UTC))
    assert verify_notice(pdf, [forger.root_pem]).verdict == "valid"
    report = verify_notice(pdf, [seal.root_pem])
    assert report.verdict == "invalid"
    assert _codes(report, "error") == {"issuer_unknown", "timestamp_issuer_unknown"}


def test_a_pending_notice_whose_certificate_has_ended_cannot_be_judged(notice_pdf: bytes, issuer_type: Any) -> None:
    """Nothing tells whether it was sealed before or after."""
    issuer, now = issuer_type(), datetime.now(UTC)
    ended = issuer.issue("北京市通州区政务服务管理局", for_time=False, end=now + timedelta(days=2))
    seal = issuer.seal(key=ended)
    pending = seal_notice(notice_pdf, seal, now, level="B-B")
    late = verify_notice(pending, [issuer.root_pem], now + timedelta(days=3))
    assert (late.verdict, _codes(late, "unknown")) == ("cannot_judge", {"certificate_out_of_date", "timestamp_pending"})


def test_roots_may_be_der_or_pem(sealed: bytes, seal: Seal) -> None:
    root = x509.load_pem_x509_certificate(seal.root_pem)
    assert verify_notice(sealed, [root.public_bytes(Encoding.DER)]).verdict == "valid"


def test_the_key_of_the_printed_codes_seals_nothing(notice_pdf: bytes, seal: Seal) -> None:
    """It is a plain file where the seal's may be a token; its certificate does not let it commit to anything."""
    forged = seal_notice(notice_pdf, replace(seal, key=seal.code_key), datetime.now(UTC))
    report = verify_notice(forged, [seal.root_pem])
    assert report.verdict == "invalid"
    assert _codes(report, "error") == {"issuer_unknown"}
