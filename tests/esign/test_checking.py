"""A file is judged in a child process: the same report as in this one, and no way for it to take long or kill us."""

from pathlib import Path

import pytest

from esign import checking
from esign.checking import check_file
from esign.errors import CheckFailed
from esign.keys import Seal
from esign.verify import verify_notice

pytestmark = pytest.mark.slow


def test_the_child_says_what_we_would_have_said(sealed: bytes, seal: Seal, tmp_path: Path) -> None:
    file = tmp_path / "受理 通知书.pdf"
    file.write_bytes(sealed)
    here = verify_notice(sealed, [seal.root_pem])
    there = check_file(file, [seal.root_pem])
    assert (there.verdict, there.notice_number, there.timestamp_time) == (
        "valid",
        here.notice_number,
        here.timestamp_time,
    )
    assert check_file(file).verdict == "cannot_judge", "nobody is trusted"


def test_a_child_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"%PDF-1.7")
    with pytest.raises(CheckFailed, match="took more than"):
        check_file(tmp_path / "file", deadline_s=0.01)


def test_a_child_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking.sys, "executable", "/bin/false")
    monkeypatch.setattr(checking, "_JUDGED", (0,))
    with pytest.raises(CheckFailed, match="left with 1"):
        check_file(tmp_path / "file")
    monkeypatch.setattr(checking.sys, "executable", "/bin/true")
    with pytest.raises(CheckFailed, match="no report"):
        check_file(tmp_path / "file")
