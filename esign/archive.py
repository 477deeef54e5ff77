"""What an archive revision of a notice may hold: certificates, revocation data and a document timestamp, nothing else.

Whoever can obtain a timestamp could otherwise append anything under it, so each object of the revision must be
explained (ETSI EN 319 142-1, 5.4-5.5: DSS and DocTimeStamp). What the evidence is worth is judged in `proof`.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from esign.structure import Revision

__all__ = ["Evidence", "UnexpectedChange", "check_archive_revision", "read_evidence"]

_FIELD_KEYS = {"/FT", "/T", "/V", "/Type", "/Subtype", "/Rect", "/F", "/P"}
_SIGNATURE_KEYS = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents"}
_STORE_KEYS = {"/Type", "/Certs", "/CRLs", "/OCSPs"}


class UnexpectedChange(ValueError):
    """The revision changes or adds something that an archive timestamp does not need."""


class Evidence(NamedTuple):
    """What document security stores hold, DER, without repetition."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


def check_archive_revision(reader: PdfFileReader, index: int, revision: Revision) -> None:
    """Raise `UnexpectedChange` unless revision `index` only adds evidence and one invisible document timestamp."""
    before, after = (reader.get_historical_resolver(number) for number in (index - 1, index))
    explained = set(_catalog(before, after, revision))
    field = _new_field(before, after)
    explained |= _timestamp_field(after, field)
    for number in revision.objects.keys() - explained:
        explained |= _page(before, after, number, field)
    explained |= _store(before, after)
    if odd := revision.objects.keys() - explained:
        raise UnexpectedChange(f"object {min(odd)}")


def read_evidence(reader: PdfFileReader) -> Evidence:
    """The evidence of the newest store; raises `UnexpectedChange` for anything in it that is not evidence."""
    return _read_store(reader.get_historical_resolver(reader.total_revisions - 1))


def _catalog(before: HistoricalResolver, after: HistoricalResolver, revision: Revision) -> Iterator[int]:
    old, new = before.root, after.root
    if old.keys() - new.keys() or not _same(old, new, new.keys() - {"/DSS", "/AcroForm"}):
        raise UnexpectedChange("catalog")
    yield revision.root
    old_form, new_form = old["/AcroForm"], new["/AcroForm"]
    if old_form.keys() != new_form.keys() or not _same(old_form, new_form, new_form.keys() - {"/Fields"}):
        raise UnexpectedChange("form")
    form = new.raw_get("/AcroForm")
    if isinstance(form, generic.IndirectObject):
        yield form.idnum


def _new_field(before: HistoricalResolver, after: HistoricalResolver) -> generic.IndirectObject:
    """The one reference that the form's list of fields gained at its end."""
    return _one_more(before.root["/AcroForm"]["/Fields"], after.root["/AcroForm"]["/Fields"], "form")


def _one_more(old: generic.ArrayObject, new: generic.ArrayObject, where: str) -> generic.IndirectObject:
    *kept, added = _raw(new)
    if list(map(_written, kept)) != list(map(_written, _raw(old))) or not isinstance(added, generic.IndirectObject):
        raise UnexpectedChange(where)
    return added


def _timestamp_field(after: HistoricalResolver, field: generic.IndirectObject) -> set[int]:
    """An invisible signature field, merged with its widget, and the timestamp in it."""
    entries = after.get_object(field.reference)
    value = entries.raw_get("/V")
    signature = after.get_object(value.reference)
    is_invisible = [float(number) for number in entries["/Rect"]] == [0.0] * 4
    if (
        entries.keys() - _FIELD_KEYS
        or entries["/FT"] != "/Sig"
        or not is_invisible
        or signature.keys() - _SIGNATURE_KEYS
        or (signature["/Type"], signature["/SubFilter"]) != ("/DocTimeStamp", "/ETSI.RFC3161")
    ):
        raise UnexpectedChange("timestamp field")
    return {field.idnum, value.idnum}


def _page(
    before: HistoricalResolver, after: HistoricalResolver, number: int, field: generic.IndirectObject
) -> set[int]:
    """A page may gain the field in its list of annotations."""
    reference = generic.Reference(number, 0)
    new = after.get_object(reference)
    if not isinstance(new, generic.DictionaryObject) or new.get("/Type") != "/Page":
        return set()
    old = before.get_object(reference)
    if old.keys() | {"/Annots"} != new.keys() or not _same(old, new, new.keys() - {"/Annots"}):
        raise UnexpectedChange("page")
    if _one_more(old.get("/Annots", generic.ArrayObject()), new["/Annots"], "page").idnum != field.idnum:
        raise UnexpectedChange("page")
    return {number}


def _store(before: HistoricalResolver, after: HistoricalResolver) -> set[int]:
    """The numbers of the store's own objects; an older store's evidence may not get lost."""
    old, new = _read_store(before), _read_store(after)
    if any(set(had) - set(has) for had, has in zip(old, new, strict=True)):
        raise UnexpectedChange("evidence lost")
    raw = after.root.raw_get("/DSS")
    numbers = {raw.idnum} if isinstance(raw, generic.IndirectObject) else set[int]()
    for key in _STORE_KEYS - {"/Type"}:
        numbers |= {reference.idnum for reference in _raw(after.root["/DSS"].get(key, generic.ArrayObject()))}
    return numbers


def _read_store(resolver: HistoricalResolver) -> Evidence:
    if "/DSS" not in resolver.root:
        return Evidence()
    store = resolver.root["/DSS"]
    if store.keys() - _STORE_KEYS:
        raise UnexpectedChange("security store")

    def streams(key: str) -> tuple[bytes, ...]:
        found: dict[bytes, None] = {}
        for reference in _raw(store.get(key, generic.ArrayObject())):
            stream = resolver.get_object(reference.reference)
            if not isinstance(stream, generic.StreamObject) or stream.keys() != {"/Length"}:
                raise UnexpectedChange("security store")
            found[stream.data] = None
        return tuple(found)

    evidence = Evidence(streams("/Certs"), streams("/CRLs"), streams("/OCSPs"))
    readers: tuple[Callable[[bytes], bytes], ...] = (
        lambda der: x509.load_der_x509_certificate(der).public_bytes(Encoding.DER),
        lambda der: x509.load_der_x509_crl(der).public_bytes(Encoding.DER),
        lambda der: ocsp.load_der_ocsp_response(der).public_bytes(Encoding.DER),
    )
    for values, read in zip(evidence, readers, strict=True):
        if any(read(value) != value for value in values):
            raise UnexpectedChange("security store")
    return evidence


def _raw(array: generic.ArrayObject) -> list[Any]:
    return [array.raw_get(index) for index in range(len(array))]


def _same(old: generic.DictionaryObject, new: generic.DictionaryObject, keys: set[str]) -> bool:
    """Whether these entries are written the same in both; references are compared, not followed."""
    return all(key in old and _written(old.raw_get(key)) == _written(new.raw_get(key)) for key in keys)


def _written(value: generic.PdfObject) -> bytes:
    output = BytesIO()
    value.write_to_stream(output, None)
    return output.getvalue()
