"""Token and code: key pad, keyboard, scanner, and what is still missing."""

from typing import Any

import pytest

from signaling.protocol.acts import ClaimCase, OpenCell
from terminal.qt.entry import EntryPanel


def test_a_token_by_touch(play: Any, show: Any, clipped: Any) -> None:
    play.online().session.begin_claim()
    panel = show(EntryPanel(play.session, "token"))
    for key in "7K2M9":
        panel.pad.keys[key].click()
    assert panel.words.text() == "还差 5 位"
    assert not panel.next.isEnabled()
    panel.pad.keys["退格"].click()
    assert panel.field.text() == "7K2M"
    panel.field.textEdited.emit("7K2M9QX4TC")
    assert panel.field.text() == "7K2M9 QX4TC"
    assert clipped(panel) == []
    panel.next.click()
    assert play.said(ClaimCase)[0].token == "7K2M9QX4TC"
    assert panel.words.text() == "正在查找…"


def test_the_scanner_says_what_is_wrong(play: Any, show: Any) -> None:
    play.online().session.begin_claim()
    panel = show(EntryPanel(play.session, "token"))
    panel.scan.click()
    assert not panel.scan.isEnabled()
    play.session.entry.code_read("not a slip")
    assert "不是本系统的凭条" in panel.words.text()
    assert panel.scan.isEnabled()


def test_a_code_of_six_digits(play: Any, show: Any, clipped: Any) -> None:
    play.session.cabinet.is_there = True
    play.online().session.begin_pickup()
    panel = show(EntryPanel(play.session, "code"))
    assert not panel.scan.isVisible()
    for key in "482913":
        panel.pad.keys[key].click()
    assert clipped(panel) == []
    panel.next.click()
    assert play.said(OpenCell)[0].code == "482913"


@pytest.mark.parametrize("kind", ["token", "code"])
def test_the_other_panel_keeps_quiet(play: Any, show: Any, kind: str) -> None:
    play.session.cabinet.is_there = True
    panel = show(EntryPanel(play.session, kind))
    play.online()
    (play.session.begin_pickup if kind == "token" else play.session.begin_claim)()
    play.session.entry.type("123")
    assert panel.field.text() == ""
