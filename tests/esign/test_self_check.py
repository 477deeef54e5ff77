"""No byte of what was appended to a notice is free; and certificates that are not good are named."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign import Seal, SealingFailed, extend_notice, seal_notice
from esign.cades import timestamp_token
from esign.pdf_update import PdfFile
from esign.self_check import chain_of, check_sealed

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def renewed(sealed: bytes, seal: Seal) -> bytes:
    return extend_notice(sealed, seal)


@pytest.fixture(scope="module")
def pending(notice_pdf: bytes, seal: Seal) -> bytes:
    return seal_notice(notice_pdf, seal, NOW, level="B-B")


def test_what_stands_in_the_file_is_told(sealed: bytes, renewed: bytes, pending: bytes, seal: Seal) -> None:
    timestamper = seal.timestamper.chain[0]
    for pdf, archives, timestampers in ((pending, 0, 0), (sealed, 1, 2), (renewed, 2, 3)):
        found = check_sealed(pdf, seal.chain, seal.chain)
        assert (found.archives, found.timestampers) == (archives, (timestamper,) * timestampers)
        assert found.signer == seal.key.certificate
    assert {*seal.chain, *seal.timestamper.chain, seal.key.certificate} == set(found.certificates)


def test_no_byte_is_free(sealed: bytes, renewed: bytes, notice_pdf: bytes) -> None:
    chance = random.Random(20261122)  # noqa: S311 - the same positions in each run
    for pdf in (sealed, renewed):
        appended = chance.sample(range(len(notice_pdf), len(pdf)), 120)
        last_contents = range(pdf.rindex(b"/Contents<"), len(pdf))
        for position in (*chance.sample(range(len(notice_pdf)), 20), *appended, *chance.sample(last_contents, 60)):
            changed = bytearray(pdf)
            changed[position] ^= chance.randrange(1, 256)
            with pytest.raises((ValueError, LookupError)):
                check_sealed(bytes(changed), ())


def test_cuts_and_additions_are_noticed(sealed: bytes, renewed: bytes) -> None:
    ends = PdfFile(renewed).revision_ends()
    start = ends[1]  # of the first archive revision
    for bad in (
        sealed + b"\n",
        sealed[:-1],
        sealed + sealed[start:],
        renewed[:start] + renewed[ends[2] :],
        sealed.replace(b"(Archive1)", b"(Archive2)"),
        sealed.replace(b"/ETSI.RFC3161", b"/ETSI.RFC3162"),
        sealed.replace(b"/Type/DocTimeStamp", b"/Type/Doctimestamp"),
        sealed[ends[0] :],
        b"",
    ):
        with pytest.raises((ValueError, LookupError)):
            check_sealed(bad, ())
    assert check_sealed(renewed[: ends[2]], ()).archives == 1


def test_signatures_cannot_be_swapped(notice_pdf: bytes, seal: Seal, sealed: bytes) -> None:
    other = seal_notice(notice_pdf, seal, NOW + timedelta(hours=1))
    for word in (b"/ETSI.CAdES.detached", b"/ETSI.RFC3161"):
        spots = []
        for pdf in (sealed, other):
            begin = pdf.index(b"/Contents<", pdf.index(word)) + 10
            spots.append(pdf[begin : pdf.index(b">", begin)])
        with pytest.raises(ValueError, match=r"other bytes"):
            check_sealed(sealed.replace(spots[0], spots[1].ljust(len(spots[0]), b"0")[: len(spots[0])]), ())


def _fails(seal: Seal, notice_pdf: bytes, problem: str) -> None:
    """Sealed by a program that does not look; the check does."""
    with pytest.raises(Exception, match=problem):
        seal_notice(notice_pdf, seal, NOW)


def test_certificates_that_are_not_good_are_named(notice_pdf: bytes, issuer_type: Callable[[], Any]) -> None:
    issuer, foreign = issuer_type(), issuer_type()
    past = NOW - timedelta(days=1)
    authority = "北京市通州区政务服务管理局"
    _fails(issuer.seal(key=issuer.issue(authority, for_time=False, end=past)), notice_pdf, "out of date")
    _fails(issuer.seal(timestamper=issuer.issue("某", for_time=True, end=past)), notice_pdf, "out of date")
    _fails(issuer.seal(timestamper=issuer.issue("某", for_time=False)), notice_pdf, "may not timestamp")
    _fails(issuer.seal(key=foreign.issue(authority, for_time=False)), notice_pdf, "issuer of a certificate")
    good = issuer.seal()
    sealed = seal_notice(notice_pdf, good, NOW)
    with pytest.raises(ValueError, match="another root"):
        check_sealed(sealed, (), _roots(foreign))
    check_sealed(sealed, (), _roots(issuer))


def _roots(issuer: Any) -> tuple[bytes, ...]:
    return (x509.load_pem_x509_certificate(issuer.root_pem).public_bytes(Encoding.DER),)


class _Elsewhen:
    """A timestamper whose clock goes backwards by a day with each token."""

    def __init__(self, key: Any, chain: tuple[bytes, ...]) -> None:
        self._key = key
        self._asked = 0
        self.chain = chain

    def timestamp(self, digest: bytes) -> bytes:
        self._asked += 1
        return timestamp_token(digest, self._key, NOW - timedelta(days=self._asked), self._asked)


class _Other(_Elsewhen):
    """One that timestamps something else."""

    def timestamp(self, digest: bytes) -> bytes:
        return timestamp_token(hashlib.sha256(digest).digest(), self._key, NOW, 7)


@pytest.mark.parametrize(("kind", "problem"), [(_Elsewhen, "follow each other"), (_Other, "other bytes")])
def test_a_strange_timestamper_is_noticed(
    notice_pdf: bytes, issuer_type: Callable[[], Any], kind: type[_Elsewhen], problem: str
) -> None:
    issuer = issuer_type()
    key = issuer.issue("某", for_time=True)
    strange = kind(key, (key.certificate, *_roots(issuer)))
    _fails(replace(issuer.seal(), timestamper=strange), notice_pdf, problem)


class _Earlier(_Elsewhen):
    """One whose tokens are of the day before yesterday."""

    def timestamp(self, digest: bytes) -> bytes:
        return timestamp_token(digest, self._key, NOW - timedelta(days=2), 7)


def test_a_timestamp_is_renewed_in_time_or_not_at_all(notice_pdf: bytes, issuer_type: Callable[[], Any]) -> None:
    issuer = issuer_type()
    seal = issuer.seal()
    for end, is_late in ((NOW + timedelta(days=1), False), (NOW - timedelta(days=1), True)):
        key = issuer.issue("某", for_time=True, end=end)
        earlier = replace(seal, timestamper=_Earlier(key, (key.certificate, *_roots(issuer))))
        sealed = seal_notice(notice_pdf, earlier, NOW)
        if is_late:
            with pytest.raises(SealingFailed, match="out of date"):
                extend_notice(sealed, seal)
        else:
            assert check_sealed(extend_notice(sealed, seal), ()).archives == 2


def test_a_chain_needs_all_its_members(seal: Seal) -> None:
    whole = (seal.key.certificate, *seal.chain)
    assert chain_of(seal.key.certificate, tuple(reversed(seal.chain))) == whole
    with pytest.raises(ValueError, match="not known"):
        chain_of(seal.key.certificate, seal.chain[1:])
    with pytest.raises(ValueError, match="not known"):
        chain_of(seal.key.certificate, seal.timestamper.chain[:1])
