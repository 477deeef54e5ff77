"""Seals a notice: PAdES as a certification signature that forbids every later change (DocMDP P=1), then archives it.

Two revisions are appended (ETSI EN 319 142-1, B-LTA): the seal with its timestamp, and the document security store
with a document timestamp over the whole file. Each result is read again by `self_check` before anyone gets it.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import NameOID

from esign.cades import certificates_of, most_bytes, most_token_bytes, sign_detached
from esign.errors import CertificateRevoked, RevocationUnavailable, SealingFailed, TimestampUnavailable
from esign.keys import RevocationData, Seal, Timestamper
from esign.origin import Origin, parse_origin
from esign.pdf_update import PdfFile, Prepared, Update, dictionary, entries_of, references_in, text_of
from esign.seal_drawing import Drawing
from esign.self_check import ARCHIVE_FIELD, SEAL_FIELD, chain_of, check_sealed
from esign.stamp import DIAMETER_MM

__all__ = ["Level", "extend_notice", "seal_notice"]

Level = Literal["B-B", "B-LTA"]

_SUBFILTER = b"/Filter/Adobe.PPKLite/SubFilter"
_DOCMDP = b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P 1>>>>]"
_VARIATION = 64  # bytes by which tokens of one authority differ: numbers, an ECDSA signature
_PRINT_AND_LOCKED = 132  # ISO 32000-2, 12.5.3


class _Observed:
    """A timestamper, and what its tokens of this notice showed: how much room they take, what they carry.

    Room and evidence are laid out before a token is asked for. The chain tells enough about most authorities; one that
    sends more is asked once again, with what was learned from its answer.
    """

    def __init__(self, timestamper: Timestamper) -> None:
        self._timestamper = timestamper
        self.room = most_token_bytes(timestamper.chain)
        self.certificates = dict.fromkeys(timestamper.chain)  # in order

    def timestamp(self, digest: bytes) -> bytes:
        token = self._timestamper.timestamp(digest)
        self.room = len(token) + _VARIATION
        self.certificates |= dict.fromkeys(certificates_of(token))
        return token


def seal_notice(pdf: bytes, seal: Seal, signing_time: datetime, code: str = "", *, level: Level = "B-LTA") -> bytes:
    """Seal a PDF from `render_notice`, which stays an untouched prefix; about 3 ms with a P-256 key.

    `signing_time` (with zone) is the claimed time, the timestamps use their authority's clock. `code` is the printed
    code's text, drawn at its place. B-B has no timestamp at all: it is pending until `extend_notice`.

    Raises `SealingFailed` when the PDF is not an unsealed notice of this seal's organisation, when a test seal meets a
    notice without the test mark, or when the result fails its check; `TimestampUnavailable`, `RevocationUnavailable`
    (B-LTA only) and `CertificateRevoked`. Synchronous: run it in a worker.
    """
    data = _revocation(seal, level)
    try:
        file = PdfFile(pdf)
        origin = _origin(file)
        _check_fit(origin, seal)
        timestamper = _Observed(seal.timestamper)
        sealed = _certify(file, origin, seal, signing_time, code, None if data is None else timestamper)
        if data is not None:
            sealed = _archive(sealed, timestamper, (seal.key.certificate, *seal.chain), data)
        roots = (seal.chain[-1], seal.timestamper.chain[-1])
        found = check_sealed(sealed, roots, roots)
    except (ValueError, LookupError, TypeError) as error:
        raise SealingFailed(f"the pdf cannot be sealed: {error}") from error
    wanted = 0 if level == "B-B" else 2  # timestamps
    if not sealed.startswith(pdf) or len(found.timestampers) != wanted:
        raise SealingFailed("the sealed file is not what was asked for")
    return sealed


def extend_notice(pdf: bytes, seal: Seal) -> bytes:
    """Append an archive timestamp to a sealed notice: lifts B-B to B-LTA, renews a B-LTA. Raises as `seal_notice`.

    `seal` gives timestamper and revocation source and need not be the one that stands on the notice. Renew before the
    certificate of the newest timestamp ends. Every byte so far is kept; a damaged file is refused.
    """
    try:
        found = check_sealed(pdf, seal.chain)
        chains = [chain_of(certificate, found.certificates) for certificate in (found.signer, *found.timestampers)]
        if found.archives:  # the rest has its evidence under the newest timestamp; only that one's own is still open
            chains = chains[-1:]
            data = _join(_welcome(seal, chains[0]), _timestamper_data(seal))
        else:
            data = _join(seal.revocation.data_for(*chains), _timestamper_data(seal))
        extended = _archive(
            pdf, _Observed(seal.timestamper), [certificate for chain in chains for certificate in chain], data
        )
        now = check_sealed(extended, ())
    except (ValueError, LookupError, TypeError) as error:
        raise SealingFailed(f"the notice cannot be extended: {error}") from error
    if not extended.startswith(pdf) or now.timestampers[:-1] != found.timestampers:
        raise SealingFailed("the extended file is not what was asked for")
    return extended


def _revocation(seal: Seal, level: Level) -> RevocationData | None:
    """Before anything is signed: nothing is sealed with a certificate that is known to be revoked."""
    own = (seal.key.certificate, *seal.chain)
    if level == "B-LTA":
        return _join(seal.revocation.data_for(own), _timestamper_data(seal))
    with suppress(RevocationUnavailable):
        seal.revocation.data_for(own)
    return None


def _timestamper_data(seal: Seal) -> RevocationData:
    """About who is to timestamp now; were that one revoked, no time could be had, but the seal would still be good."""
    try:
        return seal.revocation.data_for(seal.timestamper.chain)
    except CertificateRevoked as error:
        raise TimestampUnavailable("the timestamp authority's certificate is revoked") from error


def _welcome(seal: Seal, chain: tuple[bytes, ...]) -> RevocationData:
    """What is still to be had about an earlier timestamper: after its end its issuer may have no lists any more."""
    try:
        return seal.revocation.data_for(chain)
    except (RevocationUnavailable, CertificateRevoked):
        return RevocationData(crls=())


def _join(one: RevocationData, other: RevocationData) -> RevocationData:
    return RevocationData((*one.crls, *other.crls), (*one.ocsps, *other.ocsps))


def _origin(file: PdfFile) -> Origin:
    info = file.entries(references_in(file.trailer[b"/Info"])[0])
    keywords, title, author = (text_of(info.get(key, b"()")) for key in (b"/Keywords", b"/Title", b"/Author"))
    origin = parse_origin(keywords, title, author)
    if origin is None or len(file.tables) != 1 or b"/AcroForm" in file.entries(file.root):
        raise SealingFailed("not an unsealed notice from one of our templates")
    return origin


def _check_fit(origin: Origin, seal: Seal) -> None:
    if not origin.authority == seal.design.organisation == _organisation(seal.key.certificate):
        raise SealingFailed("the notice is issued by another authority than the one this seal belongs to")
    if seal.is_test and not origin.is_test:
        raise SealingFailed("a test seal may only stand on a notice that carries the test mark")


@lru_cache(maxsize=32)
def _organisation(certificate: bytes) -> str:
    names = x509.load_der_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(names[0].value) if names else ""


def _certify(
    file: PdfFile, origin: Origin, seal: Seal, signing_time: datetime, code: str, timestamper: _Observed | None
) -> bytes:
    """The base and the seal revision, signed, and timestamped by who is given."""
    update = Update(file)
    drawing = Drawing(file, update, seal.design)
    signature, field = update.reserve(), update.reserve()
    half = DIAMETER_MM / 2 * 72 / 25.4
    corners = (origin.seal_x - half, origin.seal_y - half, origin.seal_x + half, origin.seal_y + half)
    page = drawing.annotate(origin, field)
    widget = _widget(SEAL_FIELD, signature, page, corners) | {b"/AP": b"<</N %d 0 R>>" % drawing.appearance()}
    update.put(field, dictionary(widget))
    drawing.ride()
    if code:
        drawing.print_code(origin, code)
    drawing.finish()
    catalog = file.entries(file.root)
    catalog[b"/AcroForm"] = b"<</Fields[%d 0 R]/SigFlags 3>>" % field  # signed, and only ever to be appended to
    catalog[b"/Perms"] = b"<</DocMDP %d 0 R>>" % signature
    update.put(file.root, dictionary(catalog))
    claims = b"/Name<FEFF%b>/M(%b)" % (_hex(seal.design.organisation), _pdf_date(signing_time))
    entries = b"/Type/Sig%b/ETSI.CAdES.detached%b%b" % (_SUBFILTER, claims, _DOCMDP)
    others = seal.chain[:-1]
    for _ in range(2):
        room = most_bytes(seal.key, others, timestamper.room if timestamper else 0)
        prepared = update.prepare(signature, entries, room)
        timestamp = timestamper.timestamp if timestamper else None
        content_info = sign_detached(prepared.digest(), seal.key, others, timestamp)
        if len(content_info) <= room:
            break
    return prepared.complete(content_info)


def _archive(pdf: bytes, timestamper: _Observed, chain: Iterable[bytes], data: RevocationData) -> bytes:
    """One more revision: the evidence in the DSS, and a document timestamp over it and everything before.

    The evidence comes first, in the same revision, so that the last timestamp covers the whole file.
    """
    file = PdfFile(pdf)
    for _ in range(2):
        certificates = tuple(timestamper.certificates)
        prepared = _prepare_archive(file, timestamper.room, (*chain, *certificates), data)
        token = timestamper.timestamp(prepared.digest())
        if len(token) <= prepared.room and len(timestamper.certificates) == len(certificates):
            break
    return prepared.complete(token)


def _prepare_archive(file: PdfFile, room: int, certificates: Iterable[bytes], data: RevocationData) -> Prepared:
    update = Update(file)
    catalog = file.entries(file.root)
    form = entries_of(catalog[b"/AcroForm"])
    fields = references_in(form[b"/Fields"])
    signature, field = update.reserve(), update.reserve()
    page = file.pages()[0]
    update.put(field, dictionary(_widget(f"{ARCHIVE_FIELD}{len(fields)}", signature, page, (0, 0, 0, 0))))
    shown = file.entries(page)
    listed = references_in(shown.get(b"/Annots", b"[]"))
    update.put(page, dictionary(shown | {b"/Annots": _array((*listed, field))}))
    catalog[b"/AcroForm"] = dictionary(form | {b"/Fields": _array((*fields, field))})
    catalog[b"/DSS"] = b"%d 0 R" % _evidence(file, update, certificates, data)
    update.put(file.root, dictionary(catalog))
    return update.prepare(signature, b"/Type/DocTimeStamp%b/ETSI.RFC3161" % _SUBFILTER, room)


def _evidence(file: PdfFile, update: Update, certificates: Iterable[bytes], data: RevocationData) -> int:
    """The document security store (ETSI EN 319 142-1, 5.4.2): what was there, and what is new."""
    before = entries_of(file.resolve(file.entries(file.root).get(b"/DSS", b"<<>>")))
    store = {b"/Type": b"/DSS"}
    for key, values in ((b"/Certs", certificates), (b"/CRLs", data.crls), (b"/OCSPs", data.ocsps)):
        kept = {file.stream(number): number for number in references_in(before.get(key, b"[]"))}
        for value in values:
            if value not in kept:
                kept[value] = update.add_stream(value)
        if kept:
            store[key] = _array(kept.values())
    return update.add(dictionary(store))


def _widget(name: str, signature: int, page: int, corners: Iterable[float]) -> dict[bytes, bytes]:
    """A signature field that is its own widget (ISO 32000-2, 12.7.5.5)."""
    return {
        b"/Type": b"/Annot",
        b"/Subtype": b"/Widget",
        b"/FT": b"/Sig",
        b"/T": b"(%b)" % name.encode("ascii"),
        b"/V": b"%d 0 R" % signature,
        b"/F": b"%d" % _PRINT_AND_LOCKED,
        b"/P": b"%d 0 R" % page,
        b"/Rect": b"[%b]" % b" ".join(b"%.2f" % corner if corner else b"0" for corner in corners),
    }


def _array(numbers: Iterable[int]) -> bytes:
    return b"[%b]" % b" ".join(b"%d 0 R" % number for number in numbers)


def _hex(text: str) -> bytes:
    return text.encode("utf-16-be").hex().upper().encode("ascii")


def _pdf_date(moment: datetime) -> bytes:
    """ISO 32000-2, 7.9.4."""
    zone = f"{moment:%z}"
    if not zone:
        raise ValueError("the signing time knows no zone")
    return f"D:{moment:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'".encode("ascii")
