"""Printed notices checked from simulated scans: genuine paper, altered paper, forged codes, and no paper at all."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from esign import AcceptanceNotice, NoticeFacts, Seal, encode_code, printed_of, render_notice, seal_notice
from esign.kinds import SpecialProcedureNotice
from esign.print_check import check_print, main
from tests.support.print_scan import paper_of, scan_of

ADDRESS = "https://hall.example/N"
CHECKED = {"query_code": "7K3M-9PQ2-XW4T", "check_address": ADDRESS}


def _sealed(facts: NoticeFacts, seal: Seal, code_of: NoticeFacts) -> bytes:
    """Sealed with the code of the same or of another notice."""
    code = encode_code(printed_of(code_of, render_notice(code_of)), seal.code_key, ADDRESS)
    return seal_notice(render_notice(facts), seal, datetime.now(UTC), code, level="B-B")


@pytest.mark.slow
def test_an_untouched_paper_is_valid(acceptance: Callable[..., AcceptanceNotice], seal: Seal) -> None:
    facts = acceptance(**CHECKED)  # the applicant's name is of characters that recognition does not know
    sealed, chance = _sealed(facts, seal, facts), np.random.default_rng(3)
    picture = scan_of(paper_of(sealed, 220), chance, tilt=0.01)
    annex = cv2.rotate(paper_of(sealed, 150, 2)[-300:], cv2.ROTATE_180).astype(np.uint8)  # its foot is enough
    report = check_print(scan_of(annex, chance), [seal.code_key.certificate], [picture])  # in any order, at any turn
    assert {field.field: field.verdict for field in report.fields if field.verdict != "equal"} == {}
    assert report.verdict == "valid"
    assert report.file_kind == "print"
    assert report.is_test_authority
    assert [finding.code for finding in report.findings if finding.severity == "note"] == [
        "test_authority",
        "paper_scope",
    ]
    assert (report.notice_number, report.notice_title) == (facts.number, "受理通知书")
    stated = {"applicant", "applicant_id", "due_on", "accepted_on", "issued_on", "query_code"}
    assert stated <= {field.field for field in report.fields}
    assert all(finding.english for finding in report.findings)


@pytest.mark.slow
def test_altered_fields_are_named(notice: Callable[..., NoticeFacts], seal: Seal) -> None:
    facts = notice(SpecialProcedureNotice, **CHECKED)
    forged = notice(
        SpecialProcedureNotice,
        **CHECKED,
        number=facts.number.replace("000007", "000001"),
        until_on=date(2026, 12, 17),
    )
    picture = scan_of(paper_of(_sealed(forged, seal, facts), 250), np.random.default_rng(4), tilt=0.01)
    turned = BytesIO()
    Image.open(BytesIO(picture)).rotate(180, expand=True).save(turned, "JPEG", quality=80)
    report = check_print(turned.getvalue(), [seal.code_key.certificate])
    assert report.verdict == "invalid"
    assert not any(finding.code == "pages_missing" for finding in report.findings)
    differing = {field.field: (field.printed, field.signed) for field in report.fields if field.verdict == "differs"}
    assert differing == {
        "number": (forged.number, facts.number),
        "until_on": ("2026年12月17日", "2026年12月11日"),
    }
    sentences = [finding.sentence for finding in report.findings if finding.severity == "error"]
    assert any("文书编号" in sentence and forged.number in sentence for sentence in sentences)
    crop = next(field.crop for field in report.fields if field.field == "number")
    assert cv2.imdecode(np.frombuffer(crop, np.uint8), cv2.IMREAD_COLOR) is not None


def test_a_code_of_an_unknown_key_is_invalid(
    acceptance: Callable[..., AcceptanceNotice], seal: Seal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = encode_code(printed_of(acceptance(**CHECKED), b""), seal.code_key, ADDRESS)
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=4)
    code = cv2.imencode(".png", np.array(drawn))[1].tobytes()
    (tmp_path / "photo.png").write_bytes(code)
    other = x509.load_der_x509_certificate(seal.key.certificate).public_bytes(Encoding.PEM)
    (tmp_path / "codes.pem").write_bytes(other)
    assert main([str(tmp_path / "photo.png"), "--codes", str(tmp_path / "codes.pem")]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["findings"][0]["code"]) == ("invalid", "code_forged")
    unknown = check_print(code, [])
    assert (unknown.verdict, unknown.findings[0].code) == ("cannot_judge", "no_code_certificates")


def test_without_picture_or_code_nothing_can_be_judged(
    seal: Seal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank = cv2.imencode(".png", np.full((500, 400, 3), 220, np.uint8))[1].tobytes()
    other = zxingcpp.create_barcode("https://elsewhere.example/", zxingcpp.BarcodeFormat.QRCode).to_image(scale=20)
    advertisement = cv2.imencode(".png", np.array(other))[1].tobytes()
    assert check_print(advertisement, [seal.code_key.certificate]).findings[0].code == "code_missing"
    for data, code in ((b"", "picture_unreadable"), (b"%PDF-1.7 ...", "picture_unreadable"), (blank, "code_missing")):
        report = check_print(data, [seal.code_key.certificate])
        assert (report.verdict, [finding.code for finding in report.findings]) == ("cannot_judge", [code])
    (tmp_path / "blank.png").write_bytes(blank)
    assert main([str(tmp_path / "blank.png")]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "cannot_judge"
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "nothing.png")])
    assert ended.value.code == 2
