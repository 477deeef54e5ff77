"""How far a notice has come: sealed, delivered, printed, with the time each step was first heard of."""

from datetime import datetime
from typing import Literal

from signaling.protocol.values import CaseView, NoticeState

NoticeStep = Literal["sealed", "delivered", "printed"]
STEPS: tuple[NoticeStep, ...] = ("sealed", "delivered", "printed")

_REACHED: dict[NoticeState, int] = {"sealing": 0, "ready": 1, "received": 2, "printed": 3, "voided": 1}


class NoticeProgress:
    """Steps of the notices of one case."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, NoticeStep], datetime] = {}

    def note(self, case: CaseView, now: datetime) -> None:
        """Keep ``now`` for every step heard of for the first time; sealing has the hall's own time."""
        for notice in case.notices:
            for step in STEPS[: _REACHED[notice.state]]:
                time = notice.sealed_at if step == "sealed" and notice.sealed_at else now
                self._heard.setdefault((notice.notice_id, step), time)

    def times(self, case: CaseView) -> tuple[tuple[NoticeStep, datetime | None], ...]:
        """Steps of the newest notice, None for those to come; empty without a notice."""
        if not case.notices:
            return ()
        notice = case.notices[-1]
        return tuple((step, self._heard.get((notice.notice_id, step))) for step in STEPS)
