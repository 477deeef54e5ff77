"""Series: the lowest free count first, the books true after every restart, one series apart from the other."""

from hypothesis import given
from hypothesis import strategies as st

from signaling.hall.series import Series


def test_a_count_that_was_given_back_is_the_next_one():
    counters: dict[str, int] = {}
    series = Series(counters)
    assert [series.draw(counters, "notice:京:acceptance:2026")[0] for _ in range(4)] == [1, 2, 3, 4]
    assert series.give_back(counters, "notice:京:acceptance:2026", 3) == "free:notice:京:acceptance:2026:3"
    series.give_back(counters, "notice:京:acceptance:2026", 2)
    assert series.draw(counters, "notice:京:correction:2026") == (1, "notice:京:correction:2026")
    assert series.draw(counters, "notice:京:acceptance:2026") == (2, "free:notice:京:acceptance:2026:2")
    assert counters["free:notice:京:acceptance:2026:2"] == 0
    assert [series.draw(counters, "notice:京:acceptance:2026")[0] for _ in range(2)] == [3, 5]


@given(st.lists(st.tuples(st.sampled_from(["a:b", "a:b:1"]), st.booleans(), st.booleans(), st.integers(0, 50))))
def test_no_count_is_lost_or_given_out_twice_whatever_happens(acts):
    counters: dict[str, int] = {}
    series, out = Series(counters), {"a:b": set(), "a:b:1": set()}
    for name, is_draw, is_restart, which in acts:
        if is_restart:
            series = Series(dict(counters))
        if is_draw:
            count, _ = series.draw(counters, name)
            assert count not in out[name]
            out[name].add(count)
        elif out[name]:
            count = sorted(out[name])[which % len(out[name])]
            out[name].remove(count)
            series.give_back(counters, name, count)
    for name, used in out.items():
        free = {count for count in range(1, counters.get(name, 0) + 1) if counters.get(f"free:{name}:{count}")}
        assert used | free == set(range(1, counters.get(name, 0) + 1))
        assert not used & free
