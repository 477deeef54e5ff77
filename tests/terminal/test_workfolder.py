"""The applicant's folder: private, deleted when wiped, and swept when its owner was killed."""

import os
import stat
import tempfile
import time
from pathlib import Path

import pytest

from terminal.workfolder import PREFIX, WorkFolder, sweep


@pytest.fixture(autouse=True)
def _own_temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_wiping_deletes_and_the_next_folder_is_another() -> None:
    work = WorkFolder()
    work.wipe()
    first = work.path()
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    (first / "card.jpg").write_bytes(b"x")
    assert work.path() == first
    work.wipe()
    assert not first.exists()
    assert work.path() != first
    work.wipe()


def test_only_folders_without_a_living_owner_are_swept(tmp_path: Path) -> None:
    work = WorkFolder()
    alive = work.path()
    dead = tmp_path / f"{PREFIX}dead"
    dead.mkdir()
    (dead / ".owner").touch()
    (dead / "plan.pdf").write_bytes(b"%PDF")
    strange = tmp_path / f"{PREFIX}strange"
    strange.mkdir()
    hour_ago = time.time() - 3700
    ownerless = tmp_path / f"{PREFIX}ownerless"
    ownerless.mkdir()
    os.utime(ownerless, (hour_ago, hour_ago))
    assert sweep() == 2
    assert alive.exists()
    assert strange.exists(), "without owner file, but it may be being made this moment"
    assert not ownerless.exists()
    assert not dead.exists()
    work.wipe()
