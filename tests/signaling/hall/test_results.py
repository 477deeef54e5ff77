"""The result machine: every state x step pair."""

from itertools import product
from typing import get_args

import pytest

from signaling.hall.results import STEPS, ResultDocument
from signaling.hall.tables import IllegalStep
from signaling.protocol.values import ResultState


@pytest.mark.parametrize(("state", "step"), [*product(get_args(ResultState), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(state, step):
    result = ResultDocument("c1", "hall", "", state)
    result.reminders = ("reminder",)
    assert result.can(step) == ((state, step) in STEPS)
    if result.can(step):
        result.step(step)
        assert (result.state, result.reminders) == (STEPS[state, step], ())
    else:
        with pytest.raises(IllegalStep):
            result.step(step)
        assert result.state == state


def test_a_result_that_was_handed_over_stays_with_the_applicant():
    assert not [step for state, step in STEPS if state == "handed_over"]


def test_the_view_shows_way_and_code():
    result = ResultDocument("c1", "locker", "", "in_locker", code="111111", cell=2)
    view = result.view()
    assert (view.state, view.way, view.code, view.cell) == ("in_locker", "locker", "111111", 2)
