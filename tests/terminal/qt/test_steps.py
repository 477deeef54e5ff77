"""The step bar names seven steps and says which one it is."""

from typing import Any

from terminal.qt.steps import NAMES, PLACES, StepBar


def test_every_step_has_its_place(play: Any, show: Any) -> None:
    bar = show(StepBar(play.session), 900, 80)
    assert len(NAMES) == 7
    assert bar.accessibleName() == "还没有开始办理"
    play.at_materials()
    assert bar.accessibleName() == "第 3 步，共 7 步：材料"
    before = bar.grab().toImage()
    play.at_submit()
    assert bar.grab().toImage() != before
    assert set(PLACES.values()) == set(range(-1, 7))
