"""Decisions and their notices: decide, seal, deliver, print, close.

A decision gets its notice number at once and exactly one; the sealed file follows. While a notice waits
for its seal no further decision is taken. Sealing is tried again until it succeeds. An accepted case
closes when its notice is printed.
"""

from signaling.hall.case import Case
from signaling.hall.commands import NoticeOrder, SealNotice
from signaling.hall.desks import Seat
from signaling.hall.events import NoticeSealed, SealingFailed, Terminal
from signaling.hall.facts import (
    CaseClosed,
    Decided,
    NoticeDelivered,
    NoticePrintReported,
    NoticeStored,
    SealingRefused,
)
from signaling.hall.floor import Floor
from signaling.hall.notices import Notice, counter_name, due_days, notice_number
from signaling.hall.tickets import CHINA
from signaling.protocol.errors import SENTENCES, ErrorCode, Refused
from signaling.protocol.messages import CaseChanged, Decide, Done, Error, NoticePrinted, NoticeReady, NoticeReceived
from signaling.protocol.values import NoticeKind

MAX_SEAL_RETRY_S = 600.0
"""A notice that cannot be sealed (a missing glyph, say) is not tried more often than this."""


def decide(floor: Floor, seat: Seat, message: Decide) -> None:
    """The reviewer in charge decides, with the call on."""
    party = seat.party
    if floor.register.answered_case(party.reviewer_id, message) is None:
        case = floor.register.cases.get(message.case_id)
        if case is None or case.talk is None or case.talk.reviewer_id != party.reviewer_id:
            raise Refused(ErrorCode.NOT_FOUND, f"case {message.case_id}")
        if not case.can(message.outcome) or case.unsealed is not None:
            raise Refused(ErrorCode.ILLEGAL_STEP, f"case is {case.state}")
        _check_corrections(case, message)
        notice = _record_decision(floor, case, seat, message)
        floor.tell_change(case)
        floor.command(SealNotice(order(floor, case, notice)))
    floor.tell_seat(seat, Done(message.request_id))


def order(floor: Floor, case: Case, notice: Notice) -> NoticeOrder:
    """What the notice says: the case as it was decided, times on the hall's wall clock."""
    due = due_days(notice.kind, case.item, notice.decided_at, floor.rules.correction_days, floor.calendar)
    return NoticeOrder(
        notice_id=notice.notice_id,
        kind=notice.kind,
        number=notice.number,
        case_id=case.case_id,
        ticket_number=case.ticket.number,
        item=case.item,
        applicant=case.applicant,
        materials=notice.materials,
        corrections=notice.corrections,
        received_at=notice.received_at.astimezone(CHINA),
        decided_at=notice.decided_at.astimezone(CHINA),
        reviewer_name=notice.reviewer_name,
        terminal_name=case.terminal_name,
        promised_due=due.promised,
        statutory_due=due.statutory,
        is_due_provisional=due.is_provisional,
    )


def sealed(floor: Floor, event: NoticeSealed) -> None:
    """The notice is stored. Only the first report counts: one decision, one file."""
    case, notice = _find(floor, event.notice_id)
    if case is None or notice is None or not notice.can("seal"):
        return
    floor.record("hall", NoticeStored(case.case_id, notice.notice_id, event.digest, event.sealed_at))
    floor.cancel_timer(f"seal:{notice.notice_id}")
    if not case.is_settled:  # withdrawn meanwhile: the number is used and filed, the applicant is gone
        floor.tell_change(case)
        floor.tell_terminal(case, NoticeReady(case.case_id, notice.view()))


def sealing_failed(floor: Floor, event: SealingFailed) -> None:
    """Tell the desk, and try again later, ever more rarely. Why is in the journal: it is no sentence for people."""
    case, notice = _find(floor, event.notice_id)
    if case is None or notice is None or not notice.can("fail"):
        return
    floor.record("hall", SealingRefused(case.case_id, notice.notice_id, event.detail))
    code = ErrorCode.SEALING_FAILED
    floor.tell_seat(floor.seat_in_charge(case), Error(code, SENTENCES[code], notice.notice_id))
    delay_s = min(floor.rules.seal_retry_s * 2 ** min(notice.failures - 1, 16), MAX_SEAL_RETRY_S)
    floor.set_timer(f"seal:{notice.notice_id}", delay_s)


