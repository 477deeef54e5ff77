"""The twin of a notice beside its PDF: same text, same places, every part under the seal; who may not have one."""

import base64
import hashlib
import io
import re
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageFont

from esign import Seal, render_notice
from esign.kinds import AcceptanceNotice, CorrectionNotice, GapAcceptanceNotice, NonAcceptanceNotice
from esign.national import NationalSeal, OfdFailed, make_national_test_seal, verify_ofd, write_notice_ofd
from esign.national.ses import read_seal, read_signature
from esign.national.sm import sm3

OFD = "{http://www.ofdspec.org/2016}"
MM = 25.4 / 72
SIGN = "Doc_0/Signs/Sign_0"


def parsed(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)  # noqa: S314 - our own


def text_of(parts: dict[str, bytes]) -> str:
    pages = sorted(name for name in parts if name.endswith("Content.xml"))
    return "".join(code.text or "" for name in pages for code in parsed(parts[name]).iter(f"{OFD}TextCode"))


def squeezed(text: str) -> list[str]:
    """The characters without blanks, in any order: readers of PDF sort the pieces of a page their own way."""
    return sorted("".join(unicodedata.normalize("NFC", text).split()))


def test_it_is_valid_and_says_what_it_is(notice_ofd: bytes, national_seal: NationalSeal, now: datetime) -> None:
    report = verify_ofd(notice_ofd, [national_seal.roots_pem])
    assert report.verdict == "valid"
    assert (report.file_kind, report.is_test_authority) == ("ofd", True)
    assert (report.notice_number, report.notice_title) == ("京通政务受〔2026〕000123号", "受理通知书")
    assert (report.signer, report.signing_time) == ("北京市通州区政务服务管理局", now)
    assert report.seal_name == "北京市通州区政务服务管理局行政审批专用章"
    assert [(found.kind, found.field, found.verdict) for found in report.signatures] == [("seal", "s001", "valid")]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [AcceptanceNotice, CorrectionNotice, GapAcceptanceNotice, NonAcceptanceNotice])
def test_its_text_is_that_of_the_pdf(
    kind: Any,
    notice: Callable[..., Any],
    national_seal: NationalSeal,
    now: datetime,
    judge: Callable[..., subprocess.CompletedProcess[bytes]],
    tmp_path: Path,
    ofd_type: Any,
) -> None:
    pdf = render_notice(notice(kind))
    (tmp_path / "a.pdf").write_bytes(pdf)
    from_pdf = judge("pdftotext", "-enc", "UTF-8", tmp_path / "a.pdf", "-").stdout.decode()
    from_ofd = text_of(ofd_type(write_notice_ofd(pdf, national_seal, now)).parts)
    assert squeezed(from_ofd) == squeezed(from_pdf)


