"""Playbooks of notice numbers: reserved once for a case, given back when nobody can use them, used again first."""

import pytest

from signaling.hall.events import Disconnected
from signaling.hall.facts import NumberReleased, NumberReserved
from signaling.protocol.acts import ConvertTicket, PreviewNotice, VoidNotice
from signaling.protocol.errors import ErrorCode
from signaling.protocol.messages import AnswerCall, CallOffered, EndCall, SetAvailability, WithdrawCase
from signaling.protocol.values import CROCKFORD, Particulars

ACCEPTANCE = "notice:京通政务:acceptance:2026"


def reserved(play, session, case_id, outcome="accept", **said):
    """The number on the draft."""
    play.look(case_id, session)
    play.say(session, PreviewNotice(play.request_id(), case_id, outcome, particulars=Particulars(**said)))
    return play.drafts[-1].order.number


def opened(play, number):
    """The id of a case that the desk of this number has open, its applicant at the terminal of this number."""
    session = play.terminal(number)
    case_id = play.submit(session).case_id
    play.say(session, ConvertTicket(play.request_id(), case_id, "asynchronous"))
    play.desk(number)
    play.open(f"d{number}", case_id)
    return case_id


def facts(play, kind):
    return [entry.fact for entry in play.entries if isinstance(entry.fact, kind)]


def test_a_number_is_reserved_once_whatever_is_reworded(play):
    case, _ = play.talking()
    assert reserved(play, "d1", case.case_id) == "京通政务受〔2026〕000001号"
    assert reserved(play, "d1", case.case_id) == "京通政务受〔2026〕000001号"
    (fact,) = facts(play, NumberReserved)
    assert (fact.case_id, fact.series, fact.count) == (case.case_id, ACCEPTANCE, 1)
    assert play.drafts[0].order.query_code == play.drafts[1].order.query_code == fact.notice.query_code
    assert len(fact.notice.query_code) == 12
    assert set(fact.notice.query_code) <= set(CROCKFORD)
    play.say("d1", play.decision(case))
    assert play.orders[0].number == "京通政务受〔2026〕000001号", "an act without a preview uses it too"
    assert play.orders[0].query_code == play.view(case.case_id).notices[0].query_code == fact.notice.query_code
    assert play.counters == play.counters | {ACCEPTANCE: 1}


def test_two_desks_have_two_numbers(play):
    one, other = opened(play, 1), opened(play, 2)
    assert reserved(play, "d1", one) == "京通政务受〔2026〕000001号"
    assert reserved(play, "d2", other) == "京通政务受〔2026〕000002号"
    assert len({fact.notice.query_code for fact in facts(play, NumberReserved)}) == 2


def test_who_gives_the_case_back_gives_the_number_back_and_it_is_used_first(play):
    one, other = opened(play, 1), opened(play, 2)
    reserved(play, "d1", one)
    reserved(play, "d2", other)
    play.put_back("d1", one)
    (fact,) = facts(play, NumberReleased)
    assert (fact.case_id, fact.number, fact.reason) == (one, "京通政务受〔2026〕000001号", "left")
    third = opened(play, 3)
    before = facts(play, NumberReserved)[0].notice
    assert reserved(play, "d3", third) == "京通政务受〔2026〕000001号"
    after = facts(play, NumberReserved)[-1].notice
    assert after.notice_id != before.notice_id
    assert after.query_code != before.query_code
    play.open("d1", one)
    assert reserved(play, "d1", one) == "京通政务受〔2026〕000003号"


def test_a_call_that_ends_undecided_gives_the_number_back(play):
    case, call_id = play.talking()
    reserved(play, "d1", case.case_id)
    play.say("d1", EndCall(call_id))
    assert [fact.reason for fact in facts(play, NumberReleased)] == ["left"]
    assert play.hall._floor.register.cases[case.case_id].reserved is None


def test_a_desk_that_does_not_come_back_gives_the_number_back(play):
    case_id = opened(play, 1)
    reserved(play, "d1", case_id)
    play.event(Disconnected("d1"))
    assert facts(play, NumberReleased) == []
    play.fire("lease:reviewer-1")
    assert [fact.reason for fact in facts(play, NumberReleased)] == ["left"]


def test_another_kind_of_notice_gives_the_number_back(play):
    case, _ = play.talking()
    reserved(play, "d1", case.case_id)
    number = reserved(play, "d1", case.case_id, "not_accept", reason="依法不需要", ground="not_needed")
    assert number == "京通政务不受〔2026〕000001号"
    assert [fact.reason for fact in facts(play, NumberReleased)] == ["other_kind"]
    assert reserved(play, "d1", case.case_id) == "京通政务受〔2026〕000001号"


