"""What is read agrees with pyHanko, what is appended with qpdf and pyHanko, and everything else is refused."""

import hashlib
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from esign.pdf_update import PdfFile, UnknownForm, Update, dictionary, entries_of, references_in, text_of

Judge = Callable[..., subprocess.CompletedProcess[bytes]]


def _appended(pdf: bytes, content_info: bytes = b"\x30\x00", room: int = 40) -> bytes:
    """A revision with one new stream, one replaced object and a signature dictionary that signs nothing."""
    file = PdfFile(pdf)
    update = Update(file)
    signature = update.reserve()
    stream = update.add_stream(b"words", b"/Kind/Test")
    catalog = file.entries(file.root) | {b"/PieceInfo": b"<</Test %d 0 R>>" % stream}
    update.put(file.root, dictionary(catalog))
    prepared = update.prepare(signature, b"/Type/Sig", room)
    digest = prepared.digest()
    written = prepared.complete(content_info)
    before, after = written.rindex(b"/Contents<") + 9, written.rindex(b">>>\nendobj") + 1
    assert digest == hashlib.sha256(written[:before] + written[after:]).digest()
    return written


def test_dictionaries_are_taken_apart_and_put_together() -> None:
    written = b"<</A 1/B/Name/C[1 0 R 2 0 R]/D<</E(a (b) \\) c)/F<AB>>>/G 3 0 R/H true>>"
    entries = entries_of(written)
    assert entries == {
        b"/A": b"1",
        b"/B": b"/Name",
        b"/C": b"[1 0 R 2 0 R]",
        b"/D": b"<</E(a (b) \\) c)/F<AB>>>",
        b"/G": b"3 0 R",
        b"/H": b"true",
    }
    assert entries_of(dictionary(entries)) == entries
    assert references_in(entries[b"/C"]) == [1, 2]
    assert references_in(entries[b"/G"]) == [3]
    assert references_in(b"[]") == []


@pytest.mark.parametrize(
    "bad",
    [b"", b"[1]", b"<</A 1", b"<</A 1>>x", b"<</A 1/A 2>>", b"<<1/A>>", b"<</A[1>>]>>", b"<</A %c\n1>>", b"<</A(x>>"],
)
def test_what_is_no_plain_dictionary_is_refused(bad: bytes) -> None:
    with pytest.raises(UnknownForm):
        entries_of(bad)


def test_references_are_nothing_else() -> None:
    for bad in (b"[1 2]", b"[1 1 R]", b"[1 0 R", b"/A", b"null"):
        with pytest.raises(UnknownForm):
            references_in(bad)


def test_texts() -> None:
    assert text_of(b"<FEFF53D74EAC0041>") == "受京A"
    assert text_of(b"(Bureau \\(east\\) (west))") == "Bureau (east) (west)"
    with pytest.raises(UnknownForm):
        text_of(b"/Name")


def test_a_notice_is_read_as_pyhanko_reads_it(notice_pdf: bytes) -> None:
    ours, theirs = PdfFile(notice_pdf), PdfFileReader(BytesIO(notice_pdf))
    assert ours.root == theirs.root_ref.idnum
    kids = theirs.root["/Pages"]["/Kids"]
    assert ours.pages() == [kids.raw_get(index).idnum for index in range(len(kids))]
    info = ours.entries(references_in(ours.trailer[b"/Info"])[0])
    for key in ("/Title", "/Keywords", "/Author"):
        assert text_of(info[key.encode()]) == str(theirs.trailer["/Info"][key])
    assert ours.revision_ends() == [len(notice_pdf)]


def test_an_appended_revision_is_a_good_one(notice_pdf: bytes, tmp_path: Path, judge: Judge) -> None:
    twice = _appended(_appended(notice_pdf), room=99)
    assert twice.startswith(notice_pdf)
    reader = PdfFileReader(BytesIO(twice), strict=True)
    assert reader.total_revisions == 3
    assert reader.root["/PieceInfo"]["/Test"].data == b"words"
    assert reader.trailer["/ID"][0] == PdfFileReader(BytesIO(notice_pdf)).trailer["/ID"][0]
    file = PdfFile(twice)
    number = references_in(entries_of(file.entries(file.root)[b"/PieceInfo"])[b"/Test"])[0]
    assert file.stream(number) == b"words"
    ends = file.revision_ends()
    assert len(ends) == 3
    assert ends[-1] == len(twice)
    assert all(twice[:end].endswith(b"%%EOF\n") for end in ends)
    (tmp_path / "twice.pdf").write_bytes(twice)
    done = judge("qpdf", "--check", tmp_path / "twice.pdf")
    assert done.returncode == 0, done.stdout


def test_a_signature_that_does_not_fit_is_refused(notice_pdf: bytes) -> None:
    assert b"/Contents<3000" + b"0" * 76 + b">" in _appended(notice_pdf)
    _appended(notice_pdf, bytes(40))
    with pytest.raises(ValueError, match="41 bytes where 40"):
        _appended(notice_pdf, bytes(41))


def test_bytes_that_no_object_owns_are_noticed(notice_pdf: bytes) -> None:
    good = _appended(notice_pdf)
    start = len(notice_pdf) + 1
    table = good.index(b"xref\n", start)
    for at in (start, good.index(b"endobj\n", start) + 7, table, good.index(b"trailer", table), len(good)):
        for slipped in (b" ", b"\n", b"% words\n"):
            with pytest.raises(ValueError, match=r"\w"):
                PdfFile(good[:at] + slipped + good[at:]).revision_ends()


@pytest.mark.parametrize(
    "option",
    ["--object-streams=generate", "--linearize", "--encrypt u o 256 --", "--qdf"],
)
def test_what_another_program_wrote_is_refused(notice_pdf: bytes, option: str, tmp_path: Path, judge: Judge) -> None:
    (tmp_path / "in.pdf").write_bytes(notice_pdf)
    done = judge("qpdf", tmp_path / "in.pdf", *option.split(), tmp_path / "out.pdf")
    assert done.returncode == 0, done.stderr
    other = (tmp_path / "out.pdf").read_bytes()
    with pytest.raises(UnknownForm):
        _appended(other)


def test_damaged_files_are_refused(notice_pdf: bytes) -> None:
    table = notice_pdf.rindex(b"xref\n0 ")
    for bad in (
        b"",
        b"%PDF-1.7 nothing",
        notice_pdf[:5000],
        notice_pdf + b"junk",
        notice_pdf[:table] + b"\n" + notice_pdf[table:],
        notice_pdf.replace(b"startxref\n", b"startxref\n9"),
        b"%PDF-1.7\n" + notice_pdf,
    ):
        with pytest.raises(UnknownForm):
            _appended(bad)