@pytest.mark.slow
def test_its_words_stand_where_the_pdf_has_them(
    base_pdf: bytes, ofd: Any, judge: Callable[..., subprocess.CompletedProcess[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(base_pdf)
    boxes = judge("pdftotext", "-bbox", "-l", "1", tmp_path / "a.pdf", "-").stdout.decode()
    number, x = next(
        (text, float(left))
        for left, text in re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="[\d.]+" yMax="[\d.]+">([^<]*)<', boxes)
        if text.startswith("京通政务受")
    )
    page = parsed(ofd.parts["Doc_0/Pages/Page_0/Content.xml"])
    starts = []
    for found in page.iter(f"{OFD}TextObject"):
        code = found.find(f"{OFD}TextCode")
        if code is not None and code.text == number:
            assert len(code.attrib["DeltaX"].split()) == len(number) - 1
            starts.append(float(found.attrib["Boundary"].split()[0]) + float(code.attrib["X"]))
    assert any(start == pytest.approx(x * MM, abs=0.02) for start in starts)


def test_each_character_is_in_its_font(ofd: Any) -> None:
    fonts = {}
    for font in parsed(ofd.parts["Doc_0/PublicRes.xml"]).iter(f"{OFD}Font"):
        file = font.find(f"{OFD}FontFile")
        assert file is not None
        fonts[font.attrib["ID"]] = ImageFont.truetype(io.BytesIO(ofd.parts[f"Doc_0/Res/{file.text}"]), 40)
    missing = {identifier: font.getmask("\uffff").getbbox() for identifier, font in fonts.items()}
    for name in (name for name in ofd.parts if name.endswith("Content.xml")):
        for text in parsed(ofd.parts[name]).iter(f"{OFD}TextObject"):
            font = fonts[text.attrib["Font"]]
            for character in "".join(text.itertext()):
                assert character.isspace() or font.getmask(character).getbbox() is not None, character
    assert missing


def test_every_part_is_under_the_seal(ofd: Any, national_seal: NationalSeal) -> None:
    description = ofd.parts[f"{SIGN}/Signature.xml"]
    listed = {
        reference.attrib["FileRef"]: base64.b64decode("".join(reference.itertext()))
        for reference in parsed(description).iter(f"{OFD}Reference")
    }
    own = {f"/{SIGN}/Signature.xml", f"/{SIGN}/SignedValue.dat"}
    assert set(listed) == {f"/{name}" for name in ofd.parts} - own
    assert all(sm3(ofd.parts[name[1:]]) == value for name, value in listed.items())
    signature = read_signature(ofd.parts[f"{SIGN}/SignedValue.dat"])
    assert signature.data_hash == sm3(description)
    assert signature.seal.der == ofd.parts[f"{SIGN}/Seal.esl"] == national_seal.esl
    assert signature.property_info == f"/{SIGN}/Signature.xml"


def test_the_stamp_stands_where_the_notice_leaves_room(ofd: Any, seal: Seal) -> None:
    stamps = list(parsed(ofd.parts[f"{SIGN}/Signature.xml"]).iter(f"{OFD}StampAnnot"))
    pages = [page.attrib["ID"] for page in parsed(ofd.parts["Doc_0/Document.xml"]).iter(f"{OFD}Page")]
    boxes = [[float(part) for part in stamp.attrib["Boundary"].split()] for stamp in stamps]
    assert [box[2:] for box in boxes] == [[42, 42]] * 3
    assert "Clip" not in stamps[0].attrib
    assert 100 < boxes[0][0] < 150 < boxes[0][1] < 250
    # riding slices: one for each page, each ends at the page's right edge, side by side they are the whole stamp
    assert [stamp.attrib["PageRef"] for stamp in stamps[1:]] == pages
    clips = [[float(part) for part in stamp.attrib["Clip"].split()] for stamp in stamps[1:]]
    assert clips == [pytest.approx([0, 0, 21, 42], abs=0.001), pytest.approx([21, 0, 21, 42], abs=0.001)]
    for box, clip in zip(boxes[1:], clips, strict=True):
        assert box[0] + clip[0] + clip[2] == pytest.approx(210, abs=0.01)
        assert box[1] + 21 == pytest.approx(148.5, abs=0.01)


def test_it_names_the_pdf_it_was_made_from(ofd: Any, base_pdf: bytes) -> None:
    entry = parsed(ofd.parts["OFD.xml"])
    said = {item.attrib["Name"]: item.text for item in entry.iter(f"{OFD}CustomData")}
    assert said["base_sha256"] == hashlib.sha256(base_pdf).hexdigest()


def test_only_the_signature_differs_between_two_runs(
    ofd: Any, base_pdf: bytes, national_seal: NationalSeal, now: datetime, ofd_type: Any
) -> None:
    again = ofd_type(write_notice_ofd(base_pdf, national_seal, now))
    assert [name for name in ofd.parts if ofd.parts[name] != again.parts[name]] == [f"{SIGN}/SignedValue.dat"]


def test_the_printed_code_and_pictures(
    notice: Callable[..., Any], national_seal: NationalSeal, now: datetime, ofd_type: Any
) -> None:
    crop = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(crop, "PNG")
    facts = notice(CorrectionNotice, query_code="ABCD-EFGH-JKMN", check_address="https://hall.example/N")
    first = type(facts.corrections[0])
    rows = [{**{name: getattr(row, name) for name in row.__struct_fields__}} for row in facts.corrections]
    rows[0]["crop"] = crop.getvalue()
    facts = notice(
        CorrectionNotice,
        query_code="ABCD-EFGH-JKMN",
        check_address="https://hall.example/N",
        corrections=tuple(first(**row) for row in rows),
    )
    pdf = render_notice(facts)
    plain = ofd_type(write_notice_ofd(pdf, national_seal, now))
    coded = ofd_type(write_notice_ofd(pdf, national_seal, now, code="HTTPS://HALL.EXAMPLE/N/ABC"))
    pictures = [name for name in plain.parts if name.endswith((".png", ".jpg"))]
    assert len(pictures) == 1
    assert Image.open(io.BytesIO(plain.parts[pictures[0]])).size == (60, 40)
    assert any(b"ImageObject" in data for name, data in plain.parts.items() if name.endswith("Content.xml"))
    paths = [
        sum(data.count(b"<ofd:PathObject") for name, data in made.parts.items() if name.endswith("Content.xml"))
        for made in (plain, coded)
    ]
    assert paths[1] == paths[0] + 1


def test_a_code_needs_its_place(base_pdf: bytes, national_seal: NationalSeal, now: datetime) -> None:
    with pytest.raises(OfdFailed, match="no place"):
        write_notice_ofd(base_pdf, national_seal, now, code="HTTPS://HALL.EXAMPLE/N/ABC")


def test_who_gets_no_twin(
    acceptance: Callable[..., Any],
    base_pdf: bytes,
    sealed: bytes,
    national_seal: NationalSeal,
    now: datetime,
    tmp_path: Path,
) -> None:
    with pytest.raises(OfdFailed, match="before it is sealed"):
        write_notice_ofd(sealed, national_seal, now)
    with pytest.raises(OfdFailed, match="test mark"):
        write_notice_ofd(render_notice(acceptance(is_test=False)), national_seal, now)
    other = make_national_test_seal(tmp_path / "seal", "另一机关")
    with pytest.raises(OfdFailed, match="another authority"):
        write_notice_ofd(base_pdf, other, now)
    for junk in (b"", b"%PDF-1.7", base_pdf[: len(base_pdf) // 2], b"PK\x03\x04"):
        with pytest.raises(OfdFailed):
            write_notice_ofd(junk, national_seal, now)


def test_with_a_timestamp(base_pdf: bytes, national_seal: NationalSeal, seal: Seal, now: datetime) -> None:
    data = write_notice_ofd(base_pdf, national_seal, now, timestamper=seal.timestamper)
    report = verify_ofd(data, [national_seal.roots_pem, seal.root_pem])
    assert report.verdict == "valid"
    assert report.timestamp_time is not None
    assert {finding.code for finding in report.findings} >= {"ofd_timestamp_trusted"}
    unknown = verify_ofd(data, [national_seal.roots_pem])
    assert unknown.verdict == "cannot_judge"
    assert unknown.timestamp_time is None
    assert "ofd_timestamp_not_judged" in {finding.code for finding in unknown.findings}


def test_the_picture_of_the_seal_is_that_of_the_stamp(national_seal: NationalSeal) -> None:
    assert read_seal(national_seal.esl).picture_type == "ofd"


@pytest.mark.slow
def test_openssl_computes_the_same_digests(
    ofd: Any, judge: Callable[..., subprocess.CompletedProcess[bytes]], tmp_path: Path
) -> None:
    for reference in parsed(ofd.parts[f"{SIGN}/Signature.xml"]).iter(f"{OFD}Reference"):
        part = tmp_path / "part"
        part.write_bytes(ofd.parts[reference.attrib["FileRef"][1:]])
        said = judge("openssl", "dgst", "-sm3", "-binary", part).stdout
        assert base64.b64encode(said).decode() == "".join(reference.itertext())
