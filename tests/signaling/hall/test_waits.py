"""The place in line as its owner may know it: a range of minutes, and what is proposed instead of a dead ring."""

import pytest

from signaling.hall.waits import PROPOSALS, learn


def place(play, case):
    return play.view(case.case_id).place


def crowd(play, count):
    cases = []
    for number in range(1, count + 1):
        play.terminal(number)
        cases.append(play.submit(f"t{number}"))
    return cases


def test_with_nobody_skilled_on_duty_there_is_no_number_but_other_ways(play):
    play.ready_desk(1, skills=("food",))
    (case,) = crowd(play, 1)
    assert (place(play, case).expected_s, place(play, case).proposals) == (None, PROPOSALS)


def test_a_reviewer_who_is_away_is_not_on_duty(play):
    play.desk()
    (case,) = crowd(play, 1)
    assert place(play, case).expected_s is None


def test_the_range_grows_with_the_place_and_shrinks_with_the_desks(play):
    for number in (1, 2):
        play.ready_desk(number)
    cases = crowd(play, 6)
    expected = [place(play, case).expected_s for case in cases[2:]]
    assert expected[0] == (60, 300), "one round of 392 s at two desks, by half and by one and a half"
    assert expected == sorted(expected)
    play.ready_desk(3, skills=("general",))
    assert place(play, cases[-1]).expected_s < expected[-1]


def test_a_short_wait_proposes_nothing_and_a_long_one_everything(play):
    play.ready_desk()
    cases = crowd(play, 6)
    assert place(play, cases[1]).proposals == ()
    assert place(play, cases[-1]).expected_s[1] > 900
    assert place(play, cases[-1]).proposals == PROPOSALS


def test_what_is_learnt_moves_the_range_slowly(play):
    floor = play.hall._floor
    learn(floor, "env", 1392)
    assert floor.handling_s["env"] == pytest.approx(492)
    learn(floor, "env", 492)
    assert floor.handling_s == {"env": pytest.approx(492)}


def test_before_closing_other_ways_are_proposed(play):
    play.ready_desk()
    first, second = crowd(play, 2)
    assert place(play, second).proposals == ()
    play.wait(8 * 3600 + 1200)  # 17:20
    play.terminal(9)
    late = play.submit("t9")
    assert place(play, late).proposals == PROPOSALS
    assert place(play, first).proposals == (), "it rings"
