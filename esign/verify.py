"""Is this PDF one of our sealed notices, unchanged, and by whose seal? Any bytes in, a `Report` out, no exception.

The form is judged by `profile`, cryptography and certificates by pyHanko (no network: nothing is fetched). The seal's
certificate must be good at the time that the timestamp attests, the timestamper's now.
"""

import logging
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from asn1crypto import cms, x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from esign.authority import TEST_ROOT_NAME
from esign.kinds import KINDS
from esign.origin import Origin, read_origin
from esign.profile import check_profile
from esign.report import Finding, Report, Verdict

__all__ = ["LARGEST_FILE", "verify_notice"]

# A certificate without a path to a root is a finding of ours, not a fault of the program that asked:
# pyHanko would log a traceback with the names in the certificate for each.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)

LARGEST_FILE = 50 * 1024 * 1024
_CLOCKS_APART = timedelta(minutes=5)


def verify_notice(pdf: bytes, trust_roots: list[bytes], now: datetime | None = None) -> Report:
    """Judge a file by the strict profile of our own notices; `trust_roots` are PEM certificates.

    Without a root nothing can be called valid: at best `cannot_judge`. `now` is the present unless a test says
    otherwise. Some 50 ms: run it in a worker.
    """
    if not pdf:
        return _cannot_judge("empty_file", "文件是空的")
    if len(pdf) > LARGEST_FILE:
        return _cannot_judge("too_large", f"文件超过{LARGEST_FILE // 2**20} MB，不像是一份通知书")
    if not pdf.startswith(b"%PDF-"):
        return _cannot_judge("not_a_pdf", "文件不是PDF")
    try:
        return _judge(pdf, trust_roots, now or datetime.now(UTC))
    # A hostile PDF makes the libraries raise almost anything (ValueError, TypeError, KeyError, RecursionError ...);
    # whatever it is, the answer is the same and nothing is hidden: the file could not be read.
    except Exception as error:  # noqa: BLE001
        return _cannot_judge("unreadable", f"文件已损坏或结构异常，无法读取（{type(error).__name__}）")


def _judge(pdf: bytes, trust_roots: list[bytes], now: datetime) -> Report:
    reader = PdfFileReader(BytesIO(pdf), strict=True)
    if reader.encrypted:
        return _cannot_judge("encrypted", "文件已加密，无法检查")
    origin = read_origin(reader)
    signatures = reader.embedded_signatures
    if not signatures:
        finding = Finding("no_seal", "error", "文件上没有电子印章签名，不能证明其真实性")
        return Report(verdict="invalid", findings=(finding,), notice_number=origin.number if origin else None)
    signature = signatures[0]
    attested = _attested_time(signature)
    roots = list(load_certs_from_pemder_data(b"\n".join(trust_roots))) if trust_roots else []
    status = _finish(
        async_validate_pdf_signature(
            signature,
            signer_validation_context=ValidationContext(
                trust_roots=roots, allow_fetching=False, moment=attested or now
            ),
            ts_validation_context=ValidationContext(trust_roots=roots, allow_fetching=False, moment=now),
        )
    )
    certificate = signature.signer_cert
    findings = (
        *check_profile(pdf, reader, signature, origin),
        *_judge_seal(status, bool(roots)),
        *_judge_timestamp(status, bool(roots)),
        *_judge_authority(certificate, origin),
        *_notes(certificate, signature.self_reported_timestamp, attested),
    )
    return Report(
        verdict=_verdict(findings),
        findings=findings,
        signer=_subject(certificate.subject, "organization_name"),
        seal_name=_subject(certificate.subject, "common_name"),
        signing_time=signature.self_reported_timestamp,
        timestamp_time=attested,
        notice_number=origin.number if origin else None,
        notice_title=_title(origin),
        is_test_authority=_is_test(certificate),
    )


