"""Timers in hall time: order, replacing, and what a jump of the clock leaves to be done."""

from datetime import datetime, timedelta

import pytest

from signaling.protocol.values import OFFICIAL_TIME
from signaling.server.timers import JUMP_S, Timers

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def timers() -> Timers:
    made = Timers()
    made.set("late", at(20))
    made.set("early", at(10))
    return made


def test_nothing_is_due_before_its_time(timers: Timers) -> None:
    assert timers.next_due() == at(10)
    assert timers.take(at(9)) == ((), at(9))
    assert timers.next_due() == at(10)


def test_what_is_due_comes_in_order_and_once(timers: Timers) -> None:
    timers.set("same", at(10))
    assert timers.take(at(21)) == (("early", "same", "late"), at(21))
    assert timers.take(at(22)) == ((), at(22))
    assert timers.next_due() is None


def test_setting_again_replaces(timers: Timers) -> None:
    timers.set("early", at(15))
    assert timers.next_due() == at(15)
    assert timers.take(at(10)) == ((), at(10))
    timers.set("early", at(12))
    assert timers.take(at(12)) == (("early",), at(12))
    assert timers.next_due() == at(20)


def test_a_cancelled_timer_is_forgotten(timers: Timers) -> None:
    timers.cancel("early")
    timers.cancel("never set")
    assert timers.take(at(25)) == (("late",), at(25))
    timers.set("again", at(30))
    timers.clear()
    assert timers.next_due() is None


def test_after_a_jump_each_moment_comes_by_itself(timers: Timers) -> None:
    timers.set("same", at(10))
    now = at(20 + JUMP_S + 1)
    assert timers.take(now) == (("early", "same"), at(10))
    timers.set("follows", at(15))
    assert timers.take(now) == (("follows",), at(15))
    assert timers.take(now) == (("late",), at(20))
    assert timers.take(now) == ((), now)


def test_a_late_timer_was_not_jumped_over(timers: Timers) -> None:
    assert timers.take(at(10 + JUMP_S)) == (("early", "late"), at(10 + JUMP_S))
