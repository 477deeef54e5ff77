"""The sealed notice before independent judges; and what the sealer refuses to seal."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from esign import Seal, SealingFailed, make_test_authority, render_notice, seal_notice, verify_notice
from esign.origin import read_origin

pytestmark = pytest.mark.slow


Judge = Callable[..., subprocess.CompletedProcess[bytes]]
NOW = datetime.now(UTC)


@pytest.fixture
def file(tmp_path: Path, sealed: bytes) -> Path:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    return tmp_path / "sealed.pdf"


def test_pdfsig_calls_it_valid_and_trusted(file: Path, tmp_path: Path, seal: Seal, judge: Judge) -> None:
    (tmp_path / "root.crt").write_bytes(seal.root_pem)
    (tmp_path / "nss").mkdir()
    made = judge("certutil", "-N", "--empty-password", "-d", f"sql:{tmp_path / 'nss'}")
    assert made.returncode == 0, made.stderr
    arguments = ["-A", "-n", "root", "-t", "CT,C,C", "-i", tmp_path / "root.crt", "-d", f"sql:{tmp_path / 'nss'}"]
    assert judge("certutil", *arguments).returncode == 0
    said = judge("pdfsig", "-nssdir", tmp_path / "nss", file).stdout.decode("utf-8")
    assert "Signature is Valid" in said
    assert "Certificate is Trusted" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert said.count("Signature #") == 1


def test_openssl_verifies_what_stands_in_the_file(
    file: Path, sealed: bytes, tmp_path: Path, seal: Seal, judge: Judge
) -> None:
    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    _, before, after, rest = (int(number) for number in signature.byte_range)
    (tmp_path / "cms").write_bytes(signature.pkcs7_content)
    (tmp_path / "data").write_bytes(sealed[:before] + sealed[after : after + rest])
    (tmp_path / "root").write_bytes(seal.root_pem)
    files = ["-content", tmp_path / "data", "-CAfile", tmp_path / "root", "-out", tmp_path / "out"]
    options = ["-cades", "-binary", "-purpose", "any", "-inform", "DER", "-in", tmp_path / "cms"]
    done = judge("openssl", "cms", "-verify", *options, *files)
    assert done.returncode == 0, done.stderr


def test_qpdf_and_mutool_find_a_sound_file(file: Path, judge: Judge) -> None:
    assert judge("qpdf", "--check", file).returncode == 0
    said = judge("mutool", "sign", "-v", file).stdout.decode("utf-8", "replace")
    assert "unchanged since signing" in said or "no edits" in said or "valid" in said


def test_the_text_is_as_before_and_nothing_is_a_picture(
    file: Path, notice_pdf: bytes, tmp_path: Path, judge: Judge
) -> None:
    (tmp_path / "plain.pdf").write_bytes(notice_pdf)
    texts = [judge("pdftotext", "-raw", path, "-").stdout for path in (file, tmp_path / "plain.pdf")]
    assert texts[0] == texts[1]
    assert len(texts[0]) > 1000
    assert len(judge("pdfimages", "-list", file).stdout.splitlines()) == 2  # the heading alone


def test_the_stamp_measures_42_mm_over_the_date(file: Path, sealed: bytes, tmp_path: Path, judge: Judge) -> None:
    origin = read_origin(PdfFileReader(BytesIO(sealed)))
    assert origin is not None
    dpi = 600
    left, top = (int((value - 70) / 72 * dpi) for value in (origin.seal_x, 842 - origin.seal_y))
    size = int(140 / 72 * dpi)
    crop = [*["-png", "-singlefile", "-r", "600", "-f", "1", "-l", "1", "-x"], left, "-y", top, "-W", size, "-H", size]
    assert judge("pdftoppm", *crop, file, tmp_path / "stamp").returncode == 0
    pixels = np.asarray(Image.open(tmp_path / "stamp.png").convert("RGB")).astype(int)
    red = (pixels[:, :, 0] > 150) & (pixels[:, :, 1] < 110) & (pixels[:, :, 2] < 110)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    for extent in (rows, columns):
        assert (extent[-1] - extent[0] + 1) / dpi * 25.4 == pytest.approx(42.0, abs=0.1)
    # black of the authority's name shows through the red star in the middle
    middle = pixels[size // 2 - 120 : size // 2 + 120, size // 2 - 120 : size // 2 + 120]
    assert ((middle.max(axis=2) < 60).sum()) > 200


def test_sealing_again_or_something_else_is_refused(sealed: bytes, seal: Seal, notice_pdf: bytes) -> None:
    for pdf in (sealed, b"", b"%PDF-1.7 nothing", notice_pdf[:5000]):
        with pytest.raises(SealingFailed):
            seal_notice(pdf, seal, NOW)


def test_only_the_authority_named_on_the_notice_may_seal(notice_pdf: bytes, tmp_path: Path) -> None:
    other = make_test_authority(tmp_path / "other", "北京市大兴区政务服务管理局")
    with pytest.raises(SealingFailed, match="another authority"):
        seal_notice(notice_pdf, other, NOW)


def test_a_test_seal_needs_the_test_mark(acceptance: Callable[..., Any], seal: Seal) -> None:
    with pytest.raises(SealingFailed, match="test mark"):
        seal_notice(render_notice(acceptance(is_test=False)), seal, NOW)


def test_a_seal_whose_certificates_are_not_good_seals_nothing(notice_pdf: bytes, issuer_type: Any) -> None:
    issuer = issuer_type()
    past = datetime(2026, 11, 21, tzinfo=UTC)
    expired = issuer.issue("北京市通州区政务服务管理局", for_time=False, end=past)
    foreign = issuer.issue("别的单位", for_time=False)
    not_for_time = issuer.issue("Cloud Window", for_time=False)
    for broken, code in (
        (issuer.seal(key=expired), "certificate_out_of_date"),
        (issuer.seal(key=foreign), "other_authority"),
        (issuer.seal(timestamper=not_for_time), "timestamp_issuer_unknown"),
    ):
        with pytest.raises(SealingFailed, match=code):
            seal_notice(notice_pdf, broken, NOW)
    assert verify_notice(seal_notice(notice_pdf, issuer.seal(), NOW), [issuer.root_pem]).verdict == "valid"


def test_signatures_of_any_length_fit_the_reserved_space(notice_pdf: bytes, seal: Seal) -> None:
    sizes = {len(seal_notice(notice_pdf, seal, NOW)) for _ in range(8)}
    assert max(sizes) - min(sizes) < 40
    found = re.findall(rb"/Contents <([0-9A-F]+?)0*>", seal_notice(notice_pdf, seal, NOW))
    assert len(found) == 1
    assert len(found[0]) < 6000
