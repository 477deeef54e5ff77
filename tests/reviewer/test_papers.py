"""The papers of a case: versions, reading state, and the list of marks."""

import pytest

from annotate.marks import Arrow, Cloud, Highlighter, InkPoint, MarkStyle, Rectangle, Stroke, Text
from annotate.operations import AddMark, NumberedOperation
from reviewer.papers import Papers, kind_of, newest_by_slot
from reviewer.qt.sentences import MARK_KIND
from signaling.protocol.values import SlotView


@pytest.fixture
def papers(build) -> Papers:
    made = Papers()
    made.take(build.case())
    return made


def test_taking_a_case_again_changes_nothing(papers, build):
    papers.get(build.material("form").digest).looked.add(0)
    papers.take(build.case())
    assert [paper.material.slot for paper in papers.all()] == ["form", "licence", "plan"]
    assert papers.get(build.material("form").digest).is_looked_at


def test_a_newer_version_takes_the_place_of_the_old(papers, build):
    new = build.material("plan", version=2)
    case = build.case(materials=(*build.case().materials, new))
    papers.take(case)
    assert newest_by_slot(case) == {("form", 1), ("licence", 1), ("plan", 2)}
    assert [paper.material.version for paper in papers.current()] == [1, 1, 2]
    assert not papers.get(build.material("plan").digest).is_current
    assert not any(paper.is_looked_at for paper in papers.current())


def test_a_slot_the_item_does_not_know_keeps_its_code(build):
    papers = Papers()
    papers.take(build.case(materials=(build.material("extra"),)))
    assert papers.current()[0].slot_name == "extra"


def test_pages_are_as_declared_until_the_paper_is_open(papers, build):
    paper = papers.get(build.material("licence").digest)
    assert paper.page_count == 3
    paper.opened = build.opened(paper.material, page_count=5)
    assert paper.page_count == 5


def test_the_list_of_marks_numbers_through_the_case_and_leaves_old_versions_out(papers, build):
    style, plan = MarkStyle(), build.material("plan")
    text = AddMark("t", 0, Text(style, 1.0, 1.0, 12.0, "缺比例尺"))
    papers.markup(plan.digest).apply(NumberedOperation(1, "o1", "张敏", 0.0, text))
    form = build.material("form").digest
    papers.markup(form).apply(NumberedOperation(2, "o2", "张敏", 0.0, build.stroke("s")))
    rows = papers.mark_rows()
    assert [(row.number, row.mark_id, row.slot_name, row.kind, row.text) for row in rows] == [
        (1, "s", "排污许可证申请表", "stroke", ""),
        (2, "t", "厂区总平面布置图", "text", "缺比例尺"),
    ]
    papers.take(build.case(materials=(*build.case().materials, build.material("plan", version=2))))
    assert [row.mark_id for row in papers.mark_rows()] == ["s"]


def test_a_refused_operation_is_dropped_wherever_it_was(papers, build):
    for slot in ("form", "plan"):
        papers.markup(build.material(slot).digest).add_pending(f"op-{slot}", "张敏", 0.0, build.stroke(slot))
    papers.drop_pending("op-plan")
    assert [row.slot for row in papers.mark_rows()] == ["form"]


def test_every_kind_of_mark_has_a_word():
    style, points = MarkStyle(), (InkPoint(0.0, 0.0), InkPoint(1.0, 1.0))
    marks = [Stroke(style, points), Highlighter(style, points), Text(style, 0.0, 0.0, 9.0, "x")]
    marks += [kind(style, 0.0, 0.0, 1.0, 1.0) for kind in (Arrow, Rectangle, Cloud)]
    assert {kind_of(mark) for mark in marks} == set(MARK_KIND)


def test_one_file_for_two_slots_is_two_papers_with_one_set_of_marks(build):
    papers, form = Papers(), build.material("form")
    twin = build.replace(form, slot="plan")
    seen = (SlotView("plan", "looked_at", 1),)
    papers.take(build.case(materials=(form, build.material("licence"), twin), list=seen))
    assert [paper.slot_name for paper in papers.of(form.digest)] == ["排污许可证申请表", "厂区总平面布置图"]
    assert [paper.was_looked_at for paper in papers.of(form.digest)] == [False, True]
    assert papers.get(form.digest).material.slot == "form"
    assert papers.get(form.digest, "plan").material.slot == "plan"
    assert papers.get(form.digest, "licence").material.slot == "form"
    papers.markup(form.digest).apply(NumberedOperation(1, "o1", "张敏", 0.0, build.stroke("s")))
    assert [row.slot for row in papers.mark_rows()] == ["form"]


def test_a_file_that_is_here_is_not_waited_for_again(papers, build):
    form = papers.get(build.material("form").digest)
    form.state, form.opened = "open", build.opened(form.material)
    again = build.replace(form.material, slot="plan", version=2)
    papers.take(build.case(materials=(*build.case().materials, again)))
    assert papers.get(form.material.digest, "plan").opened is form.opened
    assert [paper.material.version for paper in papers.current() if paper.material.slot == "plan"] == [2]


def test_a_look_that_the_hall_noted_counts_when_the_paper_is_open(papers, build):
    form = papers.get(build.material("form").digest)
    papers.take(build.case(list=(SlotView("form", "looked_at", 1),)))
    assert (form.was_looked_at, form.is_looked_at) == (True, False)
    form.opened = build.opened(form.material)
    assert form.is_looked_at
