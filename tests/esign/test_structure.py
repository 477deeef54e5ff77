"""A sealed notice is explained to the last byte; what leaves room between its objects is refused."""

from collections.abc import Callable

import pytest

from esign.structure import OddStructure, read_revisions
from tests.support.forging import append, base_of, catalog_with, revision_ends, seal_of


def test_every_byte_belongs_to_one_revision_and_every_object_to_its_place(sealed: bytes) -> None:
    revisions = read_revisions(sealed)
    assert [revision.end for revision in revisions] == revision_ends(sealed)
    assert [revision.start for revision in revisions] == [0, *revision_ends(sealed)[:-1]]
    for revision in revisions:
        spans = sorted(revision.objects.values())
        assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
        for number, (start, end) in revision.objects.items():
            assert sealed[start:end].startswith(b"%d 0 obj\n" % number)
            assert sealed[start:end].rstrip().endswith(b"endobj")
    assert len(read_revisions(base_of(sealed))) == 1
    assert len(read_revisions(seal_of(sealed))) == 2


def _more(between: bytes) -> Callable[[bytes], bytes]:
    return lambda pdf: append(pdf, catalog_with(pdf), between=between)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda pdf: pdf + b"\n", "does not end"),
        (lambda pdf: pdf + pdf[pdf.rindex(b"startxref") :], "unusual trailer"),
        (lambda pdf: b"%PDF-1.7\n" + pdf, "no classic|unusual trailer"),
        (lambda pdf: pdf.replace(b"%PDF-1.7", b"%PDX-1.7", 1), "unusual beginning"),
        (lambda pdf: pdf[: revision_ends(pdf)[0]] + pdf[revision_ends(pdf)[1] :], "does not end|no classic"),
        (_more(b"% a comment\n"), "not alone"),
        (_more(b"9 0 obj\n<<>>\nendobj\n"), "hides another"),
        (_more(b" \n \n "), "not alone"),
        (lambda pdf: append(pdf, catalog_with(pdf), Info=b"1 0 R"), "different catalogs"),
        (lambda pdf: append(pdf, catalog_with(pdf), XRefStm=b"9"), "unusual trailer"),
        (lambda pdf: append(pdf, catalog_with(pdf), Prev=b"99999999"), "lead back"),
        (lambda pdf: append(pdf, {900: b"<</Length 3>>\nstream\nabcd\nendstream"}), "as long as it says"),
        (lambda pdf: append(pdf, {900: b"<</Length 901 0 R>>\nstream\nabcd\nendstream"}), "as long as it says"),
        (lambda pdf: pdf.replace(b" 65535 f", b" 65534 f", 1), "unusual entry"),
        (lambda pdf: pdf[: revision_ends(pdf)[0]].replace(b"xref\n0 ", b"xref\n1 "), "unusual entry|no trailer"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(sealed: bytes, change: Callable[[bytes], bytes], reason: str) -> None:
    changed = change(sealed)
    assert changed != sealed
    with pytest.raises(OddStructure, match=reason):
        read_revisions(changed)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"startxref\n0\n%%EOF\n", b"startxref\n99\n%%EOF\n"])
def test_what_is_no_file_is_refused(data: bytes) -> None:
    with pytest.raises(OddStructure):
        read_revisions(data)


def test_an_endless_pile_of_revisions_is_refused(notice_pdf: bytes) -> None:
    pdf = notice_pdf + b"\n"
    for _ in range(70):
        pdf = append(pdf, catalog_with(pdf))
    with pytest.raises(OddStructure, match="too many"):
        read_revisions(pdf)
