"""Numbers of notices in action: drawn for an act, reserved for a preview, given back when the preview came to nothing.

A case keeps at most one reservation, as long as the reviewer who has the case may still decide what it is for. An act
of the hall (deemed acceptance, say) uses it when it fits. What is given back is the next number of its series.
"""

from hashlib import sha256

from signaling.hall.case import Case
from signaling.hall.facts import Numbered, NumberReleased, NumberReserved, ReleaseReason
from signaling.hall.floor import Floor
from signaling.hall.notices import counter_name, notice_number
from signaling.hall.outcomes import notice_of, possible
from signaling.protocol.values import CROCKFORD, NoticeKind

CODE_BITS = 60
"""Of a query code: nobody finds a notice by trying."""


def take(floor: Floor, case: Case, kind: NoticeKind) -> tuple[Numbered, tuple[str, ...]]:
    """The notice that an act of this moment brings about, and the counters to record with it. Call it last, right
    before the record: no gaps.
    """
    if case.reserved is not None and _fits(floor, case.reserved, kind):
        return case.reserved.notice, ()
    reserved, counter = _draw(floor, case, kind)
    return reserved.notice, (counter,)


def reserve(floor: Floor, case: Case, actor: str, kind: NoticeKind) -> Numbered:
    """The notice that is to be previewed: the one this case has reserved, if it fits, or a new one."""
    if case.reserved is not None:
        if _fits(floor, case.reserved, kind):
            return case.reserved.notice
        release(floor, case, actor, "other_kind" if case.reserved.notice.kind != kind else "other_series")
    reserved, counter = _draw(floor, case, kind)
    floor.record(actor, reserved, (counter,))
    return reserved.notice


def release(floor: Floor, case: Case, actor: str, reason: ReleaseReason) -> None:
    """Give the reserved number back."""
    reserved = case.reserved
    if reserved is None:
        raise ValueError(f"case {case.case_id} has no number reserved")
    counter = floor.series.give_back(floor.counters, reserved.series, reserved.count)
    notice = reserved.notice
    floor.record(actor, NumberReleased(case.case_id, notice.notice_id, notice.number, reason), (counter,))
    floor.drafts.forget(case.case_id)


def settle(floor: Floor) -> None:
    """After each event: give back what nobody may use any more. Looks at the cases the event touched."""
    for case_id in list(floor.touched):
        case = floor.register.cases.get(case_id)
        if case is None or case.reserved is None:
            continue
        if not case.holder_id:
            release(floor, case, "hall", "left")
        elif case.reserved.notice.kind not in {notice_of(case, outcome) for outcome in possible(case)}:
            release(floor, case, "hall", "decided")


def _fits(floor: Floor, reserved: NumberReserved, kind: NoticeKind) -> bool:
    """Whether the number is of this kind and of the series that counts today."""
    return reserved.series == counter_name(floor.rules.number_prefix, kind, floor.now)


def _draw(floor: Floor, case: Case, kind: NoticeKind) -> tuple[NumberReserved, str]:
    prefix = floor.rules.number_prefix
    series = counter_name(prefix, kind, floor.now)
    count, counter = floor.series.draw(floor.counters, series)
    number = notice_number(prefix, kind, floor.now, count)
    notice = Numbered(floor.new_id(), kind, number, _query_code(floor))
    return NumberReserved(case.case_id, notice, series, count), counter


def _query_code(floor: Floor) -> str:
    """Sixty bits of a fresh id's digest, as 12 characters; the id itself is told to nobody."""
    bits = int.from_bytes(sha256(floor.new_id().encode()).digest()[:8]) >> (64 - CODE_BITS)
    return "".join(CROCKFORD[bits >> shift & 31] for shift in range(CODE_BITS - 5, -1, -5))
