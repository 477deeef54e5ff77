"""What the hall's administrator may set: times, days, boosts and names. Everything else is law or data.

The settings' table ``[rules]`` (docs/operations.md) is this struct; a hall keeps its rules as long as it runs.
"""

from datetime import time

import msgspec

WeekTimes = tuple[time | None, time | None, time | None, time | None, time | None, time | None, time | None]
"""A time of day for each weekday, Monday first."""


class HallRules(msgspec.Struct, frozen=True):
    """What the hall's administrator may set. Seconds, except ``correction_days`` (working days)."""

    ring_s: float = 20
    wrap_up_s: float = 45
    desk_grace_s: float = 30
    terminal_grace_s: float = 120
    seal_retry_s: float = 10
    correction_days: int = 20
    number_prefix: str = "京通政务"
    must_preview: bool = True
    """Whether who decides must have previewed the notice: what was read is what is sealed."""
    may_same_person_decide: bool = False
    """Whether who accepted a case may also decide it (small halls)."""
    hall_name: str = "政务服务大厅"
    """Stands on the board."""
    opens: WeekTimes = (*(time(8, 30),) * 5, time(9), None)
    """Monday to Sunday; None: closed all day."""
    closes: WeekTimes = (*(time(17, 30),) * 5, time(13), None)
    deposit_open_s: float = 120
    """A cell that stands open longer raises an alarm."""
    deposit_hours: float = 24
    """Papers that nobody collected for so long are overdue."""
    result_keep_days: int = 7
    """Calendar days a result is kept in a locker."""
    notice_keep_days: int = 90
    """Calendar days the last notice of a case that is over can still be claimed with the slip."""
    grade_days: int = 15
    """Working days to make good a bad grade."""
    trouble_days: int = 5
    """Working days to answer a report that something could not be done (办不成事)."""
    appointment_boost_s: float = 1200
    """An appointment in its window counts as if it had waited so much longer; likewise the next two."""
    priority_boost_s: float = 600
    correction_boost_s: float = 300
    overflow_s: float = 90
    """After so long reviewers with the skill ``general`` help out, after ``pool_s`` those with ``pool``."""
    pool_s: float = 300
    prefer_s: float = 60
    """So long a case waits for the reviewer who knows it."""
    summons_s: float = 60
    """So long an applicant who went away may take to come when called."""
    keep_s: float = 900
    """So long the place of one who did not come is kept."""
    max_misses: int = 2
    """After so many misses only an appointment is left."""
    rejoin_behind: int = 2
    """A ticket that rejoins lets so many go first."""
    park_s: float = 900
    callback_s: float = 1800
    """So long an applicant may take to come to a terminal when a reviewer calls back."""
    wait_limit_s: float = 900
    """With a longer expected wait, or ``closing_soon_s`` before closing, something else than waiting is proposed."""
    closing_soon_s: float = 600
    handling_s: float = 392
    """What a case takes, wrap-up included, as long as nothing is known (domain §3.6)."""
    appointment_s: float = 900
    """Length of an appointment's window."""
    reminder_s: float = 1800
    """So long before an appointment the applicant is reminded."""
    emergency_office: bool = False
    """Keep the line over night; else who waits at closing time is reviewed without a call."""
    window: str = "综合服务窗口"
    """Where a ticket that is exchanged for a window goes."""
    tell_s: float = 1
    """News of the line are told no more often than this."""
