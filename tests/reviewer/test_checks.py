"""Pre-checks: each fault a paper can have, found and put before what is good."""

import pytest

from esign.report import Finding, Report
from reviewer.checks import Check, run_checks
from reviewer.papers import Papers


def checks_of(build, case=None, change=None) -> dict[str, Check]:
    case = case or build.case()
    papers = Papers()
    papers.take(case)
    for paper in papers.all():
        paper.state, paper.opened = "open", build.opened(paper.material)
    if change:
        change(papers.get(case.materials[-1].digest))
    return {check.code: check for check in run_checks(case, papers)}


def test_a_good_case_has_nothing_but_good(build):
    found = checks_of(build)
    assert set(found) == {"slots_filled", "number_valid", "readable"}
    assert {check.level for check in found.values()} == {"good"}


def test_a_missing_required_material_is_named_and_an_optional_one_is_not(build):
    case = build.case(materials=(build.material("form"), build.material("licence")))
    assert checks_of(build, case)["slot_missing"].subject == "厂区总平面布置图"
    slots = tuple(build.replace(slot, is_required=slot.code != "plan") for slot in build.item.slots)
    optional = build.replace(case, item=build.replace(build.item, slots=slots))
    assert "slot_missing" not in checks_of(build, optional)


@pytest.mark.parametrize(
    ("number", "value"), [("91110112MA01K7QX4Y", "check"), ("123", "form"), ("９１１１０１１２ma01k7qx4x", None)]
)
def test_the_document_number_is_checked_in_any_spelling(build, number, value):
    case = build.case(applicant=build.replace(build.applicant, id_number=number))
    found = checks_of(build, case)
    assert found["number_invalid"].value == value if value else "number_valid" in found


def test_a_person_is_checked_by_the_resident_number(build):
    person = build.replace(build.applicant, kind="person", id_kind="resident_id", id_number="110111196501011232")
    assert checks_of(build, build.case(applicant=person))["number_valid"].subject == "resident_id"


def fail(paper):
    paper.state, paper.opened, paper.problem = "failed", None, "encrypted"


@pytest.mark.parametrize(
    ("change", "code", "level", "value"),
    [
        (fail, "cannot_open", "bad", "encrypted"),
        (lambda paper: setattr(paper, "opened", None), "opening", "wait", ""),
    ],
)
def test_papers_that_are_not_open(build, change, code, level, value):
    found = checks_of(build, change=change)[code]
    assert (found.level, found.subject, found.value) == (level, "厂区总平面布置图", value)


@pytest.mark.parametrize(
    ("facts", "code", "value"),
    [
        ({"page_count": 4}, "pages_differ", "1/4"),
        ({"media_type": "image/png"}, "kind_differs", "image/png"),
    ],
)
def test_papers_that_are_not_what_was_declared(build, facts, code, value):
    found = checks_of(build, change=lambda p: setattr(p, "opened", build.opened(p.material, **facts)))[code]
    assert (found.level, found.subject, found.value) == ("warn", "厂区总平面布置图", value)


@pytest.mark.parametrize(
    ("report", "code", "level", "value"),
    [
        (None, "signed", "wait", ""),
        (Report(verdict="valid", findings=(), signer="市场监督管理局"), "signature_valid", "good", "市场监督管理局"),
        (
            Report(verdict="invalid", findings=(Finding("a", "ok", "好"), Finding("b", "error", "签名后被改动"))),
            "signature_invalid",
            "bad",
            "签名后被改动",
        ),
        (
            Report(verdict="cannot_judge", findings=(Finding("c", "unknown", "签发机构未知"),)),
            "signature_unjudged",
            "warn",
            "签发机构未知",
        ),
    ],
)
def test_what_a_signature_is_worth(build, report, code, level, value):
    def signed(paper):
        paper.opened = build.opened(paper.material, has_signature=True)
        paper.signature = report

    found = checks_of(build, change=signed)[code]
    assert (found.level, found.subject, found.value) == (level, "厂区总平面布置图", value)


def test_a_tiny_picture_is_doubtful_and_a_tiny_drawn_pdf_is_not(build):
    picture = build.material("plan", media_type="image/jpeg", size=900)
    assert checks_of(build, build.case(materials=(picture,)))["small_file"].value == "900"
    drawn = build.material("plan", size=900)
    assert "small_file" not in checks_of(build, build.case(materials=(drawn,)))


def test_the_worst_comes_first(build):
    case, papers = build.case(), Papers()
    papers.take(case)
    fail(papers.all()[2])
    levels = [check.level for check in run_checks(case, papers)]
    assert levels == ["bad", "wait", "wait", "good", "good"]


def test_one_file_for_two_slots_is_pointed_out(build):
    form = build.material("form")
    case = build.case(materials=(form, build.material("licence"), build.replace(form, slot="plan")))
    papers = Papers()
    papers.take(case)
    assert Check("same_file", "warn", "排污许可证申请表、厂区总平面布置图") in run_checks(case, papers)
    assert not [check for check in run_checks(build.case(), Papers()) if check.code == "same_file"]
