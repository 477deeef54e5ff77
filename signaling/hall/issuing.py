"""Notices on their way out: ordered, sealed, tried again, told to the applicant.

What a notice says is recorded with the fact that brings it about (its number is numbering.py's); the sealed file
follows, made from that record and nothing else. Sealing is tried again until it succeeds. An applicant who is not at
a terminal hears of a new notice by SMS.
"""

from datetime import date

from signaling.hall import alarms
from signaling.hall.case import Case
from signaling.hall.clocks import ISSUE_DAYS, clocks_of, count
from signaling.hall.commands import SealNotice
from signaling.hall.delivering import choice
from signaling.hall.events import NoticeSealed, SealingFailed
from signaling.hall.facts import NoticeOrdered, NoticeStored, SealingRefused
from signaling.hall.floor import Floor
from signaling.hall.notices import Notice
from signaling.hall.notifying import notify
from signaling.hall.orders import NoticeOrder
from signaling.hall.tickets import CHINA, local_day
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import Error, NoticeReady
from signaling.protocol.values import Clock, Result

MAX_SEAL_RETRY_S = 600.0
"""A notice that cannot be sealed (a missing glyph, say) is not tried more often than this."""


TOLD = (
    ErrorCode.BAD_NOTICE,
    ErrorCode.MISSING_GLYPH,
    ErrorCode.TIMESTAMP_PENDING,
    ErrorCode.REVOCATION_PENDING,
    ErrorCode.SEAL_REFUSED,
    ErrorCode.PREVIEW_DIFFERS,
    ErrorCode.JOURNAL_BROKEN,
    ErrorCode.SIGNER_AWAY,
)
"""Why a notice is not sealed yet, as far as a person can do something about it or should know."""


NEED_A_PERSON = ("seal_refused", "preview_differs", "journal_broken", "missing_glyph", "bad_notice")
"""Codes that do not pass by waiting: the manager sees them, too, until the notice is sealed."""


def order_seal(floor: Floor, case: Case, actor: str, approved: NoticeOrder | None = None) -> None:
    """Record what the newest notice says, ``approved`` if it was previewed, and have it sealed."""
    notice = case.notices[-1]
    _order(floor, case, notice, actor, approved or order(floor, case, notice))


def _order(floor: Floor, case: Case, notice: Notice, actor: str, says: NoticeOrder) -> None:
    floor.record(actor, NoticeOrdered(case.case_id, notice.notice_id, says))
    floor.command(SealNotice(says))


def order(floor: Floor, case: Case, notice: Notice) -> NoticeOrder:
    """What the notice says: the case as it was decided, times on the hall's wall clock."""
    promised, statutory = _due(floor, case, notice)
    result = floor.register.office.results.get(case.case_id)
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
        reviewer_name=notice.reviewer_name or floor.rules.hall_name,
        terminal_name=case.terminal_name,
        promised_due=promised.due,
        statutory_due=statutory.due,
        is_due_provisional=promised.is_provisional or statutory.is_provisional,
        accepted_on=notice.accepted_on,
        acceptance=notice.acceptance,
        particulars=notice.particulars,
        result=Result("making", *choice(floor, case)) if result is None else result.view(),
        replaces=notice.replaces,
        paused_from=notice.paused_from,
        gap_dues=_gap_dues(floor, notice),
        lapsed_on=notice.lapsed_on,
        query_code=notice.query_code,
    )


