"""Attacks on the file around the signatures: revisions added, cut or wrapped, objects hidden, tables bent.

Published classes: incremental saving, signature wrapping (Mladenov et al., "1 Trillion Dollar Refund", 2019), shadow
hide, replace, hide-and-replace (2021), evil annotation and sneaky signature on certification ("Breaking the
Specification", 2021). Each is tried bare, and where it matters under a genuine archive timestamp of its own.
"""

import re
from collections.abc import Callable
from io import BytesIO

from pypdf import PdfWriter

from esign.pdf_update import PdfFile, dictionary, references_in
from tests.support.forging import (
    Forger,
    append,
    archive,
    base_of,
    catalog_with,
    contents_of,
    first_page,
    revision_ends,
    seal_of,
    stream,
)

Attack = Callable[[bytes, Forger], bytes]

_PAINT = b"1 1 1 rg 60 300 480 300 re f"  # a white area over the text
_BOX = b"[60 300 540 600]"


def _new(pdf: bytes, count: int = 1) -> int:
    """An object number not used before."""
    return PdfFile(pdf).size + count - 1


def _painted_page(pdf: bytes, painting: bytes) -> dict[int, bytes]:
    """Page one with more behind its content."""
    number, page = first_page(pdf)
    at = _new(pdf)
    contents = page[b"/Contents"].strip(b"[]")
    return {
        number: dictionary(page | {b"/Contents": b"[%b %d 0 R]" % (contents, at)}),
        at: stream(painting),
    }


def _annotated_page(pdf: bytes, annotation: bytes) -> dict[int, bytes]:
    number, page = first_page(pdf)
    at = _new(pdf)
    listed = page.get(b"/Annots", b"[]").strip(b"[]")
    return {
        number: dictionary(page | {b"/Annots": b"[%b %d 0 R]" % (listed, at)}),
        at: b"<</Type/Annot/Rect%b/F 4%b>>" % (_BOX, annotation),
    }


def _shielded(pdf: bytes, forger: Forger, objects: dict[int, bytes]) -> bytes:
    """The objects in one revision with a genuine archive timestamp, in place of the genuine archive revision."""
    return archive(seal_of(pdf), pdf, forger.timestamp, objects=objects)


# -- bytes around the file


def byte_appended(pdf: bytes, _: Forger) -> bytes:
    return pdf + b"\n"


def comment_appended(pdf: bytes, _: Forger) -> bytes:
    return pdf + b"% \xe6\x89\xbf\xe8\xaf\xba\n%%EOF\n"


def notice_appended(pdf: bytes, forger: Forger) -> bytes:
    """The other notice whole, so that readers from the end show that one."""
    return pdf + forger.other


def notice_before(pdf: bytes, forger: Forger) -> bytes:
    return forger.other + pdf


def bytes_before_header(pdf: bytes, _: Forger) -> bytes:
    return b"\n" + pdf


def old_end_repeated(pdf: bytes, _: Forger) -> bytes:
    """An end that names the same table once more: no new revision for a lax reader."""
    return pdf + b"q Q\n" + pdf[pdf.rindex(b"startxref") :]


def header_version_changed(pdf: bytes, _: Forger) -> bytes:
    return pdf.replace(b"%PDF-1.7", b"%PDF-1.4", 1)


def last_byte_cut(pdf: bytes, _: Forger) -> bytes:
    return pdf[:-1]


