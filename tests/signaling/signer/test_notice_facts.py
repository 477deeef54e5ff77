"""Each order of the hall becomes facts that may stand on a notice, with the words and days of the order."""

from datetime import date, datetime
from typing import Any, get_args

import msgspec
import pytest

import esign
from signaling.hall.orders import NoticeOrder
from signaling.protocol.values import (
    OFFICIAL_TIME,
    Applicant,
    Correction,
    Gap,
    Material,
    NoticeKind,
    Particulars,
    Result,
    SpecialStep,
)
from signaling.server.catalogue import read_catalogue
from signaling.signer.notice_facts import Office, facts_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
OFFICE = Office(
    authority="北京市通州区政务服务管理局",
    place="北京城市副中心政务服务中心",
    office_phone="010-12345",
    complaint_phone="010-12345",
    query_way="凭受理编号在任一自助终端查询",
)
ITEM = read_catalogue(None)[0]
ORDER = NoticeOrder(
    notice_id="n-1",
    kind="acceptance",
    number="京通政务受〔2026〕000001号",
    case_id="20261120-00001",
    ticket_number="A001",
    item=ITEM,
    applicant=Applicant("person", "龚䶮", "resident_id", "11010519491231002X", "13800000000"),
    materials=(Material(ITEM.slots[0].code, "0" * 64, "a.pdf", "application/pdf", 9, 2, "camera"),),
    corrections=(),
    received_at=NOON,
    decided_at=NOON,
    reviewer_name="沈明",
    terminal_name="自助终端 01",
    promised_due=date(2026, 12, 4),
    statutory_due=date(2026, 12, 18),
    is_due_provisional=False,
    accepted_on=date(2026, 11, 20),
)
REASON = "第一行\n第二行"
RESULT = Result("in_locker", "locker", code="604713", cell=12, keep_until=date(2026, 11, 29))
CHANGES: dict[NoticeKind, dict[str, Any]] = {
    "acceptance": {"acceptance": "full"},
    "correction": {"corrections": (Correction(ITEM.slots[1].code, 0, "缺少比例尺", "标注比例尺"),)},
    "not_accepted": {
        "particulars": Particulars(reason=REASON, ground="not_competent", competent_body="三河市自然资源和规划局"),
        "accepted_on": None,
    },
    "gap_acceptance": {
        "acceptance": "gap",
        "particulars": Particulars(gaps=(Gap(ITEM.slots[1].code, 5),)),
        "gap_dues": (date(2026, 11, 27),),
    },
    "special_procedure": {
        "particulars": Particulars(reason=REASON, step="hearing", days=15),
        "paused_from": date(2026, 11, 23),
    },
    "extension": {"particulars": Particulars(reason=REASON, days=10)},
    "grant": {"result": Result("making", "courier", "新华东街一号院")},
    "refusal": {"particulars": Particulars(reason=REASON)},
    "closing": {"result": RESULT},
    "termination": {"lapsed_on": date(2026, 11, 19)},
    "voiding": {"replaces": "京通政务准〔2026〕000011号", "particulars": Particulars(reason=REASON)},
}


def order(kind: NoticeKind, **changes: Any) -> NoticeOrder:
    return msgspec.structs.replace(ORDER, kind=kind, **{**CHANGES[kind], **changes})


def facts(kind: NoticeKind, **changes: Any) -> Any:
    return facts_of(order(kind, **changes), OFFICE, is_test=True)


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_every_kind_of_order_can_be_rendered(kind: NoticeKind) -> None:
    made = facts(kind)
    assert made.template == f"{kind}/1"
    assert (made.number, made.handler, made.case_number) == (ORDER.number, "沈明", "20261120-00001")
    assert esign.render_notice(made).startswith(b"%PDF-")


@pytest.mark.parametrize("way", ["full", "commitment", "deemed"])
def test_the_way_of_acceptance_stands_on_the_notice(way: Any) -> None:
    assert facts("acceptance", acceptance=way).way == way


def test_a_deemed_acceptance_is_issued_later_but_dates_from_the_receipt() -> None:
    late = datetime(2026, 11, 30, 0, 5, tzinfo=OFFICIAL_TIME)
    made = facts("acceptance", acceptance="deemed", decided_at=late)
    assert (made.accepted_on, made.issued_on) == (date(2026, 11, 20), date(2026, 11, 30))
    assert esign.render_notice(made)


