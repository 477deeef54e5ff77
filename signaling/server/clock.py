"""The hall's clock: official time that never runs backwards, real or simulated. Nothing else reads the wall clock.

A simulated clock is the real one plus the number of seconds in a file that is looked at again and again; so a
demonstration or a test jumps to the next morning by writing that file. Timers are kept in hall time (timers.py).
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from signaling.protocol.values import OFFICIAL_TIME
from signaling.server.errors import ClockWrong, SettingsWrong

logger = logging.getLogger(__name__)

MOST_BEHIND_S = 60.0
"""The clock may lie so far behind the newest journal entry when the server starts, not more."""

_STEP_S = 1.0
# the longest sleep between two looks: a wall clock that was set, or a machine that slept, is noticed by then
_GLANCE_S, _SIMULATED_GLANCE_S = 1.0, 0.1


class Clock(Protocol):
    """What the server needs of a clock. ``glance_s``: look again at least so often while waiting for a moment."""

    is_simulated: bool
    glance_s: float

    def now(self) -> datetime: ...

    @property
    def behind_s(self) -> float: ...


def official_now() -> datetime:
    """The machine's wall clock in the hall's time zone."""
    return datetime.now(OFFICIAL_TIME)


class SystemClock:
    """The machine's wall clock; when that is set back, hall time goes on steadily from where it was.

    ``behind_s`` tells by how much the wall clock then lies behind; it falls to 0 when the clock is set right again.
    """

    is_simulated = False
    glance_s = _GLANCE_S

    def __init__(
        self, wall: Callable[[], datetime] = official_now, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = threading.Lock()
        self._wall = wall
        self._steady = steady
        self._last_wall, self._last_steady = wall(), steady()
        self._last = self._last_wall
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Hall time; never before what it said last. From any thread: the sealer asks too."""
        with self._lock:
            return self._read()

    def _read(self) -> datetime:
        wall, steady = self._wall(), self._steady()
        step = wall - self._last_wall - timedelta(seconds=steady - self._last_steady)
        self._last_wall, self._last_steady = wall, steady
        if step < -timedelta(seconds=_STEP_S):
            self._ahead -= step
            logger.error("system clock was set back by %.0f s; hall time goes on", -step.total_seconds())
        elif step > timedelta(seconds=_STEP_S) and self._ahead:
            self._ahead = max(timedelta(), self._ahead - step)
            logger.warning("system clock was set forward by %.0f s", step.total_seconds())
        self._last = max(self._last, wall + self._ahead)
        return self._last

    @property
    def behind_s(self) -> float:
        """By how many seconds the wall clock lies behind hall time, 0 when it was never set back."""
        return self._ahead.total_seconds()


class SimulatedClock:
    """Another clock plus the seconds in a file: a decimal number, below 0 for a day of the past; no file is 0."""

    is_simulated = True
    glance_s = _SIMULATED_GLANCE_S

    def __init__(self, path: Path, under: Clock) -> None:
        """Raises SettingsWrong when the file holds no number."""
        self._path = path
        self._under = under
        try:
            self._ahead_s = self._read()
        except (OSError, ValueError) as problem:
            raise SettingsWrong(
                f"设置 simulated_clock 所指的 {path} 中应是一个秒数 (simulated_clock: no number of seconds: {problem})"
            ) from None

    def now(self) -> datetime:
        """Hall time; a smaller number in the file than before is not followed."""
        try:
            ahead_s = self._read()
        except (OSError, ValueError):
            ahead_s = self._ahead_s  # while it is being written
        if ahead_s > self._ahead_s:
            logger.info("simulated clock: %.0f s ahead", ahead_s)
            self._ahead_s = ahead_s
        return self._under.now() + timedelta(seconds=self._ahead_s)

    @property
    def behind_s(self) -> float:
        """As of the clock under this one."""
        return self._under.behind_s

    def _read(self) -> float:
        try:
            seconds = float(self._path.read_text("ascii"))
        except FileNotFoundError:
            return 0.0
        if not -1e9 < seconds < 1e9:
            raise ValueError(f"{seconds} is more than a thousand million")
        return seconds


def check_clock(now: datetime, newest: datetime | None) -> None:
    """Refuse a clock that lies behind what is in the journal. Raises ClockWrong."""
    if newest is not None and (newest - now).total_seconds() > MOST_BEHIND_S:
        raise ClockWrong(
            f"本机时钟 {now:%Y-%m-%d %H:%M:%S} 早于日志中最近一条记录 {newest:%Y-%m-%d %H:%M:%S}，"
            "已拒绝启动；请校准时钟"
            " (the system clock lies behind the newest journal entry: set it right, then start again)"
        )
