"""Other people's PDFs: what is signed by someone trusted and untouched since is valid; every doubt stays a doubt."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter

from esign import Report, Seal, SealKey
from esign.upload import verify_upload
from tests.support.forging import with_contents


class _KeySigner(Signer):
    """pyHanko's signing with a key of ours."""

    def __init__(self, key: SealKey) -> None:
        super().__init__(signing_cert=x509.Certificate.load(key.certificate), cert_registry=SimpleCertificateStore())
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(80) if dry_run else self._key.sign(data)


Sign = Callable[..., bytes]


@pytest.fixture(scope="module")
def issuer(issuer_type: Any) -> Any:
    return issuer_type("Licence Root")


@pytest.fixture(scope="module")
def sign(issuer: Any) -> Sign:
    """Sign a PDF as another program does."""
    licence = issuer.issue("市场监督管理局", for_time=False)

    def make(pdf: bytes, field: str = "Sig1", key: SealKey = licence, box: Any = None, **metadata: Any) -> bytes:
        output = BytesIO()
        signer = PdfSigner(
            PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, **metadata),
            _KeySigner(key),
            new_field_spec=SigFieldSpec(field, box=box),
        )
        signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf), strict=False), output=output)
        return output.getvalue()

    return make


@pytest.fixture(scope="module")
def plain() -> bytes:
    writer, output = PdfWriter(), BytesIO()
    writer.add_blank_page(300, 300)
    writer.write(output)
    return output.getvalue()


@pytest.fixture(scope="module")
def licence(plain: bytes, sign: Sign) -> bytes:
    return sign(plain, box=(10, 10, 90, 90))


def _codes(report: Report, *severities: str) -> set[str]:
    return {finding.code for finding in report.findings if not severities or finding.severity in severities}


def test_a_signed_licence_is_valid_and_names_its_signer(licence: bytes, issuer: Any) -> None:
    report = verify_upload(licence, [issuer.root_pem])
    assert (report.verdict, _codes(report), report.file_kind) == ("valid", {"signature_valid"}, "pdf")
    assert report.signer == "市场监督管理局"
    assert [(one.kind, one.field, one.verdict) for one in report.signatures] == [("approval", "Sig1", "valid")]


def test_several_signers_without_a_picture_of_their_own(licence: bytes, sign: Sign, issuer: Any) -> None:
    second = sign(licence, "Sig2", issuer.issue("住房和城乡建设局", for_time=False))
    report = verify_upload(second, [issuer.root_pem])
    assert report.verdict == "valid"
    assert [one.signer for one in report.signatures] == ["市场监督管理局", "住房和城乡建设局"]


def test_a_certification_that_allows_nothing(plain: bytes, sign: Sign, issuer: Any) -> None:
    certified = sign(plain, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    report = verify_upload(certified, [issuer.root_pem])
    assert (report.verdict, report.signatures[0].kind) == ("valid", "certification")
    changed = verify_upload(_annotated(certified), [issuer.root_pem])
    assert (changed.verdict, "forbidden_change" in _codes(changed, "error")) == ("invalid", True)


def _annotated(pdf: bytes) -> bytes:
    writer, output = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    page = writer.root["/Pages"]["/Kids"][0]
    box = generic.ArrayObject([generic.NumberObject(number) for number in (0, 0, 300, 300)])
    note = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/FreeText"), "/Rect": box}
    entries = generic.DictionaryObject({pdf_name(key): value for key, value in note.items()})
    page["/Annots"] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(entries)])
    writer.update_container(page)
    writer.write(output)
    return output.getvalue()


def _with_empty_field(pdf: bytes) -> bytes:
    writer, output = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    append_signature_field(writer, SigFieldSpec("Sneaky", box=(0, 0, 300, 300)))
    writer.write(output)
    return output.getvalue()


