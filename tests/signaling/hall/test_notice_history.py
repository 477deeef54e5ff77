"""Histories: the journal of a real case, played in the hall, tells everything that became of each notice."""

from datetime import timedelta

from signaling.hall.events import NoticeSealed, SealingFailed
from signaling.hall.facts import Decided, Entry, NoticeOrdered, NumberReserved
from signaling.hall.notice_history import histories
from signaling.protocol.acts import VoidNotice
from signaling.protocol.messages import NoticePrinted, NoticeReceived, WithdrawCase


def told(play, case_id):
    return histories(entry for entry in play.entries if entry.case_id == case_id)


def whats(history):
    return [(step.what, step.actor, step.detail) for step in history.steps]


def accepted(play):
    """Previewed, accepted, failed once, sealed; the case, its order, and when it was sealed."""
    case, _ = play.talking()
    decision = play.preview("d1", play.decision(case))
    play.say("d1", decision)
    order = play.orders[-1]
    play.event(SealingFailed(order.notice_id, "away", "timestamp_pending"))
    sealed_at = play.now + timedelta(seconds=1)
    play.event(NoticeSealed(order.notice_id, "a" * 64, sealed_at, decision.preview, "seal-1", "B-LTA"))
    return case, order, sealed_at


def test_a_notice_is_told_from_its_number_to_its_print(play):
    case, order, sealed_at = accepted(play)
    (sealing,) = told(play, case.case_id)
    assert (sealing.state, sealing.printed_at) == ("issued", None)
    play.say("t1", NoticeReceived("r", order.notice_id, False))
    play.say("t1", NoticeReceived("rr", order.notice_id, True))
    play.say("t1", NoticePrinted("p", order.notice_id, False, "缺纸"))
    play.say("t1", NoticePrinted("pp", order.notice_id, True))
    printed_at = play.now
    play.say("t1", NoticePrinted("ppp", order.notice_id, True))
    (history,) = told(play, case.case_id)
    assert whats(history) == [
        ("reserved", "reviewer-1", ""),
        ("ordered", "reviewer-1", order.preview),
        ("failed", "hall", "timestamp_pending"),
        ("sealed", "hall", "B-LTA"),
        ("doubted", "T-01", ""),
        ("delivered", "T-01", ""),
        ("misprinted", "T-01", ""),
        ("printed", "T-01", ""),
        ("printed", "T-01", ""),
    ]
    assert [step.time for step in history.steps] == sorted(step.time for step in history.steps)
    assert (history.number, history.query_code, history.kind) == (order.number, order.query_code, "acceptance")
    assert (history.digest, history.base_digest, history.seal_id) == ("a" * 64, order.preview, "seal-1")
    assert (history.sealed_at, history.printed_at) == (sealed_at, printed_at)
    assert (history.item_name, history.applicant) == (case.item.name, "张*")


def test_before_the_seal_it_is_being_sealed(play):
    case, _ = play.talking()
    play.say("d1", play.decision(case))
    (history,) = told(play, case.case_id)
    assert (history.state, history.digest, history.sealed_at) == ("sealing", "", None)
    assert whats(history) == [("ordered", "reviewer-1", "")]


def test_a_voided_notice_names_what_stands_in_its_place(play):
    case, order, _ = accepted(play)
    play.staff("supervisor")
    play.say("s1", VoidNotice("v", order.notice_id, "名称有误"))
    again = play.orders[-1]
    first, second = told(play, case.case_id)
    assert (first.state, first.successor, first.voided_at) == ("replaced", again.number, play.now)
    assert whats(first)[-1] == ("voided", "staff-1", "名称有误")
    assert (second.state, second.replaces, second.kind) == ("sealing", order.number, "acceptance")


def test_a_notice_taken_back_names_the_decision_that_voids_it(play):
    case = play.accepted()
    play.staff("supervisor")
    voided = play.view(case.case_id).notices[0]
    play.say("s1", VoidNotice("v", voided.notice_id, "不应受理", is_back=True))
    first, second = told(play, case.case_id)
    assert (first.state, first.successor) == ("voided", play.orders[-1].number)
    assert (second.kind, second.replaces) == ("voiding", voided.number)


def test_notices_without_a_decision_are_told_too(play):
    play.terminal()
    case_id = play.submit().case_id
    play.say("t1", WithdrawCase("w", case_id))
    (history,) = told(play, case_id)
    assert (history.kind, history.query_code) == ("termination", play.orders[-1].query_code)
    assert whats(history) == [("ordered", "T-01", "")]


def test_a_number_that_was_given_back_is_no_notice(play):
    case, _ = play.talking()
    play.preview("d1", play.decision(case))
    play.say("d1", play.decision(case, "drawing"))
    (history,) = told(play, case.case_id)
    assert history.kind == "correction"
    assert [step.what for step in history.steps] == ["ordered"]


def test_journals_from_before_orders_and_codes_are_told(play):
    case, order, _ = accepted(play)
    old = []
    for entry in play.entries:
        fact = entry.fact
        if isinstance(fact, NoticeOrdered | NumberReserved) or entry.case_id != case.case_id:
            continue
        if isinstance(fact, Decided):
            names = fact.__struct_fields__[:8]
            fact = Decided(**{name: getattr(fact, name) for name in names})
        old.append(Entry(entry.time, entry.actor, entry.case_id, fact))
    (history,) = histories(old)
    assert (history.number, history.query_code, history.applicant) == (order.number, "", "张*")
    assert history.state == "issued"
