"""The material item: every state x step pair, versions, and who has to look."""

from itertools import product
from typing import get_args

import msgspec
import pytest

from signaling.hall.material_items import READ, STEPS, MaterialItem
from signaling.hall.tables import IllegalStep
from signaling.protocol.values import ItemState


@pytest.mark.parametrize(("state", "step"), [*product(get_args(ItemState), sorted({step for _, step in STEPS}))])
def test_each_state_takes_exactly_the_steps_of_the_table(state, step):
    item = MaterialItem("form", state)
    assert item.can(step) == ((state, step) in STEPS)
    if item.can(step):
        item.step(step)
        assert item.state == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            item.step(step)
        assert item.state == state


def test_every_state_can_be_reached_from_empty():
    reached = {"empty"}
    while more := {after for (before, _), after in STEPS.items() if before in reached} - reached:
        reached |= more
    assert reached == set(get_args(ItemState))


def test_a_new_version_is_unread_whatever_was_thought_of_the_old_one(make_play):
    for state in ("looked_at", "accepted", "rejected"):
        item = MaterialItem("form", state, 1, "r1")
        item.hand_in(msgspec.structs.replace(make_play.material("form"), version=2))
        assert (item.state, item.version, item.looked_by) == ("uploaded", 2, "")
        assert item.state not in READ


def test_what_comes_from_the_licence_register_says_so(make_play):
    item = MaterialItem("form")
    item.hand_in(msgspec.structs.replace(make_play.material("form"), source="reuse"))
    assert item.state == "reused"
    item.look("r1")
    assert (item.state, item.looked_by) == ("looked_at", "r1")


def test_another_reviewer_has_to_look_again_but_what_a_notice_accepted_stays(make_play):
    seen, accepted = MaterialItem("form", "looked_at", 1, "r1"), MaterialItem("drawing", "accepted", 1, "r1")
    for item in (seen, accepted):
        item.hand_over("r1")
    assert (seen.state, accepted.state) == ("looked_at", "accepted")
    for item in (seen, accepted):
        item.hand_over("r2")
    assert (seen.state, accepted.state) == ("uploaded", "accepted")


@pytest.mark.parametrize(
    ("state", "version", "after"),
    [
        ("accepted", 1, "looked_at"),
        ("rejected", 1, "looked_at"),
        ("rejected", 0, "empty"),
        ("waived", 0, "empty"),
        ("uploaded", 1, "uploaded"),
        ("empty", 0, "empty"),
    ],
)
def test_a_void_notice_takes_its_marks_back(state, version, after):
    item = MaterialItem("form", state, version)
    item.void()
    assert item.state == after
