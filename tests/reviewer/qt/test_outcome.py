"""The form of each outcome: only its own fields, the fault as a sentence, then the decision as it was filled in."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QWidget

from reviewer.effects import CropMarks
from reviewer.outcomes import FORMS
from reviewer.qt.outcome import ask_outcome
from signaling.protocol.acts import PreviewNotice
from signaling.protocol.messages import CaseChanged, Decide
from signaling.protocol.values import Gap, MaterialSlot, Particulars

EVERYBODY = ("reviewer", "decider", "issuer", "supervisor")
STATE_OF = {
    "advise": "pre_review", "pause": "accepted", "extend": "accepted", "grant": "accepted", "refuse": "accepted",
    "resume": "paused", "issue": "granted", "close": "delivered",
}  # fmt: skip


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def ask(stage, build, parent):
    """The dialog of an outcome for a case where it is possible."""

    def asked(outcome: str, **other):
        stage.roles = EVERYBODY
        minor = MaterialSlot("photo", "现场照片", is_required=outcome == "accept_with_gap", is_gap_able=True)
        item = build.replace(build.item, slots=(*build.item.slots, minor), is_on_commitment=True)
        stage.opened(build.case(STATE_OF.get(outcome, "reviewing"), **({"item": item} | other)))
        if outcome == "request_corrections":
            stage.session.add_correction("plan", 0)
            stage.session.edit_correction(stage.session.drafts[0].draft_id, "未标注排放口", "在图上标明")
        dialog = ask_outcome(stage.session, outcome, parent)
        assert dialog is not None, stage.session.undecided_reasons(outcome)
        dialog.open()
        return dialog

    return asked


@pytest.fixture
def read(stage):
    """Have the notice of what the dialog says now written, and look at it."""

    def read_it(dialog):
        dialog.beside.ask()
        stage.written()

    return read_it


def texts(dialog) -> str:
    return "\n".join(found.text() for found in dialog.findChildren(QLabel))


@pytest.mark.parametrize("outcome", FORMS)
def test_every_outcome_can_be_asked_and_nothing_is_cut(stage, ask, clipped, outcome):
    dialog = ask(outcome)
    assert clipped(dialog) == []
    assert stage.said(Decide) == []
    assert (dialog.beside is None) == (FORMS[outcome].notice is None)
    is_filled_in = not set(FORMS[outcome].needs) - {"gaps"}
    assert dialog.confirm.isEnabled() == (is_filled_in and dialog.beside is None)
    assert len(stage.said(PreviewNotice)) + len(stage.done(CropMarks)) == (is_filled_in and dialog.beside is not None)
    stage.written()
    assert clipped(dialog) == []
    assert dialog.confirm.isEnabled() == is_filled_in


def test_acceptance_names_the_papers_with_version_pages_and_digest(stage, ask, read, build, qtbot):
    dialog = ask("accept")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert stage.said(Decide) == [], "nothing is sealed that was not seen"
    read(dialog)
    said = texts(dialog)
    for paper in stage.session.papers.current():
        assert f"{paper.slot_name} 第 1 版 · {paper.page_count} 页 · 摘要 {paper.material.digest[:12]}" in said
    assert "《受理通知书》" in said
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert [(message.outcome, message.preview) for message in stage.said(Decide)] == [("accept", build.draft)]


def test_escape_decides_nothing(stage, ask, qtbot):
    qtbot.keyClick(ask("accept"), Qt.Key.Key_Escape)
    assert stage.said(Decide) == []


def test_corrections_are_listed_before_they_go_out(stage, ask, read):
    dialog = ask("request_corrections")
    assert "1. 厂区总平面布置图 第 1 页：未标注排放口" in texts(dialog)
    assert "要求：在图上标明" in texts(dialog)
    read(dialog)
    dialog.confirm.click()
    (sent,) = stage.said(Decide)
    assert (sent.outcome, len(sent.corrections)) == ("request_corrections", 1)


def test_not_accepted_for_want_of_competence_names_the_competent_body(stage, ask, read):
    dialog = ask("not_accept")
    form = dialog.form
    assert dialog.confirm.property("role") == "danger", "it goes against the applicant"
    assert dialog.hint.text() == "请选择不予受理的法定事由"
    assert not form.competent_body.isVisible()
    form.ground.setCurrentIndex(form.ground.findData("not_competent"))
    assert form.competent_body.isVisible()
    assert dialog.hint.text() == "请写明有权办理的机关，以便告知申请人"
    form.competent_body.setText("通州区水务局")
    form.reason.setPlainText("取水许可不属于本机关职权")
    assert dialog.hint.text() == "请等待文书预览生成"
    read(dialog)
    assert dialog.hint.text() == ""
    dialog.confirm.click()
    assert stage.said(Decide)[0].particulars == Particulars(
        ground="not_competent", competent_body="通州区水务局", reason="取水许可不属于本机关职权"
    )


def test_a_body_typed_for_the_other_ground_does_not_travel(stage, ask):
    form = ask("not_accept").form
    form.ground.setCurrentIndex(form.ground.findData("not_competent"))
    form.competent_body.setText("通州区水务局")
    form.ground.setCurrentIndex(form.ground.findData("not_needed"))
    assert form.particulars().competent_body == ""


def test_gaps_are_ticked_with_their_days(stage, ask, read):
    dialog = ask("accept_with_gap")
    (row,) = dialog.form.gaps
    assert row.days.maximum() == 10, "no longer than the promised time"
    row.chosen.setChecked(False)
    assert dialog.hint.text() == "请勾选可以后补的材料"
    row.chosen.setChecked(True)
    read(dialog)
    row.days.setValue(7)
    assert not dialog.confirm.isEnabled(), "what was seen said another number of days"
    read(dialog)
    dialog.confirm.click()
    assert stage.said(Decide)[0].particulars == Particulars(gaps=(Gap("photo", 7),))


def test_a_special_procedure_has_kind_time_and_reason(stage, ask, read):
    dialog = ask("pause")
    form = dialog.form
    form.step.setCurrentIndex(form.step.findData("expert_review"))
    form.days.setValue(15)
    form.reason.setPlainText("涉及重大技术问题")
    read(dialog)
    dialog.confirm.click()
    assert stage.said(Decide)[0].particulars == Particulars(step="expert_review", days=15, reason="涉及重大技术问题")


def test_an_extension_cannot_be_longer_than_the_law_allows(ask):
    assert ask("extend").form.days.maximum() == 10


def test_ctrl_enter_does_not_send_an_incomplete_form(stage, ask, qtbot):
    dialog = ask("refuse")
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert stage.said(Decide) == []
    assert dialog.isVisible()


def test_only_a_supervisor_is_asked_why_a_second_notice_names_what_was_visible(stage, ask, read, build):
    dialog = ask("request_corrections", notices=(build.notice("correction", "printed"),))
    dialog.form.override.setPlainText("首次审查时图层未打开")
    read(dialog)
    dialog.confirm.click()
    assert stage.said(Decide)[0].particulars == Particulars(override="首次审查时图层未打开")


def test_a_reviewer_has_no_override(stage, build, parent):
    stage.opened(build.case(notices=(build.notice("correction", "printed"),)))
    stage.session.add_correction("plan", 0)
    stage.session.edit_correction(stage.session.drafts[0].draft_id, "a", "b")
    assert ask_outcome(stage.session, "request_corrections", parent).form is None


def test_a_dialog_that_outlives_its_case_decides_nothing(stage, ask, build):
    dialog = ask("accept")
    stage.written().hear(CaseChanged(build.case("withdrawn")))
    dialog.confirm.click()
    assert stage.said(Decide) == []


@pytest.mark.parametrize("outcome", FORMS)
def test_there_is_nothing_to_ask_without_a_case(stage, parent, outcome):
    assert ask_outcome(stage.ready().session, outcome, parent) is None
