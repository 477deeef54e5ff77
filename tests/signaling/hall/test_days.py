"""Random days: applicants, reviewers, lost lines, restarts and time that passes; what must hold after each step.

One owner for each case, nobody starves, whatever was promised ends by itself, every change of the order has its
rule, time never runs backwards, and the journal alone gives the same hall.
"""

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from signaling.hall.commands import Record, Send
from signaling.hall.events import Desk, Disconnected, NoticeSealed, Notified, SealingFailed, Terminal, TimerFired
from signaling.hall.facts import CallPlaced
from signaling.protocol.acts import (
    AskFix,
    AskSlots,
    CallBack,
    ClaimCase,
    ConfirmFix,
    ConvertTicket,
    ExtendWrapUp,
    LeaveTerminal,
    MarkMissed,
    OpenCase,
    ParkCall,
    RejoinLine,
    ResumeTicket,
    ReturnCase,
    SetPriority,
    SlotsOffered,
)
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
from signaling.protocol.values import Correction, Particulars, Place

FROM_TERMINALS = (
    SubmitCase,
    SubmitCorrection,
    WithdrawCase,
    NoticeReceived,
    NoticePrinted,
    LeaveTerminal,
    ClaimCase,
    RejoinLine,
    ResumeTicket,
    ConfirmFix,
    AskSlots,
)
LIMITED = {"summoned": "ticket", "missed": "ticket", "parked": "ticket", "interrupted": "terminal_grace"}
"""States of a ticket that must end by themselves, and the timer that ends them."""
RULES = {
    "longest_waiting",
    "returned_to_head",
    "skills_only",
    "priority_group",
    "appointment",
    "correction_return",
    "rejoin",
    "callback",
    "preferred_reviewer",
    "skill_overflow",
    "pool_overflow",
}
SKILLS = [("env",), ("env", "food"), ("food",), ("general",), ("pool",)]


