"""The fold: order, repeats, erase, undo of one's own work only, pending operations, wet ink."""

from __future__ import annotations

import random

import pytest

from annotate.errors import OperationError
from annotate.marks import InkPoint, MarkStyle, Rectangle
from annotate.markup import Markup, WetBoard
from annotate.operations import AddMark, EraseMark, NumberedOperation, Operation, Redo, Undo, WetInk

BOX = Rectangle(MarkStyle(), 0, 0, 9, 9)


def numbered(seq: int, operation: Operation, author: str = "li", operation_id: str = "") -> NumberedOperation:
    return NumberedOperation(seq, operation_id or f"o{seq}", author, 1000.0 + seq, operation)


def add(mark_id: str, page: int = 0) -> AddMark:
    return AddMark(mark_id, page, BOX)


def ids(markup: Markup, page: int | None = None) -> list[str]:
    return [placed.mark_id for placed in markup.marks(page)]


def test_marks_show_in_order_on_their_page_with_author_and_time() -> None:
    markup = Markup([numbered(1, add("a")), numbered(2, add("b", 1)), numbered(3, add("c"), "wang")])
    assert ids(markup) == ["a", "b", "c"]
    assert ids(markup, 1) == ["b"]
    assert (markup.marks(0)[1].author, markup.marks(0)[1].time_s) == ("wang", 1003.0)
    assert markup.last_seq == 3


def test_a_repeat_changes_nothing() -> None:
    markup = Markup([numbered(1, add("a"))])
    assert not markup.apply(numbered(1, add("a")))
    assert ids(markup) == ["a"]


def test_two_operations_under_one_number_are_an_error() -> None:
    markup = Markup([numbered(1, add("a")), numbered(2, add("b"))])
    with pytest.raises(OperationError) as caught:
        markup.apply(numbered(1, add("c"), operation_id="other"))
    assert caught.value.code == "sequence_taken"


def test_erase_takes_a_mark_of_anyone_and_its_undo_brings_it_back() -> None:
    markup = Markup([numbered(1, add("a")), numbered(2, EraseMark("a"), "wang")])
    assert ids(markup) == []
    markup.apply(numbered(3, Undo("o2"), "wang"))
    assert ids(markup) == ["a"]


def test_a_second_mark_of_the_same_id_does_not_replace_the_first() -> None:
    markup = Markup([numbered(1, add("a"), "li"), numbered(2, add("a", 3), "wang")])
    assert [(placed.author, placed.page) for placed in markup.marks()] == [("li", 0)]


def test_undo_reaches_only_ones_own_work() -> None:
    markup = Markup([numbered(1, add("a"), "li"), numbered(2, add("b"), "wang")])
    assert markup.next_undo("li") == "o1"
    assert markup.next_undo("wang") == "o2"
    assert markup.next_undo("zhao") is None
    markup.apply(numbered(3, Undo("o2"), "li"))
    assert ids(markup) == ["a", "b"]
    markup.apply(numbered(4, Undo("o1"), "li"))
    assert ids(markup) == ["b"]
    assert markup.next_undo("li") is None


def test_undo_and_redo_walk_back_and_forth() -> None:
    markup = Markup([numbered(1, add("a")), numbered(2, add("b"))])
    for seq, expected in ((3, ["a"]), (4, [])):
        markup.apply(numbered(seq, Undo(markup.next_undo("li") or "")))
        assert ids(markup) == expected
    for seq, expected in ((5, ["a"]), (6, ["a", "b"])):
        markup.apply(numbered(seq, Redo(markup.next_redo("li") or "")))
        assert ids(markup) == expected
    assert markup.next_redo("li") is None


def test_something_new_ends_redo() -> None:
    markup = Markup([numbered(1, add("a")), numbered(2, Undo("o1")), numbered(3, add("b"))])
    assert markup.next_redo("li") is None
    markup.apply(numbered(4, Redo("o1")))
    assert ids(markup) == ["b"]


def test_pending_work_shows_at_once_and_is_confirmed_once() -> None:
    markup = Markup([numbered(1, add("a"), "wang")])
    markup.add_pending("mine", "li", 1.0, add("b"))
    markup.add_pending("mine", "li", 1.0, add("b"))
    assert ids(markup) == ["a", "b"]
    assert markup.next_undo("li") == "mine"
    markup.apply(numbered(2, add("c"), "wang"))
    assert ids(markup) == ["a", "c", "b"]
    markup.apply(numbered(3, add("b"), operation_id="mine"))
    assert ids(markup) == ["a", "c", "b"]
    assert markup.pending == ()
    markup.add_pending("mine", "li", 1.0, add("b"))
    assert markup.pending == ()


def test_refused_work_goes_away() -> None:
    markup = Markup()
    markup.add_pending("mine", "li", 1.0, add("b"))
    markup.drop_pending("mine")
    assert ids(markup) == []
    assert markup.next_undo("li") is None


def test_any_order_of_arrival_with_repeats_gives_the_same_picture() -> None:
    chance = random.Random(7)  # noqa: S311 - a schedule, not a secret
    for _ in range(100):
        log: list[NumberedOperation] = []
        for seq in range(1, 30):
            author = chance.choice(["li", "wang", "zhao"])
            kind = chance.random()
            operation: Operation
            if kind < 0.5:
                operation = add(f"m{seq}", chance.randrange(3))
            elif kind < 0.65:
                operation = EraseMark(f"m{chance.randrange(1, 30)}")
            else:
                target = f"o{chance.randrange(1, 30)}"
                operation = Undo(target) if kind < 0.85 else Redo(target)
            log.append(numbered(seq, operation, author))
        whole = Markup(log)
        shuffled = log * 2
        chance.shuffle(shuffled)
        other = Markup(shuffled)
        assert other.marks() == whole.marks()
        assert other.last_seq == whole.last_seq == log[-1].seq


def wet(from_index: int, *xs: float, stroke_no: int = 1, page: int = 0) -> WetInk:
    return WetInk(stroke_no, from_index, page, (224, 32, 32), 2.0, False, tuple(InkPoint(x, 0) for x in xs))


def test_wet_ink_grows_and_closes_gaps() -> None:
    board = WetBoard()
    board.receive("li", wet(0, 0, 1), 0.0)
    board.receive("li", wet(4, 4, 5), 0.1)  # points 2 and 3 were lost
    assert board.receive("li", wet(0, 0, 1), 0.2) == ()  # and these came twice
    assert [point.x for point in board.receive("li", wet(5, 5, 6), 0.2)] == [6]
    (stroke,) = board.strokes(0)
    assert [point.x for point in stroke.line()] == [0, 1, 4, 5, 6]
    assert board.strokes(1) == ()
    board.receive("wang", wet(0, 7), 0.2)
    assert len(board.strokes(0)) == 2


def test_the_committed_mark_ends_its_wet_stroke_for_good() -> None:
    board = WetBoard()
    board.receive("li", wet(0, 0), 0.0)
    assert board.end("li", 1, 0.1)
    assert board.receive("li", wet(1, 1), 0.2) == ()
    assert not board.has("li", 1)
    assert not board.end("li", 2, 0.3)


def test_wet_ink_dies_after_five_silent_seconds() -> None:
    board = WetBoard()
    board.receive("li", wet(0, 0), 0.0)
    board.receive("li", wet(1, 1), 3.0)
    assert not board.expire(7.9)
    assert board.expire(8.0)
    assert board.strokes(0) == ()
