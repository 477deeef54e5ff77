"""Reviews without a call: one desk at a time, kept over a reconnect and a restart, lost with the grace time."""

import pytest

from signaling.hall.events import Disconnected
from signaling.hall.facts import ReviewOpened, ReviewReturned
from signaling.protocol.acts import CaseOpened, OpenCase, ReturnCase, WorkChanged
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import CallOffered, CaseChanged, Done, MarkNumbered, ShowPage


def left_for_review(play):
    """A pre-review: papers that wait for a desk without their applicant."""
    play.terminal()
    return play.submit(is_pre_review=True).case_id


def test_a_case_of_the_work_list_is_opened_with_its_room(play):
    case_id = left_for_review(play)
    play.desk()
    request = OpenCase(play.request_id(), case_id)
    answers = play.say("d1", request)
    assert [type(answer) for answer in answers[:3]] == [Done, CaseOpened, CaseChanged]
    assert play.recorded() == [ReviewOpened(case_id, request.request_id, "reviewer-1", "审核员1", "D-01")]
    assert play.view(case_id).reviewer_name == "审核员1"
    play.say("d1", request)
    assert play.recorded() == [], "a repeat shows it again"
    assert play.heard("d1", CaseOpened) == [CaseOpened(case_id)]


def test_pages_and_marks_work_without_a_call_and_the_terminal_does_not_see_them(play):
    case_id = left_for_review(play)
    play.desk()
    play.open("d1", case_id)
    page = ShowPage(case_id, play.digest("drawing"), 1)
    play.say("d1", page)
    assert play.heard("t1", ShowPage) == []
    assert [line.state for line in play.view(case_id).list] == ["uploaded", "looked_at", "empty"]
    mark = play.draw(play.view(case_id), "o1", "m1")
    assert play.heard("t1", MarkNumbered) == []
    play.say("d1", ReturnCase(play.request_id(), case_id))
    answers = play.open("d1", case_id)
    assert mark in answers
    assert page in answers


def test_one_desk_at_a_time(play):
    case_id = left_for_review(play)
    play.desk(1)
    play.desk(2)
    play.open("d1", case_id)
    assert play.refusal("d2", OpenCase(play.request_id(), case_id)) == ErrorCode.CASE_TAKEN
    play.put_back("d1", case_id)
    assert Done("r-9") in play.say("d2", OpenCase("r-9", case_id))


def test_one_case_at_a_desk(play):
    case_id = left_for_review(play)
    play.terminal(2)
    other = play.submit("t2", is_pre_review=True).case_id
    play.desk()
    play.open("d1", case_id)
    assert play.refusal("d1", OpenCase(play.request_id(), other)) == ErrorCode.ILLEGAL_STEP


def test_a_desk_with_an_open_case_is_not_rung(play):
    case_id = left_for_review(play)
    play.ready_desk()
    play.open("d1", case_id)
    play.terminal(2)
    play.submit("t2")
    assert play.heard("d1", CallOffered) == []
    play.put_back("d1", case_id)
    assert len(play.heard("d1", CallOffered)) == 1


def test_who_stands_in_line_is_called_not_opened(play):
    play.terminal()
    case_id = play.submit().case_id
    play.desk()
    assert play.refusal("d1", OpenCase(play.request_id(), case_id)) == ErrorCode.ILLEGAL_STEP


def test_a_case_of_another_skill_is_not_there(play):
    case_id = left_for_review(play)
    play.desk(2, skills=("food",))
    assert play.refusal("d2", OpenCase(play.request_id(), case_id)) == ErrorCode.NOT_FOUND
    assert play.refusal("d2", OpenCase(play.request_id(), "unknown")) == ErrorCode.NOT_FOUND
    assert play.refusal("d2", ReturnCase(play.request_id(), case_id)) == ErrorCode.NOT_FOUND


@pytest.mark.parametrize("roles", [("decider",), ("issuer",), ("collector",)])
def test_the_role_must_fit_what_the_case_waits_for(play, roles):
    case_id = left_for_review(play)
    play.desk(roles=roles)
    assert play.refusal("d1", OpenCase(play.request_id(), case_id)) == ErrorCode.WRONG_ROLE


def test_a_reconnect_brings_the_open_case_back(play):
    case_id = left_for_review(play)
    play.desk()
    play.open("d1", case_id)
    play.event(Disconnected("d1"))
    play.desk(session="d1b")
    assert play.heard("d1b", CaseOpened) == [CaseOpened(case_id)]
    play.fire("lease:reviewer-1")
    assert play.recorded() == [], "the timer of the time away finds the desk back"


def test_the_lease_ends_with_the_grace_time(play):
    case_id = left_for_review(play)
    play.desk(1)
    play.desk(2)
    play.open("d1", case_id)
    play.event(Disconnected("d1"))
    play.fire("lease:reviewer-1")
    assert play.recorded() == [ReviewReturned(case_id)]
    play.open("d2", case_id)
    assert play.heard("d2", CaseOpened) == [CaseOpened(case_id)]


def test_the_lease_survives_a_restart_and_has_its_grace_time(play):
    case_id = left_for_review(play)
    play.desk()
    play.open("d1", case_id)
    play.kill()
    assert "lease:reviewer-1" in play.timers
    play.desk(session="d1b")
    assert play.heard("d1b", CaseOpened) == [CaseOpened(case_id)]


def test_the_work_list_is_told_with_the_news_and_only_when_it_changed(play):
    play.desk()
    case_id = left_for_review(play)
    play.fire("news")
    (message,) = play.heard("d1", WorkChanged)
    (entry,) = message.entries
    assert (entry.case_id, entry.kind, entry.state, entry.holder) == (case_id, "pre_review", "pre_review", "")
    play.open("d1", case_id)
    play.fire("news")
    assert play.heard("d1", WorkChanged)[0].entries[0].holder == "审核员1"
    play.decide("d1", case_id, "advise")
    play.fire("news")
    assert play.heard("d1", WorkChanged) == [WorkChanged(())]


def test_each_role_sees_its_work_and_who_accepted_does_not_see_the_decision(play):
    case_id = play.accepted().case_id
    play.desk(2, roles=("decider",))
    play.desk(3, roles=("issuer",))
    play.desk(1, session="d1b", roles=("reviewer", "decider"))
    play.fire("news")
    assert [entry.kind for entry in play.heard("d2", WorkChanged)[0].entries] == ["decide"]
    assert play.heard("d3", WorkChanged) == play.heard("d1b", WorkChanged) == []
    play.open("d2", case_id)
    play.decide("d2", case_id, "grant")
    play.seal()
    play.fire("news")
    assert [(entry.kind, entry.due.isoformat()) for entry in play.heard("d3", WorkChanged)[0].entries] == [
        ("issue", "2026-12-07")
    ]
