"""A field put right on the spot, a notice declared void: asked about first, refused when empty."""

import pytest
from PyQt6.QtWidgets import QWidget

from reviewer.qt.repairs import ask_fix, ask_void
from signaling.protocol.acts import AskFix, VoidNotice


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_a_fix_shows_old_and_asks_for_new(stage, parent, clipped):
    dialog = ask_fix(stage.in_call().session, parent)
    dialog.open()
    form = dialog.form
    form.field.setCurrentIndex(form.field.findData("phone"))
    assert form.old.text() == "010-55500118"
    assert dialog.hint.text() == "请填写更正后的内容"
    form.new.setText("010-55500118")
    assert dialog.hint.text() == "与现填写内容相同"
    form.new.setText("010-55500119")
    assert clipped(dialog) == []
    dialog.confirm.click()
    (asked,) = stage.said(AskFix)
    assert (asked.case_id, asked.field, asked.new) == ("C-1", "phone", "010-55500119")


def test_a_person_has_no_representative_to_put_right(stage, build, parent):
    person = build.replace(build.applicant, kind="person")
    stage.opened(build.case(applicant=person))
    assert ask_fix(stage.session, parent).form.field.findData("legal_representative") == -1


def test_no_fix_while_it_only_rings(stage, parent):
    assert ask_fix(stage.ringing().session, parent) is None


@pytest.mark.parametrize("is_back", [True, False])
def test_a_supervisor_voids_with_a_reason(stage, build, parent, is_back, clipped):
    stage.roles = ("reviewer", "supervisor")
    stage.accepted()
    dialog = ask_void(stage.session, build.notice(), parent)
    dialog.open()
    assert not dialog.confirm.isEnabled()
    dialog.form.reason.setPlainText("文书所列材料有误")
    dialog.form.back.setChecked(is_back)
    assert clipped(dialog) == []
    dialog.confirm.click()
    (said,) = stage.said(VoidNotice)
    assert (said.notice_id, said.reason, said.is_back) == ("N-acceptance", "文书所列材料有误", is_back)


def test_others_cannot_void_and_nothing_is_voided_twice(stage, build, parent):
    assert ask_void(stage.accepted().session, build.notice(), parent) is None
    stage.admit("reviewer", "supervisor")
    assert ask_void(stage.session, build.notice(state="voided"), parent) is None
