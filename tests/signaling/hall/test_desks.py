"""The desk machine: every state x step pair, and what a step notes."""

from datetime import UTC, datetime
from itertools import product
from typing import get_args

import pytest

from signaling.hall.desks import STEPS, Seat
from signaling.hall.events import Desk
from signaling.hall.tables import IllegalStep
from signaling.protocol.values import Availability

THEN = datetime(2026, 11, 23, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(("state", "step"), [*product(get_args(Availability), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(state, step):
    seat = Seat(Desk("D-01", "r1", "审核员", ()), THEN, availability=state, reason="before")
    if (state, step) in STEPS:
        seat.step(step, NOW, "why")
        assert (seat.availability, seat.since, seat.reason) == (STEPS[state, step], NOW, "why")
    else:
        with pytest.raises(IllegalStep):
            seat.step(step, NOW, "why")
        assert (seat.availability, seat.since, seat.reason) == (state, THEN, "before")
