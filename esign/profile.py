"""How a sealed notice of ours is built, checked strictly: any other PDF, however well signed, is not one of ours.

The base document, one revision with a certification signature that allows no change, then only archive revisions; every
byte covered, nothing active inside. Only the form is judged here; keys, certificates and times in `proof`.
"""

import re
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from esign.archive import UnexpectedChange, check_archive_revision, read_evidence
from esign.cades import certificates_of, is_canonical
from esign.der import first_of
from esign.findings import found
from esign.kinds import KINDS
from esign.origin import Origin
from esign.proof import token_time
from esign.report import Finding
from esign.self_check import ARCHIVE_FIELD, SEAL_FIELD
from esign.structure import OddStructure, Revision, read_revisions

__all__ = ["active_content", "check_profile"]

_MOST_PADDING = 512  # bytes; without a timestamp `seal` keeps room for the signature alone
# a notice is to be read, not run: actions, scripts, attachments, forms beyond the seal, hidden layers (ISO 32000-2)
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/OCProperties"}
_SCRIPT_KEYS = {"/JS", "/JavaScript", "/XFA"}
_ACTIVE_TYPES = {"/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound"}
_NAME = re.compile(rb"/[^\x00\t\n\f\r /<>\[\](){}%]+")


def check_profile(
    pdf: bytes,
    reader: PdfFileReader,
    seal: EmbeddedPdfSignature,
    archives: list[EmbeddedPdfSignature],
    origin: Origin | None,
) -> Iterator[Finding]:
    """One finding for each rule that is broken; nothing when the form is ours.

    `seal` is the first signature of the file, `archives` its document timestamps, oldest first.
    """
    yield from _check_origin(origin)
    if len(reader.embedded_signatures) != 1 + len(archives):
        yield found("several_signatures")
    if seal.fq_name != SEAL_FIELD or seal.sig_object.get("/SubFilter") != SigSeedSubFilter.PADES.value:
        yield found("wrong_signature_kind")
    if not _certifies(reader, seal):
        yield found("not_certified")
    try:
        revisions = read_revisions(pdf)
    except OddStructure as odd:
        yield found("odd_structure", reason=odd)
        return
    yield from _check_revisions(pdf, reader, seal, archives, revisions)
    if what := _active_in_revisions(pdf, reader, revisions):
        yield found("active_content", what=what)


def _check_origin(origin: Origin | None) -> Iterator[Finding]:
    kind = KINDS.get(origin.template) if origin else None
    if origin is None or kind is None:
        yield found("not_our_template")
    elif origin.title != f"{kind.title} {origin.number}":
        yield found("wrong_title")


def _certifies(reader: PdfFileReader, seal: EmbeddedPdfSignature) -> bool:
    permissions = reader.root.get("/Perms", {})
    return "/DocMDP" in permissions and (
        permissions["/DocMDP"] is seal.sig_object and seal.docmdp_level == MDPPerm.NO_CHANGES
    )


def _check_revisions(
    pdf: bytes,
    reader: PdfFileReader,
    seal: EmbeddedPdfSignature,
    archives: list[EmbeddedPdfSignature],
    revisions: tuple[Revision, ...],
) -> Iterator[Finding]:
    """Base, seal, archives: each signature in its own revision, which it covers with all before it."""
    if len(revisions) != 2 + len(archives) or reader.total_revisions != len(revisions):
        yield found("later_revisions", reason=f"{len(revisions)} revisions")
        return
    signatures = [seal, *archives]
    if not all(_covers(pdf, one, revision.end) for one, revision in zip(signatures, revisions[1:], strict=True)):
        yield found("not_fully_covered")
    if not all(_is_well_formed(one.pkcs7_content) for one in signatures) or _lost_timestamp(seal):
        yield found("signature_malformed")
    if any(
        one.fq_name != f"{ARCHIVE_FIELD}{number}" or one.sig_object_type != "/DocTimeStamp"
        for number, one in enumerate(archives, 1)
    ):
        yield found("wrong_signature_kind")
    try:
        for index in range(2, len(revisions)):
            check_archive_revision(reader, index, revisions[index])
        kept = set(read_evidence(reader).certificates) if archives else set[bytes]()
    except UnexpectedChange as change:
        yield found("later_revisions", reason=change)
        return
    # something is missing or of another type: no archive revision of ours
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        yield found("later_revisions", reason=type(error).__name__)
        return
    # the certificates in the last token stand outside all signatures, but for what the store below it repeats
    if archives and not set(certificates_of(first_of(archives[-1].pkcs7_content)[0])) <= kept:
        yield found("signature_malformed")


def _covers(pdf: bytes, signature: EmbeddedPdfSignature, end: int) -> bool:
    """ByteRange spans the file from its first byte to `end` and leaves out exactly the upper-case hex of /Contents."""
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:
        return False
    start, before, after, rest = numbers
    if start != 0 or not 0 < before < after <= end or after + rest != end:
        return False
    gap = pdf[before:after]
    contents = signature.pkcs7_content
    return gap == b"<" + contents.hex().upper().encode("ascii") + b">" and pdf[:end].endswith(b"%%EOF\n")


def _is_well_formed(contents: bytes) -> bool:
    """A CMS that leaves nothing to choose, then nothing but zeros: so not one byte of the file is free for anybody."""
    content_info, padding = first_of(contents)
    return is_canonical(content_info) and not any(padding)


def _lost_timestamp(seal: EmbeddedPdfSignature) -> bool:
    """Whether the room for the seal's CMS, which is signed, was measured for a timestamp that is not there."""
    _, padding = first_of(seal.pkcs7_content)
    return len(padding) > _MOST_PADDING and token_time(seal) is None


def _active_in_revisions(pdf: bytes, reader: PdfFileReader, revisions: tuple[Revision, ...]) -> str:
    """As `active_content`, but objects without a suspicious name in their bytes are not parsed: that takes longest."""
    suspicious = {name[1:].encode("ascii") for name in _ACTIVE_KEYS | _ACTIVE_TYPES}
    for index, revision in enumerate(revisions):
        for number, (start, end) in revision.objects.items():
            stream = pdf.find(b">>\nstream\n", start, end)
            names = _NAME.findall(pdf, start, end if stream < 0 else stream)
            if any(name[1:] in suspicious or b"#" in name for name in names):
                value = reader.get_object(generic.Reference(number, 0), index)  # type: ignore[no-untyped-call]
                if what := _active_in(value, _ACTIVE_KEYS):
                    return what
    return ""


def active_content(reader: PdfFileReader) -> str:
    """The first script or action found in any revision of any PDF that could change what is shown, or ""."""
    for revision in range(reader.total_revisions):
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            value = reader.get_object(reference, revision)  # type: ignore[no-untyped-call]
            if what := _active_in(value, _SCRIPT_KEYS):
                return what
    return ""


def _active_in(value: generic.PdfObject, forbidden: set[str]) -> str:
    """The first forbidden key or action inside one indirect object; references are followed by the caller's walk."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, generic.ArrayObject):
            waiting.extend(value.raw_get(index) for index in range(len(value)))
        elif isinstance(value, generic.DictionaryObject):
            if keys := forbidden & value.keys():
                return min(keys)
            if "/S" in value and value.raw_get("/S") in _ACTIVE_TYPES:
                return str(value["/S"])
            waiting.extend(value.raw_get(key) for key in value)
    return ""
