"""The rendered notice, judged by poppler and qpdf: its text, its pages, its refusals."""

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader

from esign import BadNotice, GrantDecision, MissingGlyph, check_glyphs, render_notice
from esign.fonts import missing_characters
from esign.notice import mask_number
from esign.origin import read_origin

Build = Callable[..., Any]
RARE = "𬬻䶮㛃𡋾鿍𫖯𬭚𬬭𫓧"
TEMPLATES = Path(__file__).parents[2] / "esign" / "templates"


@pytest.fixture
def text_of(tmp_path: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]]) -> Callable[[bytes], str]:
    def read(pdf: bytes) -> str:
        (tmp_path / "notice.pdf").write_bytes(pdf)
        return judge("pdftotext", "-raw", tmp_path / "notice.pdf", "-").stdout.decode("utf-8")

    return read


def _pages(text: str) -> list[str]:
    return text.split("\f")[:-1]


def test_every_fact_can_be_read_back(acceptance: Build, text_of: Callable[[bytes], str]) -> None:
    facts = acceptance()
    text = text_of(render_notice(facts)).replace("\n", "")
    applicant, item = facts.applicant, facts.item
    for expected in (
        facts.title, facts.number, facts.authority, applicant.name, applicant.id_kind, "1101**********2316",
        applicant.phone, item.name, item.code, item.business, facts.case_number, facts.ticket_number, facts.place,
        facts.handler, facts.office_phone, facts.complaint_phone, facts.query_way, facts.legal_basis, "一式2份",
        "2026年11月20日", "2026年11月22日", "20个工作日", "10个工作日", "2026年12月4日", "不收费", facts.delivery_way,
        "第1页　共2页".replace("　", ""),
        *(material.name for material in facts.materials), *(material.sha256[:16] for material in facts.materials),
    ):  # fmt: skip
        assert expected in text.replace("　", "").replace(" ", "") or expected in text, expected
    assert applicant.id_number not in text


def test_every_correction_can_be_read_back(correction: Build, text_of: Callable[[bytes], str]) -> None:
    facts = correction()
    text = text_of(render_notice(facts)).replace("\n", "")
    (row,) = facts.corrections
    for expected in (
        facts.title, facts.applicant.legal_representative, facts.applicant.id_number, row.material, row.problem,
        row.standard, row.how, "第1页", "批注3号", "以上为需要补正的全部内容", "2026年12月6日", facts.effect,
    ):  # fmt: skip
        assert expected in text, expected


def test_a_problem_told_in_lines_keeps_its_lines(correction: Build, text_of: Callable[[bytes], str]) -> None:
    (row,) = correction().corrections
    lines = msgspec.structs.replace(row, problem="一、缺少签章\n\n二、缺少标注")
    text = text_of(render_notice(correction(corrections=(lines,))))
    assert "一、缺少签章\n二、缺少标注" in text


def test_a_correction_of_one_item_fits_one_page(correction: Build, text_of: Callable[[bytes], str]) -> None:
    assert len(_pages(text_of(render_notice(correction())))) == 1


def test_rare_name_characters_survive_exactly(acceptance: Build, text_of: Callable[[bytes], str]) -> None:
    facts = acceptance()
    named = msgspec.structs.replace(facts.applicant, name=RARE)
    assert f"{RARE}：" in text_of(render_notice(acceptance(applicant=named)))


def test_a_character_without_glyph_refuses_the_notice(acceptance: Build) -> None:
    named = msgspec.structs.replace(acceptance().applicant, name="张😀三")
    with pytest.raises(MissingGlyph, match=r"applicant\.name") as caught:
        render_notice(acceptance(applicant=named))
    assert caught.value.characters == "😀"
    with pytest.raises(MissingGlyph, match=r"U\+0378"):
        check_glyphs(acceptance(handler="李\u0378"))
    with pytest.raises(BadNotice, match="handler"):
        render_notice(acceptance(handler=""))


def test_two_readers_find_a_sample_of_gb2312_exactly(
    notice: Build, tmp_path: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    cells = (bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF, 17))
    sample = RARE + "".join(cell.decode("gb2312", errors="ignore") for cell in cells)
    facts = notice(GrantDecision, content=sample)
    (tmp_path / "notice.pdf").write_bytes(render_notice(facts))
    foot = rf"{facts.number}第\d页共\d页{facts.title}|测试印章·仅供演示"
    for reader in (("pdftotext", "-raw"), ("mutool", "draw", "-q", "-F", "txt")):
        output = () if reader[0] == "mutool" else ("-",)
        text = judge(*reader, tmp_path / "notice.pdf", *output).stdout.decode("utf-8")
        assert sample in re.sub(foot, "", "".join(text.split())), reader[0]


def test_markup_in_a_field_stays_text(acceptance: Build, text_of: Callable[[bytes], str]) -> None:
    hostile = '#panic("x") *b* $y$ <seal> #import "/etc/passwd" \\ // end'
    assert hostile in text_of(render_notice(acceptance(query_way=hostile))).replace("\n", " ")


