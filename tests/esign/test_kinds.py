"""Each kind of notice: its own rules, and the whole way of facts, page, text layer, seal and verdict."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from esign import (
    AcceptanceNotice,
    BadNotice,
    ClosingNotice,
    ExtensionNotice,
    GapAcceptanceNotice,
    GrantDecision,
    MissingGlyph,
    NonAcceptanceNotice,
    NoticeFacts,
    RefusalDecision,
    Seal,
    SpecialProcedureNotice,
    TerminationNotice,
    VoidingDecision,
    render_notice,
    seal_notice,
    verify_notice,
)
from esign.facts import check_facts
from esign.kinds import KINDS
from esign.origin import read_origin

Build = Callable[..., Any]
Kind = type[NoticeFacts]
LONG = "一、经审查，建筑退线距离、绿地率和日照间距均不符合规划条件的要求。" * 30
LONG_NAME = "北京市通州区漷县镇农村集体经济组织联合社暨乡村振兴产业发展与生态环境综合治理示范工程建设指挥部𬬻䶮㛃𡋾鿍𫖯"

# what must stand on the page of each kind beside its own facts: clauses, remedies, consequences
SAID: dict[str, tuple[str, ...]] = {
    "acceptance/1": ("第三十二条第一款第（五）项", "2026年11月22日起予以受理", "材料齐全受理"),
    "gap_acceptance/1": (
        "容缺受理", "法定代表人身份证复印件", "5个工作日", "2026年11月27日", "按现有材料依法作出决定",
        "不作为不良信用记录", "容缺受理承诺书", "作出如下承诺", "承诺单位（盖章）", "本承诺书一式2份", "受理材料清单",
    ),
    "correction/1": ("第三十二条第一款第（四）项", "以上为需要补正的全部内容", "2026年12月6日"),
    "not_accepted/1": (
        "第三十二条第一款第（二）项", "不属于本机关职权范围", "三河市自然资源和规划局", "廊坊市三河市", "六十日内",
        "行政复议", "六个月内", "行政诉讼",
    ),
    "special_procedure/1": ("第四十五条", "专家评审", "15个工作日", "2026年11月23日", "2026年12月11日", "不计入办理"),
    "extension/1": ("第四十二条第一款", "相邻地块的材料尚未到齐", "10个工作日", "2027年1月4日", "周局长"),
    "grant/1": ("第三十八条第一款", "准予行政许可", "建筑面积12000平方米", "邮政寄递", "第四十四条", "十个工作日内"),
    "refusal/1": (
        "第三十八条第二款", "不予行政许可", "建筑退线距离3米", "绿地率21%", "六十日内", "行政复议", "六个月内",
        "行政诉讼",
    ),
    "closing/1": (
        "准予行政许可", "《建设工程规划许可证》", "24小时智能柜", "604713", "2026年11月29日", "送达回证",
        "受送达人签收", "代收人签收", "送达人",
    ),
    "termination/1": ("终止办理", "未在期限内补交", "2026年11月21日", "退还"),
    "voiding/1": ("京通政务准〔2026〕000011号", "作废", "编号不再使用", "与核定图纸不一致", "周主管", "依法重新"),
}  # fmt: skip


@pytest.fixture(params=KINDS.values(), ids=lambda kind: kind.template)
def kind(request: pytest.FixtureRequest) -> Kind:
    one: Kind = request.param
    return one


@pytest.fixture
def pages_of(
    tmp_path: Path, judge: Callable[..., subprocess.CompletedProcess[bytes]]
) -> Callable[[NoticeFacts], list[str]]:
    """The text of each page as poppler reads it, without spaces and line breaks."""

    def read(facts: NoticeFacts) -> list[str]:
        (tmp_path / "notice.pdf").write_bytes(render_notice(facts))
        text = judge("pdftotext", "-raw", tmp_path / "notice.pdf", "-").stdout.decode("utf-8")
        return ["".join(page.split()) for page in text.split("\f")[:-1]]

    return read


def _running(pages: list[str], facts: NoticeFacts) -> str:
    """The text through all pages, without what stands at the head and foot of each."""
    foot = rf"{re.escape(facts.number)}第\d+页共\d+页{facts.title}|测试印章·仅供演示"
    return "".join(re.sub(foot, "", page) for page in pages)


def _texts(facts: msgspec.Struct) -> list[str]:
    """Every text of the facts as it must be found again, in pieces where it has paragraphs."""
    found = []
    for value in msgspec.structs.astuple(facts):
        if isinstance(value, str) and value not in get_args(NonAcceptanceNotice.__annotations__["ground"]):
            found += ["".join(line.split()) for line in value.splitlines()]
        elif isinstance(value, msgspec.Struct):
            found += _texts(value)
        elif isinstance(value, tuple):
            found += [text for row in value for text in ([row] if isinstance(row, str) else _texts(row))]
    return found


def test_every_text_and_every_clause_can_be_read_back(
    kind: Kind, notice: Build, pages_of: Callable[[NoticeFacts], list[str]]
) -> None:
    facts = notice(kind)
    text = "".join(pages_of(facts))
    hidden = {facts.applicant.id_number, "person", "organisation", "full"}
    scans = {material.sha256 for material in getattr(facts, "materials", ())}
    for expected in (*_texts(facts), *SAID[kind.template], kind.title, "本文书一式2份", "签收时间"):
        if expected not in hidden | scans:
            assert expected in text, expected
    assert (facts.applicant.id_number in text) == (facts.applicant.kind == "organisation")
    for scan in scans:
        assert scan[:16] in text


def test_sealed_it_is_genuine_and_known_by_its_title(
    kind: Kind, notice: Build, seal: Seal, tmp_path: Path, judge: Callable[..., Any]
) -> None:
    sealed = seal_notice(render_notice(notice(kind)), seal, datetime.now(UTC))
    report = verify_notice(sealed, [seal.root_pem])
    assert (report.verdict, report.notice_title) == ("valid", kind.title)
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    said = judge("pdfsig", "-nocert", tmp_path / "sealed.pdf").stdout.decode()
    assert "Signature is Valid" in said
    assert "Total document signed" in said


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if "reason" in kind.__struct_fields__])
def test_a_thousand_characters_and_a_long_name_leave_no_page_with_a_signature_alone(
    kind: Kind, notice: Build, pages_of: Callable[[NoticeFacts], list[str]]
) -> None:
    person = msgspec.structs.replace(notice(kind).applicant, name=LONG_NAME)
    facts = notice(kind, reason=LONG, applicant=person)
    pages = pages_of(facts)
    assert f"{LONG_NAME}：" in "".join(pages)
    assert LONG in _running(pages, facts)
    assert [f"第{number}页共{len(pages)}页" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    (signed,) = [page for page in pages if "签收时间" in page]
    assert len(signed.partition("本文书一式")[0]) > 60, "the signature must not stand alone on its page"


def test_a_notice_in_place_of_a_void_one_says_so(
    kind: Kind, notice: Build, pages_of: Callable[[NoticeFacts], list[str]]
) -> None:
    sentence = f"本{kind.title}替代京通政务受〔2026〕000122号，原{kind.title}作废。"
    assert sentence in "".join(pages_of(notice(kind, replaces="京通政务受〔2026〕000122号")))
    assert "替代" not in "".join(pages_of(notice(kind)))


def test_a_character_without_glyph_refuses_every_kind(kind: Kind, notice: Build) -> None:
    with pytest.raises(MissingGlyph, match="handler"):
        render_notice(notice(kind, handler="李😀"))


def test_the_stamp_lies_on_the_sheet(kind: Kind, notice: Build) -> None:
    origin = read_origin(PdfFileReader(BytesIO(render_notice(notice(kind)))))
    assert origin is not None
    assert (origin.template, origin.title) == (kind.template, f"{kind.title} {origin.number}")
    assert 119 < origin.seal_x < 595 - 119
    assert 119 < origin.seal_y < 842 - 119


def test_facts_of_every_kind_survive_json(kind: Kind, notice: Build) -> None:
    facts = notice(kind)
    assert msgspec.json.decode(msgspec.json.encode(facts), type=kind) == facts


def test_the_ways_of_acceptance(notice: Build, pages_of: Callable[[NoticeFacts], list[str]]) -> None:
    deemed = notice(AcceptanceNotice, way="deemed", accepted_on=date(2026, 11, 20), remark="届满日以公布为准。")
    pages = pages_of(deemed)
    assert "“逾期不告知的，自收到申请材料之日起即为受理”" in pages[0]
    assert "2026年11月20日起视为受理" in pages[0]
    assert "备注届满日以公布为准。" in pages[0]
    assert "签收时间" in pages[0]
    pages = pages_of(notice(AcceptanceNotice, way="commitment"))
    assert "已签署告知承诺书" in pages[0]
    assert "签收时间" in pages[0]


def test_a_void_notice_can_name_its_kind_and_the_one_in_its_place(
    notice: Build, pages_of: Callable[[NoticeFacts], list[str]]
) -> None:
    new = "京通政务准〔2026〕000012号"
    text = "".join(pages_of(notice(VoidingDecision, voided_title="准予行政许可决定书", new_number=new)))
    assert "京通政务准〔2026〕000011号《准予行政许可决定书》" in text
    assert f"另行出具{new}" in text
    assert f"更正后的文书{new}" in text


def test_fee_and_deposit_slip_stand_on_an_acceptance(
    notice: Build, pages_of: Callable[[NoticeFacts], list[str]]
) -> None:
    text = "".join(pages_of(notice(GapAcceptanceNotice, fee="每件50元", deposit_slip="C12-604713")))
    assert "收费标准每件50元" in text
    assert "存件单号C12-604713" in text


def test_the_letter_of_commitment_has_a_page_of_its_own(
    notice: Build, pages_of: Callable[[NoticeFacts], list[str]]
) -> None:
    (page,) = [page for page in pages_of(notice(GapAcceptanceNotice)) if "容缺受理承诺书" in page and "附件一" in page]
    for said in (
        "法定代表人身份证复印件",
        "2026年11月27日",
        "承诺单位（盖章）",
        "法定代表人（签字）",
        "承诺日期",
        "一式2份",
    ):
        assert said in page, said
    assert "代理人（签字）" not in page


def test_the_two_grounds_and_the_two_ends(notice: Build, pages_of: Callable[[NoticeFacts], list[str]]) -> None:
    text = "".join(pages_of(notice(NonAcceptanceNotice, ground="not_needed", competent_body="")))
    assert "第三十二条第一款第（一）项" in text
    assert "不属于本机关职权范围" not in text
    text = "".join(pages_of(notice(TerminationNotice, hand_in_by=None)))
    assert "自愿撤回该申请" in text
    assert "未在期限内补交" not in text
    text = "".join(pages_of(notice(ExtensionNotice, days=15, is_joint=True)))
    assert "第四十二条第二款，经本级人民政府负责人批准" in text


BAD: list[tuple[Kind, dict[str, Any], str]] = [
    (AcceptanceNotice, {"way": "deemed"}, "accepted_on"),
    (GapAcceptanceNotice, {"gaps": ()}, "gaps"),
    (GapAcceptanceNotice, {"materials": ()}, "materials"),
    (GapAcceptanceNotice, {"consequence": ""}, "consequence"),
    (NonAcceptanceNotice, {"competent_body": ""}, "competent_body"),
    (NonAcceptanceNotice, {"ground": "not_needed"}, "competent_body"),
    (NonAcceptanceNotice, {"reason": ""}, "reason"),
    (NonAcceptanceNotice, {"reason": "一\u202e二"}, "reason"),
    (SpecialProcedureNotice, {"days": 0}, "days"),
    (SpecialProcedureNotice, {"from_on": date(2026, 11, 20)}, "from_on"),
    (SpecialProcedureNotice, {"until_on": date(2026, 11, 22)}, "until_on"),
    (SpecialProcedureNotice, {"step": ""}, "step"),
    (ExtensionNotice, {"days": 11}, "days"),
    (ExtensionNotice, {"days": 16, "is_joint": True}, "days"),
    (ExtensionNotice, {"due_on": date(2026, 11, 21)}, "due_on"),
    (ExtensionNotice, {"reason": " "}, "reason"),
    (GrantDecision, {"accepted_on": date(2026, 11, 19)}, "accepted_on"),
    (RefusalDecision, {"reason": ""}, "reason"),
    (RefusalDecision, {"reason": "长" * 2001}, "reason"),
    (RefusalDecision, {"handler": "两\n行"}, "handler"),
    (ClosingNotice, {"keep_until": date(2026, 11, 21)}, "keep_until"),
    (ClosingNotice, {"collection": ""}, "collection"),
    (TerminationNotice, {"hand_in_by": date(2026, 11, 22)}, "hand_in_by"),
    (ClosingNotice, {"documents": ()}, "documents"),
    (ClosingNotice, {"documents": ("许可证", "")}, "documents[1]"),
    (VoidingDecision, {"new_number": "京通政务准〔2026〕000011号"}, "new_number"),
    (VoidingDecision, {"voided_number": ""}, "voided_number"),
    (VoidingDecision, {"number": "京通政务准〔2026〕000011号"}, "voided_number"),
]


@pytest.mark.parametrize(("kind", "changes", "field"), BAD)
def test_bad_facts_are_refused_with_their_field(notice: Build, kind: Kind, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadNotice) as caught:
        check_facts(notice(kind, **changes))
    assert caught.value.field == field


def test_a_gap_is_checked_row_by_row(notice: Build) -> None:
    (gap,) = notice(GapAcceptanceNotice).gaps
    for change, field in (({"days": 0}, "gaps[1].days"), ({"due_on": date(2026, 11, 20)}, "gaps[1].due_on")):
        with pytest.raises(BadNotice) as caught:
            check_facts(notice(GapAcceptanceNotice, gaps=(gap, msgspec.structs.replace(gap, **change))))
        assert caught.value.field == field


def test_the_common_facts_alone_are_no_notice(acceptance: Build) -> None:
    values = msgspec.structs.asdict(acceptance())
    bare = NoticeFacts(**{name: values[name] for name in NoticeFacts.__struct_fields__})
    with pytest.raises(BadNotice, match="title"):
        check_facts(bare)