class Day:
    """Plays at random, mostly sensibly, and looks around after each step."""

    def __init__(self, play, seed):
        self.play = play
        self.random = random.Random(seed)  # noqa: S311 - a test's dice
        self.names = iter(range(10**9))
        self.slots = []

    @property
    def floor(self):
        return self.play.hall._floor

    def step(self):
        acts = [self.come, self.go, self.pass_time, self.pass_time, self.seal, self.repeat, self.kill]
        acts += [self.review, self.come_back]
        self.random.choice(acts + [self.say] * 12)()
        self.look_around()

    def come(self):
        if len(self.play.alive) > 5 and self.random.random() < 0.7:
            return
        number = self.random.randint(1, 3)
        session = f"s{next(self.names)}"
        kind = self.random.choice(["terminal", "terminal", "desk", "desk", "guide"])
        if kind == "terminal":
            self.play.terminal(number, session)
        elif kind == "guide":
            self.play.staff("guide", session=session)
        else:
            desk = self.random.randint(1, 3)
            self.play.desk(number, session, self.random.choice(SKILLS), f"D-{desk:02d}")
            self.play.say(session, SetAvailability(True))

    def go(self):
        if self.play.alive and self.random.random() < 0.4:
            self.play.event(Disconnected(self.random.choice(sorted(self.play.alive))))

    def pass_time(self):
        """The next timers fire in their order, mostly; or one comes too late for what it was set for."""
        timers = {**self.play.timers, **self.play.house_timers}
        if self.random.random() < 0.1:
            timer = self.random.choice(sorted(timers)) if timers else "news"
            self.play.event(TimerFired(timer))
            return
        for _ in range(self.random.randint(1, 3)):
            timers = {**self.play.timers, **self.play.house_timers}
            near = {one for one in timers if self.play.due[one] - self.play.now < timedelta(hours=2)}
            if near:
                self.play.fire(min(sorted(near), key=self.play.due.__getitem__))

    def seal(self):
        waiting = [case.unsealed for case in self.floor.register.cases.values() if case.unsealed]
        if waiting:
            notice = self.random.choice(waiting)
            if self.random.random() < 0.7:
                self.play.event(NoticeSealed(notice.notice_id, self.play.digest(notice.notice_id), self.play.now))
            else:
                self.play.event(SealingFailed(notice.notice_id, "no luck"))
        if self.play.notes and self.random.random() < 0.5:
            self.play.event(Notified(self.play.notes.pop(0).notification_id, True))

    def kill(self):
        if self.random.random() < 0.1:
            before = {case.case_id for case in self.floor.register.cases.values() if self.play.open_cases[case.case_id]}
            self.play.kill()
            assert set(self.floor.register.cases) == before

    def come_back(self):
        """Somebody who missed the call comes to a terminal with the slip and rejoins the line."""
        terminals = [s for s in sorted(self.play.alive) if isinstance(self.floor.sessions[s], Terminal)]
        missed = [case for case in self.floor.register.cases.values() if case.ticket.state == "missed"]
        if terminals and missed:
            case, session = self.random.choice(missed), self.random.choice(terminals)
            self.speak(session, ClaimCase(self.play.request_id(), case.token))
            self.speak(session, RejoinLine(self.play.request_id(), case.case_id))

    def review(self):
        """A reviewer in a call looks at everything and decides; an applicant hands in what was asked for."""
        for case in list(self.floor.register.cases.values()):
            session_id = self.floor.terminals.get(case.terminal_id)
            if case.state == "correction_requested" and session_id and self.random.random() < 0.5:
                form = self.play.material("form", f"form{next(self.names)}")
                self.speak(session_id, SubmitCorrection(self.play.request_id(), case.case_id, (form,)))
            seat = self.floor.seat_in_charge(case)
            if case.holder_id and seat is not None and seat.session_id and self.random.random() < 0.5:
                self.play.look(case.case_id, seat.session_id)
                asked = (Correction("form", 0, "a", "b"),) if self.random.random() < 0.7 else ()
                outcome = "request_corrections" if asked else "accept"
                self.speak(seat.session_id, Decide(self.play.request_id(), case.case_id, outcome, asked))

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
            self.speak(self.speaker(message, able) if able and self.random.random() < 0.9 else sessions[0], message)

    def speaker(self, message, able):
        """Mostly who can mean it: the terminal with the case, the desk with the call."""
        case = self.floor.register.cases.get(getattr(message, "case_id", ""))
        call_id = getattr(message, "call_id", None)
        if call_id is not None:
            case = self.floor.register.case_of_call(call_id)
        for session in able:
            party = self.floor.sessions[session]
            mine = case and (
                case.terminal_id == party.terminal_id
                if isinstance(party, Terminal)
                else case.call is not None and case.call.reviewer_id == party.reviewer_id
            )
            if mine and self.random.random() < 0.8:
                return session
        return self.random.choice(able)

    def speak(self, session, message):
        answers = self.play.say(session, message)
        self.slots = [*self.play.heard(session, SlotsOffered), *self.slots][:1]
        if any(isinstance(answer, Error) for answer in answers):
            assert [command for command in self.play.last if not isinstance(command, Send)] == []
            assert len(answers) == 1, "refused and yet something happened"

    def things_to_say(self):
        new, play, dice = self.play.request_id, self.play, self.random
        cases = list(self.floor.register.cases.values())
        case = dice.choice(cases) if cases else None
        case_id, token = (case.case_id, case.token) if case else ("none", "0" * 10)
        call_id = dice.choice([case.call.call_id for case in cases if case.call] or ["none"])
        notice_id = dice.choice([notice.notice_id for case in cases for notice in case.notices] or ["none"])
        paper = play.digest(dice.choice(["form", "drawing", "drawing"]))
        new_form = play.material("form", f"form{next(self.names)}")
        start = dice.choice([slot.start for offer in self.slots for slot in offer.slots] or [None])
        to = dice.choice(["appointment", "callback", "asynchronous", "window"])
        return [
            *[play.submission(item=dice.choice(["PW-01", "PW-01", "SP-01"]))] * 4,
            *[SubmitCorrection(new(), case_id, (new_form,))] * 2,
            WithdrawCase(new(), case_id) if dice.random() < 0.2 else EndCall(call_id),
            *[Decide(new(), case_id, "accept")] * 2,
            Decide(new(), case_id, "request_corrections", (Correction("form", 0, "a", "b"),)),
            Decide(new(), case_id, "not_accept", particulars=Particulars(reason="a", ground="not_needed")),
            *[NoticeReceived(new(), notice_id, dice.random() < 0.8)] * 2,
            *[NoticePrinted(new(), notice_id, dice.random() < 0.8)] * 2,
            *[SetAvailability(dice.random() < 0.9)] * 2,
            *[AnswerCall(call_id)] * 6,
            DeclineCall(call_id),
            HoldCall(call_id, dice.random() < 0.5),
            Description(call_id, dice.randint(1, 3), "offer", "v=0"),
            Candidate(call_id, dice.randint(1, 3), "", None, None),
            Rejoin(call_id, dice.randint(1, 3)),
            *[ShowPage(case_id, paper, dice.randint(0, 3))] * 4,
            OperateMark(case_id, paper, f"o{dice.randint(1, 9)}", "mark", dice.choice(["m1", "m2"]), b"x"),
            OperateMark(case_id, paper, f"o{dice.randint(1, 9)}", "undo", dice.choice(["o1", "o2"]), b"x"),
            WetInk(case_id, paper, 0, b"ink"),
            *[LeaveTerminal(new(), case_id)] * 4,
            *[ClaimCase(new(), token)] * 5,
            *[RejoinLine(new(), case_id)] * 3,
            AskSlots(case_id),
            ConvertTicket(new(), case_id, to, start if to == "appointment" else None),
            *[ResumeTicket(new(), case_id)] * 2,
            SetPriority(new(), case_id, "elderly"),
            *[MarkMissed(call_id), ParkCall(call_id), ExtendWrapUp(), CallBack(new(), case_id)],
            *[OpenCase(new(), case_id), ReturnCase(new(), case_id)],
            *[AskFix(new(), case_id, f"f{dice.randint(1, 3)}", "name", "李四"), ConfirmFix(new(), case_id, "f1", True)],
        ]

    # --- what must hold ---

    def look_around(self):
        floor = self.floor
        assert set(floor.sessions) == self.play.alive
        cases = list(floor.register.cases.values())
        live = [case for case in cases if case.live_call]
        owners = [case.live_call.reviewer_id for case in live]
        assert len(owners) == len(set(owners)), "a reviewer has two calls"
        here = [case.terminal_id for case in cases if case.terminal_id]
        assert len(here) == len(set(here)), "two cases at one terminal"
        for case in live:
            self.check_call(case, floor.seats[case.live_call.reviewer_id])
        for seat in floor.seats.values():
            self.check_seat(seat)
        for case in cases:
            self.check_case(case)
        self.check_manning()
        self.check_nobody_starves(cases)
        self.check_reasons()

    def check_call(self, case, seat):
        call, timers = case.live_call, self.play.timers
        if case.talk is None:
            assert f"ring:{call.call_id}" in timers, "an offer without an end"
            assert seat.session_id is not None
            assert case.terminal_id in self.floor.terminals
            assert seat.availability == "offered"
        else:
            assert case.reviewer_id == call.reviewer_id, "an owner besides the one in the call"
            assert seat.availability == "in_call"
            is_here = case.terminal_id in self.floor.terminals
            assert is_here or f"terminal_grace:{case.terminal_id}" in timers
            assert case.ticket.state == ("serving" if is_here else "interrupted")

    def check_seat(self, seat):
        timers, name = self.play.timers, seat.party.reviewer_id
        assert (seat.availability in ("offered", "in_call")) == (self.floor.case_at(seat) is not None)
        assert seat.session_id is not None or f"desk_grace:{name}" in timers
        assert seat.availability != "wrap_up" or f"wrap_up:{name}" in timers

    def check_manning(self):
        """The desks by skill are what looking at every seat would give."""
        floor = self.floor
        here = [seat for seat in floor.seats.values() if seat.session_id and seat.availability != "away"]
        for skill in ("env", "food", "general", "pool"):
            able = [seat for seat in here if skill in seat.party.skills]
            assert floor.manning.working[skill] == len(able)
            ready = {seat.party.reviewer_id for seat in able if seat.availability == "ready"}
            assert {desk.reviewer_id for desk in floor.manning.free(skill)} == ready - set(floor.register.leases)

    def check_case(self, case):
        ticket = case.ticket
        assert (ticket.state == "offered") == (case.live_call is not None and not case.talk)
        assert (case.state == "reviewing") <= (bool(case.holder_id))
        assert case.state == "received" or ticket.state not in ("waiting", "offered", "summoned", "missed", "parked")
        assert [numbered.mark.seq for numbered in case.room.log] == list(range(1, len(case.room.log) + 1))
        assert sum(one.state == "sealing" and one.kind != "termination" for one in case.notices) <= 1
        assert self.play.open_cases[case.case_id] == self.floor.register.is_open(case.case_id)
        if ticket.state in LIMITED:
            assert ticket.until is not None
            subject = case.terminal_id if ticket.state == "interrupted" else case.case_id
            assert f"{LIMITED[ticket.state]}:{subject}" in self.play.timers, f"{ticket.state} without an end"
        stander = self.floor.standing.standers.get(case.case_id)
        assert (stander is not None) == (ticket.state in ("waiting", "offered", "summoned"))
        assert stander is None or stander == self.floor._stander(case), "the line is not true"

    def check_nobody_starves(self, cases):
        """Nobody waits at a terminal while a desk that may serve them is free, but for the rules that say so."""
        floor = self.floor
        ready = [
            seat
            for seat in floor.seats.values()
            if seat.availability == "ready" and seat.session_id and seat.party.reviewer_id not in floor.register.leases
        ]
        skills = {skill for seat in ready for skill in seat.party.skills}
        for case in cases:
            if case.ticket.state == "waiting" and case.terminal_id in floor.terminals and case.item.skill in skills:
                is_preferring = case.ticket.prefer_id in floor.seats and (
                    floor.now - case.ticket.prefer_since < timedelta(minutes=1)
                )
                is_behind = any(floor.standing.is_waiting_here(one) for one in case.ticket.behind)
                assert is_preferring or is_behind, "a dead ring"

    def check_reasons(self):
        for command in self.play.last:
            if isinstance(command, Record) and isinstance(command.entry.fact, CallPlaced):
                fact = command.entry.fact
                assert fact.rule in RULES
                assert fact.rule not in ("longest_waiting",) or not fact.passed_over
        times = [entry.time for entry in self.play.entries[-20:]]
        assert times == sorted(times), "time ran backwards"


