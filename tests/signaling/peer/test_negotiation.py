"""Playbooks of one leg: inputs on one side, expected steps on the other."""

import itertools

import pytest

from signaling.peer.negotiation import (
    CONNECT_S,
    FAILED_S,
    GONE_S,
    MAX_EARLY_CANDIDATES,
    STEPS_OF_ANSWERER,
    STEPS_OF_OFFERER,
    UNSTABLE_S,
    Drop,
    IllegalStep,
    MakeAnswer,
    MakeOffer,
    Negotiation,
    Phase,
    Say,
    Show,
    TakeAnswer,
    TakeCandidate,
)
from signaling.protocol.messages import Candidate, Description, Rejoin


def offer(sdp: str = "o", generation: int = 1, call_id: str = "c") -> Description:
    return Description(call_id=call_id, generation=generation, kind="offer", sdp=sdp)


def answer(sdp: str = "a", generation: int = 1) -> Description:
    return Description(call_id="c", generation=generation, kind="answer", sdp=sdp)


def candidate(text: str = "x", generation: int = 1) -> Candidate:
    return Candidate(call_id="c", generation=generation, candidate=text, sdp_mid="0", sdp_mline_index=0)


REJOIN = Say(Rejoin(call_id="c", generation=1))


def linking(is_offerer: bool = True) -> Negotiation:
    machine = Negotiation("c", 1, is_offerer)
    machine.accept()
    if is_offerer:
        machine.described("o")
        machine.received(answer())
    else:
        machine.received(offer())
        machine.described("a")
    assert machine.phase == "linking"
    return machine


def linked() -> Negotiation:
    machine = linking()
    assert machine.observed(100.0, 10, True) == [Show("connected")]
    return machine


def look_until(machine: Negotiation, start: float, end: float, packets: int) -> list[object]:
    """Look four times a second, as the connection does."""
    steps: list[object] = []
    for tick in range(1, round((end - start) * 4) + 1):
        steps += machine.observed(start + tick / 4, packets, True)
    return steps


def test_the_offerer_speaks_first_and_takes_the_answer() -> None:
    machine = Negotiation("c", 1, True)
    assert machine.accept() == [Show("connecting"), MakeOffer()]
    assert machine.described("o") == [Say(offer())]
    assert machine.received(answer()) == [TakeAnswer("a")]
    assert machine.observed(1.0, 3, True) == [Show("connected")]


def test_the_answerer_waits_for_the_offer() -> None:
    machine = Negotiation("c", 1, False)
    assert machine.accept() == [Show("connecting")]
    assert machine.received(offer()) == [MakeAnswer("o")]
    assert machine.described("a") == [Say(answer())]
    assert machine.observed(1.0, 3, True) == [Show("connected")]


def test_nothing_is_described_before_this_side_accepts() -> None:
    machine = Negotiation("c", 1, False)
    assert machine.received(offer()) == []
    assert machine.received(candidate()) == []
    assert machine.observed(50.0, 0, False) == []
    assert machine.accept() == [Show("connecting"), MakeAnswer("o"), TakeCandidate(candidate())]
    assert machine.accept() == []


def test_an_offer_is_not_replaced_by_a_later_one_of_the_same_generation() -> None:
    machine = Negotiation("c", 1, False)
    machine.received(offer("first"))
    machine.received(offer("second"))
    assert MakeAnswer("first") in machine.accept()


def test_other_generations_and_calls_are_dropped() -> None:
    machine = Negotiation("c", 2, False)
    machine.accept()
    assert machine.received(offer(generation=1)) == []
    assert machine.received(offer(generation=3)) == []
    assert machine.received(offer(generation=2, call_id="other")) == []
    assert machine.received(candidate(generation=1)) == []
    assert machine.received(offer(generation=2)) == [MakeAnswer("o")]


def test_a_repeated_offer_gets_the_same_answer_and_a_different_one_nothing() -> None:
    machine = linking(is_offerer=False)
    assert machine.received(offer()) == [Say(answer())]
    assert machine.received(offer("other")) == []


def test_a_repeated_answer_changes_nothing() -> None:
    machine = linking()
    assert machine.received(answer()) == []
    assert machine.received(answer("other")) == []


def test_descriptions_of_the_wrong_kind_are_ignored() -> None:
    assert linking(is_offerer=True).received(offer()) == []
    machine = Negotiation("c", 1, False)
    machine.accept()
    assert machine.received(answer()) == []


def test_candidates_wait_for_the_description_and_are_bounded() -> None:
    machine = Negotiation("c", 1, True)
    machine.accept()
    machine.described("o")
    for number in range(MAX_EARLY_CANDIDATES + 5):
        assert machine.received(candidate(str(number))) == []
    steps = machine.received(answer())
    assert steps[0] == TakeAnswer("a")
    assert steps[1:] == [TakeCandidate(candidate(str(number))) for number in range(MAX_EARLY_CANDIDATES)]
    assert machine.received(candidate("late")) == [TakeCandidate(candidate("late"))]


