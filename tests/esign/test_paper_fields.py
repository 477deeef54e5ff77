"""Fields compared: what recognition misread is put right, what a forger changed is named, the unclear stays unread."""

from datetime import date
from hashlib import sha256

import cv2
import msgspec
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from esign.fonts import font_folders
from esign.paper_fields import compare_fields
from esign.paper_places import Page
from esign.paper_reader import Line
from esign.printcode import PrintedNotice, plain_text
from esign.report import FieldCompared

PRINTED = PrintedNotice(
    authority="北京市通州区政务服务管理局",
    number="京通政务受〔2026〕000123号",
    kind="受理通知书",
    applicant="王鿍涛",
    applicant_id="1101**********2316",
    item="建设工程规划许可证核发",
    item_code="000115010000-01",
    case_number="110112-01501-20261120-00042-7",
    base_digest=bytes(16),
    issued_on=date(2026, 11, 22),
    accepted_on=date(2026, 11, 22),
)
_FONT = ImageFont.truetype(f"{font_folders()[0]}/NotoSerifSC-Regular.otf", 30)
_FALLBACK = ImageFont.truetype(f"{font_folders()[1]}/NotoSansCJK-Regular.ttc", 30, index=2)


def line(text: str, left: float, middle: float, *, paper: str = "", height: float = 40) -> Line:
    """A line read as `text`, on whose picture stands `paper` (or the same)."""
    shown = paper or text
    fonts = [_FALLBACK if character == "鿍" else _FONT for character in shown]
    canvas = Image.new("L", (int(sum(map(ImageFont.FreeTypeFont.getlength, fonts, shown))) + 12, 42), 240)
    draw, x = ImageDraw.Draw(canvas), 6.0
    for character, font in zip(shown, fonts, strict=True):
        draw.text((x, 31), character, fill=40, font=font, anchor="ls")
        x += font.getlength(character)
    crop = cv2.GaussianBlur(np.asarray(canvas), (0, 0), 0.8)
    return Line(text, left, left + 30.0 * len(text), middle, height, cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR))


def page(**other: Line) -> Page:
    lines = {
        "authority": line("北京市通州区政务服务管理局", 514, 226, height=55),
        "kind": line("受理通知书", 662, 327, height=75),
        "number": line("京通政务受〔2026〕000123号", 997, 434),
        "addressee": line("王鿍涛：", 227, 520),
        "case": line("110112-01501-20261120-00042-7", 500, 800),
        "applicant": line("王鿍涛", 500, 850),
        "id": line("1101********2316", 500, 900, paper="1101**********2316"),
        "item": line("建设工程规划许可证核发", 500, 950),
        "code": line("000115010000-01", 500, 1000),
        "accepted": line("2026年11月22日", 500, 1050),
        "date": line("2026年11月22日", 1028, 1741),
    }
    labels = ["办件编号", "申请人", "居民身份证", "事项名称", "事项编码", "受理日期"]
    return Page([*{**lines, **other}.values(), *(line(name, 235, 800 + 50 * n) for n, name in enumerate(labels))])


def compared(made: Page, printed: PrintedNotice = PRINTED) -> dict[str, FieldCompared]:
    return {field.field: field for field in compare_fields(made, printed)}


def test_an_untouched_paper_agrees_in_every_field() -> None:
    fields = compared(page())
    assert {field.verdict for field in fields.values()} == {"equal"}
    assert list(fields)[:3] == ["authority", "kind", "number"]
    assert fields["number"].label == "文书编号"
    picture = cv2.imdecode(np.frombuffer(fields["case_number"].crop, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None


@pytest.mark.parametrize(
    ("place", "read", "paper"),
    [
        ("applicant", "王鏊涛", "王鿍涛"),  # a character that recognition has never seen
        ("code", "00115010000-01", "000115010000-01"),  # one zero swallowed
        ("id", "1101*****231616***", "1101**********2316"),  # the end of a masked number stammered
        ("number", "京通政务受〔2026〕OOO123号", "京通政务受〔2026〕000123号"),
        ("item", "建没工程规划许可证核友", "建设工程规划许可证核发"),
    ],
)
def test_what_was_misread_is_no_difference(place: str, read: str, paper: str) -> None:
    rows = {"applicant": (500, 850), "id": (500, 900), "code": (500, 1000), "number": (997, 434), "item": (500, 950)}
    fields = compared(page(**{place: line(read, *rows[place], paper=paper)}))
    assert {field.verdict for field in fields.values()} == {"equal"}


@pytest.mark.parametrize(
    ("place", "field", "paper", "row"),
    [
        ("number", "number", "京通政务受〔2026〕000128号", (997, 434)),
        ("applicant", "applicant", "王海涛", (500, 850)),
        ("addressee", "applicant", "王海涛：", (227, 520)),  # changed in one of two places
        ("id", "applicant_id", "1101**********2376", (500, 900)),
        ("item", "item", "食品经营许可证核发", (500, 950)),
        ("code", "item_code", "00115010000-01", (500, 1000)),
        ("accepted", "accepted_on", "2026年11月21日", (500, 1050)),
        ("date", "issued_on", "2026年11月27日", (1028, 1741)),
        ("case", "case_number", "110112-01501-20261120-00042-1", (500, 800)),
        ("kind", "kind", "不予受理通知书", (662, 327)),
    ],
)
def test_a_changed_field_is_named(place: str, field: str, paper: str, row: tuple[int, int]) -> None:
    changed = line(paper, *row, height=75 if place == "kind" else 40)
    fields = compared(page(**{place: changed}))
    assert {name for name, result in fields.items() if result.verdict != "equal"} == {field}
    assert fields[field].verdict == "differs"
    assert plain_text(fields[field].printed) == plain_text(paper)


def test_what_shows_neither_text_stays_unread() -> None:
    smudge = line("王鏊涛", 500, 850, paper="■■■■")
    away = line("：", 227, 520)
    fields = compared(page(applicant=smudge, addressee=away))
    assert fields["applicant"].verdict == "unread"
    assert compared(Page([]))["item"].verdict == "unread"


def test_a_cut_text_is_compared_to_its_end() -> None:
    full = "建设工程规划许可证核发"
    cut = msgspec.structs.replace(PRINTED, item=full[:6], cut={"item": sha256(full.encode()).digest()[:8]})
    assert compared(page(), cut)["item"].verdict == "equal"
    longer = line(full + "吗", 500, 950)
    assert compared(page(item=longer), cut)["item"].verdict == "unread"  # the end cannot be told from a misreading
    other = line("建设工厂规划许可证核发", 500, 950)
    assert compared(page(item=other), cut)["item"].verdict == "differs"
