"""The legal clocks of a case: what runs in which state, when it ends, how much of it is used. Pure; nothing is stored.

Days are working days counted from the day after the clock starts. Because they are counted anew each time, an edit of
the calendar moves every clock at once. Articles are those of 行政许可法.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from signaling.hall.case import Case, Pause
from signaling.hall.tickets import local_day
from signaling.hall.working_days import WorkingDays
from signaling.protocol.values import CaseState, Clock, ClockKind, ClockState

TELL_DAYS = 5
"""To tell the applicant everything that is missing at one time, or the case counts as accepted (art. 32(4))."""
ISSUE_DAYS = 10
"""From the decision to the document in the applicant's hands (art. 44)."""
EXTENSION_DAYS = 10
"""The longest extension of the decision, once (art. 42)."""
JOINT_EXTENSION_DAYS = 15
"""The same when several departments handle the item together (art. 42, second paragraph)."""

RUNNING: dict[CaseState, tuple[ClockKind, ...]] = {
    "advised": ("correct",),
    "received": ("tell",),
    "reviewing": ("tell",),
    "correction_requested": ("correct",),
    "accepted": ("decide",),
    "accepted_with_gap": ("decide", "gap"),
    "paused": ("decide",),
    "granted": ("issue",),
    "issued": ("issue",),
}
"""The clocks of each state; in the others none runs. ``correct`` and ``gap`` are the applicant's."""

OF_APPLICANT: tuple[ClockKind, ...] = ("correct", "gap")


def clocks_of(case: Case, calendar: WorkingDays, correction_days: int, today: date) -> tuple[Clock, ...]:
    """The clocks that run or pause now. ``correction_days`` is the hall's rule for items without one of their own."""
    clocks = [_clock(case, kind, calendar, correction_days, today) for kind in RUNNING.get(case.state, ())]
    return tuple(clock for clock in clocks if clock is not None)


def share(clock: Clock, today: date) -> float:
    """The used part of a clock; 1.0 and more when its last day is over."""
    if today > clock.due:
        return 1.0
    return clock.used / clock.days if clock.days else 0.0


def is_over(clock: Clock, today: date) -> bool:
    """Whether the last day has passed; a paused clock is never over."""
    return clock.state == "running" and today > clock.due


def count(
    kind: ClockKind, started: date, days: int, calendar: WorkingDays, today: date, pauses: Sequence[Pause] = ()
) -> Clock:
    """Count ``days`` working days after ``started``. Days of a special procedure do not count (art. 45).

    While one lasts the last day is where it would be if the procedure took its announced days.
    """
    spans = [(pause.since, _end(pause, calendar, today)) for pause in pauses]
    day, counted, used, is_provisional = started, 0, 0, False
    while counted < days:
        day += timedelta(days=1)
        is_provisional = is_provisional or not calendar.is_published(day.year)
        if calendar.is_working_day(day) and not any(first <= day < end for first, end in spans):
            counted += 1
            used += day < today
    is_paused = bool(pauses) and pauses[-1].until is None
    state: ClockState = "paused" if is_paused else "running"
    return Clock(kind, state, started, day, days, used, is_provisional)


def _end(pause: Pause, calendar: WorkingDays, today: date) -> date:
    """The first day that counts again."""
    if pause.until is not None:
        return pause.until
    announced, _ = calendar.add(pause.since, pause.days)
    return max(announced, today) + timedelta(days=1)


def _clock(case: Case, kind: ClockKind, calendar: WorkingDays, correction_days: int, today: date) -> Clock | None:
    match kind:
        case "tell":
            return count(kind, local_day(case.tell_from), TELL_DAYS, calendar, today)
        case "correct" if case.asked_on is not None:
            return count(kind, case.asked_on, case.item.correction_days or correction_days, calendar, today)
        case "decide" if case.accepted_on is not None:
            days = case.item.promised_days + case.extension_days
            return count(kind, case.accepted_on, days, calendar, today, case.pauses)
        case "gap" if case.accepted_on is not None and case.gaps:
            return count(kind, case.accepted_on, min(gap.days for gap in case.gaps), calendar, today)
        case "issue" if case.granted_on is not None:
            return count(kind, case.granted_on, ISSUE_DAYS, calendar, today)
        case _:
            return None
