"""What the journal must bear out before a notice is sealed: the case's own facts against the order.

Pure: the entries of one case in, the persons who acted out. The case is played again with the hall's own code up to
the order, which must then say what the case says: this notice waits for its seal, with this kind, number and content.
What the requester says counts nothing. The last days are the hall's counting and not counted again here.
"""

from collections.abc import Sequence

import msgspec

from signaling.hall.case import Case
from signaling.hall.facts import (
    CaseWithdrawn,
    CorrectionsLapsed,
    Decided,
    DeemedAccepted,
    Entry,
    Fact,
    NoticeOrdered,
    NoticeVoided,
    Numbered,
)
from signaling.hall.notices import Notice
from signaling.hall.orders import NoticeOrder
from signaling.hall.register import Register
from signaling.hall.tables import IllegalStep
from signaling.hall.tickets import local_day
from signaling.signer.errors import EvidenceRefused

HALL = "hall"
"""Who acts when the law or the applicant does: deemed acceptance, lapse, withdrawal."""

_OF_THE_NOTICE = (
    "notice_id",
    "kind",
    "number",
    "materials",
    "corrections",
    "particulars",
    "acceptance",
    "accepted_on",
    "paused_from",
    "lapsed_on",
    "replaces",
    "received_at",
    "query_code",
)
_OF_THE_CASE = ("case_id", "item", "applicant", "terminal_name")


class Evidence(msgspec.Struct, frozen=True):
    """An order that the journal bears out. ``persons`` acted in the case, each once, the one of this notice last."""

    order: NoticeOrder
    persons: tuple[str, ...]


def examine(entries: Sequence[Entry], ordered: NoticeOrdered) -> Evidence:
    """Check an order against all entries of its case before it, oldest first. Raises EvidenceRefused."""
    order = ordered.order
    case = _played(entries, ordered.case_id)
    notice = case.notice(ordered.notice_id)
    if notice is None or notice.state != "sealing":
        raise _refused("no notice of this id waits for its seal")
    if differing := _differences(order, case, notice):
        raise _refused(f"the order differs from the case in {', '.join(differing)}")
    persons: dict[str, None] = {}
    acting = HALL
    for entry in entries:
        if (numbered := numbered_by(entry.fact)) is not None:
            acting = _person_of(entry)
            if numbered.notice_id == notice.notice_id:
                break
            persons[acting] = None
    return Evidence(order, (*(person for person in persons if person not in (HALL, acting)), acting))


def numbered_by(fact: Fact) -> Numbered | None:
    """The notice that a fact brought about, if it did."""
    if isinstance(fact, Decided):
        return Numbered(fact.notice_id, fact.notice_kind, fact.notice_number) if fact.notice_kind else None
    if isinstance(fact, CaseWithdrawn | CorrectionsLapsed | DeemedAccepted | NoticeVoided):
        return fact.notice
    return None


def _played(entries: Sequence[Entry], case_id: str) -> Case:
    register = Register()
    try:
        for entry in entries:
            register.apply(entry)
        return register.cases[case_id]
    except (IllegalStep, KeyError, ValueError) as problem:
        raise _refused(f"the case cannot be played again: {type(problem).__name__}") from None


def _differences(order: NoticeOrder, case: Case, notice: Notice) -> list[str]:
    found = [name for name in _OF_THE_NOTICE if getattr(order, name) != getattr(notice, name)]
    found += [name for name in _OF_THE_CASE if getattr(order, name) != getattr(case, name)]
    if order.ticket_number != case.ticket.number:
        found.append("ticket_number")
    if local_day(order.decided_at) != local_day(notice.decided_at):  # the time of day is the preview's
        found.append("decided_at")
    if notice.reviewer_name not in ("", order.reviewer_name):
        found.append("reviewer_name")
    return found


def _person_of(entry: Entry) -> str:
    """Who answers for the notice that this entry brought about."""
    match entry.fact:
        case Decided(reviewer_id=reviewer_id):
            return reviewer_id
        case NoticeVoided():
            return entry.actor
        case _:
            return HALL


def _refused(why: str) -> EvidenceRefused:
    sentence = f"日志中的办件记录与待盖章内容不符 (the journal does not bear this out: {why})"
    return EvidenceRefused("not_borne_out", sentence)
