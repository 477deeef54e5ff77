"""The line in motion: who is rung, and that everyone hears of a change once."""

from signaling.hall.events import Disconnected
from signaling.hall.line import MAX_SHOWN
from signaling.protocol.messages import (
    CallOffered,
    QueueChanged,
    SetAvailability,
    TicketChanged,
    WithdrawCase,
)


def test_a_desk_sees_only_what_it_could_serve_and_nothing_personal(play):
    play.desk(1, skills=("env",))
    play.desk(2, skills=("food", "env"))
    play.terminal(1)
    play.terminal(2)
    play.submit("t1", item="SP-01")
    play.submit("t2")
    first, second = (play.heard(desk, QueueChanged)[-1].waiting for desk in ("d1", "d2"))
    assert [entry.ticket_number for entry in first] == ["A001"]
    assert [entry.ticket_number for entry in second] == ["B001", "A001"]
    assert (first[0].item_name, first[0].terminal_name, first[0].state) == ("事项PW-01", "2号终端", "waiting")
    assert "张三" not in repr(second)


def test_a_change_is_told_once_and_only_to_whom_it_concerns(play):
    play.desk(1, skills=("env",))
    play.desk(2, skills=("food",))
    play.terminal()
    play.submit()
    assert len(play.heard("d1", QueueChanged)) == 1
    assert play.heard("d2") == []
    play.terminal(2)
    assert play.heard("d1") == play.heard("t1") == []


def test_everyone_behind_moves_up(play):
    for number in (1, 2, 3):
        play.terminal(number)
    cases = [play.submit(f"t{number}") for number in (1, 2, 3)]
    play.say("t1", WithdrawCase(play.request_id(), cases[0].case_id))
    assert play.heard("t2", TicketChanged) == [TicketChanged(cases[1].case_id, "waiting", 0)]
    assert play.heard("t3", TicketChanged) == [TicketChanged(cases[2].case_id, "waiting", 1)]


def test_one_event_rings_every_desk_it_can(play):
    for number in (1, 2):
        play.terminal(number)
        play.desk(number)
        play.submit(f"t{number}")
    play.say("d1", SetAvailability(True))
    play.say("d2", SetAvailability(True))
    assert play.heard("d2", CallOffered)[0].case.ticket_number == "A002"


def test_a_terminal_that_returns_is_rung_at_once(play):
    play.terminal()
    play.submit()
    play.event(Disconnected("t1"))
    play.ready_desk()
    assert play.heard("d1", CallOffered) == []
    play.terminal()
    assert len(play.heard("d1", CallOffered)) == 1


def test_a_place_is_kept_while_the_terminal_is_away(play):
    play.terminal(1)
    play.terminal(2)
    play.submit("t1")
    play.submit("t2")
    play.event(Disconnected("t1"))
    play.ready_desk()
    assert play.heard("d1", CallOffered)[0].case.ticket_number == "A002"
    assert [entry.ticket_number for entry in play.heard("d1", QueueChanged)[-1].waiting] == ["A001", "A002"]


def test_a_long_line_is_shown_in_part(play):
    play.desk()
    for number in range(1, MAX_SHOWN + 3):
        play.terminal(number)
        play.submit(f"t{number}")
    play.desk(2)
    assert len(play.heard("d2", QueueChanged)[0].waiting) == MAX_SHOWN
