"""The OFD twin of a notice: the pages of its PDF, drawn anew as OFD and sealed under national cryptography.

The twin carries the digest of the PDF it was made from. Its list of signatures is itself protected, so no further seal
can be added; each part but the signature's own two is under the seal. Checked with `verify_ofd` before it is returned.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import IndirectObject

from esign.keys import Timestamper
from esign.national.errors import OfdFailed
from esign.national.ofd_drawing import MM, PageArt, Picture, draw, number
from esign.national.ofd_fonts import PageFont, read_font
from esign.national.ofd_package import DocumentInfo, Page, document_parts, pack, xml
from esign.national.ofd_verify import verify_ofd
from esign.national.seals import NationalSeal
from esign.national.ses import sign_with_seal
from esign.national.sm import SM2_WITH_SM3, SM3, sm3
from esign.origin import Origin, parse_origin
from esign.printcode import draw_code
from esign.stamp import DIAMETER_MM, riding_slice

__all__ = ["write_notice_ofd"]

_SIGNS = "/Doc_0/Signs"
_SIGN = f"{_SIGNS}/Sign_0"
_HALF = DIAMETER_MM / 2
_CHINA = timezone(timedelta(hours=8))


def write_notice_ofd(
    base_pdf: bytes,
    seal: NationalSeal,
    signing_time: datetime,
    *,
    code: str = "",
    timestamper: Timestamper | None = None,
) -> bytes:
    """The sealed OFD of a notice as `render_notice` made it; `code` is drawn at the place that the notice leaves.

    `timestamper` attests the time of the signature (RFC 3161 over its SHA-256). Raises `OfdFailed` when the PDF is not
    an unsealed notice of this seal's organisation, when a test seal meets a notice without the test mark, when the
    pages cannot be shown the same way or the result does not verify; `SmUnavailable`, `TimestampUnavailable`.
    """
    try:
        reader = PdfReader(BytesIO(base_pdf), strict=True)
        origin = _origin(reader)
        _check_fit(reader, origin, seal)
        art = PageArt()
        pages = _pages(reader, origin, art, code)
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise OfdFailed(f"the pdf cannot be read: {error}") from error
    digest = hashlib.sha256(base_pdf)
    info = DocumentInfo(
        document_id=digest.hexdigest()[:32],
        title=origin.title,
        author=origin.authority,
        created_on=signing_time.astimezone(_CHINA).date(),
        custom={"notice_number": origin.number, "template": origin.template, "base_sha256": digest.hexdigest()},
        signatures=f"{_SIGNS}/Signatures.xml",
    )
    parts, page_ids = document_parts(info, pages, art)
    _sign(parts, _stamps(origin, pages, page_ids), seal, signing_time, timestamper)
    ofd = pack(parts, signing_time.astimezone(_CHINA))
    roots = [seal.roots_pem, *([timestamper.chain[-1]] if timestamper else [])]
    report = verify_ofd(ofd, roots, now=max(signing_time, datetime.now(UTC)))
    if report.verdict != "valid":
        raise OfdFailed(", ".join(finding.code for finding in report.findings if finding.severity != "ok"))
    return ofd


def _origin(reader: PdfReader) -> Origin:
    said: Mapping[str, Any] = reader.metadata or {}
    origin = parse_origin(*(str(said.get(f"/{name}", "")) for name in ("Keywords", "Title", "Author")))
    if origin is None:
        raise OfdFailed("not a notice from one of our templates")
    return origin


def _check_fit(reader: PdfReader, origin: Origin, seal: NationalSeal) -> None:
    if "/AcroForm" in reader.root_object:
        raise OfdFailed("the twin is made from the notice before it is sealed")
    if origin.authority != seal.design.organisation:
        raise OfdFailed("the notice is issued by another authority than the one this seal belongs to")
    if seal.is_test and not origin.is_test:
        raise OfdFailed("a test seal may only stand on a notice that carries the test mark")


def _pages(reader: PdfReader, origin: Origin, art: PageArt, code: str) -> list[Page]:
    fonts: dict[int, PageFont] = {}
    pages = []
    for index, page in enumerate(reader.pages):
        left, bottom, right, top = (float(edge) for edge in page.mediabox)
        base = (MM, 0.0, 0.0, -MM, -left * MM, top * MM)
        resources: Mapping[str, Any] = page["/Resources"].get_object()  # type: ignore[assignment]
        named = {str(name): _font(reference, fonts) for name, reference in resources.get("/Font", {}).items()}
        pictures = {str(name): _picture(stream.get_object()) for name, stream in resources.get("/XObject", {}).items()}
        contents = page.get_contents()
        objects = draw(contents.get_data() if contents is not None else b"", base, art, named, pictures)
        if code and index + 1 == origin.code_page:
            objects += _code(origin, code, top, art)
        pages.append(Page((right - left) * MM, (top - bottom) * MM, objects))
    if code and not origin.code_page:
        raise OfdFailed("the notice leaves no place for a printed code")
    return pages


def _font(reference: Any, known: dict[int, PageFont]) -> PageFont:
    """Pages share their fonts: each is read once."""
    key = reference.idnum if isinstance(reference, IndirectObject) else id(reference)
    if key not in known:
        known[key] = read_font(reference.get_object())
    return known[key]


def _picture(stream: Any) -> Picture:
    """An image of the PDF: a JPEG as it is, anything else as PNG."""
    if stream.get("/Filter") == "/DCTDecode" and "/SMask" not in stream:
        return Picture(stream._data, "jpg")
    written = BytesIO()
    stream.decode_as_image().save(written, "PNG")
    return Picture(written.getvalue(), "png")


def _code(origin: Origin, code: str, top: float, art: PageArt) -> str:
    drawn = draw_code(code)
    module = origin.code_size / drawn.modules * MM
    return draw(drawn.operators, (module, 0, 0, -module, origin.code_x * MM, (top - origin.code_y) * MM), art)


def _stamps(origin: Origin, pages: list[Page], page_ids: list[int]) -> str:
    """The stamp over the date, and its riding slices at the right edges of several pages (StampAnnot with Clip)."""
    page = pages[origin.seal_page - 1]
    placed = [
        (page_ids[origin.seal_page - 1], origin.seal_x * MM - _HALF, page.height - origin.seal_y * MM - _HALF, "")
    ]
    for index, page in enumerate(pages if len(pages) > 1 else []):
        begin, end = (edge * MM + _HALF for edge in riding_slice(index, len(pages)))
        clip = f' Clip="{number(begin)} 0 {number(end - begin)} {number(DIAMETER_MM)}"'
        placed.append((page_ids[index], page.width - end, page.height / 2 - _HALF, clip))
    return "".join(
        f'<ofd:StampAnnot ID="s{serial:03d}" PageRef="{page_id}" '
        f'Boundary="{number(x)} {number(y)} {number(DIAMETER_MM)} {number(DIAMETER_MM)}"{clip}/>'
        for serial, (page_id, x, y, clip) in enumerate(placed, 2)
    )


def _sign(
    parts: dict[str, bytes],
    stamps: str,
    seal: NationalSeal,
    signing_time: datetime,
    timestamper: Timestamper | None,
) -> None:
    """Add the four parts of the signature (GB/T 33190-2016, clause 18); the list of signatures is under the seal."""
    last = 1 + stamps.count("<ofd:StampAnnot ")
    listed = f'<ofd:Signature ID="s001" Type="Seal" BaseLoc="{_SIGN}/Signature.xml"/>'
    parts[f"{_SIGNS}/Signatures.xml"[1:]] = xml("Signatures", f"<ofd:MaxSignId>s{last:03d}</ofd:MaxSignId>{listed}")
    parts[f"{_SIGN}/Seal.esl"[1:]] = seal.esl
    references = "".join(
        f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{base64.b64encode(sm3(data)).decode()}</ofd:CheckValue>'
        "</ofd:Reference>"
        for name, data in parts.items()
    )
    signature = xml(
        "Signature",
        '<ofd:SignedInfo><ofd:Provider ProviderName="CloudWindow" Company="CloudWindow" Version="1.0"/>'
        f"<ofd:SignatureMethod>{SM2_WITH_SM3}</ofd:SignatureMethod>"
        f"<ofd:SignatureDateTime>{signing_time.astimezone(UTC):%Y%m%d%H%M%SZ}</ofd:SignatureDateTime>"
        f'<ofd:References CheckMethod="{SM3}">{references}</ofd:References>{stamps}'
        f"<ofd:Seal><ofd:BaseLoc>{_SIGN}/Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>"
        f"<ofd:SignedValue>{_SIGN}/SignedValue.dat</ofd:SignedValue>",
    )
    attest = None if timestamper is None else lambda value: timestamper.timestamp(hashlib.sha256(value).digest())
    parts[f"{_SIGN}/Signature.xml"[1:]] = signature
    parts[f"{_SIGN}/SignedValue.dat"[1:]] = sign_with_seal(
        seal.esl, seal.key, seal.certificate, signature, f"{_SIGN}/Signature.xml", signing_time, attest
    )
