"""The token bucket against a clock of our own."""

import pytest

from signaling.server.limits import TokenBucket


def test_a_burst_passes_and_then_the_wait_is_named() -> None:
    bucket = TokenBucket(rate_s=10, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(0.0) == pytest.approx(0.1)
    assert bucket.take(0.05) == pytest.approx(0.05)
    assert bucket.take(0.1) == 0.0


def test_a_refusal_takes_nothing_and_the_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(rate_s=1, burst=5, now=0.0)
    assert bucket.take(0.0, 6) > 0
    assert bucket.take(0.0, 5) == 0.0
    assert bucket.take(1_000.0, 5) == 0.0
    assert bucket.take(1_000.0) > 0
