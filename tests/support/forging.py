"""What a forger can do to a sealed notice without its key: cut revisions off, write others, ask a public timestamper.

Tools only; the attacks that are made of them are in `manipulations`. Written apart from the sealing code, but for its
reader of plain PDF objects.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from esign import Seal
from esign.der import content_of, first_of, sequence, split, tlv
from esign.pdf_update import PdfFile, dictionary, entries_of, references_in

_ROOM = 6000  # bytes kept for a token


@dataclass(frozen=True)
class Forger:
    """What the attacker has beside the notice itself."""

    other: bytes  # another genuine notice of the same authority, B-LTA
    timestamp: Callable[[bytes], bytes]  # the genuine time authority answers anyone
    seal: Seal  # of a self-made authority: every name in it as in the genuine one


def revision_ends(pdf: bytes) -> list[int]:
    """Where each revision ends, its line feed included."""
    return [found.end() for found in re.finditer(rb"startxref\n\d+\n%%EOF\n?", pdf)]


def base_of(pdf: bytes) -> bytes:
    """The notice before it was sealed."""
    return pdf[: revision_ends(pdf)[0]].removesuffix(b"\n")


def seal_of(pdf: bytes) -> bytes:
    """Base and seal revision, the archive cut off."""
    return pdf[: revision_ends(pdf)[1]]


def append(pdf: bytes, objects: Mapping[int, bytes], *, between: bytes = b"", **trailer: bytes) -> bytes:
    """One more revision with these objects; `between` stands before its table; trailer entries may be replaced."""
    file = PdfFile(pdf)
    out, offsets = bytearray(pdf), dict[int, int]()
    for number, value in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, value)
    out += between
    table = len(out)
    entries = file.trailer | {
        b"/Size": b"%d" % max(file.size, *(number + 1 for number in objects)),
        b"/Prev": re.findall(rb"startxref\n(\d+)\n", pdf)[-1],
    }
    entries |= {b"/" + name.encode("ascii"): value for name, value in trailer.items()}
    rows = b"".join(b"%d 1\n%010d 00000 n\r\n" % entry for entry in offsets.items())
    out += b"xref\n%btrailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (rows, dictionary(entries), table)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object's value."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def catalog_with(pdf: bytes, **changes: bytes | None) -> dict[int, bytes]:
    """The catalog, rewritten: an entry given None is dropped."""
    file = PdfFile(pdf)
    entries = file.entries(file.root)
    for name, value in changes.items():
        key = b"/" + name.encode("ascii")
        if value is None:
            entries.pop(key, None)
        else:
            entries[key] = value
    return {file.root: dictionary(entries)}


def first_page(pdf: bytes) -> tuple[int, dict[bytes, bytes]]:
    """Object number and entries of page one."""
    file = PdfFile(pdf)
    number = file.pages()[0]
    return number, file.entries(number)


def archive(
    pdf: bytes,
    evidence_of: bytes,
    timestamp: Callable[[bytes], bytes],
    *,
    objects: Mapping[int, bytes] | None = None,
    field: Mapping[bytes, bytes] | None = None,
    store: Callable[[dict[bytes, bytes]], None] | None = None,
    between: bytes = b"",
    **catalog: bytes,
) -> bytes:
    """The revision that a genuine archive has, evidence copied from another file; and whatever the forger adds to it.

    `objects` are further ones (or replace), `field` entries of the timestamp's field, `store` may change the DSS.
    """
    file, source = PdfFile(pdf), PdfFile(evidence_of)
    made: dict[int, bytes] = {}
    number = max([file.size, *(each + 1 for each in objects or ())])

    def add(value: bytes) -> int:
        nonlocal number
        made[number] = value
        number += 1
        return number - 1

    dss = entries_of(source.resolve(source.entries(source.root)[b"/DSS"]))
    kept = {b"/Type": b"/DSS"}
    for key in dss.keys() - {b"/Type"}:
        copies = [add(stream(source.stream(each))) for each in references_in(dss[key])]
        kept[key] = b"[%b]" % b" ".join(b"%d 0 R" % each for each in copies)
    if store is not None:
        store(kept)
    entries = file.entries(file.root)
    form = entries_of(entries[b"/AcroForm"])
    fields = references_in(form[b"/Fields"])
    signature = add(b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange%b/Contents<%b>>>")
    page, page_entries = first_page(pdf)
    widget = {b"/Type": b"/Annot", b"/Subtype": b"/Widget", b"/FT": b"/Sig", b"/T": b"(Archive%d)" % len(fields)}
    widget |= {b"/V": b"%d 0 R" % signature, b"/F": b"132", b"/P": b"%d 0 R" % page, b"/Rect": b"[0 0 0 0]"}
    number_of_field = add(dictionary(widget | dict(field or {})))
    annotations = (*references_in(page_entries.get(b"/Annots", b"[]")), number_of_field)
    made[page] = dictionary(page_entries | {b"/Annots": b"[%b]" % b" ".join(b"%d 0 R" % n for n in annotations)})
    form[b"/Fields"] = b"[%b]" % b" ".join(b"%d 0 R" % each for each in (*fields, number_of_field))
    entries |= {b"/AcroForm": dictionary(form), b"/DSS": b"%d 0 R" % add(dictionary(kept))}
    made[file.root] = dictionary(entries | {b"/" + key.encode("ascii"): value for key, value in catalog.items()})
    made |= objects or {}
    made[signature] = made[signature] % (b" " * 40, b"0" * 2 * _ROOM)
    return _timestamped(append(pdf, made, between=between), timestamp)


def _timestamped(pdf: bytes, timestamp: Callable[[bytes], bytes]) -> bytes:
    """Fill in the last signature, which is still empty."""
    start = pdf.rindex(b"/Contents<") + 9
    end = pdf.index(b">", start) + 1
    at = pdf.rindex(b"/ByteRange", 0, start) + 10
    numbers = (b"[0 %d %d %d]" % (start, end, len(pdf) - end)).ljust(40)
    pdf = pdf[:at] + numbers + pdf[at + 40 :]
    token = timestamp(hashlib.sha256(pdf[:start] + pdf[end:]).digest())
    return pdf[: start + 1] + token.hex().upper().encode("ascii").ljust(2 * _ROOM, b"0") + pdf[end - 1 :]


def contents_of(pdf: bytes, index: int = 0) -> tuple[int, int]:
    """Where the hex digits of a signature's /Contents are; 0 is the seal, -1 the newest archive."""
    found = list(re.finditer(rb"/Contents ?<([0-9A-Fa-f]{2000,})>", pdf))[index]
    return found.start(1), found.end(1)


