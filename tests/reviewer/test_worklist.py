"""Rows of the queue and of the shift."""

from datetime import date, timedelta

import pytest

from reviewer.worklist import (
    QueueFigures,
    accepted_count,
    handled_rows,
    pressure,
    queue_figures,
    queue_rows,
    work_rows,
)
from signaling.protocol.values import WaitingEntry, WorkEntry


def entry(build, number: str, waited_s: float, state: str = "waiting") -> WaitingEntry:
    return WaitingEntry(number, "排污许可证核发", "永顺镇", build.noon - timedelta(seconds=waited_s), state)


def test_rows_keep_the_order_and_count_the_wait(build):
    rows = queue_rows((entry(build, "A1", 90), entry(build, "A2", 30)), build.noon)
    assert [(row.place, row.ticket_number, row.waited_s) for row in rows] == [(1, "A1", 90.0), (2, "A2", 30.0)]


def test_a_clock_behind_the_hall_shows_no_negative_wait(build):
    assert queue_rows((entry(build, "A1", -5),), build.noon)[0].waited_s == 0.0


def test_figures_leave_out_what_rings_already(build):
    waiting = (entry(build, "A1", 90, "offered"), entry(build, "A2", 30), entry(build, "A3", 45))
    assert queue_figures(waiting, build.noon) == QueueFigures(2, 45.0)
    assert queue_figures((), build.noon) == QueueFigures(0, 0.0)


def test_the_shift_shows_the_newest_first_and_counts_acceptances(build):
    first = build.case("closed", case_id="C-1", accepted_by="r-01", notices=(build.notice(state="printed"),))
    second = build.case("reviewing", case_id="C-2")
    rows = handled_rows([first, second])
    assert [(row.case_id, row.state, row.acceptance, row.notice_state) for row in rows] == [
        ("C-2", "reviewing", "", None), ("C-1", "closed", "full", "printed"),
    ]  # fmt: skip
    ended = build.case("closed", case_id="C-4", acceptance="", notices=(build.notice("not_accepted", "printed"),))
    mine = build.case("accepted", case_id="C-3", accepted_by="r-01")
    only_decided = build.case("granted", case_id="C-5", accepted_by="r-02")
    assert accepted_count([first, second, mine, ended, only_decided], "r-01") == 2


@pytest.mark.parametrize(
    ("share", "word"), [(0.0, "calm"), (0.59, "calm"), (0.6, "near"), (0.8, "urgent"), (1.0, "over"), (1.4, "over")]
)
def test_a_clock_presses_by_the_used_part_of_its_days(share, word):
    assert pressure(share) == word


def test_work_keeps_the_hall_s_order_and_shows_who_has_it(build):
    day = date(2026, 11, 27)
    first = WorkEntry("C-1", "decide", "排污许可证核发", "accepted", build.noon, day, 0.85, "李强")
    second = WorkEntry("C-2", "callback", "排污许可证核发", "received", build.noon - timedelta(minutes=1))
    rows = work_rows((first, second), build.noon)
    assert [(row.case_id, row.pressure, row.can_open, row.waited_s) for row in rows] == [
        ("C-1", "urgent", False, 0.0), ("C-2", "none", True, 60.0),
    ]  # fmt: skip
