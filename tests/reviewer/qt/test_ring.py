"""The ring card: seen, counted down, answered and declined."""

from datetime import UTC, datetime, timedelta

import pytest

from reviewer.qt.ring import RingCard
from signaling.protocol.messages import AnswerCall, CallEnded, CallOffered, DeclineCall
from signaling.protocol.values import Place


@pytest.fixture
def card(stage, qtbot):
    made = RingCard(stage.session)
    qtbot.addWidget(made)
    made.resize(940, 112)
    return made


def test_it_is_there_only_while_it_rings(stage, card):
    stage.ready()
    assert card.isHidden()
    stage.ringing()
    assert card.isVisibleTo(None)
    stage.hear(CallEnded("call-1", "no_answer"))
    assert card.isHidden()


def test_it_says_who_wants_what_and_where(stage, card, clipped):
    stage.ringing()
    card.show()
    assert card.title.text() == "A016  排污许可证核发（首次申请）"
    assert card.who.text() == "通州绿源精密制造有限公司 · 生态环境 · 3 份材料"
    assert "新华东街自助点" in card.where.text()
    assert clipped(card) == []


def test_the_bar_runs_down_with_the_seconds(stage, card):
    stage.ringing()
    card.show()
    stage.session.offer.ends_at = datetime.now(UTC) + timedelta(seconds=19.5)
    card._move()
    assert card.left.text() == "20 秒"
    full = card.grab().toImage()
    stage.session.offer.ends_at = datetime.now(UTC) + timedelta(seconds=4.5)
    card._move()
    assert card.left.text() == "5 秒"
    assert card.grab().toImage() != full
    stage.session.offer.ends_at = datetime.now(UTC) - timedelta(seconds=1)
    card._move()
    assert card.left.text() == "0 秒"


def test_answering_reports_once_and_says_that_it_is_under_way(stage, card):
    stage.ringing()
    card.answer.click()
    assert stage.said(AnswerCall) == [AnswerCall("call-1")]
    assert card.answer.text() == "正在接通…"
    assert not card.answer.isEnabled()
    assert not card.decline.isEnabled()


def test_declining_reports(stage, card):
    stage.ringing()
    card.decline.click()
    assert stage.said(DeclineCall) == [DeclineCall("call-1")]


def test_it_says_why_it_rings_here(stage, card, build):
    place = Place("correction_return", rule="preferred_reviewer")
    stage.ready().hear(CallOffered("call-1", build.case("received", place=place), 20.0))
    assert card.where.text().endswith("补正返回 · 原审核人员优先")
