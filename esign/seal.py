"""Seals a notice: PAdES-B-T as a certification signature that forbids every later change (DocMDP P=1).

pyHanko's PDF layer writes the incremental update; the CMS comes from `cades`, the visible stamp from `stamp`. Each
sealed file is verified here before anyone gets it.
"""

import secrets
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from esign.cades import sign_detached
from esign.errors import SealingFailed
from esign.keys import Seal
from esign.origin import Origin, read_origin
from esign.profile import FIELD
from esign.stamp import DIAMETER_MM, StampDesign, seal_operators
from esign.verify import verify_notice

__all__ = ["seal_notice"]

# Hex digits kept free for the CMS. A fixed size: with ECDSA the length of a signature varies by a few bytes.
_RESERVED = 8192


def seal_notice(pdf: bytes, seal: Seal, signing_time: datetime) -> bytes:
    """Seal a PDF from `render_notice`; `signing_time` (with zone) is the claimed time, the timestamp uses the clock.

    Raises `SealingFailed` when the PDF is not an unsealed notice of this seal's organisation, when a test seal meets a
    notice without the test mark, or when the result does not verify. Synchronous: run it in a worker.
    """
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        origin = read_origin(writer.prev)
        if origin is None or "/AcroForm" in writer.root:
            raise SealingFailed("not an unsealed notice from one of our templates")
        _check_fit(origin, seal)
        sealed = _certify(writer, origin, seal, signing_time)
    except (PdfError, ValueError, LookupError, TypeError) as error:
        raise SealingFailed(f"the pdf cannot be sealed: {error}") from error
    report = verify_notice(sealed, [seal.root_pem])
    if report.verdict != "valid":
        codes = ", ".join(finding.code for finding in report.findings if finding.severity == "error")
        raise SealingFailed(f"the sealed file does not verify: {codes}")
    return sealed


def _check_fit(origin: Origin, seal: Seal) -> None:
    if origin.authority != seal.design.organisation:
        raise SealingFailed("the notice is issued by another authority than the one this seal belongs to")
    if seal.is_test and not origin.is_test:
        raise SealingFailed("a test seal may only stand on a notice that carries the test mark")


def _certify(writer: IncrementalPdfFileWriter, origin: Origin, seal: Seal, signing_time: datetime) -> bytes:
    half = DIAMETER_MM / 2 * 72 / 25.4
    box = (origin.seal_x - half, origin.seal_y - half, origin.seal_x + half, origin.seal_y + half)
    spec = SigFieldSpec(FIELD, on_page=origin.seal_page - 1, box=box)  # type: ignore[arg-type]  # fractions are fine
    # steps of PdfCMSEmbedder: field -> signature dictionary -> digest -> CMS
    steps = PdfCMSEmbedder(new_field_spec=spec).write_cms(FIELD, writer)
    field = next(steps).get_object()
    field["/AP"] = _dictionary(N=_appearance(writer, seal.design))
    placeholder = SignatureObject(
        timestamp=signing_time,
        subfilter=SigSeedSubFilter.PADES,
        name=seal.design.organisation,
        bytes_reserved=_RESERVED,
    )
    certify = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=certify))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    content_info = sign_detached(
        prepared.document_digest, seal.key, seal.timestamper, datetime.now(UTC), secrets.randbits(128)
    )
    steps.send(content_info)
    sealed: bytes = output.getvalue()
    return sealed


def _appearance(writer: IncrementalPdfFileWriter, design: StampDesign) -> Any:
    """The stamp as the field's appearance: painted as one group, the group multiplied onto the page.

    Blended stroke by stroke the letters' fill and outline would darken each other (ISO 32000-2, 11.6.6); and were the
    outer form a group too, Multiply would end inside it and not reach the date below.
    """
    middle = DIAMETER_MM / 2 * 72 / 25.4
    centred = b"1 0 0 1 %.4f %.4f cm\n%b" % (middle, middle, seal_operators(design))
    group = _dictionary(Type="/Group", S="/Transparency", I=True, CS="/DeviceRGB")
    stamp = _form(writer, centred, Group=group)
    state = _dictionary(Type="/ExtGState", BM="/Multiply")
    resources = _dictionary(ExtGState=_dictionary(Multiply=state), XObject=_dictionary(Stamp=stamp))
    return _form(writer, b"/Multiply gs /Stamp Do", Resources=resources)


def _form(writer: IncrementalPdfFileWriter, operators: bytes, **entries: Any) -> Any:
    size = DIAMETER_MM * 72 / 25.4
    box = generic.ArrayObject([generic.FloatObject(number) for number in (0, 0, size, size)])  # type: ignore[no-untyped-call]
    stream = generic.StreamObject(
        _dictionary(Type="/XObject", Subtype="/Form", BBox=box, **entries), stream_data=operators
    )
    stream.compress()  # type: ignore[no-untyped-call]
    return writer.add_object(stream)


def _dictionary(**entries: Any) -> generic.DictionaryObject:
    """A PDF dictionary; texts become names."""

    def value_of(value: Any) -> Any:
        if isinstance(value, bool):
            return generic.BooleanObject(value)  # type: ignore[no-untyped-call]
        return pdf_name(value) if isinstance(value, str) else value

    made = {pdf_name(f"/{name}"): value_of(value) for name, value in entries.items()}
    return generic.DictionaryObject(made)  # type: ignore[no-untyped-call]
