"""A card for each slot; the next step opens when all are in."""

from typing import Any

from terminal.qt.materials import MaterialsPanel


def test_materials(play: Any, show: Any, clipped: Any) -> None:
    panel = show(MaterialsPanel(play.at_materials().session))
    assert [card.slot.code for card in panel.cards] == ["form", "plan", "extra"]
    assert panel.left.text() == "还差 2 份"
    play.store("form", "a")
    play.store("plan", "b")
    assert clipped(panel) == []
    panel.next.click()
    assert play.session.step == "submit"


def test_the_camera_takes_the_place_of_the_list(play: Any, show: Any) -> None:
    panel = show(MaterialsPanel(play.at_materials().session))
    panel.cards[0].camera.click()
    assert panel.capture.isVisible()
    panel.capture.cancel.click()
    assert panel.cards[0].isVisible()