def test_a_gap_names_its_material_and_its_last_day() -> None:
    (gap,) = facts("gap_acceptance").gaps
    assert (gap.name, gap.days, gap.due_on) == (ITEM.slots[1].name, 5, date(2026, 11, 27))
    (gap,) = facts("gap_acceptance", gap_dues=()).gaps
    assert gap.due_on is None


@pytest.mark.parametrize("step", [step for step in get_args(SpecialStep) if step])
def test_every_special_step_has_its_word(step: SpecialStep) -> None:
    made = facts("special_procedure", particulars=Particulars(reason=REASON, step=step, days=15))
    assert len(made.step) >= 2
    assert not made.step.isascii()
    assert (made.from_on, made.until_on, made.days) == (date(2026, 11, 23), date(2026, 12, 4), 15)


def test_a_joint_item_is_extended_by_its_own_paragraph() -> None:
    joint = msgspec.structs.replace(ITEM, case_type="joint")
    assert facts("extension", item=joint).is_joint
    assert not facts("extension").is_joint


@pytest.mark.parametrize(
    ("result", "told", "code"),
    [
        (RESULT, "24小时智能柜自取（12号柜格）", "604713"),
        (Result("at_counter", "hall", code="604713"), "政务服务大厅出件窗口领取", "604713"),
        (
            Result("handed_over", "courier", "新华东街一号院", code="604713", tracking="EM1"),
            "邮政寄递（新华东街一号院，运单号EM1），已送达",
            "",
        ),
    ],
)
def test_how_to_collect(result: Result, told: str, code: str) -> None:
    made = facts("closing", result=result)
    assert (made.collection, made.code) == (told, code)
    assert made.keep_until == (result.keep_until if code else None)


@pytest.mark.parametrize("kind", ["acceptance", "gap_acceptance", "grant"])
def test_how_the_applicant_chose_to_fetch_the_result_stands_on_the_notice(kind: NoticeKind) -> None:
    assert facts(kind, result=Result("making", "locker")).delivery_way == "24小时智能柜自取"
    assert facts(kind, result=None).delivery_way == ORDER.item.delivery


def test_withdrawn_or_lapsed() -> None:
    assert facts("termination").hand_in_by == date(2026, 11, 19)
    assert facts("termination", lapsed_on=None).hand_in_by is None


def test_a_correction_says_what_follows_by_the_rule_of_the_item() -> None:
    assert "终止办理" in facts("correction").effect
    waiting = msgspec.structs.replace(ITEM, does_lapse=False)
    assert "终止办理" not in facts("correction", item=waiting).effect


def test_a_correction_points_at_its_mark_and_shows_its_crop() -> None:
    digest = "c" * 64
    marked = Correction(ITEM.slots[1].code, 2, "缺少比例尺", "标注比例尺", mark_number=4, crop=digest)
    plain = Correction(ITEM.slots[1].code, 0, "缺少签章", "加盖公章")
    made: Any = facts_of(order("correction", corrections=(marked, plain)), OFFICE, True, {digest: b"picture"})
    assert [(row.page, row.mark_number, row.crop) for row in made.corrections] == [(3, 4, b"picture"), (1, None, None)]


def test_the_list_says_what_the_item_asks_for() -> None:
    slot = msgspec.structs.replace(ITEM.slots[0], is_required=False, copies=3)
    (row,) = facts("acceptance", item=msgspec.structs.replace(ITEM, slots=(slot, *ITEM.slots[1:]))).materials
    assert (row.is_required, row.copies) == (False, 3)


def test_a_notice_can_be_checked_where_there_is_a_code_and_an_address() -> None:
    coded = order("grant", query_code="7K3M9PQ2XW4T")
    office = msgspec.structs.replace(OFFICE, check_address="https://hall.example/N")
    made = facts_of(coded, office, is_test=True)
    assert (made.query_code, made.check_address) == ("7K3M-9PQ2-XW4T", "https://hall.example/N")
    assert esign.render_notice(made)
    for bare in (facts_of(coded, OFFICE, is_test=True), facts_of(order("grant"), office, is_test=True)):
        assert (bare.query_code, bare.check_address) == ("", "")


def test_a_provisional_day_is_named_as_a_remark() -> None:
    assert "尚未公布" in facts("acceptance", is_due_provisional=True).remark
    assert facts("acceptance").remark == ""


def test_only_a_replacement_says_that_it_replaces() -> None:
    old = "京通政务受〔2026〕000122号"
    assert facts("acceptance", replaces=old).replaces == old
    made = facts("voiding")
    assert (made.replaces, made.voided_number) == ("", "京通政务准〔2026〕000011号")
