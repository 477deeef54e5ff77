"""Notices (通知书): the life of one, its number and the days it promises.

A notice has its number from the decision on and exactly one; then it is sealed, delivered (the terminal
verified it) and printed. Numbers count without a gap per prefix, kind and year.
"""

from datetime import date, datetime

import msgspec

from signaling.hall.tables import next_state
from signaling.hall.tickets import local_day
from signaling.hall.working_days import WorkingDays
from signaling.protocol.values import Correction, Material, NoticeKind, NoticeState, NoticeView, ServiceItem

STEPS: dict[tuple[NoticeState, str], NoticeState] = {
    ("sealing", "fail"): "sealing",
    ("sealing", "seal"): "ready",
    ("ready", "doubt"): "ready",
    ("ready", "deliver"): "received",
    ("received", "print"): "printed",
    ("received", "misprint"): "received",
    ("printed", "print"): "printed",
    ("printed", "misprint"): "printed",
}
"""``doubt``: the terminal's verifier found it not genuine, so it is delivered again. ``misprint``: the print failed."""

_KIND_CHARACTER: dict[NoticeKind, str] = {"acceptance": "受", "correction": "补"}


class Notice(msgspec.Struct):
    """One notice of a case, with what it says about the case as it was decided.

    ``received_at`` is when the papers were complete. ``failures`` counts failed sealings, ``misprints`` failed prints.
    """

    notice_id: str
    kind: NoticeKind
    number: str
    decided_at: datetime
    received_at: datetime
    reviewer_name: str
    materials: tuple[Material, ...]
    corrections: tuple[Correction, ...]
    state: NoticeState = "sealing"
    digest: str = ""
    sealed_at: datetime | None = None
    failures: int = 0
    misprints: int = 0

    def step(self, step: str) -> None:
        """Take one step of the table. Raises IllegalStep."""
        self.state = next_state(STEPS, self.state, step)

    def can(self, step: str) -> bool:
        """Whether the table has this step now."""
        return (self.state, step) in STEPS

    def view(self) -> NoticeView:
        """The notice as both ends see it."""
        return NoticeView(
            notice_id=self.notice_id,
            kind=self.kind,
            number=self.number,
            state=self.state,
            decided_at=self.decided_at,
            digest=self.digest,
            sealed_at=self.sealed_at,
        )


def counter_name(prefix: str, kind: NoticeKind, now: datetime) -> str:
    """The counter that numbers notices of this kind in the year of ``now``."""
    return f"notice:{prefix}:{kind}:{local_day(now).year}"


def notice_number(prefix: str, kind: NoticeKind, now: datetime, count: int) -> str:
    """文书编号: authority prefix, kind, year and count, as in 京通政务受〔2026〕000123号."""
    return f"{prefix}{_KIND_CHARACTER[kind]}〔{local_day(now).year}〕{count:06d}号"


class DueDays(msgspec.Struct, frozen=True):
    """The last days a notice promises; provisional when a day counted is not in the published calendar."""

    promised: date
    statutory: date
    is_provisional: bool


def due_days(
    kind: NoticeKind, item: ServiceItem, decided_at: datetime, correction_days: int, calendar: WorkingDays
) -> DueDays:
    """Acceptance: the item's limits, counted from the day after the decision. Correction: the last day to hand in."""
    day = local_day(decided_at)
    if kind == "correction":
        last, is_provisional = calendar.add(day, correction_days)
        return DueDays(last, last, is_provisional)
    promised, is_promise_provisional = calendar.add(day, item.promised_days)
    statutory, is_statute_provisional = calendar.add(day, item.statutory_days)
    return DueDays(promised, statutory, is_promise_provisional or is_statute_provisional)
