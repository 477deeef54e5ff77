"""The call machine: every state x step pair."""

from datetime import UTC, datetime
from itertools import product
from typing import get_args

import pytest

from signaling.hall.calls import STEPS, Call
from signaling.hall.tables import IllegalStep
from signaling.protocol.values import CallState


@pytest.mark.parametrize(("state", "step"), [*product(get_args(CallState), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(state, step):
    call = Call("k1", "D-01", "r1", datetime(2026, 11, 23, tzinfo=UTC), state)
    if (state, step) in STEPS:
        call.step(step)
        assert call.state == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            call.step(step)
        assert call.state == state


def test_a_call_is_on_from_the_answer_to_the_end():
    call = Call("k1", "D-01", "r1", datetime(2026, 11, 23, tzinfo=UTC))
    seen = []
    for step in ("answer", "hold", "resume", "end"):
        call.step(step)
        seen.append(call.is_on)
    assert seen == [True, True, True, False]