def timeless(view):
    """A view without what depends on who is connected and what was learnt."""
    return replace(view, place=Place())


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_no_day_breaks_the_hall(make_play, seed):
    play = make_play()
    day = Day(play, seed)
    for _ in range(400):
        day.step()
    check_twin(make_play, play)


@pytest.mark.parametrize("seed", range(4))
def test_a_few_days(make_play, seed):
    play = make_play()
    day = Day(play, seed)
    for _ in range(300):
        day.step()
    check_twin(make_play, play)


def check_twin(make_play, play):
    """The whole journal, from the first entry on, gives the hall there is."""
    twin = make_play()
    twin.hall.restore(play.entries, play.counters)
    twin.hall._floor.now = play.hall._floor.now
    mine, theirs = play.hall.case_views(), {view.case_id: view for view in twin.hall.case_views()}
    for view in mine:
        assert timeless(theirs[view.case_id]) == timeless(view)
    register, twins = play.hall._floor.register, twin.hall._floor.register
    for case_id, case in register.cases.items():
        assert twins.cases[case_id] == case
    numbers = [e.fact.notice_number for e in play.entries if getattr(e.fact, "notice_number", "")]
    assert len(numbers) == len(set(numbers)), "a number was given twice"


@pytest.mark.slow
def test_random_days_reach_every_outcome(make_play):
    """The dice above are worth something only if tickets get to their ends in them."""
    outcomes, rules = set(), set()
    for seed in range(60):
        play = make_play()
        day = Day(play, seed)
        for _ in range(400):
            day.step()
        outcomes |= {type(entry.fact).__name__ for entry in play.entries}
        rules |= {entry.fact.rule for entry in play.entries if isinstance(entry.fact, CallPlaced)}
    assert outcomes >= {
        "CaseWithdrawn",
        "CorrectionSubmitted",
        "CallRejoined",
        "SealingRefused",
        "MarkRecorded",
        "CaseLeft",
        "CaseClaimed",
        "TicketSummoned",
        "TicketMissed",
        "TicketRejoined",
        "TicketExpired",
        "TicketInterrupted",
        "TicketReconnected",
        "TicketParked",
        "TicketConverted",
        "TicketReturned",
    }
    assert rules >= {"longest_waiting", "returned_to_head", "skills_only", "preferred_reviewer", "skill_overflow"}
