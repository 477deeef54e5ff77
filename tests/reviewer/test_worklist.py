"""Rows of the queue and of the shift."""

from datetime import timedelta

from reviewer.worklist import QueueFigures, decided_count, handled_rows, queue_figures, queue_rows
from signaling.protocol.values import WaitingEntry


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
    first = build.case("closed", case_id="C-1", notices=(build.notice(state="printed"),))
    second = build.case("reviewing", case_id="C-2")
    rows = handled_rows([first, second])
    assert [(row.case_id, row.state, row.is_accepted, row.notice_state) for row in rows] == [
        ("C-2", "reviewing", False, None), ("C-1", "closed", True, "printed"),
    ]  # fmt: skip
    ended = build.case("closed", case_id="C-4", notices=(build.notice("correction", "printed"),))
    assert decided_count([first, second, build.case("accepted", case_id="C-3"), ended]) == 2
