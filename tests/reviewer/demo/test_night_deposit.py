"""The third story's item keeps an original, which is why there is a cabinet; all of it is played in flows."""

import pytest

from reviewer.demo.night_deposit import ITEM
from signaling.protocol.values import ServiceItem
from signaling.server.catalogue import read_catalogue


@pytest.fixture(scope="module")
def item() -> ServiceItem:
    return next(item for item in read_catalogue(None) if item.code == ITEM)


def test_the_story_deposits_the_original_that_the_item_keeps(item: ServiceItem) -> None:
    assert {slot.code for slot in item.slots if slot.is_original_kept} == {"permit"}
    assert {slot.code for slot in item.slots if slot.is_required} == {"form", "permit", "settled"}


def test_the_decider_of_the_demo_knows_the_item(item: ServiceItem) -> None:
    assert item.skill == "environment"
    assert item.case_type != "immediate", "another person decides"