def test_what_is_decided_otherwise_gives_the_number_back(play):
    case, _ = play.talking()
    reserved(play, "d1", case.case_id)
    play.decide("d1", case.case_id, "not_accept", reason="依法不需要取得行政许可", ground="not_needed")
    assert play.orders[0].number == "京通政务不受〔2026〕000001号"
    assert [(fact.number, fact.reason) for fact in facts(play, NumberReleased)] == [
        ("京通政务受〔2026〕000001号", "decided")
    ]


def test_a_number_of_last_year_stays_unused_and_its_release_says_so(play):
    play.day(12, 31, 10)
    case_id = opened(play, 1)
    assert reserved(play, "d1", case_id) == "京通政务受〔2026〕000001号"
    play.day(1, 1, 9, year=2027)
    assert reserved(play, "d1", case_id) == "京通政务受〔2027〕000001号"
    assert [(fact.number, fact.reason) for fact in facts(play, NumberReleased)] == [
        ("京通政务受〔2026〕000001号", "other_series")
    ]
    play.put_back("d1", case_id)
    play.open("d1", case_id)
    assert reserved(play, "d1", case_id) == "京通政务受〔2027〕000001号"


def test_a_deemed_acceptance_uses_the_number_that_was_reserved(play):
    case_id = opened(play, 1)
    reserved(play, "d1", case_id)
    play.day(12, 2)
    assert play.view(case_id).acceptance == "deemed"
    assert play.orders[-1].number == "京通政务受〔2026〕000001号"
    assert facts(play, NumberReleased) == []


def test_a_withdrawal_under_the_reviewers_hands_gives_the_number_back(play):
    case, _ = play.talking()
    reserved(play, "d1", case.case_id)
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    assert len(facts(play, NumberReleased)) == 1
    assert play.orders[0].kind == "termination"


def test_a_reissue_has_its_own_number_and_code_and_says_what_it_replaces(play):
    case = play.accepted()
    voided = play.view(case.case_id).notices[0]
    play.staff("supervisor")
    play.say("s1", VoidNotice(play.request_id(), voided.notice_id, "名称有误"))
    order = play.orders[-1]
    assert (order.number, order.replaces) == ("京通政务受〔2026〕000002号", voided.number)
    assert order.query_code not in ("", voided.query_code)
    states = [(notice.number, notice.state, notice.replaces) for notice in play.view(case.case_id).notices]
    assert states == [(voided.number, "voided", ""), (order.number, "sealing", voided.number)]
    play.seal()
    assert [ready.notice.number for ready in play.heard("t1") if hasattr(ready, "notice")] == [order.number]


@pytest.mark.parametrize("only_open", [True, False])
def test_free_and_reserved_numbers_survive_a_restart(play, only_open):
    one, other = opened(play, 1), opened(play, 2)
    reserved(play, "d1", one)
    reserved(play, "d2", other)
    play.put_back("d1", one)
    play.kill(only_open)
    play.desk(2)
    assert reserved(play, "d2", other) == "京通政务受〔2026〕000002号"
    play.desk(1)
    play.open("d1", one)
    assert reserved(play, "d1", one) == "京通政务受〔2026〕000001号"


def test_a_reservation_keeps_its_case_in_memory_until_it_is_given_back(play):
    """A case that is over would be forgotten, and the number with it."""
    play.terminal()
    play.ready_desk()
    case = play.submit()
    play.say("d1", AnswerCall(play.heard("d1", CallOffered)[0].call_id))
    reserved(play, "d1", case.case_id)
    play.say("d1", SetAvailability(False))
    play.say("t1", WithdrawCase(play.request_id(), case.case_id))
    play.hand_over()
    assert play.open_cases[case.case_id] is False
    assert play.counters[f"free:{ACCEPTANCE}:1"] == 1
    other = opened(play, 2)
    assert reserved(play, "d2", other) == "京通政务受〔2026〕000001号"


def test_nothing_is_reserved_for_what_may_not_be_decided(play):
    case, _ = play.talking()
    message = PreviewNotice(play.request_id(), case.case_id, "accept")
    assert play.refusal("d1", message) == ErrorCode.NOT_LOOKED_AT
    assert facts(play, NumberReserved) == []
    assert ACCEPTANCE not in play.counters
