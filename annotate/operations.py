"""Operations: the changes that make up a document's marks, and wet ink beside them.

An operation says what changes; its identity, order, author and time come from outside.
The server reads only `op_class` and `target` (in the envelope) and never the encoded body.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from annotate.marks import Colour, InkPoint, Mark

OperationClass = Literal["mark", "erase", "undo"]


class AddMark(msgspec.Struct, frozen=True, tag="add"):
    """Put a mark on a page (0 = first). `stroke_no` names the wet stroke it replaces, 0 for none."""

    op_class: ClassVar[OperationClass] = "mark"
    mark_id: str
    page: int
    mark: Mark
    stroke_no: int = 0

    @property
    def target(self) -> str:
        return self.mark_id


class EraseMark(msgspec.Struct, frozen=True, tag="erase"):
    """Take a mark away; unknown marks are ignored by the fold."""

    op_class: ClassVar[OperationClass] = "erase"
    mark_id: str

    @property
    def target(self) -> str:
        return self.mark_id


class Undo(msgspec.Struct, frozen=True, tag="undo"):
    """Take back one's own AddMark or EraseMark; has no effect on operations of others."""

    op_class: ClassVar[OperationClass] = "undo"
    operation_id: str

    @property
    def target(self) -> str:
        return self.operation_id


class Redo(msgspec.Struct, frozen=True, tag="redo"):
    """Bring one's own undone operation back."""

    op_class: ClassVar[OperationClass] = "undo"
    operation_id: str

    @property
    def target(self) -> str:
        return self.operation_id


Operation = AddMark | EraseMark | Undo | Redo


class NumberedOperation(msgspec.Struct, frozen=True):
    """An operation as the server ordered it: `seq` from 1, `time_s` in seconds since 1970 UTC."""

    seq: int
    operation_id: str
    author: str
    time_s: float
    operation: Operation


class WetInk(msgspec.Struct, frozen=True):
    """Points of a stroke that is still being drawn; may be lost, never stored.

    `from_index` is the index of the first point in the whole stroke, so a receiver sees gaps.
    """

    stroke_no: int
    from_index: int
    page: int
    colour: Colour
    width_pt: float
    is_highlighter: bool
    points: tuple[InkPoint, ...]
