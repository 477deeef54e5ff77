"""The child that makes figures: reads a living store, writes JSON and tables that spreadsheets open safely."""

import csv
import io
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from signaling.hall.commands import Record
from signaling.hall.facts import CallAnswered, CallEndedFact, CallPlaced, CaseSubmitted, Entry, Fact
from signaling.hall.ledgers import LedgerLine, Move
from signaling.hall.metrics import Metrics
from signaling.hall.office_facts import FollowUpAnswered, FollowUpOpened, SkillsLearnt
from signaling.hall.queue_facts import DeskStateChanged
from signaling.hall.staffing import WhatIf
from signaling.protocol.values import OFFICIAL_TIME, Applicant, ServiceItem
from signaling.server.errors import SettingsWrong, StorageUnavailable
from signaling.server.figures_worker import Kind, Question, make
from signaling.server.store import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)
DAY = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))
ITEM = ServiceItem("ENV-001", "环评审批", "e", "", "", "environment", "新办", "", 20, 10, False, "hall", slots=())
APPLICANT = Applicant("person", "张三", "resident_id", "11010519491231002X", "13800138000")


def record(case_id: str, fact: Fact) -> Record:
    return Record(Entry(NOON, "x", case_id, fact), is_open=True)


@pytest.fixture
def data(store: Store, tmp_path: Path) -> str:
    """A store that is still open, with a case that was offered and a follow-up."""
    store.commit(
        [
            record("c", CaseSubmitted("c", "A001", "r", ITEM, APPLICANT, (), True, "T-01", "终端")),
            record("c", CallPlaced("call", "c", "D-01", "shen", "score", passed_over=("b", "d"))),
            record("f", FollowUpOpened("f", "r", "trouble", "c", "环评审批", '=1+1\n"引号"', date(2026, 11, 27))),
            record("f", FollowUpAnswered("f", "r", "已解决", True, "ma")),
        ]
    ).result()
    return str(tmp_path / "hall")


def ask(kind: Kind, data: str) -> bytes:
    return make(Question(kind, data, *DAY, reviewers=2))


def rows(table: bytes) -> list[dict[str, str]]:
    assert table.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    columns = [heading.split()[1] for heading in lines[0]]
    return [dict(zip(columns, line, strict=True)) for line in lines[1:]]


def test_metrics_are_the_halls_own(data: str) -> None:
    metrics = msgspec.json.decode(ask("metrics", data), type=Metrics)
    assert (metrics.submitted, metrics.offers, metrics.since) == (1, 1, DAY[0])
    assert metrics.evaluation.settled == 1


def test_the_fairness_log_has_each_offer_with_its_rule(data: str) -> None:
    joined, offered = rows(ask("fairness", data))
    assert (joined["move"], joined["rule"], joined["ticket_number"]) == ("joins", "submitted", "A001")
    assert (offered["move"], offered["rule"], offered["reviewer_id"], offered["about"]) == (
        "offered",
        "score",
        "shen",
        "b d",
    )


def test_no_cell_of_the_ledger_is_a_formula(data: str) -> None:
    (line,) = rows(ask("ledger", data))
    assert line["text"] == '\'=1+1\n"引号"'
    assert (line["answer"], line["answered_by"], line["due"]) == ("已解决", "ma", "2026-11-27")
    assert line["settled_at"].startswith("2026-11-20 12:00")


@pytest.mark.parametrize(("kind", "line"), [("fairness", Move), ("ledger", LedgerLine)])
def test_a_table_has_all_of_its_lines_fields(data: str, kind: Kind, line: type[msgspec.Struct]) -> None:
    assert tuple(rows(ask(kind, data))[0]) == line.__struct_fields__


def test_no_list_names_an_applicant(data: str) -> None:
    for kind in get_args(Kind):
        answer = ask(kind, data).decode("utf-8-sig")
        assert not any(secret in answer for secret in ("张三", "11010519491231002X", "13800138000"))


def test_a_day_is_rehearsed_with_the_people_it_had(store: Store, tmp_path: Path) -> None:
    morning = NOON - timedelta(hours=3)
    facts: list[tuple[float, str | None, Fact]] = [
        (-90_000, "hall.office", SkillsLearnt("shen", ("environment",))),
        (0, None, DeskStateChanged("shen", "D-01", "ready", "")),
    ]
    for number in range(10):
        case, at = f"c{number}", 10.0 + 60 * number
        facts += [
            (at, case, CaseSubmitted(case, "A001", "r", ITEM, APPLICANT, (), True, f"T-{number}", "终端")),
            (at + 5, case, CallPlaced(f"k{number}", case, "D-01", "shen", "score")),
            (at + 9, case, CallAnswered(f"k{number}", case, "D-01", "shen", "沈明")),
            (at + 309, case, CallEndedFact(f"k{number}", case, "hung_up")),
        ]
    facts.append((7200, None, DeskStateChanged("shen", "D-01", "away", "")))
    entries = [Entry(morning + timedelta(seconds=at), "x", case, fact) for at, case, fact in facts]
    store.commit([Record(entry, is_open=None) for entry in entries]).result()
    answer = msgspec.json.decode(ask("what-if", str(tmp_path / "hall")), type=WhatIf)
    assert (answer.visits, answer.reviewers) == (10, 1)
    assert [outcome.reviewers for outcome in answer.outcomes] == [1, 2]
    one, two = answer.outcomes
    assert (one.wait.count, two.wait.count) == (10, 10)
    assert one.wait.worst_s is not None
    assert two.wait.worst_s is not None
    assert one.wait.worst_s > two.wait.worst_s + 600


def test_a_day_without_anybody_has_no_outcomes(data: str) -> None:
    answer = msgspec.json.decode(ask("what-if", data), type=WhatIf)
    assert answer == WhatIf(1, 0, ())


def test_what_cannot_be_read_is_named(data: str, tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        ask("metrics", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsWrong):
        make(Question("what-if", data, *DAY, reviewers=2, calendar=str(tmp_path / "none.json")))


@pytest.mark.slow
def test_as_a_process_it_answers_or_says_why_not(data: str, tmp_path: Path) -> None:
    def run(folder: str) -> subprocess.CompletedProcess[bytes]:
        question = msgspec.json.encode(Question("metrics", folder, *DAY)).decode()
        command = [sys.executable, "-m", "signaling.server.figures_worker", question]
        return subprocess.run(command, capture_output=True, check=False, env=os.environ)

    good = run(data)
    assert (good.returncode, good.stderr) == (0, b"")
    assert msgspec.json.decode(good.stdout, type=Metrics).submitted == 1
    bad = run(str(tmp_path / "nowhere"))
    assert (bad.returncode, bad.stdout) == (1, b"")
    assert "案件库无法读取" in bad.stderr.decode()
