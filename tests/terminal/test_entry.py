"""Token and code: typed in any spelling, read by the scanner, refused in another form."""

from typing import Any

import pytest

from terminal.effects import ReadCode
from terminal.entry import grouped


@pytest.mark.parametrize("typed", ["7K2M9QX4TC", "7k2m9 qx4tc", "７Ｋ２Ｍ９-QX4TC", "7K2M9QX4TC!!", "7K2M9QX4TCZZ"])
def test_a_token_in_any_spelling(play: Any, typed: str) -> None:
    play.online().session.begin_claim()
    entry = play.session.entry
    entry.type(typed)
    assert (entry.text, entry.is_whole) == ("7K2M9QX4TC", True)


def test_look_alikes_are_put_right(play: Any) -> None:
    play.online().session.begin_claim()
    play.session.entry.type("OIL")
    assert play.session.entry.text == "011"


def test_a_code_has_digits_only(play: Any) -> None:
    play.session.cabinet.is_there = True
    play.online().session.begin_pickup()
    play.session.entry.type("12A34567")
    assert (play.session.entry.text, play.session.entry.is_whole) == ("123456", True)


def test_the_scanner(play: Any) -> None:
    play.online().session.begin_claim()
    entry = play.session.entry
    entry.scan()
    entry.scan()
    assert play.of(ReadCode) == [ReadCode()]
    entry.code_failed("code_unreadable")
    assert (entry.problem, entry.is_reading) == ("code_unreadable", False)
    entry.scan()
    entry.code_read("https://example.org/")
    assert (entry.text, entry.problem) == ("", "code_other")
    entry.scan()
    entry.code_read("7K2M9QX4TC")
    assert (entry.text, entry.problem) == ("7K2M9QX4TC", "")


def test_a_late_scan_is_not_the_next_persons(play: Any) -> None:
    session = play.online().session
    session.begin_claim()
    session.entry.scan()
    session.back()
    session.entry.code_read("7K2M9QX4TC")
    assert session.entry.text == ""


def test_grouped() -> None:
    assert grouped("7K2M9QX4TC") == "7K2M9 QX4TC"
    assert grouped("7K2") == "7K2"
