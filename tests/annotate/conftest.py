"""Fixtures of annotate's tests: small documents made on the spot, hostile ones too, and an offscreen Qt."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject, NumberObject

from annotate.marks import Arrow, Cloud, Highlighter, InkPoint, Mark, MarkStyle, Rectangle, Stroke, Text
from annotate.markup import PlacedMark
from annotate.pages import PageSource

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

MakePdf = Callable[..., Path]


Page = tuple[float, float, int, tuple[float, float, float, float] | None]


def write_pdf(path: Path, pages: tuple[Page, ...], password: str = "") -> Path:
    """A PDF with one page for each (width, height, rotation, crop), a grey square at the origin of each."""
    writer = PdfWriter()
    for width, height, rotation, crop in pages or ((300.0, 200.0, 0, None),):
        page = writer.add_blank_page(width, height)
        stream = DecodedStreamObject()
        left, bottom = crop[:2] if crop else (0, 0)
        stream.set_data(f"0.8 g {left} {bottom} 40 20 re f".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Rotate")] = NumberObject(rotation)
        if crop:
            page[NameObject("/CropBox")] = ArrayObject([FloatObject(value) for value in crop])
    if password:
        writer.encrypt(password)
    writer.write(path)
    return path


@pytest.fixture
def make_pdf(tmp_path: Path) -> MakePdf:
    def make(*pages: Page, name: str = "plan.pdf", password: str = "") -> Path:
        return write_pdf(tmp_path / name, pages, password)

    return make


@pytest.fixture(scope="session")
def three_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageSource]:
    """An open document of three pages, shared: starting a worker takes half a second."""
    pages = ((300.0, 200.0, 0, None), (200.0, 300.0, 0, None), (300.0, 200.0, 90, None))
    with PageSource.open(write_pdf(tmp_path_factory.mktemp("annotate") / "three.pdf", pages)) as source:
        yield source


@pytest.fixture
def bomb_pdf(tmp_path: Path) -> Path:
    """A form that paints itself twice, through a chain of forms: 2 to the power of 40 fills."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    inner = None
    for _ in range(40):
        form = DecodedStreamObject()
        form.set_data(b"/F Do /F Do" if inner is not None else b"0 0 200 200 re f")
        form[NameObject("/Type")] = NameObject("/XObject")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/BBox")] = ArrayObject([NumberObject(value) for value in (0, 0, 200, 200)])
        if inner is not None:
            form[NameObject("/Resources")] = _forms(inner)
        inner = writer._add_object(form)
    stream = DecodedStreamObject()
    stream.set_data(b"/F Do")
    page[NameObject("/Contents")] = writer._add_object(stream)
    assert inner is not None
    page[NameObject("/Resources")] = _forms(inner)
    path = tmp_path / "bomb.pdf"
    writer.write(path)
    return path


def _forms(form: object) -> DictionaryObject:
    return DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/F"): form})})


@pytest.fixture
def make_picture(tmp_path: Path) -> Callable[..., Path]:
    """A white picture with a black square in its top left quarter."""

    def make(name: str, size: tuple[int, int] = (300, 150), mode: str = "RGB", **save: object) -> Path:
        image = Image.new("RGB", size, "white")
        ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="black")
        path = tmp_path / name
        image.convert(mode).save(path, **save)
        return path

    return make


@pytest.fixture
def all_kinds() -> list[PlacedMark]:
    """One mark of each kind, apart from each other, on a page of 300 x 200 pt."""
    pen = MarkStyle((0xE0, 0x20, 0x20), 3.0)
    wave = tuple(InkPoint(20 + 4.0 * i, 30 + 10 * np.sin(i / 3), 0.2 + 0.03 * i) for i in range(20))
    kinds: list[Mark] = [
        Stroke(pen, wave),
        Highlighter(MarkStyle((0xFF, 0xD0, 0x30), 12.0), (InkPoint(120, 40, 0.5), InkPoint(200, 40, 0.5))),
        Arrow(pen, 220, 90, 280, 30),
        Rectangle(pen, 20, 80, 90, 120),
        Cloud(pen, 110, 70, 200, 120),
        Text(pen, 30, 150, 20, "缺少公章,请补 𬭚①"),
    ]
    return [PlacedMark(f"mark{place}", 0, mark, "审核员", 1_760_000_000.0 + place) for place, mark in enumerate(kinds)]


Raster = NDArray[np.uint8]


def rasters(path: Path, folder: Path, dpi: int = 144) -> dict[str, Raster]:
    """First page as seen by three independent readers: pdfium, poppler and mutool."""
    found: dict[str, Raster] = {}
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
    document.close()
    found["pdfium"] = np.asarray(image)
    tool("pdftoppm", "-r", str(dpi), "-cropbox", "-f", "1", "-l", "1", "-png", str(path), str(folder / "poppler"))
    tool("mutool", "draw", "-q", "-r", str(dpi), "-o", str(folder / "mutool.png"), str(path), "1")
    found["poppler"] = np.asarray(Image.open(next(folder.glob("poppler*.png"))).convert("RGB"))
    found["mutool"] = np.asarray(Image.open(folder / "mutool.png").convert("RGB"))
    return found


def tool(*command: str) -> str:
    """Run a Debian tool; without CI a missing one skips the test, with CI it fails."""
    if shutil.which(command[0]) is None and not os.environ.get("CI"):
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def run_tool() -> Callable[..., str]:
    return tool


@pytest.fixture
def three_readers(tmp_path: Path) -> Callable[[Path], dict[str, Raster]]:
    def read(path: Path) -> dict[str, Raster]:
        folder = tmp_path / f"rasters-{len(list(tmp_path.glob('rasters-*')))}"
        folder.mkdir()
        return rasters(path, folder)

    return read


@pytest.fixture
def png_bytes() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("L", (60, 30), 128).save(out, "PNG")
    return out.getvalue()
