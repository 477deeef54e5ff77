"""The step bar names seven steps and says which one it is."""

from typing import Any

from signaling.protocol.acts import CellOpened, OpenCell
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


def test_who_only_fetches_a_result_is_at_no_step(play: Any, show: Any) -> None:
    play.session.cabinet.is_there = True
    bar = show(StepBar(play.session), 900, 80)
    play.at_pickup()
    play.session.cabinet.open_cell("482913")
    play.session.receive(CellOpened(play.said(OpenCell)[-1].request_id, 3, "c9"))
    assert play.session.step == "cabinet"
    assert bar.accessibleName() == "还没有开始办理"
