"""The child process of one open document: pdfium for PDF, Pillow for pictures.

Runs as `python -m annotate.page_worker FD` and is started by pages.py only. One thread, one document
(pdfium gives wrong pixels without an error when two threads use it). Everything it reads may be hostile.
"""

from __future__ import annotations

import ctypes
import io
import math
from typing import Final

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from annotate.errors import PageError
from annotate.pages import DocumentInfo, OpenRequest, RenderRequest, scaled_size
from annotate.worker import Handler, serve

MAX_PAGES: Final = 5_000
MAX_PAGE_PT: Final = 20_000.0  # 7 m; A0 is 3,370 pt
MAX_PICTURE_PX: Final = 600_000_000  # A0 at 600 dpi has 558 Mpx
MAX_SIDE_PX: Final = 65_500
MAX_DECODED_BYTES: Final = 700 * 1024 * 1024
DEFAULT_DPI: Final = 150.0
# 72 and 96 are what cameras and screen shots write when they do not know; believed, a photo would be a metre wide.
MIN_DPI: Final = 100.0
MAX_DPI: Final = 2_400.0

_requests = msgspec.msgpack.Decoder(OpenRequest | RenderRequest)


class _Pdf:
    """A PDF; the page rendered last stays parsed."""

    def __init__(self, data: bytes) -> None:
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
                raise PageError("encrypted", "needs a password") from error
            raise PageError("unreadable", f"pdfium error {error.err_code}") from error
        self._document.init_forms()  # before any page: seals and fields are widgets and would be missing
        self._page: tuple[int, pypdfium2.PdfPage] | None = None

    def info(self) -> DocumentInfo:
        count = len(self._document)
        if count == 0:
            raise PageError("empty", "no pages")
        if count > MAX_PAGES:
            raise PageError("too_large", f"{count} pages, allowed {MAX_PAGES}")
        sizes = tuple(self._document.get_page_size(page) for page in range(count))
        for width, height in sizes:
            if not (1 <= width <= MAX_PAGE_PT and 1 <= height <= MAX_PAGE_PT):
                raise PageError("too_large", f"page of {width} x {height} pt, allowed {MAX_PAGE_PT}")
        return DocumentInfo("application/pdf", count, sizes)

    def render(self, request: RenderRequest) -> bytes:
        page = self._load(request.page)
        full_width, full_height = scaled_size(page.get_size(), request.scale)
        left, top, width, height = request.clip_px
        pixels = ctypes.create_string_buffer(width * height * 3)
        bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, pixels, width * 3)
        if not bitmap:
            raise MemoryError
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
            where = (-left, -top, full_width, full_height)  # whole device pixels, so regions join without a seam
            pdfium.FPDF_RenderPageBitmap(bitmap, page, *where, 0, flags)
            if self._document.formenv is not None:
                pdfium.FPDF_FFLDraw(self._document.formenv, bitmap, page, *where, 0, flags)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
        return pixels.raw

    def _load(self, number: int) -> pypdfium2.PdfPage:
        if self._page is None or self._page[0] != number:
            if self._page is not None:
                self._page[1].close()
                self._page = None
            try:
                self._page = number, self._document[number]
            except pypdfium2.PdfiumError as error:
                raise PageError("unreadable", f"page {number}: {error}") from error
        return self._page[1]


