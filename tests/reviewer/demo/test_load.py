"""Who is enrolled for the busy hall; what happens in it is shown by tests/flows/test_load.py."""

import csv

import pytest

from reviewer.demo.load import RULES, people_table
from signaling.hall.rules import HallRules


def test_there_is_a_file_for_everybody_and_room_for_a_person() -> None:
    rows = list(csv.DictReader(people_table(50, 14).splitlines()))
    terminals = [row for row in rows if row["类型"] == "终端"]
    people = [row for row in rows if row["类型"] == "人员"]
    assert len(terminals) == 50
    assert len({row["编号"] for row in rows}) == len(rows)
    assert "T-01" not in {row["编号"] for row in rows}, "a person may start ./hall terminal beside them"
    assert [row["岗位"] for row in people].count("reviewer") == 14
    assert len({row["席位"] for row in people if row["席位"]}) == len([row for row in people if row["席位"]])


@pytest.mark.parametrize("rule", sorted(RULES))
def test_its_rules_are_rules_of_the_hall_and_shorter(rule: str) -> None:
    assert float(RULES[rule]) < getattr(HallRules(), rule)
