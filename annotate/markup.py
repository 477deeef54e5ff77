"""All marks of one document: the fold of its operations, undo, and wet ink of others.

Confirmed operations are ordered by `seq`; one's own unconfirmed ones lie on top in the order they were drawn.
What is visible is computed from that list alone, so repeats and late arrivals need no rollback code.
Rules: a mark shows when some AddMark of it stands and no EraseMark of it stands; an operation stands until its
own author undoes it, and again after that author's redo. No clock, no chance, no I/O.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from typing import Final, assert_never

import msgspec

from annotate.errors import OperationError
from annotate.marks import InkPoint, Mark
from annotate.operations import AddMark, EraseMark, NumberedOperation, Operation, Redo, Undo, WetInk

WET_LIFE_S: Final = 5.0
_PENDING_SEQ: Final = 2**62  # pending operations come after every confirmed one


class PlacedMark(msgspec.Struct, frozen=True):
    """A visible mark with where it came from. `time_s` is seconds since 1970 UTC."""

    mark_id: str
    page: int
    mark: Mark
    author: str
    time_s: float
    stroke_no: int = 0


class Markup:
    """The marks of one document, as one participant knows them."""

    def __init__(self, operations: Iterable[NumberedOperation] = ()) -> None:
        self._confirmed: list[NumberedOperation] = []
        self._pending: list[NumberedOperation] = []
        self._ids: set[str] = set()
        self._visible: list[PlacedMark] | None = None
        self._done: dict[str, list[str]] = {}
        self._undone: dict[str, list[str]] = {}
        for operation in operations:
            self.apply(operation)

    @property
    def last_seq(self) -> int:
        """Highest number applied, 0 when none: what a reconnecting client says it has."""
        return self._confirmed[-1].seq if self._confirmed else 0

    @property
    def pending(self) -> tuple[NumberedOperation, ...]:
        """Own operations the server has not numbered yet, oldest first: to be sent again after a reconnect."""
        return tuple(self._pending)

    def apply(self, numbered: NumberedOperation) -> bool:
        """Take a numbered operation in; False when it was known already.

        Confirms the pending operation of the same id. Raises OperationError (sequence_taken) when another
        operation already has this number: the log then is not one log.
        """
        if numbered.operation_id in self._ids:
            return False
        if numbered.seq <= self.last_seq and any(known.seq == numbered.seq for known in self._confirmed):
            raise OperationError("sequence_taken", f"number {numbered.seq} of {numbered.operation_id}")
        self._ids.add(numbered.operation_id)
        self._pending = [known for known in self._pending if known.operation_id != numbered.operation_id]
        insort(self._confirmed, numbered, key=lambda known: known.seq)
        self._visible = None
        return True

    def add_pending(self, operation_id: str, author: str, time_s: float, operation: Operation) -> None:
        """Show one's own operation before the server has numbered it; a known id changes nothing."""
        if operation_id in self._ids or any(known.operation_id == operation_id for known in self._pending):
            return
        seq = _PENDING_SEQ + len(self._pending)
        self._pending.append(NumberedOperation(seq, operation_id, author, time_s, operation))
        self._visible = None

    def drop_pending(self, operation_id: str) -> None:
        """Forget an operation the server refused."""
        self._pending = [known for known in self._pending if known.operation_id != operation_id]
        self._visible = None

    def marks(self, page: int | None = None) -> tuple[PlacedMark, ...]:
        """Visible marks in drawing order, of one page or of all."""
        return tuple(placed for placed in self._fold() if page is None or placed.page == page)

    def next_undo(self, author: str) -> str | None:
        """Operation that `Undo` of this author would take back: their own newest that stands."""
        self._fold()
        return self._done[author][-1] if self._done.get(author) else None

    def next_redo(self, author: str) -> str | None:
        """Operation that `Redo` of this author would bring back: none once they have drawn something new."""
        self._fold()
        return self._undone[author][-1] if self._undone.get(author) else None

    def _fold(self) -> list[PlacedMark]:
        if self._visible is not None:
            return self._visible
        operations = [*self._confirmed, *self._pending]
        self._done, self._undone = {}, {}
        fallen = self._fold_undo(operations)
        placed: dict[str, PlacedMark] = {}
        erased: set[str] = set()
        for entry in operations:
            operation = entry.operation
            if entry.operation_id in fallen:
                continue
            if isinstance(operation, AddMark):
                # The first AddMark of an id wins: a second one must not replace somebody's mark.
                placed.setdefault(
                    operation.mark_id,
                    PlacedMark(
                        operation.mark_id,
                        operation.page,
                        operation.mark,
                        entry.author,
                        entry.time_s,
                        operation.stroke_no,
                    ),
                )
            elif isinstance(operation, EraseMark):
                erased.add(operation.mark_id)
        self._visible = [mark for mark_id, mark in placed.items() if mark_id not in erased]
        return self._visible

    def _fold_undo(self, operations: list[NumberedOperation]) -> set[str]:
        """Ids of the operations that are undone; fills the undo and redo stacks of each author."""
        fallen: set[str] = set()
        for entry in operations:
            done = self._done.setdefault(entry.author, [])
            undone = self._undone.setdefault(entry.author, [])
            operation = entry.operation
            match operation:
                case AddMark() | EraseMark():
                    done.append(entry.operation_id)
                    undone.clear()
                case Undo(operation_id=target):
                    if target in done:  # one's own, and standing; anything else is without effect
                        done.remove(target)
                        undone.append(target)
                        fallen.add(target)
                case Redo(operation_id=target):
                    if target in undone:
                        undone.remove(target)
                        done.append(target)
                        fallen.discard(target)
                case _:
                    assert_never(operation)
        return fallen


