"""Every code a case can show has its Chinese word."""

from datetime import date
from typing import get_args

import pytest

from reviewer.decisions import Reason, ReasonCode
from reviewer.outcomes import FORMS, FaultCode, FixField
from reviewer.qt import casewords
from reviewer.worklist import Pressure
from signaling.protocol import values
from signaling.protocol.values import Clock

TABLES = [
    (casewords.CASE_STATE, values.CaseState),
    (casewords.CASE_CHIP, values.CaseState),
    (casewords.NOTICE_STATE, values.NoticeState),
    (casewords.NOTICE_KIND, values.NoticeKind),
    (casewords.OUTCOME, values.Outcome),
    (casewords.ACCEPTANCE, values.AcceptanceKind),
    (casewords.GROUND, values.Ground),
    (casewords.SPECIAL_STEP, values.SpecialStep),
    (casewords.ROLE, values.Role),
    (casewords.TICKET_STATE, values.TicketState),
    (casewords.TICKET_KIND, values.TicketKind),
    (casewords.PRIORITY, values.PriorityGroup),
    (casewords.CONVERSION, values.Conversion),
    (casewords.WORK_KIND, values.WorkKind),
    (casewords.ITEM_STATE, values.ItemState),
    (casewords.ORIGINAL, values.OriginalState),
    (casewords.DEPOSIT_STATE, values.DepositState),
    (casewords.RESULT_STATE, values.ResultState),
    (casewords.DELIVERY, values.DeliveryWay),
    (casewords.GRADE, values.Grade),
    (casewords.CLOCK, values.ClockKind),
    (casewords.CLOCK_STATE, values.ClockState),
    (casewords.PRESSURE, Pressure),
    (casewords.FIX_FIELD, FixField),
    (casewords.FAULT, FaultCode),
]


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


@pytest.mark.parametrize(("table", "codes"), TABLES)
def test_tables_are_complete_and_chinese(table, codes):
    assert set(table) == set(get_args(codes))
    if table is not casewords.CASE_CHIP:
        for code, words in table.items():
            text = words if isinstance(words, str) else words[1]
            assert is_chinese(text) or code in ("", "none"), code


@pytest.mark.parametrize("code", get_args(ReasonCode))
def test_every_reason_is_a_sentence(code):
    assert is_chinese(casewords.reason_sentence(Reason(code, "3")))


def test_a_missing_role_is_named():
    for form in FORMS.values():
        sentence = casewords.reason_sentence(Reason("wrong_role", form.role))
        assert is_chinese(sentence)
        assert form.role not in sentence


def test_how_a_case_was_accepted_is_said_when_it_was_unusual():
    assert casewords.case_word("accepted", "full") == "已受理"
    assert casewords.case_word("accepted", "deemed") == "视为受理"
    assert casewords.case_word("accepted", "commitment") == "承诺受理"
    assert (casewords.case_word("closed", "full"), casewords.case_chip("closed", "full")) == ("已办结", "good")
    assert (casewords.case_word("closed", ""), casewords.case_chip("closed", "")) == ("不予受理·已办结", "idle")


def test_why_a_ticket_rings_out_of_its_turn():
    words = casewords.place_words
    assert words("new", "", "") == []
    assert words("rejoin", "elderly", "skill_overflow", 1) == ["补号", "老年人优先", "过号 1 次", "综合席支援"]
    assert words("rejoin", "", "rejoin") == ["补号"], "said once"
    assert words("new", "pregnant", "priority_group") == ["孕妇优先"]
    assert casewords.rule_word("a rule of tomorrow") == "a rule of tomorrow"


def test_a_clock_says_its_last_day_and_that_it_is_provisional():
    clock = Clock("decide", "running", date(2026, 12, 15), date(2027, 1, 13), 20, 3, True)
    assert casewords.clock_sentence(clock) == "至 1 月 13 日（暂定） · 第 3 / 20 个工作日"
