"""A ticket's place in line as its owner may know it: how many are ahead, how long it may take, what else is possible.

The expected wait is honest, not exact: recent handling times by the desks that can help, as a range of whole
minutes. With nobody there, too long a wait, or closing near, other ways are proposed: never a dead ring.
"""

from datetime import timedelta
from math import ceil
from math import floor as whole

from signaling.hall.case import Case
from signaling.hall.dispatch import GENERAL, POOL
from signaling.hall.floor import Floor
from signaling.hall.roster import closing
from signaling.protocol.values import Conversion, Place

PROPOSALS: tuple[Conversion, ...] = ("appointment", "callback", "asynchronous", "window")
"""In the order in which they are proposed (domain §3.6, rule 7)."""

MEMORY = 0.1
"""Weight of the newest case in the moving average of handling times."""

SPREAD = 0.5, 1.5
"""The range around the mean: handling times scatter widely (log-normal), and neighbours compete for the same desks."""


def place_of(floor: Floor, case: Case) -> Place:
    """The place as it is now."""
    ticket = case.ticket
    ahead = floor.standing.ahead(case.case_id)
    expected, proposals = _prospects(floor, case, ahead)
    return Place(
        kind=ticket.kind,
        ahead=ahead,
        expected_s=expected,
        proposals=proposals,
        conversion=ticket.conversion,
        priority=ticket.priority,
        is_here=bool(case.terminal_id),
        misses=ticket.misses,
        until=ticket.until,
        rule=ticket.rule or ("priority_group" if ticket.priority else ""),
        window=ticket.window,
    )


def learn(floor: Floor, skill: str, handled_s: float) -> None:
    """A case of this skill took so long, wrap-up included."""
    before = floor.handling_s.get(skill, floor.rules.handling_s)
    floor.handling_s[skill] = before + MEMORY * (handled_s - before)


def _prospects(floor: Floor, case: Case, ahead: int) -> tuple[tuple[int, int] | None, tuple[Conversion, ...]]:
    """How long it may take, and what is proposed instead."""
    ticket = case.ticket
    if ticket.state == "abandoned" or (ticket.state == "missed" and ticket.misses >= floor.rules.max_misses):
        return None, ("appointment",)
    if ticket.state != "waiting":
        return None, ()
    expected = _expected(floor, case.item.skill, ahead)
    is_long = expected is None or expected[1] > floor.rules.wait_limit_s
    return expected, PROPOSALS if is_long or _is_closing(floor) else ()


def _is_closing(floor: Floor) -> bool:
    """Whether the hall is closed, or will be soon."""
    closes = closing(floor, floor.now)
    return closes is None or closes - floor.now <= timedelta(seconds=floor.rules.closing_soon_s)


def _expected(floor: Floor, skill: str, ahead: int) -> tuple[int, int] | None:
    working = floor.manning.working
    able = working[skill] + working[GENERAL] or working[POOL]
    if not able:
        return None
    rounds = max(0, ahead + 1 - floor.manning.free_count(skill)) / able
    mean_s = rounds * floor.handling_s.get(skill, floor.rules.handling_s)
    low, high = (mean_s * factor / 60 for factor in SPREAD)
    return 60 * whole(low), 60 * max(1, ceil(high))
