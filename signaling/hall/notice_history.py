"""The whole story of each notice of a case, read from its journal: reserved, ordered, sealed, delivered, printed, void.

Pure: entries in, histories out; for cases that are over as well. What a notice says is in its order; a history tells
what became of it, for the public page (names masked) and for the clerks.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from signaling.hall.board import masked
from signaling.hall.facts import (
    CaseSubmitted,
    CaseWithdrawn,
    CorrectionsLapsed,
    Decided,
    DeemedAccepted,
    Entry,
    NoticeDelivered,
    NoticeOrdered,
    NoticePrintReported,
    NoticeStored,
    NoticeVoided,
    Numbered,
    NumberReserved,
    SealingRefused,
)
from signaling.protocol.values import NoticeKind

What = Literal["reserved", "ordered", "failed", "sealed", "delivered", "doubted", "printed", "misprinted", "voided"]
Standing = Literal["sealing", "issued", "voided", "replaced"]
"""``voided``: declared void by the notice ``successor``; ``replaced``: the notice ``successor`` stands in its place."""


class Step(msgspec.Struct, frozen=True):
    """Something that happened to a notice. ``actor`` is a login, a terminal or ``hall``: not for the public.

    ``detail``: of ``ordered`` the base digest that was read, of ``failed`` the code, of ``sealed`` the level, of
    ``voided`` the reason.
    """

    time: datetime
    what: What
    actor: str
    detail: str = ""


class NoticeHistory(msgspec.Struct):
    """One notice and what became of it. ``applicant`` is masked; ``digest`` is empty until it is sealed.

    ``replaces`` is the number of the notice it stands for or declares void, ``successor`` the other way round.
    """

    notice_id: str
    kind: NoticeKind
    number: str
    query_code: str
    case_id: str
    item_name: str
    applicant: str
    decided_at: datetime
    state: Standing = "sealing"
    digest: str = ""
    base_digest: str = ""
    seal_id: str = ""
    level: str = ""
    sealed_at: datetime | None = None
    delivered_at: datetime | None = None
    printed_at: datetime | None = None
    voided_at: datetime | None = None
    successor: str = ""
    replaces: str = ""
    steps: list[Step] = []


def histories(entries: Iterable[Entry]) -> tuple[NoticeHistory, ...]:
    """The notices of one case, oldest first. ``entries`` are all of that case, in journal order."""
    reader = _Reader()
    for entry in entries:
        reader.read(entry)
    return tuple(reader.notices.values())


class _Reader:
    def __init__(self) -> None:
        self.notices: dict[str, NoticeHistory] = {}
        self._case: CaseSubmitted | None = None
        self._reserved: dict[str, Step] = {}

    def read(self, entry: Entry) -> None:
        match entry.fact:
            case CaseSubmitted() as fact:
                self._case = fact
            case NumberReserved(notice=numbered):
                self._reserved[numbered.notice_id] = Step(entry.time, "reserved", entry.actor)
            case Decided(notice_id=notice_id, notice_kind=kind, notice_number=number, query_code=code) if kind:
                self._begin(entry, Numbered(notice_id, kind, number, code))
            case (
                DeemedAccepted(notice=Numbered() as numbered)
                | CorrectionsLapsed(notice=Numbered() as numbered)
                | CaseWithdrawn(notice=Numbered() as numbered)
            ):
                self._begin(entry, numbered)
            case NoticeVoided() as fact:
                self._void(entry, fact)
            case NoticeOrdered(notice_id=notice_id, order=order):
                notice = self.notices[notice_id]
                notice.item_name, notice.applicant = order.item.name, masked(order.applicant)
                _step(notice, entry, "ordered", order.preview)
            case SealingRefused(notice_id=notice_id, code=code):
                _step(self.notices[notice_id], entry, "failed", code or "sealing_failed")
            case NoticeStored() as fact:
                self._seal(entry, fact)
            case NoticeDelivered(notice_id=notice_id, is_genuine=is_genuine):
                notice = self.notices[notice_id]
                if is_genuine:
                    notice.delivered_at = entry.time
                _step(notice, entry, "delivered" if is_genuine else "doubted")
            case NoticePrintReported(notice_id=notice_id, is_printed=is_printed):
                notice = self.notices[notice_id]
                if is_printed and notice.printed_at is None:
                    notice.printed_at = entry.time
                _step(notice, entry, "printed" if is_printed else "misprinted")
            case _:
                pass

    def _begin(self, entry: Entry, numbered: Numbered, replaces: str = "") -> None:
        if self._case is None:
            raise ValueError(f"no case was handed in before notice {numbered.notice_id}")
        reserved = self._reserved.get(numbered.notice_id)
        self.notices[numbered.notice_id] = NoticeHistory(
            notice_id=numbered.notice_id,
            kind=numbered.kind,
            number=numbered.number,
            query_code=numbered.query_code,
            case_id=self._case.case_id,
            item_name=self._case.item.name,
            applicant=masked(self._case.applicant),
            decided_at=entry.time,
            replaces=replaces,
            steps=[] if reserved is None else [reserved],
        )

    def _void(self, entry: Entry, fact: NoticeVoided) -> None:
        voided = self.notices[fact.notice_id]
        voided.state, voided.voided_at = "voided" if fact.is_back else "replaced", entry.time
        voided.successor = fact.notice.number
        _step(voided, entry, "voided", fact.reason)
        self._begin(entry, fact.notice, voided.number)

    def _seal(self, entry: Entry, fact: NoticeStored) -> None:
        notice = self.notices[fact.notice_id]
        notice.state, notice.digest, notice.sealed_at = "issued", fact.digest, fact.sealed_at
        notice.base_digest, notice.seal_id, notice.level = fact.base_digest, fact.seal_id, fact.level
        _step(notice, entry, "sealed", fact.level)


def _step(notice: NoticeHistory, entry: Entry, what: What, detail: str = "") -> None:
    notice.steps.append(Step(entry.time, what, entry.actor, detail))
