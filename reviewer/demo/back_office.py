"""Colleagues of the busy hall without a desk: collector, issuer and manager, as a function of what the page shows.

Given the floor as a member of staff sees it, says what that person does next, each thing once. No I/O.
"""

import random
from collections.abc import Callable, Iterator

from signaling.protocol.acts import AnswerFollowUp, FloorChanged, HandleDeposit, HandleResult
from signaling.protocol.messages import ToHall
from signaling.protocol.office import DepositTask, ResultTask

MISCOUNTS = 0.15
"""Share of the deposits in which a sheet is missing at the first count."""


class BackOffice:
    """One person's work. ``new_id`` makes request ids."""

    def __init__(self, seed: int, new_id: Callable[[], str]) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - who miscounts, no secret
        self._new_id = new_id
        self._seen: set[tuple[str, str]] = set()

    def papers(self, floor: FloorChanged) -> Iterator[ToHall]:
        """Collector and issuer: papers are fetched, counted and archived; results made and sent as wished.

        A count that differs is done once more.
        """
        for task in floor.deposits:
            if self._is_new(task.deposit.deposit_id, task.deposit.state) and (act := self._handled(task)) is not None:
                yield act
        for result in floor.results:
            if self._is_new(result.case_id, result.result.state) and (sent := self._sent(result)) is not None:
                yield sent

    def _handled(self, task: DepositTask) -> HandleDeposit | None:
        deposit = task.deposit
        match deposit.state:
            case "stored":
                return HandleDeposit(self._new_id(), deposit.deposit_id, "collect")
            case "collected":
                missing = 1 if deposit.pages > 1 and self._chance.random() < MISCOUNTS else 0
                return HandleDeposit(self._new_id(), deposit.deposit_id, "count", pages=deposit.pages - missing)
            case "mismatched":
                return HandleDeposit(self._new_id(), deposit.deposit_id, "count", deposit.pages, "复点后相符")
            case "matched":
                return HandleDeposit(self._new_id(), deposit.deposit_id, "archive")
            case _:
                return None

    def _sent(self, task: ResultTask) -> HandleResult | None:
        match task.result.state:
            case "making":
                return HandleResult(self._new_id(), task.case_id, "make")
            case "ready" if task.result.way == "courier":
                number = f"YD{self._chance.randrange(10**10):010d}"
                return HandleResult(self._new_id(), task.case_id, "dispatch", tracking=number)
            case "ready":
                return HandleResult(self._new_id(), task.case_id, "put_at_counter")
            case "at_counter" | "dispatched":
                return HandleResult(self._new_id(), task.case_id, "hand_over")
            case _:
                return None

    def answers(self, floor: FloorChanged) -> Iterator[ToHall]:
        """Manager: call back who was dissatisfied; every other one is settled at once."""
        for follow_up in floor.follow_ups:
            if follow_up.state == "open" and self._is_new(follow_up.follow_up_id, "open"):
                is_settled = self._chance.random() < 0.5
                yield AnswerFollowUp(self._new_id(), follow_up.follow_up_id, "已电话回访并说明情况", is_settled)

    def _is_new(self, subject: str, state: str) -> bool:
        if (subject, state) in self._seen:
            return False
        self._seen.add((subject, state))
        return True
