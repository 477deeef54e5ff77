"""Figures of the hall's service over a time, as values; what each one means is fixed here (domain.md §3.8).

Counted by measuring.py from the journal alone, so that anybody can count them again. "In the time" is said of the
entry that ends what is measured: an answer, a decision, a collection. Seconds. No names, numbers or contents.
What only the two ends of a call know (connect time of the link, share of degraded time) is not in the journal.
"""

from datetime import datetime

import msgspec

from signaling.protocol.values import ClockKind, Conversion, Grade


class Share(msgspec.Struct, frozen=True):
    """``part`` of ``whole``; ``share`` is None when there is nothing to take a part of."""

    part: int
    whole: int
    share: float | None


class Spread(msgspec.Struct, frozen=True):
    """Durations: how many, and the values that 50, 90 and 95 per cent of them do not exceed (nearest rank)."""

    count: int
    mean_s: float | None = None
    p50_s: float | None = None
    p90_s: float | None = None
    p95_s: float | None = None
    worst_s: float | None = None


class Work(msgspec.Struct, frozen=True):
    """The work of one reviewer, or about one service item (``name`` is the item's; a reviewer's is left out)."""

    subject: str
    """Login of the reviewer, or code of the item."""
    name: str
    answered: int
    """Calls answered."""
    reviews: int
    """Cases reviewed without a call, each time one was open."""
    handling: Spread
    """From answering to the end of the call, holds included; from opening to giving back without a call."""
    wrap_up: Spread
    """From the end of a call until the desk is ready or away; of a reviewer only."""
    no_answer: int
    """Ring-no-answer: the desk rang and nobody took the call in the ring time."""
    declined: int


class ClockHealth(msgspec.Struct, frozen=True):
    """How many cases passed these parts of a legal clock in the time. A: tell; B: decide, issue."""

    clock: ClockKind
    over_60: int
    over_80: int
    over_100: int


class Evaluation(msgspec.Struct, frozen=True):
    """好差评 and the ledger. ``overdue``: not settled on the last day, as of the end of the time."""

    grades: dict[Grade, int]
    satisfied: Share
    """非常满意, 满意 and 基本满意 of all grades."""
    follow_ups_opened: int
    troubles: int
    """Of these, reports that something could not be done (办不成事)."""
    settled: int
    open: int
    overdue: int


class Paper(msgspec.Struct, frozen=True):
    """Originals in the cabinet. ``collected``: from the shut door to the collector."""

    stored: int
    collected: Spread
    counted: int
    mismatches: int
    overdue: int
    """Not collected in the hall's time for it."""
    left_open: int
    """Cells that stood open too long."""


class Notices(msgspec.Struct, frozen=True):
    """What became of notices. ``verified`` counts the terminal's own check of each notice before it is shown."""

    sealed: int
    sealing_failures: int
    printed: int
    print_failures: int
    reprinted: int
    """Printed once more after a good print."""
    voided: int
    verified: Share


class Metrics(msgspec.Struct, frozen=True):
    """All of it, from ``since`` until ``until``."""

    since: datetime
    until: datetime
    submitted: int
    """Cases handed in; pre-reviews count when they are handed in for good."""
    wait: Spread
    """Of each answered call: in line until the reviewer answered. An appointment's starts when it is called. Time
    as missed, summoned or parked is not in it."""
    away: Spread
    """Of each answered call that was summoned or missed before: that time."""
    hold: Spread
    """Of each call that was held: the time on hold."""
    answer_rate: Share
    """Answered within 60 s of waiting, of answered + abandoned after 10 s. Callbacks are apart."""
    callbacks: int
    """Calls answered to an applicant who had chosen to be called back or was called back by a desk."""
    abandoned: Share
    """Left before the answer (withdrawn in line, or missed and never back) after 10 s or more, of all who were
    answered or left. Who exchanged the place for something else has not left."""
    short_abandoned: int
    """Left within 10 s."""
    converted: dict[Conversion, int]
    misses: int
    offers: int
    reviewers: tuple[Work, ...]
    items: tuple[Work, ...]
    first_time_acceptance: Share
    """Of the cases submitted in the time: accepted, until its end, without a correction notice before."""
    second_correction: Share
    """Of the cases that got a correction notice in the time: those that have two or more by its end."""
    terminal_time: Spread
    """From handing in to the first sealed notice, of cases whose applicant did not leave the terminal between. The
    journal begins with the submission: filling in and capturing come before it."""
    clocks: tuple[ClockHealth, ...]
    deemed_acceptances: int
    """Accepted because nobody told the applicant anything in time (art. 32(4)). The goal is 0."""
    interrupted: int
    """Calls whose terminal was lost."""
    resumed: int
    """Of these, calls whose terminal came back in time."""
    rebuilt_links: int
    """How often a media link was built anew."""
    evaluation: Evaluation
    paper: Paper
    notices: Notices


def share(part: int, whole: int) -> Share:
    """The share of a part, rounded to four places."""
    return Share(part, whole, round(part / whole, 4) if whole else None)


def spread(durations_s: list[float]) -> Spread:
    """The spread of these durations, rounded to tenths of a second."""
    if not durations_s:
        return Spread(0)
    ordered = sorted(durations_s)

    def rank(percent: int) -> float:
        return round(ordered[max(0, -(-percent * len(ordered) // 100) - 1)], 1)

    return Spread(
        len(ordered),
        round(sum(ordered) / len(ordered), 1),
        rank(50),
        rank(90),
        rank(95),
        round(ordered[-1], 1),
    )