def test_thirty_materials_and_long_names_break_over_pages_with_their_heading(
    acceptance: Build, materials: Build, text_of: Callable[[bytes], str]
) -> None:
    long = tuple(msgspec.structs.replace(m, name=m.name + "的竣工图纸与说明书及附属计算书" * 3) for m in materials(30))
    pages = _pages(text_of(render_notice(acceptance(materials=long))))
    assert len(pages) >= 3
    for number, page in enumerate(pages[1:], start=2):
        assert "材料名称" in page
        assert f"第 {number} 页" in page
    assert "30" in pages[-1]
    assert len(_pages(text_of(render_notice(acceptance(materials=materials(30)))))) == 2


def test_the_longest_texts_keep_signature_and_closing_together(
    acceptance: Build, correction: Build, text_of: Callable[[bytes], str]
) -> None:
    full = acceptance(special_steps="听证" * 450, query_way="查" * 400)
    signed = [page for page in _pages(text_of(render_notice(full))) if "签收时间" in page]
    assert len(signed) == 1
    assert "附件：受理材料清单" in signed[0]
    rows = correction().corrections * 20
    signed = [page for page in _pages(text_of(render_notice(correction(corrections=rows)))) if "签收时间" in page]
    assert "以上为需要补正的全部内容" in signed[0]


def test_three_hundred_materials_of_the_longest_names(
    acceptance: Build, materials: Build, text_of: Callable[[bytes], str]
) -> None:
    name = "生产厂区总平面布置图及竣工验收说明" * 7
    (row,) = materials(1)
    rows = tuple(msgspec.structs.replace(row, name=f"{index:03d}号{name}", pages=index + 1) for index in range(300))
    pages = _pages(text_of(render_notice(acceptance(materials=rows))))
    text = "".join(re.sub(r"\s", "", page) for page in pages)
    assert [int(found) for found in re.findall(r"(\d{3})号生产", text)] == list(range(300))
    assert all("材料名称" in page and "影像摘要" in page for page in pages[1:])
    # a row is never parted: on every page as many digests as there are beginnings of names
    for page in pages[1:]:
        assert len(re.findall(r"\d{3}号生产", page)) == page.count(row.sha256[:16]) > 1


def test_no_page_begins_with_the_last_row_alone(
    acceptance: Build, materials: Build, text_of: Callable[[bytes], str]
) -> None:
    on_last_page = []
    for count in range(30, 37):
        pages = _pages(text_of(render_notice(acceptance(materials=materials(count)))))
        on_last_page.append((len(pages), len(re.findall(r"^\d+ 总平面", pages[-1], re.MULTILINE))))
    assert {pages for pages, _ in on_last_page} == {2, 3}, "the list must just outgrow its page here"
    assert min(rows for _, rows in on_last_page) == 2


