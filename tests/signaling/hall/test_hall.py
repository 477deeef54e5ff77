"""The hall as a whole: roles, what may be read, and random days in which nothing may ever break."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signaling.hall.commands import Send
from signaling.hall.events import (
    Desk,
    Disconnected,
    MessageReceived,
    NoticeSealed,
    SealingFailed,
    Terminal,
    TimerFired,
)
from signaling.hall.hall import Figures
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    Candidate,
    Decide,
    DeclineCall,
    Description,
    EndCall,
    Error,
    HoldCall,
    NoticePrinted,
    NoticeReceived,
    OperateMark,
    Rejoin,
    SetAvailability,
    ShowPage,
    SubmitCase,
    SubmitCorrection,
    WetInk,
    WithdrawCase,
)
from signaling.protocol.values import Correction

pytestmark = pytest.mark.slow


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
    ],
)
def test_each_role_has_its_own_acts(play, session, message):
    play.terminal()
    play.desk()
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


def test_a_settled_case_is_closed_to_reading(play):
    play.terminal()
    case = play.submit()
    party = parties(play)["t1"]
    assert play.hall.may_read(party, play.digest("form"))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert not play.hall.may_read(party, play.digest("form"))


def test_figures(play):
    play.ringing()
    play.terminal(2)
    play.submit("t2")
    play.ready_desk(2, skills=("food",))
    assert play.hall.figures() == Figures(
        waiting=1, offered=1, serving=0, terminals_connected=2, desks_connected=2, desks_ready=1
    )


# --- random days ---------------------------------------------------------------------------------


class Day:
    """Plays at random, mostly sensibly, and looks around after each step."""

    def __init__(self, play, seed):
        self.play = play
        self.random = random.Random(seed)  # noqa: S311 - a test's dice
        self.names = iter(range(10**9))

    @property
    def floor(self):
        return self.play.hall._floor

    def step(self):
        act = self.random.choice([self.come, self.go, self.timer, self.seal, self.repeat, self.kill] + [self.say] * 12)
        act()
        self.look_around()

    def come(self):
        if len(self.play.alive) > 4 and self.random.random() < 0.7:
            return
        number = self.random.randint(1, 3)
        session = f"s{next(self.names)}"
        if self.random.random() < 0.5:
            self.play.terminal(number, session)
        else:
            desk = self.random.randint(1, 3)
            self.play.desk(number, session, self.random.choice([("env",), ("env", "food")]), f"D-{desk:02d}")
            self.play.say(session, SetAvailability(True))

    def go(self):
        if self.play.alive and self.random.random() < 0.4:
            self.play.event(Disconnected(self.random.choice(sorted(self.play.alive))))

    def timer(self):
        if self.play.timers and self.random.random() < 0.6:
            self.play.event(TimerFired(self.random.choice(sorted(self.play.timers))))

    def seal(self):
        waiting = [case.unsealed for case in self.floor.register.cases.values() if case.unsealed]
        if waiting:
            notice = self.random.choice(waiting)
            if self.random.random() < 0.7:
                event = NoticeSealed(notice.notice_id, self.play.digest(notice.notice_id), self.play.now)
            else:
                event = SealingFailed(notice.notice_id, "no luck")
            self.play.event(event)

    def kill(self):
        if self.random.random() < 0.1:
            before = {case.case_id: case for case in self.floor.register.cases.values() if not case.is_over}
            rung = {case_id for case_id, case in before.items() if case.live_call and not case.talk}
            views = {case_id: case.view() for case_id, case in before.items()}
            self.play.kill()
            after = {view.case_id: view for view in self.play.hall.case_views()}
            assert after.keys() == views.keys()
            assert all(after[case_id] == views[case_id] for case_id in views.keys() - rung)

    def repeat(self):
        """Something that was recorded arrives once more, or from somebody else."""
        requests = list(self.floor.register.requests.values())
        if requests and self.play.alive:
            self.speak(self.random.choice(sorted(self.play.alive)), self.random.choice(requests)[0])

    def say(self):
        if self.play.alive:
            message = self.random.choice(self.things_to_say())
            sessions = sorted(self.play.alive)
            kind = Terminal if isinstance(message, FROM_TERMINALS) else Desk
            able = [session for session in sessions if isinstance(self.floor.sessions[session], kind)]
            self.speak(self.random.choice(able if able and self.random.random() < 0.9 else sessions), message)

    def speak(self, session, message):
        answers = self.play.say(session, message)
        if any(isinstance(answer, Error) for answer in answers):
            assert [command for command in self.play.last if not isinstance(command, Send)] == []
            assert len(answers) == 1, "refused and yet something happened"

    def things_to_say(self):
        new, play, dice = self.play.request_id, self.play, self.random
        cases = list(self.floor.register.cases.values())
        case_id = dice.choice([case.case_id for case in cases] or ["none"])
        call_id = dice.choice([case.call.call_id for case in cases if case.call] or ["none"])
        notice_id = dice.choice([notice.notice_id for case in cases for notice in case.notices] or ["none"])
        generation = dice.randint(1, 3)
        paper = play.digest(dice.choice(["form", "drawing", "else"]))
        new_form = play.material("form", f"form{next(self.names)}")
        corrections = (Correction("form", 0, "a", "b"),)
        return [
            play.submission(item=dice.choice(["PW-01", "PW-01", "SP-01"])),
            *[play.submission()] * 3,
            SubmitCorrection(new(), case_id, (new_form,)),
            SubmitCorrection(new(), case_id, (new_form,)),
            WithdrawCase(new(), case_id) if dice.random() < 0.2 else EndCall(call_id),
            Decide(new(), case_id, "accept"),
            Decide(new(), case_id, "request_corrections", corrections),
            *[NoticeReceived(new(), notice_id, dice.random() < 0.8)] * 2,
            *[NoticePrinted(new(), notice_id, dice.random() < 0.8)] * 2,
            SetAvailability(dice.random() < 0.8),
            *[AnswerCall(call_id)] * 6,
            DeclineCall(call_id),
            HoldCall(call_id, dice.random() < 0.5),
            Description(call_id, generation, "offer", "v=0"),
            Candidate(call_id, generation, "", None, None),
            Rejoin(call_id, generation),
            ShowPage(case_id, paper, dice.randint(0, 3)),
            *[
                OperateMark(
                    case_id,
                    paper,
                    f"o{dice.randint(1, 9)}",
                    dice.choice(["mark", "mark", "erase", "undo"]),
                    dice.choice(["m1", "m2", "o1", "o2"]),
                    b"x",
                )
                for _ in range(3)
            ],
            WetInk(case_id, paper, 0, b"ink"),
        ]

    def look_around(self):
        floor, timers = self.floor, self.play.timers
        assert set(floor.sessions) == self.play.alive
        live = [case for case in floor.register.cases.values() if case.live_call]
        owners = [case.live_call.reviewer_id for case in live]
        assert len(owners) == len(set(owners)), "a reviewer has two calls"
        assert len({case.terminal_id for case in live}) == len(live), "a terminal has two calls"
        for case in live:
            self.check_call(case, floor.seats[case.live_call.reviewer_id], timers)
        for seat in floor.seats.values():
            assert (seat.availability in ("offered", "in_call")) == (floor.case_at(seat) is not None)
            assert seat.session_id is not None or f"desk_grace:{seat.party.reviewer_id}" in timers
            assert seat.availability != "wrap_up" or f"wrap_up:{seat.party.reviewer_id}" in timers
        sitting = [seat.party.desk_id for seat in floor.seats.values() if seat.session_id]
        assert len(sitting) == len(set(sitting)), "two sessions at one desk"
        for case in floor.register.cases.values():
            assert (case.ticket.state == "offered") == (case.live_call is not None and not case.talk)
            assert (case.state == "reviewing") <= (case.talk is not None)
            assert [numbered.mark.seq for numbered in case.room.log] == list(range(1, len(case.room.log) + 1))
            assert sum(notice.state == "sealing" for notice in case.notices) <= 1
            assert self.play.open_cases[case.case_id] == (not case.is_over)
            if case.ticket.state == "waiting" and case.terminal_id in floor.terminals:
                ready = [seat for seat in floor.seats.values() if seat.availability == "ready" and seat.session_id]
                assert not [seat for seat in ready if case.item.skill in seat.party.skills], "a dead ring"

    def check_call(self, case, seat, timers):
        call = case.live_call
        if case.talk is None:
            assert f"ring:{call.call_id}" in timers, "an offer without a timer"
            assert seat.session_id is not None
            assert case.terminal_id in self.floor.terminals
            assert seat.availability == "offered"
        else:
            assert case.reviewer_id == call.reviewer_id, "an owner besides the one in the call"
            assert seat.availability == "in_call"
            assert case.terminal_id in self.floor.terminals or f"terminal_grace:{case.terminal_id}" in timers


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_no_day_breaks_the_hall(make_play, seed):
    play = make_play()
    day = Day(play, seed)
    for _ in range(400):
        day.step()
    twin = make_play()
    twin.hall.restore(play.entries, play.counters)
    mine, theirs = play.hall.case_views(), {view.case_id: view for view in twin.hall.case_views()}
    assert all(theirs[view.case_id] == view for view in mine)
    numbers = [e.fact.notice_number for e in play.entries if hasattr(e.fact, "notice_number")]
    assert len(numbers) == len(set(numbers)), "a number was given twice"


def test_random_days_reach_every_outcome(make_play):
    """The dice above are worth something only if cases get to their end in them."""
    outcomes = set()
    for seed in range(25):
        play = make_play()
        day = Day(play, seed)
        for _ in range(400):
            day.step()
        outcomes |= {type(entry.fact).__name__ for entry in play.entries}
    assert outcomes >= {
        "CaseClosed",
        "CaseWithdrawn",
        "CorrectionSubmitted",
        "CallRejoined",
        "SealingRefused",
        "MarkRecorded",
    }
