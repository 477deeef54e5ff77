"""Tickets: every state x step pair, letters, days, and what belongs on the work list."""

from datetime import UTC, date, datetime
from itertools import product
from typing import get_args

import pytest

from signaling.hall.tables import IllegalStep
from signaling.hall.tickets import STEPS, Ticket, letters, local_day
from signaling.protocol.values import TicketState

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(("state", "step"), [*product(get_args(TicketState), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(state, step):
    ticket = Ticket("A001", NOW, state)
    if (state, step) in STEPS:
        ticket.step(step)
        assert ticket.state == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            ticket.step(step)
        assert (ticket.state, ticket.offers) == (state, 0)


def test_offers_are_counted_and_the_time_is_kept():
    ticket = Ticket("A001", NOW)
    for step in ("offer", "return", "offer", "serve", "return"):
        ticket.step(step)
    assert (ticket.offers, ticket.waiting_since, ticket.state) == (2, NOW, "waiting")


def test_letters_follow_the_catalogue(make_play):
    items = [make_play.make_item(f"I-{n}", category, "s") for n, category in enumerate("丙甲丙乙")]
    assert letters(items) == {"丙": "A", "甲": "B", "乙": "C"}
    with pytest.raises(ValueError, match="27 categories"):
        letters([make_play.make_item(f"I-{n}", str(n), "s") for n in range(27)])


def test_the_day_is_that_of_the_wall_clock_in_china():
    assert local_day(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert local_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("state", "conversion", "is_on_list"),
    [
        ("abandoned", None, True),
        ("converted", "asynchronous", True),
        ("converted", "callback", True),
        ("converted", "appointment", False),
        ("converted", "window", False),
        ("waiting", None, False),
        ("missed", None, False),
    ],
)
def test_what_nobody_waits_with_any_more_is_on_the_work_list(state, conversion, is_on_list):
    assert Ticket("A001", NOW, state, conversion=conversion).is_for_work_list is is_on_list
