"""The hall as a whole: who may say what, what may be read, how busy it is. Random days are in test_days.py."""

from datetime import UTC, datetime

import pytest

from signaling.hall.events import (
    Disconnected,
    MessageReceived,
    TimerFired,
)
from signaling.hall.hall import Figures
from signaling.protocol.acts import (
    CallBack,
    ClaimCase,
    ConvertTicket,
    ExtendWrapUp,
    LeaveTerminal,
    MarkMissed,
    ParkCall,
    RejoinLine,
    ResumeTicket,
    SetPriority,
)
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    Decide,
    DeclineCall,
    EndCall,
    Error,
    HoldCall,
    NoticePrinted,
    NoticeReceived,
    SetAvailability,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    WetInk,
    WithdrawCase,
)

DIGEST = "a" * 64
FROM_TERMINALS = (SubmitCase, SubmitCorrection, WithdrawCase, NoticeReceived, NoticePrinted)


@pytest.mark.parametrize(
    ("session", "message"),
    [
        ("d1", SubmitCorrection("r", "c", ())),
        ("d1", WithdrawCase("r", "c")),
        ("d1", NoticeReceived("r", "n", True)),
        ("d1", NoticePrinted("r", "n", True)),
        ("t1", Decide("r", "c", "accept")),
        ("t1", SetAvailability(True)),
        ("t1", AnswerCall("k")),
        ("t1", DeclineCall("k")),
        ("t1", HoldCall("k", True)),
        ("t1", ShowPage("c", DIGEST, 0)),
        ("t1", WetInk("c", DIGEST, 0, b"")),
        ("d1", LeaveTerminal("r", "c")),
        ("d1", ClaimCase("r", "0" * 10)),
        ("d1", RejoinLine("r", "c")),
        ("d1", ResumeTicket("r", "c")),
        ("t1", ParkCall("k")),
        ("t1", MarkMissed("k")),
        ("t1", CallBack("r", "c")),
        ("t1", ExtendWrapUp()),
        ("t1", SetPriority("r", "c", "elderly")),
        ("s1", ConvertTicket("r", "c", "window")),
        ("s1", LeaveTerminal("r", "c")),
        ("s1", AnswerCall("k")),
    ],
)
def test_each_role_has_its_own_acts(play, session, message):
    play.terminal()
    play.desk()
    play.staff("manager")
    assert play.refusal(session, message) == ErrorCode.NOT_ALLOWED


def test_a_desk_cannot_submit(play):
    play.desk()
    assert play.refusal("d1", play.submission()) == ErrorCode.NOT_ALLOWED


def test_an_error_names_what_it_answers_and_says_it_in_chinese(play):
    play.desk()
    error = play.say("d1", AnswerCall("gone-call"))[0]
    assert error == Error(ErrorCode.CALL_GONE, SENTENCES[ErrorCode.CALL_GONE], "gone-call")
    assert play.say("d1", SubmitCorrection("r-7", "c", ()))[0].about == "r-7"
    assert play.say("d1", ShowPage("c-7", DIGEST, 0))[0].about == "c-7"


def test_an_unknown_session_is_not_heard(play):
    assert play.event(MessageReceived("nobody", SetAvailability(True))) == []
    assert play.event(Disconnected("nobody")) == []


def test_an_unknown_timer_is_a_mistake_of_ours(play):
    with pytest.raises(ValueError, match="unknown timer"):
        play.hall.handle(TimerFired("tea"), datetime(2026, 11, 23, tzinfo=UTC))


def parties(play):
    return play.hall._floor.sessions


def test_papers_are_read_by_the_terminal_and_by_whom_it_rings_at(play):
    case, call_id = play.ringing()
    play.terminal(2)
    play.desk(2)
    form = play.digest("form")

    def who(digest):
        return {session for session, party in parties(play).items() if play.hall.may_read(party, digest)}

    assert who(form) == {"t1", "d1"}
    assert who(play.digest("unknown")) == set()
    play.say("d1", DeclineCall(call_id))
    assert who(form) == {"t1"}
    play.say("d1", SetAvailability(True))
    play.say("d1", AnswerCall(next(m.call_id for m in play.heard("d1") if hasattr(m, "ring_s"))))
    play.say("d1", play.decision(case))
    order = play.seal()
    assert who(play.digest(order.notice_id)) == {"t1", "d1"}


def test_a_case_that_is_over_is_read_until_the_applicant_leaves(play):
    case, call_id = play.talking()
    at_terminal, at_desk = parties(play)["t1"], parties(play)["d1"]
    assert play.hall.may_read(at_desk, play.digest("form"))
    play.say("d1", EndCall(call_id))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert play.hall.may_read(at_terminal, play.digest("form")), "the notice of the withdrawal is still to come"
    assert not play.hall.may_read(at_desk, play.digest("form"))
    play.say("t1", LeaveTerminal(play.request_id(), case.case_id))
    assert not play.hall.may_read(at_terminal, play.digest("form"))


def test_figures(play):
    play.ringing()
    play.terminal(2)
    play.submit("t2")
    play.ready_desk(2, skills=("food",))
    assert play.hall.figures() == Figures(
        waiting=1, offered=1, serving=0, terminals_connected=2, desks_connected=2, desks_ready=1
    )
