"""What the busy hall prints: one line as it goes, and the service figures at its end. Sentences and sums, no I/O.

The figures themselves are the hall's own (GET /metrics.json, made from the journal); here is only how they read.
"""

from collections.abc import Sequence
from statistics import quantiles

import msgspec

from signaling.protocol.acts import FloorChanged


class _Share(msgspec.Struct, frozen=True):
    part: int
    whole: int
    share: float | None

    def __str__(self) -> str:
        return "—" if self.share is None else f"{100 * self.share:.0f}%（{self.part}/{self.whole}）"


class _Spread(msgspec.Struct, frozen=True):
    count: int
    p50_s: float | None
    p90_s: float | None
    worst_s: float | None

    def __str__(self) -> str:
        if self.p50_s is None:
            return "—"
        return f"P50 {self.p50_s:.1f} s，P90 {self.p90_s:.1f} s，最长 {self.worst_s:.1f} s（{self.count} 次）"


class _Work(msgspec.Struct, frozen=True):
    answered: int
    reviews: int
    no_answer: int
    declined: int


class _Evaluation(msgspec.Struct, frozen=True):
    satisfied: _Share
    follow_ups_opened: int
    settled: int


class _Paper(msgspec.Struct, frozen=True):
    stored: int
    counted: int
    mismatches: int


class _Notices(msgspec.Struct, frozen=True):
    sealed: int
    sealing_failures: int
    printed: int
    verified: _Share


class Figures(msgspec.Struct, frozen=True):
    """The part of the hall's metrics that is printed; the file has all of them."""

    submitted: int
    wait: _Spread
    away: _Spread
    answer_rate: _Share
    abandoned: _Share
    converted: dict[str, int]
    misses: int
    offers: int
    reviewers: tuple[_Work, ...]
    first_time_acceptance: _Share
    second_correction: _Share
    terminal_time: _Spread
    evaluation: _Evaluation
    paper: _Paper
    notices: _Notices


_EXCHANGES = {"appointment": "预约", "callback": "回呼", "asynchronous": "留件审查", "window": "窗口"}


def table(figures: Figures) -> list[str]:
    """The figures for people, one a line."""
    reviewers = figures.reviewers
    answered, reviews = sum(one.answered for one in reviewers), sum(one.reviews for one in reviewers)
    no_answer, declined = sum(one.no_answer for one in reviewers), sum(one.declined for one in reviewers)
    converted = "，".join(f"{_EXCHANGES[to]} {number}" for to, number in figures.converted.items() if number) or "无"
    evaluation, paper, seals = figures.evaluation, figures.paper, figures.notices
    return [
        f"提交 {figures.submitted} 件，振铃 {figures.offers} 次，接听 {answered} 次，无视频审查 {reviews} 次",
        f"等待：{figures.wait}",
        f"离开或过号的时间：{figures.away}",
        f"60 秒内接听：{figures.answer_rate}；放弃：{figures.abandoned}",
        f"无人接听 {no_answer}，拒接 {declined}，过号 {figures.misses}，改走其他方式：{converted}",
        f"一次受理：{figures.first_time_acceptance}；二次补正：{figures.second_correction}",
        f"提交到盖章：{figures.terminal_time}",
        f"文书盖章 {seals.sealed}，盖章失败 {seals.sealing_failures}，打印 {seals.printed}，核验真实 {seals.verified}",
        f"评价满意：{evaluation.satisfied}；差评 {evaluation.follow_ups_opened}，已回访 {evaluation.settled}",
        f"存件 {paper.stored}，清点 {paper.counted}，页数不符 {paper.mismatches}",
    ]


def line(floor: FloorChanged | None, elapsed_s: float, submitted: int, ended: int, rings_s: Sequence[float]) -> str:
    """The hall at one moment. ``rings_s``: how long each applicant waited from submitting to the ring."""
    queue = floor.queue if floor is not None else ()
    counts = [sum(ticket.state == state for ticket in queue) for state in ("waiting", "offered", "serving")]
    longest_s = max(
        ((floor.now - ticket.waiting_since).total_seconds() for ticket in queue if ticket.state == "waiting")
        if floor is not None
        else (),
        default=0.0,
    )
    words = "  ".join(f"{name} {number:2d}" for name, number in zip(("等待", "振铃", "办理"), counts, strict=True))
    p50_s, p99_s = percentiles(rings_s)
    return (
        f"{elapsed_s:6.1f} s  {words}  最久 {longest_s:3.0f} s  来件 {submitted:3d}  已办结 {ended:3d}"
        f"  提交→振铃 P50 {p50_s:.2f} s P99 {p99_s:.2f} s"
    )


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th percentile; 0 when there are no values."""
    if len(values) < 2:
        return (values[0], values[0]) if values else (0.0, 0.0)
    cuts = quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]
