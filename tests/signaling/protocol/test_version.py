"""Choosing the version both sides speak."""

import pytest

from signaling.protocol.version import VERSIONS, choose_version


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [((1,), 1), ((2, 1), 1), ((1, 99), 1), ((), None), ((0,), None), ((2, 3), None), ((-1,), None)],
)
def test_the_newest_shared_version_is_chosen(offered, chosen):
    assert choose_version(offered) == chosen


def test_versions_are_listed_newest_first():
    assert list(VERSIONS) == sorted(set(VERSIONS), reverse=True)
    assert choose_version(VERSIONS) == VERSIONS[0]
