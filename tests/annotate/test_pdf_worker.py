"""The writer of annotations, called in this process: judged by three readers and by qpdf."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from pypdf import PdfReader

from annotate.codec import encode_operation
from annotate.errors import PageError
from annotate.geometry import PageSpace, bounds
from annotate.marks import MarkStyle, Rectangle
from annotate.markup import PlacedMark
from annotate.operations import AddMark, Undo
from annotate.pages import PageSource
from annotate.pdf import ExportedMark
from annotate.pdf_worker import page_space, picture_pdf, write
from annotate.render import paint

pytestmark = pytest.mark.slow


def is_marked(image: np.ndarray) -> np.ndarray:
    """Pixels with colour: all marks of these tests have some, the pages have none."""
    return image.max(axis=2).astype(int) - image.min(axis=2) > 60


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union with a tolerance of 1 px."""

    def wider(mask: np.ndarray) -> np.ndarray:
        return np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(3))) > 0

    agreed = (one & wider(other)).sum() + (other & wider(one)).sum()
    return float(agreed / (one.sum() + other.sum()))


def _packed(placed: PlacedMark) -> ExportedMark:
    body = encode_operation(AddMark(placed.mark_id, placed.page, placed.mark))
    return ExportedMark(body, placed.author, placed.time_s)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_three_readers_see_each_mark_where_we_drew_it(
    make_pdf: Callable[..., Path],
    all_kinds: list[PlacedMark],
    three_readers: Callable[[Path], dict[str, np.ndarray]],
    run_tool: Callable[..., str],
    tmp_path: Path,
    rotation: int,
) -> None:
    width, height = (300, 200) if rotation % 180 == 0 else (200, 300)
    original = make_pdf((width + 90.0, height + 70.0, rotation, (50.0, 40.0, 50.0 + width, 40.0 + height)))
    out = tmp_path / "marked.pdf"
    out.write_bytes(write(original.read_bytes(), "application/pdf", [_packed(placed) for placed in all_kinds]))
    assert "No syntax or stream encoding errors" in run_tool("qpdf", "--check", str(out))

    with PageSource.open(original) as source:
        assert source.info.sizes_pt == ((300, 200),)
        ours = paint(source.render(0, 2.0), [placed.mark for placed in all_kinds], 2.0)
    wanted = is_marked(np.frombuffer(ours.rgb, dtype=np.uint8).reshape(ours.height, ours.width, 3))
    seen = {name: is_marked(image) for name, image in three_readers(out).items()}
    assert len(seen) == 3
    for name, mask in seen.items():
        assert mask.shape == wanted.shape, name
        for other, its_mask in seen.items():
            assert overlap(mask, its_mask) >= 0.98, (name, other)
        assert overlap(mask, wanted) >= 0.98, name
        for placed in all_kinds:
            left, top, right, bottom = (round(value * 2) for value in bounds(placed.mark))
            assert mask[top:bottom, left:right].sum() > 100, (name, placed.mark_id)


BOX = Rectangle(MarkStyle(), 10, 10, 50, 40)


def packed(page: int) -> ExportedMark:
    return ExportedMark(encode_operation(AddMark("m", page, BOX)), "li", 0.0)


def test_marks_go_to_their_page(make_pdf: Callable[..., Path]) -> None:
    data = make_pdf((100, 100, 0, None), (100, 100, 0, None)).read_bytes()
    pages = PdfReader(io.BytesIO(write(data, "application/pdf", [packed(1)]))).pages
    assert "/Annots" not in pages[0]
    assert [float(value) for value in pages[1]["/Annots"][0].get_object()["/Rect"]] == [8, 58, 52, 92]


def test_existing_annotations_stay(make_pdf: Callable[..., Path], all_kinds: list[PlacedMark]) -> None:
    marks = [_packed(placed) for placed in all_kinds]
    first = write(make_pdf().read_bytes(), "application/pdf", marks[:2])
    second = write(first, "application/pdf", marks[2:])
    names = [entry.get_object()["/NM"] for entry in PdfReader(io.BytesIO(second)).pages[0]["/Annots"]]
    assert names == [placed.mark_id for placed in all_kinds]


@pytest.mark.parametrize("bad", [packed(2), ExportedMark(encode_operation(Undo("o")), "li", 0.0)])
def test_marks_that_belong_nowhere_are_refused(make_pdf: Callable[..., Path], bad: ExportedMark) -> None:
    data = make_pdf((100, 100, 0, None), (100, 100, 0, None)).read_bytes()
    with pytest.raises(PageError):
        write(data, "application/pdf", [bad])


def test_cropbox_is_cut_to_the_page_and_turns_are_positive(make_pdf: Callable[..., Path]) -> None:
    crops = ((10.0, 20.0, 500.0, 80.0), (200.0, 200.0, 300.0, 300.0))
    first, second = PdfReader(make_pdf(*((100, 100, -90, crop) for crop in crops))).pages
    assert page_space(first) == PageSpace((10, 20, 100, 80), 270)
    assert page_space(second) == PageSpace((0, 0, 100, 100), 270)


def test_a_picture_of_several_frames_becomes_as_many_pages(png_bytes: bytes) -> None:
    assert len(PdfReader(io.BytesIO(picture_pdf(png_bytes))).pages) == 1
    out = io.BytesIO()
    frames = [Image.new("1", size, 1) for size in ((200, 100), (100, 300))]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], dpi=(200, 200))
    pages = PdfReader(io.BytesIO(picture_pdf(out.getvalue()))).pages
    assert [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages] == [(72, 36), (36, 108)]
