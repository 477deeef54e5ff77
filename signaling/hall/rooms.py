"""The room of a case: the page looked at together, and the marks in their final order.

Numbers operations by their envelope alone; the body is never read. One may erase or undo only what
one put there oneself. An operation that arrives twice is answered with its first number. Who is in
the room at all is decided before, in papers.py.
"""

from datetime import datetime

import msgspec

from signaling.hall.facts import MarkRecorded
from signaling.protocol.errors import ErrorCode, Refused
from signaling.protocol.messages import MarkNumbered, OperateMark, ShowPage


class Numbered(msgspec.Struct, frozen=True):
    """An operation in its final order and who did it."""

    mark: MarkNumbered
    author_id: str


class Room(msgspec.Struct):
    """Durable state of the room; ``log`` in the order of ``seq``, which counts from 1."""

    page: ShowPage | None = None
    log: list[Numbered] = msgspec.field(default_factory=list)
    _operations: dict[str, Numbered] = msgspec.field(default_factory=dict)
    _marks: dict[str, Numbered] = msgspec.field(default_factory=dict)

    @property
    def next_seq(self) -> int:
        """The number the next operation gets."""
        return len(self.log) + 1

    def repeated(self, message: OperateMark, author_id: str) -> MarkNumbered | None:
        """The numbered operation when this one was here before. Raises Refused when it had another content."""
        known = self._operations.get(message.operation_id)
        if known is None:
            return None
        mark = known.mark
        same = (mark.digest, mark.op_class, mark.target, mark.body, known.author_id) == (
            message.digest,
            message.op_class,
            message.target,
            message.body,
            author_id,
        )
        if not same:
            raise Refused(ErrorCode.REQUEST_REUSED, f"operation {message.operation_id}")
        return mark

    def check(self, message: OperateMark, author_id: str) -> None:
        """Raise Refused unless this author may do this operation now."""
        if message.op_class == "mark":
            if message.target in self._marks:
                raise Refused(ErrorCode.ILLEGAL_STEP, f"mark {message.target} exists")
            return
        targets = self._marks if message.op_class == "erase" else self._operations
        target = targets.get(message.target)
        if target is None or target.mark.digest != message.digest:
            raise Refused(ErrorCode.NOT_FOUND, f"target {message.target}")
        if target.author_id != author_id:
            raise Refused(ErrorCode.NOT_ALLOWED, f"target {message.target} is another's")

    def add(self, fact: MarkRecorded, time: datetime) -> None:
        """Apply a recorded operation."""
        mark = MarkNumbered(
            case_id=fact.case_id,
            digest=fact.digest,
            seq=fact.seq,
            operation_id=fact.operation_id,
            op_class=fact.op_class,
            target=fact.target,
            body=fact.body,
            author=fact.author,
            time=time,
        )
        numbered = Numbered(mark, fact.author_id)
        self.log.append(numbered)
        self._operations[fact.operation_id] = numbered
        if fact.op_class == "mark":
            self._marks[fact.target] = numbered
