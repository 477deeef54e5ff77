"""The rendered notice, judged by poppler and qpdf: its text, its pages, its refusals."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from esign import BadNotice, MissingGlyph, check_glyphs, render_notice
from esign.fonts import missing_characters
from esign.notice import mask_number

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


def test_the_templates_own_words_can_be_drawn() -> None:
    for template in TEMPLATES.glob("*.typ"):
        assert missing_characters(template.read_text("utf-8").replace("\n", "")) == ""


@pytest.mark.parametrize(
    ("number", "masked"),
    [("110101199003072316", "1101**********2316"), ("E12345678", "E*******8"), ("AB", "**"), ("ABC", "A*C")],
)
def test_masking_keeps_the_ends(number: str, masked: str) -> None:
    assert mask_number(number) == masked
