"""Playbooks of notices on their way out: numbers, orders, seals tried again, told at the terminal or by SMS."""

from datetime import date, timedelta

import pytest

from signaling.hall.commands import SealNotice
from signaling.hall.events import NoticeSealed, SealingFailed, TimerFired
from signaling.hall.facts import NoticeOrdered, NoticeStored, SealingRefused
from signaling.protocol.acts import FloorChanged, LeaveTerminal, SetCalendarDay
from signaling.protocol.errors import SENTENCES, ErrorCode
from signaling.protocol.messages import CaseChanged, EndCall, Error, NoticeReady, SubmitCorrection, WithdrawCase
from signaling.protocol.office import CalendarDay


def accepted(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case))
    return case, call_id


def test_numbers_count_by_kind_without_a_gap(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "drawing"))
    play.seal()
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),)))
    play.say("d1", play.decision(case, "drawing"))
    play.seal()
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "newer"),)))
    play.say("d1", play.decision(case))
    assert [order.number for order in play.orders] == [
        "京通政务补〔2026〕000001号",
        "京通政务补〔2026〕000002号",
        "京通政务受〔2026〕000001号",
    ]
    assert play.counters["notice:京通政务:correction:2026"] == 2


def test_a_sealed_notice_is_ready_for_the_terminal(play):
    accepted(play)
    order = play.seal()
    stored = play.recorded()[0]
    assert isinstance(stored, NoticeStored)
    assert (stored.notice_id, stored.digest) == (order.notice_id, play.digest(order.notice_id))
    notice = play.heard("t1", NoticeReady)[0].notice
    assert (notice.state, notice.digest, notice.number) == ("ready", play.digest(order.notice_id), order.number)
    assert play.heard("d1", CaseChanged)[0].case.notices == (notice,)


def test_only_the_first_seal_counts(play):
    accepted(play)
    order = play.seal()
    assert play.event(NoticeSealed(order.notice_id, play.digest("another"), play.now)) == []
    assert play.event(SealingFailed(order.notice_id, "late")) == []
    assert play.event(NoticeSealed("unknown", play.digest("x"), play.now)) == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("timestamp_pending", ErrorCode.TIMESTAMP_PENDING),
        ("seal_refused", ErrorCode.SEAL_REFUSED),
        ("journal_broken", ErrorCode.JOURNAL_BROKEN),
        ("token_unavailable", ErrorCode.SEALING_FAILED),
        ("wrong_password", ErrorCode.SEALING_FAILED),
    ],
)
def test_the_desk_is_told_why_a_notice_is_not_sealed_yet(play, code, told):
    case, _ = accepted(play)
    notice_id = play.orders[0].notice_id
    play.event(SealingFailed(notice_id, "detail", code))
    assert play.recorded() == [SealingRefused(case.case_id, notice_id, "detail", code)]
    assert play.heard("d1", Error) == [Error(told, SENTENCES[told], notice_id)]


def test_the_manager_sees_what_does_not_pass_by_waiting(play):
    accepted(play)
    notice_id, number = play.orders[0].notice_id, play.orders[0].number
    play.staff("manager")
    for code, alarms in [
        ("journal_broken", {f"journal_broken:{number}"}),
        ("seal_refused", {f"seal_refused:{number}"}),
        ("timestamp_pending", set()),
        ("seal_refused", {f"seal_refused:{number}"}),
    ]:
        play.event(SealingFailed(notice_id, "detail", code))
        assert play.hall._floor.alarms == alarms
    play.fire("news")
    assert f"seal_refused:{number}" in play.heard("s1", FloorChanged)[0].alarms
    play.seal()
    assert play.hall._floor.alarms == set()


def test_what_was_sealed_stands_in_the_journal(play):
    accepted(play)
    order = play.orders[0]
    sealed = NoticeSealed(order.notice_id, play.digest("a"), play.now, play.digest("base"), "seal-1", "B-LTA")
    play.event(sealed)
    stored = play.recorded()[0]
    assert (stored.base_digest, stored.seal_id, stored.level) == (play.digest("base"), "seal-1", "B-LTA")


