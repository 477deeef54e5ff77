"""The figures of metrics.py from journal entries: whole histories of the cases that did anything in the time. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import get_args

from signaling.hall.counting import Count, Worker
from signaling.hall.facts import Entry
from signaling.hall.metrics import ClockHealth, Evaluation, Metrics, Notices, Paper, Work, share, spread
from signaling.protocol.values import ClockKind, Conversion, Grade

_SATISFIED: tuple[Grade, ...] = ("very_satisfied", "satisfied", "fair")


def measure(entries: Iterable[Entry], since: datetime, until: datetime) -> Metrics:
    """The figures from ``since`` until ``until`` (not included).

    ``entries`` in journal order: everything before ``until`` of the cases that have an entry in the time and of
    all follow-ups, and the desks' entries in the time. Entries from ``until`` on are passed over.
    """
    count = Count(since)
    for entry in entries:
        if entry.time < until:
            count.add(entry)
    many = count.many
    new = [life for life in count.lives.values() if life.is_counted]
    corrected = [count.lives[case_id] for case_id in count.corrected]
    gone = many["abandoned"]
    answered = many["answered"]
    return Metrics(
        since=since,
        until=until,
        submitted=many["submitted"],
        wait=spread(count.wait_s),
        away=spread(count.away_s),
        hold=spread(count.hold_s),
        answer_rate=share(many["answered_in_time"], answered + gone),
        callbacks=many["callbacks"],
        abandoned=share(gone, answered + gone),
        short_abandoned=many["short_abandoned"],
        converted={to: count.converted[to] for to in get_args(Conversion)},
        misses=many["misses"],
        offers=many["offers"],
        reviewers=_works(count.reviewers),
        items=_works(count.items),
        first_time_acceptance=share(sum(life.is_accepted_at_once for life in new), len(new)),
        second_correction=share(sum(life.corrections >= 2 for life in corrected), len(corrected)),
        terminal_time=spread(count.terminal_s),
        clocks=tuple(
            ClockHealth(kind, *(count.passed[kind, percent] for percent in (60, 80, 100)))
            for kind in get_args(ClockKind)
        ),
        deemed_acceptances=many["deemed"],
        interrupted=many["interrupted"],
        resumed=many["resumed"],
        rebuilt_links=many["rebuilt_links"],
        evaluation=_evaluation(count, until),
        paper=Paper(
            many["stored"],
            spread(count.collected_s),
            many["counted"],
            many["mismatches"],
            overdue=many["uncollected"],
            left_open=many["left_open"],
        ),
        notices=Notices(
            many["sealed"],
            many["sealing_failures"],
            many["printed"],
            many["print_failures"],
            many["reprinted"],
            many["voided"],
            share(many["genuine"], many["genuine"] + many["not_genuine"]),
        ),
    )


def _works(workers: dict[str, Worker]) -> tuple[Work, ...]:
    """By subject; who did nothing in the time is left out."""
    return tuple(
        Work(
            subject,
            worker.name,
            worker.answered,
            worker.reviews,
            spread(worker.handling_s),
            spread(worker.wrap_up_s),
            worker.no_answer,
            worker.declined,
        )
        for subject, worker in sorted(workers.items())
    )


def _evaluation(count: Count, until: datetime) -> Evaluation:
    still_open = [due for due, is_settled in count.follow_ups.values() if not is_settled]
    return Evaluation(
        grades={grade: count.grades[grade] for grade in get_args(Grade)},
        satisfied=share(sum(count.grades[grade] for grade in _SATISFIED), count.grades.total()),
        follow_ups_opened=count.many["follow_ups_opened"],
        troubles=count.many["troubles"],
        settled=count.many["settled"],
        open=len(still_open),
        overdue=sum(due < until.date() for due in still_open),
    )
