"""The work list as data: what a case waits for, in which order; only what changed is put in its place again."""

from datetime import date

import pytest

from signaling.hall.work import ROLES, Work, kind_of
from signaling.protocol.acts import ConvertTicket, OpenCase
from signaling.protocol.messages import AnswerCall, CallOffered
from signaling.protocol.values import WorkKind

TODAY = date(2026, 11, 23)


def record(play, case_id):
    return play.hall._floor.register.cases[case_id]


def listed(play, work, today=TODAY, skills=("env",)):
    floor = play.hall._floor
    work.bring_up_to_date(floor.register.cases, floor.calendar, 20, today)
    return [(line.entry.case_id, line.entry.kind) for line in work.lines(skills)]


def test_every_kind_has_a_role():
    assert set(ROLES) == set(WorkKind.__args__)


def test_who_stands_in_line_is_no_work_without_a_call(play):
    play.terminal()
    case_id = play.submit().case_id
    assert kind_of(record(play, case_id)) is None
    play.say("t1", ConvertTicket(play.request_id(), case_id, "asynchronous"))
    assert kind_of(record(play, case_id)) == "review"


def test_a_callback_is_told_apart(play):
    play.terminal()
    case_id = play.submit().case_id
    play.say("t1", ConvertTicket(play.request_id(), case_id, "callback"))
    assert kind_of(record(play, case_id)) == "callback"


def test_nothing_is_work_while_a_call_rings_or_a_seal_is_awaited(play):
    case, _ = play.talking()
    assert kind_of(record(play, case.case_id)) is None
    play.say("d1", play.decision(case))
    assert kind_of(record(play, case.case_id)) is None


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("pre_review", "pre_review"),
        ("advised", None),
        ("correction_requested", None),
        ("accepted", "decide"),
        ("accepted_with_gap", None),
        ("paused", "resume"),
        ("granted", "issue"),
        ("issued", None),
        ("delivered", "close"),
        ("refused", "close"),
        ("not_accepted", "close"),
        ("closed", None),
        ("withdrawn", None),
    ],
)
def test_each_state_waits_for_its_act(play, state, kind):
    play.terminal()
    case = record(play, play.submit().case_id)
    before, case.state = case.state, state
    assert kind_of(case) == kind
    case.state = before


def test_the_most_urgent_comes_first_and_a_held_one_names_its_holder(play):
    play.terminal(1)
    advice = play.submit("t1", is_pre_review=True).case_id
    play.terminal(2)
    left = play.submit("t2").case_id
    play.say("t2", ConvertTicket(play.request_id(), left, "asynchronous"))
    work = Work()
    assert listed(play, work) == [(left, "review"), (advice, "pre_review")], "no clock runs on advice"
    play.desk()
    play.say("d1", OpenCase(play.request_id(), left))
    assert play.view(left).state == "reviewing"
    work.touch(left)
    assert listed(play, work) == [(left, "review"), (advice, "pre_review")]
    assert next(work.lines(("env",))).entry.holder == "审核员1"
    assert listed(play, work, skills=("food",)) == []


def test_only_what_was_touched_moves_until_the_day_changes(play):
    play.terminal()
    case_id = play.submit(is_pre_review=True).case_id
    work = Work()
    floor = play.hall._floor
    assert work.bring_up_to_date(floor.register.cases, floor.calendar, 20, TODAY), "a new day: everything"
    assert not work.bring_up_to_date(floor.register.cases, floor.calendar, 20, TODAY)
    assert [line.entry.case_id for line in work.lines(("env",))] == [case_id]
    work.begin_anew()
    assert work.bring_up_to_date(floor.register.cases, floor.calendar, 20, TODAY), "the calendar was edited"
    work.touch(case_id)
    work.bring_up_to_date({}, floor.calendar, 20, TODAY)
    assert list(work.lines(("env",))) == [], "the case is gone"


def test_a_parked_case_is_its_reviewers_alone(play):
    play.terminal()
    play.ready_desk()
    case = record(play, play.submit().case_id)
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    case.call.state, case.ticket.state, case.state, before = "ended", "parked", "received", case.ticket.prefer_id
    case.ticket.prefer_id = "reviewer-1"
    work = Work()
    work.touch(case.case_id)
    listed(play, work)
    assert [(line.entry.kind, line.only_id) for line in work.lines(("env",))] == [("parked", "reviewer-1")]
    case.call.state, case.ticket.state, case.state, case.ticket.prefer_id = "active", "serving", "reviewing", before
