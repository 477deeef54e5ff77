"""One signature at a time: each step of the list fails on its own, for the right reason."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from esign import Seal, der
from esign.national.certificates import Sm2Certificate
from esign.national.ses_check import Trusted, check_seal_signature
from esign.national.sm import Sm2Key
from esign.verify import read_roots

ALL_GOOD = {"ofd_signature_genuine", "ofd_seal_made", "ofd_signer_admitted"}
NOTES = {"ofd_time_claimed", "ofd_revocation_not_checked"}


@pytest.fixture
def check(authority: Any, now: datetime) -> Callable[..., set[str]]:
    def run(value: bytes, content: bytes = b"xml", seal: bytes | None = None, at: datetime = now) -> set[str]:
        trusted = Trusted((Sm2Certificate.read(authority.certificate),), (), at)
        return set(check_seal_signature(value, content, seal, trusted).codes) - NOTES

    return run


def test_all_in_order(check: Callable[..., set[str]], sealer: Any, now: datetime) -> None:
    assert check(sealer.sign(b"xml", now), seal=sealer.esl) == ALL_GOOD


def test_without_roots(sealer: Any, now: datetime) -> None:
    found = check_seal_signature(sealer.sign(b"xml", now), b"xml", sealer.esl, Trusted((), (), now))
    assert set(found.codes) - NOTES == {"ofd_signature_genuine", "ofd_issuer_not_judged"}
    assert (found.seal_name, found.claimed, found.attested) == ("局章", now, None)


def test_content_and_seal(check: Callable[..., set[str]], sealer: Any, sealer_type: Any, now: datetime) -> None:
    value = sealer.sign(b"xml", now)
    assert check(value, b"XML") == ALL_GOOD | {"ofd_description_changed"}
    assert check(value, seal=sealer_type(sealer.authority).esl) == ALL_GOOD | {"ofd_seal_swapped"}


def test_a_signer_who_is_not_on_the_list(
    check: Callable[..., set[str]], sealer: Any, sealer_type: Any, now: datetime
) -> None:
    """A trusted certificate, but the seal was made for another one."""
    other = sealer_type(sealer.authority)
    other.esl = sealer.esl
    assert check(other.sign(b"xml", now)) == {"ofd_signature_genuine", "ofd_seal_made", "ofd_signer_not_admitted"}


def test_a_seal_that_someone_made_for_himself(
    check: Callable[..., set[str]], sealer: Any, sealer_type: Any, authority_type: Any, now: datetime
) -> None:
    stranger = sealer_type(authority_type())
    assert check(stranger.sign(b"xml", now)) == {"ofd_signature_genuine", "ofd_maker_unknown", "ofd_issuer_unknown"}
    # his own seal for a certificate that is trusted: still nobody vouches for the seal
    copied = sealer_type(authority_type())
    copied.certificate = sealer.certificate
    copied.__dict__["key"] = sealer.key
    assert "ofd_maker_unknown" in check(copied.sign(b"xml", now))


def test_changed_bits(check: Callable[..., set[str]], sealer: Any, now: datetime) -> None:
    value = bytearray(sealer.sign(b"xml", now))
    value[-1] ^= 1
    assert check(bytes(value)) == (ALL_GOOD | {"ofd_signature_forged"}) - {"ofd_signature_genuine"}
    changed = sealer.sign(b"xml", now).replace("局章".encode(), "厅章".encode())
    assert check(changed) == {"ofd_signer_admitted", "ofd_signature_forged", "ofd_seal_forged"}


def test_times(check: Callable[..., set[str]], sealer_type: Any, authority: Any, now: datetime) -> None:
    def signed(time: datetime, **more: Any) -> bytes:
        made: bytes = sealer_type(authority, **more).sign(b"xml", time)
        return made

    days = timedelta(days=1)
    genuine = {"ofd_signature_genuine"}
    assert "ofd_certificate_out_of_date" in check(signed(now - 20 * days, seal_days=(-99, 9)))
    assert "ofd_seal_out_of_date" in check(signed(now - 20 * days, days=(-99, 9)))
    assert "ofd_time_in_future" in check(signed(now + days))
    assert check(signed(now + timedelta(minutes=4))) == ALL_GOOD
    expired = signed(now - 2 * days, days=(-9, -1))
    assert check(expired) == ALL_GOOD | {"ofd_time_not_proven"}
    assert check(expired, at=now - 2 * days) == ALL_GOOD
    assert check(signed(now - 2 * days, seal_days=(-9, -1))) == ALL_GOOD | {"ofd_time_not_proven"}
    old = signed(now, seal_days=(-3500, 9))
    assert check(old) == genuine | {"ofd_maker_out_of_date", "ofd_signer_admitted"}


def test_purposes(check: Callable[..., set[str]], sealer_type: Any, authority: Any, now: datetime) -> None:
    assert "ofd_certificate_not_for_signing" in check(sealer_type(authority, role="authority").sign(b"xml", now))
    assert "ofd_maker_not_for_signing" in check(sealer_type(authority, maker_role="authority").sign(b"xml", now))


def test_the_old_structure_is_never_valid(
    check: Callable[..., set[str]], sealer_type: Any, authority: Any, now: datetime
) -> None:
    old = sealer_type(authority, version=1)
    assert check(old.sign(b"xml", now), seal=old.esl) == ALL_GOOD | {"ofd_old_structure"}
    value = bytearray(old.sign(b"xml", now))
    value[-1] ^= 1
    assert "ofd_signature_forged" in check(bytes(value))
    assert "ofd_seal_forged" in check(old.sign(b"xml", now).replace("旧章".encode(), "新章".encode()))


@pytest.mark.parametrize("junk", [b"", b"\x30\x03\x02\x01\x01", b"x" * 1000])
def test_junk(check: Callable[..., set[str]], junk: bytes) -> None:
    assert check(junk) == {"ofd_signature_unreadable"}


def test_other_algorithms(check: Callable[..., set[str]], sealer: Any, now: datetime) -> None:
    *parts, _, signature = der.split(der.content_of(sealer.sign(b"xml", now)))
    rsa = der.sequence(*parts, der.object_id("1.2.840.113549.1.1.11"), signature)
    assert check(rsa) == {"ofd_algorithm_unknown", "ofd_seal_made", "ofd_signer_admitted"}


def test_a_certificate_of_another_kind(check: Callable[..., set[str]], sealer: Any, seal: Seal, now: datetime) -> None:
    to_sign, _, algorithm, signature = der.split(der.content_of(sealer.sign(b"xml", now)))
    foreign = der.sequence(to_sign, der.octets(seal.key.certificate), algorithm, signature)
    assert check(foreign) == {"ofd_signature_unreadable"}


def test_timestamps(sealer: Any, seal: Seal, authority: Any, now: datetime) -> None:
    def found(value: bytes, roots: list[bytes], at: datetime = now) -> tuple[set[str], datetime | None]:
        trusted = Trusted((Sm2Certificate.read(authority.certificate),), tuple(read_roots(roots)), at)
        checked = check_seal_signature(value, b"xml", None, trusted)
        return set(checked.codes) - ALL_GOOD - NOTES, checked.attested

    def attest(data: bytes) -> bytes:
        return seal.timestamper.timestamp(hashlib.sha256(data).digest())

    good = sealer.sign(b"xml", now, timestamp=attest)
    codes, attested = found(good, [seal.root_pem])
    assert codes == {"ofd_timestamp_trusted"}
    assert attested is not None
    assert abs(attested - datetime.now(now.tzinfo)) < timedelta(minutes=5)
    # the seal may expire afterwards: the time is proven
    assert found(good, [seal.root_pem], now + timedelta(days=30))[0] == {"ofd_timestamp_trusted"}
    assert found(good, []) == ({"ofd_timestamp_not_judged"}, None)
    for wrong in (lambda data: attest(data + b"x"), lambda _: b"", lambda data: attest(data)[:-9], lambda _: good):
        assert found(sealer.sign(b"xml", now, timestamp=wrong), [seal.root_pem]) == ({"ofd_timestamp_invalid"}, None)
    token = bytearray(attest(b"x"))
    token[-1] ^= 1
    assert found(sealer.sign(b"xml", now, timestamp=lambda _: bytes(token)), [seal.root_pem])[1] is None


def test_a_critical_extension_that_nobody_knows(check: Callable[..., set[str]], sealer: Any, now: datetime) -> None:
    to_sign, certificate, algorithm, _ = der.split(der.content_of(sealer.sign(b"xml", now)))
    extension = der.sequence(der.object_id("1.2.3"), der.tlv(0x01, b"\xff"), der.octets(b"x"))
    extended = der.sequence(*der.split(der.content_of(to_sign)), der.context(0, der.sequence(extension)))
    value = der.sequence(extended, certificate, algorithm, der.tlv(0x03, b"\0" + sealer.key.sign(extended)))
    assert check(value) == ALL_GOOD | {"ofd_unknown_extension"}


def test_a_foreign_key_under_a_good_certificate(
    check: Callable[..., set[str]], sealer: Any, sealer_type: Any, now: datetime
) -> None:
    thief = sealer_type(sealer.authority)
    thief.esl, thief.certificate, thief.key = sealer.esl, sealer.certificate, Sm2Key.generate()
    assert check(thief.sign(b"xml", now)) == {"ofd_signature_forged", "ofd_seal_made", "ofd_signer_admitted"}
