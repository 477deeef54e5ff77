"""The confirmations: nothing happens before, every way a call can end is asked about."""

from datetime import UTC, datetime

import pytest
from PyQt6.QtWidgets import QLabel, QWidget

from reviewer.qt.confirm import confirm_conversion, confirm_hang_up, confirm_missed, confirm_park
from signaling.protocol.acts import ConvertTicket, MarkMissed, ParkCall
from signaling.protocol.messages import EndCall


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


def texts(dialog) -> str:
    return "\n".join(found.text() for found in dialog.findChildren(QLabel))


@pytest.mark.parametrize("ask", [confirm_hang_up, confirm_missed, confirm_park])
def test_there_is_nothing_to_ask_without_a_call(stage, parent, ask):
    assert ask(stage.ready().session, parent) is None


@pytest.mark.parametrize(("ask", "kind"), [(confirm_missed, MarkMissed), (confirm_park, ParkCall)])
def test_other_ends_of_a_call_are_asked_about(stage, parent, clipped, ask, kind):
    dialog = ask(stage.in_call().session, parent)
    dialog.open()
    assert clipped(dialog) == []
    assert stage.said(kind) == []
    dialog.confirm.click()
    assert stage.said(kind) == [kind("call-1")]


@pytest.mark.parametrize("start", [None, datetime(2026, 11, 23, 1, 15, tzinfo=UTC)])
def test_a_place_in_line_is_exchanged_after_a_question(stage, parent, start):
    to = "appointment" if start else "window"
    dialog = confirm_conversion(stage.in_call().session, to, start, parent)
    assert ("11 月 23 日 09:15" in texts(dialog)) == (start is not None)
    dialog.confirm.click()
    assert [(said.case_id, said.to, said.start) for said in stage.said(ConvertTicket)] == [("C-1", to, start)]


def test_hanging_up_an_undecided_case_asks_first(stage, parent):
    dialog = confirm_hang_up(stage.looked().session, parent)
    assert "尚未作出决定" in texts(dialog)
    assert stage.said(EndCall) == []
    dialog.confirm.click()
    assert stage.said(EndCall) == [EndCall("call-1")]


def test_hanging_up_a_decided_case_does_not_ask(stage, parent):
    assert confirm_hang_up(stage.accepted().session, parent) is None
    assert stage.said(EndCall) == [EndCall("call-1")]
