"""Files signed with our very key, but not built like a notice of ours, are not notices of ours."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from esign import Report, Seal, render_notice, verify_notice
from esign.cades import sign_detached

Change = Callable[[IncrementalPdfFileWriter], None]


def _sign(
    pdf: bytes,
    seal: Seal,
    field: str = "Seal1",
    level: MDPPerm | None = MDPPerm.NO_CHANGES,
    subfilter: SigSeedSubFilter = SigSeedSubFilter.PADES,
    change: Change | None = None,
) -> bytes:
    """What someone holding the key could sign with another program."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if change is not None:
        change(writer)
        writer.update_root()
    steps = PdfCMSEmbedder(new_field_spec=SigFieldSpec(field, box=(10, 10, 90, 90))).write_cms(field, writer)
    next(steps)
    certify = None if level is None else SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=level)
    placeholder = SignatureObject(timestamp=datetime.now(UTC), subfilter=subfilter, bytes_reserved=8192)
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=certify))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    digest = prepared.document_digest
    steps.send(sign_detached(digest, seal.key, seal.chain[:-1], seal.timestamper.timestamp))
    signed: bytes = output.getvalue()
    return signed


def _errors(report: Report) -> set[str]:
    return {finding.code for finding in report.findings if finding.severity == "error"}


def _open_action(writer: IncrementalPdfFileWriter) -> None:
    action = {"/S": generic.NameObject("/JavaScript"), "/JS": generic.TextStringObject("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject({generic.NameObject(k): v for k, v in action.items()})


def _launch(writer: IncrementalPdfFileWriter) -> None:
    action = generic.DictionaryObject({generic.NameObject("/S"): generic.NameObject("/Launch")})
    writer.root["/CloudWindow"] = generic.ArrayObject([generic.ArrayObject([action])])


def _attachment(writer: IncrementalPdfFileWriter) -> None:
    files = generic.DictionaryObject({generic.NameObject("/EmbeddedFiles"): generic.DictionaryObject()})
    writer.root["/Names"] = writer.add_object(files)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"field": "Seal2"}, "wrong_signature_kind"),
        ({"subfilter": SigSeedSubFilter.ADOBE_PKCS7_DETACHED}, "wrong_signature_kind"),
        ({"level": None}, "not_certified"),
        ({"level": MDPPerm.FILL_FORMS}, "not_certified"),
        ({"level": MDPPerm.ANNOTATE}, "not_certified"),
        ({"change": _open_action}, "active_content"),
        ({"change": _launch}, "active_content"),
        ({"change": _attachment}, "active_content"),
    ],
)
def test_another_form_is_refused_for_its_reason(
    notice_pdf: bytes, seal: Seal, changed: dict[str, Any], code: str
) -> None:
    report = verify_notice(_sign(notice_pdf, seal, **changed), [seal.root_pem])
    assert report.verdict == "invalid"
    assert _errors(report) == {code}
    assert "seal_genuine" in {finding.code for finding in report.findings}


def test_the_same_program_with_the_right_form_breaks_no_rule(notice_pdf: bytes, seal: Seal) -> None:
    report = verify_notice(_sign(notice_pdf, seal), [seal.root_pem])
    assert (report.verdict, report.level, _errors(report)) == ("cannot_judge", "B-T", set())
    assert [finding.code for finding in report.findings if finding.severity == "unknown"] == ["archive_missing"]


def test_a_revision_slipped_in_before_sealing_is_refused(notice_pdf: bytes, seal: Seal) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(notice_pdf))
    writer.update_root()
    output = BytesIO()
    writer.write(output)
    assert _errors(verify_notice(_sign(output.getvalue(), seal), [seal.root_pem])) == {"later_revisions"}


def test_a_pdf_from_no_template_is_refused(acceptance: Callable[..., Any], seal: Seal) -> None:
    pdf = render_notice(acceptance())
    written, other = (f"acceptance/{version}".encode("utf-16-be").hex().upper().encode() for version in (1, 9))
    assert written in pdf
    pdf = pdf.replace(written, other)
    report = verify_notice(_sign(pdf, seal), [seal.root_pem])
    assert "not_our_template" in {finding.code for finding in report.findings}


def test_a_title_that_does_not_belong_to_the_template_is_refused(notice_pdf: bytes, seal: Seal) -> None:
    title, other = (words.encode("utf-16-be").hex().upper().encode() for words in ("受理通知书", "准予决定书"))
    assert title in notice_pdf
    report = verify_notice(_sign(notice_pdf.replace(title, other), seal), [seal.root_pem])
    assert _errors(report) == {"wrong_title"}
