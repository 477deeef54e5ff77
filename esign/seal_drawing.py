"""What the seal step draws: the stamp as a signature field's appearance, riding slices and the printed code on pages.

The stamp is compressed once for each design and stands in a file once: the appearance and all slices show the same
form. Where things stand comes from the notice's `origin`, how they look from `stamp` and `printcode`.
"""

import zlib
from functools import lru_cache

from esign.origin import Origin
from esign.pdf_update import PdfFile, UnknownForm, Update, dictionary, entries_of, references_in
from esign.printcode import draw_code
from esign.stamp import DIAMETER_MM, StampDesign, riding_slice, seal_operators

__all__ = ["Drawing"]

_SIZE = DIAMETER_MM * 72 / 25.4  # points
_GROUP = b"<</Type/Group/S/Transparency/I true/CS/DeviceRGB>>"
_MULTIPLY = b"<</Type/ExtGState/BM/Multiply>>"
_PAGE_KEYS = {b"/Type", b"/Parent", b"/Resources", b"/MediaBox", b"/Contents", b"/StructParents", b"/Tabs"}


class Drawing:
    """Draws into one update of a notice. End with `finish`."""

    def __init__(self, file: PdfFile, update: Update, design: StampDesign) -> None:
        self._file = file
        self._update = update
        self._stamp = update.add_stream(
            _compressed_stamp(design),
            b"/Type/XObject/Subtype/Form/BBox[0 0 %.3f %.3f]/Group%b/Filter/FlateDecode" % (_SIZE, _SIZE, _GROUP),
        )
        self._pages = file.pages()
        self._entries = [file.entries(number) for number in self._pages]
        for entries in self._entries:
            if not {b"/Resources", b"/MediaBox", b"/Contents"} <= entries.keys() <= _PAGE_KEYS:
                raise UnknownForm("a page is not as our templates make it")
        self._overlays = [b""] * len(self._pages)

    def appearance(self) -> int:
        """The form that a signature field shows (ISO 32000-2, 12.7.5.5): the stamp multiplied onto the page.

        Blended stroke by stroke the letters' fill and outline would darken each other (ISO 32000-2, 11.6.6), so the
        stamp is a group; were this outer form one too, Multiply would end inside it and not reach the date below.
        """
        resources = b"<</ExtGState<</Multiply %b>>/XObject<</Stamp %d 0 R>>>>" % (_MULTIPLY, self._stamp)
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 %.3f %.3f]/Resources%b" % (_SIZE, _SIZE, resources)
        return self._update.add_stream(b"/Multiply gs /Stamp Do", entries)

    def annotate(self, origin: Origin, widget: int) -> int:
        """List the seal's widget on its page; answers that page's object number."""
        if not 1 <= origin.seal_page <= len(self._pages):
            raise UnknownForm("the seal's page is not there")
        self._entries[origin.seal_page - 1][b"/Annots"] = b"[%d 0 R]" % widget
        return self._pages[origin.seal_page - 1]

    def ride(self) -> None:
        """Riding slices when there are several pages, at the middle of the right edge: side by side the whole stamp."""
        count = len(self._pages)
        for index in range(count if count > 1 else 0):
            _, _, right, top = (float(part) for part in self._entries[index][b"/MediaBox"].strip(b"[]").split())
            bottom = top / 2 - _SIZE / 2
            begin, end = riding_slice(index, count)
            clip = b"%.3f %.3f %.3f %.3f re W n" % (right - (end - begin), bottom, end - begin, _SIZE)
            place = b"1 0 0 1 %.3f %.3f cm" % (right - end - _SIZE / 2, bottom)
            self._overlays[index] += b"/Artifact BMC q %b /SealMultiply gs %b /SealStamp Do Q EMC\n" % (clip, place)

    def print_code(self, origin: Origin, text: str) -> None:
        """The printed code at the place that the notice leaves for it."""
        if not origin.code_page:
            raise UnknownForm("the notice leaves no place for a printed code")
        art = draw_code(text)
        scale = origin.code_size / art.modules
        place = b"%.5f 0 0 %.5f %.3f %.3f cm" % (scale, scale, origin.code_x, origin.code_y)
        self._overlays[origin.code_page - 1] += b"/Artifact BMC q %b\n%b\nQ EMC\n" % (place, art.operators)

    def finish(self) -> None:
        """Replace the pages that were drawn on."""
        opening = self._update.add_stream(b"q") if any(self._overlays) else 0
        for number, entries, overlay in zip(self._pages, self._entries, self._overlays, strict=True):
            if overlay:
                self._lay_over(entries, opening, overlay)
            if overlay or b"/Annots" in entries:
                self._update.put(number, dictionary(entries))

    def _lay_over(self, entries: dict[bytes, bytes], opening: int, overlay: bytes) -> None:
        """Put operators after a page's own, with the graphics state as it was before them."""
        packed = zlib.compress(b"Q\n" + overlay)
        after = self._update.add_stream(packed, b"/Filter/FlateDecode")
        inner = references_in(entries[b"/Contents"])
        entries[b"/Contents"] = b"[%b]" % b" ".join(b"%d 0 R" % number for number in (opening, *inner, after))
        resources = entries_of(self._file.resolve(entries[b"/Resources"]))
        for kind, name, value in (
            (b"/XObject", b"/SealStamp", b"%d 0 R" % self._stamp),
            (b"/ExtGState", b"/SealMultiply", _MULTIPLY),
        ):
            named = entries_of(self._file.resolve(resources.get(kind, b"<<>>")))
            if name in named:
                raise UnknownForm("a page already has something named like the stamp")
            resources[kind] = dictionary(named | {name: value})
        entries[b"/Resources"] = dictionary(resources)


@lru_cache(maxsize=32)
def _compressed_stamp(design: StampDesign) -> bytes:
    return zlib.compress(b"1 0 0 1 %.4f %.4f cm\n%b" % (_SIZE / 2, _SIZE / 2, seal_operators(design)), level=9)
