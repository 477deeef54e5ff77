"""How a sealed notice of ours is built, checked strictly: any other PDF, however well signed, is not one of ours.

One certification signature that allows no change, over the whole file, in the second and last revision; nothing
active inside. Only the form is judged here; keys, certificates and times in `verify`.
"""

from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from esign.cades import is_canonical
from esign.der import first_of
from esign.kinds import KINDS
from esign.origin import Origin
from esign.report import Finding

__all__ = ["FIELD", "check_profile"]

FIELD = "Seal1"
# a notice is to be read, not run: actions, scripts, attachments, forms beyond the seal, hidden layers (ISO 32000-2)
_ACTIVE_KEYS = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/OCProperties"}
_ACTIVE_TYPES = {"/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound"}


def check_profile(
    pdf: bytes, reader: PdfFileReader, signature: EmbeddedPdfSignature, origin: Origin | None
) -> Iterator[Finding]:
    """One finding for each rule that is broken; nothing when the form is ours."""
    kind = KINDS.get(origin.template) if origin else None
    if origin is None or kind is None:
        yield _broken("not_our_template", "文件不是由本系统的文书模板生成的")
    elif origin.title != f"{kind.title} {origin.number}":
        yield _broken("wrong_title", "文书的名称或编号与其模板不一致")
    if len(reader.embedded_signatures) != 1:
        yield _broken("several_signatures", "文件中的签名不止一个，而真实文书只有一个电子印章签名")
    if signature.fq_name != FIELD or signature.sig_object.get("/SubFilter") != SigSeedSubFilter.PADES.value:
        yield _broken("wrong_signature_kind", "签名不是本系统使用的电子印章签名格式（PAdES）")
    if not _certifies(reader, signature):
        yield _broken("not_certified", "签名没有禁止后续修改（缺少DocMDP P=1认证）")
    if reader.total_revisions != 2:
        yield _broken("later_revisions", "盖章之后文件又被改写或追加了内容")
    if not _covers_everything(pdf, signature):
        yield _broken("not_fully_covered", "电子印章没有覆盖整个文件：文件可能被追加、截断或改写")
    if not _is_well_formed(signature.pkcs7_content):
        yield _broken("signature_malformed", "签名数据不是本系统写出的形式")
    if active := _active_content(reader):
        yield _broken("active_content", f"文件中含有真实文书不会有的活动内容（{active}）")


def _broken(code: str, sentence: str) -> Finding:
    return Finding(code, "error", sentence)


def _certifies(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> bool:
    permissions = reader.root.get("/Perms", {})
    return "/DocMDP" in permissions and (
        permissions["/DocMDP"] is signature.sig_object and signature.docmdp_level == MDPPerm.NO_CHANGES
    )


def _covers_everything(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """ByteRange spans the file from first to last byte and leaves out exactly the upper-case hex of /Contents."""
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:
        return False
    start, before, after, rest = numbers
    if start != 0 or not 0 < before < after <= len(pdf) or after + rest != len(pdf):
        return False
    gap = pdf[before:after]
    contents = signature.pkcs7_content
    return gap == b"<" + contents.hex().upper().encode("ascii") + b">" and pdf.endswith(b"%%EOF\n")


def _is_well_formed(contents: bytes) -> bool:
    """The CMS in exactly our shape, then nothing but zeros: so not one byte of the file is free for anybody."""
    content_info, padding = first_of(contents)
    return is_canonical(content_info) and not any(padding)


def _active_content(reader: PdfFileReader) -> str:
    for revision in range(reader.total_revisions):
        for reference in reader.xrefs.explicit_refs_in_revision(revision):
            value = reader.get_object(reference)  # type: ignore[no-untyped-call]
            if found := _active_in(value):
                return found
    return ""


def _active_in(value: generic.PdfObject) -> str:
    """The first forbidden name inside one indirect object; references are followed by the caller's walk."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, generic.ArrayObject):
            waiting.extend(value.raw_get(index) for index in range(len(value)))
        elif isinstance(value, generic.DictionaryObject):
            if found := _ACTIVE_KEYS & value.keys():
                return min(found)
            if value.get("/S") in _ACTIVE_TYPES:
                return str(value["/S"])
            waiting.extend(value.raw_get(key) for key in value)
    return ""
