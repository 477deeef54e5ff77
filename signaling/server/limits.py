"""Token bucket: how much of something may be done in a while. Pure; the caller brings the clock."""


class TokenBucket:
    """Holds at most ``burst`` tokens and gains ``rate_s`` a second. ``now`` is any steady clock in seconds."""

    def __init__(self, rate_s: float, burst: float, now: float) -> None:
        self._rate_s = rate_s
        self._burst = burst
        self._tokens = burst
        self._then = now

    def take(self, now: float, amount: float = 1.0) -> float:
        """Take ``amount``; 0 when it was there, else the seconds to wait for it (then nothing was taken)."""
        self._tokens = min(self._burst, self._tokens + (now - self._then) * self._rate_s)
        self._then = now
        if self._tokens >= amount:
            self._tokens -= amount
            return 0.0
        return (amount - self._tokens) / self._rate_s