def test_an_order_of_a_journal_without_orders_is_recorded_when_the_server_comes_up(play):
    case, _ = accepted(play)
    before = play.orders[0]
    play.entries = [entry for entry in play.entries if not isinstance(entry.fact, NoticeOrdered)]
    play.kill()
    recorded = [fact for fact in play.recorded() if isinstance(fact, NoticeOrdered)]
    assert recorded == [NoticeOrdered(case.case_id, before.notice_id, before)]
    assert play.orders == [before, before]
    play.kill()
    assert [fact for fact in play.recorded() if isinstance(fact, NoticeOrdered)] == []


def test_a_restart_keeps_the_words_whatever_the_calendar_says_now(play):
    accepted(play)
    said = play.orders[0]
    play.staff("manager")
    play.say("s1", SetCalendarDay(play.request_id(), CalendarDay(date(2026, 11, 24), False, "停电")))
    play.kill()
    assert play.orders[-1] == said


def test_a_failed_seal_is_told_and_tried_again_ever_more_rarely(play):
    case, _ = accepted(play)
    order = play.orders[0]
    play.event(SealingFailed(order.notice_id, "字库缺字 𠮷"))
    assert play.recorded() == [SealingRefused(case.case_id, order.notice_id, "字库缺字 𠮷")]
    error = play.heard("d1", Error)[0]
    assert (error.code, error.about) == (ErrorCode.SEALING_FAILED, order.notice_id)
    assert error.sentence == SENTENCES[ErrorCode.SEALING_FAILED]
    assert play.heard("t1") == []
    timer = f"seal:{order.notice_id}"
    assert play.timers[timer] == 10
    assert play.event(TimerFired(timer)) == [SealNotice(order)]
    for expected in (20, 40, 80, 160, 320, 600, 600):
        play.event(SealingFailed(order.notice_id, "again"))
        assert play.timers[timer] == expected
    play.seal()
    assert timer not in play.timers
    assert play.event(TimerFired(timer)) == []


def test_a_restart_seals_what_was_decided_with_the_same_words(play):
    accepted(play)
    play.kill()
    assert play.orders == [play.orders[0]] * 2


def test_an_acceptance_counts_from_the_day_the_papers_were_complete(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case, "drawing"))
    play.seal()
    play.now += timedelta(days=1)
    play.say("t1", SubmitCorrection(play.request_id(), case.case_id, (play.material("drawing", "new"),)))
    handed_in = play.now
    play.say("d1", play.decision(case))
    order = play.orders[-1]
    assert order.received_at == handed_in
    assert [material.version for material in order.materials] == [1, 2]
    assert order.corrections == ()


def test_only_the_news_that_still_holds_is_told(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case, "form"))
    play.say("d1", EndCall(call_id))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    asked, ended = play.orders
    assert (asked.kind, ended.kind) == ("correction", "termination")
    play.event(NoticeSealed(asked.notice_id, play.digest("a"), play.now))
    assert play.heard("t1") == play.heard("d1") == [], "the case has ended: filed, not told"
    play.event(NoticeSealed(ended.notice_id, play.digest("b"), play.now))
    assert [ready.notice.kind for ready in play.heard("t1", NoticeReady)] == ["termination"]


def test_after_a_restart_every_unsealed_notice_is_ordered_again(play):
    case, call_id = play.talking()
    play.say("d1", play.decision(case, "form"))
    play.say("d1", EndCall(call_id))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    ordered = list(play.orders)
    play.kill()
    assert play.orders == ordered * 2


def test_who_is_away_hears_of_the_notice_by_sms(play):
    case = play.accepted()
    play.say("t1", LeaveTerminal(play.request_id(), case.case_id))
    play.desk(2, roles=("decider",))
    play.open("d2", case.case_id)
    play.decide("d2", case.case_id, "grant")
    order = play.seal()
    (note,) = play.notes
    assert (note.kind, note.fields["notice_kind"], note.fields["number"]) == ("notice", "grant", order.number)
    assert play.heard("t1", NoticeReady) == []


def test_an_order_says_how_the_result_is_fetched(play):
    case = play.accepted(delivery="courier", address="某某路1号")
    result = play.orders[-1].result
    assert (result.way, result.address) == ("courier", "某某路1号")
    assert case.result is None


def test_a_limit_in_an_unpublished_year_is_provisional(play):
    play.now = play.now.replace(month=12, day=21)
    play.accepted()
    order = play.orders[-1]
    assert (order.promised_due.year, order.statutory_due.year, order.is_due_provisional) == (2026, 2027, True)
