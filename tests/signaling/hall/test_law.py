"""docs/law.md and docs/machines.md are what the tables say; every test that they name is there.

To write them anew: ``python -c "from signaling.hall import law; print(law.law_page(), end='')" > docs/law.md``, and
``machines_page`` into docs/machines.md.
"""

import ast
from pathlib import Path
from typing import get_args

import pytest

from signaling.hall import case, law, outcomes
from signaling.protocol.values import CaseState

HERE = Path(__file__).parent
DOCS = HERE.parents[2] / "docs"
NAMED = [test for row in law.PROVISIONS for test in row.tests] + [row.test for row in law.FORBIDDEN]


@pytest.mark.parametrize(("name", "page"), [("law.md", law.law_page), ("machines.md", law.machines_page)])
def test_the_page_is_what_the_tables_say(name, page):
    assert (DOCS / name).read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("test", sorted(set(NAMED)))
def test_each_test_that_the_law_names_is_there(test):
    file, _, name = test.partition("::")
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("article", ["32(1)", "32(2)", "32(3)", "32(4)", "32(5)", "38", "42", "44", "45"])
def test_each_article_has_its_rule_and_its_test(article):
    assert [row for row in law.PROVISIONS if row.article == article and row.tests]


def test_every_article_of_an_outcome_is_explained():
    articles = {article for rule in outcomes.RULES.values() for article in rule.article.split(", ") if article}
    assert articles <= {row.article for row in law.PROVISIONS}


def test_each_step_and_state_is_drawn():
    drawn = law.machines_page()
    for (before, step), after in case.STEPS.items():
        assert any(
            line.startswith(f"    {before} --> {after}: ") and step in line.split(": ")[1].split(", ")
            for line in drawn.splitlines()
        )
    for state in get_args(CaseState):
        assert state in drawn