class _Picture:
    """A PNG, JPEG, TIFF or BMP; the page rendered last stays decoded."""

    def __init__(self, data: bytes, media_type: str) -> None:
        Image.MAX_IMAGE_PIXELS = None  # our own check knows the bit depth
        self._data = data
        self._media_type = media_type
        self._decoded: tuple[int, Image.Image] | None = None

    def info(self) -> DocumentInfo:
        with self._open() as image:
            count = getattr(image, "n_frames", 1) if isinstance(image, TiffImagePlugin.TiffImageFile) else 1
            if count > MAX_PAGES:
                raise PageError("too_large", f"{count} pages, allowed {MAX_PAGES}")
            pixels: list[tuple[int, int]] = []
            sizes: list[tuple[float, float]] = []
            for frame in range(count):
                image.seek(frame)
                _check_pixels(image)
                width, height = _shown_size(image)
                dpi = picture_dpi(image)
                pixels.append((width, height))
                sizes.append((width * 72 / dpi, height * 72 / dpi))
        return DocumentInfo(self._media_type, count, tuple(sizes), tuple(pixels))

    def render(self, request: RenderRequest) -> bytes:
        image = self._load(request.page)
        with self._open() as header:
            header.seek(request.page)
            dpi = picture_dpi(header)
        full = scaled_size((image.width * 72 / dpi, image.height * 72 / dpi), request.scale)
        left, top, width, height = request.clip_px
        across, down = image.width / full[0], image.height / full[1]
        box = (left * across, top * down, (left + width) * across, (top + height) * down)
        if image.mode not in ("L", "RGB"):  # 1-bit stays 1-bit until here: grey only what is shown
            outer = (math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3]))
            image = image.crop(outer).convert("L")
            box = (box[0] - outer[0], box[1] - outer[1], box[2] - outer[0], box[3] - outer[1])
        box = (max(0, box[0]), max(0, box[1]), min(image.width, box[2]), min(image.height, box[3]))
        part = image.resize((width, height), Image.Resampling.BILINEAR, box, reducing_gap=2.0)
        return part.convert("RGB").tobytes()

    def _load(self, number: int) -> Image.Image:
        if self._decoded is None or self._decoded[0] != number:
            self._decoded = None  # before decoding the next: two pages need not fit into memory
            with self._open() as image:
                image.seek(number)
                _check_pixels(image)
                self._decoded = number, readable(image)
        return self._decoded[1]

    def _open(self) -> Image.Image:
        try:
            # Pillow knows many more formats; some of them are dangerous (measured: BLP took 710 MiB).
            return Image.open(io.BytesIO(self._data), formats=("PNG", "JPEG", "TIFF", "BMP"))
        except UnidentifiedImageError as error:
            raise PageError("unreadable", "no picture behind the first bytes") from error


def readable(image: Image.Image) -> Image.Image:
    """Decoded picture, upright (EXIF orientation), on white, in mode 1, L or RGB. Cut-off data raises OSError."""
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.point(lambda value: value / 256).convert("L")  # 16-bit grey: convert() alone would clip to white
    if image.mode in ("1", "L", "RGB"):
        return image
    if image.mode in ("RGBA", "LA", "PA", "P"):
        rgba = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(rgba, mask=rgba)
        return ground
    return image.convert("RGB")


def picture_dpi(image: Image.Image) -> float:
    """Believable resolution of a picture, else 150 dpi."""
    try:
        dpi = float(image.info.get("dpi", (0, 0))[0])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return DEFAULT_DPI
    return dpi if MIN_DPI <= dpi <= MAX_DPI else DEFAULT_DPI


def _shown_size(image: Image.Image) -> tuple[int, int]:
    is_on_side = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if is_on_side else (image.width, image.height)


def _check_pixels(image: Image.Image) -> None:
    """Refuse by the header, before anything is decoded."""
    width, height = image.size
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PICTURE_PX:
        raise PageError("too_large", f"{width}x{height} px, allowed {MAX_PICTURE_PX} and {MAX_SIDE_PX} a side")
    needed = width * height * {"1": 1, "L": 1, "P": 8, "LA": 8, "RGBA": 8, "I": 5, "CMYK": 7}.get(image.mode, 3)
    if needed > MAX_DECODED_BYTES:
        raise PageError("too_large", f"{needed} bytes decoded, allowed {MAX_DECODED_BYTES}")


def _handler(data: bytes) -> Handler:
    document: _Pdf | _Picture | None = None

    def answer(header: bytes, _blob: bytes) -> tuple[bytes, bytes]:
        nonlocal document
        request = _requests.decode(header)
        if isinstance(request, OpenRequest):
            is_pdf = request.media_type == "application/pdf"
            document = _Pdf(data) if is_pdf else _Picture(data, request.media_type)
            return msgspec.msgpack.encode(document.info()), b""
        if document is None:
            raise PageError("unreadable", "render before open")
        return b"", document.render(request)

    return answer


if __name__ == "__main__":
    serve(_handler)
