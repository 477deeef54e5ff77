"""The demo's hall: a real server process that can be killed and comes back at the same address."""

from datetime import date
from pathlib import Path
from urllib.request import urlopen

import pytest

from reviewer.demo.hall_process import DemoHall, HallDidNotStart, HallProcess, _weekday_before

pytestmark = pytest.mark.slow


def is_well(url: str) -> bool:
    with urlopen(url.replace("ws://", "http://").replace("/hall", "/healthz")) as answer:  # noqa: S310 - our own server
        return bool(answer.status == 200)


def test_it_comes_back_at_the_same_address_after_a_kill(tmp_path: Path) -> None:
    with HallProcess(tmp_path / "hall", tmp_path / "log") as hall:
        url = hall.url
        assert is_well(url)
        assert hall.device().url == hall.login().url == url
        hall.kill()
        with pytest.raises(OSError, match=r"refused|reset"):
            is_well(url)
        hall.start()
        assert hall.url == url
        assert is_well(url)
    assert "intact" in hall.export_journal(tmp_path / "journal.jsonl")


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    hall = HallProcess(tmp_path / "hall", tmp_path / "log", "--ring-s", "soon")
    with pytest.raises(HallDidNotStart, match="ring_s"):
        hall.start()


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2026-11-22", "2026-11-20"),
        ("2026-11-23", "2026-11-20"),
        ("2026-11-24", "2026-11-23"),
        ("2026-11-28", "2026-11-27"),
    ],
)
def test_the_story_is_set_on_weekdays_that_are_over(day: str, before: str) -> None:
    assert _weekday_before(date.fromisoformat(day)) == date.fromisoformat(before)


def test_the_demo_sets_the_clock_and_knows_its_people(tmp_path: Path) -> None:
    with DemoHall(tmp_path / "hall", tmp_path / "log") as hall:
        assert "09:3" in hall.clock_words()
        assert hall.board().now.strftime("%H:%M").startswith("09:3")
        hall.set_clock("evening")
        assert "21:4" in hall.clock_words()
        assert hall.board().waiting == ()
        assert hall.messages() == []
        assert not hall.manager().is_online
        assert not hall.decider().is_online
