"""The catalogue by category."""

from typing import Any

from PyQt6.QtWidgets import QLabel

from signaling.protocol.messages import Catalogue
from terminal.qt.items import ItemsPanel


def test_choose_by_category(play: Any, show: Any, clipped: Any) -> None:
    panel = show(ItemsPanel(play.at_items().session))
    assert list(panel.categories) == ["全部", "生态环境", "市场准入"]
    assert len(panel.choices) == 2
    panel.categories["市场准入"].click()
    assert list(panel.choices) == ["FOOD-1"]
    assert clipped(panel) == []
    said = [label.text() for label in panel.findChildren(QLabel)]
    assert any(text.startswith("必交 2 份，可选 1 份：排污许可证申请表") for text in said)
    panel.choices["FOOD-1"].click()
    assert play.session.step == "materials"


def test_an_empty_catalogue_says_so(play: Any, show: Any) -> None:
    panel = show(ItemsPanel(play.at_items().session))
    play.session.receive(Catalogue(()))
    assert panel.choices == {}
