"""Playbooks of the room: who may lead, mark and draw, and what the terminal sees."""

import pytest

from signaling.hall.commands import Record, Send
from signaling.hall.events import MessageReceived
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallOffered,
    CaseChanged,
    EndCall,
    MarkNumbered,
    MarkRefused,
    OperateMark,
    ShowPage,
    WetInk,
)


def refused(play, session, message):
    answers = play.say(session, message)
    assert play.recorded() == []
    assert len(answers) == len(play.last) == 1
    assert isinstance(answers[0], MarkRefused)
    assert answers[0].operation_id == message.operation_id
    return answers[0].code


def test_a_page_is_shown_to_the_terminal_and_kept_once(play):
    case, _ = play.talking()
    page = ShowPage(case.case_id, play.digest("drawing"), 2)
    assert [type(answer) for answer in play.say("d1", page)] == [CaseChanged], "it was looked at for the first time"
    assert play.heard("t1", ShowPage) == [page]
    assert len(play.recorded()) == 1
    assert [line.state for line in play.view(case.case_id).list] == ["uploaded", "looked_at", "empty"]
    play.say("d1", page)
    assert (play.heard("t1"), play.recorded()) == ([page], [])


@pytest.mark.parametrize(("name", "page"), [("unheard-of", 0), ("drawing", 3)])
def test_a_page_that_is_not_there_is_not_shown(play, name, page):
    case, _ = play.talking()
    assert play.refusal("d1", ShowPage(case.case_id, play.digest(name), page)) == ErrorCode.NOT_FOUND


def test_operations_are_numbered_for_both_in_one_order(play):
    case, _ = play.talking()
    for seq in (1, 2, 3):
        play.say("d1", play.mark(case, f"o{seq}", f"m{seq}"))
        numbered = play.heard("t1", MarkNumbered)[0]
        assert play.heard("d1", MarkNumbered) == [numbered]
        assert (numbered.seq, numbered.author, numbered.time) == (seq, "审核员1", play.now)


def test_a_repeated_operation_gets_its_first_number_even_after_the_call(play):
    case, call_id = play.talking()
    first = play.draw(case, "o1", "m1")
    play.draw(case, "o2", "m2")
    again = play.mark(case, "o1", "m1")
    assert play.say("d1", again) == [first]
    assert play.recorded() == []
    assert play.heard("t1") == []
    play.say("d1", EndCall(call_id))
    assert play.say("d1", again) == [first]


@pytest.mark.parametrize("change", [{"body": b"other"}, {"target": "m9"}, {"op_class": "undo"}, {"digest": "form"}])
def test_the_same_operation_id_with_another_content_is_refused(play, change):
    case, _ = play.talking()
    play.draw(case, "o1", "m1")
    fields = {"digest": "drawing", "op_class": "mark", "target": "m1", "body": b"x"} | change
    message = OperateMark(
        case.case_id, play.digest(fields["digest"]), "o1", fields["op_class"], fields["target"], fields["body"]
    )
    assert refused(play, "d1", message) == ErrorCode.REQUEST_REUSED


@pytest.mark.parametrize(
    ("op_class", "target", "code"),
    [
        ("mark", "m1", ErrorCode.ILLEGAL_STEP),
        ("erase", "m2", ErrorCode.NOT_FOUND),
        ("erase", "o1", ErrorCode.NOT_FOUND),
        ("undo", "o2", ErrorCode.NOT_FOUND),
        ("undo", "m1", ErrorCode.NOT_FOUND),
    ],
)
def test_an_operation_needs_its_target(play, op_class, target, code):
    case, _ = play.talking()
    play.draw(case, "o1", "m1")
    assert refused(play, "d1", play.mark(case, "o9", target, op_class)) == code


def test_erase_and_undo_and_redo_of_ones_own(play):
    case, _ = play.talking()
    play.draw(case, "o1", "m1")
    for seq, (operation, target, op_class) in enumerate(
        [("o2", "m1", "erase"), ("o3", "o2", "undo"), ("o4", "o2", "undo")], start=2
    ):
        play.say("d1", play.mark(case, operation, target, op_class))
        assert play.heard("t1", MarkNumbered)[0].seq == seq


def test_erase_and_undo_stop_at_what_another_put_there(play):
    case, call_id = play.talking()
    play.draw(case, "o1", "m1")
    play.say("d1", EndCall(call_id))
    play.ready_desk(2)
    play.say("d2", AnswerCall(play.heard("d2", CallOffered)[0].call_id))
    for op_class, target in (("erase", "m1"), ("undo", "o1")):
        assert refused(play, "d2", play.mark(case, f"p-{op_class}", target, op_class)) == ErrorCode.NOT_ALLOWED
    assert refused(play, "d2", play.mark(case, "o1", "m1")) == ErrorCode.REQUEST_REUSED
    play.say("d2", play.mark(case, "p1", "m2"))
    assert play.heard("t1", MarkNumbered)[0].seq == 2


def test_a_mark_lies_on_a_material_of_the_case(play):
    case, _ = play.talking()
    message = OperateMark(case.case_id, play.digest("elsewhere"), "o1", "mark", "m1", b"x")
    assert refused(play, "d1", message) == ErrorCode.NOT_FOUND


def test_only_the_reviewer_in_charge_acts_and_only_in_the_call(play):
    case, call_id = play.talking()
    play.desk(2)
    page = ShowPage(case.case_id, play.digest("drawing"), 1)
    assert refused(play, "d2", play.mark(case, "o1", "m1")) == ErrorCode.NOT_FOUND
    assert play.refusal("d2", page) == ErrorCode.NOT_FOUND
    assert refused(play, "t1", play.mark(case, "o1", "m1")) == ErrorCode.NOT_ALLOWED
    assert play.refusal("t1", page) == ErrorCode.NOT_ALLOWED
    play.say("d1", EndCall(call_id))
    assert refused(play, "d1", play.mark(case, "o1", "m1")) == ErrorCode.NOT_FOUND
    assert play.refusal("d1", page) == ErrorCode.NOT_FOUND


def test_nothing_is_marked_while_it_rings(play):
    case, _ = play.ringing()
    assert refused(play, "d1", play.mark(case, "o1", "m1")) == ErrorCode.NOT_FOUND


def test_wet_ink_is_passed_on_with_its_author_and_may_be_dropped(play):
    case, _ = play.talking()
    ink = WetInk(case.case_id, play.digest("drawing"), 0, b"points", author="someone else")
    commands = play.event(MessageReceived("d1", ink))
    expected = WetInk(case.case_id, play.digest("drawing"), 0, b"points", author="审核员1")
    assert commands == [Send("t1", expected, is_droppable=True)]
    assert not any(isinstance(command, Record) for command in commands)


def test_wet_ink_of_a_stranger_is_dropped_in_silence(play):
    case, call_id = play.talking()
    play.desk(2)
    ink = WetInk(case.case_id, play.digest("drawing"), 0, b"points")
    assert play.event(MessageReceived("d2", ink)) == []
    play.say("d1", EndCall(call_id))
    assert play.event(MessageReceived("d1", ink)) == []
