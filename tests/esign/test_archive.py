"""An archive revision holds evidence and a timestamp; anything else in it is found, whoever timestamped it."""

from io import BytesIO

import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader

from esign import Seal, extend_notice
from esign.archive import UnexpectedChange, check_archive_revision, read_evidence
from esign.pdf_update import PdfFile, dictionary
from esign.structure import read_revisions
from tests.support.forging import archive, catalog_with, first_page, seal_of, stream


def _check(pdf: bytes) -> None:
    reader, revisions = PdfFileReader(BytesIO(pdf)), read_revisions(pdf)
    for index in range(2, len(revisions)):
        check_archive_revision(reader, index, revisions[index])


def test_genuine_archives_hold_certificates_to_the_root_and_lists(sealed: bytes, seal: Seal) -> None:
    renewed = extend_notice(sealed, seal)
    _check(renewed)
    evidence = read_evidence(PdfFileReader(BytesIO(renewed)))
    assert set(evidence.certificates) >= {seal.key.certificate, *seal.chain, *seal.timestamper.chain}
    assert {x509.load_der_x509_crl(der).issuer for der in evidence.crls} >= {
        x509.load_der_x509_certificate(der).subject for der in seal.chain
    }


def test_another_program_may_archive_the_same_way(sealed: bytes, seal: Seal) -> None:
    _check(archive(seal_of(sealed), sealed, seal.timestamper.timestamp))


def test_what_is_more_than_an_archive_is_named(sealed: bytes, seal: Seal) -> None:
    alone = seal_of(sealed)
    number, page = first_page(alone)
    unused = PdfFile(alone).size + 50
    for reason, more in {
        "page": {"objects": {number: dictionary(page | {b"/Rotate": b"90"})}},
        f"object {unused}": {"objects": {unused: stream(b"q Q")}},
        "catalog": {"OpenAction": b"<</S/JavaScript/JS(1)>>"},
        "timestamp field": {"field": {b"/Rect": b"[0 0 9 9]"}},
        "security store": {"store": lambda store: store.update({b"/VRI": b"<<>>"})},
    }.items():
        with pytest.raises(UnexpectedChange, match=f"^{reason}$"):
            _check(archive(alone, sealed, seal.timestamper.timestamp, **more))


def test_a_catalog_changed_before_is_seen_in_its_revision(sealed: bytes, seal: Seal) -> None:
    changed = archive(sealed, sealed, seal.timestamper.timestamp, objects=catalog_with(sealed, Lang=b"(en)"))
    with pytest.raises(UnexpectedChange):
        _check(changed)


def test_evidence_may_not_get_lost(sealed: bytes, seal: Seal) -> None:
    emptied = archive(sealed, sealed, seal.timestamper.timestamp, store=lambda store: store.pop(b"/CRLs"))
    with pytest.raises(UnexpectedChange, match="evidence lost"):
        _check(emptied)


def test_junk_is_no_evidence(sealed: bytes, seal: Seal) -> None:
    at = PdfFile(sealed).size + 50

    def add(store: dict[bytes, bytes]) -> None:
        store[b"/Certs"] = b"[%d 0 R]" % at

    for value, error in ((stream(b"junk"), ValueError), (stream(b"", b"/Subtype/Form"), UnexpectedChange)):
        pdf = archive(seal_of(sealed), sealed, seal.timestamper.timestamp, objects={at: value}, store=add)
        with pytest.raises(error):
            read_evidence(PdfFileReader(BytesIO(pdf)))
