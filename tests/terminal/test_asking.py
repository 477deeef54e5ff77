"""Acts on their way: one of a kind at a time, answered once, forgotten with their applicant."""

from itertools import count

from signaling.protocol.acts import RejoinLine, ResumeTicket
from terminal.asking import Asking
from terminal.effects import Effect, Say


def asking() -> tuple[Asking, list[Effect]]:
    said: list[Effect] = []
    ids = count(1)
    return Asking(said.append, lambda: f"r{next(ids)}"), said


def test_a_second_touch_is_not_a_second_act() -> None:
    acts, said = asking()
    assert acts.say(lambda key: RejoinLine(key, "c1"))
    assert not acts.say(lambda key: RejoinLine(key, "c1"))
    assert said == [Say(RejoinLine("r1", "c1"))]
    assert acts.is_asking()
    assert acts.is_asking(ResumeTicket, RejoinLine)
    assert not acts.is_asking(ResumeTicket)


def test_the_answer_reaches_who_asked_once() -> None:
    acts, _ = asking()
    ended: list[str] = []
    acts.say(lambda key: RejoinLine(key, "c1"), ended.append)
    assert acts.answered("r1", "place_expired")
    assert not acts.answered("r1")
    assert ended == ["place_expired"]
    assert acts.say(lambda key: RejoinLine(key, "c1")), "after the answer it may be asked again"


def test_answers_for_who_has_gone_are_known_and_ignored() -> None:
    acts, _ = asking()
    ended: list[str] = []
    acts.say(lambda key: RejoinLine(key, "c1"), ended.append)
    acts.clear()
    assert not acts.answered("r1", "not_found")
    assert acts.is_forgotten("r1")
    assert not acts.is_forgotten("r1"), "once"
    assert not ended
