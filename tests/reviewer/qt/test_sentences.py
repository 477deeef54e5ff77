"""Every code has its Chinese sentence."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from annotate.errors import PageErrorCode
from reviewer.calls import Connection, Link
from reviewer.checks import Check, CheckCode
from reviewer.qt import sentences
from signaling.protocol.errors import ErrorCode
from signaling.protocol.values import (
    Availability,
    EndReason,
    MediaType,
    Source,
)

TABLES = [
    (sentences.AVAILABILITY, Availability),
    (sentences.AVAILABILITY_CHIP, Availability),
    (sentences.END_REASON, EndReason),
    (sentences.LINK, Link),
    (sentences.CONNECTION, Connection),
    (sentences.SOURCE, Source),
]


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


@pytest.mark.parametrize(("table", "codes"), TABLES)
def test_tables_are_complete(table, codes):
    assert set(table) == set(get_args(codes))


def test_the_hall_s_away_codes_become_words_and_own_words_stay():
    assert [sentences.away_text(reason) for reason in ("no_answer", "declined", "gone", "会商", "")] == [
        "来电未接", "已拒接", "席位断线", "会商", "",
    ]  # fmt: skip


def test_every_media_type_has_a_word():
    assert set(get_args(MediaType)) <= set(sentences.MEDIA)


def test_every_paper_problem_and_error_code_is_a_sentence():
    for code in (*get_args(PageErrorCode), "unreachable", *(code.value for code in ErrorCode)):
        assert is_chinese(sentences.paper_problem(code)), code
    for code in ("mark_out_of_range", "mark_unreadable", "export_failed"):
        assert is_chinese(sentences.problem_sentence(code))
    assert sentences.problem_sentence("internal_typeerror") == "出现问题：internal_typeerror"


@pytest.mark.parametrize("code", get_args(CheckCode))
def test_every_check_is_a_sentence(code):
    values = {"pages_differ": "4/3", "small_file": "900", "kind_differs": "image/png", "number_invalid": "check"}
    subject = "credit_code" if code.startswith("number") else "总平面图"
    sentence = sentences.check_sentence(Check(code, "good", subject, values.get(code, "2")))
    assert is_chinese(sentence)
    assert "credit_code" not in sentence


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0:00"), (0, "0:00"), (61.9, "1:01"), (600, "10:00"), (3661, "1:01:01")]
)
def test_durations(seconds, text):
    assert sentences.duration_text(seconds) == text


@pytest.mark.parametrize(("size", "text"), [(900, "900 B"), (2048, "2 KB"), (3_500_000, "3.3 MB")])
def test_sizes(size, text):
    assert sentences.size_text(size) == text


def test_times_and_materials(build):
    assert len(sentences.clock_text(datetime(2026, 1, 1, tzinfo=UTC))) == 8
    assert sentences.material_line(build.material("plan"), 3) == "3 页 · 49 KB · U 盘"
