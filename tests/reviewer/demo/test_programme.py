"""The programme: numbered lines with times, headlines, and waits that have an end."""

from reviewer.demo.programme import HEADLINES, Programme, Until


def test_lines_are_numbered_and_timed() -> None:
    told: list[str] = []
    times = iter((0.5, 12.25))
    programme = Programme(told.append, lambda: next(times))
    programme.line("提交")
    programme.line("办结")
    assert told == ["  1    0.50 s  提交", "  2   12.25 s  办结"]


def test_a_wait_has_a_deadline_unless_told_otherwise() -> None:
    assert 0 < Until("x", lambda: True).deadline_s <= 60


def test_each_story_is_announced() -> None:
    told: list[str] = []
    programme = Programme(told.append, lambda: 0.0)
    for number in HEADLINES:
        programme.headline(number)
    assert [line[:3] for line in told] == ["故事一", "故事二", "故事三"]
