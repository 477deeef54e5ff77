"""What time does by itself: deemed acceptance, lapses, gaps, escalations; once, and made up for after a restart."""

from datetime import date, timedelta

import pytest

from signaling.hall.events import Notified
from signaling.hall.facts import CaseFiled, CorrectionsLapsed, DeemedAccepted, Escalated, GapLapsed
from signaling.protocol.acts import ClaimCase, LeaveTerminal
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import (
    AnswerCall,
    CallEnded,
    CallOffered,
    CaseChanged,
    Decide,
    EndCall,
    NoticeReady,
    NoticeReceived,
    WithdrawCase,
)
from signaling.protocol.values import Correction, Gap, MaterialSlot

ASKED = (Correction("drawing", 0, "比例尺缺失", "按规范补充"),)


def recorded(play, kind):
    return [fact for fact in play.recorded() if isinstance(fact, kind)]


def asked_to_correct(play, **rules):
    play.terminal()
    play.ready_desk()
    case = play.submit(item=play.offer(**rules))
    call_id = play.heard("d1", CallOffered)[0].call_id
    play.say("d1", AnswerCall(call_id))
    play.look(case.case_id)
    play.decide("d1", case.case_id, "request_corrections", ASKED)
    play.hand_over()
    play.say("d1", EndCall(call_id))
    return case.case_id


def test_art_32_4_untold_in_five_days_it_is_accepted_from_the_day_of_receipt(play):
    play.terminal()
    case_id = play.submit().case_id
    play.day(11, 30, 23)
    assert recorded(play, DeemedAccepted) == [], "the fifth day is not over"
    play.day(12, 1)
    (fact,) = recorded(play, DeemedAccepted)
    assert fact.accepted_on == date(2026, 11, 23)
    view = play.view(case_id)
    assert (view.state, view.acceptance, view.accepted_on) == ("accepted", "deemed", date(2026, 11, 23))
    assert view.ticket_state == "done"
    order = play.orders[-1]
    assert (order.kind, order.acceptance, order.accepted_on) == ("acceptance", "deemed", date(2026, 11, 23))
    assert (order.promised_due, order.reviewer_name) == (date(2026, 11, 30), "政务服务大厅")
    play.day(12, 2)
    assert recorded(play, DeemedAccepted) == []


def test_a_call_that_is_on_at_midnight_goes_on(play):
    case, call_id = play.talking()
    play.day(12, 1)
    assert play.view(case.case_id).state == "accepted"
    assert play.heard("d1", CallEnded) == []
    play.say("d1", EndCall(call_id))
    assert play.view(case.case_id).ticket_state == "done"


def test_a_call_that_rings_at_midnight_is_void(play):
    case, call_id = play.ringing()
    play.day(12, 1)
    assert play.heard("d1", CallEnded) == [CallEnded(call_id, "withdrawn")]
    assert play.view(case.case_id).ticket_state == "done"


def test_a_review_without_a_call_is_over_when_the_case_is_deemed_accepted(play):
    play.terminal()
    play.desk()
    case_id = play.submit(is_pre_review=True).case_id
    play.open("d1", case_id)
    play.decide("d1", case_id, "advise")
    play.put_back("d1", case_id)
    play.day(12, 20)
    assert play.view(case_id).state == "advised", "no legal clock runs on advice"


def test_asking_for_corrections_in_time_stops_the_clock(play):
    case_id = asked_to_correct(play)
    play.day(12, 10)
    assert play.view(case_id).state == "correction_requested"


def test_corrections_that_do_not_come_end_the_case_by_the_items_rule(play):
    case_id = asked_to_correct(play, correction_days=5)
    play.day(11, 30)
    assert play.view(case_id).state == "correction_requested"
    play.day(12, 1)
    assert len(recorded(play, CorrectionsLapsed)) == 1
    assert play.view(case_id).state == "withdrawn"
    order = play.orders[-1]
    assert (order.kind, order.number) == ("termination", "京通政务终〔2026〕000001号")
    assert order.lapsed_on == date(2026, 11, 30)
    assert play.heard("t1", CaseChanged)[-1].case.state == "withdrawn"


def test_an_item_that_does_not_lapse_waits_on(play):
    case_id = asked_to_correct(play, correction_days=5, does_lapse=False)
    play.day(12, 20)
    assert play.view(case_id).state == "correction_requested"


