"""Other people's signed files, as citizens bring them: any PDF (general check) or OFD, in three values.

Careful on purpose: what programs may show in different ways, what was added after a signature, and whoever is not
trusted here leaves a file unjudged; only damage and forgery are called invalid. Our own notices are judged by `verify`.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.diff_analysis.policy_api import DiffResult
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from esign.archive import Evidence
from esign.der import first_of
from esign.findings import found
from esign.kinds import KINDS
from esign.national import verify_ofd
from esign.origin import read_origin
from esign.profile import active_content
from esign.proof import Trust, finish, generated, is_good, timestamp_counts, token_time
from esign.report import Finding, Report, SignatureFound, verdict_of
from esign.verify import LARGEST_FILE, read_roots, subject_field, unjudged, verify_notice

__all__ = ["verify_upload"]

_ZIP = b"PK\x03\x04"  # an OFD is a ZIP container (GB/T 33190)
_INDEFINITE = b"\x30\x80"  # X.690, 8.1.3.6
_MOST_SIGNATURES = 32
_MOST_OBJECTS = 20_000
_WHOLE = {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}


def verify_upload(data: bytes, trust_roots: Sequence[bytes], now: datetime | None = None) -> Report:
    """Judge any file; `trust_roots` are PEM certificates of the issuers accepted here, `now` as in `verify_notice`.

    Never raises for what is in the file. A PDF that says it is a notice of ours must be one in every respect. Seconds
    for a hostile file: run it in a limited process (`python -m esign verify --limited`).
    """
    if not data:
        return unjudged("empty_file")
    if len(data) > LARGEST_FILE:
        return unjudged("too_large", limit=LARGEST_FILE // 2**20)
    if data.startswith(_ZIP):
        return verify_ofd(data, trust_roots, now)
    if b"%PDF-" not in data[:1024]:
        return unjudged("unknown_format")
    reason = ""
    for is_strict in (True, False):  # by the letter of the format, or else as most programs would somehow read it
        try:
            return _judge(data, trust_roots, now or datetime.now(UTC), is_strict=is_strict)
        except MemoryError:
            return unjudged("took_too_long")
        # as in `verify_notice`: hostile files make the libraries raise anything, and the answer is always the same
        except Exception as error:  # noqa: BLE001
            reason = type(error).__name__
    return unjudged("unreadable", reason=reason)


def _judge(data: bytes, trust_roots: Sequence[bytes], now: datetime, *, is_strict: bool) -> Report:
    reader = PdfFileReader(BytesIO(data), strict=is_strict)
    if reader.encrypted:
        return unjudged("encrypted")
    origin = read_origin(reader)
    if origin is not None and origin.template in KINDS:
        return verify_notice(data, trust_roots, now)
    if reader.xrefs.hybrid_xrefs_present:
        return unjudged("hybrid_xref")
    signatures = reader.embedded_signatures
    if not signatures:
        return unjudged("no_signature")
    if len(signatures) > _MOST_SIGNATURES or _count_objects(reader) > _MOST_OBJECTS:
        return unjudged("too_complex")
    judged = list(_judge_each(reader, signatures, Trust(read_roots(trust_roots), _evidence(reader)), now))
    findings = [finding for _, each in judged for finding in each]
    findings += _judge_file(data, reader, signatures, is_strict=is_strict)
    signers = [one for one, _ in judged if one.kind != "timestamp"]
    return Report(
        verdict=verdict_of(findings),
        findings=tuple(findings),
        signer=signers[0].signer if signers else None,
        signing_time=signers[0].signing_time if signers else None,
        timestamp_time=signers[0].timestamp_time if signers else None,
        file_kind="pdf",
        signatures=tuple(one for one, _ in judged),
    )


def _count_objects(reader: PdfFileReader) -> int:
    return sum(len(set(reader.xrefs.explicit_refs_in_revision(index))) for index in range(reader.total_revisions))


def _evidence(reader: PdfFileReader) -> Evidence:
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Evidence()
    return Evidence(
        tuple(certificate.dump() for certificate in store.load_certs()),
        tuple(reference.get_object().data for reference in store.crls),
        tuple(reference.get_object().data for reference in store.ocsps),
    )


def _judge_file(
    data: bytes, reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature], *, is_strict: bool
) -> Iterator[Finding]:
    """What concerns the file as a whole; the signatures have been judged before."""
    if all(signature.sig_object_type == "/DocTimeStamp" for signature in signatures):
        yield found("timestamp_only")
    last = signatures[-1]
    if last.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        is_newest = last.signed_revision == reader.total_revisions - 1
        is_appended = is_newest and data[sum(map(int, list(last.byte_range)[2:])) :].strip()
        yield found("bytes_after_end" if is_appended else "uncovered_end")
    if not is_strict:
        yield found("lenient_only")
    if what := active_content(reader):
        yield found("runs_code", what=what)


def _judge_each(
    reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature], trust: Trust, now: datetime
) -> Iterator[tuple[SignatureFound, list[Finding]]]:
    """Each signature with its findings. What is newer proves until when what is older existed."""
    until, results = now, []
    for signature in reversed(signatures):
        if signature.sig_object_type == "/DocTimeStamp":
            one, findings = _judge_timestamp(reader, signature, trust, until)
            if one.verdict == "valid" and one.timestamp_time is not None:
                until = one.timestamp_time
        else:
            one, findings = _judge_signature(reader, signature, trust, until)
        results.append((one, findings))
    yield from reversed(results)


def _judge_timestamp(
    reader: PdfFileReader, signature: EmbeddedPdfSignature, trust: Trust, until: datetime
) -> tuple[SignatureFound, list[Finding]]:
    moment, field = generated(signature.signed_data), signature.fq_name
    status = finish(async_validate_pdf_timestamp(signature, trust.context(moment, "hard-fail")))
    findings = list(_judge_changes(reader, signature))
    if not (status.intact and status.valid):
        findings.append(found("signature_broken", field=field))
    elif status.revoked:
        findings.append(found("signer_revoked", field=field))
    elif not timestamp_counts(status, trust, until):
        findings.append(found("signer_unknown", field=field))
    return _described(signature, "timestamp", findings, moment), findings


def _judge_signature(
    reader: PdfFileReader, signature: EmbeddedPdfSignature, trust: Trust, until: datetime
) -> tuple[SignatureFound, list[Finding]]:
    attested = token_time(signature)
    status = _validated(signature, trust, attested or until)
    if attested is not None and not _attests(status, trust, until):
        attested = None
        status = _validated(signature, trust, until)
    findings = list(_judge_changes(reader, signature))
    findings += _judge_signer(signature, status, trust, attested or until)
    if all(finding.severity == "ok" for finding in findings):
        findings.append(found("signature_valid", field=signature.fq_name))
    kind: Literal["certification", "approval"] = "certification" if signature.docmdp_level else "approval"
    return _described(signature, kind, findings, attested), findings


def _validated(signature: EmbeddedPdfSignature, trust: Trust, moment: datetime) -> PdfSignatureStatus:
    context = trust.context(moment, "hard-fail")
    return finish(async_validate_pdf_signature(signature, context, context))


def _attests(status: PdfSignatureStatus, trust: Trust, until: datetime) -> bool:
    return status.timestamp_validity is not None and timestamp_counts(status.timestamp_validity, trust, until)


def _judge_signer(
    signature: EmbeddedPdfSignature, status: PdfSignatureStatus, trust: Trust, moment: datetime
) -> Iterator[Finding]:
    field = signature.fq_name
    if not (status.intact and status.valid):
        yield found("signature_broken", field=field)
    elif status.revoked:
        yield found("signer_revoked", field=field)
    elif status.trust_problem_indic == AdESIndeterminate.OUT_OF_BOUNDS_NO_POE:
        yield found("signer_out_of_date", field=field)
    elif not status.trusted:
        only_revocation = is_good(signature.signer_cert, signature.other_embedded_certs, trust, moment, None)
        yield found("signer_revocation_unknown" if only_revocation else "signer_unknown", field=field)


def _judge_changes(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> Iterator[Finding]:
    """What happened to the file after this signature. pyHanko allows more: form filling, visible fields."""
    signature.compute_integrity_info()  # type: ignore[no-untyped-call]
    field, difference = signature.fq_name, signature.diff_result
    if signature.coverage not in _WHOLE:
        yield found("signature_covers_part", field=field)
    elif not _is_tidy(reader, signature):
        yield found("signature_untidy", field=field)
    elif signature.signed_revision == reader.total_revisions - 1:
        return
    elif not isinstance(difference, DiffResult) or not signature.summarise_integrity_info()["docmdp_ok"]:
        yield found("forbidden_change", field=field)
    elif _shows_more(reader, signature, difference):
        yield found("changed_since", field=field)


def _is_tidy(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> bool:
    """Whether what no signature covers, the room for the CMS, holds its hex digits in one case, then only zeros."""
    _, before, after, _ = map(int, signature.byte_range)
    reader.stream.seek(before)
    digits = reader.stream.read(after - before)[1:-1]
    if digits not in (digits.upper(), digits.lower()):
        return False
    contents = bytes(signature.pkcs7_content)
    if contents.startswith(_INDEFINITE):  # BER, as some programs write: where it ends is not looked for
        return True
    return not any(first_of(contents)[1])


def _shows_more(reader: PdfFileReader, signature: EmbeddedPdfSignature, difference: DiffResult) -> bool:
    """Whether anything came later but archive data and signatures in fields that cannot be seen."""
    if difference.modification_level > ModificationLevel.FORM_FILLING:
        return True
    later = {one.fq_name: one.sig_field for one in reader.embedded_signatures if one is not signature}
    if any(name not in later or _can_be_seen(later[name]) for name in difference.changed_form_fields):
        return True
    before = _fields(reader.get_historical_resolver(signature.signed_revision))
    after = _fields(reader.get_historical_resolver(reader.total_revisions - 1))
    return any(_can_be_seen(entries) for number, entries in after.items() if number not in before)


def _can_be_seen(entries: generic.DictionaryObject) -> bool:
    """Whether a field is more than a signature without area (ISO 32000-2, 12.7.5.5)."""
    if "/Kids" in entries or "/V" not in entries:
        return True
    left, bottom, right, top = map(float, entries.get("/Rect", (0, 0, 0, 0)))
    return (left, bottom) != (right, top)


def _fields(resolver: HistoricalResolver) -> dict[int, generic.DictionaryObject]:
    if "/AcroForm" not in resolver.root:
        return {}
    fields = resolver.root["/AcroForm"].get("/Fields", ())
    references = [fields.raw_get(index) for index in range(len(fields))]
    return {each.idnum: resolver.get_object(each.reference) for each in references}


def _described(
    signature: EmbeddedPdfSignature,
    kind: Literal["certification", "approval", "timestamp"],
    findings: Sequence[Finding],
    attested: datetime | None,
) -> SignatureFound:
    subject: x509.Name = signature.signer_cert.subject
    return SignatureFound(
        kind=kind,
        field=signature.fq_name,
        verdict=verdict_of([found("signature_valid", field=signature.fq_name), *findings]),
        signer=subject_field(subject, "organization_name") or subject_field(subject, "common_name"),
        signing_time=signature.self_reported_timestamp,
        timestamp_time=attested,
    )
