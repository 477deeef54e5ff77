"""The second story's item asks for what the story hands in; all of it is played in flows."""

import pytest

from reviewer.demo.missed_call import ITEM
from signaling.protocol.values import ServiceItem
from signaling.server.catalogue import read_catalogue


@pytest.fixture(scope="module")
def item() -> ServiceItem:
    return next(item for item in read_catalogue(None) if item.code == ITEM)


def test_the_story_hands_in_what_the_item_requires(item: ServiceItem) -> None:
    assert {slot.code for slot in item.slots if slot.is_required} == {"form", "permit", "plan"}
    assert not item.is_private
