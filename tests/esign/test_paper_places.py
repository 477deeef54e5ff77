"""Where fields stand, on pages made of bare lines: beside labels, over and under the title, wrapped, joined."""

import numpy as np

from esign.paper_places import FIELDS, Field, Page, in_order, page_of
from esign.paper_reader import Line

_CROP = np.full((40, 100, 3), 255, np.uint8)


def line(text: str, left: float, middle: float, height: float = 40) -> Line:
    return Line(text, left, left + 0.75 * height * len(text), middle, height, _CROP)


def field(name: str) -> Field:
    return next(field for field in FIELDS if field.name == name)


def readings(page: Page, name: str) -> list[list[str]]:
    return [[place.text for place in ways] for ways in page.places(field(name))]


HEAD = [
    line("测试印章·仅供演示", 1190, 129, 38),
    line("北京市通州区", 700, 190, 55),
    line("政务服务管理局", 690, 226, 55),
    line("受理通知书", 662, 327, 75),
    line("京通政务受〔2026〕000123号", 997, 434),
    line("北京云窗口建设工程：", 227, 520),
    line("你单位于2026年11月20日提出的申请，依据规定，决定自2026年", 292, 570),
    line("11月22日起予以受理，现予通知。", 224, 623),
]
TABLE = [
    line("办件编号", 235, 805),
    line("110112-01501", 500, 805),
    line("排队号", 982, 805),
    line("B017", 1190, 806),
    line("申请单位", 235, 862),
    line("北京云窗口", 500, 845),
    line("建设工程", 501, 879),
    line("联系电话", 982, 862),
    line("010-88880000", 1190, 863),
    line("统一社会信用代码", 235, 921),
    line("91110112MA01", 500, 922),
    line("事项名称许可证核发", 235, 968),
    line("承诺办结日期", 235, 1015),
    line("2026年12月4日（自受理之日起计算）", 500, 1016),
    line("监督投诉电话", 982, 1062),
    line("进度查询", 235, 1063),
    line("拨打办公电话", 500, 1064),
]
FOOT = [
    line("附件：受理材料清单，2026年11月21日止", 287, 1497),
    line("查询码", 538, 1643, 36),
    line("7K3M-9PQ2-XW4T", 540, 1686),
    line("2026年11月22日", 1028, 1741, 55),
    line("签收时间：", 883, 2037),
]
PAGE = Page([*FOOT, *TABLE, *HEAD])


def test_head_and_foot() -> None:
    assert readings(PAGE, "kind") == [["受理通知书"]]
    assert "北京市通州区政务服务管理局" in readings(PAGE, "authority")[0]
    assert readings(PAGE, "number") == [["京通政务受〔2026〕000123号"]]
    assert readings(PAGE, "query_code")[0][0] == "7K3M-9PQ2-XW4T"
    assert readings(PAGE, "issued_on") == [["2026年11月22日"]]  # not the date in the sentence above it


def test_cells_beside_their_labels() -> None:
    assert readings(PAGE, "case_number")[0][0] == "110112-01501"
    assert readings(PAGE, "due_on") == [["2026年12月4日"]]
    assert "91110112MA01" in readings(PAGE, "applicant_id")[0]


def test_a_wrapped_cell_and_the_addressee() -> None:
    cell, addressee = readings(PAGE, "applicant")
    assert "北京云窗口建设工程" in cell
    assert not any("联系电话" in text for text in cell)
    assert addressee == ["北京云窗口建设工程："]


def test_a_row_read_as_two_lines_is_one_text() -> None:
    halves = [line("〔2026〕000123号", 1150, 432), line("京通政务受", 997, 436)]
    page = Page([*halves, *TABLE, *(each for each in HEAD if "〔" not in each.text)])
    assert readings(page, "number") == [["京通政务受〔2026〕000123号"]]
    assert readings(page, "applicant")[1] == ["北京云窗口建设工程："]


def test_label_and_value_read_as_one_line() -> None:
    assert readings(PAGE, "item") == [["许可证核发"]]


def test_a_date_that_only_the_letter_mentions() -> None:
    assert readings(PAGE, "accepted_on") == []
    mention = PAGE.mentions("2026年11月22日")
    assert mention is not None
    assert len(mention.parts) == 2  # across the line break
    assert PAGE.mentions("2026年11月23日") is None


def test_a_page_of_something_else_has_no_places() -> None:
    for page in (Page([]), Page([line("某某公司", 100, 100), line("合同", 100, 200)])):
        assert all(list(page.places(field)) == [] for field in FIELDS)
        assert page.mentions("2026年11月22日") is None


def test_what_was_not_read_is_not_taken_for_its_neighbour() -> None:
    lines = [*FOOT, *TABLE, *HEAD]

    def without(text: str) -> Page:
        return Page([each for each in lines if each.text != text])

    assert readings(without("受理通知书"), "kind") == []  # the authority is no title
    assert readings(without("京通政务受〔2026〕000123号"), "number") == []
    assert readings(without("北京云窗口建设工程："), "applicant")[1:] == []
    assert readings(without("110112-01501"), "case_number") == []  # 排队号 and B017 are no case number


def test_pages_are_put_in_order_by_their_feet() -> None:
    first = [*HEAD, *TABLE, line("京通政务受〔2026〕000123号", 120, 2240), line("第1页 共2页", 728, 2251)]
    second = [
        *(each for each in FOOT),
        line("京通政务受〔2026〕000128号", 120, 2240),
        line("第 2 页　共 2 页", 728, 2251),
    ]
    assert (page_of(first), page_of(second), page_of(HEAD)) == ((1, 2), (2, 2), None)
    page = Page(in_order([second, first]))
    assert readings(page, "query_code")[0][0] == "7K3M-9PQ2-XW4T"
    assert readings(page, "kind") == [["受理通知书"]]
    # every page says its number: the second one is another notice's
    assert readings(page, "number") == [[f"京通政务受〔2026〕00012{n}号"] for n in (3, 3, 8)]
