"""Notices: fetched once, verified, told once, printed when asked and only when genuine."""

from typing import Any

from signaling.protocol.messages import NoticePrinted, NoticeReady, NoticeReceived
from terminal.effects import FetchNotice, Print


def test_received_twice_is_harmless(play: Any) -> None:
    session = play.in_call().verified().session
    view = session.delivery.newest("acceptance").view
    session.receive(NoticeReady("c1", view))
    session.receive(NoticeReady("c1", view))
    assert len(play.of(FetchNotice)) == 1
    assert [(told.notice_id, told.is_genuine) for told in play.said(NoticeReceived)] == [("n-acceptance", True)]


def test_a_forged_notice_is_told_and_never_printed(play: Any) -> None:
    delivery = play.in_call().verified(is_genuine=False).session.delivery
    assert [told.is_genuine for told in play.said(NoticeReceived)] == [False]
    delivery.print("n-acceptance")
    assert not play.of(Print)


def test_a_failed_fetch_is_repeated_by_hand_and_by_the_next_connection(play: Any) -> None:
    session = play.in_call().accepted().session
    session.delivery.failed("n-acceptance", "network")
    session.delivery.fetch_again("n-acceptance")
    session.delivery.fetch_again("n-acceptance")
    assert len(play.of(FetchNotice)) == 2
    session.delivery.failed("n-acceptance", "network")
    session.connection_changed("online")
    assert len(play.of(FetchNotice)) == 3


def test_printing_and_failing_to_print_are_told(play: Any) -> None:
    delivery = play.in_call().verified().session.delivery
    delivery.print("n-acceptance")
    delivery.print_failed("n-acceptance", "printer_failed")
    delivery.print("n-acceptance")
    delivery.printed("n-acceptance", "n.pdf")
    told = [(message.is_printed, message.detail) for message in play.said(NoticePrinted)]
    assert told == [(False, "printer_failed"), (True, "n.pdf")]
    assert delivery.newest("acceptance").print_state == "printed"
    assert delivery.newest("correction") is None


def test_results_for_forgotten_notices_are_ignored(play: Any, make_report: Any) -> None:
    delivery = play.online().session.delivery
    before = len(play.effects)
    delivery.checked("gone", "/x", make_report())
    delivery.failed("gone", "network")
    delivery.printed("gone")
    delivery.print("gone")
    assert len(play.effects) == before