def seal_again(floor: Floor, notice_id: str) -> None:
    """The time to try again has come."""
    case, notice = _find(floor, notice_id)
    if case is not None and notice is not None and notice.state == "sealing":
        floor.command(SealNotice(order(floor, case, notice)))


def remind_terminal(floor: Floor, case: Case) -> None:
    """After a reconnect: the notices that are sealed and not yet received."""
    for notice in case.notices:
        if notice.state == "ready":
            floor.tell_terminal(case, NoticeReady(case.case_id, notice.view()))


def received(floor: Floor, terminal: Terminal, message: NoticeReceived) -> None:
    """The terminal has the notice. Received once is received: a later report changes nothing."""
    case, notice = _own_notice(floor, terminal, message.notice_id)
    is_known = floor.register.answered_case(terminal.terminal_id, message) is not None
    if not is_known and notice.state not in ("received", "printed"):
        if not notice.can("deliver"):
            raise Refused(ErrorCode.ILLEGAL_STEP, f"notice is {notice.state}")
        fact = NoticeDelivered(case.case_id, notice.notice_id, message.request_id, message.is_genuine)
        floor.record(terminal.terminal_id, fact)
        floor.tell_change(case)
    floor.send(floor.terminals[terminal.terminal_id], Done(message.request_id))


def printed(floor: Floor, terminal: Terminal, message: NoticePrinted) -> None:
    """The printer's outcome. A first good print of the acceptance notice closes the case; each print is recorded."""
    case, notice = _own_notice(floor, terminal, message.notice_id)
    session_id = floor.terminals[terminal.terminal_id]
    if floor.register.answered_case(terminal.terminal_id, message) is not None:
        # The first answer was lost, and with it perhaps the news that the case is closed.
        floor.send(session_id, Done(message.request_id))
        floor.send(session_id, CaseChanged(case.view()))
        return
    if not notice.can("print"):
        raise Refused(ErrorCode.ILLEGAL_STEP, f"notice is {notice.state}")
    floor.record(
        terminal.terminal_id,
        NoticePrintReported(case.case_id, notice.notice_id, message.request_id, message.is_printed, message.detail),
    )
    if notice.kind == "acceptance" and notice.state == "printed" and case.can("close"):
        floor.record("hall", CaseClosed(case.case_id))
    floor.send(session_id, Done(message.request_id))
    floor.tell_change(case)


def _check_corrections(case: Case, message: Decide) -> None:
    """Corrections name a known slot, what is wrong and what is required; an acceptance has none."""
    slots = {slot.code for slot in case.item.slots}
    is_request = message.outcome == "request_corrections"
    are_whole = all(
        correction.slot in slots and correction.problem.strip() and correction.requirement.strip()
        for correction in message.corrections
    )
    if is_request != bool(message.corrections) or not are_whole:
        raise Refused(ErrorCode.INVALID_CORRECTIONS, f"{len(message.corrections)} corrections")


def _record_decision(floor: Floor, case: Case, seat: Seat, message: Decide) -> Notice:
    kind: NoticeKind = "acceptance" if message.outcome == "accept" else "correction"
    prefix = floor.rules.number_prefix
    counter = counter_name(prefix, kind, floor.now)
    fact = Decided(
        case_id=case.case_id,
        request_id=message.request_id,
        reviewer_id=seat.party.reviewer_id,
        reviewer_name=seat.party.name,
        notice_id=floor.new_id(),
        notice_kind=kind,
        notice_number=notice_number(prefix, kind, floor.now, floor.count(counter)),
        corrections=message.corrections,
    )
    floor.record(seat.party.reviewer_id, fact, (counter,))
    return case.notices[-1]


def _find(floor: Floor, notice_id: str) -> tuple[Case | None, Notice | None]:
    for case in floor.register.cases.values():
        notice = case.notice(notice_id)
        if notice is not None:
            return case, notice
    return None, None


def _own_notice(floor: Floor, terminal: Terminal, notice_id: str) -> tuple[Case, Notice]:
    case, notice = _find(floor, notice_id)
    if case is None or notice is None or case.terminal_id != terminal.terminal_id:
        raise Refused(ErrorCode.NOT_FOUND, f"notice {notice_id}")
    return case, notice
