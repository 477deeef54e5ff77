"""The catalogue: categories, one page of a category, search, closed items."""

from typing import Any

import msgspec
from PyQt6.QtWidgets import QLabel

from terminal.qt.items import PAGE, ItemsPanel


def many(play: Any, count: int = 717) -> tuple[Any, ...]:
    sample = play.online().session.items[0]
    return tuple(
        msgspec.structs.replace(
            sample, code=f"IT-{number:04d}", name=f"第 {number} 号许可事项核发", category=f"类别{number % 15}"
        )
        for number in range(count)
    )


def test_choose_by_category(play: Any, show: Any, clipped: Any) -> None:
    panel = show(ItemsPanel(play.at_items().session))
    assert list(panel.categories) == ["生态环境", "市场准入"]
    assert panel.choices == {}
    panel.categories["市场准入"].click()
    assert list(panel.choices) == ["FOOD-1"]
    assert clipped(panel) == []
    said = [label.text() for label in panel.findChildren(QLabel)]
    assert any(text.startswith("必交 2 份，可选 1 份：排污许可证申请表") for text in said)
    panel.all.click()
    assert panel.categories["市场准入"].isVisible()
    panel.search.setText("食品")
    panel.choices["FOOD-1"].click()
    assert play.session.step == "materials"


def test_hundreds_of_items_are_paged(play: Any, show: Any, clipped: Any) -> None:
    items = many(play)
    play.at_items().online(*items)
    play.session.catalogue.fetched("d" * 64, items)
    panel = show(ItemsPanel(play.session))
    assert len(panel.categories) == 15
    assert clipped(panel) == []
    panel.categories["类别3"].click()
    assert len(panel.choices) == PAGE
    assert panel.title.text() == "类别3：48 项"
    seen = set(panel.choices)
    while panel.after.isEnabled():
        panel.after.click()
        seen |= set(panel.choices)
    assert len(seen) == 48
    assert panel.before.isEnabled()


def test_a_closed_item_says_so(play: Any, show: Any) -> None:
    play.at_items().online(closed=("ENV-001",))
    panel = show(ItemsPanel(play.session))
    panel.categories["生态环境"].click()
    assert (panel.choices["ENV-001"].text(), panel.choices["ENV-001"].isEnabled()) == ("暂停受理", False)
    said = [label.text() for label in panel.findChildren(QLabel)]
    assert "此事项已暂停受理，请咨询工作人员" in said


def test_nothing_found_and_an_empty_catalogue(play: Any, show: Any, clipped: Any) -> None:
    panel = show(ItemsPanel(play.at_items().session))
    panel.search.setText("没有这样的事项")
    assert panel.choices == {}
    play.session.catalogue.fetched("d" * 64, ())
    panel.search.clear()
    assert clipped(panel) == []
    said = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert "暂时没有可以办理的事项" in said


def test_the_next_applicant_does_not_see_the_last_search(play: Any, show: Any) -> None:
    panel = show(ItemsPanel(play.at_items().session))
    panel.search.setText("食品")
    play.session.finish()
    assert panel.search.text() == ""
