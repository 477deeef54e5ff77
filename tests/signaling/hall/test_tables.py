"""Every state x step pair of every machine: what the table has happens, everything else is illegal."""

from itertools import product
from typing import get_args

import pytest

from signaling.hall import calls, case, deposits, desks, material_items, notices, results, tickets
from signaling.hall.tables import IllegalStep, next_state
from signaling.protocol import values
from signaling.protocol.errors import ErrorCode

MACHINES = [
    (case.STEPS, values.CaseState),
    (tickets.STEPS, values.TicketState),
    (calls.STEPS, values.CallState),
    (desks.STEPS, values.Availability),
    (notices.STEPS, values.NoticeState),
    (material_items.STEPS, values.ItemState),
    (deposits.STEPS, values.DepositState),
    (results.STEPS, values.ResultState),
]


@pytest.mark.parametrize(("steps", "states"), MACHINES)
def test_every_pair_is_a_step_or_illegal(steps, states):
    names = {step for _, step in steps}
    for state, step in product(get_args(states), names):
        if (state, step) in steps:
            assert next_state(steps, state, step) in get_args(states)
        else:
            with pytest.raises(IllegalStep) as caught:
                next_state(steps, state, step)
            assert caught.value.code == ErrorCode.ILLEGAL_STEP
            assert state in str(caught.value)


@pytest.mark.parametrize(("steps", "states"), MACHINES)
def test_every_state_can_be_reached_from_the_first(steps, states):
    reached = {get_args(states)[0]}
    while more := {after for (before, _), after in steps.items() if before in reached} - reached:
        reached |= more
    assert reached == set(get_args(states))


@pytest.mark.parametrize(("steps", "ends"), [(case.STEPS, {"closed", "withdrawn"}), (calls.STEPS, {"ended"})])
def test_what_has_ended_has_no_further_step(steps, ends):
    assert {before for before, _ in steps} & ends == set()


@pytest.mark.parametrize("state", ["accepted", "accepted_with_gap", "paused", "granted", "refused", "issued"])
def test_an_accepted_case_never_goes_back_to_review_but_by_a_supervisors_void(state):
    reviewed = ("pre_review", "received", "reviewing", "correction_requested", "not_accepted")
    back = {step for (before, step), after in case.STEPS.items() if before == state and after in reviewed}
    assert back <= {"void"}
