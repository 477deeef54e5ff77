"""Dispatch as a pure function: skill, the line, the longest ready desk."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signaling.hall.dispatch import Choice, FreeDesk, Waiting, choose
from signaling.hall.tickets import Ticket, place_in_line

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def waiting(case_id, minute, skill="env", offers=0):
    return Waiting(case_id, Ticket(case_id.upper(), NOW + timedelta(minutes=minute), offers=offers), skill)


def desk(reviewer_id, minute=0, skills=("env",)):
    return FreeDesk(reviewer_id, skills, NOW + timedelta(minutes=minute))


def test_nobody_to_serve_or_nobody_to_serve_them():
    assert choose([], [desk("r1")]) is None
    assert choose([waiting("c1", 0)], []) is None
    assert choose([waiting("c1", 0)], [desk("r1", skills=("food",))]) is None


def test_the_longest_waiting_goes_to_the_longest_ready():
    choice = choose([waiting("c2", 2), waiting("c1", 1)], [desk("r2", 5), desk("r1", 9)])
    assert choice == Choice("c1", "r2", "longest_waiting")


def test_whom_no_ready_desk_can_serve_does_not_hold_up_the_line():
    line = [waiting("c1", 0, "food"), waiting("c2", 1)]
    assert choose(line, [desk("r1")]) == Choice("c2", "r1", "longest_waiting")


def test_a_returned_ticket_is_named_as_such():
    assert choose([waiting("c1", 0, offers=1)], [desk("r1")]) == Choice("c1", "r1", "returned_to_head")


SKILLS = st.sampled_from(["env", "food", "build"])


@given(
    st.lists(st.tuples(st.integers(0, 60), SKILLS), max_size=8),
    st.lists(st.tuples(st.integers(0, 60), st.sets(SKILLS)), max_size=5),
)
def test_a_choice_is_always_able_and_never_unfair(people, desks):
    line = [waiting(f"c{n}", minute, skill) for n, (minute, skill) in enumerate(people)]
    free = [desk(f"r{n}", minute, tuple(skills)) for n, (minute, skills) in enumerate(desks)]
    choice = choose(line, free)
    servable = [one for one in line if any(one.skill in each.skills for each in free)]
    if not servable:
        assert choice is None
        return
    assert choice is not None
    chosen = next(one for one in line if one.case_id == choice.case_id)
    taker = next(each for each in free if each.reviewer_id == choice.reviewer_id)
    assert chosen.skill in taker.skills
    assert all(place_in_line(chosen.ticket) <= place_in_line(one.ticket) for one in servable)
    assert all(taker.ready_since <= each.ready_since for each in free if chosen.skill in each.skills)