def test_the_applicant_is_warned_before_the_corrections_lapse(play):
    asked_to_correct(play, correction_days=5)
    play.day(11, 29)
    assert [(note.kind, note.fields["due"]) for note in play.notes] == [("lapse_warning", "2026-11-30")]
    play.day(11, 30)
    assert len(play.notes) == 1


def test_gaps_that_do_not_come_leave_the_case_to_the_decision(play):
    play.terminal()
    play.ready_desk()
    code = play.offer(MaterialSlot("form", "申请表"), MaterialSlot("lease", "租赁合同", is_gap_able=True))
    case = play.submit(item=code, materials=(play.material("form"),), to_follow=("lease",), has_committed=True)
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    play.look(case.case_id)
    play.decide("d1", case.case_id, "accept_with_gap", gaps=(Gap("lease", 3),))
    play.seal()
    play.day(11, 27)
    assert recorded(play, GapLapsed) == [GapLapsed(case.case_id)]
    view = play.view(case.case_id)
    assert (view.state, [line.state for line in view.list]) == ("accepted", ["accepted", "waived"])


def test_a_clock_that_presses_is_recorded_once_at_each_level(play):
    case = play.accepted()
    levels = []
    for day in (24, 25, 26, 27, 28, 29, 30):
        play.day(11, day)
        levels += [(day, fact.clock, fact.percent) for fact in recorded(play, Escalated)]
    play.day(12, 1)
    levels += [(31, fact.clock, fact.percent) for fact in recorded(play, Escalated)]
    assert levels == [(27, "decide", 60), (28, "decide", 80), (31, "decide", 100)]
    assert list(play.hall._floor.register.pressing) == [case.case_id]
    play.desk(2, roles=("decider",))
    play.open("d2", case.case_id)
    play.say("d2", Decide(play.request_id(), case.case_id, "grant"))
    assert list(play.hall._floor.register.pressing) == [], "the clock is stopped"


def test_a_restart_makes_up_for_the_nights_that_were_missed_and_waits_for_the_next(play):
    play.terminal()
    case_id = play.submit().case_id
    play.now = play.now.replace(month=12, day=2, hour=2)  # 10:00 in Beijing
    play.kill()
    assert play.view(case_id).acceptance == "deemed"
    assert play.house_timers["day"] == pytest.approx(14 * 3600, abs=120)


def test_what_is_settled_is_left_alone(play):
    play.terminal()
    case_id = play.submit(is_pre_review=True).case_id
    play.day(12, 31)
    assert play.recorded() == []
    assert play.view(case_id).state == "pre_review"


def withdrawn_and_gone(play):
    """Taken back, and the applicant left before the notice of it was sealed."""
    play.terminal()
    case = play.submit()
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    play.say("t1", LeaveTerminal(play.request_id(), case.case_id))
    play.seal()
    play.event(Notified(play.notes[-1].notification_id, True))
    return case


def test_the_last_notice_of_a_case_that_is_over_waits_for_the_slip(play):
    case = withdrawn_and_gone(play)
    play.kill()
    play.terminal(2)
    play.say("t2", ClaimCase(play.request_id(), case.token))
    assert [message.notice.kind for message in play.heard("t2", NoticeReady)] == ["termination"]
    notice = play.view(case.case_id).notices[-1]
    play.say("t2", NoticeReceived(play.request_id(), notice.notice_id, True))
    play.say("t2", LeaveTerminal(play.request_id(), case.case_id))
    assert all(view.case_id != case.case_id for view in play.hall.case_views()), "the applicant has the last word"


def test_a_last_notice_that_nobody_claims_goes_to_the_files(play):
    case = withdrawn_and_gone(play)
    play.kill()  # Restarted sets the day's timer
    play.now += timedelta(days=89)
    play.fire("day")
    assert play.view(case.case_id).state == "withdrawn"
    play.now += timedelta(days=2)
    play.fire("day")
    assert CaseFiled(case.case_id) in play.recorded()
    assert all(view.case_id != case.case_id for view in play.hall.case_views())
    play.terminal(2)
    assert play.refusal("t2", ClaimCase(play.request_id(), case.token)) == ErrorCode.NOT_FOUND
