"""Where one stands: words for every state of the ticket and every way it was exchanged."""

from datetime import timedelta
from typing import Any, get_args

import msgspec
import pytest

from signaling.protocol.values import Conversion, Place, TicketState
from terminal.qt.standing import standing


def said(play: Any, state: TicketState, **place: Any) -> list[str]:
    waiting = play if hasattr(play, "case") else play.waiting()
    case = msgspec.structs.replace(waiting.case, ticket_state=state, place=Place(**place))
    return standing(case, is_ringing=False)


@pytest.mark.parametrize("state", get_args(TicketState))
def test_every_state(play: Any, state: TicketState) -> None:
    lines = said(play, state)
    assert lines
    assert all(line.strip() for line in lines)


@pytest.mark.parametrize("way", get_args(Conversion))
def test_every_exchange(play: Any, way: Conversion, play_time: Any) -> None:
    lines = said(play, "converted", conversion=way, until=play_time, window="3 号窗口")
    assert ("18:00" in lines[0]) == (way == "appointment")
    assert ("3 号窗口" in lines[0]) == (way == "window")


def test_people_ahead_and_the_honest_range(play: Any) -> None:
    assert said(play, "waiting", ahead=2, expected_s=(300, 480))[0] == "前面还有 2 位，大约 5–8 分钟"
    assert said(play, "waiting", ahead=0, expected_s=(0, 60))[0] == "下一位就是您，大约 1 分钟以内"
    nobody = said(play, "waiting", ahead=2, proposals=("callback",))
    assert nobody[0] == "现在没有能办此事项的审核人员在岗", "that comes first: it is no queue that moves"
    assert nobody[1].startswith("前面还有 2 位。")
    assert said(play, "waiting")[1] == "可以先离开，位置会保留。"


def test_why_one_stands_there(play: Any) -> None:
    assert said(play, "waiting", rule="priority_group")[-1] == "排位依据：优先照顾人群。"
    assert all("排位依据" not in line for line in said(play, "waiting", rule="a_rule_without_words"))


def test_how_long_a_missed_place_is_kept(play: Any, play_time: Any) -> None:
    assert "11月22日 18:15" in said(play, "missed", until=play_time + timedelta(minutes=15))[1]
    assert "预约" in said(play, "missed", misses=2, proposals=("appointment",))[1]


def test_ringing_comes_first(play: Any) -> None:
    assert standing(play.waiting().case, is_ringing=True) == ["马上接通，请面向屏幕坐好"]
