"""The form of a transition table: (state, step) -> state; everything else is illegal.

Each machine keeps its own table as data; the documentation's diagrams are drawn from them.
"""

from collections.abc import Mapping
from typing import TypeVar

from signaling.protocol.errors import ErrorCode, Refused

State = TypeVar("State", bound=str)


class IllegalStep(Refused):
    """A machine was asked for a step that its table does not have."""

    def __init__(self, state: str, step: str) -> None:
        super().__init__(ErrorCode.ILLEGAL_STEP, f"no step {step} from {state}")


def next_state(steps: Mapping[tuple[State, str], State], state: State, step: str) -> State:
    """The state after ``step``. Raises IllegalStep."""
    try:
        return steps[state, step]
    except KeyError:
        raise IllegalStep(state, step) from None
