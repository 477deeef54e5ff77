"""The deposit machine: every state x step pair, and what it says about the originals."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from signaling.hall.deposits import IN_CELL, SETTLED, STEPS, PaperDeposit
from signaling.hall.tables import IllegalStep
from signaling.protocol.values import DepositState

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def deposit(state="allocated"):
    return PaperDeposit("p1", "c1", "T-01", "1号终端", 3, "123456", ("form",), 5, NOW, NOW, state)


@pytest.mark.parametrize(("state", "step"), [*product(get_args(DepositState), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(state, step):
    paper = deposit(state)
    paper.alarms = ("uncollected",)
    later = NOW + timedelta(seconds=5)
    assert paper.can(step) == ((state, step) in STEPS)
    if paper.can(step):
        paper.step(step, later)
        assert (paper.state, paper.since, paper.alarms) == (STEPS[state, step], later, ())
    else:
        with pytest.raises(IllegalStep):
            paper.step(step, later)
        assert (paper.state, paper.since) == (state, NOW)


def test_every_state_can_be_reached_and_every_open_one_can_end():
    reached = {"allocated"}
    while True:
        more = {after for (before, _), after in STEPS.items() if before in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(get_args(DepositState))
    assert {before for before, _ in STEPS} >= reached - {"void", "returned"}


def test_a_settled_deposit_is_in_no_cell():
    assert not set(IN_CELL) & set(SETTLED)


@pytest.mark.parametrize(
    ("state", "original"),
    [
        ("allocated", "none"),
        ("stored", "deposited"),
        ("collected", "deposited"),
        ("matched", "matched"),
        ("archived", "matched"),
        ("mismatched", "mismatched"),
        ("returned", "returned"),
        ("void", "none"),
    ],
)
def test_what_a_deposit_says_about_its_originals(state, original):
    assert deposit(state).original == original


def test_the_view_shows_cell_code_and_count():
    view = deposit().view()
    assert (view.cell, view.code, view.pages, view.slots, view.state) == (3, "123456", 5, ("form",), "allocated")
