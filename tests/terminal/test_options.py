"""Choices beside the papers: they travel with the submission, and a courier needs an address."""

from typing import Any

from signaling.protocol.messages import SubmitCase


def test_what_is_chosen_is_submitted(play: Any) -> None:
    session = play.at_submit().session
    session.set_commitment(True)
    session.options.set_priority("elderly")
    session.options.set_delivery("courier")
    session.submit()
    assert not play.said(SubmitCase), "the courier has no address yet"
    session.options.set_address(" 北京市通州区新华东街 48 号 ")
    session.submit(is_pre_review=True)
    (asked,) = play.said(SubmitCase)
    assert (asked.priority, asked.delivery, asked.address) == ("elderly", "courier", "北京市通州区新华东街 48 号")
    assert asked.is_pre_review
    assert not asked.has_committed, "the declaration is not the letter of commitment"


def test_the_group_can_be_taken_back_and_the_address_stays_at_home(play: Any) -> None:
    session = play.at_submit().session
    session.set_commitment(True)
    session.options.set_priority("pregnant")
    session.options.set_priority("pregnant")
    session.options.set_address("北京市通州区新华东街 48 号")
    session.options.set_signed(True)
    session.submit()
    (asked,) = play.said(SubmitCase)
    assert (asked.priority, asked.delivery, asked.address, asked.has_committed) == ("", "hall", "", True)


def test_the_next_applicant_begins_with_the_ordinary_way(play: Any) -> None:
    session = play.at_submit().session
    session.options.set_priority("soldier")
    session.finish()
    assert (session.options.priority, session.options.delivery, session.options.has_signed) == ("", "hall", False)
