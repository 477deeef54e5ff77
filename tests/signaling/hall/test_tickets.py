"""Tickets: every state x step pair, letters, days, and the order of the line."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from signaling.hall.tables import IllegalStep
from signaling.hall.tickets import STEPS, Ticket, letters, local_day, place_in_line
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


def test_who_waits_longest_is_first():
    late = Ticket("A001", NOW + timedelta(seconds=1))
    early, equal = Ticket("B002", NOW), Ticket("B001", NOW)
    assert sorted([late, early, equal], key=place_in_line) == [equal, early, late]
