"""How shares and spreads are made."""

import pytest

from signaling.hall.metrics import Share, Spread, share, spread


def test_a_share_of_nothing_is_none() -> None:
    assert share(0, 0) == Share(0, 0, None)
    assert share(1, 3) == Share(1, 3, 0.3333)


def test_nothing_measured_has_no_values() -> None:
    assert spread([]) == Spread(0)


def test_one_duration_is_all_of_them() -> None:
    assert spread([12.34]) == Spread(1, 12.3, 12.3, 12.3, 12.3, 12.3)


@pytest.mark.parametrize("order", [range(1, 101), range(100, 0, -1)])
def test_percentiles_are_nearest_ranks(order: range) -> None:
    assert spread([float(second) for second in order]) == Spread(100, 50.5, 50.0, 90.0, 95.0, 100.0)


def test_few_durations_take_the_next_higher_rank() -> None:
    assert spread([10.0, 20.0, 30.0]) == Spread(3, 20.0, 20.0, 30.0, 30.0, 30.0)
