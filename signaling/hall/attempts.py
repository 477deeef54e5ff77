"""Wrong codes at a terminal: after a few in a short time it has to wait. Not durable; a restart forgives."""

from datetime import datetime, timedelta

from signaling.protocol.errors import ErrorCode, Refused

MAX_WRONG = 5
WINDOW = timedelta(seconds=60)


class Attempts:
    """Counts wrong codes for each terminal."""

    def __init__(self) -> None:
        self._wrong: dict[str, list[datetime]] = {}

    def check(self, terminal_id: str, now: datetime) -> None:
        """Raise Refused(TOO_MANY_ATTEMPTS) while there were too many; call before a code is looked at."""
        recent = [time for time in self._wrong.get(terminal_id, ()) if now - time < WINDOW]
        self._wrong[terminal_id] = recent
        if len(recent) >= MAX_WRONG:
            raise Refused(ErrorCode.TOO_MANY_ATTEMPTS, f"{len(recent)} wrong codes at {terminal_id}")

    def failed(self, terminal_id: str, now: datetime) -> None:
        """A wrong code was given."""
        self._wrong.setdefault(terminal_id, []).append(now)
