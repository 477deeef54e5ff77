"""The call's side: no leg before consent, generations, resumption, mute and hold."""

from typing import Any

import pytest

from signaling.protocol.messages import CallStarted, Candidate, Description, Rejoin
from terminal.effects import Effect, GiveToLeg, MuteLeg, Say, StartLeg, StopLeg
from terminal.talk import MAX_EARLY, Talk

OFFER = Description("k1", 1, "offer", "v=0")


@pytest.fixture
def effects() -> list[Effect]:
    return []


@pytest.fixture
def talk(effects: list[Effect]) -> Talk:
    return Talk(effects.append, lambda: None)


def start(talk: Talk, case: Any, generation: int = 1, *, consents: bool = True, **more: Any) -> None:
    talk.started(CallStarted("k1", case, generation, False, "张敏", **more), consents)


@pytest.fixture
def case(play: Any) -> Any:
    return play.waiting().case


def test_with_consent_the_leg_starts_at_once(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case)
    talk.negotiate(OFFER)
    assert effects == [StartLeg("k1", 1, False), GiveToLeg(OFFER)]


def test_without_consent_nothing_opens_and_the_offer_waits(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case, consents=False)
    for _ in range(MAX_EARLY + 5):
        talk.negotiate(OFFER)
    talk.mute(camera=True)
    assert effects == []
    talk.join()
    talk.join()
    assert effects[:2] == [StartLeg("k1", 1, False), MuteLeg(False, True)]
    assert effects.count(GiveToLeg(OFFER)) == MAX_EARLY


def test_the_next_generation_replaces_the_leg(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case, 1)
    start(talk, case, 2, consents=False)
    assert effects == [StartLeg("k1", 1, False), StartLeg("k1", 2, False)], "consent lasts for the call"
    talk.negotiate(OFFER)
    start(talk, case, 1)
    assert len(effects) == 2, "an old generation is out of date"


def test_a_resumed_call_with_a_living_leg_goes_on(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case)
    talk.leg_changed("k1", 1, "connected")
    start(talk, case, is_resumed=True)
    assert effects == [StartLeg("k1", 1, False)]


def test_a_leg_that_was_still_coming_up_is_begun_anew_when_the_call_is_resumed(
    talk: Talk, effects: list[Effect], case: Any
) -> None:
    start(talk, case)
    talk.leg_changed("k1", 1, "connecting")
    start(talk, case, is_resumed=True)
    assert effects == [StartLeg("k1", 1, False), Say(Rejoin("k1", 1))], "descriptions are lost in an outage"


def test_a_resumed_call_without_a_leg_asks_for_the_next(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case, is_resumed=True)
    assert effects == [Say(Rejoin("k1", 1))]


def test_a_link_that_failed_while_offline_is_asked_for_again(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case)
    talk.leg_changed("k1", 1, "failed")
    start(talk, case, is_resumed=True)
    assert effects[-1] == Say(Rejoin("k1", 1))


def test_reports_of_an_older_leg_are_ignored(talk: Talk, case: Any) -> None:
    start(talk, case, 1)
    start(talk, case, 2)
    talk.leg_changed("k1", 1, "closed")
    assert talk.call is not None
    assert talk.call.link == "connecting"
    talk.leg_changed("k1", 2, "connected")
    assert talk.call.link == "connected"


def test_hold_silences_and_gives_back_what_was_chosen(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case)
    talk.mute(microphone=True)
    talk.held("k1", True)
    talk.held("other", False)
    talk.held("k1", False)
    assert effects[1:] == [MuteLeg(True, False), MuteLeg(True, True), MuteLeg(True, False)]


def test_the_end(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case)
    talk.mute(microphone=True)
    talk.ended("other")
    assert talk.call is not None
    talk.ended("k1")
    talk.ended("k1")
    assert effects.count(StopLeg()) == 1
    assert not talk.is_microphone_off, "the next call starts with everything open"
    talk.negotiate(Candidate("k1", 1, "", None, None))
    assert effects[-1] == StopLeg()


def test_another_call_closes_the_first(talk: Talk, effects: list[Effect], case: Any) -> None:
    start(talk, case)
    talk.started(CallStarted("k2", case, 1, False, "李强"), True)
    assert effects == [StartLeg("k1", 1, False), StopLeg(), StartLeg("k2", 1, False)]
