"""How the figures of the busy hall read."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from reviewer.demo.figures import Figures, line, percentiles, table
from signaling.protocol.acts import FloorChanged
from signaling.protocol.office import QueueLine
from signaling.protocol.values import TicketState

NOW = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
METRICS = {
    "since": "2026-11-19T00:00:00+08:00",
    "submitted": 10,
    "wait": {"count": 8, "mean_s": 5.0, "p50_s": 4.0, "p90_s": 9.04, "worst_s": 12.0},
    "away": {"count": 0, "p50_s": None, "p90_s": None, "worst_s": None},
    "answer_rate": {"part": 7, "whole": 8, "share": 0.875},
    "abandoned": {"part": 0, "whole": 0, "share": None},
    "converted": {"appointment": 2, "callback": 0, "asynchronous": 1},
    "misses": 3,
    "offers": 11,
    "reviewers": [
        {"answered": 5, "reviews": 1, "no_answer": 0, "declined": 2},
        {"answered": 3, "reviews": 2, "no_answer": 1, "declined": 0},
    ],
    "first_time_acceptance": {"part": 5, "whole": 10, "share": 0.5},
    "second_correction": {"part": 0, "whole": 2, "share": 0.0},
    "terminal_time": {"count": 1, "p50_s": 6.0, "p90_s": 6.0, "worst_s": 6.0},
    "evaluation": {"satisfied": {"part": 3, "whole": 4, "share": 0.75}, "follow_ups_opened": 1, "settled": 1},
    "paper": {"stored": 2, "counted": 2, "mismatches": 1},
    "notices": {
        "sealed": 9,
        "sealing_failures": 0,
        "printed": 8,
        "verified": {"part": 9, "whole": 9, "share": 1.0},
    },
}


def ticket(state: TicketState, waited_s: float) -> QueueLine:
    since = NOW - timedelta(seconds=waited_s)
    return QueueLine(
        *("c1", "A001", "王*", "事项", "environment", "自助终端 02", state, "new", "", since), 0, 0, "", is_here=True
    )


def test_the_hall_at_one_moment() -> None:
    floor = FloorChanged(
        NOW, queue=(ticket("waiting", 7), ticket("waiting", 31), ticket("serving", 90), ticket("offered", 2))
    )
    said = line(floor, 12.34, submitted=9, ended=4, rings_s=[0.5, 1.5])
    assert said == (
        "  12.3 s  等待  2  振铃  1  办理  1  最久  31 s  来件   9  已办结   4  提交→振铃 P50 1.00 s P99 1.49 s"
    )


def test_before_the_first_word_of_the_hall() -> None:
    assert "等待  0  振铃  0  办理  0  最久   0 s" in line(None, 5, 0, 0, [])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], (0.0, 0.0)), ([2.0], (2.0, 2.0)), ([float(n) for n in range(101)], (50.0, 99.0))],
)
def test_percentiles(values: list[float], expected: tuple[float, float]) -> None:
    assert percentiles(values) == pytest.approx(expected)


def test_the_table_says_what_the_hall_counted() -> None:
    lines = table(msgspec.convert(METRICS, Figures))
    assert lines[:4] == [
        "提交 10 件，振铃 11 次，接听 8 次，无视频审查 3 次",
        "等待：P50 4.0 s，P90 9.0 s，最长 12.0 s（8 次）",
        "离开或过号的时间：—",
        "60 秒内接听：88%（7/8）；放弃：—",
    ]
    assert "无人接听 1，拒接 2，过号 3，改走其他方式：预约 2，留件审查 1" in lines
    assert "二次补正：0%（0/2）" in "".join(lines)
    assert lines[-1] == "存件 2，清点 2，页数不符 1"
