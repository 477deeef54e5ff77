"""The hall's timers in hall time: which are set, which is due next. Pure; the runner brings the clock.

A clock that jumps makes many timers due at once. They are then handed out one after the other, each with the moment
it was due, so that what they lead to happens in the order and at the times it would have happened.
"""

import heapq
from datetime import datetime, timedelta

JUMP_S = 30.0
"""A timer that is overdue by more than that was jumped over (clock set, machine asleep), not merely late."""


class Timers:
    """Timers by id; setting one again replaces it."""

    def __init__(self) -> None:
        self._due: dict[str, tuple[datetime, int]] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._count = 0

    def set(self, timer_id: str, due: datetime) -> None:
        """Fire at ``due``."""
        self._count += 1
        self._due[timer_id] = (due, self._count)
        heapq.heappush(self._heap, (due, self._count, timer_id))

    def cancel(self, timer_id: str) -> None:
        """Forget this timer, if it is set."""
        self._due.pop(timer_id, None)

    def clear(self) -> None:
        """Forget all of them."""
        self._due.clear()
        self._heap.clear()

    def next_due(self) -> datetime | None:
        """When the next timer is due; None when none is set."""
        while self._heap:
            due, number, timer_id = self._heap[0]
            if self._due.get(timer_id) == (due, number):
                return due
            heapq.heappop(self._heap)  # cancelled or replaced
        return None

    def take(self, now: datetime) -> tuple[tuple[str, ...], datetime]:
        """The timers that are due, in order, and the moment to fire them at. They are not set any more.

        That is ``now``; but after a jump it is only those due at the earliest moment, and that moment.
        """
        due = self.next_due()
        if due is None or due > now:
            return (), now
        moment = due if now - due > timedelta(seconds=JUMP_S) else now
        taken: list[str] = []
        while (due := self.next_due()) is not None and due <= moment:
            timer_id = heapq.heappop(self._heap)[2]
            del self._due[timer_id]
            taken.append(timer_id)
        return tuple(taken), moment
