"""The child process of one export: writes marks as PDF annotations with pypdf's generic objects.

Runs as `python -m annotate.pdf_worker FD`, started by pdf.py only. Every annotation has an appearance stream
(pdfium and mutool draw none of Line or Polygon without) with the same polygons the screen shows, so words are
glyph outlines and no font is needed. ISO 32000-2, 12.5.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any, Final, assert_never

import msgspec
import numpy as np
from PIL import Image, TiffImagePlugin
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import FileNotDecryptedError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from annotate.codec import decode_operation
from annotate.errors import PageError
from annotate.geometry import PageSpace, Polygon, cloud_radius, corners_of, text_box
from annotate.marks import Arrow, Cloud, Highlighter, Mark, Rectangle, Stroke, Text
from annotate.operations import AddMark
from annotate.page_worker import picture_dpi, readable
from annotate.pdf import ExportedMark, ExportRequest
from annotate.shapes import polygons
from annotate.worker import Handler, serve

_PRINT: Final = 4  # annotation flag: printed with the page
_marks_decoder = msgspec.msgpack.Decoder(list[ExportedMark])


def write(data: bytes, media_type: str, marks: list[ExportedMark]) -> bytes:
    """The document as PDF bytes with the marks as annotations. Raises PageError."""
    pdf = data if media_type == "application/pdf" else picture_pdf(data)
    try:
        reader = PdfReader(io.BytesIO(pdf))
        if reader.is_encrypted:
            raise PageError("encrypted", "needs a password")
        writer = PdfWriter(clone_from=reader)
    except FileNotDecryptedError as error:
        raise PageError("encrypted", "needs a password") from error
    except PyPdfError as error:
        raise PageError("unreadable", str(error)) from error
    for packed in marks:
        operation = decode_operation(packed.body)
        if not isinstance(operation, AddMark) or operation.page >= len(writer.pages):
            raise PageError("unreadable", f"a mark lies beyond the {len(writer.pages)} pages")
        _add(writer, writer.pages[operation.page], operation, packed)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture_pdf(data: bytes) -> bytes:
    """A picture as PDF, one page each frame, of the size `PageSource` says."""
    Image.MAX_IMAGE_PIXELS = None  # pages.py has opened this file before; memory is limited all the same
    image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "BMP"))
    count = getattr(image, "n_frames", 1) if isinstance(image, TiffImagePlugin.TiffImageFile) else 1
    writer = PdfWriter()
    for frame in range(count):
        image.seek(frame)
        dpi = picture_dpi(image)
        one = io.BytesIO()
        page = readable(image)
        # Scans of one bit are packed without loss (group 4); Pillow takes no quality for those.
        page.save(one, "PDF", resolution=dpi, **({} if page.mode == "1" else {"quality": 92}))
        writer.append(io.BytesIO(one.getvalue()))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page_space(page: PageObject) -> PageSpace:
    """Page space of a page: CropBox cut to the MediaBox, /Rotate as a multiple of 90."""
    crop, media = page.cropbox, page.mediabox
    box = (
        max(float(crop.left), float(media.left)),
        max(float(crop.bottom), float(media.bottom)),
        min(float(crop.right), float(media.right)),
        min(float(crop.top), float(media.top)),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        box = (float(media.left), float(media.bottom), float(media.right), float(media.top))
    return PageSpace(box, page.rotation % 360)


def _add(writer: PdfWriter, page: PageObject, operation: AddMark, packed: ExportedMark) -> None:
    space = page_space(page)
    mark = operation.mark
    shape = [space.to_pdf(polygon) for polygon in polygons(mark)]
    if not shape:
        return
    corners = np.vstack(shape)
    if isinstance(mark, Text):  # the room of the words, not of their ink: an editor that sets them anew needs it
        left, top, right, bottom = text_box(mark)
        corners = np.vstack((corners, space.to_pdf(np.array([(left, top), (right, bottom)]))))
    rect = _numbers(np.concatenate((corners.min(axis=0) - 1, corners.max(axis=0) + 1)))
    time = datetime.fromtimestamp(packed.time_s, UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
    annotation = _dictionary(
        Type="/Annot",
        Rect=rect,
        NM=TextStringObject(operation.mark_id),
        T=TextStringObject(packed.author),
        M=TextStringObject(time),
        CreationDate=TextStringObject(time),
        Contents=TextStringObject(mark.text if isinstance(mark, Text) else _subject(mark)),
        Subj=TextStringObject(_subject(mark)),
        F=NumberObject(_PRINT),
        C=_numbers([part / 255 for part in mark.style.colour]),
        BS=_dictionary(W=FloatObject(round(mark.style.width_pt, 3))),
        AP=_dictionary(N=writer._add_object(_appearance(shape, rect, mark))),
        P=page.indirect_reference,
        **_kind(mark, space),
    )
    annotations = page.get("/Annots")
    if annotations is None:
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])
    else:
        annotations.get_object().append(writer._add_object(annotation))


def _kind(mark: Mark, space: PageSpace) -> dict[str, PdfObject | str]:
    """The entries that belong to the kind of annotation alone (ISO 32000-2, 12.5.6)."""

    def line(points: list[tuple[float, float]]) -> ArrayObject:
        return _numbers(space.to_pdf(np.array(points, dtype=np.float64)).ravel())

    match mark:
        case Stroke() | Highlighter():
            return {"Subtype": "/Ink", "InkList": ArrayObject([line([(p.x, p.y) for p in mark.points])])}
        case Arrow():
            return {
                "Subtype": "/Line",
                "IT": "/LineArrow",
                "L": line([(mark.x0, mark.y0), (mark.x1, mark.y1)]),
                "LE": ArrayObject([NameObject("/None"), NameObject("/ClosedArrow")]),
                "IC": _numbers([part / 255 for part in mark.style.colour]),
            }
        case Rectangle():
            return {"Subtype": "/Square"}
        case Cloud():
            left, top, right, bottom = corners_of(mark)
            return {
                "Subtype": "/Polygon",
                "IT": "/PolygonCloud",
                "Vertices": line([(left, top), (right, top), (right, bottom), (left, bottom)]),
                "BE": _dictionary(S="/C", I=NumberObject(2 if cloud_radius(mark) >= 6 else 1)),
            }
        case Text():
            red, green, blue = (part / 255 for part in mark.style.colour)
            return {
                "Subtype": "/FreeText",
                "IT": "/FreeTextTypeWriter",
                "DA": TextStringObject(f"{red:.3f} {green:.3f} {blue:.3f} rg /Helv {mark.size_pt:g} Tf"),
            }
        case _:
            assert_never(mark)


def _appearance(shape: list[Polygon], rect: ArrayObject, mark: Mark) -> StreamObject:
    red, green, blue = (part / 255 for part in mark.style.colour)
    lines = [f"{red:.4f} {green:.4f} {blue:.4f} rg"]
    resources = DictionaryObject()
    if isinstance(mark, Highlighter):
        resources = _dictionary(ExtGState=_dictionary(M=_dictionary(Type="/ExtGState", BM="/Multiply")))
        lines.insert(0, "/M gs")
    for polygon in shape:
        steps = [f"{x:.2f} {y:.2f} l" for x, y in polygon.tolist()]
        lines += [steps[0][:-1] + "m", *steps[1:], "h"]
    lines.append("f")
    stream = DecodedStreamObject()
    stream.set_data("\n".join(lines).encode("ascii"))
    stream.update(_dictionary(Type="/XObject", Subtype="/Form", BBox=rect, Resources=resources))
    return stream.flate_encode()


def _subject(mark: Mark) -> str:
    names: dict[type[Mark], str] = {
        Stroke: "红笔",
        Highlighter: "荧光笔",
        Arrow: "箭头",
        Rectangle: "矩形",
        Cloud: "云线",
        Text: "文字",
    }
    return names[type(mark)]


def _numbers(values: Any) -> ArrayObject:
    return ArrayObject([FloatObject(round(float(value), 3)) for value in values])


def _dictionary(**entries: PdfObject | str | None) -> DictionaryObject:
    """Dictionary object; a plain str is a name with its slash."""
    made = DictionaryObject()
    for key, value in entries.items():
        if value is not None:
            made[NameObject(f"/{key}")] = NameObject(value) if type(value) is str else value
    return made


def _handler(data: bytes) -> Handler:
    def answer(header: bytes, blob: bytes) -> tuple[bytes, bytes]:
        request = msgspec.msgpack.decode(header, type=ExportRequest)
        return b"", write(data, request.media_type, _marks_decoder.decode(blob))

    return answer


if __name__ == "__main__":
    serve(_handler)