def _with_script(pdf: bytes) -> bytes:
    writer, output = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    action = {"/S": pdf_name("/JavaScript"), "/JS": generic.TextStringObject("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject({pdf_name(key): value for key, value in action.items()})
    writer.update_root()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("change", "verdict", "code"),
    [
        (_with_empty_field, "cannot_judge", "changed_since"),
        (_annotated, "invalid", "forbidden_change"),
        (_with_script, "invalid", "forbidden_change"),
        (lambda pdf: pdf + b"hidden", "invalid", "bytes_after_end"),
        (lambda pdf: pdf + b"\n", "cannot_judge", "uncovered_end"),
        (lambda pdf: pdf + b"q Q\n" + pdf[pdf.rindex(b"startxref") :], "invalid", "bytes_after_end"),
        (lambda pdf: b"\n" + pdf, "cannot_judge", "unreadable"),
        (lambda pdf: pdf.replace(b"/MediaBox", b"/MediaBux", 1), "invalid", "signature_broken"),
        (lambda pdf: pdf[: len(pdf) // 2], "cannot_judge", "unreadable"),
        (lambda pdf: with_contents(pdf, lambda digits: digits[:-4] + b"beef"), "cannot_judge", "signature_untidy"),
        (
            lambda pdf: with_contents(pdf, lambda digits: digits[:99].swapcase() + digits[99:]),
            "cannot_judge",
            "signature_untidy",
        ),
    ],
    ids=["field", "note", "script", "bytes", "feed", "end", "before", "content", "half", "padding", "case"],
)
def test_what_happened_after_signing_is_never_valid(
    licence: bytes, issuer: Any, change: Callable[[bytes], bytes], verdict: str, code: str
) -> None:
    report = verify_upload(change(licence), [issuer.root_pem])
    assert report.verdict == verdict
    assert code in _codes(report, "unknown", "error")


def test_a_visible_second_signature_could_cover_the_text(licence: bytes, sign: Sign, issuer: Any) -> None:
    report = verify_upload(sign(licence, "Sig2", box=(0, 0, 300, 300)), [issuer.root_pem])
    assert (report.verdict, _codes(report, "unknown")) == ("cannot_judge", {"changed_since"})


def test_a_script_inside_what_was_signed_leaves_doubt(plain: bytes, sign: Sign, issuer: Any) -> None:
    report = verify_upload(sign(_with_script(plain)), [issuer.root_pem])
    assert (report.verdict, _codes(report, "unknown")) == ("cannot_judge", {"runs_code"})


def test_a_key_given_twice_is_read_differently_by_different_programs(plain: bytes, sign: Sign, issuer: Any) -> None:
    box = b"/MediaBox [ 0.0 0.0 300 300 ]"
    assert box in plain
    doubled = plain.replace(box, b"/MediaBox[0 0 9 9]/MediaBox[0 0 300 300]")
    at, longer = plain.index(b"xref\n"), len(doubled) - len(plain)
    odd = doubled.replace(b"startxref\n%d\n" % at, b"startxref\n%d\n" % (at + longer))
    assert odd != doubled
    report = verify_upload(sign(odd), [issuer.root_pem])
    assert (report.verdict, _codes(report, "unknown")) == ("cannot_judge", {"lenient_only"})


def test_whoever_is_not_known_here_is_not_called_a_forger(
    licence: bytes, plain: bytes, sign: Sign, seal: Seal, issuer: Any
) -> None:
    for roots in ([], [seal.root_pem]):
        report = verify_upload(licence, roots)
        assert (report.verdict, _codes(report)) == ("cannot_judge", {"signer_unknown"})
    ended = verify_upload(licence, [issuer.root_pem], datetime.now(UTC) + timedelta(days=30))
    assert (ended.verdict, _codes(ended)) == ("cannot_judge", {"signer_out_of_date"})
    # a certificate that can be revoked, and nothing in the file that says it was not
    unsure = verify_upload(sign(plain, key=seal.key), [seal.root_pem, *_as_pem(seal)])
    assert unsure.verdict == "cannot_judge"


def _as_pem(seal: Seal) -> list[bytes]:
    return list(seal.chain[:-1])


def test_an_unsigned_file_proves_nothing(plain: bytes, issuer: Any) -> None:
    report = verify_upload(plain, [issuer.root_pem])
    assert (report.verdict, _codes(report)) == ("cannot_judge", {"no_signature"})


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_file"), (b"\x89PNG\r\n", "unknown_format"), (b"%PDF-1.7\n", "unreadable"), (b"PK\x03\x04", None)],
)
def test_what_is_no_document_cannot_be_judged(data: bytes, code: str | None, issuer: Any) -> None:
    report = verify_upload(data, [issuer.root_pem])
    assert report.verdict == "cannot_judge"
    assert code is None or _codes(report) == {code}


def test_an_encrypted_file_cannot_be_judged(plain: bytes, issuer: Any) -> None:
    writer, output = PdfWriter(clone_from=BytesIO(plain)), BytesIO()
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(output)
    assert _codes(verify_upload(output.getvalue(), [issuer.root_pem])) == {"encrypted"}


def test_a_notice_of_ours_is_held_to_its_own_rules(sealed: bytes, notice_pdf: bytes, seal: Seal, sign: Sign) -> None:
    genuine = verify_upload(sealed, [seal.root_pem])
    assert (genuine.verdict, genuine.level, genuine.file_kind) == ("valid", "B-LTA", "notice")
    report = verify_upload(sign(notice_pdf, key=seal.key), [seal.root_pem])
    assert (report.verdict, report.file_kind) == ("invalid", "notice")
    assert {"not_certified", "wrong_signature_kind"} <= _codes(report, "error")
