"""A slot card shows each state of its paper and reports each gesture."""

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtWidgets import QFileDialog

from terminal.effects import HandIn
from terminal.qt.slots import SlotCard


def card(play: Any, show: Any) -> SlotCard:
    session = play.at_materials().session
    made: SlotCard = show(SlotCard(session, session.tray.slots[0]), 860, 200)
    session.subscribe(made.refresh)
    return made


def test_from_empty_to_ready(play: Any, show: Any, clipped: Any) -> None:
    made = card(play, show)
    assert made.state.text() == "未交"
    paper_id = play.check("form", "a", size=2_000_000)
    play.session.tray.paper_progressed(paper_id, 1_048_576, 2_000_000)
    assert "已上传 1.0 MB，共 1.9 MB" in made.words.text()
    assert (made.bar.value(), made.bar.maximum()) == (1_048_576, 2_000_000)
    assert not made.camera.isVisible()
    assert clipped(made) == []
    play.session.tray.paper_stored(paper_id)
    assert made.state.text() == "已交"
    assert not made.bar.isVisible()
    assert "1 页" in made.words.text()
    made.remove.click()
    assert made.state.text() == "未交"


def test_a_failure_is_said_and_can_be_tried_again(play: Any, show: Any, clipped: Any) -> None:
    made = card(play, show)
    play.session.tray.paper_failed(play.check("form", "a"), "file_encrypted")
    assert made.words.text() == "文件设有密码，请去掉密码后再交"
    assert clipped(made) == []
    made.again.click()
    assert made.state.text() == "正在检查"


def test_a_file_is_chosen(play: Any, show: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = card(play, show)
    chosen = iter([("", ""), (str(tmp_path / "图.pdf"), "")])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: next(chosen))
    made.file.click()
    assert not play.of(HandIn), "the dialog was closed without a choice"
    made.file.click()
    assert play.of(HandIn)[0].paths == (str(tmp_path / "图.pdf"),)
    assert play.session.tray.papers["form"].name == "图.pdf"


def test_the_camera_opens(play: Any, show: Any) -> None:
    card(play, show).camera.click()
    assert play.session.tray.capture.slot == "form"
