"""The slip: everything on it can be read back, its code holds the token, a name never stands on it in full."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import msgspec
import pytest

from esign import BadNotice, MissingGlyph, SlipFacts, SlipMaterial, render_slip
from esign.slip import mask_name

Build = Callable[..., Any]


@pytest.fixture
def text_of(tmp_path: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]]) -> Callable[[SlipFacts], str]:
    def read(facts: SlipFacts) -> str:
        (tmp_path / "slip.pdf").write_bytes(render_slip(facts))
        text = judge("pdftotext", "-raw", tmp_path / "slip.pdf", "-").stdout.decode("utf-8")
        return "".join(text.split())

    return read


def test_everything_can_be_read_back(slip: Build, text_of: Callable[[SlipFacts], str]) -> None:
    facts = slip()
    text = text_of(facts)
    for expected in (
        "收件凭证", facts.hall, facts.ticket_number, facts.case_number, facts.token, facts.item.name,
        "2026年11月20日09:05", "欧*䶮", *(row.name for row in facts.materials), "共3件", "高拍仪", "12号",
        facts.deposits[0].materials,
        "本凭证仅证明收到材料，不代表受理。", "自2026年11月20日收到材料起算，2026年11月27日届满", "即可补号",
        facts.place, facts.phone, "第1页共1页",
    ):  # fmt: skip
        assert expected in text, expected
    assert facts.applicant not in text


def test_the_code_on_the_paper_is_the_token(
    slip: Build, tmp_path: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    (tmp_path / "slip.pdf").write_bytes(render_slip(slip()))
    for dots_per_inch in ("100", "300"):  # a poor camera, a scanner
        judge("pdftoppm", "-r", dots_per_inch, "-png", "-singlefile", tmp_path / "slip.pdf", tmp_path / "slip")
        picture = cv2.imread(str(tmp_path / "slip.png"))
        assert picture is not None
        assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == "7K3M9PQ2XW"


def test_a_pre_review_starts_no_clock_and_needs_no_cabinet(slip: Build, text_of: Callable[[SlipFacts], str]) -> None:
    text = text_of(slip(counts_from=None, tell_by=None, deposits=()))
    assert "不起算法定期限" in text
    assert "届满" not in text
    assert "材料柜" not in text


def test_the_list_says_what_is_asked_how_many_and_where_it_is_kept(
    slip: Build, text_of: Callable[[SlipFacts], str]
) -> None:
    one, two, three = slip().materials
    kept = msgspec.structs.replace(one, copies=2, cell=7)
    optional = msgspec.structs.replace(two, is_required=False)
    text = text_of(slip(materials=(kept, optional, three)))
    assert f"1{one.name}必要原件2{one.pages}高拍仪7号" in text
    assert f"2{two.name}可选原件1{two.pages}高拍仪—" in text
    assert "柜格" not in text_of(slip(deposits=()))


def test_many_materials_go_on_over_pages(slip: Build, text_of: Callable[[SlipFacts], str]) -> None:
    rows = tuple(SlipMaterial(name=f"竣工图纸第{n}册", form="原件", source="电子证照", pages=n) for n in range(1, 61))
    text = text_of(slip(materials=rows))
    assert all(row.name in text for row in rows)
    assert "第2页共" in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"token": ""}, "token"),
        ({"applicant": "张\u200b三"}, "applicant"),
        ({"tell_by": None}, "tell_by"),
        ({"tell_by": date(2026, 11, 19)}, "tell_by"),
        ({"materials": (SlipMaterial(name="申请表", form="原件", source="高拍仪", pages=0),)}, "materials[0].pages"),
        (
            {"materials": (SlipMaterial(name="申请表", form="原件", source="高拍仪", pages=1, copies=0),)},
            "materials[0].copies",
        ),
    ],
)
def test_bad_facts_are_refused_with_their_field(slip: Build, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadNotice) as caught:
        render_slip(slip(**changes))
    assert caught.value.field == field


def test_a_character_without_glyph_refuses_the_slip(slip: Build) -> None:
    with pytest.raises(MissingGlyph, match=r"item\.name"):
        render_slip(slip(item=msgspec.structs.replace(slip().item, name="许可😀")))


@pytest.mark.parametrize(
    ("kind", "name", "masked"),
    [
        ("person", "张国", "张*"),
        ("person", "张卫国", "张*国"),
        ("person", "欧阳建国", "欧**国"),
        ("person", "某", "某*"),
        ("organisation", "北京通运环保科技有限公司", "北京通运****有限公司"),
        ("organisation", "通运公司", "通**司"),
    ],
)
def test_a_name_is_masked_for_other_peoples_eyes(kind: str, name: str, masked: str) -> None:
    assert mask_name(kind, name) == masked
