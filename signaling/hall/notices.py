"""Notices (通知书): the life of one, its number, and what it says about the case as it was decided.

A notice has its number from the decision on and exactly one; then it is sealed, delivered (the terminal verified it)
and printed. A supervisor can void it; its number stays used. Numbers count without a gap per prefix, kind and year:
one that was reserved for a preview and not used is the next one used. What is left over when the year ends is never
used, for a notice bears the year it was decided in; no act is needed: its last NumberReleased in the journal says
which case had it and why it was given back, and that is its void record.
"""

from datetime import date, datetime

import msgspec

from signaling.hall.orders import NoticeOrder
from signaling.hall.tables import next_state
from signaling.hall.tickets import local_day
from signaling.protocol.values import (
    AcceptanceKind,
    Correction,
    Material,
    NoticeKind,
    NoticeState,
    NoticeView,
    Particulars,
)

STEPS: dict[tuple[NoticeState, str], NoticeState] = {
    ("sealing", "fail"): "sealing",
    ("sealing", "seal"): "ready",
    ("ready", "doubt"): "ready",
    ("ready", "deliver"): "received",
    ("received", "print"): "printed",
    ("received", "misprint"): "received",
    ("printed", "print"): "printed",
    ("printed", "misprint"): "printed",
    ("ready", "void"): "voided",
    ("received", "void"): "voided",
    ("printed", "void"): "voided",
}
"""``doubt``: the terminal's verifier found it not genuine, so it is delivered again. ``misprint``: the print failed."""

CHARACTERS: dict[NoticeKind, str] = {
    "acceptance": "受",
    "correction": "补",
    "not_accepted": "不受",
    "gap_acceptance": "容受",
    "special_procedure": "特",
    "extension": "延",
    "grant": "准",
    "refusal": "不准",
    "closing": "办",
    "termination": "终",
    "voiding": "废",
}
"""What stands for each kind in the number."""


class Notice(msgspec.Struct):
    """One notice of a case, with what it says about the case as it was decided.

    ``received_at`` is when the papers were complete. ``replaces`` is the number of the voided notice this one stands
    for, or declares void. ``failures`` counts failed sealings, ``misprints`` failed prints. ``order`` is what it says,
    kept until it is sealed.
    """

    notice_id: str
    kind: NoticeKind
    number: str
    decided_at: datetime
    received_at: datetime
    reviewer_name: str
    materials: tuple[Material, ...]
    corrections: tuple[Correction, ...]
    particulars: Particulars = Particulars()
    acceptance: AcceptanceKind = ""
    accepted_on: date | None = None
    paused_from: date | None = None
    lapsed_on: date | None = None
    replaces: str = ""
    state: NoticeState = "sealing"
    digest: str = ""
    sealed_at: datetime | None = None
    failures: int = 0
    misprints: int = 0
    void_reason: str = ""
    query_code: str = ""
    order: NoticeOrder | None = None

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
            replaces=self.replaces,
            void_reason=self.void_reason,
            query_code=self.query_code,
        )


def counter_name(prefix: str, kind: NoticeKind, now: datetime) -> str:
    """The counter that numbers notices of this kind in the year of ``now``."""
    return f"notice:{prefix}:{kind}:{local_day(now).year}"


def notice_number(prefix: str, kind: NoticeKind, now: datetime, count: int) -> str:
    """文书编号: authority prefix, kind, year and count, as in 京通政务受〔2026〕000123号."""
    return f"{prefix}{CHARACTERS[kind]}〔{local_day(now).year}〕{count:06d}号"
