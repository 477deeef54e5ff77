"""Child process that makes figures from the journal: ``python -m signaling.server.figures_worker QUESTION``.

The question is a JSON ``Question``. The child reads the store through a connection that cannot write, writes the
answer to standard output and ends. A process of its own, so that a year of figures or a rehearsed day takes nothing
from the conversation; the parent (figures_api.py) stops it in time.
"""

import csv
import io
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from signaling.hall.day_plan import plan_of
from signaling.hall.facts import CaseSubmitted, Entry, TerminalConnected
from signaling.hall.ledgers import LedgerLine, Move, fairness, ledger
from signaling.hall.measuring import measure
from signaling.hall.office_facts import CalendarDaySet, SkillsLearnt, YearPublished
from signaling.hall.rules import HallRules
from signaling.hall.staffing import WhatIf, numbers_around, what_if
from signaling.hall.working_days import WorkingDays
from signaling.server.catalogue import read_calendar
from signaling.server.errors import ServerError
from signaling.server.store import read_history

# what a spreadsheet would take for a formula (OWASP, CSV injection)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_MOVE = {
    "time": "时间",
    "case_id": "办件",
    "ticket_number": "排队号",
    "item_code": "事项",
    "move": "变动",
    "rule": "规则",
    "reviewer_id": "审核人员",
    "desk_id": "席位",
    "about": "让先或未选的办件",
}
_LEDGER = {
    "follow_up_id": "编号",
    "source": "来源",
    "grade": "评价",
    "case_id": "办件",
    "item_name": "事项",
    "opened_at": "登记时间",
    "due": "期限",
    "text": "内容",
    "answer": "答复",
    "answered_by": "答复人",
    "settled_at": "办结时间",
}

Kind = Literal["metrics", "fairness", "ledger", "what-if"]


class Question(msgspec.Struct, frozen=True):
    """What is asked, about the time from ``since`` until ``until``. ``what-if`` is about ``reviewers`` at most, with
    the hall's rules and its published calendar (empty: the package's).
    """

    kind: Kind
    data: str
    since: datetime
    until: datetime
    reviewers: int = 0
    rules: HallRules = HallRules()
    calendar: str = ""


def make(question: Question) -> bytes:
    """The answer: JSON of ``metrics`` and ``what-if``, else a table (CSV). Raises StoreError, SettingsWrong."""
    entries = read_history(Path(question.data), question.since, question.until)
    match question.kind:
        case "metrics":
            return msgspec.json.encode(measure(entries, question.since, question.until))
        case "fairness":
            return _table(_MOVE, fairness(entries, question.since))
        case "ledger":
            return _table(_LEDGER, ledger(entries))
        case "what-if":
            return msgspec.json.encode(_rehearsed(list(entries), question))


def _rehearsed(entries: list[Entry], question: Question) -> WhatIf:
    day = [entry for entry in entries if entry.time >= question.since or isinstance(entry.fact, SkillsLearnt)]
    terminals = {entry.fact.terminal_id for entry in day if isinstance(entry.fact, CaseSubmitted | TerminalConnected)}
    plan = plan_of(day, max(1, len(terminals)), question.rules.handling_s)
    numbers = numbers_around(len(plan.shifts), question.reviewers)
    return what_if(plan, numbers, question.rules, _calendar(entries, question))


def _calendar(entries: list[Entry], question: Question) -> WorkingDays:
    """The published calendar with the manager's changes."""
    days = {entry.fact.entry.day: entry.fact.entry for entry in entries if isinstance(entry.fact, CalendarDaySet)}
    years = {entry.fact.year: entry.fact.source for entry in entries if isinstance(entry.fact, YearPublished)}
    return read_calendar(Path(question.calendar) if question.calendar else None).edited_by(days, years)


def _table(columns: dict[str, str], lines: Iterable[Move | LedgerLine]) -> bytes:
    """CSV with a byte order mark, by which spreadsheets know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(f"{words} {column}" for column, words in columns.items())
    writer.writerows([_cell(getattr(line, column)) for column in columns] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def main(arguments: list[str]) -> int:
    """0 with the answer on standard output, 1 with a sentence on standard error."""
    question = msgspec.json.decode(arguments[0], type=Question)
    os.nice(10)
    try:
        answer = make(question)
    except ServerError as problem:
        sys.stderr.write(str(problem))
        return 1
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
