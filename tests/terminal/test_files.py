"""What may be chosen from a stick: allowed kinds, one level deep, newest first, nothing outside, no links."""

import os
from pathlib import Path

import pytest

from terminal.files import MAX_ROWS, list_files, removable_mounts


def put(path: Path, age: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 2048)
    os.utime(path, (1_700_000_000 - age,) * 2)
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    stick = tmp_path / "stick"
    put(stick / "old.PDF", 90)
    put(stick / "new.jpg", 10)
    put(stick / "program.exe", 5)
    put(stick / ".hidden.pdf", 5)
    put(stick / "工程图" / "plan.tiff", 20)
    put(stick / "工程图" / "deep" / "deep.pdf", 20)
    put(stick / "System Volume Information" / "x.pdf", 1)
    put(tmp_path / "outside" / "secret.pdf", 1)
    (stick / "link.pdf").symlink_to(tmp_path / "outside" / "secret.pdf")
    (stick / "linked").symlink_to(tmp_path / "outside")
    return stick


def test_folders_then_the_newest_files(stick: Path) -> None:
    rows = list_files([stick], "")
    assert [(row.name, row.kind) for row in rows] == [("工程图", ""), ("new.jpg", "图片"), ("old.PDF", "PDF")]
    assert rows[1].size == 2048


def test_one_level_deep_and_never_outside(stick: Path) -> None:
    assert [row.name for row in list_files([stick], str(stick / "工程图"))] == ["plan.tiff"]
    for folder in (stick / "linked", stick.parent / "outside", stick / "工程图" / "deep", stick / ".." / "outside"):
        assert list_files([stick], str(folder)) == (), folder


def test_several_sticks_and_one_that_is_pulled_out(stick: Path, tmp_path: Path) -> None:
    put(tmp_path / "second" / "newest.png", 1)
    rows = list_files([stick, tmp_path / "gone", tmp_path / "second"], "")
    assert [row.name for row in rows if row.kind] == ["newest.png", "new.jpg", "old.PDF"]


def test_a_stick_with_very_many_files(tmp_path: Path) -> None:
    for number in range(MAX_ROWS + 20):
        put(tmp_path / f"{number}.pdf", number)
    rows = list_files([tmp_path], "")
    assert (len(rows), rows[0].name) == (MAX_ROWS, "0.pdf")


def test_only_mounts_below_the_places_of_removable_media() -> None:
    for path in removable_mounts():
        assert path.is_mount()
        assert path.parts[1] in ("media", "run")
