"""Decisions about a case: taken by who has it in a call or open at the desk, told by a notice, carried out.

The rule of each outcome is outcomes.py's, its guards are guards.py's, the preview before it previews.py's. A decision
has exactly one notice number. While a notice waits for its seal no further decision is taken.
"""

from signaling.hall.case import Case
from signaling.hall.delivering import begin
from signaling.hall.desks import Seat
from signaling.hall.events import Desk, Staff
from signaling.hall.facts import CaseDelivered, NoticeVoided
from signaling.hall.floor import Floor
from signaling.hall.guards import check, held_case
from signaling.hall.issuing import order_seal
from signaling.hall.notices import Notice
from signaling.hall.notifying import notify
from signaling.hall.numbering import take
from signaling.hall.outcomes import notice_of
from signaling.hall.previews import approved, decided
from signaling.hall.rights import require
from signaling.protocol.acts import VoidNotice
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import Decide, Done
from signaling.protocol.values import CaseState, NoticeKind

TOLD_BY: dict[CaseState, tuple[NoticeKind, ...]] = {
    "correction_requested": ("correction",),
    "not_accepted": ("not_accepted",),
    "accepted": ("acceptance", "gap_acceptance"),
    "accepted_with_gap": ("gap_acceptance",),
    "paused": ("special_procedure",),
    "granted": ("grant",),
    "refused": ("refusal",),
}
"""The notice that told the step into each state: with it void, the step can be taken back."""

UNREAD: tuple[NoticeKind | None, ...] = (None, "closing")
"""Decided without a preview even where the hall wants one: no notice, or one that only repeats what is known."""


def decide(floor: Floor, seat: Seat, message: Decide, absent: tuple[str, ...] = ()) -> None:
    """The reviewer who has the case decides."""
    party = seat.party
    if not floor.register.is_answered(party.reviewer_id, message):
        case = held_case(floor, party, message.case_id)
        check(floor, case, party, message, absent)
        _record(floor, case, party, message)
        if message.outcome == "issue":
            begin(floor, case, party.reviewer_id)
        elif message.outcome == "advise" and floor.presence(case) == "away":
            notify(floor, case, "advised")
        floor.tell_change(case)
    floor.tell_seat(seat, Done(message.request_id))


def delivered(floor: Floor, case: Case, actor: str) -> None:
    """The result was handed over. Raises Refused(ILLEGAL_STEP) when the case is not issued."""
    if not case.can("deliver"):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
    floor.record(actor, CaseDelivered(case.case_id))
    floor.tell_change(case)


def void_notice(floor: Floor, person: Desk | Staff, message: VoidNotice) -> None:
    """A supervisor declares a notice void. The case goes back a step, or the notice is issued once more."""
    actor = require(person, "supervisor")
    if floor.register.is_answered(actor, message):
        return
    case = floor.register.case_of_notice(message.notice_id)
    notice = None if case is None else case.notice(message.notice_id)
    if case is None or notice is None:
        raise Refused(ErrorCode.NOT_FOUND, f"notice {message.notice_id}")
    _check_void(case, notice, message)
    numbered, counters = take(floor, case, "voiding" if message.is_back else notice.kind)
    fact = NoticeVoided(
        case_id=case.case_id,
        request_id=message.request_id,
        notice_id=notice.notice_id,
        reason=message.reason,
        is_back=message.is_back,
        approver_name=person.name,
        notice=numbered,
    )
    floor.record(actor, fact, counters)
    order_seal(floor, case, actor)
    floor.tell_change(case)


def _check_void(case: Case, notice: Notice, message: VoidNotice) -> None:
    if not message.reason.strip():
        raise Refused(ErrorCode.WRONG_PARTICULARS, "reason")
    if not notice.can("void") or case.unsealed is not None or case.is_settled:
        raise Refused(ErrorCode.ILLEGAL_STEP, f"notice is {notice.state}, case is {case.state}")
    if message.is_back:
        is_last_word = notice is case.last_notice and notice.kind in TOLD_BY.get(case.state, ())
        if not is_last_word or case.holder_id or case.live_call is not None:
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")


def _record(floor: Floor, case: Case, party: Desk, message: Decide) -> None:
    kind = notice_of(case, message.outcome)
    if message.preview and kind is None:
        raise Refused(ErrorCode.PREVIEW_STALE, f"no notice tells {message.outcome}")
    if not message.preview and floor.rules.must_preview and kind not in UNREAD:
        raise Refused(ErrorCode.PREVIEW_REQUIRED, f"case {case.case_id}")
    says = approved(floor, case, party, message) if message.preview else None
    numbered, counters = (None, ()) if kind is None else take(floor, case, kind)
    floor.record(party.reviewer_id, decided(case, party, message, numbered), counters)
    if numbered is not None:
        order_seal(floor, case, party.reviewer_id, says)
        floor.drafts.forget(case.case_id)
