"""The hall's clock: never backwards whatever the machine's clock does, and a simulated one that follows its file."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from signaling.protocol.values import OFFICIAL_TIME
from signaling.server.clock import MOST_BEHIND_S, SimulatedClock, SystemClock, check_clock, official_now
from signaling.server.errors import ClockWrong, SettingsWrong

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=OFFICIAL_TIME)


class Machine:
    """A wall clock that can be set, beside a steady one."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.set_by = 0.0

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds + self.set_by)

    def steady(self) -> float:
        return 1000 + self.seconds

    def after(self, seconds: float, set_by: float = 0.0) -> None:
        """Time passes, then the wall clock is set."""
        self.seconds += seconds
        self.set_by += set_by


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> SystemClock:
    return SystemClock(machine.wall, machine.steady)


def shown(clock: SystemClock) -> float:
    return (clock.now() - NOON).total_seconds()


def test_it_shows_the_wall_clock(clock: SystemClock, machine: Machine) -> None:
    machine.after(10)
    assert (shown(clock), clock.behind_s) == (10, 0)
    machine.after(10, set_by=3600)
    assert (shown(clock), clock.behind_s) == (3620, 0)


def test_set_back_it_goes_on_steadily_and_says_so(
    clock: SystemClock, machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.after(100)
    shown(clock)
    with caplog.at_level(logging.ERROR):
        machine.after(5, set_by=-3600)
        assert (shown(clock), clock.behind_s) == (105, 3600)
    assert "set back by 3600 s" in caplog.text
    machine.after(20)
    assert shown(clock) == 125


def test_set_right_again_nothing_is_behind(clock: SystemClock, machine: Machine) -> None:
    machine.after(100, set_by=-3600)
    assert shown(clock) == 100
    machine.after(10, set_by=1800)
    assert (shown(clock), clock.behind_s) == (110, 1800)
    machine.after(10, set_by=1800)
    assert (shown(clock), clock.behind_s) == (120, 0)
    machine.after(10, set_by=60)
    assert (shown(clock), clock.behind_s) == (190, 0)


def test_small_corrections_stand_still_instead_of_going_back(clock: SystemClock, machine: Machine) -> None:
    machine.after(100)
    assert shown(clock) == 100
    machine.after(0.1, set_by=-0.5)
    assert (shown(clock), clock.behind_s) == (100, 0)
    machine.after(1)
    assert shown(clock) == pytest.approx(100.6)


def test_a_simulated_clock_is_ahead_by_what_stands_in_its_file(
    tmp_path: Path, clock: SystemClock, machine: Machine
) -> None:
    path = tmp_path / "ahead"
    simulated = SimulatedClock(path, clock)
    assert simulated.is_simulated
    assert simulated.now() == NOON
    path.write_text("3600.5\n")
    machine.after(10)
    assert simulated.now() == NOON + timedelta(seconds=3610.5)


def test_a_simulated_day_may_be_one_of_the_past(tmp_path: Path, clock: SystemClock) -> None:
    path = tmp_path / "ahead"
    path.write_text("-86400")
    simulated = SimulatedClock(path, clock)
    assert simulated.now() == NOON - timedelta(days=1)
    path.write_text("-3600")
    assert simulated.now() == NOON - timedelta(hours=1)


@pytest.mark.parametrize("content", ["100", "", "half a nu", "nan", "-5"])
def test_a_simulated_clock_never_follows_backwards(tmp_path: Path, clock: SystemClock, content: str) -> None:
    path = tmp_path / "ahead"
    path.write_text("3600")
    simulated = SimulatedClock(path, clock)
    path.write_text(content)
    assert simulated.now() == NOON + timedelta(seconds=3600)
    path.unlink()
    assert simulated.now() == NOON + timedelta(seconds=3600)


@pytest.mark.parametrize("content", ["soon", "1e10", "-inf", "nan"])
def test_a_file_without_a_number_is_refused_at_the_start(tmp_path: Path, clock: SystemClock, content: str) -> None:
    path = tmp_path / "ahead"
    path.write_text(content)
    with pytest.raises(SettingsWrong, match="simulated_clock"):
        SimulatedClock(path, clock)


def test_a_clock_behind_the_journal_is_refused() -> None:
    check_clock(NOON, None)
    check_clock(NOON, NOON + timedelta(seconds=MOST_BEHIND_S))
    with pytest.raises(ClockWrong, match=r"2026-11-20 12:00:00 早于.*2026-11-20 12:01:01.*behind the newest"):
        check_clock(NOON, NOON + timedelta(seconds=MOST_BEHIND_S + 1))


def test_official_time_is_that_of_the_whole_country() -> None:
    assert official_now().utcoffset() == timedelta(hours=8)