def _due(floor: Floor, case: Case, notice: Notice) -> tuple[Clock, Clock]:
    """The promised and the statutory last day; one and the same for what knows only one."""
    day, item = local_day(notice.decided_at), case.item
    accepted_on = notice.accepted_on or day

    def counted(started: date, days: int) -> Clock:
        return count("decide", started, days, floor.calendar, day)

    match notice.kind:
        case "acceptance" | "gap_acceptance":
            return counted(accepted_on, item.promised_days), counted(accepted_on, item.statutory_days)
        case "correction":
            until = counted(case.asked_on or day, item.correction_days or floor.rules.correction_days)
        case "special_procedure":
            clocks = clocks_of(case, floor.calendar, floor.rules.correction_days, day)
            step = counted(notice.paused_from or day, notice.particulars.days)
            return step, clocks[0] if clocks else step
        case "extension":
            limits = item.promised_days, item.statutory_days
            promised, statutory = (
                count("decide", accepted_on, limit + case.extension_days, floor.calendar, day, case.pauses)
                for limit in limits
            )
            return promised, statutory
        case "grant":
            until = counted(case.granted_on or day, ISSUE_DAYS)
        case _:
            until = counted(day, 0)
    return until, until


def _gap_dues(floor: Floor, notice: Notice) -> tuple[date, ...]:
    """The last day of each material that is to follow."""
    day = local_day(notice.decided_at)
    started = notice.accepted_on or day
    return tuple(count("gap", started, gap.days, floor.calendar, day).due for gap in notice.particulars.gaps)


def sealed(floor: Floor, event: NoticeSealed) -> None:
    """The notice is stored. Only the first report counts: one decision, one file."""
    case, notice = _find(floor, event.notice_id)
    if case is None or notice is None or not notice.can("seal"):
        return
    is_news = notice is case.last_notice  # else the case ended meanwhile: filed, another notice tells how it ended
    if is_news and floor.presence(case) == "away":
        # Before the seal is recorded: a case that is over with it is forgotten, unless somebody is still to be told.
        notify(floor, case, "notice", {"notice_kind": notice.kind, "number": notice.number})
    stored = NoticeStored(
        case.case_id,
        notice.notice_id,
        event.digest,
        event.sealed_at,
        base_digest=event.base_digest,
        seal_id=event.seal_id,
        level=event.level,
    )
    floor.record("hall", stored)
    floor.cancel_timer(f"seal:{notice.notice_id}")
    for reason in NEED_A_PERSON:
        alarms.keep(floor, f"{reason}:{notice.number}", is_raised=False)
    if is_news:
        floor.tell_change(case)
        floor.tell_terminal(case, NoticeReady(case.case_id, notice.view()))


def sealing_failed(floor: Floor, event: SealingFailed) -> None:
    """Tell the desk, and try again later, ever more rarely. Why is in the journal: it is no sentence for people."""
    case, notice = _find(floor, event.notice_id)
    if case is None or notice is None or not notice.can("fail"):
        return
    floor.record("hall", SealingRefused(case.case_id, notice.notice_id, event.detail, event.code))
    for reason in NEED_A_PERSON:
        alarms.keep(floor, f"{reason}:{notice.number}", is_raised=reason == event.code)
    code = next((code for code in TOLD if code == event.code), ErrorCode.SEALING_FAILED)
    floor.tell_seat(floor.seat_in_charge(case), Error(code, SENTENCES[code], notice.notice_id))
    delay_s = min(floor.rules.seal_retry_s * 2 ** min(notice.failures - 1, 16), MAX_SEAL_RETRY_S)
    floor.set_timer(f"seal:{notice.notice_id}", delay_s)


def seal_again(floor: Floor, notice_id: str) -> None:
    """The time to try again has come."""
    case, notice = _find(floor, notice_id)
    if case is not None and notice is not None and notice.state == "sealing":
        _seal(floor, case, notice)


def restarted(floor: Floor) -> None:
    """Have sealed what was not."""
    for case in floor.register.cases.values():
        for notice in case.notices:
            if notice.state == "sealing":
                _seal(floor, case, notice)


def _seal(floor: Floor, case: Case, notice: Notice) -> None:
    """Have it sealed as it was recorded. Journals from before orders were recorded get the record now."""
    if notice.order is not None:
        floor.command(SealNotice(notice.order))
    else:
        _order(floor, case, notice, "hall", order(floor, case, notice))


def _find(floor: Floor, notice_id: str) -> tuple[Case | None, Notice | None]:
    case = floor.register.case_of_notice(notice_id)
    return case, None if case is None else case.notice(notice_id)