def test_silence_makes_the_link_unstable_then_failed_and_asks_once() -> None:
    machine = linked()
    assert look_until(machine, 100.0, 100.0 + UNSTABLE_S - 0.25, 10) == []
    assert look_until(machine, 101.75, 102.0, 10) == [Show("unstable")]
    assert look_until(machine, 102.0, 100.0 + FAILED_S - 0.25, 10) == []
    assert look_until(machine, 104.75, 105.0, 10) == [Show("failed"), REJOIN]
    assert look_until(machine, 105.0, 120.0, 10) == []


def test_a_link_that_comes_back_is_connected_again_and_never_asks_twice() -> None:
    machine = linked()
    assert Show("failed") in look_until(machine, 100.0, 106.0, 10)
    assert machine.observed(106.25, 11, True) == [Show("connected")]
    again = look_until(machine, 106.25, 113.0, 11)
    assert again == [Show("unstable"), Show("failed")]


def test_our_own_sleep_is_not_the_other_sides_silence() -> None:
    machine = linked()
    assert machine.observed(160.0, 10, True) == []
    assert machine.observed(160.25, 10, True) == []


def test_a_link_that_never_opens_is_given_up() -> None:
    machine = linking()
    assert look_until(machine, 0.0, CONNECT_S, 0) == []
    assert look_until(machine, CONNECT_S, CONNECT_S + 0.5, 0) == [Show("failed"), REJOIN]


def test_packets_before_the_keys_do_not_count() -> None:
    machine = linking()
    assert machine.observed(1.0, 4, False) == []
    assert machine.state == "connecting"


def test_a_missing_answer_is_no_dead_link() -> None:
    machine = Negotiation("c", 1, True)
    machine.accept()
    machine.described("o")
    assert look_until(machine, 0.0, 60.0, 0) == []


def test_a_connection_that_went_away_asks_after_a_grace_time() -> None:
    machine = linked()
    assert machine.gone(101.0) == [Show("unstable")]
    assert machine.gone(101.1) == []
    assert machine.observed(101.0 + GONE_S - 0.1, 10, False) == []
    assert machine.observed(101.0 + GONE_S, 10, False) == [Show("failed"), REJOIN, Drop()]
    assert machine.observed(110.0, 10, False) == []


def test_hanging_up_within_the_grace_time_asks_for_nothing() -> None:
    machine = linked()
    machine.gone(101.0)
    assert machine.close() == [Show("closed"), Drop()]
    assert machine.observed(110.0, 10, False) == []


def test_what_cannot_be_applied_ends_the_link_at_once() -> None:
    machine = Negotiation("c", 1, False)
    machine.accept()
    machine.received(offer("nonsense"))
    assert machine.broken() == [Show("failed"), REJOIN, Drop()]
    assert machine.broken() == []
    assert machine.received(offer()) == []


def test_after_close_nothing_happens() -> None:
    machine = linked()
    assert machine.close() == [Show("closed"), Drop()]
    assert machine.close() == []
    assert machine.received(offer()) == []
    assert machine.accept() == []
    assert machine.described("late") == []
    assert machine.gone(1.0) == []


PHASES: tuple[Phase, ...] = ("withheld", "expecting", "describing", "offered", "linking", "linked", "closed")


@pytest.mark.parametrize(("is_offerer", "phase"), list(itertools.product((True, False), PHASES)))
def test_describing_is_legal_in_one_phase_only(is_offerer: bool, phase: Phase) -> None:
    """Of our own acts only "described" can come at the wrong time; every phase is tried."""
    machine = Negotiation("c", 1, is_offerer)
    machine.phase = phase
    table = STEPS_OF_OFFERER if is_offerer else STEPS_OF_ANSWERER
    if phase == "closed":
        assert machine.described("s") == []
    elif (phase, "described") in table:
        machine.described("s")
        assert machine.phase == table[phase, "described"]
    else:
        with pytest.raises(IllegalStep, match=phase):
            machine.described("s")


@pytest.mark.parametrize(("is_offerer", "phase"), list(itertools.product((True, False), PHASES)))
@pytest.mark.parametrize("message", [offer(), answer(), candidate()])
def test_whatever_is_received_in_any_phase_never_raises(
    is_offerer: bool, phase: Phase, message: Description | Candidate
) -> None:
    machine = Negotiation("c", 1, is_offerer)
    machine.phase = phase
    before = machine.phase
    machine.received(message)
    table = STEPS_OF_OFFERER if is_offerer else STEPS_OF_ANSWERER
    assert machine.phase == before or machine.phase in {after for (at, _), after in table.items() if at == before}
