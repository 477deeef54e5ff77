"""Dispatch as a pure function: order, skills, those who help out, preference, refusal, and the fairness log."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.hall.dispatch import MAX_PASSED, Chances, Choice, Patience, choose, next_chance
from signaling.hall.manning import FreeDesk, Manning
from signaling.hall.standing import Stander, Standing

START = datetime(2026, 11, 23, 1, tzinfo=UTC)
NOW = START + timedelta(minutes=60)
PATIENCE = Patience(overflow_s=90, pool_s=300)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def waiting(case_id, waited_s, skill="env", boost_s=0, **fields):
    since = ago(waited_s)
    key = (since - timedelta(seconds=boost_s), case_id.upper(), case_id)
    return Stander(case_id, skill, key, (since, case_id.upper(), case_id), **({"presence": "here"} | fields))


def desk(reviewer_id, ready_s=0, skills=("env",)):
    return FreeDesk(reviewer_id, skills, ago(ready_s))


def line(*standers):
    standing = Standing()
    for one in standers:
        standing.put(one)
    return standing


def manned(desks, working=()):
    manning = Manning()
    for reviewer_id in working:
        manning.put(reviewer_id, ("env",), None)
    for one in desks:
        manning.put(one.reviewer_id, one.skills, one.ready_since)
    return manning


def chosen(standers, desks, working=(), expecting=()):
    return choose(line(*standers), Chances(manned(desks, working), expecting), NOW, PATIENCE)


def test_nobody_to_serve_or_nobody_to_serve_them():
    assert chosen([], [desk("r1")]) is None
    assert chosen([waiting("c1", 9)], []) is None
    assert chosen([waiting("c1", 9)], [desk("r1", skills=("food",))]) is None


def test_the_longest_waiting_goes_to_the_longest_ready():
    assert chosen([waiting("c2", 5), waiting("c1", 9)], [desk("r2", 5), desk("r1", 9)]) == Choice(
        "c1", "r1", "longest_waiting"
    )


def test_whom_no_free_desk_can_serve_does_not_hold_up_the_line():
    assert chosen([waiting("c1", 80, "food"), waiting("c2", 1)], [desk("r1")]) == Choice(
        "c2", "r1", "skills_only", ("c1",)
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"kind": "appointment", "boost_s": 1200}, "appointment"),
        ({"has_priority": True, "boost_s": 600}, "priority_group"),
        ({"kind": "correction_return", "boost_s": 300}, "correction_return"),
        ({"kind": "rejoin", "boost_s": 300}, "rejoin"),
        ({"kind": "callback", "boost_s": 300}, "callback"),
    ],
)
def test_a_boost_goes_before_who_waited_a_little_longer_and_says_why(fields, rule):
    assert chosen([waiting("c1", 200), waiting("c2", 10, **fields)], [desk("r1")]) == Choice("c2", "r1", rule, ("c1",))


def test_a_boost_does_not_go_before_who_waited_much_longer():
    assert chosen([waiting("c1", 700), waiting("c2", 10, boost_s=600, has_priority=True)], [desk("r1")]) == Choice(
        "c1", "r1", "longest_waiting"
    )


def test_a_returned_ticket_is_named_as_such():
    assert chosen([waiting("c1", 9, offers=1)], [desk("r1")]) == Choice("c1", "r1", "returned_to_head")


@pytest.mark.parametrize(
    ("waited_s", "skills", "rule"),
    [
        (89, ("general",), None),
        (90, ("general",), "skill_overflow"),
        (299, ("pool",), None),
        (300, ("pool",), "pool_overflow"),
    ],
)
def test_others_help_out_after_a_while_and_not_before(waited_s, skills, rule):
    choice = chosen([waiting("c1", waited_s)], [desk("r1", skills=skills)])
    assert (choice and choice.rule) == rule


def test_the_skilled_desk_is_taken_before_one_that_helps_out():
    desks = [desk("r1", 99, ("general",)), desk("r2", 1)]
    assert chosen([waiting("c1", 100)], desks) == Choice("c1", "r2", "longest_waiting")


def test_the_reviewer_who_knows_the_case_is_waited_for_while_at_work():
    one = waiting("c1", 9, prefer_id="r1", preferred_until=ago(-30))
    assert chosen([one], [desk("r2")], working=["r1"]) is None
    assert chosen([one], [desk("r2"), desk("r1")]) == Choice("c1", "r1", "preferred_reviewer")
    assert chosen([one], [desk("r2")]) == Choice("c1", "r2", "longest_waiting"), "r1 is not at work"


def test_and_never_longer_than_that():
    one = waiting("c1", 61, prefer_id="r1", preferred_until=ago(0))
    assert chosen([one], [desk("r2")], working=["r1"]) == Choice("c1", "r2", "longest_waiting")


def test_who_refused_is_not_asked_again_while_another_can():
    one = waiting("c1", 9, refused_by="r1", offers=1)
    assert chosen([one], [desk("r1", 99), desk("r2", 1)]).reviewer_id == "r2"
    assert chosen([one], [desk("r1")]).reviewer_id == "r1", "better than a dead ring"


def test_a_lost_terminal_is_not_called_and_holds_up_nobody():
    assert chosen([waiting("c1", 9, presence="lost"), waiting("c2", 1)], [desk("r1")]).case_id == "c2"


def test_one_desk_calls_one_who_is_away_at_a_time_but_serves_who_is_here():
    away, here = waiting("c1", 9, presence="away"), waiting("c2", 1)
    assert chosen([away, here], [desk("r1")]).case_id == "c1"
    assert chosen([away, here], [desk("r1")], expecting=["r1"]).case_id == "c2"


def test_a_rejoined_ticket_lets_those_go_first_who_wait_here():
    back = waiting("c1", 99, kind="rejoin", behind=("c2", "c3"))
    assert chosen([back, waiting("c2", 9), waiting("c3", 8)], [desk("r1")]).case_id == "c2"
    assert chosen([back, waiting("c3", 8, is_waiting=False)], [desk("r1")]).case_id == "c1"
    assert chosen([back, waiting("c2", 9, presence="lost")], [desk("r1")]).case_id == "c1"


def test_the_log_of_one_offer_is_bounded():
    crowd = [waiting(f"x{n:02d}", 60 + n, "food") for n in range(MAX_PASSED + 5)]
    assert len(chosen([*crowd, waiting("c1", 1)], [desk("r1")]).passed_over) == MAX_PASSED


def test_the_hall_wakes_up_when_a_free_desk_may_help_out():
    def wakes(standers, desks):
        moment = next_chance(line(*standers), Chances(manned(desks)), NOW, PATIENCE)
        return moment and (moment - NOW).total_seconds()

    one = waiting("c1", 10, "food")
    assert wakes([one], [desk("r1")]) is None
    assert wakes([one], []) is None
    assert wakes([one], [desk("r1", skills=("general",))]) == 80
    assert wakes([one], [desk("r1", skills=("pool",))]) == 290
    preferring = waiting("c2", 10, prefer_id="r9", preferred_until=ago(-50))
    assert wakes([one, preferring], [desk("r1", skills=("pool",))]) == 50


SKILLS = st.sampled_from(["env", "food", "build"])


@given(
    st.lists(st.tuples(st.integers(0, 400), SKILLS, st.sampled_from([0, 300, 600])), max_size=9),
    st.lists(st.tuples(st.integers(0, 60), st.sets(SKILLS | st.sampled_from(["general", "pool"]))), max_size=5),
)
def test_a_choice_is_always_able_first_and_explained(people, desks):
    crowd = [waiting(f"c{n}", waited, skill, boost) for n, (waited, skill, boost) in enumerate(people)]
    free = [desk(f"r{n}", ready, tuple(skills)) for n, (ready, skills) in enumerate(desks)]

    def able(one, each):
        waited = NOW - one.waiting_since
        return (
            one.skill in each.skills
            or ("general" in each.skills and waited >= timedelta(seconds=90))
            or ("pool" in each.skills and waited >= timedelta(seconds=300))
        )

    choice = chosen(crowd, free)
    servable = [one for one in crowd if any(able(one, each) for each in free)]
    if not servable:
        assert choice is None
        return
    assert choice is not None
    taken = next(one for one in crowd if one.case_id == choice.case_id)
    taker = next(each for each in free if each.reviewer_id == choice.reviewer_id)
    assert able(taken, taker)
    assert all(taken.key <= one.key for one in servable)
    earlier = {one.case_id for one in crowd if one.arrival < taken.arrival}
    assert set(choice.passed_over) == earlier
    assert choice.rule != "longest_waiting" or not earlier


def test_nobody_starves_however_many_are_preferred():
    """One desk, a case every ten seconds, and every ten seconds somebody new with the largest boost."""
    standing, served_at = line(waiting("plain", 0)), None
    chances = Chances(manned([desk("r1")]))
    for second in range(0, 3000, 10):
        now = NOW + timedelta(seconds=second)
        since, name = now, f"new{second:04d}"
        key = (since - timedelta(seconds=1200), name, name)
        standing.put(Stander(name, "env", key, (since, name, name), "here", kind="appointment"))
        choice = choose(standing, chances, now, PATIENCE)
        assert choice is not None
        standing.remove(choice.case_id)
        if choice.case_id == "plain":
            served_at = second
            break
    assert served_at is not None
    assert 1200 <= served_at <= 1220, "as soon as it has waited longer than the boost is worth"