class WetStroke(msgspec.Struct):
    """A stroke somebody is drawing; gaps are closed by a straight piece."""

    author: str
    first: WetInk
    points: dict[int, InkPoint]
    heard_s: float

    def line(self) -> tuple[InkPoint, ...]:
        """Known points in order of their index."""
        return tuple(self.points[index] for index in sorted(self.points))


class WetBoard:
    """Wet strokes of others by (author, stroke number). Time is an argument, in seconds of any one clock."""

    def __init__(self) -> None:
        self._strokes: dict[tuple[str, int], WetStroke] = {}
        self._ended: dict[tuple[str, int], float] = {}

    def receive(self, author: str, wet: WetInk, now_s: float) -> tuple[InkPoint, ...]:
        """Add points; returns those that go on where the stroke was, none when it has ended already."""
        key = (author, wet.stroke_no)
        if key in self._ended:
            return ()
        stroke = self._strokes.setdefault(key, WetStroke(author, wet, {}, now_s))
        stroke.heard_s = now_s
        known = max(stroke.points, default=-1)
        stroke.points.update(enumerate(wet.points, wet.from_index))
        return wet.points[max(0, known + 1 - wet.from_index) :]

    def end(self, author: str, stroke_no: int, now_s: float) -> bool:
        """The committed mark is here: drop the wet stroke. True when one was shown."""
        key = (author, stroke_no)
        self._ended[key] = now_s
        return self._strokes.pop(key, None) is not None

    def expire(self, now_s: float) -> bool:
        """Drop what has been silent for 5 s. True when a stroke vanished."""
        old = [key for key, stroke in self._strokes.items() if now_s - stroke.heard_s >= WET_LIFE_S]
        for key in old:
            del self._strokes[key]
        self._ended = {key: ended for key, ended in self._ended.items() if now_s - ended < WET_LIFE_S}
        return bool(old)

    def strokes(self, page: int) -> tuple[WetStroke, ...]:
        """Wet strokes on a page."""
        return tuple(stroke for stroke in self._strokes.values() if stroke.first.page == page)

    def has(self, author: str, stroke_no: int) -> bool:
        """Whether this stroke is shown."""
        return (author, stroke_no) in self._strokes
