"""DER as OpenSSL and asn1crypto read it, and the strict way back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from asn1crypto import core

from esign import der


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 2**64, 2**127, 2**128 - 1])
def test_integers(value: int) -> None:
    assert core.Integer.load(der.integer(value), strict=True).native == value
    assert der.integer(value) == core.Integer(value).dump()


@pytest.mark.parametrize("dotted", ["1.2.840.113549.1.7.2", "2.16.840.1.101.3.4.2.1", "2.25.1234567890123456789"])
def test_object_ids(dotted: str) -> None:
    assert der.object_id(dotted) == core.ObjectIdentifier(dotted).dump()


@pytest.mark.parametrize("size", [0, 127, 128, 255, 256, 65535, 65536])
def test_lengths(size: int) -> None:
    assert der.octets(b"x" * size) == core.OctetString(b"x" * size).dump()
    assert der.content_of(der.octets(b"x" * size)) == b"x" * size


def test_times_are_in_utc() -> None:
    eight = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert der.generalized_time(eight) == b"\x18\x0f20261122013000Z"
    assert core.GeneralizedTime.load(der.generalized_time(eight)).native == eight.astimezone(UTC)


def test_sets_are_sorted_and_sequences_are_not() -> None:
    one, two = der.integer(1), der.integer(2)
    assert der.set_of(two, one) == der.set_of(one, two)
    assert der.split(der.content_of(der.sequence(two, one))) == [two, one]
    assert der.context(1, one)[0] == 0xA1


def test_first_of_leaves_the_rest() -> None:
    assert der.first_of(der.integer(5) + b"\0\0\0") == (der.integer(5), b"\0\0\0")


@pytest.mark.parametrize("bad", [b"\x30", b"\x30\x80\0\0", b"\x30\x05\x02\x01\x01", b"\x30\xff", b"\x30\x85\0\0\0\0\0"])
def test_broken_values_are_refused(bad: bytes) -> None:
    with pytest.raises(ValueError, match=r"bytes|tag"):
        der.split(bad)


def test_trailing_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="length says"):
        der.content_of(der.integer(1) + b"\0")


def test_der_all_the_way_down() -> None:
    good = der.sequence(der.integer(1), der.context(0, der.octets(b"x" * 200)))
    assert der.is_der(good)
    assert not der.is_der(good + b"\0")
    assert not der.is_der(b"")
    assert not der.is_der(b"\x30\x81\x03\x02\x01\x01")  # a length in more bytes than it needs
    assert not der.is_der(b"\x30\x80\x02\x01\x01\0\0")  # of unknown length (BER)
    assert not der.is_der(der.sequence(b"\x02\x02\x01"))  # the same faults further in
    assert not der.is_der(der.sequence(b"\x30\x81\x03\x02\x01\x01"))
    assert not der.is_der(b"\x1f\x81\x01\x00")  # a tag of several bytes
