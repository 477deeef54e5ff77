"""The tables of outcomes: complete, and every form says what it lacks before anything is sent."""

from datetime import date
from typing import get_args

import pytest

from reviewer.outcomes import (
    FORMS,
    OFFERED,
    ON_THE_SPOT,
    faults,
    longest_days,
    missing_slots,
    notice_of,
    offered,
    open_gaps,
    pressing_clock,
)
from signaling.hall.case import STEPS
from signaling.hall.outcomes import ON_THE_SPOT as HALLS_ON_THE_SPOT
from signaling.hall.outcomes import RULES
from signaling.protocol.values import Clock, Gap, MaterialSlot, Outcome, Particulars


def test_every_outcome_has_a_form_and_is_offered_somewhere():
    assert set(FORMS) == set(get_args(Outcome))
    assert {outcome for outcomes in OFFERED.values() for outcome in outcomes} == set(FORMS)


def test_what_is_needed_is_also_shown():
    assert all(set(form.needs) <= set(form.fields) for form in FORMS.values())


@pytest.mark.parametrize(
    ("outcome", "filled", "expected"),
    [
        ("not_accept", Particulars(), ("no_ground", "no_reason")),
        ("not_accept", Particulars(ground="not_needed", reason="依法不需许可"), ()),
        ("not_accept", Particulars(ground="not_competent", reason="属水务"), ("no_body",)),
        ("not_accept", Particulars(ground="not_competent", reason="属水务", competent_body="区水务局"), ()),
        ("accept_with_gap", Particulars(), ("no_gap",)),
        ("accept_with_gap", Particulars(gaps=(Gap("photo", 11),)), ("gap_days",)),
        ("accept_with_gap", Particulars(gaps=(Gap("photo", 10),)), ()),
        ("pause", Particulars(), ("no_step", "no_days", "no_reason")),
        ("pause", Particulars(step="hearing", days=20, reason="涉及重大利益"), ()),
        ("extend", Particulars(days=11, reason="案情复杂"), ("too_many_days",)),
        ("extend", Particulars(days=10, reason="案情复杂"), ()),
        ("refuse", Particulars(reason="  "), ("no_reason",)),
        ("refuse", Particulars(reason="不符合条件"), ()),
        ("accept", Particulars(), ()),
        ("grant", Particulars(), ()),
    ],
)
def test_faults_of_a_form(build, outcome, filled, expected):
    assert faults(build.case(), outcome, filled) == expected


def test_a_joint_item_may_be_extended_by_fifteen_days(build):
    joint = build.case(item=build.replace(build.item, case_type="joint"))
    assert (longest_days(build.case(), "extend"), longest_days(joint, "extend")) == (10, 15)


def test_only_what_the_roles_may_is_offered(build):
    assert offered(build.case(), ("reviewer",))[:2] == ("accept", "request_corrections")
    assert offered(build.case(), ("issuer",)) == ()
    assert offered(build.case("accepted"), ("reviewer", "decider")) == ("grant", "refuse", "pause", "extend")
    assert offered(build.case("withdrawn"), ("reviewer", "decider", "issuer")) == ()


def test_paper_for_the_cabinet_is_not_missing(build):
    paper = MaterialSlot("original", "原件", is_original_kept=True)
    case = build.case(item=build.replace(build.item, slots=(*build.item.slots, paper)))
    assert missing_slots(case) == ()


def test_the_forms_agree_with_the_hall_s_rules():
    for outcome, form in FORMS.items():
        rule = RULES[outcome]
        assert rule.roles == (form.role,)
        assert rule.notice == form.notice
        assert set(rule.demands) == set(form.needs)
        assert set(rule.allows) == set(form.fields) - set(form.needs)
        assert rule.must_have_read == form.reads
    assert ON_THE_SPOT == HALLS_ON_THE_SPOT


def test_what_is_offered_is_what_the_hall_s_table_has():
    for state, outcomes in OFFERED.items():
        assert set(outcomes) == {step for from_state, step in STEPS if from_state == state and step in FORMS}


def test_a_refusal_is_closed_without_another_notice(build):
    assert notice_of(build.case("refused"), "close") is None
    assert notice_of(build.case("delivered"), "close") == "closing"


def test_gaps_are_minor_materials_that_did_not_come(build):
    minor = MaterialSlot("photo", "现场照片", is_required=False, is_gap_able=True)
    case = build.case(item=build.replace(build.item, slots=(*build.item.slots, minor)))
    assert open_gaps(case) == (minor,)
    assert missing_slots(case) == ()
    assert open_gaps(build.replace(case, materials=(*case.materials, build.material("photo")))) == ()


def test_the_clock_that_is_over_first_presses(build):
    def clock(kind, state, day):
        return Clock(kind, state, date(2026, 11, 20), date(2026, 11, day), 5, 1)

    clocks = (clock("tell", "stopped", 21), clock("decide", "running", 28), clock("gap", "running", 25))
    assert pressing_clock(build.case(clocks=clocks)) == clocks[2]
    assert pressing_clock(build.case()) is None
