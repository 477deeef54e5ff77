"""What the server reads of an operation without decoding it."""

from __future__ import annotations

import pytest

from annotate.marks import MarkStyle, Rectangle
from annotate.operations import AddMark, EraseMark, Operation, Redo, Undo


@pytest.mark.parametrize(
    ("operation", "op_class", "target"),
    [
        (AddMark("m1", 0, Rectangle(MarkStyle(), 0, 0, 1, 1)), "mark", "m1"),
        (EraseMark("m1"), "erase", "m1"),
        (Undo("o7"), "undo", "o7"),
        (Redo("o7"), "undo", "o7"),
    ],
)
def test_class_and_target_say_what_rights_are_needed(operation: Operation, op_class: str, target: str) -> None:
    assert operation.op_class == op_class
    assert operation.target == target