def with_contents(pdf: bytes, change: Callable[[bytes], bytes], index: int = 0) -> bytes:
    """Exchange the hex digits of /Contents, keeping their number."""
    start, end = contents_of(pdf, index)
    digits = change(pdf[start:end])
    if len(digits) > end - start:
        raise ValueError("does not fit")
    return pdf[:start] + digits.ljust(end - start, b"0") + pdf[end:]


def with_cms(pdf: bytes, change: Callable[[bytes], bytes], index: int = 0) -> bytes:
    """Exchange the ContentInfo (DER) of a signature."""

    def changed(digits: bytes) -> bytes:
        content_info, _ = first_of(bytes.fromhex(digits.decode("ascii")))
        return change(content_info).hex().upper().encode("ascii")

    return with_contents(pdf, changed, index)


def signed_data(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """A change of the parts of SignedData: version, algorithms, content, certificates, signers."""

    def changed(content_info: bytes) -> bytes:
        kind, wrapped = split(content_of(content_info))
        return sequence(kind, tlv(0xA0, sequence(*change(split(content_of(content_of(wrapped)))))))

    return changed


def signer(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """A change of the parts of the only SignerInfo: version, id, digest, attributes, algorithm, value, unsigned."""

    def changed(parts: list[bytes]) -> list[bytes]:
        return [*parts[:-1], tlv(0x31, sequence(*change(split(content_of(content_of(parts[-1]))))))]

    return signed_data(changed)


def signer_parts(pdf: bytes, index: int = 0) -> list[bytes]:
    """The parts of a signature's only SignerInfo."""
    found: list[list[bytes]] = []

    def keep(parts: list[bytes]) -> list[bytes]:
        found.append(parts)
        return parts

    with_cms(pdf, signer(keep), index)
    return found[0]
