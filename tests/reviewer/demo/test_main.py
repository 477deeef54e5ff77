"""The demo's start: which folder it may empty, and what it says when it cannot go on."""

from pathlib import Path

import pytest

from reviewer.demo.__main__ import main

pytestmark = pytest.mark.slow


def test_a_folder_of_somebody_else_is_not_emptied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("keep")
    (tmp_path / "materials").mkdir()
    broken = tmp_path / "materials" / "图.pdf"
    broken.write_bytes(b"%PDF-1.4 broken")
    assert main(["--headless", "--out", str(tmp_path), "--materials", str(tmp_path / "materials")]) == 1
    assert mine.read_text() == "keep"
    assert "演示没有走完" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["0", "201", "many"])
def test_a_busy_hall_has_some_terminals(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--load", given])
    assert "终端数应在 1 到 200 之间" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["0", "-1", "nan", "601", "long"])
def test_a_busy_hall_lasts_some_time(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--load", "5", "--minutes", given])
    assert "--minutes" in capsys.readouterr().err


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(option in said for option in ("--materials", "--out", "--load", "--keep", "--headless"))
