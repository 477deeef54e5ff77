"""The room's own rules: numbering, repeats, and whose target it is."""

from datetime import UTC, datetime

import pytest

from signaling.hall.facts import MarkRecorded
from signaling.hall.rooms import Room
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import OperateMark

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAPER, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def room():
    """A room with mark m1 (operation o1) of reviewer r1."""
    room = Room()
    room.add(MarkRecorded("c1", PAPER, 1, "o1", "mark", "m1", b"x", "审核员", "r1"), NOW)
    return room


def operation(operation_id, op_class, target, digest=PAPER):
    return OperateMark("c1", digest, operation_id, op_class, target, b"x")


def test_numbers_follow_each_other(room):
    assert room.next_seq == 2
    assert [(one.mark.seq, one.mark.time, one.author_id) for one in room.log] == [(1, NOW, "r1")]
    assert Room().next_seq == 1


def test_a_repeat_is_known_to_its_author_only(room):
    repeat = operation("o1", "mark", "m1")
    assert room.repeated(repeat, "r1") == room.log[0].mark
    assert room.repeated(operation("o2", "mark", "m2"), "r1") is None
    with pytest.raises(Refused) as caught:
        room.repeated(repeat, "r2")
    assert caught.value.code == ErrorCode.REQUEST_REUSED


@pytest.mark.parametrize(
    "message", [operation("o2", "mark", "m2"), operation("o2", "erase", "m1"), operation("o2", "undo", "o1")]
)
def test_what_one_may_do(room, message):
    room.check(message, "r1")


@pytest.mark.parametrize(
    ("message", "author", "code"),
    [
        (operation("o2", "mark", "m1"), "r1", ErrorCode.ILLEGAL_STEP),
        (operation("o2", "erase", "m1"), "r2", ErrorCode.NOT_ALLOWED),
        (operation("o2", "undo", "o1"), "r2", ErrorCode.NOT_ALLOWED),
        (operation("o2", "erase", "m1", OTHER), "r1", ErrorCode.NOT_FOUND),
        (operation("o2", "undo", "o9"), "r1", ErrorCode.NOT_FOUND),
    ],
)
def test_what_one_may_not_do(room, message, author, code):
    with pytest.raises(Refused) as caught:
        room.check(message, author)
    assert caught.value.code == code
