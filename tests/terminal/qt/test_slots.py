"""A slot card shows each state of its paper and reports each gesture."""

from typing import Any

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


def test_the_file_list_opens(play: Any, show: Any) -> None:
    card(play, show).file.click()
    assert play.session.tray.choosing.slot == "form"


def test_the_camera_opens(play: Any, show: Any) -> None:
    card(play, show).camera.click()
    assert play.session.tray.capture.slot == "form"
