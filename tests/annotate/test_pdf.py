"""Export through the real child process: the entries of each annotation, and what happens to bad originals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from annotate.errors import PageError
from annotate.markup import PlacedMark
from annotate.pages import PageSource
from annotate.pdf import export

pytestmark = pytest.mark.slow


def test_annotations_are_standard_and_complete(
    make_pdf: Callable[..., Path], all_kinds: list[PlacedMark], tmp_path: Path
) -> None:
    out = tmp_path / "marked.pdf"
    export(make_pdf(), all_kinds, out)
    found = [entry.get_object() for entry in PdfReader(out).pages[0]["/Annots"]]
    assert [entry["/Subtype"] for entry in found] == ["/Ink", "/Ink", "/Line", "/Square", "/Polygon", "/FreeText"]
    for placed, entry in zip(all_kinds, found, strict=True):
        assert entry["/NM"] == placed.mark_id
        assert entry["/T"] == "审核员"
        assert entry["/M"] == entry["/CreationDate"]
        assert entry["/M"].startswith("D:20251009")
        assert entry["/F"] == 4
        assert entry["/Contents"]
        assert entry["/Subj"]
        assert "/N" in entry["/AP"]
    assert found[1]["/AP"]["/N"]["/Resources"]["/ExtGState"]["/M"]["/BM"] == "/Multiply"
    assert found[2]["/LE"] == ["/None", "/ClosedArrow"]
    assert found[4]["/BE"]["/S"] == "/C"
    assert found[5]["/Contents"] == "缺少公章,请补 𬭚①"


def test_a_picture_becomes_a_pdf_of_the_size_it_is_shown_in(
    make_picture: Callable[..., Path], all_kinds: list[PlacedMark], run_tool: Callable[..., str], tmp_path: Path
) -> None:
    picture = make_picture("shot.jpg", (625, 417), dpi=(150, 150))
    out = tmp_path / "marked.pdf"
    export(picture, all_kinds, out)
    run_tool("qpdf", "--check", str(out))
    with PageSource.open(picture) as before, PageSource.open(out) as after:
        assert after.info.sizes_pt[0] == pytest.approx(before.info.sizes_pt[0], abs=0.01)
    assert len(PdfReader(out).pages[0]["/Annots"]) == 6


def test_what_cannot_be_read_leaves_no_file(make_pdf: Callable[..., Path], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing")
    for original, code in ((make_pdf(password="secret"), "encrypted"), (broken, "unreadable"), (b"", "empty")):
        with pytest.raises(PageError) as caught:
            export(original, [], folder / "marked.pdf")
        assert caught.value.code == code
    assert list(folder.iterdir()) == []
