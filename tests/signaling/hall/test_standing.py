"""The line kept sorted: order, removal, who is ahead, who came before; held against a plain sort."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from signaling.hall.standing import Stander, Standing

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


def stander(case_id, minute, skill="env", boost_s=0, **fields):
    since = NOW + timedelta(minutes=minute)
    key = (since - timedelta(seconds=boost_s), case_id.upper(), case_id)
    return Stander(case_id, skill, key, (since, case_id.upper(), case_id), **({"presence": "here"} | fields))


def put(*standers):
    standing = Standing()
    for one in standers:
        standing.put(one)
    return standing


def test_a_boost_moves_up_in_the_line_but_not_in_the_order_of_arrival():
    standing = put(stander("a", 0), stander("b", 5, boost_s=600), stander("c", 6))
    assert [one.case_id for one in standing.waiting("env")] == ["b", "a", "c"]
    assert [one.case_id for one in standing.arrived_before(standing.standers["b"])] == ["a"]
    assert [standing.ahead(case_id) for case_id in "abc"] == [1, 0, 2]


def test_who_is_called_has_no_place_but_is_shown():
    standing = put(stander("a", 0, is_waiting=False), stander("b", 1), stander("f", 0, "food"))
    assert (standing.ahead("a"), standing.ahead("b"), standing.ahead("unknown")) == (0, 0, 0)
    assert standing.shown(("env",), 9) == ["a", "b"]
    assert standing.shown(("food", "env"), 2) == ["a", "f"]
    assert standing.is_waiting_here("b")
    assert not standing.is_waiting_here("a")


def test_putting_again_moves_and_removing_twice_is_harmless():
    standing = put(stander("a", 0), stander("b", 1), stander("a", 2))
    assert [one.case_id for one in standing.waiting("env")] == ["b", "a"]
    standing.remove("b")
    standing.remove("b")
    standing.remove("a")
    assert (standing.lines, standing.standers) == ({}, {})


def test_the_next_moments_are_found_without_going_through_all():
    late = NOW + timedelta(minutes=5)
    standing = put(stander("a", 0), stander("b", 3, preferred_until=late))
    assert standing.first_arrival_after(NOW) == NOW + timedelta(minutes=3)
    assert standing.first_arrival_after(late) is None
    assert standing.next_preference_end(NOW) == late
    assert standing.next_preference_end(late) is None


MOVES = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["put", "call", "remove"]), st.integers(0, 30), st.integers(0, 1200))
)


@given(MOVES)
def test_it_is_always_what_sorting_would_give(moves):
    standing, truth = Standing(), {}
    for number, move, minute, boost_s in moves:
        case_id = f"c{number}"
        if move == "remove":
            standing.remove(case_id)
            truth.pop(case_id, None)
        else:
            one = stander(case_id, minute, "env" if number % 2 else "food", boost_s, is_waiting=move == "put")
            standing.put(one)
            truth[case_id] = one
    for skill in ("env", "food"):
        waiting = sorted((one for one in truth.values() if one.is_waiting and one.skill == skill), key=lambda o: o.key)
        assert list(standing.waiting(skill)) == waiting
        assert [standing.ahead(one.case_id) for one in waiting] == list(range(len(waiting)))
    shown = sorted(truth.values(), key=lambda one: one.key)
    assert standing.shown(("env", "food"), 99) == [one.case_id for one in shown]
    for one in truth.values():
        before = [other for other in truth.values() if other.is_waiting and other.arrival < one.arrival]
        assert {other.case_id for other in standing.arrived_before(one)} == {other.case_id for other in before}
