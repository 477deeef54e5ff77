"""What happens because time passes: deemed acceptance, lapses, escalations. Once a day, at the official midnight.

A clock is over when its last working day has passed. After a restart the days that were missed are made up for at
once. Nothing here is decided by a person; every act is the hall's and recorded as such.
"""

from datetime import UTC, date, datetime, time, timedelta

from signaling.hall import calling
from signaling.hall.case import Case
from signaling.hall.clocks import OF_APPLICANT, RUNNING, clocks_of, is_over, share
from signaling.hall.facts import CaseFiled, CorrectionsLapsed, DeemedAccepted, Escalated, GapLapsed
from signaling.hall.floor import Floor
from signaling.hall.issuing import order_seal
from signaling.hall.notifying import notify
from signaling.hall.numbering import take
from signaling.hall.tickets import CHINA, local_day
from signaling.protocol.values import Clock

LEVELS = (60, 80, 100)
"""Per cent of a clock at which it is recorded, once each, that it presses (domain §3.8)."""

WARNING = 80
"""At this level the applicant is reminded of a clock that is the applicant's."""


def day_begins(floor: Floor) -> None:
    """A new official day, or the server is up again: go through the open cases once, then wait for midnight."""
    today = local_day(floor.now)
    for case in list(floor.register.cases.values()):
        for clock in clocks_of(case, floor.calendar, floor.rules.correction_days, today):
            if is_over(clock, today):
                _run_out(floor, case, clock)
            _escalate(floor, case, clock, today)
        _file(floor, case)
    midnight = datetime.combine(today + timedelta(days=1), time(), CHINA).astimezone(UTC)
    floor.set_timer("day", (midnight - floor.now).total_seconds())


def _file(floor: Floor, case: Case) -> None:
    """A case that is over waits for who claims its last notice, but not for ever."""
    notice = case.last_notice
    kept = timedelta(days=floor.rules.notice_keep_days)
    is_waiting = case.is_settled and not case.is_over and notice is not None and notice.state == "ready"
    if is_waiting and notice is not None and floor.now - notice.decided_at > kept:
        floor.record("hall", CaseFiled(case.case_id))


def _run_out(floor: Floor, case: Case, clock: Clock) -> None:
    match clock.kind:
        case "tell":
            _deem_accepted(floor, case)
        case "correct" if case.item.does_lapse:
            _lapse(floor, case, clock.due)
        case "gap":
            floor.record("hall", GapLapsed(case.case_id))
            floor.tell_change(case)
        case _:
            return  # the hall is late, or the item lets the applicant take longer


def _deem_accepted(floor: Floor, case: Case) -> None:
    """Art. 32(4): not told in time, the application counts as accepted from the day it was received."""
    numbered, counters = take(floor, case, "acceptance")
    accepted_on = local_day(case.complete_at)
    floor.record("hall", DeemedAccepted(case.case_id, accepted_on, numbered), counters)
    order_seal(floor, case, "hall")
    call = case.live_call
    if call is not None and not call.is_on:
        calling.end(floor, case, "withdrawn", "hall")
    else:
        floor.tell_change(case)


def _lapse(floor: Floor, case: Case, lapsed_on: date) -> None:
    """The applicant's time is over and the item says that the case ends with it. Advice leaves no notice."""
    if case.state == "advised":
        floor.record("hall", CorrectionsLapsed(case.case_id, lapsed_on))
    else:
        numbered, counters = take(floor, case, "termination")
        floor.record("hall", CorrectionsLapsed(case.case_id, lapsed_on, numbered), counters)
        order_seal(floor, case, "hall")
    if case.live_call is not None:
        calling.end(floor, case, "withdrawn", "hall")
    else:
        floor.tell_change(case)


def _escalate(floor: Floor, case: Case, clock: Clock, today: date) -> None:
    """Record the highest level reached, once. Not for a clock that stands still or that has just run out."""
    if clock.state != "running" or clock.kind not in RUNNING.get(case.state, ()):
        return
    percent = max((level for level in LEVELS if share(clock, today) * 100 >= level), default=0)
    before = case.escalations.get(clock.kind, 0)
    if percent <= before:
        return
    floor.record("hall", Escalated(case.case_id, clock.kind, percent))
    if clock.kind in OF_APPLICANT and before < WARNING <= percent and not is_over(clock, today):
        notify(floor, case, "lapse_warning", {"clock": clock.kind, "due": clock.due.isoformat()})
