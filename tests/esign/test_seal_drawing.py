"""What is drawn at sealing, looked at as pictures: riding slices that make one stamp, a code that a reader reads."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from esign import NonAcceptanceNotice, Seal, SealingFailed, render_notice, seal_notice
from esign.origin import read_origin

Judge = Callable[..., subprocess.CompletedProcess[bytes]]
Acceptance = Callable[..., Any]
NOW = datetime.now(UTC)
DPI = 150


def _page(pdf: bytes, page: int, folder: Path, judge: Judge) -> NDArray[np.uint8]:
    (folder / "in.pdf").write_bytes(pdf)
    options = ["-r", DPI, "-png", "-singlefile", "-f", page, "-l", page]
    done = judge("pdftoppm", *map(str, options), folder / "in.pdf", folder / "page")
    assert done.returncode == 0, done.stderr
    return np.asarray(Image.open(BytesIO((folder / "page.png").read_bytes())).convert("RGB"))


def _red(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    levels = picture.astype(int)
    return (levels[:, :, 0] > 150) & (levels[:, :, 1] < 140) & (levels[:, :, 2] < 140)


@pytest.mark.slow
def test_riding_slices_side_by_side_are_the_stamp(
    acceptance: Acceptance, materials: Callable[[int], Any], seal: Seal, tmp_path: Path, judge: Judge
) -> None:
    pdf = render_notice(acceptance(materials=materials(30)))
    pages = len(PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"])
    assert pages >= 2
    sealed = seal_notice(pdf, seal, NOW)
    size = 42 / 25.4 * DPI
    width, middle = size / pages, 841.89 / 2 / 72 * DPI
    rows = slice(round(middle - size / 2) - 3, round(middle + size / 2) + 3)
    looks = [_page(sealed, page + 1, tmp_path, judge) for page in range(pages)]
    pictures = [look[rows] for look in looks]
    strips = [picture[:, -round(width) :] for picture in pictures]
    for picture, strip in zip(pictures, strips, strict=True):
        assert _red(strip).sum() > 200
        assert not _red(picture[:, : -round(width) - 2]).any()  # only the strip, at the very edge
    whole = _red(np.concatenate(strips, axis=1))
    origin = read_origin(PdfFileReader(BytesIO(pdf)))
    assert origin is not None
    page = looks[origin.seal_page - 1]
    x, y = origin.seal_x / 72 * DPI, (841.89 - origin.seal_y) / 72 * DPI
    left = round(x - size / 2)
    stamp = _red(page[round(y - size / 2) - 3 : round(y + size / 2) + 3, left : left + whole.shape[1]])[: len(whole)]
    height = min(len(stamp), len(whole))
    # a pixel off here or there: the slices meet on fractions of a pixel, and the stamp covers the date
    assert (whole[:height] ^ stamp[:height]).mean() < 0.08
    assert whole.sum() == pytest.approx(stamp.sum(), rel=0.1)


@pytest.mark.slow
def test_a_single_page_carries_one_stamp(notice: Acceptance, seal: Seal, tmp_path: Path, judge: Judge) -> None:
    sealed = seal_notice(render_notice(notice(NonAcceptanceNotice)), seal, NOW)
    assert b"/SealStamp" not in sealed
    assert not _red(_page(sealed, 1, tmp_path, judge)[:, -100:]).any()


@pytest.mark.slow
def test_the_printed_code_is_read_where_the_notice_leaves_its_place(
    acceptance: Acceptance, seal: Seal, tmp_path: Path, judge: Judge
) -> None:
    pdf = render_notice(acceptance(query_code="7K3M-9PQ2-XW4T", check_address="https://hall.example/N"))
    text = "HTTPS://HALL.EXAMPLE/N/" + "7K3M9PQ2XW4T" * 30
    sealed = seal_notice(pdf, seal, NOW, text)
    origin = read_origin(PdfFileReader(BytesIO(pdf)))
    assert origin is not None
    picture = _page(sealed, origin.code_page, tmp_path, judge)
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == text
    corner = code.position.bottom_left
    assert corner.x * 72 / DPI == pytest.approx(origin.code_x, abs=1.5)
    assert 841.89 - corner.y * 72 / DPI == pytest.approx(origin.code_y, abs=1.5)
    side = code.position.bottom_right.x - corner.x
    assert side * 72 / DPI == pytest.approx(origin.code_size, abs=2)


def test_without_a_place_there_is_no_code(notice_pdf: bytes, seal: Seal) -> None:
    with pytest.raises(SealingFailed, match="no place for a printed code"):
        seal_notice(notice_pdf, seal, NOW, "HTTPS://HALL.EXAMPLE/N/ABC")


def test_the_stamp_stands_in_a_file_once(sealed: bytes) -> None:
    assert sealed.count(b"/Group<</Type/Group/S/Transparency") == 1
    root = PdfFileReader(BytesIO(sealed)).root
    pages = root["/Pages"]["/Kids"]
    field = root["/AcroForm"]["/Fields"][0]
    holders = [field["/AP"]["/N"]["/Resources"]["/XObject"].raw_get("/Stamp")]
    holders += [pages[index]["/Resources"]["/XObject"].raw_get("/SealStamp") for index in range(len(pages))]
    assert len(holders) == 1 + len(pages)
    assert len({holder.idnum for holder in holders}) == 1
