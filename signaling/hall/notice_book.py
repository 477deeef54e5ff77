"""Applies what becomes of notices to their case: numbered, sealed, received, printed, void.

It trusts its entries, as case_book.py does, which makes the notices of decisions by ``add_notice``.
"""

from datetime import date, datetime
from typing import assert_never

from msgspec.structs import replace

from signaling.hall.case import Case
from signaling.hall.facts import (
    NoticeDelivered,
    NoticeOrdered,
    NoticePrintReported,
    NoticeStored,
    NoticeVoided,
    Numbered,
    SealingRefused,
)
from signaling.hall.notices import Notice
from signaling.protocol.acts import VoidNotice
from signaling.protocol.messages import NoticePrinted, NoticeReceived
from signaling.protocol.values import Particulars

NoticeFact = NoticeOrdered | NoticeStored | SealingRefused | NoticeDelivered | NoticePrintReported | NoticeVoided
NoticeRequest = NoticeReceived | NoticePrinted | VoidNotice


def apply(case: Case, fact: NoticeFact, time: datetime) -> NoticeRequest | None:
    """Change the case by one fact about a notice. Gives the request it answers, to be remembered."""
    notice = case.notice(fact.notice_id)
    if notice is None:
        raise KeyError(f"case {case.case_id} has no notice {fact.notice_id}")
    match fact:
        case NoticeOrdered():
            notice.order = fact.order
        case NoticeStored():
            notice.step("seal")
            notice.digest, notice.sealed_at, notice.order = fact.digest, fact.sealed_at, None
        case SealingRefused():
            notice.step("fail")
            notice.failures += 1
        case NoticeDelivered():
            notice.step("deliver" if fact.is_genuine else "doubt")
            return NoticeReceived(fact.request_id, fact.notice_id, fact.is_genuine)
        case NoticePrintReported():
            notice.step("print" if fact.is_printed else "misprint")
            notice.misprints += not fact.is_printed
            return NoticePrinted(fact.request_id, fact.notice_id, fact.is_printed, fact.detail)
        case NoticeVoided():
            _void(case, notice, fact, time)
            return VoidNotice(fact.request_id, fact.notice_id, fact.reason, fact.is_back)
        case _:
            assert_never(fact)
    return None


def _void(case: Case, notice: Notice, fact: NoticeVoided, time: datetime) -> None:
    notice.step("void")
    notice.void_reason = fact.reason
    if fact.is_back:
        _step_back(case, time)
        add_notice(case, fact.notice, time, fact.approver_name, Particulars(reason=fact.reason), notice.number)
        return
    again = replace(
        notice,
        notice_id=fact.notice.notice_id,
        number=fact.notice.number,
        decided_at=time,
        replaces=notice.number,
        state="sealing",
        digest="",
        sealed_at=None,
        failures=0,
        misprints=0,
        void_reason="",
        query_code=fact.notice.query_code,
    )
    case.notices.append(again)


def _step_back(case: Case, time: datetime) -> None:
    """Take back the step that the voided notice told. A case that comes back to received is reviewed anew."""
    before = case.state
    case.step("void")
    case.reason = case.competent_body = ""
    if before == "paused":
        case.pauses.pop()
    elif before == "granted":
        case.granted_on = None
    elif case.state == "received":
        case.tell_from = time
        case.corrections, case.asked_on = (), None
        case.acceptance, case.accepted_on, case.accepted_by = "", None, ""
        case.gaps, case.pauses, case.extension_days = (), [], 0
        case.reviewer_id = case.reviewer_name = ""
        for item in case.items.values():
            item.void()


def add_notice(
    case: Case,
    numbered: Numbered | None,
    time: datetime,
    handler: str,
    particulars: Particulars = Particulars(),  # noqa: B008 - a frozen value
    replaces: str = "",
    lapsed_on: date | None = None,
) -> None:
    """A notice of the case as it is now, told by a fact of this time. Nothing without a number."""
    if numbered is None:
        return
    notice = Notice(
        notice_id=numbered.notice_id,
        kind=numbered.kind,
        number=numbered.number,
        decided_at=time,
        received_at=case.complete_at,
        reviewer_name=handler,
        materials=case.current_materials(),
        corrections=case.corrections if numbered.kind == "correction" else (),
        particulars=particulars,
        acceptance=case.acceptance,
        accepted_on=case.accepted_on,
        paused_from=case.pauses[-1].since if numbered.kind == "special_procedure" else None,
        lapsed_on=lapsed_on,
        replaces=replaces,
        query_code=numbered.query_code,
    )
    case.notices.append(notice)