def cut_in_the_middle(pdf: bytes, _: Forger) -> bytes:
    return pdf[: len(pdf) // 2]


def text_changed(pdf: bytes, _: Forger) -> bytes:
    """A byte of the page's compressed text."""
    number = references_in(first_page(pdf)[1][b"/Contents"])[-1]
    at = pdf.index(b"stream\n", pdf.index(b"\n%d 0 obj\n" % number)) + 40
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def saved_anew(pdf: bytes, _: Forger) -> bytes:
    output = BytesIO()
    PdfWriter(clone_from=BytesIO(pdf)).write(output)
    return output.getvalue()


def encrypted(pdf: bytes, _: Forger) -> bytes:
    writer, output = PdfWriter(clone_from=BytesIO(pdf)), BytesIO()
    writer.encrypt("", algorithm="AES-256")
    writer.write(output)
    return output.getvalue()


# -- incremental saving


def page_content_replaced(pdf: bytes, _: Forger) -> bytes:
    number, page = first_page(pdf)
    at = _new(pdf)
    return append(pdf, {number: dictionary(page | {b"/Contents": b"%d 0 R" % at}), at: stream(_PAINT)})


def overlay(pdf: bytes, _: Forger) -> bytes:
    return append(pdf, _painted_page(pdf, _PAINT))


def overlay_under_archive(pdf: bytes, forger: Forger) -> bytes:
    return _shielded(pdf, forger, _painted_page(seal_of(pdf), _PAINT))


def overlay_then_archive(pdf: bytes, forger: Forger) -> bytes:
    """First the change, then an archive revision that is itself beyond reproach."""
    return archive(append(seal_of(pdf), _painted_page(seal_of(pdf), _PAINT)), pdf, forger.timestamp)


def page_added(pdf: bytes, _: Forger) -> bytes:
    file = PdfFile(pdf)
    pages = references_in(file.entries(file.root)[b"/Pages"])[0]
    tree, at = file.entries(pages), _new(pdf)
    kids = tree[b"/Kids"].strip(b"[]")
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Resources<<>>>>" % pages
    grown = tree | {b"/Kids": b"[%b %d 0 R]" % (kids, at), b"/Count": b"%d" % (len(file.pages()) + 1)}
    return append(pdf, {pages: dictionary(grown), at: page})


def pages_replaced(pdf: bytes, _: Forger) -> bytes:
    at = _new(pdf)
    tree = b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (at + 1)
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Resources<<>>>>" % at
    return append(pdf, {**catalog_with(pdf, Pages=b"%d 0 R" % at), at: tree, at + 1: page})


def page_turned(pdf: bytes, _: Forger) -> bytes:
    number, page = first_page(pdf)
    return append(pdf, {number: dictionary(page | {b"/Rotate": b"180"})})


def page_cropped_under_archive(pdf: bytes, forger: Forger) -> bytes:
    number, page = first_page(seal_of(pdf))
    entries = page | {b"/CropBox": b"[0 0 300 300]"}
    return _shielded(pdf, forger, {number: dictionary(entries)})


def body_without_table(pdf: bytes, _: Forger) -> bytes:
    """Incremental saving, variant of 2019: objects, no table, no trailer."""
    number, page = first_page(pdf)
    return pdf + b"%d 0 obj\n%b\nendobj\n%%%%EOF\n" % (number, dictionary(page | {b"/Rotate": b"90"}))


def trailer_without_table(pdf: bytes, forger: Forger) -> bytes:
    start = pdf.rindex(b"startxref")
    trailer = pdf[pdf.rindex(b"trailer", 0, start) : start]
    return body_without_table(pdf, forger).removesuffix(b"%%EOF\n") + trailer + b"startxref\n0\n%%EOF\n"


def font_exchanged(pdf: bytes, _: Forger) -> bytes:
    """Shadow replace: what the letters look like is taken from elsewhere."""
    file = PdfFile(pdf)
    fonts = (n for n in range(1, file.size) if b"/ToUnicode" in pdf[pdf.index(b"\n%d 0 obj\n" % n) :][:400])
    number = next(fonts)
    return append(pdf, {number: b"<</Type/Font/Subtype/Type1/BaseFont/Courier>>"})


def information_by_trailer(pdf: bytes, _: Forger) -> bytes:
    """Another document information, with another title, by the trailer alone."""
    file, at = PdfFile(pdf), _new(pdf)
    info = file.entries(references_in(file.trailer[b"/Info"])[0])
    return append(pdf, {at: dictionary(info | {b"/Title": b"(Other)"})}, Info=b"%d 0 R" % at)


def information_by_trailer_under_archive(pdf: bytes, forger: Forger) -> bytes:
    return archive(information_by_trailer(seal_of(pdf), forger), pdf, forger.timestamp)


def information_rewritten_under_archive(pdf: bytes, forger: Forger) -> bytes:
    file = PdfFile(pdf)
    number = references_in(file.trailer[b"/Info"])[0]
    return _shielded(pdf, forger, {number: dictionary(file.entries(number) | {b"/Title": b"(Other)"})})


def number_changed(pdf: bytes, _: Forger) -> bytes:
    """The notice's number in its document information, digits of the same length."""
    return _digits_changed(pdf, b"003000300031", b"003000300039")


def metadata_changed(pdf: bytes, _: Forger) -> bytes:
    """A date in the XMP packet."""
    return re.sub(rb"<xmp:(\w+Date)>20", rb"<xmp:\1>19", pdf, count=1)


def _digits_changed(pdf: bytes, old: bytes, new: bytes) -> bytes:
    if old not in pdf:
        raise ValueError("the number is not written as expected")
    return pdf.replace(old, new, 1)


# -- annotations and signatures on the certified file


def _annotating(annotation: bytes) -> Attack:
    return lambda pdf, _: append(pdf, _annotated_page(pdf, annotation))


def _annotating_under_archive(annotation: bytes) -> Attack:
    return lambda pdf, forger: _shielded(pdf, forger, _annotated_page(seal_of(pdf), annotation))


def _form(pdf: bytes) -> bytes:
    file = PdfFile(pdf)
    return file.entries(file.root)[b"/AcroForm"]


def empty_field(pdf: bytes, _: Forger) -> bytes:
    """Sneaky signature: an unsigned field whose appearance covers the text."""
    at = _new(pdf)
    look = stream(_PAINT, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<>>")
    changed = _annotated_page(pdf, b"/Subtype/Widget/FT/Sig/T(Seal2)/AP<</N %d 0 R>>" % (at + 1))
    form = _form(pdf).replace(b"]", b" %d 0 R]" % at, 1)
    return append(pdf, {**changed, at + 1: look, **catalog_with(pdf, AcroForm=form)})


def visible_timestamp(pdf: bytes, forger: Forger) -> bytes:
    """Sneaky signature with a genuine document timestamp: its field has an area and an appearance."""
    at = _new(pdf, 40)
    look = stream(_PAINT, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<>>")
    field = {b"/Rect": _BOX, b"/AP": b"<</N %d 0 R>>" % at}
    return archive(seal_of(pdf), pdf, forger.timestamp, objects={at: look}, field=field)


def timestamp_with_area(pdf: bytes, forger: Forger) -> bytes:
    return archive(seal_of(pdf), pdf, forger.timestamp, field={b"/Rect": _BOX})


def timestamp_with_action(pdf: bytes, forger: Forger) -> bytes:
    action = {b"/A": b"<</S/URI/URI(https://example.invalid)>>"}
    return archive(seal_of(pdf), pdf, forger.timestamp, field=action)


def timestamp_with_caption(pdf: bytes, forger: Forger) -> bytes:
    return archive(seal_of(pdf), pdf, forger.timestamp, field={b"/MK": b"<</CA(ok)>>"})


def field_of_the_seal_moved(pdf: bytes, forger: Forger) -> bytes:
    file = PdfFile(pdf)
    field = references_in(file.entries(first_page(pdf)[0])[b"/Annots"])[0]
    return _shielded(pdf, forger, {field: dictionary(file.entries(field) | {b"/Rect": b"[0 0 10 10]"})})


def look_of_the_seal_exchanged(pdf: bytes, forger: Forger) -> bytes:
    file = PdfFile(pdf)
    for number in range(1, file.size):
        head = file.value(number)[:400]
        if b"/Form" in head and b"/BBox" in head and b"/XObject" in head:
            return _shielded(pdf, forger, {number: stream(_PAINT, b"/Type/XObject/Subtype/Form/BBox[0 0 120 120]")})
    raise ValueError("no form to exchange")


# -- the catalog


def _catalog(**changes: bytes | None) -> Attack:
    return lambda pdf, _: append(pdf, catalog_with(pdf, **changes))


def look_left_to_the_reader(pdf: bytes, forger: Forger) -> bytes:
    form = _form(pdf).replace(b">>", b"/NeedAppearances true>>")
    return append(pdf, catalog_with(pdf, AcroForm=form))


def _catalog_under_archive(**changes: bytes) -> Attack:
    return lambda pdf, forger: archive(seal_of(pdf), pdf, forger.timestamp, **changes)


# -- cross-reference tables and hidden objects


def empty_revision(pdf: bytes, _: Forger) -> bytes:
    """The catalog once more, unchanged."""
    return append(pdf, catalog_with(pdf))


def object_freed(pdf: bytes, _: Forger) -> bytes:
    number, _page = first_page(pdf)
    saved = append(pdf, catalog_with(pdf))
    row = b"%d 1\n0000000000 00001 f\r\n" % number
    at = saved.rindex(b"xref\n", 0, saved.rindex(b"trailer")) + 5
    return saved[:at] + row + saved[at:]


def object_of_new_generation(pdf: bytes, _: Forger) -> bytes:
    number, page = first_page(pdf)
    saved = append(pdf, {number: dictionary(page | {b"/Rotate": b"90"})})
    saved = saved.replace(b"%d 0 obj\n<</Rot" % number, b"%d 1 obj\n<</Rot" % number)
    at = saved.rindex(b" 00000 n\r\n")
    return saved[:at] + b" 00001 n\r\n" + saved[at + 10 :]


def table_bent(pdf: bytes, _: Forger) -> bytes:
    """A new table alone leads an object to older bytes (shadow hide-and-replace): the page to the base's."""
    saved = append(pdf, {first_page(pdf)[0]: b"<<>>"})
    old = pdf.index(b"\n%d 0 obj\n" % first_page(pdf)[0]) + 1
    at = saved.rindex(b" 00000 n\r\n") - 10
    saved = saved[:at] + b"%010d" % old + saved[at + 10 :]
    start = saved.index(b"%d 0 obj" % first_page(pdf)[0], len(pdf))
    end = saved.index(b"xref\n", start)
    table = int(saved[saved.rindex(b"startxref\n") + 10 :].split()[0])
    saved = saved[:start] + saved[end:]
    return saved.replace(b"startxref\n%d\n" % table, b"startxref\n%d\n" % (table - (end - start)))


def tables_in_a_circle(pdf: bytes, _: Forger) -> bytes:
    saved = append(pdf, catalog_with(pdf))
    table = int(saved[saved.rindex(b"startxref\n") + 10 :].split()[0])
    at = saved.rindex(b"/Prev ")
    end = re.compile(rb"\d+").match(saved, at + 6)
    assert end is not None
    return saved[: at + 6] + b"%d" % table + saved[end.end() :]


def previous_table_skipped(pdf: bytes, _: Forger) -> bytes:
    """The newest table leads past the seal's to the base's."""
    base = int(pdf[: revision_ends(pdf)[0]].split()[-2])
    return append(pdf, catalog_with(base_of(pdf)), Prev=b"%d" % base)


def hybrid_table(pdf: bytes, _: Forger) -> bytes:
    return append(pdf, catalog_with(pdf), XRefStm=b"%d" % pdf.rindex(b"xref\n0 "))


def object_stream(pdf: bytes, _: Forger) -> bytes:
    """The page rewritten inside an object stream, found by a cross-reference stream."""
    number, page = first_page(pdf)
    at, value = _new(pdf), dictionary(page | {b"/Rotate": b"90"})
    head = b"%d 0 " % number
    packed = stream(head + value, b"/Type/ObjStm/N 1/First %d" % len(head))
    body = pdf + b"%d 0 obj\n%b\nendobj\n" % (at, packed)
    rows = bytes([2]) + at.to_bytes(4, "big") + bytes(2)
    rows += bytes([1]) + len(pdf).to_bytes(4, "big") + bytes(2) + bytes([1]) + len(body).to_bytes(4, "big") + bytes(2)
    trailer = PdfFile(pdf).trailer
    entries = {b"/Type": b"/XRef", b"/W": b"[1 4 2]", b"/Index": b"[%d 1 %d 2]" % (number, at)}
    entries |= {key: trailer[key] for key in (b"/Root", b"/Info", b"/ID")}
    entries |= {b"/Size": b"%d" % (at + 2), b"/Prev": pdf.split()[-2]}
    table = stream(rows, dictionary(entries)[2:-2])
    return body + b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (at + 1, table, len(body))


def hidden_object_under_archive(pdf: bytes, forger: Forger) -> bytes:
    """Shadow hide: an object in no table, waiting for a program that repairs files."""
    number, page = first_page(pdf)
    hidden = b"%d 0 obj\n%b\nendobj\n" % (number, dictionary(page | {b"/Rotate": b"180"}))
    return archive(seal_of(pdf), pdf, forger.timestamp, between=hidden)


def unused_object_under_archive(pdf: bytes, forger: Forger) -> bytes:
    return _shielded(pdf, forger, {_new(pdf, 50): stream(_PAINT)})


def comment_under_archive(pdf: bytes, forger: Forger) -> bytes:
    return archive(seal_of(pdf), pdf, forger.timestamp, between=b"% trailer<</Root 1 0 R>>\n")


def encryption_announced(pdf: bytes, _: Forger) -> bytes:
    rules = b"<</Filter/Standard/V 1/R 2/O(%b)/U(%b)/P -4>>" % (b"0" * 32, b"0" * 32)
    return append(pdf, {_new(pdf): rules}, Encrypt=b"%d 0 R" % _new(pdf))


# -- signature wrapping


def wrapped(pdf: bytes, _: Forger) -> bytes:
    """Signature wrapping: the signed rest moved back; in the gap a second /ByteRange that leaves the gap out, and where
    the signed offset points a table of the forger's that leads to another page."""
    alone = seal_of(pdf)
    start, end = contents_of(alone)
    rest, table = alone[end + 1 :], int(alone.split()[-2])
    number, page = first_page(alone)
    foreign = b"%d 0 obj\n%b\nendobj\n" % (number, dictionary(page | {b"/Rotate": b"180"}))
    written = alone[table : alone.rindex(b"startxref")]
    moved = table + len(written) + len(foreign)
    page_at, shift = alone.rindex(b"\n%d 0 obj\n" % number) + 1, moved - end - 1

    def led(row: re.Match[bytes]) -> bytes:
        old = int(row[1])
        new = table + len(written) if old == page_at else old + shift if old > end else old
        return b"%010d 00000 n" % new

    closing = b"/ByteRange[0 %d %d %d]>>\nendobj\n" % (start - 1, moved, len(rest))
    bent = re.sub(rb"(\d{10}) 00000 n", led, written)
    return alone[: end + 1] + closing.ljust(table - end - 1) + bent + foreign + rest


def wrapped_by_shift(pdf: bytes, _: Forger) -> bytes:
    """The numbers of /ByteRange moved by what is injected into the gap."""
    start, end = contents_of(pdf, -1)
    number, page = first_page(pdf)
    foreign = b"\n%d 0 obj\n%b\nendobj\n" % (number, dictionary(page | {b"/Rotate": b"180"}))
    at = pdf.rindex(b"/ByteRange", 0, start)
    old = re.compile(rb"/ByteRange\[(\d+) (\d+) (\d+) (\d+)\]\s*").match(pdf, at)
    assert old is not None
    first, second, third, fourth = map(int, old.groups())
    new = (b"/ByteRange[%d %d %d %d]" % (first, second, third + len(foreign), fourth)).ljust(len(old[0]))
    return pdf[:at] + new + pdf[old.end() : end + 1] + foreign + pdf[end + 1 :]


def gap_widened(pdf: bytes, _: Forger) -> bytes:
    """White space between the digits and what follows, left out of the range."""
    start, end = contents_of(pdf, -1)
    return pdf[: end + 1] + b"    " + pdf[end + 1 :] if start else pdf


# -- cutting


def unsealed(pdf: bytes, _: Forger) -> bytes:
    return base_of(pdf)


def archive_cut(pdf: bytes, _: Forger) -> bytes:
    return seal_of(pdf)


def seal_left_out(pdf: bytes, _: Forger) -> bytes:
    """Base and archive without the seal's revision between."""
    ends = revision_ends(pdf)
    return pdf[: ends[0]] + pdf[ends[1] :]


def archive_doubled(pdf: bytes, _: Forger) -> bytes:
    return pdf + pdf[revision_ends(pdf)[1] :]


FILE_ATTACKS: dict[str, Attack] = {
    "a byte appended": byte_appended,
    "a comment and a second end appended": comment_appended,
    "another notice appended": notice_appended,
    "another notice put before": notice_before,
    "a byte before the header": bytes_before_header,
    "the end repeated over unsigned bytes": old_end_repeated,
    "header version changed": header_version_changed,
    "last byte cut": last_byte_cut,
    "cut in the middle": cut_in_the_middle,
    "text changed": text_changed,
    "saved anew by another program": saved_anew,
    "encrypted with an empty password": encrypted,
    "incremental saving: content replaced": page_content_replaced,
    "incremental saving: overlay": overlay,
    "incremental saving: overlay under an archive timestamp": overlay_under_archive,
    "incremental saving: overlay, then an archive timestamp": overlay_then_archive,
    "incremental saving: page added": page_added,
    "incremental saving: pages replaced": pages_replaced,
    "incremental saving: page turned": page_turned,
    "incremental saving: page cropped under an archive timestamp": page_cropped_under_archive,
    "incremental saving: body without table": body_without_table,
    "incremental saving: trailer without table": trailer_without_table,
    "shadow replace: font exchanged": font_exchanged,
    "metadata: another information by the trailer": information_by_trailer,
    "metadata: the same under an archive timestamp": information_by_trailer_under_archive,
    "metadata: information rewritten under an archive timestamp": information_rewritten_under_archive,
    "metadata: number changed": number_changed,
    "metadata: date changed": metadata_changed,
    "evil annotation: free text": _annotating(b"/Subtype/FreeText/Contents(2036)/DA(/Helv 20 Tf)"),
    "evil annotation: stamp": _annotating(b"/Subtype/Stamp/Name/Approved"),
    "evil annotation: highlight": _annotating(b"/Subtype/Highlight/C[1 1 0]/QuadPoints[60 600 540 600 60 300 540 300]"),
    "evil annotation: redaction": _annotating(b"/Subtype/Redact/IC[0 0 0]"),
    "evil annotation: link": _annotating(b"/Subtype/Link/A<</S/URI/URI(https://example.invalid)>>"),
    "evil annotation: ink": _annotating(b"/Subtype/Ink/InkList[[60 300 540 600]]"),
    "evil annotation: attached file": _annotating(b"/Subtype/FileAttachment"),
    "evil annotation: text field": _annotating(b"/Subtype/Widget/FT/Tx/T(date)/V(2036)/DA(/Helv 20 Tf)"),
    "evil annotation: free text under an archive timestamp": _annotating_under_archive(
        b"/Subtype/FreeText/Contents(2036)/DA(/Helv 20 Tf)"
    ),
    "evil annotation: popup under an archive timestamp": _annotating_under_archive(b"/Subtype/Popup/Open true"),
    "sneaky signature: empty field over the text": empty_field,
    "sneaky signature: visible document timestamp": visible_timestamp,
    "sneaky signature: document timestamp with an area": timestamp_with_area,
    "sneaky signature: document timestamp with an action": timestamp_with_action,
    "sneaky signature: document timestamp with a caption": timestamp_with_caption,
    "seal's field moved under an archive timestamp": field_of_the_seal_moved,
    "seal's look exchanged under an archive timestamp": look_of_the_seal_exchanged,
    "catalog: permissions removed": _catalog(Perms=None),
    "catalog: form removed": _catalog(AcroForm=None),
    "catalog: security store removed": _catalog(DSS=None),
    "catalog: script at opening": _catalog(OpenAction=b"<</S/JavaScript/JS(app.alert(1))>>"),
    "catalog: additional actions": _catalog(AA=b"<</WC<</S/JavaScript/JS(1)>>>>"),
    "catalog: names": _catalog(Names=b"<</EmbeddedFiles<</Names[]>>>>"),
    "catalog: layers": _catalog(OCProperties=b"<</OCGs[]/D<<>>>>"),
    "catalog: version": _catalog(Version=b"/2.0"),
    "catalog: permissions of usage rights": _catalog(Perms=b"<</UR3 1 0 R>>"),
    "catalog: script under an archive timestamp": _catalog_under_archive(OpenAction=b"<</S/JavaScript/JS(1)>>"),
    "catalog: look of fields left to the reader": look_left_to_the_reader,
    "catalog: page labels under an archive timestamp": _catalog_under_archive(PageLabels=b"<</Nums[0<</S/D/St 9>>]>>"),
    "table: empty revision": empty_revision,
    "table: page freed": object_freed,
    "table: page of a new generation": object_of_new_generation,
    "shadow hide-and-replace: the table bent to older bytes": table_bent,
    "table: leads in a circle": tables_in_a_circle,
    "table: leads past the seal": previous_table_skipped,
    "table: hybrid": hybrid_table,
    "table: object stream over the page": object_stream,
    "shadow hide: object in no table under an archive timestamp": hidden_object_under_archive,
    "shadow hide: unused object under an archive timestamp": unused_object_under_archive,
    "comment between objects under an archive timestamp": comment_under_archive,
    "encryption announced": encryption_announced,
    "signature wrapping: rest moved behind foreign objects": wrapped,
    "signature wrapping: range shifted": wrapped_by_shift,
    "signature wrapping: gap widened": gap_widened,
    "whole seal cut off": unsealed,
    "archive cut off": archive_cut,
    "seal's revision left out": seal_left_out,
    "archive revision twice": archive_doubled,
}
