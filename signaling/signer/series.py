"""Every number of every series of notices: sealed, waiting, reserved, or left out with a reason. Pure.

Numbers are given by the hall and used up by the signing process; here both are laid side by side. A gap that the
journal explains is lawful (reserved in a past year and given back); one that it does not is a finding.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from signaling.hall.facts import Entry, NoticeStored, NoticeVoided, NumberReleased, NumberReserved
from signaling.signer.evidence import numbered_by

Status = Literal["sealed", "waiting", "reserved", "released", "unexplained"]

_NUMBER = re.compile(r"^(?P<series>.+〔\d{4}〕)(?P<count>\d+)号$")


class Numbering(msgspec.Struct):
    """What became of one number. ``detail`` is the reason of a release, or a fault."""

    number: str
    series: str
    count: int
    status: Status
    case_id: str = ""
    is_void: bool = False
    detail: str = ""


def numberings(entries: Iterable[Entry], sealed: Iterable[tuple[str, str]]) -> Iterator[Numbering]:
    """Every number from 1 to the last of each series. ``sealed``: number and case of each notice of the ledger."""
    known: dict[str, Numbering] = {}
    numbers: dict[str, str] = {}

    def note(number: str, status: Status, case_id: str, detail: str = "") -> None:
        if split := _NUMBER.match(number):
            known[number] = Numbering(number, split["series"], int(split["count"]), status, case_id, detail=detail)

    for entry in entries:
        fact, case_id = entry.fact, entry.case_id or ""
        if isinstance(fact, NumberReserved):
            note(fact.notice.number, "reserved", case_id)
        elif isinstance(fact, NumberReleased):
            note(fact.number, "released", case_id, fact.reason)
        elif isinstance(fact, NoticeStored) and (number := numbers.get(fact.notice_id)):
            known[number].status = "sealed"
        elif (numbered := numbered_by(fact)) is not None:
            numbers[numbered.notice_id] = numbered.number
            note(numbered.number, "waiting", case_id)
        if isinstance(fact, NoticeVoided) and (voided := known.get(numbers.get(fact.notice_id, ""))) is not None:
            voided.is_void = True
    for number, case_id in sealed:
        if number not in known:
            note(number, "unexplained", case_id, "sealed, but not in the journal")
        else:
            known[number].status = "sealed"
    yield from _filled(known.values())


def _filled(known: Iterable[Numbering]) -> Iterator[Numbering]:
    series: dict[str, dict[int, Numbering]] = {}
    for one in known:
        series.setdefault(one.series, {})[one.count] = one
    for name, ones in sorted(series.items()):
        width = len(next(iter(ones.values())).number) - len(name) - len("号")
        for count in range(1, max(ones) + 1):
            missing = Numbering(
                f"{name}{count:0{width}d}号", name, count, "unexplained", detail="nowhere in the journal"
            )
            yield ones.get(count, missing)