def _judge_seal(status: PdfSignatureStatus, has_roots: bool) -> Iterator[Finding]:
    if status.intact:
        yield Finding("content_unchanged", "ok", "文件内容自盖章后没有改动")
    else:
        yield Finding("content_changed", "error", "文件内容在盖章之后被改动过")
        yield Finding("seal_not_judged", "unknown", "内容已被改动，印章签名和签发机构不再判断")
        return
    if status.valid:
        yield Finding("seal_genuine", "ok", "电子印章签名真实有效")
    else:
        yield Finding("seal_forged", "error", "电子印章签名无效，不是由证书所载的印章签出的")
    if status.trusted:
        yield Finding("issuer_trusted", "ok", "印章证书由受信任的机构签发，盖章时在有效期内")
    elif not has_roots:
        yield Finding("issuer_not_judged", "unknown", "没有给出受信任的根证书，无法判断印章由谁签发")
    elif status.trust_problem_indic == AdESIndeterminate.OUT_OF_BOUNDS_NO_POE:
        yield Finding("certificate_out_of_date", "error", "盖章时印章证书不在有效期内")
    else:
        yield Finding("issuer_unknown", "error", "印章证书不是由受信任的机构签发的，或不能用于盖章")


def _judge_timestamp(status: PdfSignatureStatus, has_roots: bool) -> Iterator[Finding]:
    timestamp = status.timestamp_validity
    if timestamp is None:
        yield Finding("timestamp_missing", "error", "缺少可信时间戳，不能证明盖章时间")
    elif not (timestamp.intact and timestamp.valid):
        yield Finding("timestamp_invalid", "error", "时间戳无效")
    elif timestamp.trusted:
        yield Finding("timestamp_trusted", "ok", "时间戳有效，签发时间戳的机构受信任")
    elif has_roots:
        yield Finding("timestamp_issuer_unknown", "error", "时间戳不是由受信任的机构签发的，或其证书已过期")
    else:
        yield Finding("timestamp_not_judged", "unknown", "没有给出受信任的根证书，无法判断时间戳由谁签发")


def _judge_authority(certificate: x509.Certificate, origin: Origin | None) -> Iterator[Finding]:
    if origin is not None and origin.authority != _subject(certificate.subject, "organization_name"):
        yield Finding("other_authority", "error", "印章所属单位与文书的发文机关不一致")


def _notes(certificate: x509.Certificate, claimed: datetime | None, attested: datetime | None) -> Iterator[Finding]:
    if _is_test(certificate):
        yield Finding("test_authority", "note", "印章由测试机构签发，仅供演示，没有法律效力")
    if claimed is None or attested is None or abs(claimed - attested) > _CLOCKS_APART:
        yield Finding("times_apart", "note", "声明的盖章时间与时间戳不一致，以时间戳为准")


def _verdict(findings: tuple[Finding, ...]) -> Verdict:
    severities = {finding.severity for finding in findings}
    if "error" in severities:
        return "invalid"
    return "cannot_judge" if "unknown" in severities else "valid"


def _cannot_judge(code: str, sentence: str) -> Report:
    return Report(verdict="cannot_judge", findings=(Finding(code, "unknown", sentence),))


def _title(origin: Origin | None) -> str | None:
    kind = KINDS.get(origin.template) if origin else None
    return kind.title if kind else None


def _attested_time(signature: EmbeddedPdfSignature) -> datetime | None:
    """The time inside the signature timestamp, not yet verified; it only counts once the timestamp does."""
    for attribute in signature.signer_info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            info: cms.ContentInfo = attribute["values"][0]
            moment: datetime = info["content"]["encap_content_info"]["content"].parsed["gen_time"].native
            return moment
    return None


def _subject(name: x509.Name, field: str) -> str | None:
    value = name.native.get(field)
    return value if isinstance(value, str) else None


def _is_test(certificate: x509.Certificate) -> bool:
    return _subject(certificate.issuer, "common_name") == TEST_ROOT_NAME


def _finish(validation: Coroutine[Any, Any, PdfSignatureStatus]) -> PdfSignatureStatus:
    """Run pyHanko's coroutine to its end. Nothing is fetched, so it never waits and needs no event loop."""
    try:
        validation.send(None)
    except StopIteration as end:
        status: PdfSignatureStatus = end.value
        return status
    validation.close()
    raise RuntimeError("validation tried to wait for something")
