"""The line in motion: who is rung at once, who is summoned, and that everyone else hears of a change once, soon."""

from signaling.hall.events import Disconnected, TimerFired
from signaling.hall.line import MAX_SHOWN
from signaling.hall.queue_facts import TicketSummoned
from signaling.protocol.acts import LeaveTerminal
from signaling.protocol.messages import (
    CallOffered,
    QueueChanged,
    SetAvailability,
    TicketChanged,
    TicketIssued,
    WithdrawCase,
)

NEWS = TimerFired("news")


def test_a_desk_sees_only_what_it_could_serve_and_nothing_personal(play):
    play.desk(1, skills=("env",))
    play.desk(2, skills=("food", "env"))
    play.terminal(1)
    play.terminal(2)
    play.submit("t1", item="SP-01")
    play.submit("t2")
    play.event(NEWS)
    first, second = (play.heard(desk, QueueChanged)[-1].waiting for desk in ("d1", "d2"))
    assert [entry.ticket_number for entry in first] == ["A001"]
    assert [entry.ticket_number for entry in second] == ["B001", "A001"]
    assert (first[0].item_name, first[0].terminal_name, first[0].state) == ("事项PW-01", "2号终端", "waiting")
    assert "张三" not in repr(second)


def test_news_are_told_once_at_most_once_a_second_and_only_to_whom_they_concern(play):
    play.desk(1, skills=("env",))
    play.desk(2, skills=("food",))
    play.terminal()
    play.submit()
    assert play.heard("d1") == play.heard("d2") == []
    assert play.house_timers["news"] == 1
    play.event(NEWS)
    assert len(play.heard("d1", QueueChanged)) == 1
    assert play.heard("d2") == []
    play.terminal(2)
    play.event(NEWS)
    assert play.heard("d1") == play.heard("t1") == []
    assert "news" not in play.house_timers, "nothing happened since"


def test_everyone_behind_moves_up(play):
    for number in (1, 2, 3):
        play.terminal(number)
    cases = [play.submit(f"t{number}") for number in (1, 2, 3)]
    assert [message.ahead for message in play.heard("t3", TicketIssued)] == [2]
    play.say("t1", WithdrawCase(play.request_id(), cases[0].case_id))
    play.event(NEWS)
    for session, ahead in (("t2", 0), ("t3", 1)):
        told = play.heard(session, TicketChanged)
        assert [(one.state, one.place.ahead) for one in told] == [("waiting", ahead)]


def test_whom_an_event_touches_hears_of_it_at_once(play):
    play.terminal()
    play.submit()
    play.ready_desk()
    assert [message.state for message in play.heard("t1", TicketChanged)] == ["offered"]


def test_one_event_rings_every_desk_it_can(play):
    for number in (1, 2):
        play.terminal(number)
        play.desk(number)
        play.submit(f"t{number}")
    play.say("d1", SetAvailability(True))
    play.say("d2", SetAvailability(True))
    assert play.heard("d2", CallOffered)[0].case.ticket_number == "A002"


def test_who_does_not_review_is_never_rung(play):
    play.desk(1, roles=("decider", "issuer"))
    play.say("d1", SetAvailability(True))
    play.terminal()
    play.submit()
    assert play.heard("d1", CallOffered) == []
    assert play.heard("t1", TicketIssued)[-1].case.place.expected_s is None, "nobody works who could take it"


def test_a_terminal_that_returns_is_rung_at_once(play):
    play.terminal()
    play.submit()
    play.event(Disconnected("t1"))
    play.ready_desk()
    assert play.heard("d1", CallOffered) == []
    play.terminal()
    assert len(play.heard("d1", CallOffered)) == 1


def test_a_place_is_kept_while_the_terminal_is_lost(play):
    play.terminal(1)
    play.terminal(2)
    play.submit("t1")
    play.submit("t2")
    play.event(Disconnected("t1"))
    play.ready_desk()
    assert play.heard("d1", CallOffered)[0].case.ticket_number == "A002"
    assert play.recorded()[-1].passed_over == ("20261123-00001",), "the fairness log says so"
    play.event(NEWS)
    assert [entry.ticket_number for entry in play.heard("d1", QueueChanged)[-1].waiting] == ["A001", "A002"]


def test_who_went_away_is_summoned_when_it_is_their_turn_and_the_desk_goes_on(play):
    play.terminal(1)
    first = play.submit("t1")
    play.say("t1", LeaveTerminal(play.request_id(), first.case_id))
    play.terminal(2)
    second = play.submit("t2")
    play.ready_desk()
    assert [fact.case_id for fact in play.recorded() if isinstance(fact, TicketSummoned)] == [first.case_id]
    assert play.heard("d1", CallOffered)[0].case.case_id == second.case_id
    assert [note.kind for note in play.notes] == ["summons"]


def test_one_free_desk_summons_one_applicant(play):
    for number in (1, 2):
        play.terminal(number)
        case = play.submit(f"t{number}")
        play.say(f"t{number}", LeaveTerminal(play.request_id(), case.case_id))
    play.ready_desk()
    assert [view.ticket_state for view in play.hall.case_views()] == ["summoned", "waiting"]


def test_a_desk_that_helps_out_is_rung_by_the_clock_alone(play):
    play.terminal()
    play.submit()
    play.ready_desk(1, skills=("general",))
    assert play.heard("d1", CallOffered) == []
    assert 80 < play.house_timers["turn"] < 90
    play.fire("turn")
    assert len(play.heard("d1", CallOffered)) == 1
    assert play.recorded()[0].rule == "skill_overflow"


def test_a_long_line_is_shown_in_part(play):
    play.desk()
    for number in range(1, MAX_SHOWN + 3):
        play.terminal(number)
        play.submit(f"t{number}")
    play.desk(2)
    assert len(play.heard("d2", QueueChanged)[0].waiting) == MAX_SHOWN
