"""A busy hall of ten terminals for a quarter of a minute: nothing fails, nobody is lost, nobody is named."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from reviewer.demo.load import Tally, play_load
from signaling.hall.facts import Entry, Fact
from signaling.hall.register import Register

TERMINALS = 10
IN_LINE = ("waiting", "offered", "serving", "interrupted", "parked", "summoned")
_facts = msgspec.json.Decoder(Fact)


class Played(msgspec.Struct):
    """What a busy hall left."""

    out: Path
    said: list[str]
    tally: Tally

    def text(self, name: str) -> str:
        return (self.out / name).read_text("utf-8")

    def entries(self) -> Iterator[Entry]:
        for line in self.text("journal.jsonl").splitlines():
            row = json.loads(line)
            fact = _facts.decode(row["body"])
            yield Entry(datetime.fromisoformat(row["time"]), row["actor"], row["case_id"] or None, fact)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    out = tmp_path_factory.mktemp("load")
    said: list[str] = []
    return Played(out, said, play_load(TERMINALS, 15, out, said.append))


def test_the_hall_was_busy_and_nothing_failed(played: Played) -> None:
    assert played.tally.submitted >= 5
    assert played.tally.ended >= 3
    assert not played.tally.refused
    # an applicant who turns away just when the call begins, or who is not offered what was wanted, is no failure
    assert {step for step, _ in played.tally.stopped} <= {"leave", "convert"}
    log = played.text("server.log")
    assert "Traceback" not in log
    assert "ERROR" not in log
    assert any("提交→振铃 P50" in line for line in played.said)
    assert any(line.strip().startswith("60 秒内接听") for line in played.said)


def test_every_case_is_in_a_known_state_and_the_journal_is_whole(played: Played) -> None:
    assert "完好" in played.said[-1]
    register, submitted = Register(), set()
    for entry in played.entries():
        register.apply(entry)
        if type(entry.fact).__name__ == "CaseSubmitted":
            submitted.add(entry.case_id)
    assert len(submitted) == played.tally.submitted
    for case in register.cases.values():
        is_undecided = case.state in ("received", "reviewing")
        assert (case.ticket.state in IN_LINE) <= is_undecided, f"{case.case_id}: nobody decided waits in line"
        assert is_undecided <= (case.ticket.state in (*IN_LINE, "missed", "converted")), f"{case.case_id} is lost"
    at_desks = [
        case.case_id for case in register.cases.values() if case.live_call is not None or case.lease is not None
    ]
    assert len(at_desks) == len(set(at_desks)) <= TERMINALS, "one owner for each case"


def test_every_call_has_its_rule(played: Played) -> None:
    moves = list(csv.DictReader(played.text("fairness.csv").removeprefix("\ufeff").splitlines()))
    assert {"joins", "offered"} <= {move["变动 move"] for move in moves}
    assert all(move["规则 rule"] for move in moves)
    metrics = json.loads(played.text("metrics.json"))
    assert metrics["submitted"] <= played.tally.submitted, "a pre-review is not handed in for good"
    assert metrics["notices"]["sealing_failures"] == 0
    assert metrics["notices"]["verified"]["share"] == 1


def test_nobody_is_named(played: Played) -> None:
    people = [json.loads(row)["body"] for row in played.text("journal.jsonl").splitlines() if "CaseSubmitted" in row]
    applicants = [json.loads(body)["applicant"] for body in people if json.loads(body)["type"] == "CaseSubmitted"]
    assert applicants
    for name in ("board.json", "metrics.json", "fairness.csv", "server.log"):
        text = played.text(name)
        for applicant in applicants:
            fields = (applicant["name"], applicant["id_number"], applicant["phone"])
            assert not [field for field in fields if field in text], name
