"""The rules of the outcomes: whole, in step with the table of the case, and what a case may take next."""

from itertools import product
from typing import get_args

import pytest

from signaling.hall.case import STEPS
from signaling.hall.notices import CHARACTERS
from signaling.hall.outcomes import CLOSED_IN_SILENCE, RULES, notice_of, possible
from signaling.protocol.values import CaseState, NoticeKind, Outcome, Particulars, Role


@pytest.fixture
def case(play):
    play.terminal()
    case_id = play.submit().case_id
    return play.hall._floor.register.cases[case_id]


def test_every_outcome_has_a_rule_and_a_step():
    assert set(RULES) == set(get_args(Outcome))
    steps = {step for _, step in STEPS}
    assert set(RULES) <= steps


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_each_rule_names_roles_kinds_and_fields_that_there_are(outcome):
    rule = RULES[outcome]
    assert rule.roles
    assert set(rule.roles) <= set(get_args(Role))
    assert rule.notice is None or rule.notice in get_args(NoticeKind)
    assert {*rule.demands, *rule.allows} <= set(Particulars.__struct_fields__)


def test_every_kind_of_notice_has_its_own_character():
    assert set(CHARACTERS) == set(get_args(NoticeKind))
    assert len(set(CHARACTERS.values())) == len(CHARACTERS)


@pytest.mark.parametrize(("state", "outcome"), [*product(get_args(CaseState), get_args(Outcome))])
def test_what_is_possible_follows_from_the_table(case, state, outcome):
    case.state = state
    if outcome not in ("accept_with_gap", "accept_on_commitment"):
        assert (outcome in possible(case)) == ((state, outcome) in STEPS)
    else:
        assert outcome not in possible(case), "this item knows neither gaps nor commitments"
    case.state = "received"


def test_an_outcome_of_another_item_is_not_shown(case):
    case.state = "accepted"
    case.extension_days = 5
    assert "extend" not in possible(case)
    case.state, case.extension_days = "received", 0


def test_a_refused_case_is_closed_without_another_notice(case):
    for state in CLOSED_IN_SILENCE:
        case.state = state
        assert notice_of(case, "close") is None
    case.state = "delivered"
    assert notice_of(case, "close") == "closing"
    case.state = "received"
