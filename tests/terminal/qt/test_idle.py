"""Idle seconds are counted only where the applicant's data lies open."""

from typing import Any

from PyQt6.QtCore import QEvent

from terminal.qt.idle import DONE_S, DRAFT_S, WARN_S, IdleWatch


def test_a_draft_is_forgotten_after_a_warning(play: Any, qapp: Any) -> None:
    play.at_items()
    watch = IdleWatch(play.session)
    left: list[int] = []
    watch.left_changed.connect(left.append)
    for _ in range(DRAFT_S - WARN_S):
        watch.tick()
    assert left[-2:] == [0, WARN_S]
    watch.eventFilter(None, QEvent(QEvent.Type.MouseButtonPress))
    watch.tick()
    assert left[-1] == 0
    for _ in range(DRAFT_S):
        watch.tick()
    assert play.session.step == "welcome"


def test_waiting_and_talking_have_no_limit(play: Any, qapp: Any) -> None:
    watch = IdleWatch(play.session)
    for prepare in (play.online, play.waiting, play.start_call):
        prepare()
        assert watch.limit_s() == 0


def test_a_printed_notice_is_forgotten_soon(play: Any, qapp: Any) -> None:
    play.in_call().verified()
    watch = IdleWatch(play.session)
    assert watch.limit_s() == 0, "still talking"
    play.session.talk.ended("k1")
    assert watch.limit_s() == DRAFT_S
    play.session.delivery.printed("n-acceptance")
    assert watch.limit_s() == DONE_S
