"""The notice before the decision: written out as it would be, shown to who decides, and held against the decision.

Checked like the decision itself. What is decided must be what was read: the case as it would be decided now is
compared with the draft, and only the time of day may differ. A draft is not durable; one that is gone is stale.
"""

from msgspec.structs import replace

from signaling.hall import case_book
from signaling.hall.case import Case
from signaling.hall.commands import DraftNotice
from signaling.hall.desks import Seat
from signaling.hall.drafts import Draft
from signaling.hall.events import Desk, DraftFailed, NoticeDrafted
from signaling.hall.facts import Decided, Numbered
from signaling.hall.floor import Floor
from signaling.hall.guards import check, held_case
from signaling.hall.issuing import order
from signaling.hall.numbering import reserve
from signaling.hall.orders import NoticeOrder
from signaling.hall.outcomes import notice_of
from signaling.hall.tickets import local_day
from signaling.protocol.acts import NoticePreviewed, PreviewNotice
from signaling.protocol.errors import SENTENCES, ErrorCode, Refused
from signaling.protocol.messages import Decide, Error

TOLD_WHY = (ErrorCode.BAD_NOTICE, ErrorCode.MISSING_GLYPH)
"""Codes of a draft that failed whose detail says what to put right."""

TOLD = (*TOLD_WHY, ErrorCode.SIGNER_AWAY)
"""Codes that have a sentence of their own."""


def preview(floor: Floor, seat: Seat, message: PreviewNotice, absent: tuple[str, ...]) -> None:
    """Have the notice of this decision written. A repeat is written again: the same bytes, as long as nothing changed.

    The number is reserved with the first preview; another wording of the decision keeps it.
    """
    party = seat.party
    case = held_case(floor, party, message.case_id)
    decision = Decide(message.request_id, message.case_id, message.outcome, message.corrections, message.particulars)
    check(floor, case, party, decision, absent)
    kind = notice_of(case, message.outcome)
    if kind is None:
        raise Refused(ErrorCode.WRONG_PARTICULARS, f"no notice tells {message.outcome}")
    numbered = reserve(floor, case, party.reviewer_id, kind)
    planned = _plan(floor, case, party, decision, numbered)
    preview_id = floor.new_id()
    floor.drafts.begin(Draft(preview_id, message.request_id, case.case_id, party.reviewer_id, planned))
    floor.command(DraftNotice(preview_id, planned))


def drafted(floor: Floor, event: NoticeDrafted) -> None:
    """The draft can be fetched: tell who asked for it."""
    draft = floor.drafts.end(event.preview_id)
    if draft is not None:
        draft.digest = event.digest
        message = NoticePreviewed(draft.request_id, draft.case_id, draft.order.number, event.digest)
        floor.tell_seat(floor.seats.get(draft.reviewer_id), message)


def failed(floor: Floor, event: DraftFailed) -> None:
    """The draft could not be written: tell who asked for it, and what to put right when that is known."""
    draft = floor.drafts.end(event.preview_id)
    if draft is None:
        return
    code = next((code for code in TOLD if code == event.code), ErrorCode.DRAFT_FAILED)
    sentence = SENTENCES[code]
    if code in TOLD_WHY and event.detail:
        sentence = f"{sentence}：{event.detail}"
    floor.tell_seat(floor.seats.get(draft.reviewer_id), Error(code, sentence, draft.request_id))


def approved(floor: Floor, case: Case, party: Desk, message: Decide) -> NoticeOrder:
    """What was read and is now decided. Raises Refused(PREVIEW_STALE) when it would say anything else by now."""
    draft, reserved = floor.drafts.of(case.case_id), case.reserved
    is_known = draft is not None and draft.reviewer_id == party.reviewer_id and draft.digest == message.preview
    if draft is None or not is_known or reserved is None:
        raise Refused(ErrorCode.PREVIEW_STALE, f"case {case.case_id}: not this draft")
    now = _plan(floor, case, party, message, reserved.notice)
    is_same_day = local_day(now.decided_at) == local_day(draft.order.decided_at)
    if not is_same_day or replace(now, decided_at=draft.order.decided_at) != draft.order:
        raise Refused(ErrorCode.PREVIEW_STALE, f"case {case.case_id}: says something else")
    return replace(draft.order, preview=message.preview)


def decided(case: Case, party: Desk, message: Decide, numbered: Numbered | None) -> Decided:
    """The fact of this decision."""
    return Decided(
        case_id=case.case_id,
        request_id=message.request_id,
        reviewer_id=party.reviewer_id,
        reviewer_name=party.name,
        notice_id=numbered.notice_id if numbered else "",
        notice_kind=numbered.kind if numbered else "",
        notice_number=numbered.number if numbered else "",
        corrections=message.corrections,
        outcome=message.outcome,
        particulars=message.particulars,
        query_code=numbered.query_code if numbered else "",
        preview=message.preview,
    )


def _plan(floor: Floor, case: Case, party: Desk, message: Decide, numbered: Numbered) -> NoticeOrder:
    """What the notice would say if this were decided now."""
    twin = case.twin()
    case_book.apply(twin, decided(case, party, message, numbered), floor.now, party.reviewer_id)
    return order(floor, twin, twin.notices[-1])