def test_the_printed_code_has_its_white_place_and_says_how_to_check(
    acceptance: Build, tmp_path: Path, text_of: Callable[[bytes], str], judge: Callable[..., Any]
) -> None:
    facts = acceptance(query_code="7K3M-9PQ2-XW4T", check_address="https://hall.example/N")
    pdf = render_notice(facts)
    text = text_of(pdf)
    assert "查询码\n7K3M-9PQ2-XW4T\n" in text
    assert "https://hall.example/N\n" in text
    assert "查询码" not in text_of(render_notice(acceptance()))
    origin = read_origin(PdfFileReader(BytesIO(pdf)))
    assert origin is not None
    (tmp_path / "notice.pdf").write_bytes(pdf)
    judge("pdftoppm", "-r", "72", "-gray", "-singlefile", tmp_path / "notice.pdf", tmp_path / "page")
    page = cv2.imread(str(tmp_path / "page.pgm"), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    zone = 2 * 72 / 25.4  # four modules of half a millimetre
    left, right = round(origin.code_x - zone), round(origin.code_x + origin.code_size + zone)
    top, bottom = round(842 - origin.code_y - origin.code_size - zone), round(842 - origin.code_y + zone)
    assert page[top:bottom, left:right].min() == 255
    assert page[top:bottom, right : right + 90].min() < 100, "beside it stands how to check"


def test_the_crop_of_the_marked_place_stands_in_its_row(
    correction: Build, tmp_path: Path, text_of: Callable[[bytes], str], judge: Callable[..., Any]
) -> None:
    (row,) = correction().corrections
    done, png = cv2.imencode(".png", np.full((90, 160, 3), 180, np.uint8))
    done_too, jpg = cv2.imencode(".jpg", np.full((90, 160, 3), 90, np.uint8))
    assert done
    assert done_too
    rows = (*(msgspec.structs.replace(row, crop=crop.tobytes()) for crop in (png, jpg)), row)
    pdf = render_notice(correction(corrections=rows))
    assert text_of(pdf).count("第1页 批注3号") == 3
    (tmp_path / "notice.pdf").write_bytes(pdf)
    assert judge("qpdf", "--check", tmp_path / "notice.pdf").returncode == 0
    pictures = judge("pdfimages", "-list", tmp_path / "notice.pdf").stdout.decode().splitlines()[2:]
    assert [line.split()[3:5] for line in pictures] == [["160", "90"]] * 2


def test_ways_to_hand_in_have_a_column_only_where_they_differ(
    correction: Build, text_of: Callable[[bytes], str]
) -> None:
    (row,) = correction().corrections
    alike = text_of(render_notice(correction(corrections=(row, row))))
    assert f"补交方式：{row.how}。" in alike.replace("\n", "")
    other = msgspec.structs.replace(row, how="到窗口当面递交纸质原件")
    apart = text_of(render_notice(correction(corrections=(row, other)))).replace("\n", "")
    assert "补交方式：" not in apart
    assert other.how in apart


@pytest.mark.parametrize("field", ["material", "problem", "standard", "how"])
def test_the_longest_correction_loses_nothing(correction: Build, text_of: Callable[[bytes], str], field: str) -> None:
    (row,) = correction().corrections
    long = msgspec.structs.replace(row, **{field: "建筑退线距离、绿地率和日照间距" * 133})
    facts = correction(corrections=(long, msgspec.structs.replace(row, how="邮寄"), long))
    assert text_of(render_notice(facts)).count("率") == 2 * 133


@pytest.mark.parametrize("field", ["legal_basis", "query_way", "delivery_way", "special_steps", "handler"])
def test_the_longest_row_of_the_facts_loses_nothing(
    acceptance: Build, text_of: Callable[[bytes], str], field: str
) -> None:
    text = text_of(render_notice(acceptance(**{field: "建筑退线距离、绿地率和日照间距" * 133})))
    assert text.count("率") == 133
    assert len([page for page in _pages(text) if "签收时间" in page]) == 1


def test_an_agent_stands_on_the_notice_with_the_authorisation(
    acceptance: Build, text_of: Callable[[bytes], str]
) -> None:
    agent = {"agent": "王代理", "authorisation": "2026年11月1日授权委托书，代为提交和签收"}
    text = text_of(render_notice(acceptance(applicant=msgspec.structs.replace(acceptance().applicant, **agent))))
    assert "代理人 王代理\n" in text
    assert agent["authorisation"] in text
    assert "代理权限" not in text_of(render_notice(acceptance()))


def test_the_test_mark_stands_on_each_page_or_none(acceptance: Build, text_of: Callable[[bytes], str]) -> None:
    assert all("测试印章 · 仅供演示" in page for page in _pages(text_of(render_notice(acceptance()))))
    assert "测试印章" not in text_of(render_notice(acceptance(is_test=False)))


def test_same_facts_same_bytes_from_any_thread(acceptance: Build, correction: Build) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(render_notice, [acceptance(), correction()] * 4))
    assert set(made[0::2]) == {made[0]}
    assert set(made[1::2]) == {made[1]}


def test_other_tools_find_a_sound_file(acceptance: Build, tmp_path: Path, judge: Callable[..., Any]) -> None:
    (tmp_path / "notice.pdf").write_bytes(render_notice(acceptance()))
    assert judge("qpdf", "--check", tmp_path / "notice.pdf").returncode == 0
    fonts = judge("pdffonts", tmp_path / "notice.pdf").stdout.decode().splitlines()[2:]
    assert {line.split("+")[1].split("-Regular")[0] for line in fonts} == {"NotoSerifSC", "NotoSansCJKsc"}
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts)


def test_what_pdf_a_2b_asks_for_is_there(acceptance: Build, tmp_path: Path, judge: Callable[..., Any]) -> None:
    """As far as it can be looked up here; typst itself refuses what the standard forbids (ISO 19005-2)."""
    pdf = render_notice(acceptance())
    reader = PdfReader(BytesIO(pdf))
    root: Any = reader.root_object
    metadata = root["/Metadata"].get_object().get_data().decode("utf-8")
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    (intent,) = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert intent.get_object()["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"
    assert {"/ID", "/Info"} <= reader.trailer.keys()
    assert "/Encrypt" not in reader.trailer
    assert not {"/AcroForm", "/Names", "/OpenAction", "/AA"} & root.keys()
    assert all("/Annots" not in page for page in reader.pages)


def test_the_templates_own_words_can_be_drawn() -> None:
    for template in TEMPLATES.glob("*.typ"):
        assert missing_characters(template.read_text("utf-8").replace("\n", "")) == ""


@pytest.mark.parametrize(
    ("number", "masked"),
    [("110101199003072316", "1101**********2316"), ("E12345678", "E*******8"), ("AB", "**"), ("ABC", "A*C")],
)
def test_masking_keeps_the_ends(number: str, masked: str) -> None:
    assert mask_number(number) == masked
