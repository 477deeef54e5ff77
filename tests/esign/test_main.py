"""The command line: plain words, and the exit status that scripts rely on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from esign import Seal
from esign.__main__ import main


@pytest.fixture
def folder(tmp_path: Path, sealed: bytes, seal: Seal) -> Path:
    (tmp_path / "notice.pdf").write_bytes(sealed)
    (tmp_path / "changed.pdf").write_bytes(sealed + b" ")
    (tmp_path / "letter.txt").write_bytes(b"no pdf at all")
    (tmp_path / "root.crt").write_bytes(seal.root_pem)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("notice.pdf", 0, "真实有效"),
        ("changed.pdf", 1, "不是有效的通知书"),
        ("letter.txt", 2, "文件不是PDF"),
    ],
)
def test_verdict_words_and_status(
    folder: Path, name: str, status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(folder / name), "--trust", str(folder / "root.crt")]) == status
    assert words in capsys.readouterr().out


def test_a_valid_notice_names_number_and_authority(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", str(folder / "notice.pdf"), "--trust", str(folder / "root.crt")])
    said = capsys.readouterr().out
    assert "京通政务受〔2026〕000123号" in said
    assert "北京市通州区政务服务管理局" in said
    assert "仅供演示" in said


def test_without_trust_it_cannot_judge(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(folder / "notice.pdf"), "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "cannot_judge"
    assert {finding["code"] for finding in report["findings"]} >= {"content_unchanged", "issuer_not_judged"}


@pytest.mark.parametrize("missing", [["nowhere.pdf"], ["notice.pdf", "--trust", "nowhere.crt"], ["."]])
def test_a_file_that_cannot_be_read_is_a_sentence(
    folder: Path, missing: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    assert main(["verify", *missing]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("无法读取文件")
    assert said.out == ""


def test_it_runs_as_a_module(folder: Path) -> None:
    command = [sys.executable, "-m", "esign", "verify", "notice.pdf", "--trust", "root.crt"]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(root), "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "真实有效".encode() in done.stdout


def test_an_unknown_root_is_told_in_words_and_not_as_a_traceback(folder: Path) -> None:
    command = [sys.executable, "-m", "esign", "verify", str(folder / "notice.pdf")]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 2
    assert "CANNOT JUDGE" in done.stdout
    assert done.stderr == ""
