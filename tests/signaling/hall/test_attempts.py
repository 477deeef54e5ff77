"""Wrong codes: five in a minute close the door, a minute later it opens again."""

from datetime import UTC, datetime, timedelta

import pytest

from signaling.hall.attempts import MAX_WRONG, WINDOW, Attempts
from signaling.protocol.errors import ErrorCode, Refused

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_after_a_few_wrong_codes_the_terminal_waits():
    attempts = Attempts()
    for second in range(MAX_WRONG):
        attempts.check("T-01", NOW + timedelta(seconds=second))
        attempts.failed("T-01", NOW + timedelta(seconds=second))
    with pytest.raises(Refused) as refusal:
        attempts.check("T-01", NOW + timedelta(seconds=MAX_WRONG))
    assert refusal.value.code == ErrorCode.TOO_MANY_ATTEMPTS
    attempts.check("T-02", NOW)
    attempts.check("T-01", NOW + WINDOW)
